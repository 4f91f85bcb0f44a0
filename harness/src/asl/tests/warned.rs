//! Definitions that AWS accepts, although something about them is odd or unknown.

use rstest::rstest;

use super::{found, one_state};
use crate::asl::{ProblemSeverity, compile};
use crate::load::Definition;

#[rstest]
#[case::callback_without_token(r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"QueueUrl": "q", "MessageBody": "x"}, "End": true"#, "callback-without-token", "\"arn:aws:states:::sqs:sendMessage.waitForTaskToken\"")]
#[case::operation_not_in_the_catalogue(r#""Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:teleportObject", "Parameters": {"Bucket": "b"}, "End": true"#, "unknown-integration", "\"arn:aws:states:::aws-sdk:s3:teleportObject\"")]
#[case::error_name(r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Retry": [{"ErrorEquals": ["States.TimeOut"]}], "End": true"#, "unknown-error-name", "\"States.TimeOut\"")]
#[case::delay_cap(r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 5, "MaxDelaySeconds": 5}], "End": true"#, "delay-cap", "5")]
#[case::inline_reader(r#""Type": "Map", "ToleratedFailureCount": 1, "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "End": true"#, "distributed-only", "\"ToleratedFailureCount\"")]
#[case::quoted_placeholder(
    r#""Type": "Wait", "Seconds": "${Pause}", "End": true"#,
    "value-unknown",
    "\"${Pause}\""
)]
#[case::branch_without_end(r#""Type": "Parallel", "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "B"}}}], "End": true"#, "no-terminal-state", "\"States\"")]
fn a_state(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    let text = one_state(fields);
    assert_eq!(found(&text), [(code.to_owned(), offending.to_owned())]);
    assert!(compile(&Definition::from_text("m.json", &text)).machine.is_some());
}

#[test]
fn a_loop_without_a_way_out_is_noticed() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}], "Default": "E"},
        "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}, "E": {"Type": "Succeed"}}}"#;
    assert_eq!(found(text), [("endless-loop".to_owned(), "\"B\"".to_owned())]);
}

#[test]
fn states_that_only_name_each_other_are_noticed() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"},
        "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}}"#;
    let noticed = |name: &str| ("unreachable-state".to_owned(), name.to_owned());
    assert_eq!(found(text), [noticed("\"B\""), noticed("\"C\"")]);
    assert!(compile(&Definition::from_text("m.json", text)).machine.is_some());
}

#[rstest]
#[case::resource(r#""Type": "Task", "Resource": "${Function}", "End": true"#)]
#[case::path(r#""Type": "Pass", "InputPath": "$.${Attribute}", "End": true"#)]
#[case::key(r#""Type": "Pass", "Parameters": {"${Key}": 1}, "End": true"#)]
#[case::expression(
    r#""Type": "Pass", "Parameters": {"x.$": "States.Format('{}/${Bucket}', $.${Key})"}, "End": true"#
)]
#[case::variable(r#""Type": "Choice", "Choices": [{"Variable": "$.${A}", "StringEqualsPath": "$.${B}", "Next": "A"}], "Default": "A""#)]
fn placeholders_without_a_value_are_no_problem(#[case] fields: &str) {
    let problems = found(&one_state(fields));
    let problems: Vec<_> = problems.into_iter().filter(|(code, _)| code != "no-terminal-state").collect();
    assert_eq!(problems, []);
}

#[test]
fn a_status_of_http_is_a_known_error() {
    let text = one_state(
        r#""Type": "Task", "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {"ApiEndpoint": "https://example.com", "Method": "GET",
          "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/c/1"}},
        "Retry": [{"ErrorEquals": ["States.Http.StatusCode.429", "States.Http.Socket"]}], "End": true"#,
    );
    assert_eq!(found(&text), []);
}

#[test]
fn a_bare_placeholder_is_warned_of_and_a_default_stands_in() {
    let text = one_state(
        r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": ${Attempts}}], "End": true"#,
    );
    let compiled = compile(&Definition::from_text("m.json", &text));
    assert!(compiled.problems.iter().all(|problem| problem.severity == ProblemSeverity::Warning));
    assert_eq!(compiled.machine.unwrap().states[0].retry[0].attempts_max, 3);
}

#[rstest]
#[case::path_in_a_template(
    r#""Type": "Pass", "Parameters": {"x": "$.a"}, "End": true"#,
    "no-dollar",
    "\"$.a\""
)]
#[case::function_in_a_template(
    r#""Type": "Pass", "Parameters": {"x": "States.UUID()"}, "End": true"#,
    "no-dollar",
    "\"States.UUID()\""
)]
#[case::path_in_a_result(
    r#""Type": "Pass", "Result": {"x.$": "$.a"}, "End": true"#,
    "static-result",
    "\"$.a\""
)]
#[case::path_in_an_error(r#""Type": "Fail", "Error": "$.a""#, "no-path", "\"$.a\"")]
#[case::no_request(
    r#""Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "End": true"#,
    "request-missing",
    "\"arn:aws:states:::aws-sdk:s3:listBuckets\""
)]
#[case::name(r#""Type": "Task", "Resource": "createToken", "End": true"#, "resource-name", "\"createToken\"")]
#[case::no_queue(
    r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"MessageBody": 1}, "End": true"#,
    "request-incomplete",
    "\"Parameters\""
)]
fn what_is_hardly_meant_or_asked_for_by_aws(
    #[case] fields: &str,
    #[case] code: &str,
    #[case] offending: &str,
) {
    let text = one_state(fields);
    assert_eq!(found(&text), [(code.to_owned(), offending.to_owned())]);
    assert!(compile(&Definition::from_text("m.json", &text)).machine.is_some());
}

#[rstest]
#[case::dollars(r#""Type": "Pass", "Parameters": {"price": "$5", "x.$": "$.a"}, "End": true"#)]
#[case::result(r#""Type": "Pass", "Result": {"x": "States of matter"}, "End": true"#)]
#[case::request_as_a_whole(r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl.$": "$.q", "MessageBody.$": "$"}, "End": true"#)]
#[case::interval_of_nothing(r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 0}], "End": true"#)]
#[case::end_of_none(r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Catch": [], "Retry": [], "End": true"#)]
fn what_looks_odd_is_accepted_without_a_word(#[case] fields: &str) {
    assert_eq!(found(&one_state(fields)), []);
}

#[test]
fn an_end_that_is_none_does_not_exclude_next() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B", "End": false}, "B": {"Type": "Succeed"}}}"#;
    assert_eq!(found(text), []);
}

#[test]
fn a_catcher_knows_the_error_and_a_variable_is_no_bare_name() {
    let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
          "Assign": {"Next": "{% $states.result.items[price > 3].name %}"},
          "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B",
            "Output": {"e": "{% $states.errorOutput.Error %}"}, "Assign": {"e": "{% $states.errorOutput %}"}}],
          "Next": "B"},
        "B": {"Type": "Succeed", "Comment": "{% phone %}", "Output": "{% $e & $Next %}"}}}"#;
    assert_eq!(found(text), []);
}
