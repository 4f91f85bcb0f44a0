//! `transient-not-retried`: a fault that would have passed by itself met no retrier.
//!
//! Throttling and faults of a service happen to every integration, a few in a million calls; the remedy costs one
//! field. It is one finding for the machine, whatever the number of tasks, because it is one habit.
//!
//! Exempt: a retrier with `MaxAttempts: 0` (the author has decided), a retrier of an enclosing state, a route that
//! comes back to the task by itself. A failure that is announced is a note: somebody knows and can start again.
//! On the failure path it is a note too: more than one thing has to go wrong first.
//!
//! Where most of the other tasks are retried, the one that is not was forgotten: a finding of its own.

use crate::asl::{State, StateId, Task};
use crate::catalog::{self, Effect, ErrorClass, Pattern};
use crate::diagnose::fix::{self, Safety};
use crate::error::ErrorName;
use crate::history::{FailureRecord, Handling};
use crate::oracle::trace::{self, Fate};
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

const RULE: RuleId = RuleId::TransientNotRetried;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (index, record, attempt) in trace::task_failures(run) {
        if !matches!(trace::class_of(run.history, record), ErrorClass::Transient | ErrorClass::Throttling) {
            continue;
        }
        let state = run.model.machine.state(attempt.state);
        let Some(task) = state.task() else { continue };
        if is_retried(run, index) {
            out.holds(RULE);
            continue;
        }
        out.violated(violation(run, index, record, state, task));
    }
}

/// Whether a retrier took it, here or further out, or the workflow itself tried again.
fn is_retried(run: &Run<'_>, index: usize) -> bool {
    let asked = |record: &FailureRecord| match record.handling {
        Handling::Retried { .. } | Handling::Tolerated => true,
        Handling::Caught { spent, .. } | Handling::Uncaught { spent } => spent.is_some(),
    };
    let first = &run.history.failures[index];
    trace::chain(run.history, index).into_iter().any(asked)
        || trace::attempts_after(run.history, first).any(|attempt| attempt.state == first.state)
}

fn violation(run: &Run<'_>, index: usize, record: &FailureRecord, state: &State, task: &Task) -> Violation {
    let integration = &task.integration;
    let severity = severity(run, index, state);
    let related = related_retrier(state, &record.error);
    let title = match related {
        Some(_) => format!("`{}` is missing from the errors that are retried", record.error),
        None => format!("`{}` passes by itself, but is not retried", record.error),
    };
    let consequence = match trace::fate(run.history, index) {
        Fate::Caught { record, catcher } => {
            let next = run.model.machine.state(record.state).catch[catcher].next;
            format!("One such fault sends the execution to `{}`.", fix::name_of(&run.model.machine, next))
        }
        _ => "One such fault ends the execution.".to_owned(),
    };
    // Docs, "Handling transient Lambda service exceptions", list the broken connection too; that a function may not be
    // safe to repeat is less than that nothing is retried.
    let asks_only = *run.model.effect(state.id) == Effect::Unknown && severity >= Severity::Medium;
    let safety = if asks_only { Safety::Safe } else { Safety::of(run.model, state.id) };
    let corrected = super::names::corrected(run.model, state, &record.error);
    Violation {
        route: if related.is_some() { "name-missing" } else { "no-retrier" }.to_owned()
            + if severity == Severity::Note {
                ">noted"
            } else if related.is_none() && is_odd_one_out(run, state) {
                ">forgotten"
            } else {
                ""
            },
        title,
        why: format!(
            "`{}` of {} is a passing fault: the same call succeeds a little later. {consequence}",
            record.error,
            task.called()
        ),
        fix: match related {
            _ if corrected.is_some() => corrected.unwrap_or_default(),
            Some(retrier) => fix::add_retried_name(state, retrier, integration, &record.error, safety),
            None => fix::add_retrier(state, integration, &record.error, safety),
        },
        pointer: match related {
            Some(retrier) => format!("{}/Retry/{retrier}", state.pointer),
            None => state.pointer.to_string(),
        },
        ..trace::violation(run, RULE, severity, record)
    }
}

fn severity(run: &Run<'_>, index: usize, state: &State) -> Severity {
    let later = trace::caught_before(run.history, index).is_some();
    if later || run.model.graph.is_failure_path(state.id) {
        return Severity::Note;
    }
    if related_retrier(state, &run.history.failures[index].error).is_some() {
        return Severity::Low;
    }
    if is_odd_one_out(run, state) {
        // A job may also be left to those who read the alert.
        return if integration_is_job(state) { Severity::Low } else { Severity::Medium };
    }
    match trace::fate(run.history, index) {
        Fate::Caught { record, .. } if is_to_be_announced(run, record) => Severity::Note,
        Fate::Ended => Severity::Medium,
        // Compensated, or gone on without it: `visibility` judges what is lost.
        Fate::Caught { .. } | Fate::Retried | Fate::Other => Severity::Low,
    }
}

/// Whether most of the other tasks are retried, so that this one was forgotten. Not so for a call that would do its work
/// twice: there it may be a decision.
fn is_odd_one_out(run: &Run<'_>, state: &State) -> bool {
    let (machine, graph) = (&run.model.machine, &run.model.graph);
    let Some(task) = state.task() else { return false };
    let is_job = task.integration.is_job();
    if task.integration.pattern == Pattern::Callback || (!is_job && does_its_work_twice(run, state)) {
        return false;
    }
    let others = machine
        .states
        .iter()
        .filter(|other| other.id != state.id && other.task().is_some() && !graph.is_failure_path(other.id));
    let (mut all, mut retried) = (0, 0);
    for other in others {
        all += 1;
        retried += usize::from(has_retrier(run, other.id));
    }
    retried > 0 && retried * 2 >= all
}

/// Whether a second call may do the work once more, as far as the request tells.
fn does_its_work_twice(run: &Run<'_>, state: &State) -> bool {
    let Some(attempt) = run.history.attempts.iter().find(|attempt| attempt.state == state.id) else {
        return false;
    };
    match run.model.effect_of(state.id, &attempt.parameters) {
        Effect::Unguarded => true,
        Effect::Guarded { by } => !by.iter().any(|member| attempt.parameters.get(member).is_some()),
        _ => false,
    }
}

fn integration_is_job(state: &State) -> bool {
    state.task().is_some_and(|task| task.integration.is_job())
}

/// Whether a retrier of the state, or of one around it, takes faults that pass.
fn has_retrier(run: &Run<'_>, id: StateId) -> bool {
    let state = run.model.machine.state(id);
    std::iter::once(state).chain(run.model.machine.enclosing(id)).any(|level| {
        let names = level.retry.iter().filter(|retrier| retrier.attempts_max > 0);
        names.flat_map(|retrier| &retrier.errors).any(|name| {
            matches!(name.as_str(), ErrorName::ALL | ErrorName::TASK_FAILED) || passes(name.as_str())
        })
    })
}

/// Whether the way behind the catcher tells somebody; that the message fails as well is another matter.
fn is_to_be_announced(run: &Run<'_>, record: &FailureRecord) -> bool {
    trace::attempts_after(run.history, record).any(|attempt| trace::tells_of(run, attempt, record))
}

/// The retrier that already lists passing faults of the same service, so that only this name is missing.
fn related_retrier(state: &State, error: &str) -> Option<usize> {
    let (prefix, _) = error.split_once('.')?;
    state.retry.iter().position(|retrier| {
        retrier.errors.iter().any(|name| {
            let same_service = name.as_str().split_once('.').is_some_and(|(own, _)| own == prefix);
            same_service && passes(name.as_str())
        })
    })
}

fn passes(name: &str) -> bool {
    catalog::means_two_things(name)
        || matches!(catalog::class_of(name), ErrorClass::Transient | ErrorClass::Throttling)
}
