//! Which failure came first, and which later ones only pass it on.
//!
//! The walk goes backwards from the end of the execution: through Parallel and Map states to the failure inside,
//! through a Fail state behind a catcher to the failure that was caught, and through retries to the first attempt
//! that failed with the same error.

use std::sync::Arc;

use super::shape::{StateKind, is_call_failure, is_call_success};
use super::timeline::{At, Timeline, VisitId};
use crate::error::ErrorName;
use crate::history::EventType;
use crate::value::Value;

/// One failure of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The event that shows it.
    pub(super) at: At,
    /// The state; none where the export does not tell.
    pub(super) visit: Option<VisitId>,
    /// How it came about.
    pub(super) kind: FailureKind,
    /// Verbatim.
    pub(super) error: Option<Arc<str>>,
    /// Verbatim.
    pub(super) cause: Option<Arc<str>>,
}

/// How a failure came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// A call of a task failed, or ran out of time.
    Call,
    /// A field of a JSONata state could not be evaluated.
    Evaluation,
    /// A Fail state was entered.
    FailState,
    /// The interpreter gave up: a path, a payload, an option of a state.
    Interpreter,
    /// A Map failed by itself: its reader, its writer, its threshold.
    Map,
    /// The timer of the whole execution fired.
    ExecutionTimer,
    /// Somebody stopped the execution.
    Stopped,
}

/// A failure that a catcher took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caught {
    /// The state whose catcher took it.
    pub(super) visit: VisitId,
    /// The failure as it met the catcher.
    pub(super) at: At,
    /// Where it led.
    pub(super) next: Option<VisitId>,
}

impl Timeline<'_> {
    /// The failure behind an event that passes one on or ends the execution with one.
    pub(super) fn source(&self, end: At) -> Failure {
        let last = self.event(end);
        if let Some(found) = self.interpreter(end) {
            return found;
        }
        let mut at = end;
        loop {
            let event = self.event(at);
            let own = |kind| Failure {
                at,
                visit: self.visit_of(at),
                kind,
                error: event.error.clone(),
                cause: event.cause.clone(),
            };
            match event.known() {
                Some(kind) if is_call_failure(kind) => return own(FailureKind::Call),
                Some(EventType::EvaluationFailed) => return own(FailureKind::Evaluation),
                Some(EventType::MapRunFailed) => return own(FailureKind::Map),
                Some(EventType::FailStateEntered) => {
                    let (error, cause) = (last.error.clone(), last.cause.clone());
                    return Failure { error, cause, ..own(FailureKind::FailState) };
                }
                _ => {}
            }
            let inner = self.previous(at).or_else(|| self.lost(at));
            match inner.filter(|inner| self.passes_on(*inner)) {
                Some(inner) => at = inner,
                None => return self.unheralded(end, at, inner),
            }
        }
    }

    /// An error of the interpreter, which no event of its own shows: the cause names the state.
    fn interpreter(&self, end: At) -> Option<Failure> {
        let event = self.event(end);
        let error = event.error.as_deref()?;
        if !matches!(error, ErrorName::RUNTIME | ErrorName::DATA_LIMIT) {
            return None;
        }
        // An oversized result of a task has an event of its own (recorded on AWS).
        let mut inner = self.previous(end);
        while let Some(at) = inner.filter(|at| self.passes_on(*at)) {
            if self.event(at).error.as_deref() == Some(error) {
                return None;
            }
            inner = self.previous(at);
        }
        let visit = quoted_state(event.cause.as_deref()?).and_then(|quoted| self.quoted(quoted))?;
        Some(Failure {
            at: end,
            visit: Some(visit),
            kind: FailureKind::Interpreter,
            error: event.error.clone(),
            cause: event.cause.clone(),
        })
    }

    /// A failure without an event of its own before the event that ends with it.
    fn unheralded(&self, end: At, at: At, inner: Option<At>) -> Failure {
        let event = self.event(end);
        let quoted = event.cause.as_deref().and_then(quoted_state).and_then(|quoted| self.quoted(quoted));
        let visit = quoted.or_else(|| self.visit_of(inner?)).or_else(|| self.visit_of(at));
        let kind = match event.known() {
            Some(EventType::ExecutionTimedOut) => FailureKind::ExecutionTimer,
            Some(EventType::ExecutionAborted) => FailureKind::Stopped,
            _ if at != end && visit == self.visit_of(at) => FailureKind::Map,
            _ => FailureKind::Interpreter,
        };
        Failure { at: end, visit, kind, error: event.error.clone(), cause: event.cause.clone() }
    }

    /// The visit that a cause names.
    fn quoted(&self, (name, entered): (&str, Option<u64>)) -> Option<VisitId> {
        let by_event = entered.and_then(|id| self.visit_of(self.find(id)?));
        by_event
            .filter(|visit| &*self.visits[*visit].name == name)
            .or_else(|| self.visits.iter().rposition(|visit| &*visit.name == name))
    }

    /// Where a log leaves out what led to the end: the last failure with the same error.
    fn lost(&self, end: At) -> Option<At> {
        let event = self.event(end);
        let is_gap = event.previous != 0 && event.error.is_some();
        if !is_gap {
            return None;
        }
        (0..end).rev().find(|at| self.passes_on(*at) && self.event(*at).error == event.error)
    }

    /// Whether an event is a failure that later ones may pass on.
    pub(super) fn passes_on(&self, at: At) -> bool {
        self.event(at).known().is_some_and(|kind| {
            is_call_failure(kind)
                || matches!(
                    kind,
                    EventType::EvaluationFailed
                        | EventType::FailStateEntered
                        | EventType::MapIterationFailed
                        | EventType::MapRunFailed
                        | EventType::MapStateFailed
                        | EventType::ParallelStateFailed
                )
        })
    }

    /// The first failure of a row of retries that end with this one: the same error at the same state.
    pub(super) fn first_of(&self, last: &Failure) -> Failure {
        let Some(visit) = last.visit else { return last.clone() };
        let around: Vec<VisitId> = self.enclosing(visit).collect();
        let mut first = last.clone();
        for at in (0..last.at).rev() {
            if !self.passes_on(at) {
                continue;
            }
            let Some(earlier) = self.visit_of(at) else { continue };
            let is_same_state = self.visits[earlier].name == self.visits[visit].name;
            let is_retried = earlier == visit || self.enclosing(earlier).any(|outer| around.contains(&outer));
            if !is_same_state || !is_retried {
                continue;
            }
            let event = self.event(at);
            let is_fail = last.kind == FailureKind::FailState;
            if !is_fail && event.error != last.error {
                return first;
            }
            // Only rounds that were retried come before; a failure of the same round was caught in between.
            if earlier != visit && self.is_caught(earlier) {
                continue;
            }
            let (error, cause) = if is_fail {
                (last.error.clone(), last.cause.clone())
            } else {
                (event.error.clone(), event.cause.clone())
            };
            first = Failure { at, visit: Some(earlier), kind: last.kind, error, cause };
        }
        first
    }

    /// Every failure that a catcher took, in order.
    pub(super) fn caught(&self) -> Vec<Caught> {
        (0..self.visits.len()).filter_map(|visit| self.caught_at(visit)).collect()
    }

    /// Whether a catcher of the state took its failure.
    pub(super) fn is_caught(&self, visit: VisitId) -> bool {
        self.caught_at(visit).is_some()
    }

    fn caught_at(&self, visit: VisitId) -> Option<Caught> {
        let exited = self.visits[visit].exited?;
        let at = self.previous(exited)?;
        let is_own = self.passes_on(at) && self.visit_of(at) == Some(visit);
        is_own.then(|| Caught { visit, at, next: self.after(visit) })
    }

    /// The failure that a catcher took, with the error as the catcher's output tells it where no event does.
    pub(super) fn caught_failure(&self, caught: &Caught) -> Failure {
        let mut failure = self.source(caught.at);
        if failure.error.is_none() {
            let output =
                self.visits[caught.visit].exited.and_then(|at| self.event(at).output.as_ref()?.value());
            let next =
                caught.next.and_then(|next| self.event(self.visits[next].entered?).input.as_ref()?.value());
            if let Some((error, cause)) = output.iter().chain(&next).find_map(error_output) {
                (failure.error, failure.cause) = (Some(error), cause);
            }
        }
        failure
    }

    /// The caught failure that a Fail state reports: the one on whose failure path it stands.
    ///
    /// A Choice behind work that succeeded after the catch decides on something new, and its Fail state is a failure
    /// of its own.
    pub(super) fn reported_by(&self, fail: VisitId) -> Option<Caught> {
        let (mut at, mut chose) = (fail, false);
        loop {
            let Some(before) = self.before(at) else {
                let owner = self.threads[self.visits[at].thread].owner?;
                at = owner;
                continue;
            };
            at = before;
            if let Some(caught) = self.caught_at(before) {
                return Some(caught);
            }
            let visit = &self.visits[before];
            let worked = visit.last_attempt().and_then(|attempt| self.event(attempt.ended?).known());
            if chose && worked.is_some_and(is_call_success) {
                return None;
            }
            chose |= visit.kind == StateKind::Choice;
        }
    }
}

/// Name and entering event of the state that a cause of the interpreter names.
fn quoted_state(cause: &str) -> Option<(&str, Option<u64>)> {
    if let Some(rest) = cause.strip_prefix("An error occurred while executing the state '") {
        let (name, rest) = rest.split_once("' (entered at the event id #")?;
        return Some((name, rest.split(')').next()?.parse().ok()));
    }
    let rest = cause.strip_prefix("The state/task '")?;
    let (name, _) = rest.split_once("' returned a result")?;
    Some((name, None))
}

/// `Error` and `Cause` somewhere in what a catcher put out.
fn error_output(value: &Value) -> Option<(Arc<str>, Option<Arc<str>>)> {
    let object = value.as_object()?;
    if let (Some(error), cause) = (object.get("Error"), object.get("Cause"))
        && object.len() <= 2
    {
        let cause = cause.and_then(Value::as_str).map(Arc::from);
        return error.as_str().map(|error| (Arc::from(error), cause));
    }
    object.iter().find_map(|(_, member)| error_output(member))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_names_the_state_and_the_event_that_entered_it() {
        let cause =
            "An error occurred while executing the state 'It's (odd)' (entered at the event id #12). No.";
        assert_eq!(quoted_state(cause), Some(("It's (odd)", Some(12))));
        let large = "The state/task 'Load' returned a result with a size exceeding the maximum.";
        assert_eq!(quoted_state(large), Some(("Load", None)));
        assert_eq!(quoted_state("Something else"), None);
    }
}
