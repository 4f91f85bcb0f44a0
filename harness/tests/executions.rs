//! Executions as a whole: their timers and limits, who stops them, and how a redrive goes on.

use std::sync::Arc;

use rstest::rstest;
use sfn_chaos::asl::{MachineType, compile_text};
use sfn_chaos::history::{EventType, ExecutionTimer, History, Outcome, wire};
use sfn_chaos::mock::{Answer, Call, Reply};
use sfn_chaos::sim::{self, Case, Limits, NotRedrivable, Stop};
use sfn_chaos::value::Value;

const PAUSE: &str = r#"{"StartAt":"Pause","States":{"Pause":{"Type":"Wait","Seconds":600,"End":true}}}"#;

/// Two steps; the second one has a retrier.
const STEPS: &str = r#"{"StartAt":"First","States":{
  "First":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
    "Next":"Second"},
  "Second":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"s",
    "Payload":{"retries.$":"$$.State.RetryCount","redrives.$":"$$.Execution.RedriveCount"}},
    "Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"End":true}}}"#;

/// Three branches of which the second can fail after its first step.
const BRANCHES: &str = r#"{"StartAt":"All","States":{"All":{"Type":"Parallel","End":true,"Branches":[
  {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}}},
  {"StartAt":"B","States":{
    "B":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Next":"C"},
    "C":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}}},
  {"StartAt":"D","States":{"D":{"Type":"Wait","Seconds":60,"End":true}}}]}}}"#;

fn value(text: &str) -> Value {
    Value::parse(text).expect("test values are JSON")
}

fn case() -> Case {
    Case::new(Value::empty_object())
}

fn run(definition: &str, case: &Case, mut answer: impl FnMut(&Call<'_>) -> Answer) -> History {
    let machine = compile_text("test", definition).expect("test definitions are valid");
    sim::run(&machine, case, &mut |call: Call<'_>| answer(&call))
}

fn done(_: &Call<'_>) -> Answer {
    Answer::of(Value::empty_object())
}

fn throw(error: &str) -> Answer {
    let reply = Reply::Throw { error: Some(Arc::from(error)), cause: Some(Arc::from("because")) };
    Answer { reply, ..Answer::of(Value::Null) }
}

/// Type and previous event of every event.
fn chain(history: &History) -> Vec<(&'static str, u32)> {
    history.events.iter().map(|event| (event.kind.name(), event.previous.0)).collect()
}

/// Type of every event, with the state's name where it has one.
fn told(history: &History, definition: &str) -> Vec<String> {
    let machine = compile_text("test", definition).expect("test definitions are valid");
    let state = |event: &sfn_chaos::history::Event| {
        event.state.map_or(String::new(), |state| format!(" {}", machine.state(state).name))
    };
    history.events.iter().map(|event| format!("{}{}", event.kind, state(event))).collect()
}

#[rstest]
#[case::by_its_own_timer(MachineType::Standard, r#""TimeoutSeconds":5,"#, 5_000, ExecutionTimer::Declared)]
#[case::an_express_one_after_five_minutes(MachineType::Express, "", 300_000, ExecutionTimer::Longest)]
#[case::a_longer_timer_of_an_express_one(
    MachineType::Express,
    r#""TimeoutSeconds":900,"#,
    300_000,
    ExecutionTimer::Longest
)]
fn an_execution_times_out_past_its_states(
    #[case] machine_type: MachineType,
    #[case] timer: &str,
    #[case] expected_ms: u64,
    #[case] expected_by: ExecutionTimer,
) {
    let definition = PAUSE.replacen('{', &format!("{{{timer}"), 1);
    let history = run(&definition, &Case { machine_type, ..case() }, done);
    assert_eq!(history.outcome, Outcome::TimedOut { by: expected_by });
    assert_eq!(history.duration.0, expected_ms);
    let expected = [("ExecutionStarted", 0), ("WaitStateEntered", 0), ("ExecutionTimedOut", 0)];
    assert_eq!(chain(&history), expected);
}

#[test]
fn no_handler_sees_the_end_of_an_execution() {
    let definition = r#"{"StartAt":"Ask","TimeoutSeconds":5,"States":{
      "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},
        "Retry":[{"ErrorEquals":["States.ALL"]}],
        "Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Told"}],"End":true},
      "Told":{"Type":"Pass","End":true}}}"#;
    let silence = |_: &Call<'_>| Answer { reply: Reply::Silence, ..Answer::of(Value::Null) };
    let history = run(definition, &case(), silence);
    assert_eq!(history.outcome.status(), "TIMED_OUT");
    assert_eq!(history.events.last().map(|event| event.kind), Some(EventType::ExecutionTimedOut));
    let stopped =
        run(definition, &Case { stop: Some(Stop { after_ms: 90, ..Stop::default() }), ..case() }, silence);
    assert_eq!(stopped.outcome, Outcome::Aborted { error: None, cause: None });
}

#[test]
fn a_stopped_execution_says_what_the_caller_said() {
    let stop = Stop { after_ms: 30_000, error: Some("Halt".into()), cause: Some("enough".into()) };
    let history = run(PAUSE, &Case { stop: Some(stop), ..case() }, done);
    let outcome = Outcome::Aborted { error: Some("Halt".into()), cause: Some("enough".into()) };
    assert_eq!(history.outcome, outcome);
    assert_eq!(history.duration.0, 30_000);
    let expected = [("ExecutionStarted", 0), ("WaitStateEntered", 0), ("ExecutionAborted", 0)];
    assert_eq!(chain(&history), expected);
    let machine = compile_text("test", PAUSE).expect("a valid definition");
    let printed = wire::events(&history, &machine, Case::EPOCH_MS)[2].to_json();
    assert!(
        printed.contains(r#""executionAbortedEventDetails":{"error":"Halt","cause":"enough"}"#),
        "{printed}"
    );
}

#[test]
fn a_call_after_the_end_stops_nothing() {
    let stop = Some(Stop { after_ms: 601_000, ..Stop::default() });
    assert!(run(PAUSE, &Case { stop, ..case() }, done).outcome.succeeded());
}

#[test]
fn the_last_event_of_a_full_history_is_its_failure() {
    let definition = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","Next":"Q"},
      "Q":{"Type":"Choice","Choices":[{"Variable":"$.done","IsPresent":true,"Next":"R"}],"Default":"P"},
      "R":{"Type":"Succeed"}}}"#;
    let limits = Limits { events_max: 10, ..Limits::default() };
    let history = run(definition, &Case { limits, ..case() }, done);
    let cause = "The execution reached the maximum number of history events (10).";
    let outcome = Outcome::Failed { error: Some("States.Runtime".into()), cause: Some(cause.into()) };
    assert_eq!(history.outcome, outcome);
    assert_eq!(history.events.len(), 10);
    let express =
        Case { limits: Limits { steps_max: 100, ..limits }, machine_type: MachineType::Express, ..case() };
    assert!(
        matches!(run(definition, &express, done).outcome, Outcome::Unknown(_)),
        "the budget ends it, no limit"
    );
}

#[test]
fn a_redrive_goes_on_from_the_state_that_failed() {
    let mut calls = 0;
    let history = run(STEPS, &Case { redrives_after_ms: vec![3_600_000], ..case() }, |call| {
        calls += 1;
        if calls <= 3 && &*call.state.name == "Second" {
            throw("E")
        } else {
            Answer::of(call.parameters.get("Payload").cloned().unwrap_or_default())
        }
    });
    let output = value(r#"{"retries":0,"redrives":1}"#);
    assert_eq!(history.outcome, Outcome::Succeeded { output });
    let kinds = told(&history, STEPS);
    let expected = [
        "TaskStateEntered Second",
        "TaskScheduled Second",
        "TaskStarted Second",
        "TaskFailed Second",
        "TaskScheduled Second",
        "TaskStarted Second",
        "TaskFailed Second",
        "ExecutionFailed",
        "ExecutionRedriven",
        "TaskScheduled Second",
        "TaskStarted Second",
        "TaskSucceeded Second",
        "TaskStateExited Second",
        "ExecutionSucceeded",
    ];
    assert_eq!(kinds[6..], expected);
    assert_eq!((history.redrives, history.attempts.len()), (1, 4));
}

#[test]
fn only_branches_without_success_run_again() {
    let mut failed = false;
    let history = run(BRANCHES, &Case { redrives_after_ms: vec![0], ..case() }, |call| {
        let fails = &*call.state.name == "C" && !std::mem::replace(&mut failed, true);
        if fails { throw("E") } else { Answer::of(Value::from(&*call.state.name)) }
    });
    let output = r#"["A","C",{}]"#;
    assert_eq!(history.outcome, Outcome::Succeeded { output: value(output) });
    let kinds = told(&history, BRANCHES);
    let at = kinds.iter().position(|kind| kind == "ExecutionRedriven").expect("a redrive");
    let expected = [
        "ExecutionRedriven",
        "TaskScheduled C",
        "TaskStarted C",
        "TaskSucceeded C",
        "TaskStateExited C",
        "WaitStateExited D",
        "ParallelStateSucceeded All",
        "ParallelStateExited All",
        "ExecutionSucceeded",
    ];
    assert_eq!(kinds[at..], expected);
}

#[rstest]
#[case::an_aborted_one(Some(Stop { after_ms: 1_000, error: None, cause: None }), "", 10)]
#[case::a_timed_out_one(None, r#""TimeoutSeconds":1,"#, 10)]
fn what_was_in_flight_starts_anew(#[case] stop: Option<Stop>, #[case] timer: &str, #[case] after_ms: u64) {
    let definition = r#"{"StartAt":"Work","States":{"Work":{"Type":"Task","End":true,
      "Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"}}}}"#;
    let definition = definition.replacen('{', &format!("{{{timer}"), 1);
    let mut calls = 0;
    let history = run(&definition, &Case { stop, redrives_after_ms: vec![after_ms], ..case() }, |_| {
        calls += 1;
        Answer { after_ms: if calls == 1 { 5_000 } else { 500 }, ..Answer::of(Value::from(calls)) }
    });
    assert_eq!(history.outcome, Outcome::Succeeded { output: Value::from(2) });
    // The timer of the execution counts from the redrive on.
    assert_eq!(history.duration.0, 1_000 + after_ms + 500);
}

#[rstest]
#[case::an_express_one(MachineType::Express, 0, NotRedrivable::Express)]
#[case::after_more_than_14_days(MachineType::Standard, 1_209_600_001, NotRedrivable::TooLate)]
fn some_executions_cannot_be_redriven(
    #[case] machine_type: MachineType,
    #[case] after_ms: u64,
    #[case] expected: NotRedrivable,
) {
    let fail = r#"{"StartAt":"No","States":{"No":{"Type":"Fail"}}}"#;
    let history = run(fail, &Case { machine_type, redrives_after_ms: vec![after_ms], ..case() }, done);
    assert_eq!(history.not_redrivable, Some(expected));
    assert_eq!((history.redrives, history.outcome.status()), (0, "FAILED"));
}

#[test]
fn a_fail_state_is_entered_again_and_fails_again() {
    let fail = r#"{"StartAt":"No","States":{"No":{"Type":"Fail","Error":"No"}}}"#;
    let history = run(fail, &Case { redrives_after_ms: vec![0], ..case() }, done);
    let expected = [
        ("ExecutionStarted", 0),
        ("FailStateEntered", 0),
        ("ExecutionFailed", 2),
        ("ExecutionRedriven", 3),
        ("FailStateEntered", 4),
        ("ExecutionFailed", 5),
    ];
    assert_eq!(chain(&history), expected);
}

#[test]
fn an_execution_that_succeeds_is_not_redriven() {
    let history = run(PAUSE, &Case { redrives_after_ms: vec![0], ..case() }, done);
    assert_eq!((history.redrives, history.not_redrivable), (0, None));
}

#[test]
fn failed_iterations_run_again_and_the_others_keep_their_results() {
    let definition = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","MaxConcurrency":2,"End":true,
      "ItemProcessor":{"StartAt":"Work","States":{"Work":{"Type":"Task","End":true,
        "Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"}}}}}}}"#;
    let mut calls = Vec::new();
    let input = value("[1,2,3,4]");
    let history = run(definition, &Case { redrives_after_ms: vec![0], ..Case::new(input) }, |call| {
        let item = call.parameters.get("Payload").and_then(Value::as_i64).expect("an item");
        calls.push(item);
        if item == 3 && calls.len() < 5 { throw("E") } else { Answer::of(Value::from(item * 10)) }
    });
    assert_eq!(history.outcome, Outcome::Succeeded { output: value("[10,20,30,40]") });
    assert_eq!(calls, [1, 2, 3, 4, 3, 4]);
}
