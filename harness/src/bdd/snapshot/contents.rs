//! What snapshots hold. Nothing in it depends on the machine, on where the program is called, or on values: what a user
//! gave is redacted as in reports.

use std::fmt::Write as _;
use std::path::Path;

use crate::asl::Machine;
use crate::bdd::stage::{Results, Run};
use crate::campaign::Finding;
use crate::history::{Event, FailureRecord, History, Outcome};
use crate::report::{self, Values, counted};

/// What `chaos` tells of the runs: each finding in full, or how it ends where nothing is found.
pub(in crate::bdd) fn diagnosis(results: &Results) -> String {
    let machine = &results.arena.model.machine;
    let findings = results.findings();
    let mut text = match findings.len() {
        0 => "nothing is found\n".to_owned(),
        count => format!("{}\n", counted(count as u64, "finding")),
    };
    if findings.is_empty() {
        results.runs.iter().for_each(|run| text.push_str(&ending(machine, run)));
    }
    let mut told = Vec::new();
    for finding in findings {
        // Whether somebody lives with it, and until when, changes with the day, and not with the machine.
        let finding = Finding { scenario: named(&finding.scenario), accepted: None, ..finding.clone() };
        // Writing to memory cannot fail.
        let _ = report::finding(machine, &finding, Values::Redacted, &mut told);
    }
    text.push_str(&String::from_utf8_lossy(&told));
    let file = &machine.document.file.name;
    text.replace(file.as_str(), &last(file))
}

/// A scenario under a name that says no path.
fn named(scenario: &crate::generate::Scenario) -> crate::generate::Scenario {
    crate::generate::Scenario { name: last(&scenario.name), ..scenario.clone() }
}

/// The file of a path.
fn last(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// `Charge:throttling: FAILED with Lambda.TooManyRequestsException`
fn ending(machine: &Machine, run: &Run) -> String {
    let plan = &run.case.plan;
    let plan = if plan.is_empty() { "without faults".to_owned() } else { plan.display(machine).to_string() };
    format!("{plan}: {}\n", outcome(&run.history))
}

fn outcome(history: &History) -> String {
    let status = history.outcome.status();
    match &history.outcome {
        Outcome::Failed { error: Some(error), .. } | Outcome::Aborted { error: Some(error), .. } => {
            format!("{status} with {error}")
        }
        _ => status.to_owned(),
    }
}

/// Every event of every run with its time, place and type, and the errors of failures. Values are left out.
pub(in crate::bdd) fn history(results: &Results) -> String {
    let machine = &results.arena.model.machine;
    let mut text = String::new();
    for run in &results.runs {
        if results.runs.len() > 1 {
            let _ = writeln!(text, "{} {}", last(&run.scenario.name), run.case.plan.display(machine));
        }
        if let Some(before) = &run.history.before {
            events(&before.history, machine, &mut text);
            let _ = writeln!(text, "\na second execution starts with the same input\n");
        }
        events(&run.history, machine, &mut text);
    }
    text
}

fn events(history: &History, machine: &Machine, text: &mut String) {
    for event in history.events.iter().chain(&history.child_events) {
        let place = event.state.map_or_else(String::new, |state| {
            format!("  {}{}", machine.state(state).path, history.iteration(event.strand))
        });
        let failure = history.failures.iter().find(|failure| failure.event == event.id);
        let error = failure.map(error).unwrap_or_default();
        let _ = writeln!(text, "{:>11}{place}  {}{error}", event.at.to_string(), kind(event));
    }
    let _ = writeln!(text, "{} after {}", outcome(history), history.duration);
}

fn kind(event: &Event) -> &'static str {
    event.kind.name()
}

fn error(failure: &FailureRecord) -> String {
    format!(": {}", failure.error)
}
