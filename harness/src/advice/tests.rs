//! Each piece of advice has a definition that it is given for, and a sound twin that gets none.

use std::path::Path;
use std::sync::Arc;

use rstest::rstest;

use super::*;
use crate::asl::compile_text;

const STANDARD: Setting = Setting { machine_type: MachineType::Standard, logs_off: false };
const EXPRESS: Setting = Setting { machine_type: MachineType::Express, logs_off: false };
const UNLOGGED: Setting = Setting { machine_type: MachineType::Express, logs_off: true };

/// The states of a piece of advice, by name; nothing where it is not given.
fn given(id: AdviceId, definition: &str, setting: Setting) -> Option<Vec<String>> {
    let machine = compile_text("trial", definition).unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Model::new(Arc::new(machine));
    let found = advise(&model, setting).into_iter().find(|advice| advice.id == id)?;
    Some(found.states.iter().map(|id| model.machine.state(*id).name.to_string()).collect())
}

/// A task with more fields.
fn task(resource: &str, fields: &str) -> String {
    format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"arn:aws:states:::{resource}",{fields}"End":true}}}}}}"#
    )
}

/// A Map with more fields, whose items call a function with these.
fn map(fields: &str, inner: &str) -> String {
    format!(
        r#"{{"StartAt":"Each","States":{{"Each":{{"Type":"Map",{fields}"ItemProcessor":{{"StartAt":"Work","States":{{
            "Work":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",{inner}"End":true}}}}}},"End":true}}}}}}"#
    )
}

/// A distributed Map over a file.
fn over_file(fields: &str) -> String {
    let reader = r#""ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"},
        "Parameters":{"Bucket":"b","Key":"k"}},"#;
    map(&format!("{reader}{fields}"), "").replace(
        r#""ItemProcessor":{"#,
        r#""ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#,
    )
}

/// A list, and a Map over it.
fn listed(request: &str) -> String {
    map("\"ItemsPath\":\"$.Items\",", "").replacen(
        r#""StartAt":"Each","States":{"#,
        &format!(
            r#""StartAt":"List","States":{{"List":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:scan",
                "Parameters":{{"TableName":"t"{request}}},"Next":"Each"}},"#
        ),
        1,
    )
}

/// A loop that asks for a status.
fn polled(resource: &str) -> String {
    format!(
        r#"{{"StartAt":"Pause","States":{{"Pause":{{"Type":"Wait","Seconds":60,"Next":"Ask"}},
          "Ask":{{"Type":"Task","Resource":"arn:aws:states:::{resource}","Parameters":{{"JobName":"j","RunId":"r"}},"Next":"Done?"}},
          "Done?":{{"Type":"Choice","Default":"Pause","Choices":[
            {{"Variable":"$.JobRun.JobRunState","StringEquals":"SUCCEEDED","Next":"Done"}}]}},
          "Done":{{"Type":"Succeed"}}}}}}"#
    )
}

/// Parallel states inside of each other, the innermost of which has two branches.
fn nested(depth: usize) -> String {
    let mut inner = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#.to_owned();
    for level in 0..depth {
        let other =
            format!(r#"{{"StartAt":"O{level}","States":{{"O{level}":{{"Type":"Pass","End":true}}}}}}"#);
        inner = format!(
            r#"{{"StartAt":"L{level}","States":{{"L{level}":{{"Type":"Parallel","Branches":[{inner},{other}],"End":true}}}}}}"#
        );
    }
    inner
}

const RETRY: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":3}],"#;
const JITTER: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":3,"JitterStrategy":"FULL"}],"#;
const POLL: &str = r#""Retry":[{"ErrorEquals":["NotYet"],"IntervalSeconds":60,"MaxAttempts":20}],"#;
const GROWS: &str =
    r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":10,"MaxAttempts":9,"BackoffRate":2.5}],"#;
const CAPPED: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":10,"MaxAttempts":9,"BackoffRate":2.5,"MaxDelaySeconds":60}],"#;
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

fn activity(fields: &str) -> String {
    task("lambda:invoke", fields).replace("arn:aws:states:::lambda:invoke", ACTIVITY)
}

fn function(name: &str) -> String {
    task("lambda:invoke", &format!(r#""Parameters":{{"FunctionName":"{name}"}},"#))
}

#[rstest]
#[case::no_jitter(AdviceId::NoJitter, map("", RETRY), map("", JITTER), STANDARD)]
#[case::no_jitter_outside_of_a_map(
    AdviceId::NoJitter,
    map("", RETRY),
    task("lambda:invoke", RETRY),
    STANDARD
)]
#[case::no_jitter_one_at_a_time(
    AdviceId::NoJitter,
    map("", RETRY),
    map("\"MaxConcurrency\":1,", RETRY),
    STANDARD
)]
#[case::no_jitter_in_a_poll(AdviceId::NoJitter, map("", RETRY), map("", POLL), STANDARD)]
#[case::no_max_delay(
    AdviceId::NoMaxDelay,
    task("lambda:invoke", GROWS),
    task("lambda:invoke", CAPPED),
    STANDARD
)]
#[case::no_max_delay_where_it_is_short(
    AdviceId::NoMaxDelay,
    task("lambda:invoke", GROWS),
    task("lambda:invoke", RETRY),
    STANDARD
)]
#[case::heartbeat_missing(
    AdviceId::HeartbeatMissing,
    activity("\"TimeoutSeconds\":86400,"),
    activity("\"TimeoutSeconds\":86400,\"HeartbeatSeconds\":60,"),
    STANDARD
)]
#[case::heartbeat_of_a_person(
    AdviceId::HeartbeatMissing,
    activity("\"TimeoutSeconds\":86400,"),
    task(
        "sqs:sendMessage.waitForTaskToken",
        r#""TimeoutSeconds":86400,"Parameters":{"QueueUrl":"q","MessageBody.$":"$$.Task.Token"},"#
    ),
    STANDARD
)]
#[case::timer_behind_limit(
    AdviceId::TimerBehindLimit,
    task("lambda:invoke", "\"TimeoutSeconds\":3600,"),
    task("lambda:invoke", "\"TimeoutSeconds\":900,"),
    STANDARD
)]
#[case::timer_of_a_token(
    AdviceId::TimerBehindLimit,
    task("lambda:invoke", "\"TimeoutSeconds\":3600,"),
    task(
        "lambda:invoke.waitForTaskToken",
        r#""TimeoutSeconds":3600,"Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},"#
    ),
    STANDARD
)]
#[case::poll_instead_of_sync(
    AdviceId::PollInsteadOfSync,
    polled("aws-sdk:glue:getJobRun"),
    polled("aws-sdk:glue:getWorkflowRun"),
    STANDARD
)]
#[case::nested_sync_string(
    AdviceId::NestedSyncString,
    task(
        "states:startExecution.sync",
        r#""Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m"},"#
    ),
    task(
        "states:startExecution.sync:2",
        r#""Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m"},"#
    ),
    STANDARD
)]
#[case::lambda_wraps_call(
    AdviceId::LambdaWrapsCall,
    function("send-to-sqs"),
    function("send-invoice"),
    STANDARD
)]
#[case::lambda_in_camel_case(
    AdviceId::LambdaWrapsCall,
    function("arn:aws:lambda:us-east-1:123456789012:function:PublishToSNS:live"),
    function("resizeImagesFromS3"),
    STANDARD
)]
#[case::lambda_that_does_more(
    AdviceId::LambdaWrapsCall,
    function("ddb_put_item"),
    function("validate-order-and-put-customer-dynamodb"),
    STANDARD
)]
#[case::function_latest(
    AdviceId::FunctionLatest,
    function("charge:$LATEST"),
    function("charge:live"),
    STANDARD
)]
#[case::secret_in_definition(
    AdviceId::SecretInDefinition,
    task(
        "lambda:invoke",
        r#""Parameters":{"FunctionName":"f","Payload":{"db":{"Password":"hunter2hunter2"}}},"#
    ),
    task(
        "lambda:invoke",
        r#""Parameters":{"FunctionName":"f","Payload":{"db":{"Password.$":"$.password"}}},"#
    ),
    STANDARD
)]
#[case::secret_by_reference(
    AdviceId::SecretInDefinition,
    task("lambda:invoke", r#""Parameters":{"FunctionName":"f","Payload":{"api_key":"0123456789abcdef"}},"#),
    task(
        "lambda:invoke",
        r#""Parameters":{"FunctionName":"f","Payload":{"api_key":"{{resolve:secretsmanager:k}}"}},"#
    ),
    STANDARD
)]
#[case::express_repeats_effect(
    AdviceId::ExpressRepeatsEffect,
    task("sqs:sendMessage", r#""Parameters":{"QueueUrl":"q","MessageBody":"b"},"#),
    task("sqs:sendMessage",
        r#""Parameters":{"QueueUrl":"q.fifo","MessageBody":"b","MessageGroupId":"g","MessageDeduplicationId.$":"$.id"},"#),
    EXPRESS
)]
#[case::express_reads(
    AdviceId::ExpressRepeatsEffect,
    task(
        "states:startExecution",
        r#""Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m"},"#
    ),
    task("dynamodb:getItem", r#""Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},"#),
    EXPRESS
)]
#[case::express_timer_too_long(
    AdviceId::ExpressTimerTooLong,
    task(
        "dynamodb:getItem",
        r#""TimeoutSeconds":600,"Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},"#
    ),
    task(
        "dynamodb:getItem",
        r#""TimeoutSeconds":60,"Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},"#
    ),
    EXPRESS
)]
#[case::express_waits(
    AdviceId::ExpressTimerTooLong,
    r#"{"StartAt":"Work","States":{"Work":{"Type":"Wait","Seconds":3600,"End":true}}}"#.to_owned(),
    r#"{"StartAt":"Work","States":{"Work":{"Type":"Wait","Seconds":30,"End":true}}}"#.to_owned(),
    EXPRESS
)]
#[case::map_concurrency_above_40(
    AdviceId::MapConcurrencyAbove40,
    map("\"MaxConcurrency\":100,", ""),
    map("\"MaxConcurrency\":40,", ""),
    STANDARD
)]
#[case::inline_map_over_list(AdviceId::InlineMapOverList, listed(""), listed(",\"Limit\":100"), STANDARD)]
#[case::inline_map_over_input(
    AdviceId::InlineMapOverList,
    listed(""),
    map("\"ItemsPath\":\"$.Items\",", ""),
    STANDARD
)]
#[case::distributed_map_concurrency(
    AdviceId::DistributedMapConcurrency,
    over_file("\"ResultPath\":null,"),
    over_file("\"ResultPath\":null,\"MaxConcurrency\":50,"),
    STANDARD
)]
#[case::distributed_map_without_writer(
    AdviceId::DistributedMapWithoutWriter,
    over_file(""),
    over_file("\"ResultPath\":null,"),
    STANDARD
)]
#[case::distributed_map_with_writer(
    AdviceId::DistributedMapWithoutWriter, over_file(""),
    over_file(r#""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b","Prefix":"p"}},"#),
    STANDARD
)]
#[case::map_iterator(
    AdviceId::MapIterator, map("", "").replace("ItemProcessor", "Iterator"), map("", ""), STANDARD
)]
#[case::deep_nesting(AdviceId::DeepNesting, nested(4), nested(3), STANDARD)]
#[case::parallel_single_branch(
    AdviceId::ParallelSingleBranch,
    nested(1).replace(r#",{"StartAt":"O0","States":{"O0":{"Type":"Pass","End":true}}}"#, ""),
    nested(1), STANDARD
)]
#[case::parallel_that_tries(
    AdviceId::ParallelSingleBranch,
    nested(1).replace(r#",{"StartAt":"O0","States":{"O0":{"Type":"Pass","End":true}}}"#, ""),
    nested(1)
        .replace(r#",{"StartAt":"O0","States":{"O0":{"Type":"Pass","End":true}}}"#, "")
        .replace(r#""Type":"Parallel","#, r#""Type":"Parallel","Retry":[{"ErrorEquals":["States.ALL"]}],"#),
    STANDARD
)]
#[case::fail_without_cause(
    AdviceId::FailWithoutCause,
    r#"{"StartAt":"Work","States":{"Work":{"Type":"Fail"}}}"#.to_owned(),
    r#"{"StartAt":"Work","States":{"Work":{"Type":"Fail","Error":"Declined"}}}"#.to_owned(),
    STANDARD
)]
fn advice_is_given_and_its_sound_twin_gets_none(
    #[case] id: AdviceId,
    #[case] flawed: String,
    #[case] sound: String,
    #[case] setting: Setting,
) {
    assert!(given(id, &flawed, setting).is_some_and(|states| !states.is_empty()), "{flawed}");
    assert_eq!(given(id, &sound, setting), None, "{sound}");
}

#[test]
fn logs_are_missed_where_the_template_says_that_there_are_none() {
    let wait = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}}"#;
    assert_eq!(given(AdviceId::ExpressLogsOff, wait, UNLOGGED), Some(vec![]));
    assert_eq!(given(AdviceId::ExpressLogsOff, wait, EXPRESS), None);
    assert_eq!(given(AdviceId::ExpressLogsOff, wait, Setting { logs_off: true, ..STANDARD }), None);
}

#[rstest]
#[case::express_effects(
    AdviceId::ExpressRepeatsEffect,
    task("sqs:sendMessage", r#""Parameters":{"QueueUrl":"q","MessageBody":"b"},"#)
)]
#[case::express_timers(AdviceId::ExpressTimerTooLong, task("lambda:invoke", "\"TimeoutSeconds\":600,"))]
fn a_standard_workflow_is_no_express_workflow(#[case] id: AdviceId, #[case] definition: String) {
    assert_eq!(given(id, &definition, STANDARD), None);
}

#[test]
fn what_a_finding_proves_is_not_said_again() {
    let machine = compile_text("trial", &map("", RETRY)).unwrap();
    let advice = advise(&Model::new(Arc::new(machine)), STANDARD);
    let jitter = || advice.iter().find(|advice| advice.id == AdviceId::NoJitter).unwrap().clone();
    let state = jitter().states[0];
    assert_eq!(jitter().without_found(|rule, at| rule == RuleId::RetryBudget && at == state), None);
    assert_eq!(jitter().without_found(|rule, _| rule == RuleId::HistoryLimit), Some(jitter()));
}

#[test]
fn the_page_for_users_has_every_piece_with_its_source() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/advice.md");
    let text = std::fs::read_to_string(page).unwrap();
    let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let expected: Vec<String> = AdviceId::ALL.iter().map(|id| format!("`{id}`")).collect();
    assert_eq!(headings, expected);
    for id in AdviceId::ALL {
        let section = text.split("### ").find(|section| section.starts_with(&format!("`{id}`"))).unwrap();
        assert!(section.contains(id.says()), "{id}: {}", id.says());
        assert!(section.contains(id.source()), "{id}: {}", id.source());
    }
}
