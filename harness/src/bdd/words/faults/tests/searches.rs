//! What a search runs, and what it says where it cannot.

use std::collections::BTreeSet;

use rstest::rstest;

use super::{express, order};
use crate::bdd::failed::Failed;
use crate::bdd::trial::Trial;
use crate::campaign::Campaign;

/// A payment that a retrier and a catcher guard, and a second step that nothing guards.
const PAYMENT: &str = r#"{
    "StartAt": "Charge",
    "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 10,
            "Parameters": {"FunctionName": "charge"},
            "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}], "Next": "Done"},
        "Refund": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 10,
            "Parameters": {"FunctionName": "refund"}, "Next": "Done"},
        "Done": {"Type": "Succeed"}
    }
}"#;

/// The plans of all runs, in their order.
fn plans(trial: &Trial, sentences: &str) -> Vec<String> {
    let (mut stage, failed) = trial.staged(sentences);
    assert_eq!(failed, None);
    let results = stage.results().unwrap_or_else(|failed| panic!("{failed:?}"));
    let machine = &results.arena.model.machine;
    results.runs.iter().map(|run| run.case.plan.display(machine).to_string()).collect()
}

#[test]
fn every_single_fault_is_run_the_shortest_first() {
    let plans = plans(&Trial::of(PAYMENT), "When any single fault strikes");
    let lengths = |plan: &String| {
        if plan.ends_with("forever") {
            9
        } else {
            plan.split_once('*').map_or(1, |(_, n)| n.parse().unwrap())
        }
    };
    assert!(plans.iter().all(|plan| plan.starts_with("Charge:") && !plan.contains('+')), "{plans:?}");
    assert!(plans.is_sorted_by_key(lengths), "{plans:?}");
    assert!(
        plans.contains(&"Charge:throttling".to_owned()) && plans.contains(&"Charge:throttling*3".to_owned()),
        "{plans:?}"
    );
}

#[rstest]
#[case::a_class("any single throttling fault strikes", &["Charge:throttling", "Charge:throttling*2", "Charge:throttling*3", "Charge:throttling*forever"])]
#[case::a_class_at_a_state("any single lost-answer fault strikes Charge", &["Charge:lost-answer", "Charge:lost-answer*forever"])]
fn only_what_is_asked_for_is_run(#[case] sentence: &str, #[case] expected: &[&str]) {
    assert_eq!(plans(&Trial::of(PAYMENT), &format!("When {sentence}")), expected);
}

#[test]
fn two_faults_meet_in_the_handler_of_the_first() {
    let plans = plans(&Trial::of(PAYMENT), "When any two faults strike");
    let singles: BTreeSet<&str> =
        plans.iter().map(String::as_str).filter(|plan| !plan.contains('+')).collect();
    let pairs: Vec<&String> = plans.iter().filter(|plan| plan.contains(" + Refund:")).collect();
    assert!(!singles.is_empty() && !pairs.is_empty(), "{plans:?}");
    assert_eq!(singles.len() + pairs.len(), plans.len());
}

#[test]
fn every_input_is_searched_from() {
    // Inputs differ only where something is read.
    let parameters = r#"{"FunctionName": "charge", "Payload": {"id.$": "$.id"}}"#;
    let trial = Trial::of(&PAYMENT.replace(r#"{"FunctionName": "charge"}"#, parameters));
    let one = plans(&trial, "When any single fault strikes").len();
    assert_eq!(plans(&trial, "Given 3 valid inputs\nWhen any single fault strikes").len(), 3 * one);
}

#[test]
fn everything_is_what_a_campaign_finds() {
    let (mut stage, _) = Trial::of(PAYMENT).staged("When everything that can go wrong goes wrong");
    let results = stage.results().unwrap();
    let outcome = Campaign::new(results.arena.model.machine.clone()).seed(0).run();
    let ids = |findings: &[crate::campaign::Finding]| {
        findings.iter().map(|found| found.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(results.findings()), ids(&outcome.findings));
    assert!(!results.findings().is_empty());
    let runs: u64 = outcome.phases.iter().map(|phase| phase.runs).sum();
    assert!(results.runs.len() as u64 <= runs && results.runs.len() > 20, "{}", results.runs.len());
}

#[test]
fn everything_goes_wrong_with_the_input_that_is_named() {
    let sentences =
        "Given the input:\n\"\"\"\n{\"order\": 7}\n\"\"\"\nWhen everything that can go wrong goes wrong";
    let (mut stage, _) = Trial::of(PAYMENT).staged(sentences);
    let results = stage.results().unwrap();
    let inputs: BTreeSet<String> = results.runs.iter().map(|run| run.scenario.input.to_json()).collect();
    assert_eq!(inputs, BTreeSet::from([r#"{"order":7}"#.to_owned()]));
}

#[test]
fn the_smallest_run_is_shown_and_the_others_are_counted() {
    let Some((_, Failed::Unmet(unmet))) =
        Trial::of(PAYMENT).failed("When any single fault strikes\nThen Charge is attempted once")
    else {
        panic!("an expectation that is not met")
    };
    let witness = unmet.witness.unwrap();
    assert_eq!((witness.plan.as_str(), witness.others), ("Charge:throttling", 2));
}

#[rstest]
#[case::not_reached(
    "any single fault strikes Refund",
    "no run comes to `Refund` without a fault, so no single fault strikes it; write `any two faults strike`, or name the fault that leads there"
)]
#[case::no_such_fault(
    "any single job-fails fault strikes Charge",
    "no job-fails fault can strike `Charge`; its integration, or its definition, knows none"
)]
#[case::nowhere(
    "any single callback-late fault strikes",
    "there is no task at which a callback-late fault can strike; ask for another class, or leave it out: `any single fault strikes`"
)]
fn a_search_over_nothing_fails(#[case] sentence: &str, #[case] message: &str) {
    let played = Trial::of(PAYMENT).play(&format!("When {sentence}\nThen the execution succeeds"));
    assert_eq!(played, Err(format!("the execution succeeds: {message}")));
}

#[rstest]
#[case::one_fault("any single fault strikes")]
#[case::everything("everything that can go wrong goes wrong")]
fn what_fails_without_faults_is_not_searched(#[case] sentence: &str) {
    let trial = order().file("machine.input.json", r#"{"parcels": []}"#);
    let told = trial.play(&format!("When {sentence}\nThen the execution succeeds")).unwrap_err();
    let expected = "expected that the execution succeeds without faults, so that a search shows what faults do, but it \
                    ends as FAILED with States.Runtime";
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn no_task_no_fault() {
    let played = Trial::of(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#)
        .play("When any single fault strikes\nThen the execution succeeds");
    let message = "there is no fault that can strike; a run without faults comes to no task";
    assert_eq!(played, Err(format!("the execution succeeds: {message}")));
}

/// An Express execution that goes round without taking time is given up.
const SPINS: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Spin"}], "Next": "Done"},
    "Spin": {"Type": "Pass", "Next": "Spin"},
    "Done": {"Type": "Succeed"}}}"#;

#[test]
fn a_run_that_cannot_be_judged_leaves_a_doubt_unless_another_fails() {
    let search = "When any single throttling fault strikes Charge\n";
    let trial = express(SPINS);
    let Some((_, Failed::Inconclusive(why))) = trial.failed(&format!("{search}Then the execution succeeds"))
    else {
        panic!("not everything could be judged")
    };
    assert!(why.contains("step budget") && why.contains("with `Charge:throttling*2`"), "{why}");
    let failed = trial.failed(&format!("{search}Then Charge is attempted once"));
    assert!(matches!(failed, Some((_, Failed::Unmet(_)))), "{failed:?}");
}
