//! `effect-repeated`, by a second delivery or a redrive.
//!
//! Docs, "Execution guarantees": asynchronous Express workflows run at least once, so that what nothing guards can be
//! done twice with no fault at all. Whether an Express workflow is started asynchronously the definition does not say:
//! medium. A redrive runs the failed task again, whose work may have been done: low, somebody decides on it.
//!
//! Exempt: everything but effects that are known to do their work once more.

use super::guard::{Because, Repetition, repetition};
use super::proposal::proposal;
use crate::asl::{State, Task};
use crate::catalog::ErrorClass;
use crate::fault::Incident;
use crate::history::{Attempt, Before, Ending, EventType, FailureRecord, Handling, History};
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation, trace};

const RULE: RuleId = RuleId::EffectRepeated;

/// Judges a second delivery.
pub(super) fn delivered(run: &Run<'_>, before: &Before, out: &mut Judgement) {
    if run.case.plan.repetition() != Some(Incident::DeliveredTwice) {
        return;
    }
    for first in before.history.attempts.iter().filter(|attempt| attempt.applied) {
        let Some(second) = same_call(&before.history, first, run.history) else { continue };
        pair(run, first, second, Severity::Medium, out);
    }
}

/// Judges a redrive.
pub(super) fn redriven(run: &Run<'_>, out: &mut Judgement) {
    let Some(redriven) = run.history.events.iter().find(|event| event.kind == EventType::ExecutionRedriven)
    else {
        return;
    };
    let attempts = &run.history.attempts;
    for (at, second) in attempts.iter().enumerate().filter(|(_, attempt)| attempt.scheduled > redriven.id) {
        let site = run.history.site(second);
        let first = attempts[..at]
            .iter()
            .rev()
            .find(|attempt| attempt.scheduled < redriven.id && run.history.site(attempt) == site);
        // What a retry repeats already is one finding, with the retry.
        let first = first.filter(|first| !is_retried(run, first));
        if let Some(first) = first.filter(|first| first.applied && second.applied) {
            pair(run, first, second, Severity::Low, out);
        }
    }
}

/// Whether a retrier of the state took the lost answer.
fn is_retried(run: &Run<'_>, first: &Attempt) -> bool {
    let retried = |record: &&FailureRecord| match record.handling {
        Handling::Retried { .. } => true,
        Handling::Caught { spent, .. } | Handling::Uncaught { spent } => spent.is_some(),
        Handling::Tolerated => false,
    };
    run.history.failures.iter().filter(|record| record.state == first.state).any(|record| retried(&record))
}

/// The call of the second execution that is the same as this one of the first.
fn same_call<'a>(history: &History, first: &Attempt, second: &'a History) -> Option<&'a Attempt> {
    let site = history.site(first);
    second
        .attempts
        .iter()
        .find(|attempt| attempt.number == first.number && attempt.applied && second.site(attempt) == site)
}

fn pair(run: &Run<'_>, first: &Attempt, second: &Attempt, severity: Severity, out: &mut Judgement) {
    let state = run.model.machine.state(first.state);
    let Some(task) = state.task() else { return };
    match repetition(run, state, task, first, second) {
        Some(found) if found.severity >= Severity::High => {
            out.violated(violation(run, &Repetition { severity, ..found }, second, state, task));
        }
        _ => out.holds(RULE),
    }
}

fn violation(run: &Run<'_>, found: &Repetition, second: &Attempt, state: &State, task: &Task) -> Violation {
    let is_delivery = run.case.plan.repetition().is_some();
    let call = task.called();
    let key = match &found.because {
        Because::KeyMadeAnew(member) | Because::AnotherThing(member) => {
            format!("`{member}` is another one each time")
        }
        Because::KeyMissing(key) => format!("the declared key `{key}` is not in the request"),
        _ => "nothing in the request tells the service that it is the same work".to_owned(),
    };
    let (route, title, why) = if is_delivery {
        (
            "delivered-twice",
            format!("A second run of the same Express execution repeats {call}"),
            format!(
                "Asynchronous Express workflows run at least once: the same input can be worked on twice without any \
                 failure. `{}` is called in both runs, and {key}.",
                state.name
            ),
        )
    } else {
        (
            Violation::REDRIVEN,
            format!("A redrive after a lost answer repeats {call}"),
            format!(
                "The service did the work, only the answer did not arrive, and the execution failed. A redrive goes on \
                 with `{}`, and {key}.",
                state.name
            ),
        )
    };
    let failure = run.history.failures.iter().find(|failure| failure.state == state.id);
    let is_answered = matches!(second.ending, Ending::Succeeded(_));
    Violation {
        class: ErrorClass::Timeout,
        route: route.to_owned(),
        title,
        why,
        error: failure.map(|failure| failure.error.clone()),
        cause: failure.and_then(|failure| failure.cause.clone()),
        fix: proposal(run, state, task, found),
        events: if is_answered { vec![second.scheduled] } else { Vec::new() },
        ..trace::violation_at(run, RULE, found.severity, second)
    }
}
