//! The catalogue against real definitions, read where they stand: `SFN_CHAOS_CORPUS` names the folder.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{Integration, Service, can_report, statuses, suggest, typical_result};

/// Calls `visit` with every Task state of every definition; `false` if there is no corpus.
#[expect(clippy::print_stdout, reason = "a test that cannot run has to say so")]
fn each_task(visit: &mut dyn FnMut(&str, &Value)) -> bool {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return false;
    };
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(&path).unwrap();
            each_task_in(&serde_json::from_str(&text).unwrap(), visit);
        }
    }
    true
}

fn each_task_in(value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            if let (Some("Task"), Some(resource)) =
                (members.get("Type").and_then(Value::as_str), members.get("Resource").and_then(Value::as_str))
            {
                visit(resource, value);
            }
            members.values().for_each(|member| each_task_in(member, visit));
        }
        Value::Array(elements) => elements.iter().for_each(|element| each_task_in(element, visit)),
        _ => {}
    }
}

#[test]
fn every_known_call_of_the_corpus_has_a_typical_result() {
    let mut missing = BTreeSet::new();
    each_task(&mut |resource, _| {
        let integration = Integration::parse(resource).unwrap();
        let has_shape = matches!(integration.kind, Service::Optimized | Service::Sdk | Service::Http);
        if has_shape && !integration.is_answered_by_worker() && typical_result(&integration).is_none() {
            missing.insert(integration.to_string());
        }
    });
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn every_job_of_the_corpus_has_statuses() {
    let mut missing = BTreeSet::new();
    each_task(&mut |resource, _| {
        let integration = Integration::parse(resource).unwrap();
        if integration.kind == Service::Optimized && integration.is_job() && statuses(&integration).is_none()
        {
            missing.insert(integration.to_string());
        }
    });
    assert_eq!(missing, BTreeSet::new());
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "each of these names is a claim about somebody's definition, to be reviewed"
)]
fn names_that_are_never_reported_are_few() {
    let mut dead = BTreeSet::new();
    each_task(&mut |resource, task| {
        let integration = Integration::parse(resource).unwrap();
        let handlers =
            ["Retry", "Catch"].into_iter().filter_map(|field| task.get(field)?.as_array()).flatten();
        let names = handlers.filter_map(|handler| handler.get("ErrorEquals")?.as_array()).flatten();
        for name in names.filter_map(Value::as_str) {
            if can_report(&integration, name) == Some(false) {
                dead.insert(format!("{name} at {integration}; suggested: {:?}", suggest(&integration, name)));
            }
        }
    });
    println!("never reported: {dead:#?}");
    assert!(dead.len() <= 3, "{dead:#?}");
}
