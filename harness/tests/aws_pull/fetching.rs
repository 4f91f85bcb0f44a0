//! What is fetched is written whole, and the other commands take it as it is.

use serde_json::{Value as Json, json};

use crate::place::{DEFINITION, EXECUTION, Ended, MACHINE, Place, ROLE, VALUES, machine, token};
use crate::server::Reply;

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("it is JSON")
}

/// The diagnosis of what `pull` has just written.
fn diagnosed(place: &Place, pulled: &Ended) -> Json {
    let ended = place.next(pulled, &["--format", "json"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    json(&ended.out)["executions"][0].clone()
}

#[test]
fn a_definition_is_written_to_the_byte_and_its_type_is_found() {
    let place = Place::new();
    let ended = place.run(&["pull", "definition", "order"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(place.files(), ["order.asl.json", "order.described.json"]);
    assert_eq!(place.read("order.asl.json"), DEFINITION);
    assert_eq!(json(&place.read("order.described.json"))["roleArn"], ROLE);
    assert_eq!(place.server.asked()[1].json(), json!({"stateMachineArn": MACHINE}));
    let expected = format!("next   sfn-chaos chaos order.asl.json\n       sfn-chaos pull policies {ROLE}\n");
    assert!(ended.out.ends_with(&expected), "{}", ended.out);
    // A callback is nothing for an Express workflow: the loader knows that it is one.
    let callback = DEFINITION.replace("lambda:invoke\"", "lambda:invoke.waitForTaskToken\"");
    std::fs::write(place.folder().join("order.asl.json"), callback).expect("a file can be written");
    let refused = place.run(&["validate", "order.asl.json"]);
    assert!(refused.code == Some(2) && refused.out.contains("Express"), "{}{}", refused.out, refused.err);
}

#[test]
fn an_alias_gives_the_versions_that_it_stands_for() {
    let place = Place::answering(|asked| match asked.operation() {
        "DescribeStateMachineAlias" => Some(Reply::json(&json!({
            "stateMachineAliasArn": format!("{MACHINE}:PROD"), "name": "PROD", "routingConfiguration": [
                {"stateMachineVersionArn": format!("{MACHINE}:7"), "weight": 90},
                {"stateMachineVersionArn": format!("{MACHINE}:8"), "weight": 10}]}))),
        "DescribeStateMachine" => Some(Reply::json(&machine(&asked.json()["stateMachineArn"]))),
        _ => None,
    });
    let ended = place.run(&["pull", "definition", &format!("{MACHINE}:PROD"), "--out", "live"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let names = [
        "live/order.7.asl.json",
        "live/order.7.described.json",
        "live/order.8.asl.json",
        "live/order.8.described.json",
    ];
    assert_eq!(place.files(), names);
    assert_eq!(
        place.operations(),
        ["DescribeStateMachineAlias", "DescribeStateMachine", "DescribeStateMachine"]
    );
}

#[test]
fn an_execution_is_written_without_values_and_diagnosed_as_with_them() {
    let place = Place::new();
    let redacted = place.run(&["pull", "execution", EXECUTION]);
    assert_eq!(redacted.code, Some(0), "{}", redacted.err);
    let files = ["run-8.asl.json", "run-8.described.json", "run-8.execution.json", "run-8.history.json"];
    assert_eq!(place.files(), files);
    for value in VALUES {
        for file in files {
            assert!(!place.read(file).contains(value), "{value} in {file}");
        }
    }
    let history = json(&place.read("run-8.history.json"));
    assert_eq!(history["events"].as_array().map(Vec::len), Some(8));
    assert!(history["redacted"].is_string(), "the file says what it is");
    let without = diagnosed(&place, &redacted);
    let whole = place.run(&["pull", "execution", EXECUTION, "--show-values", "--overwrite"]);
    assert!(VALUES.iter().all(|value| place.read("run-8.history.json").contains(value)));
    assert_eq!(json(&place.read("run-8.history.json"))["redacted"], Json::Null);
    let with = diagnosed(&place, &whole);
    assert_eq!(with["root_cause"]["error"], "CardDeclined");
    assert_eq!(without, with);
}

#[test]
fn a_history_has_all_its_pages_also_when_aws_throttles_between_them() {
    let throttled = std::sync::atomic::AtomicBool::new(false);
    let place = Place::answering(move |asked| {
        let is_second = asked.operation() == "GetExecutionHistory" && token(asked).as_deref() == Some("two");
        let is_first_time = is_second && !throttled.swap(true, std::sync::atomic::Ordering::SeqCst);
        is_first_time.then(|| Reply::error(400, "ThrottlingException", "Rate exceeded"))
    });
    let ended = place.run(&["pull", "execution", EXECUTION]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let events = json(&place.read("run-8.history.json"))["events"].clone();
    let ids: Vec<_> = events.as_array().into_iter().flatten().map(|event| event["id"].as_u64()).collect();
    assert_eq!(ids, (1..=8).map(Some).collect::<Vec<_>>());
    let pages: Vec<_> = place
        .server
        .asked()
        .iter()
        .filter(|asked| asked.operation() == "GetExecutionHistory")
        .map(token)
        .collect();
    assert_eq!(
        pages.iter().map(Option::as_deref).collect::<Vec<_>>(),
        [None, Some("two"), Some("two"), Some("three")]
    );
    let asked = place.server.asked();
    let first =
        asked.iter().find(|asked| asked.operation() == "GetExecutionHistory").map(crate::server::Asked::json);
    assert_eq!(
        first,
        Some(json!({"executionArn": EXECUTION, "includeExecutionData": true, "maxResults": 1000}))
    );
}

#[test]
fn what_a_history_does_not_hold_is_said() {
    let place = Place::answering(|asked| match asked.operation() {
        "DescribeExecution" => {
            Some(Reply::json(&json!({"executionArn": EXECUTION, "stateMachineArn": MACHINE,
            "status": "FAILED", "startDate": 1.0, "redriveCount": 2})))
        }
        "GetExecutionHistory" => Some(Reply::json(&json!({"events": [
            {"id": 1, "previousEventId": 0, "timestamp": 1.0, "type": "ExecutionStarted",
                "executionStartedEventDetails": {"input": "{\"mail\":\"ada@example.com\"}"}},
            {"id": 2, "previousEventId": 1, "timestamp": 2.0, "type": "MapRunStarted",
                "mapRunStartedEventDetails": {"mapRunArn": "arn:run"}},
            {"id": 3, "previousEventId": 2, "timestamp": 3.0, "type": "ExecutionFailed",
                "executionFailedEventDetails": {"error": "E", "cause": "nobody is ada@example.com"}}]}))),
        _ => None,
    });
    let ended = place.run(&["pull", "execution", EXECUTION]);
    ended.ended(0, "note: it was redriven 2 times");
    ended.ended(0, "list-executions --map-run-arn arn:run --status-filter FAILED");
    ended.ended(0, "note: 1 text under `error` and `cause` quote");
}

#[test]
fn policies_are_written_for_the_audit() {
    let place = Place::new();
    for arguments in
        [&["pull", "policies", ROLE][..], &["pull", "policies", "--machine", "order", "--overwrite"]]
    {
        let ended = place.run(arguments);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let files = ["attached.traces", "boundary.edge", "inline.calls"];
        assert_eq!(place.files(), files.map(|name| format!("orders-role.{name}.policy.json")));
    }
    let inline = json(&place.read("orders-role.inline.calls.policy.json"));
    assert_eq!(inline["Statement"][0]["Action"], "lambda:InvokeFunction");
    let pulled = place.run(&["pull", "policies", "--machine", "order", "--overwrite"]);
    place.run(&["pull", "definition", "order"]);
    let audited = place.next(&pulled, &[]);
    assert_eq!(audited.code, Some(0), "{}{}", audited.out, audited.err);
}

#[test]
fn the_policies_of_a_role_decide_what_is_missing() {
    let place = Place::answering(|asked| match asked.operation() {
        "ListAttachedRolePolicies" => Some(Reply::xml(
            "<ListAttachedRolePoliciesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
             <ListAttachedRolePoliciesResult><AttachedPolicies/><IsTruncated>false</IsTruncated>\
             </ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>",
        )),
        _ => None,
    });
    place.run(&["pull", "definition", "order"]);
    let other = DEFINITION.replace("\"charge\"", "\"refund\"");
    std::fs::write(place.folder().join("order.asl.json"), other).expect("a file can be written");
    let pulled = place.run(&["pull", "policies", "--machine", "order"]);
    let audited = place.next(&pulled, &[]);
    assert_eq!(audited.code, Some(1), "{}{}", audited.out, audited.err);
    assert!(audited.out.contains("function:refund"), "{}", audited.out);
}
