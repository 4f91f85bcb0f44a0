//! A history without values is diagnosed as the one with them: the same root cause, class, fix and risks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rstest::rstest;
use serde_json::Value as Json;
use sfn_chaos::history::redacted::Redaction;
use sfn_chaos::value::Value;
use sfn_chaos_tests::program::run;

fn histories() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("histories")
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).expect("a file of tests/histories")
}

/// Copies a history and what lies beside it, without values, and returns the arguments to diagnose it.
fn without_values(name: &str, to: &Path) -> Vec<String> {
    let from = histories();
    let beside = |kind: &str| Some(format!("{name}.{kind}.json")).filter(|file| from.join(file).is_file());
    let mut arguments = vec!["diagnose".to_owned(), format!("{name}.json")];
    let definition = beside("asl").map(|file| read(&from, &file));
    let history = Value::parse(&read(&from, &format!("{name}.json"))).expect("JSON");
    let mut documents = history.get("events").and_then(Value::as_array).expect("events").to_vec();
    let described = beside("describe");
    documents.extend(described.iter().map(|file| Value::parse(&read(&from, file)).expect("JSON")));
    let (mut redacted, _) = Redaction::new(definition.as_deref()).redacted(&documents);
    if let Some(file) = described {
        fs::write(to.join(&file), redacted.pop().expect("the description").to_json()).expect("written");
        arguments.push(file);
    }
    let events: Vec<String> = redacted.iter().map(Value::to_json).collect();
    fs::write(to.join(format!("{name}.json")), format!("{{\"events\":[{}]}}", events.join(",")))
        .expect("written");
    for (kind, option) in [("maprun", ""), ("asl", "--definition"), ("policy", "--policy")] {
        if let Some(file) = beside(kind) {
            fs::copy(from.join(&file), to.join(&file)).expect("copied");
            arguments.extend([option.to_owned(), file].into_iter().filter(|argument| !argument.is_empty()));
        }
    }
    arguments.extend(["--format".to_owned(), "json".to_owned()]);
    arguments
}

#[rstest]
#[case::a_function_that_fails("lambda-error")]
#[case::retries_that_did_not_outlast_throttling("throttling-exhausted")]
#[case::a_denied_call("permission-denied")]
#[case::the_timer_of_a_state("state-timeout")]
#[case::a_missed_heartbeat("heartbeat")]
#[case::the_timer_of_the_execution("execution-timeout")]
#[case::a_result_that_is_too_large("data-limit")]
#[case::one_item_of_a_map("map-item")]
#[case::a_child_of_a_map("map-child")]
#[case::one_branch_of_a_parallel("parallel-branch")]
#[case::a_child_execution("nested-execution")]
#[case::a_failure_behind_a_success("swallowed")]
#[case::a_callback_that_does_not_come("stuck-callback")]
#[case::an_activity_without_a_worker("stuck-activity")]
#[case::a_jsonata_expression("jsonata")]
#[case::a_path_that_is_not_there("runtime-path")]
#[case::an_execution_that_was_redriven("redriven")]
#[case::an_execution_that_was_stopped("aborted")]
#[case::a_container_that_was_killed("job-failed")]
#[case::too_many_items_of_a_distributed_map("map-run-failed")]
#[case::an_http_endpoint_that_refuses("http")]
#[case::a_job_that_does_not_end("stuck-job")]
#[case::a_loop_that_goes_round("stuck-polling")]
#[case::a_definition_that_did_not_run("another-definition")]
fn a_diagnosis_needs_no_values(#[case] name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = without_values(name, folder.path());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let without = run(folder.path(), &arguments);
    for file in
        arguments.iter().filter(|argument| Path::new(argument).extension().is_some_and(|it| it == "json"))
    {
        fs::copy(histories().join(file), folder.path().join(file)).unwrap();
    }
    let with = run(folder.path(), &arguments);
    assert_eq!(without.code, with.code, "{}", without.err);
    let [with, without] = [with, without].map(|ended| serde_json::from_str::<Json>(&ended.out).unwrap());
    assert_eq!(without, with);
}

/// Every text of a payload that is longer than a word, so that it is found if it stays.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => match Value::parse(text) {
            Ok(inner) if !matches!(inner, Value::Number(_)) => texts(&inner, found),
            _ => drop(found.insert(text.to_string())),
        },
        Value::Array(items) => items.items().iter().for_each(|item| texts(item, found)),
        Value::Object(object) => object.iter().for_each(|(_, member)| texts(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What AWS may add to events one day is a payload until somebody has looked at it; so are variables, whatever they are
/// called, requests with tokens, and texts that AWS has cut.
#[test]
fn no_value_stays_wherever_it_stands() {
    const SECRETS: [&str; 7] = [
        "Ada Lovelace",
        "4111111111111111",
        "ada@example.com",
        "AQCkTOKEN",
        "Privet Drive",
        "99.95",
        "12345678",
    ];
    let events = r#"[
        {"id":1,"type":"ExecutionStarted","timestamp":1.5,"executionStartedEventDetails":{"roleArn":"arn:aws:iam::1:role/r",
          "input":"{ \"customer\": {\"name\": \"Ada Lovelace\", \"card\": 4111111111111111}, \"amount\": 99.95, \"plan\":\"gold\" }",
          "inputDetails":{"truncated":false}}},
        {"id":2,"type":"TaskScheduled","taskScheduledEventDetails":{"resourceType":"sqs","resource":"sendMessage.waitForTaskToken",
          "parameters":"{\"QueueUrl\":\"https://sqs/1/q\",\"MessageBody\":{\"token\":\"AQCkTOKEN\",\"mail\":\"ada@example.com\"}}"}},
        {"id":3,"type":"PassStateExited","stateExitedEventDetails":{"name":"Keep","output":"\"{\\\"street\\\":\\\"Privet Drive\\\"}\"",
          "assignedVariables":{"error":"\"Privet Drive\"","name":"\"Ada Lovelace\""}}},
        {"id":4,"type":"DreamStarted","dreamStartedEventDetails":{"dream":"Privet Drive","list":["ada@example.com"]}},
        {"id":5,"type":"TaskSucceeded","taskSucceededEventDetails":{"output":"{\"order\":12345678,\"cut\":\"Ada Lovel",
          "outputDetails":{"truncated":true}}}]"#;
    let documents = Value::parse(events).unwrap();
    let definition = r#"{"Choices":[{"Variable":"$.plan","StringEquals":"gold"},{"NumericGreaterThan":50}]}"#;
    let (redacted, _) = Redaction::new(Some(definition)).redacted(documents.as_array().unwrap());
    let all = Value::array(redacted).to_json();
    for secret in SECRETS {
        assert!(!all.contains(secret), "{secret} stays in {all}");
    }
    let mut kept = BTreeSet::new();
    texts(&Value::parse(&all).unwrap(), &mut kept);
    let expected = ["gold", "https://sqs/1/q", "arn:aws:iam::1:role/r", "Keep"];
    assert!(expected.iter().all(|text| kept.contains(*text)), "{kept:?}");
}
