//! The failures of a run, in the order they happened, each with the handler it met.

use super::redact::Redactor;
use crate::asl::Machine;
use crate::history::{FailureRecord, Handling, History, Outcome};

/// Lines in a telling; endless polling would fill the screen.
const LINES_MAX: usize = 10;

/// One line a failure, then the end of the execution.
pub(super) fn told(history: &History, machine: &Machine, redactor: &Redactor<'_>) -> Vec<String> {
    let mut lines: Vec<_> =
        history.failures.iter().map(|failure| redactor.text(&line(failure, machine))).collect();
    if lines.len() > LINES_MAX {
        let left_out = lines.len() - LINES_MAX;
        lines.splice(LINES_MAX / 2..LINES_MAX / 2 + left_out, [format!("… {left_out} more failures …")]);
    }
    lines.push(format!("{} after {}{}", history.outcome.status(), history.duration, error(&history.outcome)));
    lines
}

fn line(failure: &FailureRecord, machine: &Machine) -> String {
    let path = &machine.state(failure.state).path;
    let met = match failure.handling {
        Handling::Retried { retrier, retry, .. } => format!("retry {retry} of retrier {}", retrier + 1),
        Handling::Caught { catcher, .. } => format!("catcher {}", catcher + 1),
        Handling::Uncaught { .. } => "no handler".to_owned(),
        Handling::Tolerated => "tolerated".to_owned(),
    };
    format!("{} {path} fails with {} -> {met}", failure.at, failure.error)
}

fn error(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed { error: Some(error), .. } => format!(" with {error}"),
        _ => String::new(),
    }
}
