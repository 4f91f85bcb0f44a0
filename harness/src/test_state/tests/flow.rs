//! Outcomes and the data flow that the levels DEBUG and TRACE show.

use rstest::rstest;

use super::{json, of_state, told};
use crate::value::Value;

const SEND: &str = r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage""#;

#[rstest]
#[case::a_pass(
    r#"{"Type": "Pass", "Parameters": {"b.$": "$.a"}, "ResultPath": "$.c", "End": true}"#,
    r#"{"output": "{\"a\":1,\"c\":{\"b\":1}}", "inspectionData": {"input": "{\"a\":1}",
        "afterInputPath": "{\"a\":1}", "afterParameters": "{\"b\":1}", "afterResultSelector": "{\"b\":1}",
        "afterResultPath": "{\"a\":1,\"c\":{\"b\":1}}"}, "status": "SUCCEEDED"}"#
)]
#[case::a_result_leaves_no_trace_of_the_input(
    r#"{"Type": "Pass", "InputPath": "$.a", "Result": [2], "End": true}"#,
    r#"{"output": "[2]", "inspectionData": {"input": "{\"a\":1}", "result": "[2]",
        "afterResultSelector": "[2]", "afterResultPath": "[2]"}, "status": "SUCCEEDED"}"#
)]
#[case::a_succeed(
    r#"{"Type": "Succeed", "OutputPath": "$.a"}"#,
    r#"{"output": "1", "inspectionData": {"input": "{\"a\":1}", "afterInputPath": "{\"a\":1}"},
        "status": "SUCCEEDED"}"#
)]
#[case::a_fail(
    r#"{"Type": "Fail", "Error": "E", "Cause": "C"}"#,
    r#"{"error": "E", "cause": "C", "inspectionData": {"input": "{\"a\":1}",
        "afterInputPath": "{\"a\":1}"}, "status": "FAILED"}"#
)]
#[case::a_wait(
    r#"{"Type": "Wait", "Seconds": 200, "Next": "Later"}"#,
    r#"{"output": "{\"a\":1}", "nextState": "Later", "inspectionData": {"input": "{\"a\":1}",
        "afterInputPath": "{\"a\":1}"}, "status": "SUCCEEDED"}"#
)]
#[case::a_test_lasts_five_minutes(
    r#"{"Type": "Wait", "Seconds": 301, "Next": "Later"}"#,
    r#"{"error": "States.Timeout", "inspectionData": {"input": "{\"a\":1}",
        "afterInputPath": "{\"a\":1}"}, "status": "FAILED"}"#
)]
#[case::a_choice(
    r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "One"}],
        "Default": "Other"}"#,
    r#"{"output": "{\"a\":1}", "nextState": "One", "inspectionData": {"input": "{\"a\":1}",
        "afterInputPath": "{\"a\":1}"}, "status": "SUCCEEDED"}"#
)]
#[case::what_was_reached_before_a_failure(
    r#"{"Type": "Pass", "Parameters": {"b.$": "$.missing"}, "End": true}"#,
    r#"{"error": "States.Runtime", "cause": "An error occurred while executing the state 'StateName' (entered at the event id #2). The JSONPath '$.missing' specified for the field 'b.$' could not be found in the input '{\"a\":1}'",
        "inspectionData": {"input": "{\"a\":1}", "afterInputPath": "{\"a\":1}"}, "status": "FAILED"}"#
)]
fn a_state_without_work_shows(#[case] state: &str, #[case] expected: &str) {
    let rest = r#""input": {"a": 1}, "inspectionLevel": "DEBUG""#;
    assert_eq!(of_state(state, &rest.replace(r#"{"a": 1}"#, r#""{\"a\":1}""#)), json(expected));
}

#[test]
fn a_task_shows_every_step() {
    let state = format!(
        r#"{{{SEND}, "InputPath": "$.a", "Parameters": {{"MessageBody.$": "$.b"}},
            "ResultSelector": {{"id.$": "$.MessageId"}}, "ResultPath": "$.sent", "OutputPath": "$.sent",
            "Next": "Then"}}"#
    );
    let rest = r#""input": "{\"a\":{\"b\":1}}", "inspectionLevel": "TRACE",
        "mock": {"result": "{\"MessageId\":\"m\"}"}"#;
    let expected = r#"{"output": "{\"id\":\"m\"}", "nextState": "Then", "status": "SUCCEEDED", "inspectionData": {
        "input": "{\"a\":{\"b\":1}}", "afterInputPath": "{\"b\":1}", "afterParameters": "{\"MessageBody\":1}",
        "result": "{\"MessageId\":\"m\"}", "afterResultSelector": "{\"id\":\"m\"}",
        "afterResultPath": "{\"a\":{\"b\":1},\"sent\":{\"id\":\"m\"}}"}}"#;
    assert_eq!(of_state(&state, rest), json(expected));
}

#[test]
fn a_parallel_shows_nothing_of_what_its_branches_get() {
    let state = r#"{"Type": "Parallel", "InputPath": "$.a", "ResultPath": "$.r", "End": true, "Branches": [
        {"StartAt": "B", "States": {"B": {"Type": "Fail"}}}]}"#;
    let rest = r#""input": "{\"a\":1}", "inspectionLevel": "DEBUG", "mock": {"result": "[2]"}"#;
    let expected = r#"{"output": "{\"a\":1,\"r\":[2]}", "status": "SUCCEEDED", "inspectionData": {
        "input": "{\"a\":1}", "afterResultSelector": "[2]", "afterResultPath": "{\"a\":1,\"r\":[2]}"}}"#;
    assert_eq!(of_state(state, rest), json(expected));
}

#[test]
fn the_level_info_tells_the_outcome_alone() {
    let answer = of_state(r#"{"Type": "Pass", "Result": 1, "Next": "B"}"#, r#""input": {}"#);
    assert_eq!(answer, json(r#"{"output": "1", "nextState": "B", "status": "SUCCEEDED"}"#));
}

#[test]
fn what_passes_through_unchanged_keeps_its_spacing() {
    let state = format!(r#"{{{SEND}, "End": true}}"#);
    let rest = r#""mock": {"result": "{\"MessageId\": \"m\"}"}"#;
    assert_eq!(of_state(&state, rest).get("output"), Some(&Value::from(r#"{"MessageId": "m"}"#)));
}

#[test]
fn variables_are_shown_where_there_are_any() {
    let state = r#"{"Type": "Pass", "Assign": {"b.$": "$a"}, "End": true}"#;
    let rest = r#""variables": {"a": 1}, "inspectionLevel": "DEBUG""#;
    let shown = of_state(state, rest);
    let variables = shown.get("inspectionData").and_then(|data| data.get("variables"));
    assert_eq!(variables, Some(&Value::from(r#"{"a":1,"b":1}"#)));
}

#[rstest]
#[case::a_member("$$.Execution.Input", r#"{"Execution": {"Input": [1]}}"#, "[1]")]
#[case::nothing_is_added("$$", "{}", "{}")]
#[case::a_token("$$.Task.Token", r#"{"Task": {"Token": "t"}}"#, "\"t\"")]
fn a_given_context_object_is_all_there_is(#[case] path: &str, #[case] context: &str, #[case] expected: &str) {
    let state = format!(
        r#"{{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
            "Parameters": {{"MessageBody.$": "$$"}}, "ResultSelector": {{"seen.$": "{path}"}}}}"#
    );
    let answer = of_state(&state, &format!(r#""context": {context}, "mock": {{"result": "1"}}"#));
    assert_eq!(answer.get("output"), Some(&Value::from(format!(r#"{{"seen":{expected}}}"#))));
}

#[rstest]
#[case::the_state("$$.State.Name", "\"Inner\"")]
#[case::the_input("$$.Execution.Input", "{\"x\":1}")]
#[case::no_role("$$.Execution.RoleArn", "null")]
#[case::the_first_item("$$.Map.Item.Index", "0")]
#[case::the_input_is_the_item("$$.Map.Item.Value", "{\"x\":1}")]
fn a_context_object_is_made_up(#[case] path: &str, #[case] expected: &str) {
    let machine = format!(
        r#"{{"StartAt": "Outer", "States": {{"Outer": {{"Type": "Map", "End": true, "ItemProcessor":
            {{"StartAt": "Inner", "States": {{"Inner": {{"Type": "Pass", "End": true,
                "Parameters": {{"seen.$": "{path}"}}}}}}}}}}}}}}"#
    );
    let answer = told(&format!(r#"{{"definition": {machine}, "stateName": "Inner", "input": {{"x": 1}}}}"#));
    assert_eq!(answer.get("output"), Some(&Value::from(format!(r#"{{"seen":{expected}}}"#))));
}
