//! Real definitions load: those of the corpus and those that were recorded with AWS's answer.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and say so like tests")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use sfn_chaos::asl::{Compiled, ProblemSeverity, compile};
use sfn_chaos::load::{LoadOptions, definitions};

/// The cases below the folder that an environment variable names; none if it is unset.
fn cases(variable: &str, below: &str) -> Option<Vec<(String, Value)>> {
    let Some(folder) = std::env::var_os(variable) else {
        println!("skipped: {variable} is not set");
        return None;
    };
    let mut paths: Vec<PathBuf> =
        Path::new(&folder).join(below).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &PathBuf| {
        let value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), value)
    };
    Some(paths.iter().map(read).collect())
}

/// Compiles a definition by itself.
fn compiled(definition: &str, machine_type: Option<&str>) -> Vec<Compiled> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("machine.asl.json");
    std::fs::write(&path, definition).unwrap();
    let mut loaded = definitions(&path, &LoadOptions::default()).unwrap();
    for definition in &mut loaded {
        definition.declared_type = match machine_type {
            Some("EXPRESS") => Some(sfn_chaos::asl::MachineType::Express),
            _ => None,
        };
    }
    loaded.iter().map(compile).collect()
}

/// The errors of a compilation, one a line.
fn errors(compiled: &[Compiled]) -> Vec<String> {
    let all = compiled.iter().flat_map(|compiled| &compiled.problems);
    let errors = all.filter(|problem| problem.severity == ProblemSeverity::Error);
    errors
        .map(|problem| {
            format!("{} [{}] {} {:?}", problem.location, problem.code, problem.message, problem.text)
        })
        .collect()
}

/// Fails with everything that went wrong, not with the first of it.
fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{} of them:\n{}", failures.len(), failures.join("\n"));
}

/// Published definitions that AWS would refuse as well: drafts that nobody can have deployed as they are.
const DRAFTS: [&str; 2] = [
    // Calls an intrinsic function that does not exist.
    "no intrinsic function `States.Default`",
    // A build script replaces a bare word by a list before this is a definition.
    "`Items` must be a list or a JSONata expression, not a string",
];

#[test]
fn published_definitions_are_accepted() {
    let Some(cases) = cases("SFN_CHAOS_CORPUS", "") else { return };
    let mut failures = Vec::new();
    let mut drafts = 0;
    for (id, case) in &cases {
        let compiled = compiled(&case["definition"].to_string(), case["machine_type"].as_str());
        assert_eq!(compiled.len(), 1, "{id}");
        let errors = errors(&compiled);
        if errors.iter().any(|error| DRAFTS.iter().any(|draft| error.contains(draft))) {
            drafts += 1;
            continue;
        }
        failures.extend(errors.into_iter().map(|error| format!("{id}: {error}")));
    }
    assert_none(&failures);
    assert!(drafts <= DRAFTS.len(), "{drafts} definitions count as drafts");
}

#[test]
fn published_templates_are_loaded() {
    let Some(cases) = cases("SFN_CHAOS_CORPUS", "") else { return };
    let mut failures = Vec::new();
    for (id, case) in &cases {
        let packaging = case["packaging"].as_str().unwrap();
        let files = case["original_files"].as_object().unwrap();
        let Some(template) =
            files.keys().next().filter(|_| !["terraform", "serverless"].contains(&packaging))
        else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.as_str().unwrap()).unwrap();
        }
        let loaded = definitions(&folder.path().join(template), &LoadOptions::default()).unwrap();
        let wanted = case["logical_id"].as_str().unwrap_or(&loaded[0].name);
        let Some(definition) = loaded.iter().find(|definition| definition.name == wanted) else {
            failures.push(format!("{id}: `{wanted}` is missing"));
            continue;
        };
        failures.extend(errors(&[compile(definition)]).into_iter().map(|error| format!("{id}: {error}")));
    }
    assert_none(&failures);
}

#[test]
fn definitions_that_aws_ran_are_accepted() {
    let Some(cases) = cases("SFN_CHAOS_CONFORMANCE", "execution") else { return };
    let mut failures = Vec::new();
    for (id, case) in &cases {
        let rows = case["rows"].as_array().into_iter().flatten();
        for definition in
            rows.chain([case]).map(|row| &row["definition"]).filter(|definition| definition.is_object())
        {
            let compiled = compiled(&definition.to_string(), case["type"].as_str());
            failures.extend(errors(&compiled).into_iter().map(|error| format!("{id}: {error}")));
        }
    }
    assert_none(&failures);
}

#[test]
fn definitions_are_refused_when_aws_refused_them() {
    let Some(cases) = cases("SFN_CHAOS_CONFORMANCE", "validation") else { return };
    let mut failures = Vec::new();
    for (id, case) in &cases {
        let answer = case["expected"].to_string();
        let about_definition =
            ["SCHEMA_VALIDATION_FAILED", "INVALID_JSON", "MISSING_"].iter().any(|code| answer.contains(code));
        let accepted = case["expected"]["accepted"] == true;
        // DescribeStateMachine shows what AWS made of a definition, not the definition that was sent.
        if (!about_definition && !accepted) || case["operation"] == "DescribeStateMachine" {
            continue;
        }
        let text = match (&case["definition"], case["definition_text"].as_str()) {
            (_, Some(text)) => text.to_owned(),
            (definition, None) if definition.is_object() => definition.to_string(),
            _ => continue,
        };
        // The type of the machine is only in the message.
        let machine_type = answer.contains("Express state machine").then_some("EXPRESS");
        let errors = errors(&compiled(&text, machine_type));
        if errors.is_empty() != accepted {
            failures.push(format!("{id}: AWS accepted: {accepted}, here: {errors:?}"));
        }
    }
    assert_none(&failures);
}
