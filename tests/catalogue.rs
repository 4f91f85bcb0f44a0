//! What the catalogue knows of the tasks of real definitions, and what is said where it knows nothing. The folder of
//! definitions is named by `SFN_CHAOS_CORPUS`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;
use serde_json::{Value, json};
use sfn_chaos::catalog::{Integration, Service};
use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::{Ended, run};
use tempfile::TempDir;

/// Percent of the tasks with a resolved resource whose integration is recognised.
const RECOGNISED_PERCENT: usize = 97;

/// The tasks of all definitions.
#[derive(Default)]
struct Counts {
    definitions: usize,
    tasks: usize,
    unresolved: usize,
    recognised: usize,
    /// By the resource.
    unknown: BTreeMap<String, usize>,
    /// What is wrong with others.
    refused: BTreeSet<String>,
}

impl Counts {
    fn take(&mut self, resource: &str) {
        self.tasks += 1;
        match Integration::parse(resource) {
            Ok(found) if found.kind == Service::Unresolved => self.unresolved += 1,
            Ok(found) if found.is_known() => self.recognised += 1,
            Ok(_) => *self.unknown.entry(resource.to_owned()).or_default() += 1,
            Err(message) => _ = self.refused.insert(message),
        }
    }
}

#[test]
fn the_tasks_of_published_definitions_are_recognised_or_listed() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return;
    };
    let mut counts = Counts::default();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            counts.definitions += 1;
            each_task(&case["definition"], &mut |resource| counts.take(resource));
        }
    }
    let Counts { definitions, tasks, unresolved, recognised, unknown, refused } = counts;
    let resolved = tasks - unresolved;
    println!("{definitions} definitions, {tasks} tasks, {resolved} with a resolved resource");
    println!("recognised: {recognised} of {resolved}; unknown: {unknown:#?}");
    assert_eq!(refused, BTreeSet::new(), "AWS takes these definitions");
    assert!(recognised * 100 >= resolved * RECOGNISED_PERCENT, "{recognised} of {resolved}: {unknown:#?}");
}

fn each_task(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => {
            if let (Some("Task"), Some(resource)) = (value["Type"].as_str(), value["Resource"].as_str()) {
                visit(resource);
            }
            members.values().for_each(|member| each_task(member, visit));
        }
        Value::Array(elements) => elements.iter().for_each(|element| each_task(element, visit)),
        _ => {}
    }
}

/// A folder with one state that makes the call.
fn one_call(resource: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let call = json!({"Type": "Task", "Resource": resource, "Parameters": {"Name": "n"}, "End": true});
    let definition = json!({"StartAt": "Call", "States": {"Call": call}});
    std::fs::write(folder.path().join("call.asl.json"), definition.to_string()).unwrap();
    folder
}

#[rstest]
#[case::a_service("arn:aws:states:::aws-sdk:brandnew:doThing", "the service `brandnew`")]
#[case::an_operation("arn:aws:states:::aws-sdk:s3:teleportObject", "the operation `teleportObject`")]
#[case::an_optimized_integration(
    "arn:aws:states:::quantumledger:commit",
    "the optimized integration `quantumledger:commit`"
)]
fn a_call_that_is_not_in_the_catalogue_is_said_once_by_every_command(
    #[case] resource: &str,
    #[case] subject: &str,
) {
    let folder = one_call(resource);
    let remark = format!("the catalogue does not know {subject}");
    let Ended { code: validated, out: told, .. } = run(folder.path(), &["validate", "call.asl.json"]);
    let Ended { code: ran, err: noted, .. } = run(folder.path(), &["run", "call.asl.json", "--input", "{}"]);
    let Ended { out: reported, .. } = run(folder.path(), &["chaos", "call.asl.json"]);
    assert_eq!((validated, ran), (ExitCode::Clean, ExitCode::Clean), "a newer service is no mistake");
    for text in [told, noted, reported] {
        assert_eq!(text.matches(&remark).count(), 1, "{text}");
        assert!(text.contains("call.asl.json:1:"), "{text}");
    }
}

#[test]
fn a_call_that_is_in_the_catalogue_is_not_remarked_on() {
    let folder = one_call("arn:aws:states:::aws-sdk:s3:listBuckets");
    for arguments in [&["validate", "call.asl.json"][..], &["run", "call.asl.json", "--input", "{}"]] {
        let Ended { out, err, .. } = run(folder.path(), arguments);
        assert!(!out.contains("catalogue") && err.is_empty(), "{out}{err}");
    }
}

#[test]
fn no_name_is_assumed_where_handlers_name_the_errors_of_a_service() {
    let folder = one_call("arn:aws:states:::aws-sdk:brandnew:doThing");
    let Ended { out: bare, .. } = run(folder.path(), &["chaos", "call.asl.json"]);
    assert!(bare.contains(r#""ErrorEquals": ["States.TaskFailed"]"#), "an assumed name is no advice: {bare}");

    let path = folder.path().join("call.asl.json");
    let definition = std::fs::read_to_string(&path).unwrap();
    let retry =
        r#""Retry":[{"ErrorEquals":["BrandNew.BrandNewException"],"JitterStrategy":"FULL"}],"Type":"Task""#;
    std::fs::write(&path, definition.replace(r#""Type":"Task""#, retry)).unwrap();
    let Ended { out: named, .. } = run(folder.path(), &["chaos", "call.asl.json"]);
    assert!(!named.contains("Brandnew."), "{named}");
}
