use super::*;
use crate::asl::{Machine, compile_text};
use crate::fault::Plan;
use crate::mock::{Answer, Call};
use crate::sim::{self, Case};

/// `Charge`, retried and caught; `ShipAll/Ship` for each item; `Undo`, the handler.
const ORDER: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"},
        "ResultPath": "$.charge", "Next": "ShipAll",
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["Never"], "Next": "Done"}, {"ErrorEquals": ["States.ALL"], "Next": "Undo"}]},
    "ShipAll": {"Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {MODE "StartAt": "Ship",
        "States": {"Ship": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "ship"}, "End": true}}}},
    "Undo": {"Type": "Pass", "Next": "Done"},
    "Done": {"Type": "Succeed"}}}"#;

const DISTRIBUTED: &str = r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},"#;

fn order(mode: &str) -> Machine {
    compile_text("order", &ORDER.replace("MODE", mode)).unwrap()
}

fn run(machine: &Machine, faults: &str) -> History {
    let plan = Plan::parse(faults, machine).unwrap();
    let input = Value::parse(r#"{"items": [1, 2]}"#).unwrap();
    let mut answers = |_: Call<'_>| Answer::of(Value::from("done"));
    sim::run(machine, &Case { plan, ..Case::new(input) }, &mut answers)
}

fn id(machine: &Machine, name: &str) -> StateId {
    machine.find(name).unwrap().id
}

/// `Ship[1]#1 at 600 ms`
fn told(machine: &Machine, entries: &[Entry]) -> Vec<String> {
    let one = |entry: &Entry| {
        let Entry { iteration, visit, at, .. } = entry;
        format!("{}{iteration}#{visit} at {at}", machine.state(entry.state).name)
    };
    entries.iter().map(one).collect()
}

#[test]
fn states_are_told_in_the_order_in_which_they_were_entered() {
    let machine = order("");
    let expected = ["Charge#1 at 0 ms", "ShipAll#1 at 100 ms", "Ship[0]#1 at 100 ms", "Ship[1]#1 at 100 ms"];
    assert_eq!(told(&machine, &run(&machine, "").entries()), expected);
}

#[test]
fn items_of_a_distributed_map_are_told_between_the_states_around_them() {
    let machine = order(DISTRIBUTED);
    let history = run(&machine, "");
    assert!(!history.child_events.is_empty());
    let expected = ["Charge#1 at 0 ms", "ShipAll#1 at 100 ms", "Ship[0]#1 at 100 ms", "Ship[1]#1 at 100 ms"];
    assert_eq!(told(&machine, &history.entries()), expected);
    let last = |kind| history.in_order().iter().rposition(|event| event.kind == kind).unwrap();
    assert!(last(EventType::TaskStateExited) < last(EventType::MapRunSucceeded));
}

#[test]
fn a_state_that_a_loop_enters_again_has_several_visits() {
    let machine = compile_text(
        "loop",
        r#"{"StartAt": "Poll", "States": {
            "Poll": {"Type": "Wait", "Seconds": 2, "Next": "Again"},
            "Again": {"Type": "Choice", "Choices": [{"Variable": "$$.State.EnteredTime",
                "StringGreaterThanEquals": "2026-01-01T00:00:04", "Next": "Done"}], "Default": "Poll"},
            "Done": {"Type": "Succeed"}}}"#,
    )
    .unwrap();
    let history = run(&machine, "");
    let polls = history.entries_of(id(&machine, "Poll"));
    assert_eq!(told(&machine, &polls), ["Poll#1 at 0 ms", "Poll#2 at 2 s"]);
}

#[test]
fn one_state_is_entered_after_another() {
    let machine = order("");
    let history = run(&machine, "Charge:throttling*3");
    let [charge, undo, ship] = ["Charge", "Undo", "Ship"].map(|name| id(&machine, name));
    assert!(history.enters_after(undo, charge));
    assert!(!history.enters_after(charge, undo));
    assert!(!history.enters_after(charge, charge), "retries are no entries");
    assert!(history.enters(undo) && !history.enters(ship));
}

#[test]
fn waits_before_retries_grow_as_the_retrier_says() {
    let machine = order("");
    let history = run(&machine, "Charge:throttling*3");
    let charge = id(&machine, "Charge");
    let retries = history.retries_of(charge);
    let waits: Vec<_> = retries.iter().map(|retry| (retry.number, retry.delay_ms)).collect();
    assert_eq!(waits, [(1, 3_000), (2, 6_000)]);
    assert_eq!(history.attempts_of(charge).map(|attempt| attempt.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_catcher_is_told_with_what_it_caught() {
    let machine = order("");
    let history = run(&machine, "Charge:error(Declined)*3");
    let caught = history.caught_by(id(&machine, "Charge"));
    let told: Vec<_> = caught.iter().map(|caught| (caught.catcher, &*caught.error)).collect();
    assert_eq!(told, [(1, "Declined")]);
    assert_eq!(history.outcome.status(), "SUCCEEDED");
}

#[test]
fn work_is_done_once_for_each_item_and_again_after_a_lost_answer() {
    let machine = order("");
    let history = run(&machine, "Charge:lost-answer");
    let [charge, ship] = ["Charge", "Ship"].map(|name| id(&machine, name));
    let item = |index| (ship, Iteration(vec![index]));
    let expected = [((charge, Iteration(Vec::new())), 2), (item(0), 1), (item(1), 1)];
    assert_eq!(history.applied(), expected.into());
}

#[test]
fn attempts_of_one_item_are_those_of_its_site() {
    let machine = order("");
    let history = run(&machine, "");
    let site = Site { state: id(&machine, "Ship"), iteration: Iteration(vec![1]), visit: 1 };
    assert_eq!(history.attempts_at(&site).count(), 1);
    assert_eq!(history.attempts_at(&Site { visit: 2, ..site.clone() }).count(), 0);
}

#[test]
fn the_end_of_an_execution_leaves_attempts_open() {
    let definition = ORDER.replace("MODE", "").replacen('{', r#"{"TimeoutSeconds": 60, "#, 1);
    let machine = compile_text("order", &definition).unwrap();
    let history = run(&machine, "Charge:timeout");
    let open: Vec<_> = history.open_attempts().map(|attempt| attempt.state).collect();
    assert_eq!((history.outcome.status(), open), ("TIMED_OUT", vec![id(&machine, "Charge")]));
}

#[test]
fn the_largest_payload_is_told_with_its_state() {
    let machine = order("");
    let charge = id(&machine, "Charge");
    let long = Value::from("x".repeat(5_000));
    let mut answers =
        |call: Call<'_>| Answer::of(if call.state.id == charge { long.clone() } else { 1.into() });
    let history = sim::run(&machine, &Case::new(Value::parse(r#"{"items": [1]}"#).unwrap()), &mut answers);
    let largest = history.largest_payload().unwrap();
    // What the state makes of the result holds the input, too.
    assert_eq!((largest.state, largest.role.name()), (Some(charge), "output"));
    assert_eq!(largest.value.json_len(), r#"{"items":[1],"charge":""}"#.len() + 5_000);
    let results: Vec<_> = history.payloads().filter(|payload| payload.role == PayloadRole::Result).collect();
    assert_eq!((results[0].state, results[0].value), (Some(charge), &long));
}

#[test]
fn executions_before_come_first() {
    let machine = order("");
    let history = run(&machine, "Charge:error(Declined)*3 + @execution:started-again");
    let attempts: Vec<_> = history.executions().iter().map(|one| one.attempts.len()).collect();
    assert_eq!(attempts, [3, 3]);
    assert_eq!(
        history.executions()[0].outcome.output().map(|output| output.get("Error").is_some()),
        Some(true)
    );
}
