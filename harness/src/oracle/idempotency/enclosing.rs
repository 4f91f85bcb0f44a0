//! A retrier of a Parallel or Map state runs everything inside once more, also what was done before something failed.

use std::collections::BTreeMap;

use crate::asl::StateId;
use crate::diagnose::fix;
use crate::history::{Attempt, FailureRecord, Handling, History, StrandId};
use crate::oracle::trace;
use crate::oracle::{Fix, Judgement, Run, Severity, Violation};

use super::guard::{Repetition, repetition};
use super::proposal::proposal;
use super::{RULE, succeeded};

/// Judges the failures of Parallel and Map states that a retrier of theirs took.
pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for index in trace::representatives(run.history) {
        let record = &run.history.failures[index];
        if record.attempt.is_some() || !matches!(record.handling, Handling::Retried { .. }) {
            continue;
        }
        let pairs = pairs(run.history, record);
        if pairs.is_empty() {
            continue;
        }
        let mut found: BTreeMap<StateId, (Repetition, &Attempt)> = BTreeMap::new();
        for (first, second) in pairs {
            let state = run.model.machine.state(first.state);
            let Some(task) = state.task() else { continue };
            let Some(repeated) = repetition(run, state, task, first, second) else { continue };
            let worse = found.get(&first.state).is_none_or(|(known, _)| known.severity < repeated.severity);
            if worse {
                found.insert(first.state, (repeated, second));
            }
        }
        match found.values().map(|(repeated, _)| repeated.severity).max() {
            Some(severity) => {
                found.retain(|_, (repeated, _)| repeated.severity == severity);
                out.violated(violation(run, record, &found));
            }
            None => out.holds(RULE),
        }
    }
}

/// What was done inside before the failure, each with the attempt that did it again.
fn pairs<'a>(history: &'a History, record: &FailureRecord) -> Vec<(&'a Attempt, &'a Attempt)> {
    let inside = |attempt: &&Attempt| is_inside(history, attempt.strand, record.strand);
    let site = |attempt: &Attempt| (attempt.state, history.iteration(attempt.strand));
    let is_earlier = |attempt: &&Attempt| attempt.scheduled < record.event;
    // The last round before the failure, and the first after it.
    let mut done: BTreeMap<_, &Attempt> = BTreeMap::new();
    for attempt in history.attempts.iter().filter(is_earlier).filter(inside) {
        if attempt.applied {
            done.insert(site(attempt), attempt);
        }
    }
    let mut pairs = Vec::new();
    for attempt in history.attempts.iter().filter(|attempt| !is_earlier(attempt)).filter(inside) {
        if (attempt.applied || succeeded(attempt))
            && let Some(first) = done.remove(&site(attempt))
        {
            pairs.push((first, attempt));
        }
    }
    pairs
}

/// Whether a strand was started by the Parallel or Map state of another one.
fn is_inside(history: &History, inner: StrandId, outer: StrandId) -> bool {
    let mut at = history.strands[inner.0 as usize].parent;
    while let Some(strand) = at {
        if strand == outer {
            return true;
        }
        at = history.strands[strand.0 as usize].parent;
    }
    false
}

fn violation(
    run: &Run<'_>,
    record: &FailureRecord,
    found: &BTreeMap<StateId, (Repetition, &Attempt)>,
) -> Violation {
    let machine = &run.model.machine;
    let state = machine.state(record.state);
    let names: Vec<&str> = found.keys().map(|id| fix::name_of(machine, *id)).collect();
    let names = fix::listed(&names);
    let worst = found.values().next();
    let (severity, second) =
        worst.map_or((Severity::Low, None), |(one, second)| (one.severity, Some(*second)));
    Violation {
        states: found.keys().copied().collect(),
        route: format!("enclosing-retry>{}", severity.name()),
        events: std::iter::once(record.event).chain(second.map(|second| second.scheduled)).collect(),
        title: format!("A retry of the whole state does the work of {names} again"),
        why: format!(
            "Something in `{}` fails with `{}`, and its retrier runs all of it once more: {names} did the work before, \
             and nothing in the request keeps it from being done twice.",
            state.name, record.error
        ),
        fix: proposed(run, found),
        pointer: format!("{}/Retry", state.pointer),
        ..trace::violation(run, RULE, severity, record)
    }
}

fn proposed(run: &Run<'_>, found: &BTreeMap<StateId, (Repetition, &Attempt)>) -> Fix {
    let machine = &run.model.machine;
    let mut asl_patch = Vec::new();
    let mut text =
        String::from("Retry the tasks inside, not the whole state, so that what is done stays done. Or: ");
    for (id, (repeated, _)) in found {
        let state = machine.state(*id);
        let Some(task) = state.task() else { continue };
        let one = proposal(run, state, task, repeated);
        if asl_patch.is_empty() {
            text.push_str(&one.text);
        }
        asl_patch.extend(one.asl_patch);
    }
    Fix { text, asl_patch, ..Fix::default() }
}
