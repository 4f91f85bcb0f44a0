use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};
use crate::generate::Origin;

/// Reads `$.order.id`, which the input may lack, and decides by `$.kind`.
const READER: &str = r#"{"StartAt":"Read","States":{
  "Read":{"Type":"Pass","Parameters":{"id.$":"$.order.id","kind.$":"$.kind"},"Next":"Kind?"},
  "Kind?":{"Type":"Choice","Choices":[{"Variable":"$.kind","StringEquals":"a","Next":"Done"}]},
  "Done":{"Type":"Succeed"}}}"#;

#[rstest]
#[case::all_is_there(r#"{"order":{"id":1},"kind":"a"}"#, Origin::User, None)]
#[case::a_field_is_missing(r#"{"order":{},"kind":"a"}"#, Origin::User, Some((RuleId::MissingPath, "Read")))]
#[case::no_rule_holds(r#"{"order":{"id":1},"kind":"b"}"#, Origin::User, Some((RuleId::ChoiceUnmatched, "Kind?")))]
#[case::invented_data_proves_nothing(r#"{"order":{},"kind":"b"}"#, Origin::Generated, None)]
fn what_is_read(#[case] input: &str, #[case] origin: Origin, #[case] expected: Option<(RuleId, &str)>) {
    let trial = Trial::of(READER).input(input).origin(origin);
    for rule in [RuleId::MissingPath, RuleId::ChoiceUnmatched] {
        let wanted: Vec<_> = expected
            .iter()
            .filter(|(expected, _)| *expected == rule)
            .map(|(_, state)| ((*state).to_owned(), Severity::High))
            .collect();
        assert_eq!(trial.of_rule(rule), wanted);
    }
}

#[test]
fn a_documented_status_without_a_rule_is_found_in_invented_data_too() {
    let trial = Trial::of(
        r#"{"StartAt":"Ask","States":{
          "Ask":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:redshiftdata:describeStatement",
            "Parameters":{"Id":"1"},"Next":"Ended?"},
          "Ended?":{"Type":"Choice","Choices":[
            {"Variable":"$.Status","StringEquals":"FINISHED","Next":"Done"}]},
          "Done":{"Type":"Succeed"}}}"#,
    )
    .answers("Ask", &[r#"{"Status":"FINISHED"}"#])
    .origin(Origin::Generated);
    assert_eq!(trial.of_rule(RuleId::ChoiceUnmatched), [("Ended?".to_owned(), Severity::High)]);
}
