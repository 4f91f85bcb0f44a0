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

/// Asks a table for an order, perhaps with a question after it, and reads the answer.
fn asking(resource: &str, parameters: &str, selected: &str, after: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Ask","States":{{
          "Ask":{{"Type":"Task","Resource":"arn:aws:states:::{resource}","Parameters":{parameters},"Next":"After"}},
          {after}
          "Read":{{"Type":"Pass","Parameters":{{"read.$":"{selected}"}},"End":true}},
          "None":{{"Type":"Succeed"}}}}}}"#
    ))
    .origin(Origin::Generated)
}

const UNGUARDED: &str = r#""After":{"Type":"Choice","Default":"Read",
    "Choices":[{"Variable":"$.stop","IsPresent":true,"Next":"None"}]},"#;
const BY_ID: &str = r#"{"TableName":"t","Key":{"id":{"S.$":"States.Format('{}', $.id)"}}}"#;
const SETTINGS: &str = r#"{"TableName":"t","Key":{"id":{"S":"settings"}}}"#;
const LIST: &str = r#"{"Bucket.$":"States.Format('b-{}', $.id)"}"#;

/// A Choice that goes on to Read only where a path is present.
fn guarded(path: &str) -> String {
    format!(
        r#""After":{{"Type":"Choice","Default":"None",
            "Choices":[{{"Variable":"{path}","IsPresent":true,"Next":"Read"}}]}},"#
    )
}

#[rstest]
#[case::the_key_comes_from_the_input(
    "dynamodb:getItem",
    BY_ID,
    "$.Item.total.N",
    UNGUARDED,
    r#"{"Item":{"total":{"N":"1"}}}"#,
    Some(Severity::Medium)
)]
#[case::the_key_is_written_down(
    "dynamodb:getItem",
    SETTINGS,
    "$.Item.total.N",
    UNGUARDED,
    r#"{"Item":{"total":{"N":"1"}}}"#,
    Some(Severity::Low)
)]
#[case::a_guard("dynamodb:getItem", BY_ID, "$.Item.total.N", &guarded("$.Item"),
    r#"{"Item":{"total":{"N":"1"}}}"#, None)]
#[case::what_is_always_there(
    "aws-sdk:dynamodb:query",
    BY_ID,
    "$.Count",
    UNGUARDED,
    r#"{"Count":1,"Items":[{}]}"#,
    None
)]
#[case::the_first_of_none(
    "aws-sdk:dynamodb:query",
    BY_ID,
    "$.Items[0].id.S",
    UNGUARDED,
    r#"{"Count":1,"Items":[{"id":{"S":"1"}}]}"#,
    Some(Severity::Medium)
)]
#[case::a_count_is_asked_first("aws-sdk:dynamodb:query", BY_ID, "$.Items[0].id.S",
    r#""After":{"Type":"Choice","Default":"None","Choices":[{"Variable":"$.Count","NumericGreaterThan":0,"Next":"Read"}]},"#,
    r#"{"Count":1,"Items":[{"id":{"S":"1"}}]}"#, None)]
#[case::no_object(
    "aws-sdk:s3:listObjectsV2",
    LIST,
    "$.Contents",
    UNGUARDED,
    r#"{"Contents":[{"Key":"k"}],"KeyCount":1}"#,
    Some(Severity::Medium)
)]
#[case::an_empty_queue(
    "aws-sdk:sqs:receiveMessage",
    r#"{"QueueUrl":"u"}"#,
    "$.Messages[0].Body",
    UNGUARDED,
    r#"{"Messages":[{"Body":"b"}]}"#,
    Some(Severity::High)
)]
#[case::the_last_page(
    "aws-sdk:s3:listObjectsV2",
    LIST,
    "$.NextContinuationToken",
    UNGUARDED,
    r#"{"Contents":[],"IsTruncated":true,"NextContinuationToken":"t"}"#,
    Some(Severity::High)
)]
#[case::a_page_is_asked_for_first("aws-sdk:s3:listObjectsV2", LIST, "$.NextContinuationToken",
    r#""After":{"Type":"Choice","Default":"None","Choices":[{"Variable":"$.IsTruncated","BooleanEquals":true,"Next":"Read"}]},"#,
    r#"{"IsTruncated":true,"NextContinuationToken":"t"}"#, None)]
#[case::a_function_gives_what_it_gives(
    "lambda:invoke",
    r#"{"FunctionName":"f"}"#,
    "$.Payload.id",
    UNGUARDED,
    r#"{"Payload":{"id":1}}"#,
    None
)]
fn an_answer_may_lack_what_is_read(
    #[case] resource: &str,
    #[case] parameters: &str,
    #[case] selected: &str,
    #[case] after: &str,
    #[case] answer: &str,
    #[case] expected: Option<Severity>,
) {
    let trial = asking(resource, parameters, selected, after).answers("Ask", &[answer]);
    let found: Vec<_> = expected.map(|severity| ("Read".to_owned(), severity)).into_iter().collect();
    assert_eq!(trial.of_rule(RuleId::MissingPath), found);
}

#[rstest]
#[case::a_member_of_another_name("$.status", "SUCCEEDED", Some((RuleId::MissingPath, "Read `Status`.")))]
#[case::a_word_of_another_spelling("$.Status", "Succeeded", Some((RuleId::ChoiceUnmatched, "Compare with `SUCCEEDED`.")))]
#[case::the_names_of_the_api("$.Status", "SUCCEEDED", None)]
fn what_the_api_spells_otherwise_is_advice(
    #[case] path: &str,
    #[case] word: &str,
    #[case] expected: Option<(RuleId, &str)>,
) {
    let machine = crate::asl::compile_text(
        "m",
        &format!(
            r#"{{"StartAt":"Ask","States":{{
              "Ask":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:describeExecution",
                "Parameters":{{"ExecutionArn":"a"}},"Next":"Ended?"}},
              "Ended?":{{"Type":"Choice","Default":"Done",
                "Choices":[{{"Variable":"{path}","StringEquals":"{word}","Next":"Done"}}]}},
              "Done":{{"Type":"Succeed"}}}}}}"#
        ),
    )
    .unwrap();
    let model = crate::model::Model::new(std::sync::Arc::new(machine));
    let found: Vec<_> = super::super::advice(&model)
        .into_iter()
        .filter(|advice| matches!(advice.rule, RuleId::MissingPath | RuleId::ChoiceUnmatched))
        .map(|advice| (advice.rule, advice.fix.text))
        .collect();
    let expected: Vec<_> = expected.map(|(rule, text)| (rule, text.to_owned())).into_iter().collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::it_was_written("updateItem", r#""Key":{"id":{"S.$":"$$.Execution.Name"}}"#, vec![])]
#[case::it_was_put("putItem", r#""Item":{"id":{"S.$":"$$.Execution.Name"},"total":{"N":"1"}}"#, vec![])]
#[case::it_was_deleted(
    "deleteItem",
    r#""Key":{"id":{"S.$":"$$.Execution.Name"}}"#,
    vec![("Read".to_owned(), Severity::Medium)]
)]
#[case::another_item_was_put(
    "putItem",
    r#""Item":{"id":{"S":"other"}}"#,
    vec![("Read".to_owned(), Severity::Medium)]
)]
fn an_item_that_the_execution_wrote_is_there(
    #[case] action: &str,
    #[case] named: &str,
    #[case] expected: Vec<(String, Severity)>,
) {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Write","States":{{
          "Write":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:{action}","ResultPath":null,
            "Parameters":{{"TableName":"t",{named}}},"Next":"Ask"}},
          "Ask":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem",
            "Parameters":{{"TableName":"t","Key":{{"id":{{"S.$":"$$.Execution.Name"}}}}}},"Next":"Read"}},
          "Read":{{"Type":"Pass","Parameters":{{"read.$":"$.Item.total.N"}},"End":true}}}}}}"#
    ));
    let trial = trial.origin(Origin::Generated).answers("Ask", &[r#"{"Item":{"total":{"N":"1"}}}"#]);
    assert_eq!(trial.of_rule(RuleId::MissingPath), expected);
}

/// What a campaign without examples finds in a definition of these states.
fn found_without_examples(states: &str, start: &str, rule: RuleId) -> Vec<(String, Severity)> {
    let text = format!(r#"{{"StartAt":"{start}","States":{{{states}}}}}"#);
    let machine = crate::asl::compile_text("trial", &text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let outcome = crate::campaign::Campaign::new(std::sync::Arc::new(machine)).run();
    let machine = outcome.machine.expect("the definition is valid");
    let name = |state: Option<crate::asl::StateId>| state.map(|id| machine.state(id).name.to_string());
    let of_rule = outcome.findings.iter().filter(|finding| finding.violation.rule == rule);
    of_rule
        .map(|finding| (name(finding.violation.state).unwrap_or_default(), finding.violation.severity))
        .collect()
}

const CAR_OR_HOME: &str = r#"
  "Kind":{"Type":"Choice","Default":"Home","Choices":[{"Variable":"$.kind","StringEquals":"CAR","Next":"Car"}]},
  "Car":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:111122223333:function:car","ResultPath":"$.value","Next":"Pay"},
  "Home":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:111122223333:function:home","ResultPath":"HOME","Next":"Pay"},
  "Pay":{"Type":"Pass","Parameters":{"sum.$":"$.value.sum"},"End":true}"#;

#[rstest]
#[case::provided_on_both_ways("$.value", &[])]
#[case::provided_on_one_way("$.worth", &[("Pay", Severity::Medium)])]
fn a_read_behind_two_ways(#[case] result_path: &str, #[case] expected: &[(&str, Severity)]) {
    let found =
        found_without_examples(&CAR_OR_HOME.replace("HOME", result_path), "Kind", RuleId::MissingPath);
    let found: Vec<_> = found.iter().map(|(state, severity)| (&**state, *severity)).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::a_member_that_is_made("$.made.a", &[])]
#[case::a_member_that_is_not_made("$.made.b", &[("Use", Severity::High)])]
#[case::a_counter_of_the_input("$.count", &[])]
fn what_the_definition_makes_itself(#[case] path: &str, #[case] expected: &[(&str, Severity)]) {
    let states = r#"
      "Make":{"Type":"Pass","Parameters":{"a.$":"$.id"},"ResultPath":"$.made","Next":"Use"},
      "Use":{"Type":"Pass","Parameters":{"x.$":"PATH"},"ResultPath":"$.count","Next":"Again"},
      "Again":{"Type":"Choice","Default":"Done","Choices":[{"Variable":"$.id","StringEquals":"more","Next":"Make"}]},
      "Done":{"Type":"Succeed"}"#;
    let found = found_without_examples(&states.replace("PATH", path), "Make", RuleId::MissingPath);
    let found: Vec<_> = found.iter().map(|(state, severity)| (&**state, *severity)).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::as_the_api_has_it("$.Item.name.S", &[])]
#[case::as_optimized_integrations_add_it("$.SdkHttpMetadata.HttpStatusCode", &[])]
#[case::never_in_the_answer("$.Attributes.name.S", &[("Use", Severity::High)])]
fn what_an_api_gives(#[case] path: &str, #[case] expected: &[(&str, Severity)]) {
    let states = r#"
      "Get":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem",
        "Parameters":{"TableName":"t","Key":{"id":{"S.$":"$.id"}}},"Next":"Use"},
      "Use":{"Type":"Pass","Parameters":{"x.$":"PATH"},"End":true}"#;
    let found = found_without_examples(&states.replace("PATH", path), "Get", RuleId::MissingPath);
    let found: Vec<_> = found
        .iter()
        .filter(|(_, severity)| *severity >= Severity::High)
        .map(|(state, severity)| (&**state, *severity))
        .collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::assigned("order", &[])]
#[case::misspelt("ordr", &[("Use", Severity::High)])]
fn a_variable(#[case] name: &str, #[case] expected: &[(&str, Severity)]) {
    let states = r#"
      "Keep":{"Type":"Pass","QueryLanguage":"JSONata","Assign":{"order":"{% $states.input.order %}"},"Next":"Use"},
      "Use":{"Type":"Task","QueryLanguage":"JSONata","Resource":"arn:aws:states:::lambda:invoke",
        "Arguments":{"FunctionName":"f","Payload":{"order":"{% $NAME %}"}},
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Bad"}],"End":true},
      "Bad":{"Type":"Fail"}"#;
    let found = found_without_examples(&states.replace("NAME", name), "Keep", RuleId::MissingPath);
    let found: Vec<_> = found.iter().map(|(state, severity)| (&**state, *severity)).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::words(r#"{"Variable":"$.x.kind","StringEquals":"A","Next":"Done"}"#, &[("Which", Severity::Medium)])]
#[case::both_truths(
    r#"{"Variable":"$.x.ok","BooleanEquals":true,"Next":"Done"},{"Variable":"$.x.ok","BooleanEquals":false,"Next":"Done"}"#,
    &[]
)]
#[case::every_number(
    r#"{"Variable":"$.x.n","NumericLessThan":5,"Next":"Done"},{"Variable":"$.x.n","NumericGreaterThanEquals":5,"Next":"Done"}"#,
    &[]
)]
fn a_choice_without_a_default(#[case] rules: &str, #[case] expected: &[(&str, Severity)]) {
    let states = r#"
      "Ask":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:111122223333:function:ask","ResultPath":"$.x","Next":"Which"},
      "Which":{"Type":"Choice","Choices":[RULES]},
      "Done":{"Type":"Succeed"}"#;
    let found = found_without_examples(&states.replace("RULES", rules), "Ask", RuleId::ChoiceUnmatched);
    let found: Vec<_> = found.iter().map(|(state, severity)| (&**state, *severity)).collect();
    assert_eq!(found, expected);
}
