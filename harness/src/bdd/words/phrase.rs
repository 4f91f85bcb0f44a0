//! Phrases that several sections use when they tell what happened.

use crate::asl::Machine;
use crate::bdd::parameter::Span;
use crate::history::{History, Iteration, Outcome, VirtualTime, Visits};

/// Longer causes are cut.
const CAUSE_MAX: usize = 200;
/// More states of a route are not told.
const ROUTE_MAX: usize = 12;

/// `once`, `twice`, `3 times`
pub(super) fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}

/// Virtual time, exactly.
pub(super) fn time(at: VirtualTime) -> Span {
    Span { ms: at.0 }
}

/// `a`, `a and b`, `a, b and c`
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The beginning of a text in one line.
pub(super) fn cut(text: &str) -> String {
    let mut cut: String =
        text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(CAUSE_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// `it ends as FAILED with PaymentDeclined: card expired`
pub(super) fn ending(outcome: &Outcome) -> String {
    let status = outcome.status();
    let error = outcome.error().map(|error| format!(" with {error}")).unwrap_or_default();
    let cause = outcome.cause().filter(|cause| !cause.is_empty());
    let cause = cause.map(|cause| format!(": {}", cut(cause))).unwrap_or_default();
    format!("it ends as {status}{error}{cause}")
}

/// The name of a state in some items and one visit: `ShipAll/Ship[3]`, `Poll#2`.
pub(super) fn place(machine: &Machine, visits: &Visits, iteration: &Iteration, visit: u32) -> String {
    let path = &machine.state(visits.state).path;
    let visit = if visit > 1 { format!("#{visit}") } else { String::new() };
    format!("{path}{iteration}{visit}")
}

/// Which states an execution enters: `the execution enters Reserve, Charge and NotifyOps`.
pub(super) fn route(machine: &Machine, history: &History) -> String {
    let mut names: Vec<String> = Vec::new();
    for entry in history.entries() {
        let name = &machine.state(entry.state).name;
        if names.last().is_none_or(|last| **last != **name) {
            names.push(name.to_string());
        }
    }
    if names.len() > ROUTE_MAX {
        let left_out = names.len() - ROUTE_MAX;
        names.splice(ROUTE_MAX / 2..ROUTE_MAX / 2 + left_out, [format!("… ({left_out} more)")]);
    }
    if names.is_empty() {
        "the execution enters no state".to_owned()
    } else {
        format!("the execution enters {}", listed(&names))
    }
}
