//! Runs without faults that fail at the definition, not at generated data.

use std::sync::Arc;

use super::slot::events;
use crate::asl::{Kind, StateId};
use crate::error::ErrorName;
use crate::history::{Detail, FailureRecord, History};
use crate::model::{Gap, Model, PlaceId, Source, shape_at};

/// A failure of a run without faults for which the definition is to blame.
#[derive(Clone, Debug)]
pub struct Blamed<'a> {
    /// The failure.
    pub record: &'a FailureRecord,
    /// The expression that reads what is not there; none where no rule of a Choice holds.
    pub path: Option<Arc<str>>,
    /// Why it is not there.
    pub reason: Reason,
}

/// Why what is read is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing makes it.
    NotMade,
    /// Another way through the machine makes it; an input might bring it.
    Elsewhere,
    /// A variable that is not assigned on this way.
    NotAssigned,
    /// No rule of a Choice holds.
    NoRule,
}

/// The first such failure.
pub fn blamed<'a>(model: &Model, history: &'a History) -> Option<Blamed<'a>> {
    let about_data = |error: &str| matches!(error, ErrorName::RUNTIME | ErrorName::QUERY_EVALUATION);
    let record =
        history.failures.iter().find(|record| about_data(&record.error) && record.echo_of.is_none())?;
    let cause = record.cause.as_deref()?;
    if is_unmatched(model, record) {
        let open = is_open_choice(model, record.state);
        return open.then_some(Blamed { record, path: None, reason: Reason::NoRule });
    }
    let gaps = model.gaps();
    let found = gaps.at(record.state).find(|(path, _)| names(cause, path));
    if let Some((path, gap)) = found {
        let reason = if gap == Gap::Elsewhere { Reason::Elsewhere } else { Reason::NotMade };
        return Some(Blamed { record, path: Some(path.clone()), reason });
    }
    let (path, _) = gaps
        .variables_at(record.state)
        .filter(|(path, _)| names(cause, path))
        .find(|(_, variables)| variables.iter().any(|name| !is_assigned(history, name)))?;
    Some(Blamed { record, path: Some(path.clone()), reason: Reason::NotAssigned })
}

/// Whether a cause names a path: as a word of its own, in quotes or after a blank.
pub(super) fn names(cause: &str, path: &str) -> bool {
    cause.match_indices(path).any(|(at, _)| {
        let after = cause[at + path.len()..].chars().next();
        after.is_none_or(|c| matches!(c, '\'' | '"' | ' ' | ',' | ')'))
    })
}

fn is_assigned(history: &History, name: &str) -> bool {
    events(history).any(|event| match &event.detail {
        Detail::Output(_, Some(assigned)) => assigned.iter().any(|(assigned, _)| **assigned == *name),
        _ => false,
    })
}

fn is_unmatched(model: &Model, record: &FailureRecord) -> bool {
    // Recorded on AWS: "Failed to transition out of the state. The state does not point to a next state."
    matches!(model.machine.state(record.state).kind, Kind::Choice(_))
        && record.cause.as_deref().is_some_and(|cause| cause.contains("does not point to a next state"))
}

/// Whether all that the rules of a Choice look at may have any value: it comes from the input, or from code that no API
/// describes.
fn is_open_choice(model: &Model, choice: StateId) -> bool {
    let mut places =
        model.demands().choice(choice).iter().flat_map(|dependency| &dependency.places).peekable();
    places.peek().is_some() && places.all(|place| is_open(model, *place))
}

/// Whether a place may have any value.
pub(super) fn is_open(model: &Model, place: PlaceId) -> bool {
    match model.demands().place(place).source {
        Source::Input => true,
        Source::Result(task) => {
            shape_at(model.machine.state(task), &model.demands().steps(place)).is_none()
                && (model.is_own_code(task) || is_answered_by_worker(model, task))
        }
        Source::ItemReader(_) | Source::Failure(_) => false,
    }
}

/// Whether whoever holds the task token gives the result.
fn is_answered_by_worker(model: &Model, state: StateId) -> bool {
    model.machine.state(state).task().is_some_and(|task| task.integration.is_answered_by_worker())
}
