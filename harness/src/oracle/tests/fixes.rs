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
fn a_patch_mends_what_was_found(#[case] rule: RuleId, #[case] definition: String) {
    let flawed = Trial::of(&definition);
    let patches: Vec<_> = flawed
        .findings()
        .into_iter()
        .filter(|violation| violation.rule == rule)
        .map(|violation| violation.fix.asl_patch)
        .filter(|patch| !patch.is_empty())
        .collect();
    assert!(!patches.is_empty(), "{rule} is found, with a patch");
    let patched = patches.iter().fold(definition, |definition, patch| Trial::patched(&definition, patch));
    assert_eq!(Trial::of(&patched).of_rule(rule), [], "{patched}");
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
