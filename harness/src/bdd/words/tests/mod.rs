//! Every sentence about runs, where it holds and where it does not.

mod attempts;
mod events;
mod handlers;
mod outcome;
mod output;
mod payload;
mod route;
mod started;
mod time;
mod tokens;
mod work;

use crate::bdd::step::Keyword;
use crate::bdd::trial::Trial;
use crate::bdd::{Section, Vocabulary};

/// `Charge`, retried and caught; `ShipAll/Ship` for each item; `Release`, the way of failure.
const ORDER: &str = r#"{"StartAt": "Reserve", "States": {
    "Reserve": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "reserve"}, "ResultPath": "$.reserved", "Next": "Charge"},
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "ResultPath": "$.charge", "Next": "IsLarge",
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 2}],
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Failed"},
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Release"}]},
    "IsLarge": {"Type": "Choice", "Default": "ShipAll",
        "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Reserve"}]},
    "ShipAll": {"Type": "Map", "ItemsPath": "$.items", "Next": "Done", "ResultPath": "$.shipped", "ItemProcessor": {
        "StartAt": "Ship", "States": {"Ship": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "ship", "Payload.$": "$"}, "End": true,
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}]}}}},
    "Done": {"Type": "Succeed"},
    "Release": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "release"}, "ResultPath": null, "Next": "Failed"},
    "Failed": {"Type": "Fail", "Error": "OrderFailed", "Cause": "the card was not charged"}}}"#;

/// An order of two items.
fn order() -> Trial {
    Trial::of(ORDER).file("order.json", r#"{"total": 42, "items": ["lamp", "desk"]}"#)
}

/// How an assertion ends after some steps; without the line.
fn asked(trial: &Trial, steps: &str, assertion: &str) -> Result<(), String> {
    let line = assertion.lines().next().unwrap();
    let told = trial.play(&format!("{steps}\nThen {assertion}"));
    told.map_err(|told| match told.strip_prefix(&format!("{line}: ")) {
        Some(told) => told.to_owned(),
        None => panic!("`{line}` is not reached: {told}"),
    })
}

/// How an assertion ends for the order, whose charge is throttled so many times.
fn order_throttled(throttled: u32, assertion: &str) -> Result<(), String> {
    let throttled = match throttled {
        0 => String::new(),
        count => format!("\nWhen Charge is throttled {count} times"),
    };
    asked(&order(), &format!("Given the input \"order.json\"{throttled}"), assertion)
}

/// Asserts that a section has no sentence that no line of these is.
fn covered(section: &Section, lines: &[&str]) {
    let found =
        |line: &&str| Vocabulary::get().find(line.lines().next().unwrap()).map(|(step, _)| step.expression);
    let known: Vec<_> = lines.iter().filter_map(|line| found(line).ok()).collect();
    let is_missing = |expression: &&str| !known.contains(expression);
    let sentences = section.steps.iter().filter(|step| step.keyword == Keyword::Then);
    let missing: Vec<_> = sentences.map(|step| step.expression).filter(is_missing).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// How often the charge is throttled, the assertion, and what happened instead where it does not hold.
type Row = (u32, &'static str, Option<&'static str>);

/// Asserts all rows at once, and that they are about every sentence of a section.
fn table(section: &Section, rows: &[Row]) {
    let mut wrong = Vec::new();
    for (throttled, assertion, happens) in rows {
        let told = order_throttled(*throttled, assertion);
        let after =
            |told: String| told.split_once(", but ").map_or(told.clone(), |(_, after)| after.to_owned());
        let happened = told.map_err(after);
        if happened != happens.map_or(Ok(()), |happens| Err(happens.to_owned())) {
            wrong.push(format!("{throttled}: {assertion}: {happened:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    covered(section, &rows.iter().map(|(_, line, _)| *line).collect::<Vec<_>>());
}
