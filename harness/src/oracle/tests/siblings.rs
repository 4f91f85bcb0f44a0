use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

const RULE: RuleId = RuleId::ItemFailureDiscardsSiblings;

const CHARGE: &str = r#""Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"charge"},"#;
const CHARGE_ARN: &str = r#""Resource":"arn:aws:lambda:us-east-1:123456789012:function:charge","#;
const SEND: &str = r#""Resource":"arn:aws:states:::sqs:sendMessage",
  "Parameters":{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/1/q","MessageBody.$":"$"},"#;
const PUT: &str = r#""Resource":"arn:aws:states:::aws-sdk:dynamodb:putItem",
  "Parameters":{"TableName":"t","Item":{"id":{"S":"1"}}},"#;
const READ: &str = r#""Resource":"arn:aws:states:::dynamodb:getItem",
  "Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},"#;
const RETRY: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2,"JitterStrategy":"FULL"}],"#;
const MARK: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Mark"}],"#;

/// A Map of one task, with fields of the task and of the Map, and the states that their handlers lead to.
fn items(task: &str, map: &str, processor: &str) -> Trial {
    let named = |field: &str, name: &str, state: &'static str| if field.contains(name) { state } else { "" };
    let definition = r#"{"StartAt":"Each","States":{
      "Each":{"Type":"Map","ItemsPath":"$.items",MAP "ItemProcessor":{PROCESSOR "StartAt":"Work","States":{
        MARK "Work":{"Type":"Task",TASK "End":true}}},"Next":"Done"},
      UNDO TELL
      "Done":{"Type":"Succeed"}}}"#;
    let definition = definition
        .replace("MARK", named(task, "Mark", r#""Mark":{"Type":"Pass","End":true},"#))
        .replace("UNDO", named(map, "Undo", UNDO_ALL))
        .replace("TELL", named(map, "Tell", TELL))
        .replace("MAP", map)
        .replace("PROCESSOR", processor)
        .replace("TASK", task);
    Trial::of(&definition).input(r#"{"items":[{"n":1},{"n":2},{"n":3}]}"#)
}

const UNDO_ALL: &str = r#""Undo":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"refund-all"},"Next":"Failed"},"Failed":{"Type":"Fail"},"#;
const TELL: &str = r#""Tell":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
  "Parameters":{"TopicArn":"arn:aws:sns:us-east-1:1:t","Message":"failed"},"Next":"Failed"},
  "Failed":{"Type":"Fail"},"#;
const DISTRIBUTED: &str = r#""ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#;
const TO_TELL: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Tell"}],"#;
const TO_UNDO: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Undo"}],"#;
const AGAIN: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],"#;

#[rstest]
#[case::a_function(&[CHARGE], "", "", Some(Severity::Medium))]
#[case::a_function_by_its_arn(&[CHARGE_ARN], "", "", Some(Severity::Medium))]
#[case::a_message(&[SEND], "", "", Some(Severity::Medium))]
#[case::one_after_the_other(&[SEND], r#""MaxConcurrency":1,"#, "", Some(Severity::Medium))]
#[case::retries_that_end(&[CHARGE, RETRY], "", "", Some(Severity::Medium))]
#[case::a_put_can_be_done_again(&[PUT], "", "", Some(Severity::Low))]
#[case::in_child_executions(&[CHARGE], "", DISTRIBUTED, Some(Severity::Medium))]
#[case::the_map_only_tells(&[CHARGE], TO_TELL, "", Some(Severity::Medium))]
#[case::a_read(&[READ], "", "", None)]
#[case::a_handler_of_the_item(&[CHARGE, MARK], "", "", None)]
#[case::a_handler_of_the_item_after_retries(&[CHARGE, RETRY, MARK], "", "", None)]
#[case::the_map_undoes(&[CHARGE], TO_UNDO, "", None)]
#[case::failures_are_tolerated(&[CHARGE], r#""ToleratedFailurePercentage":50,"#, DISTRIBUTED, None)]
#[case::a_number_is_tolerated(&[CHARGE], r#""ToleratedFailureCount":2,"#, DISTRIBUTED, None)]
fn one_item_fails(
    #[case] task: &[&str],
    #[case] map: &str,
    #[case] processor: &str,
    #[case] expected: Option<Severity>,
) {
    let found = items(&task.concat(), map, processor).of_rule(RULE);
    assert_eq!(found.into_iter().next(), expected.map(|severity| ("Each".to_owned(), severity)));
}

#[test]
fn the_retrier_of_the_map_repeats_and_is_another_rule() {
    let found = items(CHARGE, AGAIN, "").findings();
    let events: Vec<_> = found.iter().filter(|found| found.rule == RULE).map(|found| &found.why).collect();
    // Once its retries are spent, the work is thrown away all the same.
    assert_eq!(events.len(), 1);
    assert!(found.iter().any(|found| found.rule == RuleId::EffectRepeated));
}

#[test]
fn the_work_of_an_earlier_step_counts_and_one_finding_is_enough_for_maps_in_maps() {
    let trial = Trial::of(
        r#"{"StartAt":"Orders","States":{"Orders":{"Type":"Map","ItemsPath":"$.orders","ItemProcessor":{
          "StartAt":"Lines","States":{"Lines":{"Type":"Map","ItemsPath":"$.lines","ItemProcessor":{
            "StartAt":"Book","States":{
              "Book":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:kinesis:putRecord",
                "Parameters":{"StreamName":"s","Data":"d","PartitionKey":"p"},"Next":"Look"},
              "Look":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem",
                "Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},"End":true}}},"End":true}}},"End":true}}}"#,
    )
    .input(r#"{"orders":[{"lines":[1,2]},{"lines":[1,2]}]}"#);
    assert_eq!(trial.of_rule(RULE), [("Lines".to_owned(), Severity::Medium)]);
}

#[test]
fn branches_that_fail_together_are_the_normal_design() {
    let trial = Trial::of(
        r#"{"StartAt":"Both","States":{"Both":{"Type":"Parallel","Branches":[
          {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{"FunctionName":"a"},"End":true}}},
          {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{"FunctionName":"b"},"End":true}}}],"End":true}}}"#,
    );
    assert_eq!(trial.of_rule(RULE), []);
}
