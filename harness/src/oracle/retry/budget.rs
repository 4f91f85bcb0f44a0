//! `retry-budget`: retries of one failure last longer than the work can be worth, are too many, or come all at once.
//!
//! Judged where a burst has spent the retrier, or the execution's timer came first. How long one attempt may take is the
//! business of its timer, so that severity goes by the delays alone; the text says what it took with the attempts.
//! Retriers of several levels multiply: what a run shows of that is counted in calls of one task.
//!
//! Exempt: a retrier for names of the user's own, or with many attempts and a delay that does not grow: a poll.

use std::collections::BTreeMap;

use crate::asl::{Jitter, Retrier, State};
use crate::catalog::{self, ErrorClass};
use crate::diagnose::fix;
use crate::history::{Attempt, FailureRecord, Handling, Outcome, StrandId, VirtualTime};
use crate::oracle::trace;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

use super::permanent::longest_wait_ms;

const RULE: RuleId = RuleId::RetryBudget;

const LONG_MS: u64 = 15 * 60_000;
const VERY_LONG_MS: u64 = 60 * 60_000;
/// Retries of one retrier that are many, whatever their delays.
const MANY: u32 = 30;
/// Calls of one task in one visit of the outermost level.
const CALLS: usize = 15;
const CALLS_MANY: usize = 60;
/// Retries at the same instant that a service may feel.
const CROWD: usize = 5;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (_, record, attempt) in trace::task_failures(run) {
        let Some(retrier) = spent(run, record, attempt) else { continue };
        let state = run.model.machine.state(attempt.state);
        let found = &state.retry[retrier];
        match severity(found) {
            Some(severity) if !is_poll(found) => {
                out.violated(too_long(run, severity, record, attempt, state, retrier));
            }
            None if found.attempts_max >= MANY && !is_poll(found) => {
                out.violated(too_often(run, record, attempt, state, retrier));
            }
            _ => out.holds(RULE),
        }
    }
    judge_levels(run, out);
    judge_crowds(run, out);
}

/// The retrier that a failure has spent, or that the timer of the execution cut short.
fn spent(run: &Run<'_>, record: &FailureRecord, attempt: &Attempt) -> Option<usize> {
    match record.handling {
        Handling::Caught { spent, .. } | Handling::Uncaught { spent } => spent,
        Handling::Retried { retrier, .. } => {
            let timed_out = matches!(run.history.outcome, Outcome::TimedOut { .. });
            let again = trace::attempts_after(run.history, record).any(|later| later.state == attempt.state);
            (timed_out && !again).then_some(retrier)
        }
        Handling::Tolerated => None,
    }
}

fn severity(retrier: &Retrier) -> Option<Severity> {
    match (longest_wait_ms(retrier), retrier.delay_max_seconds) {
        (VERY_LONG_MS.., None) => Some(Severity::Medium),
        (LONG_MS.., _) => Some(Severity::Low),
        _ => None,
    }
}

/// A retrier that waits for something: its names are the user's own, or the delay does not grow over many attempts.
fn is_poll(retrier: &Retrier) -> bool {
    let own = |name: &str| !name.starts_with("States.") && catalog::class_of(name) == ErrorClass::Unknown;
    retrier.errors.iter().all(|name| own(name.as_str()))
        || (retrier.backoff_rate <= 1.0 && retrier.attempts_max >= 20)
}

fn too_long(
    run: &Run<'_>,
    severity: Severity,
    record: &FailureRecord,
    attempt: &Attempt,
    state: &State,
    retrier: usize,
) -> Violation {
    let wait = VirtualTime(longest_wait_ms(&state.retry[retrier]));
    let took = took(run, record, attempt);
    let how = if took < wait { "with random delays took" } else { "took" };
    Violation {
        route: "long".to_owned(),
        title: format!("Retries of `{}` wait for {wait} in all", record.error),
        why: format!(
            "The delays of this retrier add up to {wait} before the failure is handled; {} calls {how} {took} in this \
             run. Until then the execution looks healthy, and its caller waits.",
            attempt.number
        ),
        fix: fix::cap_delay(state, retrier),
        pointer: format!("{}/Retry/{retrier}", state.pointer),
        ..trace::violation(run, RULE, severity, record)
    }
}

/// From the first attempt of a visit to its last failure.
fn took(run: &Run<'_>, record: &FailureRecord, attempt: &Attempt) -> VirtualTime {
    let same = |other: &&Attempt| {
        other.state == attempt.state && other.strand == attempt.strand && other.visit == attempt.visit
    };
    let first = run.history.attempts.iter().find(same).map_or(record.at, |first| first.at);
    VirtualTime(record.at.0.saturating_sub(first.0))
}

fn too_often(
    run: &Run<'_>,
    record: &FailureRecord,
    attempt: &Attempt,
    state: &State,
    retrier: usize,
) -> Violation {
    let retries = state.retry[retrier].attempts_max;
    Violation {
        route: "often".to_owned(),
        title: format!("`{}` is retried {retries} times", record.error),
        why: format!(
            "A service in trouble gets {} calls of one task, in {} in this run. Retries that have failed a dozen times \
             seldom help, and they keep a service down that is overloaded.",
            attempt.number,
            took(run, record, attempt)
        ),
        fix: fix::fewer_attempts(state, retrier),
        pointer: format!("{}/Retry/{retrier}/MaxAttempts", state.pointer),
        ..trace::violation(run, RULE, Severity::Low, record)
    }
}

/// Retriers of a task and of the states around it: each level runs all of the levels inside once more.
fn judge_levels(run: &Run<'_>, out: &mut Judgement) {
    for index in trace::representatives(run.history) {
        let record = &run.history.failures[index];
        let (Handling::Caught { spent: Some(retrier), .. } | Handling::Uncaught { spent: Some(retrier) }) =
            record.handling
        else {
            continue;
        };
        if record.attempt.is_some() {
            continue;
        }
        let levels =
            std::iter::successors(Some(record), |record| Some(&run.history.failures[record.echo_of?]));
        let Some(root) = levels.last().filter(|root| root.attempt.is_some()) else { continue };
        let task = run.model.machine.state(root.state);
        let iteration = run.history.iteration(root.strand);
        let calls: Vec<&Attempt> = run
            .history
            .attempts
            .iter()
            .filter(|attempt| attempt.state == task.id && run.history.iteration(attempt.strand) == iteration)
            .collect();
        let is_retried_inside =
            run.history.failures.iter().any(|failure| {
                failure.state == task.id && matches!(failure.handling, Handling::Retried { .. })
            });
        if !is_retried_inside || calls.len() <= CALLS || task.retry.iter().any(is_poll) {
            continue;
        }
        let state = run.model.machine.state(record.state);
        let first = calls.first().map_or(record.at, |first| first.at);
        let took = VirtualTime(record.at.0.saturating_sub(first.0));
        let severity = if calls.len() > CALLS_MANY { Severity::Medium } else { Severity::Low };
        out.violated(Violation {
            states: vec![task.id],
            route: "levels".to_owned(),
            title: format!("Retriers of several levels multiply: {} calls of one task", calls.len()),
            why: format!(
                "`{}` has retries of its own, and each retry of `{}` makes all of them again: {} calls in {took} before \
                 `{}` is handled.",
                task.name,
                state.name,
                calls.len(),
                root.error
            ),
            fix: fix::no_retries(state, retrier),
            pointer: format!("{}/Retry/{retrier}", state.pointer),
            ..trace::violation(run, RULE, severity, record)
        });
    }
}

/// Iterations of a Map that failed together and come back together.
fn judge_crowds(run: &Run<'_>, out: &mut Judgement) {
    let mut crowds: BTreeMap<_, Vec<(&FailureRecord, StrandId)>> = BTreeMap::new();
    for record in run.history.failures.iter().filter(|record| record.attempt.is_some()) {
        let Handling::Retried { retrier, delay_ms, .. } = record.handling else { continue };
        let state = run.model.machine.state(record.state);
        if state.retry[retrier].jitter == Jitter::None && trace::in_map(run, state.id) {
            let crowd = (state.id, retrier, record.at.after_ms(delay_ms));
            crowds.entry(crowd).or_default().push((record, record.strand));
        }
    }
    for ((state, retrier, _), members) in crowds {
        if members.len() <= CROWD {
            continue;
        }
        let state = run.model.machine.state(state);
        out.violated(Violation {
            route: "crowd".to_owned(),
            title: format!("{} iterations retry at the same instant", members.len()),
            why: "Iterations that were throttled together come back together, and are throttled again."
                .to_owned(),
            fix: fix::add_jitter(state, retrier),
            pointer: format!("{}/Retry/{retrier}", state.pointer),
            ..trace::violation(run, RULE, Severity::Low, members[0].0)
        });
    }
}
