//! What `DescribeStateMachine` and `DescribeStateMachineForExecution` answer: the definition is a text in it. Without the
//! definition such an answer may lie beside the file that holds it: `order.described.json` beside `order.asl.json`.

use std::path::Path;

use super::definition::{Definition, read};
use super::{LoadError, Node, Problem, ProblemSeverity, SourceFile, syntax};
use crate::asl::MachineType;

/// The definition in an answer of AWS; none where the file is something else. Its lines are those of its own text.
pub(super) fn definition(path: &Path, root: &Node) -> Option<Definition> {
    is_answer(root).then_some(())?;
    let text = root.get("definition").and_then(Node::as_str)?;
    let file = SourceFile::new(format!("{} (definition)", path.display()), text);
    let mut definition = match syntax::parse(&file.name, text) {
        Ok(root) => Definition::bare(path, file, root),
        Err(problem) => Definition::unreadable(path, file, problem),
    };
    describe(&mut definition, root);
    Some(definition)
}

/// Takes in what lies beside the file of a definition that is a file by itself.
pub(super) fn beside(definition: &mut Definition) -> Result<(), LoadError> {
    let is_by_itself = definition.packaging.logical_id.is_none() && definition.declared_type.is_none();
    let name = definition.source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(stem) = name.strip_suffix(".asl.json").filter(|_| is_by_itself) else { return Ok(()) };
    let path = definition.source.with_file_name(format!("{stem}.described.json"));
    if !path.is_file() {
        return Ok(());
    }
    let file = read(&path)?;
    match syntax::parse(&file.name, &file.text) {
        Ok(root) if is_answer(&root) => describe(definition, &root),
        Ok(root) => {
            let message = "this is no answer of DescribeStateMachine: it names no state machine".to_owned();
            let severity = ProblemSeverity::Warning;
            definition.problems.push(Problem::in_file(&file, severity, "no-description", message, root.span));
        }
        Err(problem) => {
            let severity = ProblemSeverity::Warning;
            let found = Problem::in_file(&file, severity, "no-description", problem.message, problem.span);
            definition.problems.push(found);
        }
    }
    Ok(())
}

fn is_answer(root: &Node) -> bool {
    ["stateMachineArn", "stateMachineVersionArn"]
        .iter()
        .any(|name| root.get(name).and_then(Node::as_str).is_some())
}

/// API reference, "DescribeStateMachine": what is said besides the definition.
fn describe(definition: &mut Definition, root: &Node) {
    let member = |name: &str| root.get(name).and_then(Node::as_str);
    let inside = |outer: &str, name: &str| root.get(outer).and_then(|outer| outer.get(name));
    if let Some(name) = member("name") {
        name.clone_into(&mut definition.name);
        definition.packaging.machine_name = Some(name.to_owned());
    }
    definition.declared_type = match member("type") {
        Some("EXPRESS") => Some(MachineType::Express),
        Some("STANDARD") => Some(MachineType::Standard),
        _ => None,
    };
    let level = inside("loggingConfiguration", "level").and_then(Node::as_str);
    definition.packaging.logging = level.is_some_and(|level| level != "OFF");
    definition.packaging.logs_off = level == Some("OFF");
    let tracing = inside("tracingConfiguration", "enabled").map(|enabled| &enabled.kind);
    definition.packaging.tracing = matches!(tracing, Some(super::NodeKind::Bool(true)));
    let key = inside("encryptionConfiguration", "kmsKeyId").and_then(Node::as_str);
    definition.packaging.kms_key = key.map(str::to_owned);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::load::{LoadOptions, definitions};

    const DEFINITION: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;

    #[test]
    fn what_lies_beside_a_definition_says_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("order.asl.json");
        fs::write(&path, DEFINITION).unwrap();
        let beside = r#"{"stateMachineArn":"arn","name":"orders","type":"EXPRESS","loggingConfiguration":{"level":"ALL"},
            "tracingConfiguration":{"enabled":true},"encryptionConfiguration":{"kmsKeyId":"key"}}"#;
        fs::write(folder.path().join("order.described.json"), beside).unwrap();
        for path in [path.as_path(), folder.path()] {
            let found = definitions(path, &LoadOptions::default()).unwrap();
            assert_eq!(found.len(), 1, "a description is no definition");
            assert_eq!(
                (found[0].name.as_str(), found[0].declared_type),
                ("orders", Some(MachineType::Express))
            );
            let packaging = &found[0].packaging;
            assert_eq!((packaging.logging, packaging.tracing), (true, true));
            assert_eq!(packaging.kms_key.as_deref(), Some("key"));
        }
    }

    #[test]
    fn a_description_that_is_none_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("order.asl.json");
        fs::write(&path, DEFINITION).unwrap();
        for text in ["{", "{}"] {
            fs::write(folder.path().join("order.described.json"), text).unwrap();
            let found = definitions(&path, &LoadOptions::default()).unwrap();
            assert_eq!(found[0].problems.len(), 1, "{text}");
        }
    }
}
