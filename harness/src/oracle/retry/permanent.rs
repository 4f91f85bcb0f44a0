//! `permanent-error-retried`: a malformed request, or one for what does not exist, is retried, which only delays the
//! failure. Denials have a rule of their own, `permission-retried`.
//!
//! A wildcard with a few short retries is normal practice: one note for the machine. It is more where the waiting
//! adds up, or where the name is written down, so that it is meant.
//!
//! Exempt: names that mean two things (a retrier for them is right), a missing resource that is waited for by
//! name (eventual consistency), a poll made of retries (names of the user's own). Steps of a failure path may try
//! everything: a note at most.

use crate::asl::{Retrier, State};
use crate::catalog::{self, ErrorClass};
use crate::contested::Rules;
use crate::diagnose::fix;
use crate::error::{ErrorName, Failure, backoff_ms, matches};
use crate::history::{FailureRecord, Handling, VirtualTime};
use crate::oracle::trace;
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};

const RULE: RuleId = RuleId::PermanentErrorRetried;

/// Waiting that nobody would object to.
pub(in crate::oracle) const SHORT_MS: u64 = 60_000;
/// Waiting that matters by itself.
pub(in crate::oracle) const LONG_MS: u64 = 5 * 60_000;
/// Retries that nobody would object to.
pub(in crate::oracle) const FEW: u32 = 3;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (_, record, attempt) in trace::task_failures(run) {
        let class = trace::class_of(run.history, record);
        if !matches!(class, ErrorClass::Validation | ErrorClass::NotFound) {
            continue;
        }
        let Handling::Retried { retrier, retry: 1, .. } = record.handling else {
            if !matches!(record.handling, Handling::Retried { .. }) {
                out.holds(RULE);
            }
            continue;
        };
        let state = run.model.machine.state(attempt.state);
        match severity(run, state, &state.retry[retrier], record, class) {
            Some(severity) => out.violated(violation(run, severity, record, state, retrier)),
            None => out.holds(RULE),
        }
    }
}

/// `None`: the retrier is right as it is.
fn severity(
    run: &Run<'_>,
    state: &State,
    retrier: &Retrier,
    record: &FailureRecord,
    class: ErrorClass,
) -> Option<Severity> {
    let by_name = listed_by_name(retrier, record, run.case.rules);
    if by_name && (catalog::means_two_things(&record.error) || class == ErrorClass::NotFound) {
        return None;
    }
    let wasted_ms = longest_wait_ms(retrier);
    let severity = if wasted_ms > LONG_MS {
        Severity::Medium
    } else if by_name || wasted_ms > SHORT_MS || retrier.attempts_max > FEW {
        Severity::Low
    } else {
        Severity::Note
    };
    Some(if run.model.graph.is_failure_path(state.id) { Severity::Note } else { severity })
}

/// Whether a retrier lists the error itself, not a wildcard.
pub(in crate::oracle) fn listed_by_name(retrier: &Retrier, record: &FailureRecord, rules: Rules) -> bool {
    let failure = Failure { error: &record.error, origin: record.origin };
    let first = retrier.errors.iter().find(|name| matches(name, failure, rules));
    first.is_some_and(|name| !matches!(name.as_str(), ErrorName::ALL | ErrorName::TASK_FAILED))
}

/// What all retries of a retrier wait together, jitter at its worst.
pub(in crate::oracle) fn longest_wait_ms(retrier: &Retrier) -> u64 {
    // A poll of half a million retries is as long as its first thousand for every limit here.
    (0..retrier.attempts_max.min(1_000))
        .fold(0, |sum: u64, retry| sum.saturating_add(backoff_ms(retrier, retry)))
}

fn violation(
    run: &Run<'_>,
    severity: Severity,
    record: &FailureRecord,
    state: &State,
    retrier: usize,
) -> Violation {
    let found = &state.retry[retrier];
    let how = if listed_by_name(found, record, run.case.rules) { "by-name" } else { "wildcard" };
    Violation {
        route: format!("{how}>{severity}"),
        title: format!("`{}` is retried, and no retry can mend it", record.error),
        why: format!(
            "The call fails for a reason that stays: {}. {} retries and {} later it fails all the same, and \
             whoever has to act learns of it that much later.",
            reason(trace::class_of(run.history, record)),
            found.attempts_max,
            VirtualTime(longest_wait_ms(found))
        ),
        fix: match how {
            "by-name" => take_out(state, retrier, record),
            _ => fix::words(
                "Retry the errors that pass, by name, and give errors like this one a retrier with \
                 `\"MaxAttempts\": 0` in front of the wildcard.",
            ),
        },
        pointer: format!("{}/Retry/{retrier}", state.pointer),
        ..trace::violation(run, RULE, severity, record)
    }
}

/// Takes the name out of its retrier, and a retrier that lists no other away.
fn take_out(state: &State, retrier: usize, record: &FailureRecord) -> Fix {
    let text = format!("Take `{}` out of the retrier.", record.error);
    let names = &state.retry[retrier].errors;
    let Some(at) = names.iter().position(|name| name.as_str() == &*record.error) else {
        return fix::words(text);
    };
    let path = match (names.len(), state.retry.len()) {
        (1, 1) => format!("{}/Retry", state.pointer),
        (1, _) => format!("{}/Retry/{retrier}", state.pointer),
        _ => format!("{}/Retry/{retrier}/ErrorEquals/{at}", state.pointer),
    };
    fix::patch(text, vec![fix::remove(path)])
}

fn reason(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::NotFound => "what it names does not exist",
        _ => "the request is malformed",
    }
}
