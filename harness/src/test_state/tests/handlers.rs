//! What becomes of a mocked failure.

use rstest::rstest;

use super::{json, of_state};

/// Two retriers and two catchers; the second of each takes `Slow`.
const STATE: &str = r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
    "Retry": [{"ErrorEquals": ["Other"]},
        {"ErrorEquals": ["Slow", "States.Timeout"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 3,
         "MaxDelaySeconds": 10}],
    "Catch": [{"ErrorEquals": ["Bad"], "ResultPath": "$.e", "Next": "Mend"},
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Give up"}],
    "End": true}"#;

#[rstest]
#[case::a_retry("Slow", 0, r#"{"retryIndex": 1, "retryBackoffIntervalSeconds": 3}"#)]
#[case::a_later_retry("Slow", 1, r#"{"retryIndex": 1, "retryBackoffIntervalSeconds": 6}"#)]
#[case::a_capped_retry("Slow", 2, r#"{"retryIndex": 1, "retryBackoffIntervalSeconds": 10}"#)]
#[case::retries_are_spent("Slow", 3, r#"{"catchIndex": 1, "retryIndex": 1}"#)]
#[case::no_retrier_lists_it("Bad", 0, r#"{"catchIndex": 0}"#)]
#[case::spent_and_not_caught("States.Timeout", 3, r#"{"retryIndex": 1}"#)]
#[case::no_handler_can_take_it("States.Runtime", 0, "null")]
fn error_details_name_the_handler(#[case] error: &str, #[case] retries: u32, #[case] expected: &str) {
    let rest = format!(
        r#""inspectionLevel": "DEBUG", "stateConfiguration": {{"retrierRetryCount": {retries}}},
            "mock": {{"errorOutput": {{"error": "{error}", "cause": "C"}}}}"#
    );
    let answer = of_state(STATE, &rest);
    let details = answer.get("inspectionData").and_then(|data| data.get("errorDetails")).cloned();
    assert_eq!(details.unwrap_or_default(), json(expected));
}

#[rstest]
#[case::a_retry("Slow", r#"{"error": "Slow", "cause": "C", "status": "RETRIABLE"}"#)]
#[case::a_catch(
    "Bad",
    r#"{"output": "{\"a\":1,\"e\":{\"Error\":\"Bad\",\"Cause\":\"C\"}}", "error": "Bad", "cause": "C",
        "nextState": "Mend", "status": "CAUGHT_ERROR"}"#
)]
#[case::neither("States.Runtime", r#"{"error": "States.Runtime", "cause": "C", "status": "FAILED"}"#)]
fn a_failure_ends_as(#[case] error: &str, #[case] expected: &str) {
    let rest =
        format!(r#""input": {{"a": 1}}, "mock": {{"errorOutput": {{"error": "{error}", "cause": "C"}}}}"#);
    assert_eq!(of_state(STATE, &rest), json(expected));
}

#[test]
fn a_mock_without_a_cause_has_none() {
    let answer = of_state(STATE, r#""mock": {"errorOutput": {"error": "Slow"}}"#);
    assert_eq!(answer, json(r#"{"error": "Slow", "status": "RETRIABLE"}"#));
}

#[test]
fn jitter_stays_below_the_interval() {
    let state = STATE.replace(r#""MaxAttempts": 3"#, r#""MaxAttempts": 3, "JitterStrategy": "FULL""#);
    let rest = r#""inspectionLevel": "DEBUG", "mock": {"errorOutput": {"error": "Slow"}}"#;
    let answer = of_state(&state, rest);
    let details = answer.get("inspectionData").and_then(|data| data.get("errorDetails"));
    let seconds = details.and_then(|details| details.get("retryBackoffIntervalSeconds")?.as_i64());
    assert!(seconds.is_some_and(|seconds| (0..=3).contains(&seconds)), "{answer}");
}

#[test]
fn a_failure_of_a_parallel_meets_its_handlers() {
    let state = r#"{"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["E"], "Next": "Mend"}],
        "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]}"#;
    let rest = r#""stateConfiguration": {"errorCausedByState": "B"},
        "mock": {"errorOutput": {"error": "E", "cause": "C"}}"#;
    let expected = r#"{"output": "{\"Error\":\"E\",\"Cause\":\"C\"}", "error": "E", "cause": "C",
        "nextState": "Mend", "status": "CAUGHT_ERROR"}"#;
    assert_eq!(of_state(state, rest), json(expected));
}
