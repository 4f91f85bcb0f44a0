use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

/// One task that is retried after everything, with a timer that a lost answer runs into.
fn retried(resource: &str, parameters: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"{resource}","TimeoutSeconds":30,
          "Parameters":{parameters},
          "Retry":[{{"ErrorEquals":["States.ALL"],"MaxAttempts":2}}],"End":true}}}}}}"#
    ))
}

const LAMBDA: &str = "arn:aws:states:::lambda:invoke";
const TABLE: &str = "arn:aws:states:::dynamodb:updateItem";

#[rstest]
#[case::a_message_to_a_worker(
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    r#"{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}}"#,
    Some(Severity::Critical)
)]
#[case::a_message(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q","MessageBody":"m"}"#,
    Some(Severity::Critical)
)]
#[case::a_message_with_an_id("arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q.fifo","MessageBody":"m","MessageGroupId":"g","MessageDeduplicationId.$":"$$.Execution.Name"}"#,
    None)]
#[case::an_execution(
    "arn:aws:states:::states:startExecution",
    r#"{"StateMachineArn":"a"}"#,
    Some(Severity::Critical)
)]
#[case::an_execution_with_a_name(
    "arn:aws:states:::states:startExecution",
    r#"{"StateMachineArn":"a","Name.$":"$$.Execution.Name"}"#,
    None
)]
#[case::an_execution_with_a_random_name(
    "arn:aws:states:::states:startExecution",
    r#"{"StateMachineArn":"a","Name.$":"States.UUID()"}"#,
    Some(Severity::Critical)
)]
#[case::a_function(LAMBDA, r#"{"FunctionName":"f","Payload":{"id.$":"$.id"}}"#, Some(Severity::Low))]
#[case::a_function_with_the_execution(
    LAMBDA,
    r#"{"FunctionName":"f","Payload":{"run.$":"$$.Execution.Id"}}"#,
    None
)]
#[case::a_function_with_a_key(LAMBDA, r#"{"FunctionName":"f","Payload":{"idempotencyKey.$":"$.id"}}"#, None)]
#[case::a_read("arn:aws:states:::dynamodb:getItem", r#"{"TableName":"t","Key":{"id":{"S":"1"}}}"#, None)]
#[case::an_update_that_sets(
    TABLE,
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"SET a = :a"}"#,
    None
)]
#[case::an_update_that_adds(
    TABLE,
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"ADD n :one"}"#,
    Some(Severity::Critical)
)]
#[case::a_notification(
    "arn:aws:states:::sns:publish",
    r#"{"TopicArn":"t","Message":"m"}"#,
    Some(Severity::Low)
)]
fn a_retry_after_a_lost_answer(
    #[case] resource: &str,
    #[case] parameters: &str,
    #[case] expected: Option<Severity>,
) {
    let found = retried(resource, parameters).of_rule(RuleId::EffectRepeated);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}
