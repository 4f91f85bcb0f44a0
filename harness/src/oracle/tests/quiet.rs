use super::super::trial::Trial;
use super::super::{RuleId, Severity};

/// A wrapper whose purpose is the notification: one task, and a catcher that tells somebody.
const NOTIFYING: &str = r#"{"StartAt":"Work","States":{
  "Work":{"Type":"Task","Resource":"${Function}",
    "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Tell"}],"End":true},
  "Tell":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
    "Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:alerts","Message.$":"$.Cause"},"End":true}}}"#;

#[test]
fn a_workflow_that_is_made_to_tell_of_failures_has_notes_at_most() {
    let trial = Trial::of(NOTIFYING);
    let found: Vec<_> =
        trial.findings().into_iter().map(|violation| (violation.rule, violation.severity)).collect();
    assert_eq!(trial.worst(), Some(Severity::Note), "{found:?}");
    assert!(found.contains(&(RuleId::FailureOnlyRecorded, Severity::Note)), "{found:?}");
}

#[test]
fn a_task_with_a_retrier_and_no_effect_without_guard_is_clean() {
    let trial = Trial::of(
        r#"{"StartAt":"Read","TimeoutSeconds":300,"States":{"Read":{"Type":"Task",
          "Resource":"arn:aws:states:::dynamodb:getItem",
          "Parameters":{"TableName":"orders","Key":{"id":{"S":"1"}}},
          "Retry":[{"ErrorEquals":["DynamoDB.ThrottlingException",
            "DynamoDB.ProvisionedThroughputExceededException","DynamoDB.RequestLimitExceededException",
            "DynamoDB.InternalServerErrorException","DynamoDB.AmazonDynamoDBException",
            "DynamoDB.SdkClientException"],"JitterStrategy":"FULL"}],
          "End":true}}}"#,
    );
    let found: Vec<_> = trial.findings().into_iter().map(|violation| violation.title).collect();
    assert_eq!(found, Vec::<String>::new());
}
