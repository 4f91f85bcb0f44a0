//! How strictly a mocked result is compared with the API that it stands in for.

use rstest::rstest;

use super::{of_state, refusal};
use crate::value::Value;

fn request(resource: &str, result: &str, mode: &str) -> String {
    let result = Value::from(result).to_json();
    format!(
        r#"{{"definition": {{"Type": "Task", "Resource": "arn:aws:states:::{resource}", "End": true}},
            "mock": {{"result": {result}, "fieldValidationMode": "{mode}"}}}}"#
    )
}

#[rstest]
#[case::a_required_field("aws-sdk:sfn:describeExecution", "{}", "Required field 'ExecutionArn' is missing")]
#[case::a_required_field_of_a_job(
    "states:startExecution.sync",
    "{}",
    "Required field 'ExecutionArn' is missing"
)]
#[case::a_text("sns:publish", r#"{"MessageId": 1}"#, "Field 'MessageId' must be a string")]
#[case::a_time(
    "states:startExecution",
    r#"{"ExecutionArn": "arn", "StartDate": 1}"#,
    "Field 'StartDate' must be a string"
)]
#[case::a_number("lambda:invoke", r#"{"StatusCode": true}"#, "Field 'StatusCode' must be a number")]
#[case::a_truth("aws-sdk:s3:getObject", r#"{"DeleteMarker": 1}"#, "Field 'DeleteMarker' must be a boolean")]
#[case::a_list("aws-sdk:sqs:listQueues", r#"{"QueueUrls": "q"}"#, "Field 'QueueUrls' must be an array")]
#[case::an_item_of_a_list(
    "aws-sdk:sqs:listQueues",
    r#"{"QueueUrls": ["q", 1]}"#,
    "Field 'QueueUrls' must be a string"
)]
#[case::the_spelling_of_an_optimized_call(
    "sqs:sendMessage",
    r#"{"MD5OfMessageBody": 1}"#,
    "Field 'MD5OfMessageBody' must be a string"
)]
#[case::a_value_of_a_map(
    "dynamodb:getItem",
    r#"{"Item": {"Paid": {"BOOL": "yes"}}}"#,
    "Field 'BOOL' must be a boolean"
)]
#[case::a_job_by_the_call_that_polls_it(
    "sagemaker:createTrainingJob.sync",
    r#"{"TrainingJobName": "t"}"#,
    "Required field 'TrainingJobArn' is missing"
)]
#[case::a_structure("ecs:runTask", r#"{"Tasks": [{"Cpu": 1}]}"#, "Field 'Cpu' must be a string")]
#[case::a_word(
    "aws-sdk:kms:encrypt",
    r#"{"EncryptionAlgorithm": "ROT13"}"#,
    "Field 'EncryptionAlgorithm' is not an expected value"
)]
#[case::too_short(
    "aws-sdk:kms:encrypt",
    r#"{"KeyId": ""}"#,
    "Field 'KeyId' is smaller than the minimum length"
)]
#[case::too_little(
    "aws-sdk:lambda:getFunctionConfiguration",
    r#"{"Timeout": 0}"#,
    "Field 'Timeout' is less than the minimum value"
)]
#[case::too_much(
    "aws-sdk:scheduler:getSchedule",
    r#"{"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 1441}}"#,
    "Field 'MaximumWindowInMinutes' exceeds the maximum value"
)]
fn a_result_does_not_fit(#[case] resource: &str, #[case] result: &str, #[case] message: &str) {
    let message = format!("Mock result schema validation error: {message}");
    let expected = ("ValidationException".to_owned(), message);
    assert_eq!(refusal(&request(resource, result, "STRICT")), expected);
}

#[rstest]
#[case::an_unknown_field("sns:publish", r#"{"Other": 1}"#, "STRICT")]
#[case::no_field("lambda:invoke", "{}", "STRICT")]
#[case::a_decoded_payload("lambda:invoke", r#"{"Payload": {"a": 1}}"#, "STRICT")]
#[case::a_decoded_output("states:startExecution.sync:2", r#"{"Output": {"a": 1}}"#, "PRESENT")]
#[case::present_asks_for_no_field("states:startExecution", "{}", "PRESENT")]
#[case::anything_goes("states:startExecution", r#"{"ExecutionArn": 1}"#, "NONE")]
#[case::what_a_worker_answers("sqs:sendMessage.waitForTaskToken", r#"{"MessageId": 1}"#, "STRICT")]
#[case::what_a_third_party_answers("http:invoke", "[]", "STRICT")]
#[case::an_api_without_a_model("aws-sdk:qldb:describeLedger", r#"{"Name": 1}"#, "STRICT")]
#[case::an_operation_newer_than_the_model("aws-sdk:sqs:teleportMessage", r#"{"Name": 1}"#, "STRICT")]
#[case::a_call_that_answers_nothing("aws-sdk:sqs:deleteMessage", "[]", "STRICT")]
#[case::the_spelling_of_the_sdk("sqs:sendMessage", r#"{"Md5OfMessageBody": 1}"#, "STRICT")]
fn a_result_fits(#[case] resource: &str, #[case] result: &str, #[case] mode: &str) {
    let state = format!(r#"{{"Type": "Task", "Resource": "arn:aws:states:::{resource}", "End": true}}"#);
    let result_text = Value::from(result).to_json();
    let rest = format!(r#""mock": {{"result": {result_text}, "fieldValidationMode": "{mode}"}}"#);
    assert_eq!(of_state(&state, &rest).get("output"), Some(&Value::from(result)));
}
