//! Whether an execution ends as it is meant to.

use crate::asl::{Kind, StateId};
use crate::fault::MeantEnding;
use crate::history::{Attempt, Ending, Event, EventId, EventType, Outcome, StrandId};
use crate::model::matches_pattern;
use crate::oracle::Run;
use crate::oracle::trace;

use super::Tested;

/// What happens instead, as the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    /// The execution ends otherwise.
    End,
    /// The output is another one.
    Output,
    /// The state is not entered.
    NotEntered,
    /// The state is entered, and the execution fails after that.
    FailsAfter,
    /// The state does not run.
    NotRun,
    /// The state runs, and fails.
    Fails,
    /// The state is cut off by the end of the execution.
    Unfinished,
}

/// What is missing to the meant ending; nothing, if it is the one.
pub(super) fn missed(run: &Run<'_>, tested: &Tested<'_>, meant: &MeantEnding) -> Option<Missed> {
    match meant {
        MeantEnding::NoImpact | MeantEnding::SameOutput if tested.led => local_impact(run, tested),
        MeantEnding::NoImpact => impact(run),
        MeantEnding::SameOutput => impact(run).or_else(|| other_output(run)),
        MeantEnding::Propagates(error) => (!propagates(run, error.as_deref())).then_some(Missed::End),
        MeantEnding::Ends(state) => not_through(run, tested.attempt, *state),
        MeantEnding::Compensates(state) => not_done(run, tested.attempt, *state),
    }
}

/// Whether the execution ends as FAILED, with this error where one is named.
pub(super) fn propagates(run: &Run<'_>, wanted: Option<&str>) -> bool {
    let Outcome::Failed { error, .. } = &run.history.outcome else { return false };
    wanted.is_none_or(|wanted| error.as_deref().is_some_and(|error| matches_pattern(wanted, error)))
}

/// Another status than without the fault, or another error.
pub(super) fn impact(run: &Run<'_>) -> Option<Missed> {
    let error = |outcome: &Outcome| match outcome {
        Outcome::Failed { error, .. } => error.clone(),
        _ => None,
    };
    let (here, usual) = (&run.history.outcome, &run.baseline.outcome);
    (here.status() != usual.status() || error(here) != error(usual)).then_some(Missed::End)
}

pub(super) fn other_output(run: &Run<'_>) -> Option<Missed> {
    match (&run.history.outcome, &run.baseline.outcome) {
        (Outcome::Succeeded { output }, Outcome::Succeeded { output: usual }) => {
            (!trace::is_same_text(output, usual)).then_some(Missed::Output)
        }
        _ => None,
    }
}

/// After a failure that led here, the run without faults is no measure: the task itself succeeds in the end, or not.
fn local_impact(run: &Run<'_>, tested: &Tested<'_>) -> Option<Missed> {
    let site = &tested.fault.site;
    let here = |attempt: &&Attempt| attempt.state == site.state && run.history.site(attempt) == *site;
    let last = run.history.attempts.iter().rev().find(here);
    let succeeds = last.is_some_and(|attempt| matches!(attempt.ending, Ending::Succeeded(_)));
    (!succeeds).then_some(Missed::End)
}

/// The state is not entered after the fault, or the execution does not end by what follows it.
pub(super) fn not_through(run: &Run<'_>, from: &Attempt, state: StateId) -> Option<Missed> {
    let entered = |event: &Event| event.state == Some(state) && is_after(event, from) && is_entry(event);
    if !all_events(run).any(entered) {
        return Some(Missed::NotEntered);
    }
    let is_end = matches!(run.model.machine.state(state).kind, Kind::Fail { .. });
    match &run.history.outcome {
        Outcome::Succeeded { .. } => None,
        Outcome::Failed { .. } if is_end || ends_in_fail_state(run) => None,
        _ => Some(Missed::FailsAfter),
    }
}

/// The state has not done its work after the fault.
fn not_done(run: &Run<'_>, from: &Attempt, state: StateId) -> Option<Missed> {
    let exited = |event: &Event| event.state == Some(state) && is_after(event, from) && is_exit(event);
    if all_events(run).any(exited) {
        return None;
    }
    let later =
        |attempt: &&Attempt| attempt.state == state && is_later(attempt.scheduled, attempt.at.0, from);
    match run.history.attempts.iter().rev().find(later).map(|attempt| &attempt.ending) {
        Some(Ending::Succeeded(_)) => None,
        Some(Ending::Failed { .. }) => Some(Missed::Fails),
        Some(Ending::Aborted | Ending::Open) => Some(Missed::Unfinished),
        None => {
            let entered =
                |event: &Event| event.state == Some(state) && is_after(event, from) && is_entry(event);
            Some(if all_events(run).any(entered) { Missed::Fails } else { Missed::NotRun })
        }
    }
}

fn ends_in_fail_state(run: &Run<'_>) -> bool {
    let last = run.history.events.iter().rev().nth(1);
    last.is_some_and(|event| event.kind == EventType::FailStateEntered && event.strand == StrandId(0))
}

fn all_events<'a>(run: &Run<'a>) -> impl Iterator<Item = &'a Event> {
    run.history.events.iter().chain(&run.history.child_events)
}

fn is_after(event: &Event, from: &Attempt) -> bool {
    is_later(event.id, event.at.0, from)
}

/// Child executions count their events by themselves; between two lists only the time says what comes first.
fn is_later(id: EventId, at_ms: u64, from: &Attempt) -> bool {
    if id.child_index().is_some() == from.scheduled.child_index().is_some() {
        id > from.scheduled
    } else {
        at_ms >= from.at.0
    }
}

fn is_entry(event: &Event) -> bool {
    event.kind.name().ends_with("StateEntered")
}

fn is_exit(event: &Event) -> bool {
    event.kind.name().ends_with("StateExited")
}
