//! Which calls a fault strikes, by the words behind it.

use rstest::rstest;

use super::{ORDER, order};
use crate::bdd::trial::Trial;

/// The calls that were struck in the first run, `ShipAll[0]/Ship.2` for a second attempt.
fn struck(trial: &Trial, sentences: &str) -> Vec<String> {
    let (mut stage, failed) = trial.staged(&format!("When {sentences}"));
    assert_eq!(failed, None);
    let results = stage.results().unwrap_or_else(|failed| panic!("{failed:?}"));
    let (history, machine) = (&results.runs[0].history, &results.arena.model.machine);
    let name = |injected: &crate::history::Injected| {
        let attempt = &history.attempts[injected.attempt];
        format!("{}.{}", history.site(attempt).display(machine), attempt.number)
    };
    history.injected.iter().map(name).collect()
}

#[rstest]
#[case::once("Ship is throttled", &["ShipAll[0]/Ship.1"])]
#[case::twice("Ship is throttled twice", &["ShipAll[0]/Ship.1", "ShipAll[0]/Ship.2"])]
#[case::an_item("Ship is throttled in item 2", &["ShipAll[2]/Ship.1"])]
#[case::an_item_by_its_place("ShipAll[1]/Ship is throttled twice", &["ShipAll[1]/Ship.1", "ShipAll[1]/Ship.2"])]
#[case::every_item("Ship is throttled in every item", &["ShipAll[0]/Ship.1", "ShipAll[1]/Ship.1", "ShipAll[2]/Ship.1"])]
#[case::as_its_retrier_survives(
    "ChargePayment is throttled as often as its retries survive",
    &["ChargePayment.1", "ChargePayment.2", "ChargePayment.3"]
)]
#[case::until_the_retrier_of_this_error_is_spent("ChargePayment meets a service error until its retries are spent", &["ChargePayment.1"])]
#[case::until_the_retries_are_spent(
    "SaveOrder meets a service error until its retries are spent",
    &["SaveOrder.1", "SaveOrder.2", "SaveOrder.3"]
)]
#[case::every_time(
    "ChargePayment is throttled every time",
    &["ChargePayment.1", "ChargePayment.2", "ChargePayment.3", "ChargePayment.4"]
)]
#[case::a_denial_stays("the role may not call SaveOrder", &["SaveOrder.1", "SaveOrder.2", "SaveOrder.3"])]
#[case::a_denial_that_passes("the role may not call SaveOrder once", &["SaveOrder.1"])]
#[case::two_faults_one_after_the_other(
    "Ship is throttled twice\nAnd Ship never answers on attempt 3",
    &["ShipAll[0]/Ship.1", "ShipAll[0]/Ship.2", "ShipAll[0]/Ship.3"]
)]
#[case::attempts_apart(
    "Ship is throttled on attempt 1\nAnd Ship meets a service error on attempt 2\nAnd Ship is throttled on attempt 3",
    &["ShipAll[0]/Ship.1", "ShipAll[0]/Ship.2", "ShipAll[0]/Ship.3"]
)]
#[case::three_answers_in_three_visits(
    "AskStatus reports the status RUNNING 3 times",
    &["AskStatus.1", "AskStatus#2.1", "AskStatus#3.1"]
)]
#[case::on_a_visit(
    "AskStatus reports the status RUNNING once\nAnd AskStatus is throttled on visit 2",
    &["AskStatus.1", "AskStatus#2.1"]
)]
#[case::by_notation(
    "the faults \"ChargePayment:throttling*2 + ShipAll[2]/Ship:timeout\" strike",
    &["ChargePayment.1", "ChargePayment.2", "ShipAll[2]/Ship.1"]
)]
fn a_fault_strikes_the_calls_that_its_words_say(#[case] sentences: &str, #[case] expected: &[&str]) {
    assert_eq!(struck(&order(), sentences), expected);
}

/// Every item at the same time.
#[test]
fn every_time_is_in_every_item_unless_one_is_named() {
    let trial = Trial::of(&ORDER.replace(r#""MaxConcurrency": 1"#, r#""MaxConcurrency": 3"#))
        .file("machine.input.json", r#"{"id": "o-1", "parcels": [1, 2, 3]}"#);
    let items = |sentences| {
        let mut items = struck(&trial, sentences);
        items.retain(|call| call.ends_with(".1"));
        items
    };
    assert_eq!(
        items("Ship is throttled every time"),
        ["ShipAll[0]/Ship.1", "ShipAll[1]/Ship.1", "ShipAll[2]/Ship.1"]
    );
    assert_eq!(items("Ship is throttled every time in item 1"), ["ShipAll[1]/Ship.1"]);
}

#[test]
fn a_cause_stands_in_the_form_of_its_integration() {
    let sentence = "When ChargePayment fails with PaymentDeclined because \"card expired\"";
    let trial = order();
    let (mut stage, _) = trial.staged(sentence);
    let results = stage.results().unwrap();
    let cause = results.runs[0].history.failures[0].cause.clone().unwrap();
    assert_eq!(&*cause, r#"{"errorMessage":"card expired","errorType":"PaymentDeclined","trace":[]}"#);
}

#[rstest]
#[case::a_little(10, "SUCCEEDED")]
#[case::almost_too_much(200, "SUCCEEDED")]
#[case::too_much(256, "FAILED")]
fn a_result_is_larger_than_a_size(#[case] kilobytes: usize, #[case] status: &str) {
    let trial = order();
    let (mut stage, _) =
        trial.staged(&format!("When the result of LoadOrders is larger than {kilobytes} KB"));
    let results = stage.results().unwrap();
    assert_eq!(results.runs[0].history.outcome.status(), status);
    assert!(results.runs[0].baseline.outcome.succeeded());
}
