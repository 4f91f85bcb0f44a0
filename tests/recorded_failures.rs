//! The root causes of executions that failed on AWS. The folder is named by `SFN_CHAOS_CONFORMANCE`.
//!
//! What is expected is worked out here, by following `previousEventId` back from the last event, and not by the code
//! that is tested.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::path::Path;

use serde_json::{Value, json};
use sfn_chaos::diagnose::history::{Diagnosis, Subject, diagnose};
use sfn_chaos::history::import::{read, recordings};

/// State, error and cause.
type Root = (Option<String>, Option<String>, Value);

#[test]
fn the_root_cause_of_every_recorded_failure_is_the_recorded_one() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CONFORMANCE") else {
        println!("skipped: SFN_CHAOS_CONFORMANCE is not set");
        return;
    };
    let (mut right, mut wrong) = (0, Vec::new());
    for (id, events) in failed(&Path::new(&folder).join("execution")) {
        let expected = expected(&events);
        for (form, exported) in forms(&events) {
            let found = found(&diagnosis(&exported));
            if found == expected {
                right += 1;
            } else {
                wrong.push(format!("{id} ({form}):\n  expected {expected:?}\n  found    {found:?}"));
            }
        }
    }
    println!("{right} diagnoses are right");
    assert_eq!(wrong, Vec::<String>::new(), "{}", wrong.join("\n"));
    assert!(right >= 60 * 4, "only {right} were there to diagnose");
}

/// The histories of executions that did not succeed, by the name of the case.
fn failed(folder: &Path) -> Vec<(String, Vec<Value>)> {
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let case = |path: &std::path::PathBuf| -> Option<(String, Vec<Value>)> {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
        let expected = case.get("expected")?;
        let events = expected.get("history")?.as_array()?.clone();
        (expected["status"] != "SUCCEEDED").then(|| (case["id"].to_string(), events))
    };
    paths.iter().filter_map(case).collect()
}

/// The same events as tools write them: as recorded, newest first in two pages, in another casing, without execution
/// data.
fn forms(events: &[Value]) -> [(&'static str, Vec<String>); 4] {
    let page = |events: Vec<Value>, token: Value| json!({"events": events, "nextToken": token}).to_string();
    let newest: Vec<Value> = events.iter().rev().cloned().collect();
    let (new, old) = newest.split_at(newest.len() / 2);
    let plain: Vec<Value> = events.iter().map(without_data).collect();
    [
        ("as recorded", vec![page(events.to_vec(), Value::Null)]),
        ("pages, newest first", vec![page(new.to_vec(), json!("t")), page(old.to_vec(), Value::Null)]),
        ("capital members", vec![capital(&json!({"events": events})).to_string()]),
        ("without execution data", vec![page(plain, Value::Null)]),
    ]
}

fn without_data(event: &Value) -> Value {
    let mut event = event.clone();
    for (_, details) in event.as_object_mut().unwrap() {
        if let Some(details) = details.as_object_mut() {
            for name in ["input", "output", "parameters", "inputDetails", "outputDetails"] {
                details.remove(name);
            }
        }
    }
    event
}

/// As SDKs with capital members write events; what is inside payloads stays.
fn capital(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(capital).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let payload = ["input", "output", "parameters", "cause"].contains(&name.as_str());
                let capital_name = name[..1].to_uppercase() + &name[1..];
                (capital_name, if payload { value.clone() } else { capital(value) })
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

fn diagnosis(files: &[String]) -> Diagnosis {
    let exports = files.iter().map(|text| read("history.json", text).unwrap()).collect();
    let recordings = recordings(exports).unwrap();
    assert_eq!(recordings.len(), 1);
    diagnose(&Subject { recording: &recordings[0], model: None, policy: None })
}

fn found(diagnosis: &Diagnosis) -> Root {
    let root = diagnosis.root.as_ref().unwrap();
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    (text(&root.state), text(&root.error), cause(&text(&root.cause).map_or(Value::Null, Value::from)))
}

/// Follows `previousEventId` from the end: through the states that pass the failure on, and through a Fail state
/// behind a catcher, to the failure; then to the first attempt with the same error.
fn expected(events: &[Value]) -> Root {
    let end = events.last().unwrap();
    let before = |event: &Value| {
        let id = &event["previousEventId"];
        events.iter().find(|other| other["id"] == *id).cloned()
    };
    let kind = |event: &Value| event["type"].as_str().unwrap().to_owned();
    let mut failure = before(end).unwrap();
    loop {
        let kind = kind(&failure);
        let caught = before(&failure).filter(|_| kind == "FailStateEntered").and_then(|exit| before(&exit));
        match caught {
            Some(caught) if has_failed(&caught) => failure = caught,
            _ if kind.starts_with("MapState") && kind.ends_with("Failed") => {
                failure = before(&failure).unwrap();
            }
            _ if kind == "ParallelStateFailed" => failure = before(&failure).unwrap(),
            _ => break,
        }
    }
    let (state, entered) = state(events, &failure);
    let own = details(&failure);
    let shows_itself = own.get("error").is_some() && details(end)["error"] == own["error"]
        || own.get("error").is_some()
            && kind(end) == "ExecutionFailed"
            && details(end).get("error").is_none();
    let told = if shows_itself { own } else { details(end) };
    // The first attempt in the same visit of the state.
    let first = events.iter().find(|event| {
        has_failed(event)
            && details(event)["error"] == told["error"]
            && self::state(events, event).1 == entered
    });
    let told = first.filter(|_| shows_itself).map_or(told, details);
    (Some(state), told["error"].as_str().map(str::to_owned), cause(&told["cause"]))
}

fn has_failed(event: &Value) -> bool {
    let kind = event["type"].as_str().unwrap();
    ["TaskFailed", "TaskTimedOut", "LambdaFunctionFailed", "LambdaFunctionTimedOut", "ActivityFailed"]
        .contains(&kind)
        || kind == "EvaluationFailed"
}

fn details(event: &Value) -> Value {
    let members = event.as_object().unwrap();
    members
        .iter()
        .find(|(name, _)| name.ends_with("EventDetails"))
        .map_or(json!({}), |(_, value)| value.clone())
}

/// The state that an event belongs to, and the event that entered it.
fn state(events: &[Value], event: &Value) -> (String, Value) {
    if let Some(name) = details(event)["state"].as_str() {
        let entered = events.iter().rfind(|other| details(other)["name"] == name).unwrap();
        return (name.to_owned(), entered["id"].clone());
    }
    let mut at = event.clone();
    loop {
        if at["type"].as_str().unwrap().ends_with("StateEntered") {
            return (details(&at)["name"].as_str().unwrap().to_owned(), at["id"].clone());
        }
        at = events.iter().find(|other| other["id"] == at["previousEventId"]).unwrap().clone();
    }
}

/// A cause as JSON where it is JSON, because the recordings hold it decoded; request ids differ between attempts.
fn cause(cause: &Value) -> Value {
    let text = cause.as_str().unwrap_or_default();
    serde_json::from_str(text).ok().filter(Value::is_object).unwrap_or_else(|| cause.clone())
}
