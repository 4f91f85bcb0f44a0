//! Advice on retriers.

use super::{Advice, AdviceId, Says, at, named, reachable};
use crate::asl::{Amount, Jitter, Kind, Retrier, State};
use crate::catalog::{self, ErrorClass};
use crate::diagnose::fix;
use crate::error::ErrorName;
use crate::model::Model;
use crate::oracle::Severity;

/// A delay that is longer than that should be one that somebody chose.
const LONG_SECONDS: f64 = 600.0;

/// Items of a Map that are throttled together are throttled together again.
pub(super) fn no_jitter(model: &Model) -> Option<Advice> {
    let in_crowd = |state: &State| {
        model.machine.enclosing(state.id).any(|around| match &around.kind {
            Kind::Map(map) => {
                !matches!(map.max_concurrency, Some(Amount::Literal(at_once)) if at_once <= 1.0)
            }
            _ => false,
        })
    };
    let retries_together = |retrier: &Retrier| {
        retrier.jitter == Jitter::None && retrier.attempts_max > 0 && retrier.errors.iter().any(is_of_service)
    };
    let found = states(model, |state| in_crowd(state), retries_together);
    let patch = found
        .iter()
        .flat_map(|(state, retriers)| retriers.iter().flat_map(|at| fix::add_jitter(state, *at).asl_patch));
    let fix = fix::patch("Give the retriers `\"JitterStrategy\": \"FULL\"`.", patch.collect());
    let states: Vec<&State> = found.iter().map(|(state, _)| *state).collect();
    at(AdviceId::NoJitter, Severity::Low, &states, "Retry", Says {
        title: format!("The items of a Map retry {} at the same instant", named(&states)),
        why: "Items that a service throttles together come back together, and are throttled again. Random delays \
              spread them."
            .to_owned(),
        fix,
    })
}

/// A delay that doubles seven times is one that nobody meant.
pub(super) fn no_max_delay(model: &Model) -> Option<Advice> {
    let grows = |retrier: &Retrier| {
        retrier.delay_max_seconds.is_none()
            && retrier.backoff_rate > 1.0
            && last_delay_seconds(retrier) > LONG_SECONDS
            && retrier.errors.iter().any(is_of_service)
    };
    let found = states(model, |_| true, grows);
    let patch = found
        .iter()
        .flat_map(|(state, retriers)| retriers.iter().flat_map(|at| fix::cap_delay(state, *at).asl_patch));
    let fix = fix::patch(
        "Bound the delay with `MaxDelaySeconds`; choose what the caller of the workflow can wait for.",
        patch.collect(),
    );
    let states: Vec<&State> = found.iter().map(|(state, _)| *state).collect();
    let longest = found
        .iter()
        .flat_map(|(state, retriers)| retriers.iter().map(|at| last_delay_seconds(&state.retry[*at])))
        .fold(0.0, f64::max);
    at(AdviceId::NoMaxDelay, Severity::Low, &states, "Retry", Says {
        title: format!("The last retry of {} waits for {} minutes", named(&states), (longest / 60.0).round()),
        why: "`BackoffRate` multiplies the delay with every retry, and nothing bounds it. By then the fault has long \
              passed, and the execution only waits."
            .to_owned(),
        fix,
    })
}

/// The states with retriers of a kind, each with the positions of these.
fn states(
    model: &Model,
    is_meant: impl Fn(&State) -> bool,
    is_found: impl Fn(&Retrier) -> bool,
) -> Vec<(&State, Vec<usize>)> {
    let with = |state| -> Option<(&State, Vec<usize>)> {
        let state: &State = state;
        let found: Vec<usize> = (0..state.retry.len()).filter(|at| is_found(&state.retry[*at])).collect();
        (!found.is_empty() && is_meant(state)).then_some((state, found))
    };
    reachable(model).filter_map(with).collect()
}

/// A fault of a service, or any error; names of the user's own may be a poll.
fn is_of_service(name: &ErrorName) -> bool {
    matches!(name.as_str(), ErrorName::ALL | ErrorName::TASK_FAILED)
        || matches!(catalog::class_of(name.as_str()), ErrorClass::Transient | ErrorClass::Throttling)
}

/// ASL spec, "Retrier": the delay is `IntervalSeconds`, multiplied by `BackoffRate` for each retry after the first.
#[expect(clippy::cast_precision_loss, reason = "an interval is at most 99,999,999 seconds")]
fn last_delay_seconds(retrier: &Retrier) -> f64 {
    let growths = i32::try_from(retrier.attempts_max.saturating_sub(1)).unwrap_or(i32::MAX);
    if retrier.attempts_max == 0 {
        0.0
    } else {
        retrier.interval_seconds as f64 * retrier.backoff_rate.powi(growths)
    }
}
