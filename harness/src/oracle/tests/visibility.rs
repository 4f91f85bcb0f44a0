use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

/// A charge whose failures go to `Route`, which is given; then `Next` follows on both ways.
fn charge(errors: &str, route: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Charge","States":{{
          "Charge":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{{"FunctionName":"charge"}},"ResultPath":"$.charge",
            "Catch":[{{"ErrorEquals":[{errors}],"ResultPath":"$.error","Next":"Route"}}],"Next":"Done"}},
          {route},
          "Done":{{"Type":"Succeed"}}}}}}"#
    ))
}

const ALL: &str = r#""States.ALL""#;
const IGNORE: &str = r#""Route":{"Type":"Pass","End":true}"#;
const WRITE: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem",
  "Parameters":{"TableName":"t","Item":{"id":{"S":"1"},"error":{"S.$":"$.error.Error"}}},"End":true}"#;
const TELL: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
  "Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:alerts","Message":"failed"},"End":true}"#;
const PLACEHOLDER: &str = r#""Route":{"Type":"Task","Resource":"${Tell}","End":true}"#;
const OWN_ALERT: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"alert-the-team"},"End":true}"#;
const OWN_CODE: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"tidy-up"},"End":true}"#;
const FALL_BACK: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"charge-elsewhere"},"ResultPath":"$.charge","Next":"Done"}"#;
const FAIL: &str = r#""Route":{"Type":"Fail","Error":"NotCharged"}"#;

#[rstest]
#[case::nothing_tells(ALL, IGNORE, Some(Severity::High))]
#[case::it_is_written_down(ALL, WRITE, Some(Severity::High))]
#[case::somebody_is_told(ALL, TELL, None)]
#[case::a_placeholder_may_tell(ALL, PLACEHOLDER, None)]
#[case::a_function_is_named_for_telling(ALL, OWN_ALERT, None)]
#[case::a_function_does_something_else(ALL, OWN_CODE, Some(Severity::High))]
#[case::it_is_done_another_way(ALL, FALL_BACK, Some(Severity::Note))]
#[case::it_fails(ALL, FAIL, None)]
#[case::the_branch_is_meant(r#""CardExpired""#, IGNORE, None)]
#[case::a_fault_by_name(r#""Lambda.TooManyRequestsException""#, IGNORE, Some(Severity::High))]
fn a_failure_that_ends_well(#[case] errors: &str, #[case] route: &str, #[case] expected: Option<Severity>) {
    let found = charge(errors, route).of_rule(RuleId::FailureSwallowed);
    let found: Vec<_> = found.into_iter().filter(|(state, _)| state == "Charge").collect();
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[test]
fn a_failure_that_leaves_no_trace_at_all_is_critical() {
    let trial = Trial::of(
        r#"{"StartAt":"Charge","States":{
          "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"c"},
            "ResultPath":"$.charge",
            "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"Done"}],"Next":"Done"},
          "Done":{"Type":"Succeed"}}}"#,
    );
    assert_eq!(trial.of_rule(RuleId::FailureSwallowed), [("Charge".to_owned(), Severity::Critical)]);
}

#[test]
fn a_message_with_a_token_is_work_that_was_not_done() {
    let trial = Trial::of(
        r#"{"StartAt":"Ask","States":{
          "Ask":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","TimeoutSeconds":60,
            "Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}},
            "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"Done"}],"Next":"Done"},
          "Done":{"Type":"Succeed"}}}"#,
    );
    assert_eq!(trial.of_rule(RuleId::FailureSwallowed), [("Ask".to_owned(), Severity::Critical)]);
}

#[test]
fn a_failure_that_is_told_is_only_noted() {
    let found = charge(ALL, TELL).of_rule(RuleId::FailureOnlyRecorded);
    assert_eq!(found, [("Charge".to_owned(), Severity::Note)]);
}

#[rstest]
#[case::a_measurement("record-metric", Severity::Low)]
#[case::work("record-order", Severity::Critical)]
fn a_measurement_may_be_lost(#[case] function: &str, #[case] expected: Severity) {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Step","States":{{
          "Step":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{{"FunctionName":"{function}"}},
            "ResultPath":null,"Catch":[{{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"Done"}}],"Next":"Done"}},
          "Done":{{"Type":"Succeed"}}}}}}"#
    ));
    assert_eq!(trial.of_rule(RuleId::FailureSwallowed), [("Step".to_owned(), expected)]);
}
