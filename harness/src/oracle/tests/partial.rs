use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

const RULE: RuleId = RuleId::PartialSuccessIgnored;

/// A call whose answer is `answer`, with more fields, and states behind it.
fn call(resource: &str, fields: &str, behind: &str, answer: &str) -> Trial {
    Trial::of(&definition(resource, fields, behind)).answers("Call", &[answer])
}

fn definition(resource: &str, fields: &str, behind: &str) -> String {
    format!(
        r#"{{"StartAt":"Call","States":{{
          "Call":{{"Type":"Task","Resource":"arn:aws:states:::{resource}",{fields}}}{behind}}}}}"#
    )
}

const WRITE: &str = "aws-sdk:dynamodb:batchWriteItem";
const ITEMS: &str = r#""Parameters":{"RequestItems":{"Orders":[{"PutRequest":{"Item":{"id":{"S":"1"}}}}]}}"#;
const ALL_WRITTEN: &str = r#"{"UnprocessedItems":{}}"#;

/// The one finding of the rule, if there is one.
fn found(trial: &Trial) -> Option<Severity> {
    let found = trial.of_rule(RULE);
    assert!(found.len() <= 1, "{found:?}");
    found
        .into_iter()
        .map(|(state, severity)| (state == "Call").then_some(severity).expect("at the call"))
        .next()
}

#[rstest]
#[case::nothing_keeps_it(r#""ResultPath":null,"End":true"#, "", Some(Severity::Critical))]
#[case::the_output_holds_it(r#""End":true"#, "", Some(Severity::High))]
#[case::a_selector_alone_looks_at_nothing(
    r#""ResultSelector":{"left.$":"$.UnprocessedItems"},"End":true"#,
    "",
    Some(Severity::High)
)]
#[case::a_choice_asks(
    r#""Next":"Left?""#,
    r#","Left?":{"Type":"Choice","Choices":[
        {"Variable":"$.UnprocessedItems.Orders","IsPresent":true,"Next":"Call"}],"Default":"Done"},
      "Done":{"Type":"Succeed"}"#,
    None
)]
#[case::a_choice_asks_for_something_else(
    r#""ResultPath":"$.write","Next":"Big?""#,
    r#","Big?":{"Type":"Choice","Choices":[{"Variable":"$.id","NumericEquals":2,"Next":"Other"}],"Default":"Done"},
      "Other":{"Type":"Pass","End":true},"Done":{"Type":"Pass","Result":{},"End":true}"#,
    Some(Severity::Critical)
)]
#[case::a_function_gets_it(
    r#""Next":"Again""#,
    r#","Again":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"again","Payload.$":"$.UnprocessedItems"},"End":true}"#,
    None
)]
#[case::a_function_gets_all_of_it(
    r#""Next":"Check""#,
    r#","Check":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"check","Payload.$":"$"},"End":true}"#,
    None
)]
#[case::somebody_is_told(
    r#""Next":"Tell""#,
    r#","Tell":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
        "Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:alerts","Message.$":"$.UnprocessedItems"},"End":true}"#,
    None
)]
#[case::the_same_message_as_ever(
    r#""Next":"Tell""#,
    r#","Tell":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","ResultPath":null,
        "Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:all","Message":"done"},"End":true}"#,
    Some(Severity::High)
)]
#[case::the_way_ends_badly(r#""Next":"Bad""#, r#","Bad":{"Type":"Fail","Error":"Always"}"#, None)]
fn unprocessed_items(#[case] fields: &str, #[case] behind: &str, #[case] expected: Option<Severity>) {
    let trial = call(WRITE, &format!("{ITEMS},{fields}"), behind, ALL_WRITTEN);
    assert_eq!(found(&trial), expected);
}

#[rstest]
#[case::events(
    "aws-sdk:eventbridge:putEvents",
    r#"{"Entries":[{"EventId":"1"}],"FailedEntryCount":0}"#,
    Some(Severity::High)
)]
#[case::objects("aws-sdk:s3:deleteObjects", "{}", Some(Severity::Critical))]
#[case::messages(
    "aws-sdk:sqs:sendMessageBatch",
    r#"{"Successful":[{"Id":"1"}],"Failed":[]}"#,
    Some(Severity::Critical)
)]
#[case::a_read(
    "aws-sdk:dynamodb:batchGetItem",
    r#"{"Responses":{},"UnprocessedKeys":{}}"#,
    Some(Severity::High)
)]
#[case::a_task_that_is_not_placed(
    "ecs:runTask",
    r#"{"Failures":[],"Tasks":[{"TaskArn":"a"}]}"#,
    Some(Severity::Critical)
)]
#[case::what_does_not_exist("aws-sdk:ecs:describeTasks", r#"{"Failures":[],"Tasks":[]}"#, None)]
#[case::an_error_of_its_own(
    "events:putEvents",
    r#"{"Entries":[{"EventId":"1"}],"FailedEntryCount":0}"#,
    None
)]
fn other_calls(#[case] resource: &str, #[case] answer: &str, #[case] expected: Option<Severity>) {
    let request = r#""Parameters":{},"ResultPath":null,"End":true"#;
    assert_eq!(found(&call(resource, request, "", answer)), expected);
}

#[test]
fn a_count_is_asked_for_by_its_entries_too() {
    let trial = call(
        "aws-sdk:eventbridge:putEvents",
        r#""Parameters":{"Entries":[]},"Next":"Sent?""#,
        r#","Sent?":{"Type":"Choice","Choices":[
            {"Variable":"$.Entries[0].ErrorCode","IsPresent":true,"Next":"Bad"}],"Default":"Done"},
          "Bad":{"Type":"Fail","Error":"NotSent"},"Done":{"Type":"Succeed"}"#,
        r#"{"Entries":[{"EventId":"1"}],"FailedEntryCount":0}"#,
    );
    assert_eq!(found(&trial), None);
}

#[test]
fn the_items_of_a_map_are_looked_at_too() {
    let map = |behind: &str| {
        Trial::of(&format!(
            r#"{{"StartAt":"Each","States":{{"Each":{{"Type":"Map","ItemsPath":"$.orders","ResultPath":null,"End":true,
              "ItemProcessor":{{"ProcessorConfig":{{"Mode":"INLINE"}},"StartAt":"Call","States":{{
                "Call":{{"Type":"Task","Resource":"arn:aws:states:::{WRITE}",{ITEMS},{behind}}}}}}}}}}}"#
        ))
        .input(r#"{"orders":[1,2]}"#)
        .answers("Each/Call", &[ALL_WRITTEN])
    };
    assert_eq!(found(&map(r#""End":true}"#)), Some(Severity::Critical));
    let asks = r#""Next":"Left?"},"Left?":{"Type":"Choice","Choices":[
        {"Variable":"$.UnprocessedItems.Orders","IsPresent":true,"Next":"Bad"}],"Default":"Done"},
        "Bad":{"Type":"Fail","Error":"NotWritten"},"Done":{"Type":"Succeed"}"#;
    assert_eq!(found(&map(asks)), None);
}

#[test]
fn an_example_that_says_so_is_a_proof_of_its_own() {
    let trial = call(WRITE, &format!(r#"{ITEMS},"End":true"#), "", r#"{"UnprocessedItems":{"Orders":[{}]}}"#);
    assert_eq!(found(&trial), Some(Severity::High));
}

const JSONATA: &str =
    r#","Arguments":{"RequestItems":{"Orders":[{"PutRequest":{"Item":{"id":{"S":"1"}}}}]}}"#;

#[rstest]
#[case::nothing_keeps_it(r#""Output":{},"End":true"#, "", Some(Severity::Critical))]
#[case::a_condition_asks(
    r#""Assign":{"left":"{% $states.result.UnprocessedItems %}"},"Next":"Left?""#,
    r#","Left?":{"Type":"Choice","Choices":[{"Condition":"{% $count($keys($left)) > 0 %}","Next":"Bad"}],
      "Default":"Done"},"Bad":{"Type":"Fail","Error":"NotWritten"},"Done":{"Type":"Succeed"}"#,
    None
)]
fn in_jsonata(#[case] fields: &str, #[case] behind: &str, #[case] expected: Option<Severity>) {
    let text = definition(WRITE, &format!("{}{fields}", &format!("{},", &JSONATA[1..])), behind);
    let text = text.replacen('{', r#"{"QueryLanguage":"JSONata","#, 1);
    assert_eq!(found(&Trial::of(&text).answers("Call", &[ALL_WRITTEN])), expected);
}

#[rstest]
#[case::a_map_in_paths(WRITE, r#""Parameters":{"RequestItems.$":"$"},"End":true"#, ALL_WRITTEN)]
#[case::with_a_selector(
    WRITE,
    r#""Parameters":{"RequestItems.$":"$"},"ResultSelector":{"used.$":"$.ConsumedCapacity"},"ResultPath":null,"End":true"#,
    r#"{"UnprocessedItems":{},"ConsumedCapacity":[]}"#
)]
#[case::a_list_that_may_be_missing(
    "aws-sdk:s3:deleteObjects",
    r#""Parameters":{"Bucket":"b"},"ResultPath":null,"Next":"Done""#,
    "{}"
)]
#[case::a_count(
    "aws-sdk:kinesis:putRecords",
    r#""Parameters":{"StreamName":"s"},"Next":"Done""#,
    r#"{"FailedRecordCount":0,"Records":[{"SequenceNumber":"1"}]}"#
)]
#[case::a_status(
    "aws-sdk:sfn:startSyncExecution",
    r#""Parameters":{"StateMachineArn":"a"},"ResultPath":null,"End":true"#,
    r#"{"Status":"SUCCEEDED","Output":"{}"}"#
)]
#[case::a_map_in_jsonata(
    WRITE,
    r#""QueryLanguage":"JSONata","Arguments":{"RequestItems":{}},"Output":{},"End":true"#,
    ALL_WRITTEN
)]
#[case::a_list_in_jsonata(
    "aws-sdk:sqs:sendMessageBatch",
    r#""QueryLanguage":"JSONata","Arguments":{"QueueUrl":"q"},"End":true"#,
    r#"{"Successful":[{"Id":"1"}],"Failed":[]}"#
)]
#[case::a_count_in_jsonata(
    "aws-sdk:firehose:putRecordBatch",
    r#""QueryLanguage":"JSONata","Arguments":{},"Next":"Done""#,
    r#"{"FailedPutCount":0,"RequestResponses":[{"RecordId":"1"}]}"#
)]
#[case::entries_in_jsonata(
    "aws-sdk:dynamodb:batchExecuteStatement",
    r#""QueryLanguage":"JSONata","Arguments":{},"End":true"#,
    r#"{"Responses":[{"TableName":"t"}]}"#
)]
fn the_proposal_asks_for_it(#[case] resource: &str, #[case] fields: &str, #[case] answer: &str) {
    let behind = if fields.contains("Next") { r#","Done":{"Type":"Succeed"}"# } else { "" };
    let flawed = definition(resource, fields, behind);
    let trial = |text: &str| Trial::of(text).answers("Call", &[answer]);
    let findings = trial(&flawed).findings();
    let finding = findings.iter().find(|violation| violation.rule == RULE).expect("it is found");
    assert!(!finding.fix.asl_patch.is_empty(), "{}", finding.fix.text);
    let patched = Trial::patched(&flawed, &finding.fix.asl_patch);
    let rules = |found: &[super::super::Violation]| {
        found.iter().map(|violation| violation.rule).filter(|rule| *rule != RULE).collect::<Vec<_>>()
    };
    let after = trial(&patched).findings();
    assert_eq!(trial(&patched).of_rule(RULE), [], "{patched}");
    assert_eq!(rules(&after), rules(&findings), "nothing else changes");
}
