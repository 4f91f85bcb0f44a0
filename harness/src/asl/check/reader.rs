//! Where a distributed Map gets its items from, and how it runs them.

use crate::asl::compile::{Compiler, Place};

/// Docs, "ItemReader": kinds of files.
const INPUT_TYPES: [&str; 5] = ["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"];

/// Looks at every Map state.
pub(in crate::asl) fn check(compiler: &mut Compiler<'_>) {
    version(compiler);
    for id in compiler.outline.state_ids() {
        let place = compiler.outline.state(id).place.clone();
        for processor in ["ItemProcessor", "Iterator"].iter().filter_map(|name| place.get(name)) {
            if let Some(config) = processor.get("ProcessorConfig") {
                inline(compiler, &config);
            }
        }
        if let Some(reader) = place.get("ItemReader") {
            item_reader(compiler, &reader);
        }
    }
}

/// ASL spec, "Version": there is one.
fn version(compiler: &mut Compiler<'_>) {
    let root = Place::root(&compiler.definition.document);
    let Some(at) = root.get("Version") else { return };
    if at.node.as_str().is_none_or(|version| version != "1.0") {
        let message = "the only `Version` is \"1.0\"";
        compiler.problems.error("unknown-value", at.span(), &at.pointer, message);
    }
}

/// Reported: items that run inline have no execution type.
fn inline(compiler: &mut Compiler<'_>, config: &Place<'_>) {
    let mode = config.node.get("Mode").and_then(|at| at.as_str());
    if let (Some("INLINE"), Some(at)) = (mode, config.get("ExecutionType")) {
        let message = "`ExecutionType` is for items in distributed mode";
        compiler.problems.error("unknown-field", at.key_span, &at.pointer, message);
    }
}

fn item_reader(compiler: &mut Compiler<'_>, reader: &Place<'_>) {
    if let Some(at) = reader.get("Resource")
        && let Some(resource) = at.node.as_str().filter(|text| !text.contains("${"))
        && !resource.ends_with(":states:::s3:getObject")
        && !resource.ends_with(":states:::s3:listObjectsV2")
    {
        let message = "items are read with `s3:getObject` or `s3:listObjectsV2`";
        compiler.problems.error("reader-resource", at.span(), &at.pointer, message);
    }
    let Some(config) = reader.get("ReaderConfig") else { return };
    let Some(at) = config.get("InputType") else { return };
    let Some(kind) = at.node.as_str().filter(|text| !text.contains("${") && !text.starts_with("{%")) else {
        return;
    };
    if !INPUT_TYPES.contains(&kind) {
        let message = format!("there is no `InputType` `{kind}`");
        compiler.problems.error("reader-input-type", at.span(), &at.pointer, message);
    }
    let location = config.get("CSVHeaderLocation");
    match (kind, &location) {
        ("CSV", None) => {
            let message = "a CSV file needs `CSVHeaderLocation`: FIRST_ROW or GIVEN";
            compiler.problems.error("reader-headers", config.key_span, &config.pointer, message);
        }
        ("JSON" | "JSONL" | "PARQUET", Some(at)) => {
            let message = "`CSVHeaderLocation` is for CSV files";
            compiler.problems.error("unknown-field", at.key_span, &at.pointer, message);
        }
        _ => {}
    }
    let given = location.as_ref().and_then(|at| at.node.as_str()) == Some("GIVEN");
    if given && config.get("CSVHeaders").is_none() {
        let message = "`CSVHeaderLocation` is GIVEN, but there are no `CSVHeaders`";
        compiler.problems.error("missing-field", config.key_span, &config.pointer, message);
    }
}
