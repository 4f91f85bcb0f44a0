//! `retry-budget`: retries of one failure last longer than the work can be worth, or come all at once.
//!
//! Judged where a burst has spent the retrier, or the execution's timer came first, by the delays alone: how long an attempt may take is the business of
//! its timer. A retrier for names of the user's own with many attempts is a poll, and exempt.

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
/// Retries at the same instant that a service may feel.
const CROWD: usize = 10;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (_, record, attempt) in trace::task_failures(run) {
        let Some(retrier) = spent(run, record, attempt) else { continue };
        let state = run.model.machine.state(attempt.state);
        let found = &state.retry[retrier];
        match severity(found) {
            Some(severity) if !is_poll(found) => {
                out.violated(too_long(run, severity, record, state, retrier));
            }
            _ => out.holds(RULE),
        }
    }
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
    state: &State,
    retrier: usize,
) -> Violation {
    let wait = VirtualTime(longest_wait_ms(&state.retry[retrier]));
    Violation {
        route: "long".to_owned(),
        title: format!("Retries of `{}` wait for {wait} in all", record.error),
        why: format!(
            "The delays of this retrier add up to {wait} before the failure is handled. Until then the execution \
             looks healthy, and its caller waits."
        ),
        fix: fix::cap_delay(state, retrier),
        pointer: format!("{}/Retry/{retrier}", state.pointer),
        ..trace::violation(run, RULE, severity, record)
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
