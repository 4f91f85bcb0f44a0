//! Small machines, one rule each.

use rstest::rstest;

use super::Fixture;

/// Wraps states into a machine that starts at `S`, and ends at `Z` where that is named.
fn machine(states: &str) -> String {
    let end = if states.contains(r#""Z""#) { r#", "Z": {"Type": "Succeed"}"# } else { "" };
    format!(r#"{{"StartAt": "S", "States": {{{states}{end}}}}}"#)
}

const SEND: &str = r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
    "Parameters": {"QueueUrl": "q", "MessageBody.$": "$.a"}"#;

fn sending(rest: &str) -> String {
    machine(&format!(r#""S": {{{SEND}, {rest}}}"#))
}

#[rstest]
#[case::pass(machine(r#""S": {"Type": "Pass", "Result": 1, "ResultPath": "$.b", "Next": "Z"}"#), "", 2)]
#[case::members_in_another_order(
    machine(r#""S": {"Type": "Pass", "Parameters": {"n.$": "$.n", "list.$": "$.list", "a.$": "$.a"}, "Next": "Z"}"#),
    "",
    2
)]
#[case::task(sending(r#""ResultPath": "$.sent", "Next": "Z""#), "", 2)]
#[case::a_retry_with_backoff(
    sending(r#""Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 1.5, "IntervalSeconds": 1}], "Next": "Z""#),
    "S:throttling*3",
    5
)]
#[case::a_retrier_that_is_spent(
    sending(
        r#""Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failed", "Next": "Z"}], "End": true"#
    ),
    "S:throttling*forever",
    3
)]
#[case::two_retriers_count_apart(
    sending(r#""Retry": [{"ErrorEquals": ["Own"], "MaxAttempts": 2}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
        "End": true"#),
    "S:throttling + S:error(Own)*3",
    4
)]
#[case::no_handler(sending(r#""End": true"#), "S:throttling", 1)]
#[case::a_catcher_with_an_error(
    sending(
        r#""Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.a.b.c", "Next": "Z"}], "End": true"#
    ),
    "S:throttling",
    1
)]
#[case::a_path_that_is_missing(
    machine(r#""S": {"Type": "Pass", "InputPath": "$.nobody", "Next": "Z"}"#),
    "",
    1
)]
#[case::a_request_that_cannot_be_made(
    machine(
        r#""S": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "InputPath": "$.nobody",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}], "End": true}"#
    ),
    "",
    1
)]
#[case::fail(machine(r#""S": {"Type": "Fail", "Error": "Own", "CausePath": "$.a"}"#), "", 1)]
#[case::wait(machine(r#""S": {"Type": "Wait", "SecondsPath": "$.n", "Next": "Z"}"#), "", 2)]
#[case::a_wait_that_cannot_be(machine(r#""S": {"Type": "Wait", "SecondsPath": "$.a", "Next": "Z"}"#), "", 1)]
#[case::a_rule_that_holds(
    machine(
        r#""S": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 3, "Next": "P"}],
        "Default": "Z"}, "P": {"Type": "Pass", "End": true}"#
    ),
    "",
    2
)]
#[case::default(
    machine(
        r#""S": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 4, "Next": "P"}],
        "Default": "Z"}, "P": {"Type": "Pass", "End": true}"#
    ),
    "",
    2
)]
#[case::no_rule_holds(
    machine(r#""S": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 4, "Next": "Z"}]}"#),
    "",
    1
)]
#[case::variables(
    machine(
        r#""S": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"x": "{% $states.input.n + 1 %}"},
        "Next": "T"},
        "T": {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [
            {"Condition": "{% $x = 4 %}", "Assign": {"y": "{% $x * 2 %}"}, "Next": "U"}], "Default": "Z"},
        "U": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% [$x, $y] %}", "Next": "Z"}"#
    ),
    "",
    4
)]
#[case::an_evaluation_that_fails(
    machine(r#""S": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a + 1 %}", "End": true}"#),
    "",
    1
)]
#[case::an_evaluation_that_is_caught(
    machine(r#""S": {"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": "q", "MessageBody": "{% $states.input.n %}"},
        "Output": "{% $states.input.a + 1 %}", "End": true,
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Assign": {"why": "{% $states.errorOutput.Error %}"},
            "Output": "{% $states.errorOutput %}", "Next": "Z"}]}"#),
    "",
    2
)]
#[case::a_timeout(
    sending(
        r#""TimeoutSeconds": 5, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Z"}], "End": true"#
    ),
    "S:timeout",
    2
)]
#[case::a_parallel_state(
    machine(r#""S": {"Type": "Parallel", "Next": "Z", "ResultPath": "$.both", "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3, "Next": "A2"}, "A2": {"Type": "Pass", "End": true}}},
        {"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": 2, "End": true}}}]}"#),
    "",
    5
)]
#[case::a_branch_that_fails(
    machine(
        r#""S": {"Type": "Parallel", "Next": "Z", "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3, "End": true}}},
        {"StartAt": "B", "States": {"B": {"Type": "Fail", "Error": "Own"}}}],
        "Retry": [{"ErrorEquals": ["Own"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["Own"], "ResultPath": "$.failed", "Next": "Z"}]}"#
    ),
    "",
    5
)]
#[case::a_map(
    machine(r#""S": {"Type": "Map", "ItemsPath": "$.list", "ItemSelector": {"i.$": "$$.Map.Item.Index", "n.$": "$.n"},
        "Next": "Z", "MaxConcurrency": 1, "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}"#),
    "",
    6
)]
#[case::an_item_that_fails(
    machine(r#""S": {"Type": "Map", "ItemsPath": "$.list", "MaxConcurrency": 1, "End": true,
        "Catch": [{"ErrorEquals": ["Own"], "Next": "Z"}],
        "ItemProcessor": {"StartAt": "I", "States": {
            "I": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}], "Default": "G"},
            "F": {"Type": "Fail", "Error": "Own", "Cause": "two"}, "G": {"Type": "Succeed"}}}}"#),
    "",
    7
)]
#[case::no_items(
    machine(
        r#""S": {"Type": "Map", "ItemsPath": "$.a", "End": true, "ItemProcessor":
        {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}"#
    ),
    "",
    1
)]
#[case::a_map_in_a_branch(
    machine(
        r#""S": {"Type": "Parallel", "Next": "Z", "Branches": [
        {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemsPath": "$.list", "End": true, "ItemProcessor":
            {"StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$"}, "End": true,
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2}]}}}}}},
        {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]}"#
    ),
    "S/branch[0]/M[1]/I:throttling*2",
    10
)]
#[case::tolerated_items(
    machine(
        r#""S": {"Type": "Map", "ItemsPath": "$.list", "Next": "Z", "ToleratedFailurePercentage": 34,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$"}, "End": true}}}}"#
    ),
    "S[1]/I:permission-denied",
    6
)]
#[case::too_many_items_that_fail(
    machine(
        r#""S": {"Type": "Map", "ItemsPath": "$.list", "End": true, "ToleratedFailureCount": 0,
        "Catch": [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "Z"}],
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$"}, "End": true}}}}"#
    ),
    "S[1]/I:permission-denied",
    6
)]
#[case::batches(
    machine(
        r#""S": {"Type": "Map", "ItemsPath": "$.list", "Next": "Z", "ItemBatcher": {"MaxItemsPerBatch": 2},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}"#
    ),
    "",
    5
)]
fn a_walk_tells_what_the_simulator_tells(#[case] definition: String, #[case] plan: &str, #[case] calls: u64) {
    let walked = Fixture::new(&definition, r#"{"a": "text", "n": 3, "list": [1, 2, 3]}"#, plan).same();
    assert_eq!(walked.calls, calls);
}
