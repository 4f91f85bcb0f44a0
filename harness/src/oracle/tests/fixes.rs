use rstest::rstest;

use super::super::RuleId;
use super::super::trial::Trial;

/// A Lambda task with these fields, behind it `Undo` and a Fail state where a catcher leads there.
fn work(fields: &str, others: &str) -> String {
    format!(
        r#"{{"StartAt":"Work","States":{{
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","TimeoutSeconds":60,
            "Parameters":{{"FunctionName":"work","Payload":{{"id.$":"$.id"}}}},{fields}"End":true}}{others}}}}}"#
    )
}

const UNDO: &str = r#","Undo":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"undo","Payload":{"id.$":"$.id"}},"Next":"Failed"},
  "Failed":{"Type":"Fail","Error":"NotDone"}"#;
const CHAIN: &str = r#","Undo":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"undo"},"Next":"UndoMore"},
  "UndoMore":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"more"},"Next":"Failed"},
  "Failed":{"Type":"Fail","Error":"NotDone"}"#;

const JSONATA: &str = r#"{"QueryLanguage":"JSONata","StartAt":"Work","States":{
  "Work":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","TimeoutSeconds":60,
    "Arguments":{"FunctionName":"work","Payload":{"id":"{% $states.input.id %}"}},
    "Catch":[{"ErrorEquals":["States.ALL"],MORE"Next":"Undo"}],"End":true},
  "Undo":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Arguments":{"FunctionName":"undo","Payload":{"id":"{% $states.input.id %}"}},"Next":"Failed"},
  "Failed":{"Type":"Fail","Error":"NotDone"}}}"#;

/// A task that is retried after everything.
fn retried(resource: &str, parameters: &str) -> String {
    format!(
        r#"{{"StartAt":"Work It, 'Twice'","States":{{"Work It, 'Twice'":{{"Type":"Task","Resource":"{resource}",
          "TimeoutSeconds":30,"Parameters":{parameters},"Retry":[{{"ErrorEquals":["States.ALL"]}}],"End":true}}}}}}"#
    )
}

fn retried_in_jsonata(arguments: &str) -> String {
    retried("arn:aws:states:::ecs:runTask", arguments)
        .replace("\"Parameters\"", "\"QueryLanguage\":\"JSONata\",\"Arguments\"")
}

/// The same for each item of a Map.
fn in_map(config: &str, parameters: &str) -> String {
    format!(
        r#"{{"StartAt":"Items","States":{{"Items":{{"Type":"Map","ItemsPath":"$.items","End":true,
          "ItemProcessor":{{{config}{}}}}}}}"#,
        retried("arn:aws:states:::ecs:runTask", parameters).strip_prefix('{').expect("an object")
    )
}

#[rstest]
#[case::a_retrier(RuleId::TransientNotRetried, work("", ""))]
#[case::a_retried_name(
    RuleId::TransientNotRetried,
    work(r#""Retry":[{"ErrorEquals":["Lambda.ServiceException","Lambda.AWSLambdaException"]}],"#, "")
)]
#[case::a_capped_delay(
    RuleId::RetryBudget,
    work(r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":60,"MaxAttempts":9}],"#, "")
)]
#[case::the_right_name(
    RuleId::ErrorNameNeverMatches,
    work(r#""Retry":[{"ErrorEquals":["Lambda.TooManyRequestException"]}],"#, "")
)]
#[case::a_catcher_for_the_timer(
    RuleId::FailureUncaught,
    work(r#""Catch":[{"ErrorEquals":["States.TaskFailed"],"ResultPath":"$.error","Next":"Undo"}],"#, UNDO)
)]
#[case::a_kept_input(
    RuleId::HandlerLosesInput,
    work(r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Undo"}],"#, UNDO)
)]
#[case::a_chain_that_goes_on(
    RuleId::HandlerFails,
    work(r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Undo"}],"#, CHAIN)
)]
#[case::the_order_of_catchers(
    RuleId::CatchShadowed,
    work(
        r#""Catch":[{"ErrorEquals":["States.TaskFailed"],"ResultPath":"$.error","Next":"Undo"},
                     {"ErrorEquals":["NotFound"],"ResultPath":"$.error","Next":"Failed"}],"#,
        UNDO
    )
)]
#[case::an_end_that_fails(
    RuleId::FailureSwallowed,
    work(
        r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Forget"}],"#,
        r#","Forget":{"Type":"Pass","End":true}"#
    )
)]
#[case::a_guard(RuleId::EffectRepeated,
    r#"{"StartAt":"Start","States":{"Start":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution",
      "TimeoutSeconds":30,"Parameters":{"StateMachineArn":"a"},
      "Retry":[{"ErrorEquals":["States.ALL"]}],"End":true}}}"#.to_owned())]
#[case::a_timer(RuleId::CallbackUnbounded,
    r#"{"StartAt":"Ask","States":{"Ask":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}},"End":true}}}"#.to_owned())]
#[case::a_kept_input_in_jsonata(RuleId::HandlerLosesInput, JSONATA.replace("MORE", ""))]
#[case::a_chain_that_goes_on_in_jsonata(RuleId::HandlerFails, JSONATA.replace("MORE", r#""Output":"{% $states.input %}","#)
    .replace(r#""Next":"Failed"},"#, r#""Next":"UndoMore"},"UndoMore":{"Type":"Task",
      "Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"more"},"Next":"Failed"},"#))]
#[case::a_token(RuleId::EffectRepeated, retried("arn:aws:states:::ecs:runTask", r#"{"TaskDefinition":"t"}"#))]
#[case::a_random_token(
    RuleId::EffectRepeated,
    retried("arn:aws:states:::ecs:runTask", r#"{"TaskDefinition":"t","ClientToken.$":"States.UUID()"}"#)
)]
#[case::a_key_for_a_function(
    RuleId::EffectRepeated,
    retried("arn:aws:states:::lambda:invoke", r#"{"FunctionName":"f","Payload":{"id.$":"$.id"}}"#)
)]
#[case::a_random_key_for_a_function(
    RuleId::EffectRepeated,
    retried(
        "arn:aws:states:::lambda:invoke",
        r#"{"FunctionName":"f","Payload":{"a/b":{"idempotency_key.$":"States.UUID()"}}}"#
    )
)]
#[case::a_key_in_a_message(
    RuleId::EffectRepeated,
    retried("arn:aws:states:::sqs:sendMessage", r#"{"QueueUrl":"q","MessageBody":{"id.$":"$.id"}}"#)
)]
#[case::an_id_for_a_queue(
    RuleId::EffectRepeated,
    retried(
        "arn:aws:states:::sqs:sendMessage",
        r#"{"QueueUrl":"https://sqs/1/q.fifo","MessageGroupId":"g","MessageBody":"m"}"#
    )
)]
#[case::a_key_for_a_worker(
    RuleId::EffectRepeated,
    retried("arn:aws:states:us-east-1:123456789012:activity:a", r#"{"id.$":"$.id"}"#)
)]
#[case::a_first_header(
    RuleId::EffectRepeated,
    retried(
        "arn:aws:states:::http:invoke",
        r#"{"ApiEndpoint":"https://a","Method":"POST","Authentication":{"ConnectionArn":"c"}}"#
    )
)]
#[case::a_header(RuleId::EffectRepeated, retried("arn:aws:states:::http:invoke",
    r#"{"ApiEndpoint":"https://a","Method":"POST","Headers":{"A":"b"},"Authentication":{"ConnectionArn":"c"}}"#))]
#[case::a_header_of_the_users_own_api(
    RuleId::EffectRepeated,
    retried(
        "arn:aws:states:::apigateway:invoke",
        r#"{"ApiEndpoint":"a.execute-api.eu-west-1.amazonaws.com","Method":"POST"}"#
    )
)]
#[case::a_token_in_jsonata(RuleId::EffectRepeated, retried_in_jsonata("{}"))]
#[case::a_random_token_in_jsonata(
    RuleId::EffectRepeated,
    retried_in_jsonata(r#"{"ClientToken":"{% $uuid() %}"}"#)
)]
#[case::a_token_for_each_item(RuleId::EffectRepeated, in_map("", r#"{"TaskDefinition":"t"}"#))]
#[case::a_token_for_each_child(
    RuleId::EffectRepeated,
    in_map(
        r#""ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#,
        r#"{"TaskDefinition":"t"}"#
    )
)]
fn a_patch_mends_what_was_found(#[case] rule: RuleId, #[case] definition: String) {
    let trial = |definition: &str| Trial::of(definition).input(r#"{"id":1,"items":[1,2]}"#);
    let flawed = trial(&definition);
    let patches: Vec<_> = flawed
        .findings()
        .into_iter()
        .filter(|violation| violation.rule == rule)
        .map(|violation| violation.fix.asl_patch)
        .filter(|patch| !patch.is_empty())
        .collect();
    assert!(!patches.is_empty(), "{rule} is found, with a patch");
    let patched = patches.iter().fold(definition, |definition, patch| Trial::patched(&definition, patch));
    assert_eq!(trial(&patched).of_rule(rule), [], "{patched}");
}

#[rstest]
#[case::in_paths(
    r#""Parameters":{"Id":"1"}"#,
    r#"{"Variable":"$.Status","StringEquals":"FAILED","Next":"Failed"},
       {"Variable":"$.Status","StringEquals":"FINISHED","Next":"Done"}"#
)]
#[case::in_jsonata(
    r#""QueryLanguage":"JSONata","Arguments":{"Id":"1"}"#,
    r#"{"Condition":"{% $states.input.Status = 'FAILED' %}","Next":"Failed"},
       {"Condition":"{% $states.input.Status = 'FINISHED' %}","Next":"Done"}"#
)]
fn a_rule_for_the_missing_status_ends_the_loop(#[case] request: &str, #[case] rules: &str) {
    let machine =
        |text: &str| Trial::of(text).answers("Ask", &[r#"{"Status":"STARTED"}"#, r#"{"Status":"FINISHED"}"#]);
    let language = if rules.contains("Condition") { r#""QueryLanguage":"JSONata","# } else { "" };
    let definition = format!(
        r#"{{"StartAt":"Pause","States":{{
      "Pause":{{"Type":"Wait","Seconds":5,"Next":"Ask"}},
      "Ask":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:redshiftdata:describeStatement",
        {request},"Next":"Ended?"}},
      "Ended?":{{"Type":"Choice",{language}"Choices":[{rules}],"Default":"Pause"}},
      "Done":{{"Type":"Succeed"}},"Failed":{{"Type":"Fail","Error":"StatementFailed"}}}}}}"#
    );
    let found = machine(&definition).findings();
    let patch =
        &found.iter().find(|violation| violation.rule == RuleId::AnswerUnhandled).unwrap().fix.asl_patch;
    assert_eq!(machine(&Trial::patched(&definition, patch)).of_rule(RuleId::AnswerUnhandled), []);
}
