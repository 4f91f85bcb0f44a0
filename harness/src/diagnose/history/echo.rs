//! Which later events are only echoes of the root cause, and which failures are others.

use std::collections::BTreeSet;

use super::analyse::Roots;
use super::diagnosis::{Echo, Other, Role};
use super::shape::is_call_success;
use super::timeline::{At, Timeline, VisitId};
use crate::asl::Machine;
use crate::history::EventType;
use crate::history::import::Recorded;

/// The echoes of a failure, in order. Every event that they explain is added to `shown`.
pub(super) fn echoes(
    timeline: &Timeline<'_>,
    roots: &Roots,
    machine: Option<&Machine>,
    shown: &mut BTreeSet<At>,
) -> Vec<Echo> {
    shown.insert(roots.first.at);
    let mut found = Vec::new();
    for at in roots.first.at + 1..timeline.recording.events.len() {
        let Some(role) = role(timeline, roots, at) else { continue };
        shown.insert(at);
        let event = timeline.event(at);
        let owner = timeline.visit_of(at).filter(|_| role != Role::Ended);
        found.push(Echo {
            event: event.id,
            event_type: event.type_name().to_owned(),
            path: owner.map(|visit| timeline.path(visit, machine)),
            role,
        });
    }
    found
}

fn role(timeline: &Timeline<'_>, roots: &Roots, at: At) -> Option<Role> {
    let event = timeline.event(at);
    let kind = event.known()?;
    if matches!(kind, EventType::ExecutionFailed | EventType::ExecutionTimedOut | EventType::ExecutionAborted)
    {
        let goes_on = timeline.recording.events[at..].iter().any(is_redrive);
        return Some(if goes_on { Role::Redriven } else { Role::Ended });
    }
    let root = roots.first.visit?;
    let visit = timeline.visit_of(at)?;
    // A Map ends with what its run ended with.
    if visit == root && matches!(kind, EventType::MapStateFailed) {
        return Some(Role::PassedOn);
    }
    let is_same = timeline.visits[visit].name == timeline.visits[root].name;
    let around: Vec<VisitId> = timeline.enclosing(root).collect();
    if kind.name().ends_with("Aborted") {
        let inside = timeline.enclosing(visit).chain([visit]).any(|outer| around.contains(&outer));
        return inside.then_some(Role::CutOff);
    }
    if !timeline.passes_on(at) {
        return None;
    }
    if kind == EventType::FailStateEntered && Some(at) == roots.fail_state {
        return Some(Role::Reported);
    }
    if around.contains(&visit) {
        return Some(Role::PassedOn);
    }
    let is_retry = visit == root || timeline.enclosing(visit).any(|outer| around.contains(&outer));
    let same_error = event.error.is_none() || event.error == roots.first.error;
    (is_same && is_retry && same_error && at <= roots.last.at).then_some(Role::Retry)
}

/// The failures that neither are the root cause nor follow from it: each visit's row of the same error once, and those
/// of many items that went the same way together.
pub(super) fn others(timeline: &Timeline<'_>, machine: Option<&Machine>, shown: &BTreeSet<At>) -> Vec<Other> {
    let redriven = before_redrives(timeline);
    let mut found: Vec<(VisitId, Other)> = Vec::new();
    for at in 0..timeline.recording.events.len() {
        let event = timeline.event(at);
        let is_shell = matches!(
            event.known(),
            Some(EventType::MapIterationFailed | EventType::MapStateFailed | EventType::ParallelStateFailed)
        );
        let Some(visit) = timeline.visit_of(at) else { continue };
        if shown.contains(&at) || is_shell || !timeline.passes_on(at) {
            continue;
        }
        if let Some((last, other)) = found.last_mut()
            && *last == visit
            && other.error == event.error
        {
            other.count += 1;
            continue;
        }
        let name = &timeline.visits[visit].name;
        let outcome = if redriven.contains(&at) {
            "the execution failed with it, and was redriven".to_owned()
        } else {
            outcome(timeline, visit)
        };
        let alike = |(earlier, other): &&mut (VisitId, Other)| {
            timeline.visits[*earlier].name == *name && other.error == event.error && other.outcome == outcome
        };
        if let Some((_, other)) = found.iter_mut().find(alike) {
            other.count += 1;
            continue;
        }
        found.push((
            visit,
            Other {
                event: event.id,
                path: Some(timeline.path(visit, machine)),
                error: event.error.clone(),
                cause: event.cause.clone(),
                count: 1,
                outcome,
            },
        ));
    }
    found.into_iter().map(|(_, other)| other).collect()
}

pub(super) fn is_redrive(event: &Recorded) -> bool {
    event.known() == Some(EventType::ExecutionRedriven)
}

/// The failures that the execution ended with before it was redriven.
fn before_redrives(timeline: &Timeline<'_>) -> BTreeSet<At> {
    let events = &timeline.recording.events;
    let end = |redrive: At| {
        (0..redrive).rev().find(|at| {
            matches!(events[*at].known(), Some(EventType::ExecutionFailed | EventType::ExecutionTimedOut))
        })
    };
    let redrives = (0..events.len()).filter(|at| is_redrive(&events[*at]));
    redrives.filter_map(end).map(|end| timeline.source(end).at).collect()
}

/// What became of a state that failed.
pub(super) fn outcome(timeline: &Timeline<'_>, visit: VisitId) -> String {
    let seen = &timeline.visits[visit];
    let caught = |visit: VisitId| {
        let next = timeline.after(visit).map(|next| timeline.name(next));
        next.map_or_else(|| "a catcher took it".to_owned(), |next| format!("a catcher took it, to `{next}`"))
    };
    if timeline.is_caught(visit) {
        return caught(visit);
    }
    let last = seen.last_attempt().and_then(|attempt| timeline.event(attempt.ended?).known());
    if last.is_some_and(is_call_success) {
        return "retried, then succeeded".to_owned();
    }
    if let Some(outer) = timeline.enclosing(visit).find(|outer| timeline.is_caught(*outer)) {
        return format!("passed on to `{}`, where {}", timeline.name(outer), caught(outer));
    }
    let is_open = seen.exited.is_none() && timeline.after(visit).is_none();
    if seen.last_attempt().is_some_and(|attempt| attempt.ended.is_none()) {
        return "being retried".to_owned();
    }
    if is_open && super::analyse::ends_at(timeline).is_none() {
        return "a retry is due".to_owned();
    }
    "nothing took it".to_owned()
}
