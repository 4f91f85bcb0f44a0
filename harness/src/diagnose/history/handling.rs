//! Which retriers and catchers were asked about a failure, in order, with the attempts used.
//!
//! The history shows only that a call was made again or that a state was left; which entry of `Retry` or `Catch` did
//! it follows from the definition and the rules of matching.

use super::class::Timer;
use super::failure::{Failure, FailureKind};
use super::timeline::{Timeline, VisitId};
use crate::asl::{Kind, Machine, State};
use crate::contested::Rules;
use crate::error::{self, ErrorName, Origin};
use crate::model::HandlerKind;

/// One entry of `Retry` or `Catch` that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consulted {
    /// Where it stands.
    pub path: String,
    /// `Retry` or `Catch`.
    pub kind: HandlerKind,
    /// Its index.
    pub index: usize,
    /// What it lists.
    pub errors: Vec<String>,
    /// What it said.
    pub answer: Answer,
    /// Why it does not list the error although it looks so.
    pub hint: Option<String>,
}

/// What a retrier or catcher said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is no such entry.
    None,
    /// It does not list the error.
    NoMatch,
    /// It lists the error, and had retries left.
    Retried {
        /// Retries so far.
        used: u32,
        /// `MaxAttempts`
        max: u32,
    },
    /// It lists the error, and its retries were used up.
    Spent {
        /// Retries so far.
        used: u32,
        /// `MaxAttempts`
        max: u32,
    },
    /// It took the failure.
    Took {
        /// The state it leads to.
        next: String,
    },
    /// It lists the error, but the history shows that it did not take it: the definition is another one.
    Contradicted,
}

/// Asks the handlers of the state and of those around it, as far as the failure came.
pub(super) fn consulted(
    timeline: &Timeline<'_>,
    last: &Failure,
    timer: Option<&Timer>,
    machine: &Machine,
) -> Vec<Consulted> {
    let Some(visit) = last.visit else { return Vec::new() };
    let mut asked = Vec::new();
    // No handler sees what the interpreter or the execution's own timer ends.
    if matches!(last.kind, FailureKind::Interpreter | FailureKind::ExecutionTimer | FailureKind::Stopped) {
        return asked;
    }
    let origin = match timer {
        Some(Timer::Heartbeat { .. }) => Origin::Heartbeat,
        _ => Origin::Reported,
    };
    let error = last.error.as_deref().unwrap_or_default();
    let failure = error::Failure { error, origin };
    for at in std::iter::once(visit).chain(timeline.enclosing(visit)) {
        let Some(state) = timeline.state(at, Some(machine)).filter(|state| handles(state)) else { continue };
        let path = timeline.path(at, Some(machine));
        ask(timeline, at, state, failure, &path, machine, &mut asked);
        if timeline.is_caught(at) {
            break;
        }
    }
    asked
}

fn ask(
    timeline: &Timeline<'_>,
    visit: VisitId,
    state: &State,
    failure: error::Failure<'_>,
    path: &str,
    machine: &Machine,
    asked: &mut Vec<Consulted>,
) {
    let rules = Rules::default();
    let matches = |names: &[ErrorName]| names.iter().any(|name| error::matches(name, failure, rules));
    let texts = |names: &[ErrorName]| names.iter().map(ToString::to_string).collect();
    let nothing = |kind| {
        let (path, errors) = (path.to_owned(), Vec::new());
        Consulted { path, kind, index: 0, errors, answer: Answer::None, hint: None }
    };
    if state.retry.is_empty() {
        asked.push(nothing(HandlerKind::Retrier));
    }
    for (index, retrier) in state.retry.iter().enumerate() {
        let answer = if matches(&retrier.errors) {
            let used = retries(timeline, visit, state, index, rules);
            let max = retrier.attempts_max;
            if used < max { Answer::Retried { used, max } } else { Answer::Spent { used, max } }
        } else {
            Answer::NoMatch
        };
        let decided = answer != Answer::NoMatch;
        let (errors, hint) = (texts(&retrier.errors), hint(&retrier.errors, failure, &answer));
        let path = path.to_owned();
        asked.push(Consulted { path, kind: HandlerKind::Retrier, index, errors, answer, hint });
        if decided {
            // ASL spec, "Retrier": the first that lists the error decides; catchers follow when it is spent.
            break;
        }
    }
    if state.catch.is_empty() {
        asked.push(nothing(HandlerKind::Catcher));
    }
    for (index, catcher) in state.catch.iter().enumerate() {
        let takes = matches(&catcher.errors);
        let answer = match (takes, timeline.is_caught(visit)) {
            (false, _) => Answer::NoMatch,
            (true, true) => Answer::Took { next: machine.state(catcher.next).name.to_string() },
            (true, false) => Answer::Contradicted,
        };
        let (errors, hint) = (texts(&catcher.errors), hint(&catcher.errors, failure, &answer));
        let path = path.to_owned();
        asked.push(Consulted { path, kind: HandlerKind::Catcher, index, errors, answer, hint });
        if takes {
            break;
        }
    }
}

/// Why a handler that seems to be meant for the error does not match it.
fn hint(names: &[ErrorName], failure: error::Failure<'_>, answer: &Answer) -> Option<String> {
    if *answer != Answer::NoMatch {
        return None;
    }
    let error = failure.error;
    if error == ErrorName::TIMEOUT && names.iter().any(|name| name.as_str() == ErrorName::TASK_FAILED) {
        return Some("`States.TaskFailed` leaves timeouts out".to_owned());
    }
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    let alike = names.iter().find(|name| last(name.as_str()) == last(error))?;
    Some(format!("`{alike}` is another name than `{error}`"))
}

/// ASL spec: only these states have `Retry` and `Catch`.
fn handles(state: &State) -> bool {
    matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_))
}

/// The retries that a retrier has led to in this visit. A Parallel's or Map's own failures have no names in the
/// history; all of its rounds count for the retrier that lists the last one.
fn retries(timeline: &Timeline<'_>, visit: VisitId, state: &State, index: usize, rules: Rules) -> u32 {
    let seen = &timeline.visits[visit];
    if seen.attempts.is_empty() {
        return seen.rounds.saturating_sub(1);
    }
    let retried = seen.attempts.iter().rev().skip(1).filter(|attempt| {
        let error = attempt.ended.and_then(|at| timeline.event(at).error.as_deref());
        let failure = |error| error::Failure { error, origin: Origin::Reported };
        error.is_some_and(|error| error::first_retrier(&state.retry, failure(error), rules) == Some(index))
    });
    retried.count() as u32
}
