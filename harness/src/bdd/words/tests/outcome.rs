use super::*;
use crate::bdd::words::outcome::SECTION;

const TABLE: &[Row] = &[
    (0, "the execution succeeds", None),
    (3, "the execution succeeds", Some("it ends as FAILED with OrderFailed: the card was not charged")),
    (3, "the execution does not succeed", None),
    (0, "the execution does not succeed", Some("it ends as SUCCEEDED")),
    (3, "the execution fails", None),
    (0, "the execution fails", Some("it ends as SUCCEEDED")),
    (0, "the execution times out", Some("it ends as SUCCEEDED")),
    (0, "the execution is aborted", Some("it ends as SUCCEEDED")),
    (3, "the execution ends as FAILED", None),
    (0, "the execution ends as FAILED", Some("it ends as SUCCEEDED")),
    (0, "the execution ends as DONE", Some("no execution ends as `DONE`")),
    (2, "the execution ends as without the fault", None),
    (0, "the execution ends as without the faults", Some("nothing goes wrong in this run")),
    (3, "the execution fails with OrderFailed", None),
    (
        3,
        "the execution fails with Other",
        Some("it ends as FAILED with OrderFailed: the card was not charged"),
    ),
    (0, "the execution succeeds or fails with Other", None),
    (3, "the execution succeeds or fails with OrderFailed", None),
    (
        3,
        "the execution succeeds or fails with Other",
        Some("it ends as FAILED with OrderFailed: the card was not charged"),
    ),
    (3, "the execution fails with OrderFailed and a cause that contains \"card\"", None),
    (
        3,
        "the execution fails with OrderFailed and a cause that contains \"money\"",
        Some("it ends as FAILED with OrderFailed: the card was not charged"),
    ),
    (3, "the cause contains \"not charged\"", None),
    (0, "the cause contains \"not charged\"", Some("it ends as SUCCEEDED")),
    (3, "the cause contains \"\"", Some("every cause contains \"\"; write a part of the cause")),
    (3, "the execution ends in Failed", None),
    (
        3,
        "the execution ends in Done",
        Some("it ends in Failed; the execution enters Reserve, Charge, Release and Failed"),
    ),
    (
        0,
        "the execution ends in Ship",
        Some("`Ship` is a state within `ShipAll`; an execution can end in `ShipAll`"),
    ),
    (0, "the execution never hangs", None),
];

#[test]
fn endings_hold_or_tell_how_it_ends() {
    table(&SECTION, TABLE);
}

#[test]
fn an_execution_that_ends_another_way_without_the_fault_tells_both() {
    let told = order_throttled(3, "the execution ends as without the fault").unwrap_err();
    let start = "expected that the execution ends as without the fault, but it ends as FAILED with OrderFailed: the \
                 card was not charged, and without the fault it ends as SUCCEEDED with the output {\"total\":42,";
    assert!(told.starts_with(start), "{told}");
}

/// A job that nobody watches.
fn slow(timeout: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt": "Sleep", {timeout} "States": {{"Sleep": {{"Type": "Wait", "Seconds": 99999999, "End": true}}}}}}"#
    ))
}

#[test]
fn an_execution_that_waits_for_ever_hangs_unless_it_has_a_timer() {
    let guarded = slow(r#""TimeoutSeconds": 90,"#);
    assert_eq!(asked(&guarded, "", "the execution times out"), Ok(()));
    assert_eq!(asked(&guarded, "", "the execution never hangs"), Ok(()));
    let told = "expected that the execution succeeds, but it ends as TIMED_OUT after 1 min 30 s, by its own TimeoutSeconds";
    assert_eq!(asked(&guarded, "", "the execution succeeds"), Err(told.to_owned()));
    let told = "expected that the execution never hangs, but it ends as TIMED_OUT after 365 d, because AWS lets no execution last longer";
    assert_eq!(asked(&slow(""), "", "the execution never hangs"), Err(told.to_owned()));
}

#[test]
fn every_valid_input_must_end_so_and_the_smallest_that_does_not_is_shown() {
    let trial = order().file("two.feature", "");
    let steps = "Given 5 valid inputs\nWhen Charge is throttled 3 times\nThen the execution succeeds";
    let (_, failed) = trial.failed(steps).unwrap();
    let crate::bdd::Failed::Unmet(unmet) = failed else { panic!("{failed:?}") };
    let witness = unmet.witness.unwrap();
    assert_eq!((witness.others, &*witness.plan), (4, "Charge:throttling*3"));
}

#[test]
fn the_witness_tells_the_failures_and_the_end_in_a_few_lines() {
    let steps =
        "Given the input \"order.json\"\nWhen Charge is throttled 3 times\nThen the execution succeeds";
    let (_, failed) = order().failed(steps).unwrap();
    let crate::bdd::Failed::Unmet(unmet) = failed else { panic!("{failed:?}") };
    let witness = unmet.witness.unwrap();
    assert_eq!(witness.input, r#"{"total":42,"items":["lamp","desk"]}"#);
    let expected = [
        "0 ms: passes Reserve",
        "150 ms: Charge fails with Lambda.TooManyRequestsException (Rate exceeded); retried 2 times over 6.1 s; \
         Catch[1] → Release",
        "6.2 s: passes Release",
        "6.3 s: Failed ends its scope with OrderFailed",
        "6.3 s: the execution ends as FAILED with OrderFailed",
    ];
    assert_eq!(witness.history, expected);
}
