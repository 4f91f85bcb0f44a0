//! Parity against services that answer otherwise in one respect each.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;
use sfn_chaos::asl::{MachineType, compile_text};
use sfn_chaos::generate::Examples;
use sfn_chaos::model::Model;
use sfn_chaos::parity::record::{Origin, records};
use sfn_chaos::parity::{Kind, MachineParity, Place, cases, compare};
use sfn_chaos::search::Arena;
use sfn_chaos::sim::{Limits, Start};
use sfn_chaos::value::{Object, Value};
use sfn_chaos::walk::{Ask, AskError, Executor, Offline};

/// A task with a retrier and a catcher, and a way on.
const ORDER: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "Next": "Done",
        "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 1, "IntervalSeconds": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}]},
    "Refund": {"Type": "Pass", "Result": {"refunded": true}, "End": true},
    "Done": {"Type": "Succeed"}}}"#;

fn arena(text: &str) -> Arena {
    let machine = Arc::new(compile_text("order", text).unwrap());
    Arena {
        model: Arc::new(Model::new(machine)),
        machine_type: MachineType::Standard,
        seed: 1,
        start: Start::default(),
        limits: Limits::default(),
        oracles: Vec::new(),
        executor: Executor::simulator(),
    }
}

fn compared(theirs: &dyn Ask, threads: usize) -> MachineParity {
    let arena = arena(ORDER);
    let cases = cases(&arena, &Examples::default(), 60);
    compare(&arena, &cases, theirs, NonZeroUsize::new(threads).unwrap())
}

/// Our own answers, with a change where it applies.
fn changing(
    change: impl Fn(&Value, Object) -> Object + Send + Sync,
) -> impl Fn(&Value) -> Result<Value, AskError> + Send + Sync {
    let offline = Offline::default();
    move |request: &Value| match offline.ask(request)? {
        Value::Object(answer) => Ok(change(request, answer).into()),
        other => Ok(other),
    }
}

fn value(text: &str) -> Value {
    Value::parse(text).unwrap()
}

/// Sets a member by its path, if its object is there and `only_if` is what the member is now.
fn set(answer: Object, path: &[&str], now: &str, new: Option<&str>) -> Object {
    let Some((name, rest)) = path.split_first() else { return answer };
    let mut answer = answer;
    match answer.get(name).cloned() {
        Some(Value::Object(inner)) if !rest.is_empty() => {
            answer.insert(*name, set(inner, rest, now, new).into());
        }
        Some(there) if rest.is_empty() && (now == "*" || there == value(now)) => match new {
            Some(new) => drop(answer.insert(*name, value(new))),
            None => drop(answer.remove(name)),
        },
        _ => {}
    }
    answer
}

#[test]
fn a_service_that_answers_as_we_do_agrees() {
    let parity = compared(&Offline::default(), 1);
    assert!(parity.disagreements.is_empty(), "{:#?}", parity.disagreements);
    assert_eq!((parity.states, parity.differing, parity.otherwise), (3, 0, 0));
    assert_eq!(parity.agreeing, parity.requests);
    assert!(parity.cases > 5 && parity.requests > 5, "{} cases, {} requests", parity.cases, parity.requests);
}

#[rstest]
#[case::status(&["status"], "\"CAUGHT_ERROR\"", Some("\"FAILED\""), "status", Kind::Status)]
#[case::error(&["error"], "\"Lambda.TooManyRequestsException\"", Some("\"States.TaskFailed\""), "error", Kind::Error)]
#[case::no_cause(&["cause"], "*", None, "cause", Kind::Cause)]
#[case::cause(&["cause"], "*", Some("\"otherwise\""), "cause", Kind::CauseWording)]
#[case::next(&["nextState"], "\"Done\"", Some("\"Refund\""), "nextState", Kind::Routing)]
#[case::output(&["output"], "*", Some(r#""{\"other\":1}""#), "output", Kind::Output)]
#[case::backoff(
    &["inspectionData", "errorDetails", "retryBackoffIntervalSeconds"], "2", Some("4"),
    "inspectionData.errorDetails.retryBackoffIntervalSeconds", Kind::RetryTiming
)]
#[case::catcher(
    &["inspectionData", "errorDetails", "catchIndex"], "0", None,
    "inspectionData.errorDetails.catchIndex", Kind::Routing
)]
#[case::data_flow(
    &["inspectionData", "afterParameters"], "*", Some("\"{}\""), "inspectionData.afterParameters", Kind::DataFlow
)]
#[case::a_field_less(
    &["inspectionData", "afterInputPath"], "*", None, "inspectionData.afterInputPath", Kind::DataFlow
)]
fn a_field_that_differs_is_one_kind_of_disagreement(
    #[case] path: &[&str],
    #[case] now: &str,
    #[case] new: Option<&str>,
    #[case] field: &str,
    #[case] kind: Kind,
) {
    let theirs = changing(|_, answer| set(answer, path, now, new));
    let parity = compared(&theirs, 1);
    assert!(!parity.disagreements.is_empty() && parity.differing > 0);
    for disagreement in &parity.disagreements {
        let difference = &disagreement.difference;
        assert_eq!((&*difference.field, difference.kind), (field, kind));
        assert!(disagreement.shown.is_some() && disagreement.cases > 0);
    }
}

#[test]
fn what_differs_because_the_status_differs_is_told_with_it() {
    let theirs = changing(|_, answer| {
        if answer.get("status") != Some(&Value::from("CAUGHT_ERROR")) {
            return answer;
        }
        let answer = set(answer, &["status"], "*", Some("\"SUCCEEDED\""));
        set(answer, &["inspectionData", "errorDetails"], "*", None)
    });
    let parity = compared(&theirs, 1);
    let kinds: Vec<_> = parity.disagreements.iter().map(|it| it.difference.kind).collect();
    assert_eq!(kinds, [Kind::Status]);
    let follow = &parity.disagreements[0].difference.follow;
    let details = ["catchIndex", "retryIndex"].map(|name| format!("inspectionData.errorDetails.{name}"));
    assert_eq!(*follow, details);
}

#[test]
fn order_of_members_and_spacing_do_not_count() {
    let theirs = changing(|_, answer| {
        let backwards = |value: &Value| match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.reverse();
                let lines: Vec<_> =
                    members.iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect();
                Value::from(format!("{{ {} }}", lines.join(" , ")))
            }
            other => Value::from(other.to_json()),
        };
        let mut answer = answer;
        if let Some(output) = answer.get("output").and_then(Value::as_str).map(value) {
            answer.insert("output", backwards(&output));
        }
        answer
    });
    assert!(compared(&theirs, 1).disagreements.is_empty());
}

#[test]
fn a_disagreement_of_many_cases_is_one() {
    let theirs = changing(|_, answer| set(answer, &["inspectionData", "afterInputPath"], "*", None));
    let parity = compared(&theirs, 1);
    let charge: Vec<_> = parity.disagreements.iter().filter(|it| it.plan.is_empty()).collect();
    assert!(charge.iter().any(|it| it.cases == parity.cases), "{charge:#?}");
    assert!(parity.differing > parity.disagreements.len());
}

#[test]
fn another_value_is_told_at_its_place() {
    let theirs = changing(|_, answer| {
        set(answer, &["output"], r#""{\"refunded\":true}""#, Some(r#""{\"refunded\":false}""#))
    });
    let parity = compared(&theirs, 1);
    let [disagreement] = &*parity.disagreements else { panic!("{:#?}", parity.disagreements) };
    let place = Place { path: "$.refunded".to_owned(), ours: Some(true.into()), theirs: Some(false.into()) };
    assert_eq!(disagreement.difference.places, [place]);
    assert!(parity.otherwise > 0, "the executions end otherwise");
}

#[test]
fn the_walk_goes_on_where_theirs_refuses() {
    let offline = Offline::default();
    let theirs = move |request: &Value| {
        if request.get("stateName") == Some(&Value::from("Refund")) {
            let (code, message) = ("ValidationException".to_owned(), "no such thing".to_owned());
            return Err(AskError::Refused { code, message });
        }
        offline.ask(request)
    };
    let parity = compared(&theirs, 1);
    let kinds: Vec<_> = parity.disagreements.iter().map(|it| it.difference.kind).collect();
    assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == Kind::Refusal), "{kinds:?}");
    assert_eq!((parity.otherwise, parity.unanswered), (0, 0));
}

#[test]
fn what_was_compared_before_it_broke_off_is_kept() {
    let offline = Offline::default();
    let asked = AtomicUsize::new(0);
    let theirs = move |request: &Value| {
        if asked.fetch_add(1, Ordering::Relaxed) >= 4 {
            return Err(AskError::Unanswered("the line is dead".into()));
        }
        offline.ask(request)
    };
    let parity = compared(&theirs, 1);
    assert_eq!((parity.agreeing, parity.requests), (4, 4));
    assert!(parity.unanswered > 0 && parity.unanswered < parity.cases);
    assert_eq!(parity.unanswered_because.as_deref(), Some("the line is dead"));
    assert!(parity.disagreements.is_empty());
}

#[test]
fn threads_change_nothing() {
    let told = |threads| {
        let theirs = changing(|_, answer| set(answer, &["cause"], "*", Some("\"otherwise\"")));
        format!("{:?}", compared(&theirs, threads))
    };
    assert_eq!(told(4), told(1));
}

#[test]
fn a_limit_takes_faults_of_every_site_in_turn() {
    let arena = arena(
        r#"{"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "B"},
            "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}"#,
    );
    let cases = cases(&arena, &Examples::default(), 3);
    let machine = &arena.model.machine;
    let plans: Vec<_> = cases.trials.iter().map(|trial| trial.plan.display(machine).to_string()).collect();
    assert_eq!(plans[0], "");
    assert!(plans[1].starts_with("A:") && plans[2].starts_with("B:"), "{plans:?}");
    assert!(cases.all > 3);
}

#[test]
fn an_exchange_is_recorded_once_with_what_was_answered() {
    let theirs = changing(|_, answer| {
        let answer = set(answer, &["inspectionData", "input"], "*", None);
        set(answer, &["inspectionData", "afterInputPath"], "*", None)
    });
    let parity = compared(&theirs, 1);
    let origin = Origin { source: "a test".to_owned(), recorded: "01-01-2026, 00:00:00".to_owned() };
    let records = records(&parity, &origin);
    assert!(!records.is_empty() && records.len() < parity.disagreements.len());
    for record in &records {
        assert_eq!(record.case.get("id"), Some(&Value::from(&*record.id)));
        assert!(record.case.get("request").unwrap().get("definition").unwrap().get("States").is_some());
        assert!(record.case.get("response").unwrap().get("status").is_some());
        assert!(record.request.get("definition").unwrap().as_str().is_some());
    }
}
