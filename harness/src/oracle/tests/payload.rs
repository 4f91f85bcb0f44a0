use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity, Violation};

const RULE: RuleId = RuleId::PayloadExceedsLimit;

/// Asks a model again and again, and appends its answer to the conversation.
const AGENT: &str = r#"{"StartAt":"Ask","QueryLanguage":"JSONata","States":{
  "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Arguments":{"FunctionName":"ask","Payload":{"messages":"{% $states.input.messages %}"}},
    "Output":{"messages":"{% $append($states.input.messages, $states.result.Payload.reply) %}",
      "stop":"{% $states.result.Payload.stop %}"},"Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.stop = 'end' %}","Next":"Done"}],
    "Default":"Ask"},
  "Done":{"Type":"Succeed"}}}"#;

/// The same, but the model gets the conversation and returns it with its answer.
const ECHO: &str = r#"{"StartAt":"Ask","QueryLanguage":"JSONata","States":{
  "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Arguments":{"FunctionName":"ask","Payload":{"messages":"{% $states.input.messages %}"}},
    "Output":{"messages":"{% $states.result.Payload.messages %}","stop":"{% $states.result.Payload.stop %}"},
    "Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.stop = 'end' %}","Next":"Done"}],
    "Default":"Ask"},
  "Done":{"Type":"Succeed"}}}"#;

/// The conversation in a variable.
const VARIABLE: &str = r#"{"StartAt":"Begin","QueryLanguage":"JSONata","States":{
  "Begin":{"Type":"Pass","Assign":{"messages":[]},"Next":"Ask"},
  "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Arguments":{"FunctionName":"ask","Payload":{"messages":"{% $messages %}"}},
    "Assign":{"messages":"{% $append($messages, $states.result.Payload.reply) %}"},
    "Output":{"stop":"{% $states.result.Payload.stop %}"},"Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.stop = 'end' %}","Next":"Done"}],
    "Default":"Ask"},
  "Done":{"Type":"Succeed"}}}"#;

/// Collects the pages of a list in JSONPath, which has no other way to append than to flatten.
const PAGES: &str = r#"{"StartAt":"List","States":{
  "List":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:listObjectsV2",
    "Parameters":{"Bucket":"b"},"ResultPath":"$.page","Next":"Collect"},
  "Collect":{"Type":"Pass","Parameters":{"both.$":"States.Array($.all, $.page.Contents)","page.$":"$.page"},
    "Next":"Flatten"},
  "Flatten":{"Type":"Pass","Parameters":{"all.$":"$.both[*][*]","page.$":"$.page"},"Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Variable":"$.page.IsTruncated","BooleanEquals":true,"Next":"List"}],
    "Default":"Done"},
  "Done":{"Type":"Succeed"}}}"#;

/// Nests what was before in what comes next.
const NESTED: &str = r#"{"StartAt":"Step","States":{
  "Step":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:step",
    "ResultPath":"$.last","Next":"Keep"},
  "Keep":{"Type":"Pass","Parameters":{"log.$":"States.Array($.log, $.last.detail)","last.$":"$.last"},
    "Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Variable":"$.last.more","BooleanEquals":true,"Next":"Step"}],
    "Default":"Done"},
  "Done":{"Type":"Succeed"}}}"#;

/// Three turns, counted.
const COUNTED: &str = r#"{"StartAt":"Ask","QueryLanguage":"JSONata","States":{
  "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Arguments":{"FunctionName":"ask","Payload":{"messages":"{% $states.input.messages %}"}},
    "Output":{"messages":"{% $append($states.input.messages, $states.result.Payload.reply) %}",
      "turn":"{% $states.input.turn + 1 %}","stop":"{% $states.result.Payload.stop %}"},"Next":"More?"},
  "More?":{"Type":"Choice","Choices":[
      {"Condition":"{% $states.input.stop = 'end' or $states.input.turn >= 20 %}","Next":"Done"}],
    "Default":"Ask"},
  "Done":{"Type":"Succeed"}}}"#;

/// Only the last answer is kept.
const LAST_ONLY: &str = r#"{"StartAt":"Step","States":{
  "Step":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:step",
    "ResultPath":"$.last","Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Variable":"$.last.more","BooleanEquals":true,"Next":"Step"}],
    "Default":"Done"},
  "Done":{"Type":"Succeed"}}}"#;

/// Keeps the last ten messages.
const WINDOW: &str = r#"{"StartAt":"Ask","QueryLanguage":"JSONata","States":{
  "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Arguments":{"FunctionName":"ask","Payload":{"messages":"{% $states.input.messages %}"}},
    "Output":{"messages":"{% ($all := $append($states.input.messages, $states.result.Payload.reply);
        $filter($all, function($v, $i) { $i >= $count($all) - 10 })) %}",
      "stop":"{% $states.result.Payload.stop %}"},"Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.stop = 'end' %}","Next":"Done"}],
    "Default":"Ask"},
  "Done":{"Type":"Succeed"}}}"#;

fn agent(definition: &str) -> Trial {
    let more =
        r#"{"Payload":{"reply":{"role":"assistant","text":"a"},"messages":[{"text":"a"}],"stop":"no"}}"#;
    let end =
        r#"{"Payload":{"reply":{"role":"assistant","text":"b"},"messages":[{"text":"b"}],"stop":"end"}}"#;
    Trial::of(definition).answers("Ask", &[more, end]).input(r#"{"messages":[{"text":"hi"}],"turn":0}"#)
}

fn step(definition: &str) -> Trial {
    let answers = [r#"{"more":true,"detail":"a"}"#, r#"{"more":false,"detail":"b"}"#];
    Trial::of(definition).answers("Step", &answers).input(r#"{"log":[]}"#)
}

fn pages(definition: &str) -> Trial {
    let page = |more: bool| {
        let object = r#"{"Key":"folder/object-1.json","ETag":"\"0123456789abcdef0123456789abcdef\"","Size":1024,
            "LastModified":"2026-01-01T00:00:00Z","StorageClass":"STANDARD"}"#;
        let objects = [object; 20].join(",");
        format!(r#"{{"IsTruncated":{more},"Contents":[{objects}],"Name":"b"}}"#)
    };
    Trial::of(definition).answers("List", &[&page(true), &page(false)]).input(r#"{"all":[]}"#)
}

fn of_rule(trial: &Trial) -> Vec<Violation> {
    trial.findings().into_iter().filter(|violation| violation.rule == RULE).collect()
}

#[rstest]
#[case::a_conversation(agent(AGENT), "Ask", Severity::High)]
#[case::a_conversation_that_the_model_keeps(agent(ECHO), "Ask", Severity::High)]
#[case::a_conversation_in_a_variable(agent(VARIABLE), "Ask", Severity::High)]
#[case::the_pages_of_a_list(pages(PAGES), "Collect", Severity::High)]
#[case::a_log_that_nests(step(NESTED), "Keep", Severity::Medium)]
fn a_loop_carries_more_each_turn(#[case] trial: Trial, #[case] state: &str, #[case] severity: Severity) {
    assert_eq!(trial.of_rule(RULE), [(state.to_owned(), severity)]);
}

#[rstest]
#[case::turns_are_counted(agent(COUNTED))]
#[case::only_the_last_is_kept(step(LAST_ONLY))]
#[case::a_window(agent(WINDOW))]
fn a_loop_that_is_bounded_is_left_alone(#[case] trial: Trial) {
    assert_eq!(of_rule(&trial).into_iter().map(|found| found.why).collect::<Vec<_>>(), Vec::<String>::new());
}

#[rstest]
#[case::a_conversation(AGENT, agent)]
#[case::a_conversation_that_the_model_keeps(ECHO, agent)]
#[case::a_conversation_in_a_variable(VARIABLE, agent)]
#[case::the_pages_of_a_list(PAGES, pages)]
fn the_patch_bounds_the_loop(#[case] definition: &str, #[case] trial: fn(&str) -> Trial) {
    let found = of_rule(&trial(definition));
    let patched = Trial::patched(definition, &found[0].fix.asl_patch);
    assert!(!found[0].fix.asl_patch.is_empty());
    assert_eq!(of_rule(&trial(&patched)).len(), 0, "{patched}");
}

/// A Map of one task, with fields of both.
fn items(task: &str, map: &str, processor: &str, rest: &str) -> String {
    r#"{"StartAt":"Each","States":{
      "Each":{"Type":"Map","ItemsPath":"$.items",MAP "ItemProcessor":{PROCESSOR "StartAt":"Work","States":{
        "Work":{"Type":"Task",TASK "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Mark"}],"End":true},
        "Mark":{"Type":"Pass","Result":{"failed":true},"End":true}}},"Next":"Look"},
      REST}}"#
        .replace("MAP", map)
        .replace("PROCESSOR", processor)
        .replace("TASK", task)
        .replace("REST", rest)
}

const INVOKE: &str = r#""Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"render"},"#;
const PICKED: &str = r#""ResultSelector":{"key.$":"$.Payload.key"},"#;
const UNREAD: &str = r#""Look":{"Type":"Succeed"}"#;
const READ: &str = r#""Look":{"Type":"Pass","Parameters":{"first.$":"$[0].Payload.key"},"End":true}"#;
const CHILDREN: &str = r#""ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"#;
const READER: &str = r#""ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
  "Parameters":{"Bucket":"b"}},"#;
const WRITER: &str = r#""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
  "Parameters":{"Bucket":"b","Prefix":"p"}},"#;
const FEW: &str = r#""ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
  "ReaderConfig":{"MaxItems":100},"Parameters":{"Bucket":"b"}},"#;

/// What `lambda:invoke` answers: most of it is about the call.
fn rendered(definition: &str) -> Trial {
    let headers = r#"{"connection":["keep-alive"],"content-type":["application/json"],"date":["Fri, 02 Jan 2026"],
      "x-amzn-requestid":["11111111-2222-3333-4444-555555555555"],"x-amzn-remapped-content-length":["0"],
      "x-amz-executed-version":["$LATEST"],"x-amzn-trace-id":["root=1-5f84c7a1-0123456789abcdef01234567;sampled=0"]}"#;
    let answer = format!(
        r#"{{"ExecutedVersion":"$LATEST","Payload":{{"key":"rendered/1.pdf"}},
          "SdkHttpMetadata":{{"AllHttpHeaders":{headers},"HttpHeaders":{headers},"HttpStatusCode":200}},
          "SdkResponseMetadata":{{"RequestId":"11111111-2222-3333-4444-555555555555"}},"StatusCode":200}}"#
    );
    let objects = r#"[{"Key":"a"},{"Key":"b"}]"#;
    Trial::of(definition)
        .answers("Each/Work", &[&answer])
        .answers("Each", &[objects])
        .input(r#"{"items":[{"id":1},{"id":2}]}"#)
}

#[rstest]
#[case::whole_answers(items(INVOKE, "", "", UNREAD), Some(Severity::Medium))]
#[case::whole_answers_that_are_read(items(INVOKE, "", "", READ), Some(Severity::Medium))]
#[case::in_child_executions(items(INVOKE, READER, CHILDREN, UNREAD), Some(Severity::Medium))]
#[case::a_distributed_map_cannot_drop_them(
    items(INVOKE, &[READER, r#""ResultPath":null,"#].concat(), CHILDREN, UNREAD), Some(Severity::Medium)
)]
#[case::what_is_read_is_picked(items(&[INVOKE, PICKED].concat(), "", "", UNREAD), None)]
#[case::they_are_dropped(items(INVOKE, r#""ResultPath":null,"#, "", UNREAD), None)]
#[case::the_map_picks(items(INVOKE, r#""ResultSelector":{"first.$":"$[0].StatusCode"},"#, "", UNREAD), None)]
#[case::they_are_exported(items(INVOKE, &[READER, WRITER].concat(), CHILDREN, UNREAD), None)]
#[case::the_reader_is_bounded(items(INVOKE, FEW, CHILDREN, UNREAD), None)]
fn the_results_of_all_items_are_too_large(#[case] definition: String, #[case] expected: Option<Severity>) {
    let definition = if definition.contains("ItemReader") {
        definition.replace(r#""ItemsPath":"$.items","#, "")
    } else {
        definition
    };
    let found = rendered(&definition).of_rule(RULE);
    assert_eq!(found, Vec::from_iter(expected.map(|severity| ("Each".to_owned(), severity))));
}

#[test]
fn the_answers_of_a_function_have_what_the_service_adds_though_no_mock_says_so() {
    let few = r#"{"Payload":{"key":"rendered/1.pdf"},"StatusCode":200}"#;
    let trial =
        Trial::of(&items(INVOKE, "", "", UNREAD)).answers("Each/Work", &[few]).input(r#"{"items":[1,2]}"#);
    assert_eq!(trial.of_rule(RULE), [("Each".to_owned(), Severity::Medium)]);
}

#[rstest]
#[case::of_an_inline_map(items(INVOKE, "", "", UNREAD))]
#[case::of_a_distributed_map(items(INVOKE, READER, CHILDREN, UNREAD).replace(r#""ItemsPath":"$.items","#, ""))]
fn the_patch_keeps_the_results_out(#[case] definition: String) {
    let found = of_rule(&rendered(&definition));
    let patched = Trial::patched(&definition, &found[0].fix.asl_patch);
    assert_eq!(of_rule(&rendered(&patched)).len(), 0, "{patched}");
}

/// One call, with fields of its request and of the task.
fn call(resource: &str, request: &str, task: &str) -> String {
    let told = if task.contains("Told") { r#","Told":{"Type":"Fail","Error":"TooLarge"}"# } else { "" };
    r#"{"StartAt":"Read","States":{"Read":{"Type":"Task","Resource":"arn:aws:states:::RESOURCE",
      "Parameters":{REQUEST},TASK "End":true}TOLD}}"#
        .replace("RESOURCE", resource)
        .replace("REQUEST", request)
        .replace("TASK", task)
        .replace("TOLD", told)
}

#[rstest]
#[case::an_object("aws-sdk:s3:getObject", r#""Bucket":"b","Key.$":"$.key""#, "", Some(Severity::Medium))]
#[case::a_known_object(
    "aws-sdk:s3:getObject",
    r#""Bucket":"b","Key":"settings.json""#,
    "",
    Some(Severity::Low)
)]
#[case::a_range("aws-sdk:s3:getObject", r#""Bucket":"b","Key":"k","Range":"bytes=0-1023""#, "", None)]
#[case::a_scan("aws-sdk:dynamodb:scan", r#""TableName":"t""#, "", Some(Severity::Medium))]
#[case::a_small_page("aws-sdk:dynamodb:scan", r#""TableName":"t","Limit":25"#, "", None)]
#[case::a_query("aws-sdk:dynamodb:query", r#""TableName":"t","KeyConditionExpression":"id = :i""#, "", None)]
#[case::somebody_handles_it(
    "aws-sdk:s3:getObject",
    r#""Bucket":"b","Key":"k""#,
    r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Told"}],"#,
    None
)]
#[case::an_item("dynamodb:getItem", r#""TableName":"t","Key":{"id":{"S":"1"}}"#, "", None)]
#[case::a_function("lambda:invoke", r#""FunctionName":"f""#, "", None)]
fn one_answer_is_too_large(
    #[case] resource: &str,
    #[case] request: &str,
    #[case] task: &str,
    #[case] expected: Option<Severity>,
) {
    let answer = r#"{"Body":"text","Items":[{"id":{"S":"1"}}],"Count":1}"#;
    let found = Trial::of(&call(resource, request, task)).answers("Read", &[answer]);
    let found = found.input(r#"{"key":"k"}"#).of_rule(RULE);
    assert_eq!(found, Vec::from_iter(expected.map(|severity| ("Read".to_owned(), severity))));
}
