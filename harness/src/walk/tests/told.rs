//! What TestState says is what the history tells, whatever the simulator thinks; what it cannot say is marked.

use std::sync::Mutex;

use rstest::rstest;

use super::{Fixture, marks};
use crate::history::{EventType, Handling, Outcome};
use crate::value::{Object, Value};
use crate::walk::{Ask, AskError, Offline, Settings, Walked, can_walk, walk, walk_with};

/// Answers like [`Offline`], but changes the answers about one state.
struct Changing<F> {
    state: &'static str,
    change: F,
    requests: Mutex<Vec<Value>>,
    offline: Offline,
}

impl<F: Fn(&mut Object)> Changing<F> {
    fn new(state: &'static str, change: F) -> Self {
        Self { state, change, requests: Mutex::default(), offline: Offline::default() }
    }
}

impl<F: Fn(&mut Object) + Send + Sync> Ask for Changing<F> {
    fn ask(&self, request: &Value) -> Result<Value, AskError> {
        self.requests.lock().unwrap().push(request.clone());
        let mut answer = self.offline.ask(request)?;
        if request.get("stateName").and_then(Value::as_str) == Some(self.state)
            && let Value::Object(fields) = &mut answer
        {
            (self.change)(fields);
        }
        Ok(answer)
    }
}

const ORDER: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$.a"}, "ResultPath": null, "Next": "Big",
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Small"}]},
    "Big": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 2, "Next": "Ship"}],
        "Default": "Small"},
    "Ship": {"Type": "Pass", "End": true},
    "Small": {"Type": "Pass", "Result": "small", "End": true}}}"#;
const INPUT: &str = r#"{"a": "text", "n": 3}"#;

#[test]
fn the_output_is_the_one_that_is_told() {
    let order = Fixture::new(ORDER, INPUT, "");
    let other = Changing::new("Ship", |answer| {
        answer.insert("output", Value::from(r#""other""#));
    });
    let walked = order.walked(&other);
    assert_eq!(walked.history.outcome, Outcome::Succeeded { output: Value::from("other") });
}

#[test]
fn the_decision_is_the_one_that_is_told() {
    let order = Fixture::new(ORDER, INPUT, "");
    let other = Changing::new("Big", |answer| {
        answer.insert("nextState", Value::from("Small"));
    });
    let walked = order.walked(&other);
    assert_eq!(walked.history.decisions[0].rule, None);
    assert_eq!(walked.history.outcome, Outcome::Succeeded { output: Value::from("small") });
}

#[test]
fn the_request_is_the_one_that_is_told() {
    let order = Fixture::new(ORDER, INPUT, "");
    let other = Changing::new("Charge", |answer| {
        let data = Object::from_iter([("afterParameters", Value::from(r#"{"told":1}"#))]);
        answer.insert("inspectionData", data.into());
    });
    let walked = order.walked(&other);
    assert_eq!(walked.history.attempts[0].parameters.to_json(), r#"{"told":1}"#);
}

#[test]
fn a_failure_that_only_test_state_sees_is_followed() {
    let order = Fixture::new(ORDER, INPUT, "");
    let other = Changing::new("Ship", |answer| {
        answer.remove("output");
        answer.insert("status", Value::from("FAILED"));
        answer.insert("error", Value::from("States.Runtime"));
        answer.insert("cause", Value::from("(entered at the event id #2). No."));
    });
    let walked = order.walked(&other);
    let entered = walked.history.events.iter().rev().find(|event| event.kind == EventType::PassStateEntered);
    let cause = format!("(entered at the event id #{}). No.", entered.unwrap().id.0);
    let (error, cause) = (Some("States.Runtime".into()), Some(cause.into()));
    assert_eq!(walked.history.outcome, Outcome::Failed { error, cause });
}

#[test]
fn the_handler_is_the_one_that_is_told() {
    let order = Fixture::new(ORDER, INPUT, "Charge:throttling");
    let other = Changing::new("Charge", |answer| {
        if answer.get("status").and_then(Value::as_str) == Some("RETRIABLE") {
            let details = [("retryIndex", 0), ("retryBackoffIntervalSeconds", 40)];
            let details: Object =
                details.map(|(name, number)| (name, Value::from(number))).into_iter().collect();
            answer.insert("inspectionData", Object::from_iter([("errorDetails", details.into())]).into());
        }
    });
    let walked = order.walked(&other);
    let told = Handling::Retried { retrier: 0, retry: 1, delay_ms: 40_000 };
    assert_eq!(walked.history.failures[0].handling, told);
}

#[test]
fn each_retry_is_asked_with_the_count_of_its_retrier() {
    let order = Fixture::new(ORDER, INPUT, "Charge:throttling*2");
    let recorded = Changing::new("", |_| {});
    order.walked(&recorded);
    let count = |request: &Value| {
        let configuration = request.get("stateConfiguration")?;
        configuration.get("retrierRetryCount")?.as_i64()
    };
    // The third attempt succeeds: no retrier is asked for.
    let counts: Vec<_> = recorded.requests.lock().unwrap().iter().map(count).collect();
    assert_eq!(counts, [None, Some(1), None, None, None]);
}

/// Five times the same.
const AGAIN: &str = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor":
    {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}}}"#;

#[test]
fn what_is_the_same_is_asked_once() {
    let walked = Fixture::new(AGAIN, "[1, 1, 1, 2, 1]", "").same();
    // The Map state before and after its work, and its processor with 1 and with 2.
    assert_eq!(walked.calls, 4);
}

#[test]
fn a_walk_ends_where_its_budget_of_requests_does() {
    let Fixture { machine, script, case } = Fixture::new(AGAIN, "[1, 2, 3, 4, 5]", "");
    let few = |requests_max| {
        let settings = Settings { requests_max, ..Settings::default() };
        walk_with(&settings, &machine, &case, &script, &Offline::default()).unwrap()
    };
    assert_eq!(few(7).history.outcome.status(), "SUCCEEDED");
    let Walked { history, calls } = few(6);
    let Outcome::Unknown(unknown) = history.outcome else { panic!("{:?}", history.outcome) };
    assert_eq!((&*unknown.construct, &*unknown.detail, calls), ("request budget", "6 requests", 6));
}

#[test]
fn equal_cases_are_equal_requests() {
    let requests = || {
        let recorded = Changing::new("", |_| {});
        Fixture::new(ORDER, INPUT, "Charge:throttling*2").walked(&recorded);
        recorded.requests.lock().unwrap().iter().map(Value::to_json).collect::<Vec<_>>()
    };
    assert_eq!(requests(), requests());
}

const WAITS: &str = "`S`: how long it waits; TestState was asked about the same state without time to wait";

/// One state with this field.
fn passing(field: &str) -> String {
    format!(r#"{{"StartAt": "S", "States": {{"S": {{"Type": "Pass", {field}, "End": true}}}}}}"#)
}

#[rstest]
#[case::a_context_without_a_mock(
    passing(r#""Parameters": {"x.$": "$$.Execution.Name"}"#),
    "",
    &["`S`: what it makes of the context object, which TestState takes with a mock only, and this state has none"]
)]
#[case::random_numbers(
    passing(r#""Parameters": {"x.$": "States.UUID()"}"#),
    "",
    &["`S`: what it makes of the time and of random numbers, which TestState has of its own"]
)]
#[case::a_wait(
    r#"{"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": 7200, "End": true}}}"#.to_owned(),
    "",
    &[WAITS]
)]
#[case::nothing(passing(r#""Result": 1"#), "", &[])]
#[case::an_abort(
    r#"{"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": 7200, "End": true}}}"#.to_owned(),
    "@execution:aborted(5s)",
    &["the execution being stopped from outside", WAITS]
)]
#[case::a_callback_that_is_missing(
    r#"{"StartAt": "S", "TimeoutSeconds": 60, "States": {"S": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}}}}}"#.to_owned(),
    "S:callback-missing",
    &["the execution being ended by its TimeoutSeconds", "`S`: that nobody answers"]
)]
#[case::a_missed_heartbeat(
    r#"{"StartAt": "S", "States": {"S": {"Type": "Task", "HeartbeatSeconds": 60, "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}}}}}"#.to_owned(),
    "S:callback-missing",
    &["`S`: the missed heartbeat; TestState was given a timeout at its time"]
)]
#[case::a_timer(
    r#"{"StartAt": "S", "States": {"S": {"Type": "Task", "TimeoutSeconds": 60, "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "q", "MessageBody": "text"}}}}"#.to_owned(),
    "S:timeout",
    &["`S`: its timer going off; TestState was given States.Timeout at that time"]
)]
fn what_test_state_cannot_show_is_marked(
    #[case] definition: String,
    #[case] plan: &str,
    #[case] expected: &[&str],
) {
    let fixture = Fixture::new(&definition, INPUT, plan);
    assert_eq!(marks(&fixture.same(), &fixture.machine), expected);
}

#[rstest]
#[case::a_second_execution(
    "@execution:started-again",
    "a second execution: TestState knows no execution that came before; use the simulator for this fault"
)]
#[case::a_second_delivery(
    "@execution:delivered-twice",
    "a second delivery: TestState knows no execution that came before; use the simulator for this fault"
)]
fn what_cannot_be_walked_is_refused_before_anything_is_asked(#[case] plan: &str, #[case] why: &str) {
    let Fixture { machine, script, case } = Fixture::new(ORDER, INPUT, plan);
    assert_eq!(can_walk(&machine, &case).unwrap_err().to_string(), why);
    let never = |_: &Value| -> Result<Value, AskError> { panic!("a request was made") };
    assert_eq!(walk(&machine, &case, &script, &never).unwrap_err().to_string(), why);
}

#[test]
fn a_request_that_is_refused_ends_the_walk_with_its_reason() {
    let Fixture { machine, script, case } = Fixture::new(ORDER, INPUT, "");
    let refusing = |_: &Value| {
        Err(AskError::Refused { code: "InvalidDefinition".to_owned(), message: "No.".to_owned() })
    };
    let cannot = walk(&machine, &case, &script, &refusing).unwrap_err();
    assert_eq!(cannot.to_string(), "`Charge`: TestState refuses the request: InvalidDefinition: No.");
}

#[test]
fn an_answer_that_cannot_be_read_ends_the_walk() {
    let Fixture { machine, script, case } = Fixture::new(ORDER, INPUT, "");
    let odd = Changing::new("Big", |answer| {
        answer.insert("nextState", Value::from("Nowhere"));
    });
    let cannot = walk(&machine, &case, &script, &odd).unwrap_err();
    let expected = "`Big`: the answer of TestState cannot be read: there is no state `Nowhere`";
    assert_eq!(cannot.to_string(), expected);
}
