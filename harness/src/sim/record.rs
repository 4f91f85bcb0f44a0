//! Writing the history: events with their chain, and the limit on their number.

use std::sync::Arc;

use crate::asl::{Kind, StateId};
use crate::history::{
    Detail, Ending, Event, EventId, EventType, History, Outcome, StrandId, Unknown, VirtualTime,
};

use super::Case;
use super::engine::Engine;
use super::strand::at;

pub(super) fn empty_history(case: &Case, states: usize) -> History {
    let placeholder = Unknown { construct: String::new(), detail: String::new(), pointer: Arc::from("") };
    History {
        machine_type: case.machine_type,
        events: Vec::with_capacity(states * 4 + 4),
        child_events: Vec::new(),
        outcome: Outcome::Unknown(placeholder),
        duration: VirtualTime::ZERO,
        strands: Vec::new(),
        attempts: Vec::new(),
        failures: Vec::new(),
        decisions: Vec::new(),
        injected: Vec::new(),
        redrives: 0,
        not_redrivable: None,
        before: None,
        simulated: Vec::new(),
        objects: crate::mock::Objects::default(),
    }
}

impl Engine<'_> {
    /// Records an event of a strand's state; the next event of the strand follows it.
    pub(super) fn emit(&mut self, id: StrandId, kind: EventType, detail: Detail) -> EventId {
        let event = self.emit_aside(id, kind, detail);
        self.strands[at(id)].last = event;
        event
    }

    /// Records an event of a strand's state that the next event does not follow.
    pub(super) fn emit_aside(&mut self, id: StrandId, kind: EventType, detail: Detail) -> EventId {
        let strand = &self.strands[at(id)];
        let (previous, state, child) = (strand.last, strand.state, strand.child);
        let at = self.clock.now();
        let mut event =
            Event { id: EventId::default(), previous, at, strand: id, state: Some(state), kind, detail };
        let Some(child) = child else { return self.push(event) };
        self.children[child.0].events += 1;
        event.id = EventId::child(self.history.child_events.len());
        let id = event.id;
        self.history.child_events.push(event);
        id
    }

    /// Records an event of a strand that belongs to another state than the strand is in.
    pub(super) fn emit_of(
        &mut self,
        id: StrandId,
        state: StateId,
        kind: EventType,
        detail: Detail,
    ) -> EventId {
        let previous = self.strands[at(id)].last;
        let at = self.clock.now();
        self.push(Event {
            id: EventId::default(),
            previous,
            at,
            strand: id,
            state: Some(state),
            kind,
            detail,
        })
    }

    /// Turns an event that was just recorded into another one; its place in the chain stays.
    pub(super) fn instead_of(&mut self, id: EventId, kind: EventType, detail: Detail) -> EventId {
        let event = match id.child_index() {
            Some(index) => self.history.child_events.get_mut(index),
            None => self.history.events.get_mut(id.0.saturating_sub(1) as usize),
        };
        if let Some(event) = event {
            (event.kind, event.detail) = (kind, detail);
        }
        id
    }

    /// Records an event of the execution itself.
    pub(super) fn emit_plain(&mut self, id: StrandId, kind: EventType, detail: Detail) -> EventId {
        let previous = self.strands[at(id)].last;
        let at = self.clock.now();
        self.push(Event { id: EventId::default(), previous, at, strand: id, state: None, kind, detail })
    }

    fn push(&mut self, mut event: Event) -> EventId {
        let id = EventId(self.history.events.len() as u32 + 1);
        event.id = id;
        // Reported on AWS: ExecutionFailed itself is event 25,000. Express histories have no limit.
        let last =
            id.0 == self.limits().events_max && self.case.machine_type == crate::asl::MachineType::Standard;
        if last && !closes(event.kind) && !self.has_ended() {
            let error: Arc<str> = Arc::from(crate::error::ErrorName::RUNTIME);
            let cause: Arc<str> = Arc::from(too_many_events(self.limits().events_max));
            event.kind = EventType::ExecutionFailed;
            event.state = None;
            event.detail = Detail::Failure(Some(error.clone()), Some(cause.clone()));
            self.history.events.push(event);
            self.end(Outcome::Failed { error: Some(error), cause: Some(cause) });
            return id;
        }
        if !self.has_ended() {
            self.history.events.push(event);
        }
        id
    }

    /// Attempts that still wait when the execution ends are open.
    pub(super) fn close_attempts(&mut self) {
        let end = self.clock.now();
        for attempt in &mut self.history.attempts {
            if attempt.ended.is_none() && attempt.ending == Ending::Open {
                attempt.ended_at = end;
            }
        }
    }

    /// Ends a strand that a failing sibling takes with it.
    pub(super) fn abort_strand(&mut self, id: StrandId) {
        use super::strand::Phase;
        let state = self.state(id);
        let strand = &mut self.strands[at(id)];
        strand.ticket.0 += 1;
        match std::mem::replace(&mut strand.phase, Phase::Done) {
            Phase::Done | Phase::Entering => return,
            Phase::Containing(container) => self.abort_children(container),
            Phase::Attempting { attempt, .. } => {
                let now = self.clock.now();
                let attempt = &mut self.history.attempts[attempt];
                attempt.ending = Ending::Aborted;
                attempt.ended_at = now;
            }
            Phase::Pausing | Phase::BackingOff => {}
        }
        let kind = match &state.kind {
            Kind::Task(_) => EventType::TaskStateAborted,
            Kind::Wait(_) => EventType::WaitStateAborted,
            Kind::Parallel { .. } => EventType::ParallelStateAborted,
            Kind::Map(_) => EventType::MapStateAborted,
            Kind::Pass { .. } | Kind::Choice(_) | Kind::Succeed | Kind::Fail { .. } => return,
        };
        self.emit(id, kind, Detail::None);
    }
}

/// Reported on AWS.
pub(super) fn too_many_events(events_max: u32) -> String {
    format!("The execution reached the maximum number of history events ({events_max}).")
}

fn closes(kind: EventType) -> bool {
    matches!(
        kind,
        EventType::ExecutionFailed
            | EventType::ExecutionSucceeded
            | EventType::ExecutionTimedOut
            | EventType::ExecutionAborted
    )
}
