//! What the simulator does with each kind of state, handler, timer and limit.

use std::sync::Arc;

use rstest::rstest;
use sfn_chaos::asl::{MachineType, compile_text};
use sfn_chaos::history::{EventType, ExecutionTimer, Handling, History, Outcome};
use sfn_chaos::mock::{Answer, Call, Reply};
use sfn_chaos::sim::{self, Case};
use sfn_chaos::value::Value;

const EPOCH: i64 = Case::EPOCH_MS;

fn value(text: &str) -> Value {
    Value::parse(text).expect("test values are JSON")
}

/// Runs a definition; `answer` gives the reply to a call, by state name and attempt.
fn run_with(definition: &str, input: &str, mut answer: impl FnMut(&Call<'_>) -> Answer) -> History {
    run_as(definition, MachineType::Standard, input, &mut answer)
}

fn run_as(
    definition: &str,
    machine_type: MachineType,
    input: &str,
    answer: &mut dyn FnMut(&Call<'_>) -> Answer,
) -> History {
    let machine = compile_text("test", definition).expect("test definitions are valid");
    let case = Case { machine_type, task_ms: 0, ..Case::new(value(input)) };
    sim::run(&machine, &case, &mut |call: Call<'_>| answer(&call))
}

fn run(definition: &str, input: &str) -> History {
    run_with(definition, input, |call| panic!("{} is not answered", call.state.name))
}

fn throw(error: &str) -> Answer {
    Answer::with(Reply::throw(error, "because"))
}

fn silence(heartbeats: bool) -> Answer {
    Answer { heartbeats, ..Answer::with(Reply::Silence) }
}

fn kinds(history: &History) -> Vec<&'static str> {
    history.events.iter().map(|event| event.kind.name()).collect()
}

fn output(history: &History) -> String {
    match &history.outcome {
        Outcome::Succeeded { output } => output.to_json(),
        other => format!("{other:?}"),
    }
}

fn error(history: &History) -> String {
    match &history.outcome {
        Outcome::Failed { error, .. } => error.as_deref().unwrap_or("no error").to_owned(),
        other => other.status().to_owned(),
    }
}

/// A machine of one Lambda task with the given extra fields.
fn task(fields: &str) -> String {
    let resource = "arn:aws:lambda:us-east-1:123456789012:function:Work";
    let handler = if fields.contains("Handler") { r#","Handler":{"Type":"Pass","End":true}"# } else { "" };
    format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"{resource}",{fields}}}{handler}}}}}"#
    )
}

#[rstest]
#[case::result_replaces_the_input(r#""Result":{"r":1}"#, r#"{"a":1}"#, r#"{"r":1}"#)]
#[case::result_path_adds_to_the_input(
    r#""Result":1,"ResultPath":"$.x.y""#,
    r#"{"a":1}"#,
    r#"{"a":1,"x":{"y":1}}"#
)]
#[case::a_null_result_path_drops_the_result(r#""Result":1,"ResultPath":null"#, r#"{"a":1}"#, r#"{"a":1}"#)]
#[case::input_path_selects(r#""InputPath":"$.a""#, r#"{"a":{"b":2}}"#, r#"{"b":2}"#)]
#[case::a_null_input_path_gives_nothing(r#""InputPath":null"#, r#"{"a":1}"#, "{}")]
#[case::output_path_selects(r#""OutputPath":"$.a""#, r#"{"a":3}"#, "3")]
#[case::parameters_are_computed(
    r#""Parameters":{"b.$":"$.a","c":"$.a"}"#,
    r#"{"a":1}"#,
    r#"{"b":1,"c":"$.a"}"#
)]
#[case::the_context_is_visible(r#""Parameters":{"n.$":"$$.State.Name"}"#, "{}", r#"{"n":"P"}"#)]
#[case::the_start_time_is_virtual(
    r#""Parameters":{"t.$":"$$.Execution.StartTime"}"#,
    "{}",
    r#"{"t":"2026-01-01T00:00:00.000Z"}"#
)]
fn data_flows_through_a_pass_state(#[case] fields: &str, #[case] input: &str, #[case] expected: &str) {
    let definition = format!(r#"{{"StartAt":"P","States":{{"P":{{"Type":"Pass",{fields},"End":true}}}}}}"#);
    assert_eq!(output(&run(&definition, input)), expected);
}

#[test]
fn a_path_that_finds_nothing_ends_the_execution_past_every_catcher() {
    let definition =
        task(r#""OutputPath":"$.no","Catch":[{"ErrorEquals":["States.ALL"],"Next":"Handler"}],"End":true"#);
    let history = run_with(&definition, "{}", |_| Answer::of(value("{}")));
    assert_eq!(error(&history), "States.Runtime");
    assert_eq!(kinds(&history).last(), Some(&"ExecutionFailed"));
}

#[test]
fn a_catch_is_tried_only_after_retries_are_spent() {
    let definition = task(
        r#""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":2,"MaxAttempts":2,"BackoffRate":3}],
           "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Handler"}],"End":true"#,
    );
    let history = run_with(&definition, r#"{"a":1}"#, |_| throw("E"));
    let handled: Vec<_> = history.failures.iter().map(|failure| failure.handling).collect();
    assert_eq!(
        handled,
        [
            Handling::Retried { retrier: 0, retry: 1, delay_ms: 2_000 },
            Handling::Retried { retrier: 0, retry: 2, delay_ms: 6_000 },
            Handling::Caught { catcher: 0, spent: Some(0) },
        ]
    );
    assert_eq!(history.duration.0, 8_000);
    assert_eq!(output(&history), r#"{"a":1,"error":{"Error":"E","Cause":"because"}}"#);
}

#[test]
fn retriers_count_apart_and_a_spent_one_does_not_fall_through_to_the_next() {
    let definition = task(
        r#""Retry":[{"ErrorEquals":["A"],"MaxAttempts":1},{"ErrorEquals":["States.ALL"],"MaxAttempts":5}],"End":true"#,
    );
    let mut errors = ["A", "B", "A"].into_iter();
    let history =
        run_with(&definition, "{}", |_| errors.next().map_or_else(|| Answer::of(value("1")), throw));
    assert_eq!(error(&history), "A");
    assert_eq!(history.attempts.len(), 3);
}

#[test]
fn max_attempts_zero_never_retries() {
    let definition = task(r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":0}],"End":true"#);
    assert_eq!(run_with(&definition, "{}", |_| throw("E")).attempts.len(), 1);
}

#[test]
fn the_delay_has_no_cap_unless_one_is_written() {
    let definition = task(
        r#""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":10,"MaxAttempts":8,"BackoffRate":2.5}],"End":true"#,
    );
    let history = run_with(&definition, "{}", |_| throw("E"));
    // 10 × (2.5^8 − 1) / 1.5 seconds.
    assert_eq!(history.duration.0 / 1000, 10_165);
}

#[test]
fn jitter_comes_from_the_seed() {
    let definition =
        task(r#""Retry":[{"ErrorEquals":["E"],"IntervalSeconds":100,"JitterStrategy":"FULL"}],"End":true"#);
    let duration = || run_with(&definition, "{}", |_| throw("E")).duration;
    assert_eq!(duration(), duration());
    assert!(duration().0 < 700_000, "jitter only shortens the delays");
}

#[test]
fn a_silent_task_times_out_and_the_catcher_sees_an_empty_cause() {
    let definition = task(
        r#""TimeoutSeconds":5,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Handler"}],"End":true"#,
    );
    let history = run_with(&definition, "{}", |_| silence(true));
    assert_eq!(output(&history), r#"{"Error":"States.Timeout","Cause":""}"#);
    assert_eq!(history.duration.0, 5_000);
    assert!(kinds(&history).contains(&"LambdaFunctionTimedOut"));
}

#[rstest]
#[case::the_heartbeat_name("States.HeartbeatTimeout", "SUCCEEDED")]
#[case::the_timeout_name("States.Timeout", "SUCCEEDED")]
#[case::not_task_failed("States.TaskFailed", "FAILED")]
fn a_missed_heartbeat_is_matched_by(#[case] name: &str, #[case] status: &str) {
    let fields = format!(
        r#""TimeoutSeconds":60,"HeartbeatSeconds":10,"Catch":[{{"ErrorEquals":["{name}"],"Next":"Handler"}}],"End":true"#
    );
    let history = run_with(&task(&fields), "{}", |_| silence(false));
    assert_eq!((history.outcome.status(), history.duration.0), (status, 10_000));
}

#[test]
fn a_callback_that_never_comes_waits_for_a_year() {
    let definition = r#"{"StartAt":"Ask","States":{"Ask":{"Type":"Task","End":true,
        "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}}}}}"#;
    let history = run_with(definition, "{}", |call| {
        assert!(call.parameters.get("MessageBody").is_some_and(|body| body.get("token").is_some()));
        silence(true)
    });
    assert_eq!(history.outcome, Outcome::TimedOut { by: ExecutionTimer::Longest });
    assert_eq!(history.duration.to_string(), "365 d");
}

#[test]
fn the_execution_timeout_cuts_off_whatever_runs() {
    let definition =
        r#"{"StartAt":"W","TimeoutSeconds":5,"States":{"W":{"Type":"Wait","Seconds":10,"End":true}}}"#;
    let history = run(definition, "{}");
    assert_eq!(history.outcome, Outcome::TimedOut { by: ExecutionTimer::Declared });
    assert_eq!(kinds(&history), ["ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"]);
}

#[test]
fn express_executions_end_after_five_minutes() {
    let definition = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":301,"End":true}}}"#;
    let history = run_as(definition, MachineType::Express, "{}", &mut |_| unreachable!("no tasks"));
    assert_eq!(history.outcome, Outcome::TimedOut { by: ExecutionTimer::Longest });
}

#[rstest]
#[case::seconds(r#""Seconds":7"#, "{}", 7_000)]
#[case::seconds_path(r#""SecondsPath":"$.s""#, r#"{"s":3}"#, 3_000)]
#[case::timestamp(r#""Timestamp":"2026-01-01T00:01:00Z""#, "{}", 60_000)]
#[case::timestamp_path(r#""TimestampPath":"$.t""#, r#"{"t":"2026-01-01T00:00:30.500Z"}"#, 30_500)]
#[case::a_past_timestamp(r#""Timestamp":"2020-01-01T00:00:00Z""#, "{}", 0)]
fn a_wait_takes_its_time(#[case] field: &str, #[case] input: &str, #[case] expected_ms: u64) {
    assert_eq!(EPOCH, 1_767_225_600_000);
    let definition = format!(r#"{{"StartAt":"W","States":{{"W":{{"Type":"Wait",{field},"End":true}}}}}}"#);
    let history = run(&definition, input);
    assert_eq!((history.outcome.status(), history.duration.0), ("SUCCEEDED", expected_ms));
}

#[test]
fn a_choice_without_a_match_and_default_is_a_runtime_error() {
    let definition = r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
        {"Variable":"$.a","NumericEquals":1,"Next":"P"}]},"P":{"Type":"Pass","End":true}}}"#;
    assert_eq!(error(&run(definition, r#"{"a":2}"#)), "States.Runtime");
    assert_eq!(run(definition, r#"{"a":1}"#).decisions[0].rule, Some(0));
}

const PARALLEL: &str = r#"{"StartAt":"Both","States":{"Both":{"Type":"Parallel","Branches":[
    {"StartAt":"Left","States":{"Left":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{},"End":true}}},
    {"StartAt":"Right","States":{"Right":{"Type":"Wait","Seconds":60,"End":true}}}],
    "Catch":[{"ErrorEquals":["E"],"ResultPath":"$.why","Next":"Handler"}],"End":true},
    "Handler":{"Type":"Pass","End":true}}}"#;

#[test]
fn a_parallel_state_gives_the_outputs_in_the_order_of_its_branches() {
    let history = run_with(PARALLEL, r#"{"a":1}"#, |_| Answer { after_ms: 90_000, ..Answer::of(value("2")) });
    assert_eq!(output(&history), r#"[2,{"a":1}]"#);
    assert_eq!(history.duration.0, 90_000);
}

#[test]
fn a_failing_branch_aborts_the_others_and_passes_its_own_error_on() {
    let history = run_with(PARALLEL, r#"{"a":1}"#, |_| throw("E"));
    assert_eq!(output(&history), r#"{"a":1,"why":{"Error":"E","Cause":"because"}}"#);
    assert!(kinds(&history).contains(&"WaitStateAborted"));
    assert_eq!(history.duration.0, 0);
    let echo = history.failures.last().expect("two failures");
    assert_eq!(echo.echo_of, Some(0));
}

const MAP: &str = r#"{"StartAt":"All","States":{"All":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":CONCURRENCY,
    "ItemSelector":{"n.$":"$$.Map.Item.Value","i.$":"$$.Map.Item.Index"},
    "ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"One","States":{
      "One":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},
      "OutputPath":"$.Payload","End":true}}},"End":true}}}"#;

fn echo_after(call: &Call<'_>, after_ms: u64) -> Answer {
    let payload = call.parameters.get("Payload").cloned().unwrap_or_default();
    let result = sfn_chaos::value::Object::from_iter([("Payload", payload)]);
    Answer { after_ms, ..Answer::of(result.into()) }
}

#[rstest]
#[case::one_at_a_time("1", 4_000)]
#[case::two_at_a_time("2", 2_000)]
#[case::all_at_once("0", 1_000)]
fn a_map_runs_so_many_items_at_a_time(#[case] concurrency: &str, #[case] duration_ms: u64) {
    let definition = MAP.replace("CONCURRENCY", concurrency);
    let history = run_with(&definition, r#"{"items":["a","b","c","d"]}"#, |call| echo_after(call, 1_000));
    assert_eq!(history.duration.0, duration_ms);
    assert_eq!(output(&history), r#"[{"n":"a","i":0},{"n":"b","i":1},{"n":"c","i":2},{"n":"d","i":3}]"#);
}

#[test]
fn an_empty_map_gives_an_empty_list() {
    assert_eq!(output(&run(&MAP.replace("CONCURRENCY", "0"), r#"{"items":[]}"#)), "[]");
}

#[test]
fn a_failing_item_fails_the_map_and_aborts_the_items_that_run() {
    let definition = MAP.replace("CONCURRENCY", "0");
    let history = run_with(&definition, r#"{"items":[0,1,2]}"#, |call| match call.site.iteration.0[0] {
        1 => throw("Bad"),
        _ => echo_after(call, 1_000),
    });
    assert_eq!(error(&history), "Bad");
    let aborted = history.events.iter().filter(|event| event.kind == EventType::MapIterationAborted).count();
    assert_eq!(aborted, 2);
}

const DISTRIBUTED: &str = r#"{"StartAt":"All","States":{"All":{"Type":"Map","ItemsPath":"$.items",TOLERANCE
    "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"One","States":{
      "One":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},
      "OutputPath":"$.Payload","End":true}}},"End":true}}}"#;

#[rstest]
#[case::none_tolerated("", "States.ExceedToleratedFailureThreshold")]
#[case::one_tolerated(r#""ToleratedFailureCount":1,"#, "SUCCEEDED")]
#[case::a_third_tolerated(r#""ToleratedFailurePercentage":34,"#, "SUCCEEDED")]
#[case::a_quarter_tolerated(r#""ToleratedFailurePercentage":25,"#, "States.ExceedToleratedFailureThreshold")]
fn a_distributed_map_tolerates_failures_up_to_its_threshold(#[case] tolerance: &str, #[case] expected: &str) {
    let definition = DISTRIBUTED.replace("TOLERANCE", tolerance);
    let history = run_with(&definition, r#"{"items":[0,1,2]}"#, |call| match call.site.iteration.0[0] {
        0 => throw("Bad"),
        _ => echo_after(call, 0),
    });
    assert_eq!(error(&history), expected);
    assert!(kinds(&history).contains(&"MapRunStarted"));
    assert!(!kinds(&history).contains(&"TaskScheduled"), "children have histories of their own");
    assert!(!history.child_events.is_empty());
}

#[test]
fn an_oversized_task_result_can_be_caught_but_an_oversized_state_output_cannot() {
    let big = format!("\"{}\"", "x".repeat(262_144));
    let catch = r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Handler"}],"End":true"#;
    let caught = run_with(&task(catch), "{}", |_| Answer::of(value(&big)));
    assert_eq!(caught.outcome.status(), "SUCCEEDED");
    let pass =
        r#"{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"a.$":"$.x","b.$":"$.x"},"End":true}}}"#;
    let input = format!(r#"{{"x":"{}"}}"#, "x".repeat(200_000));
    assert_eq!(error(&run(pass, &input)), "States.DataLimitExceeded");
}

#[test]
fn the_event_that_reaches_the_limit_is_the_failure() {
    let definition =
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}"#;
    let definition = definition.replace(
        r#""Next":"A"}"#,
        r#""Next":"C"},"C":{"Type":"Choice","Choices":[
        {"Variable":"$.never","IsPresent":true,"Next":"End"}],"Default":"A"},"End":{"Type":"Succeed"}"#,
    );
    let history = run(&definition, "{}");
    assert_eq!((error(&history).as_str(), history.events.len()), ("States.Runtime", 25_000));
    assert_eq!(history.events[24_999].kind, EventType::ExecutionFailed);
}

#[test]
fn a_fail_state_takes_error_and_cause_from_paths() {
    let definition = r#"{"StartAt":"F","States":{"F":{"Type":"Fail","ErrorPath":"$.e","CausePath":"States.Format('{}!', $.c)"}}}"#;
    let history = run(definition, r#"{"e":"Oops","c":"why"}"#);
    assert_eq!(
        history.outcome,
        Outcome::Failed { error: Some(Arc::from("Oops")), cause: Some(Arc::from("why!")) }
    );
}

#[test]
fn variables_reach_inner_scopes_but_not_back() {
    let definition = r#"{"StartAt":"Set","States":{"Set":{"Type":"Pass","Assign":{"x.$":"$.a"},"Next":"Both"},
        "Both":{"Type":"Parallel","Branches":[{"StartAt":"In","States":{"In":{"Type":"Pass",
            "Parameters":{"x.$":"$x"},"Assign":{"x":2},"End":true}}}],"ResultPath":"$.in","Next":"Out"},
        "Out":{"Type":"Pass","Parameters":{"in.$":"$.in","out.$":"$x"},"End":true}}}"#;
    assert_eq!(output(&run(definition, r#"{"a":1}"#)), r#"{"in":[{"x":1}],"out":1}"#);
}

#[test]
fn the_step_budget_ends_a_run_as_unknown() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"Next":"C"},
        "C":{"Type":"Choice","Choices":[{"Variable":"$.never","IsPresent":true,"Next":"E"}],"Default":"A"},"E":{"Type":"Succeed"}}}"#;
    let machine = compile_text("test", definition).expect("valid");
    let mut case = Case::new(value("{}"));
    case.limits.steps_max = 100;
    let history = sim::run(&machine, &case, &mut |_: Call<'_>| silence(true));
    let Outcome::Unknown(unknown) = history.outcome else { panic!("expected an unknown outcome") };
    assert_eq!(unknown.construct, "step budget");
}

#[rstest]
#[case::a_standard_child_by_its_events("STANDARD")]
#[case::an_express_child_by_its_time("EXPRESS")]
fn a_child_execution_that_never_ends_meets_its_own_limit(#[case] kind: &str) {
    let definition = r#"{"StartAt":"All","States":{"All":{"Type":"Map","ItemsPath":"$.items",
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"KIND"},"StartAt":"W","States":{
          "W":{"Type":"Wait","Seconds":1,"Next":"C"},"C":{"Type":"Choice","Choices":[
            {"Variable":"$.never","IsPresent":true,"Next":"E"}],"Default":"W"},"E":{"Type":"Succeed"}}},"End":true}}}"#;
    let history = run(&definition.replace("KIND", kind), r#"{"items":[{}]}"#);
    assert_eq!(error(&history), "States.ExceedToleratedFailureThreshold");
    assert!(history.child_events.len() <= 25_010, "{}", history.child_events.len());
    assert!(history.events.len() < 10);
}
