//! `record-left-behind`, and what a second delivery or a redrive repeats.

use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

const RULE: RuleId = RuleId::RecordLeftBehind;

fn found(trial: &Trial) -> Vec<(String, Severity)> {
    trial.of_rule(RULE)
}

fn one(state: &str, severity: Severity) -> Vec<(String, Severity)> {
    vec![(state.to_owned(), severity)]
}

/// Takes a lock, works, gives it back; with these fields in the lock and the work, and more states.
fn lock(resource: &str, lock: &str, work: &str, more: &str) -> String {
    format!(
        r##"{{"StartAt":"Lock","States":{{
          "Lock":{{"Type":"Task","Resource":"arn:aws:states:::{resource}putItem","Parameters":{{"TableName":"Locks",
            "Item":{{"LockId":{{"S.$":"States.Format('{{}}', $.id)"}},"until":{{"S.$":"$$.State.EnteredTime"}}}},
            {lock}}},"ResultPath":null,{RETRY},"Next":"Work"}},
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{{"FunctionName":"work"}},
            {RETRY},{work}"ResultPath":null,"Next":"Unlock"}},
          "Unlock":{{"Type":"Task","Resource":"arn:aws:states:::{resource}deleteItem","Parameters":{{"TableName":"Locks",
            "Key":{{"LockId":{{"S.$":"States.Format('{{}}', $.id)"}}}}}},{RETRY},"End":true}}{more}}}}}"##
    )
}

const RETRY: &str = r#""Retry":[{"ErrorEquals":["States.Timeout","States.TaskFailed"],"MaxAttempts":1}]"#;
const ABSENT: &str = r#""ConditionExpression":"attribute_not_exists(LockId)""#;
const LEASE: &str = r##""ConditionExpression":"attribute_not_exists(LockId) OR #u < :now",
  "ExpressionAttributeNames":{"#u":"until"},"ExpressionAttributeValues":{":now":{"S.$":"$$.State.EnteredTime"}}"##;
const CATCH: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Release"}],"#;
const RELEASE: &str = r##","Release":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:deleteItem",
  "Parameters":{"TableName":"Locks","Key":{"LockId":{"S.$":"States.Format('{}', $.id)"}}},"Next":"Failed"},
  "Failed":{"Type":"Fail","Error":"WorkFailed"}"##;
const TELL: &str = r#","Release":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
  "Parameters":{"TopicArn":"t","Message":"failed"},"Next":"Failed"},"Failed":{"Type":"Fail","Error":"WorkFailed"}"#;

#[rstest]
#[case::nothing_releases_it("dynamodb:", ABSENT, "", "", Some(Severity::High))]
#[case::by_the_sdk("aws-sdk:dynamodb:", ABSENT, "", "", Some(Severity::High))]
#[case::the_failure_is_only_told("dynamodb:", ABSENT, CATCH, TELL, Some(Severity::High))]
#[case::the_failure_path_releases_it("dynamodb:", ABSENT, CATCH, RELEASE, Some(Severity::Medium))]
#[case::a_lease_is_over("dynamodb:", LEASE, "", "", None)]
#[case::a_lease_and_a_release("dynamodb:", LEASE, CATCH, RELEASE, None)]
fn a_lock(
    #[case] resource: &str,
    #[case] condition: &str,
    #[case] work: &str,
    #[case] more: &str,
    #[case] expected: Option<Severity>,
) {
    let trial = Trial::of(&lock(resource, condition, work, more));
    let expected = expected.map(|severity| one("Lock", severity)).unwrap_or_default();
    assert_eq!(found(&trial), expected);
}
