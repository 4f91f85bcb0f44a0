//! A thread of the execution: where it is, what it carries, what it waits for.

use std::sync::Arc;

use crate::asl::{ScopeId, StateId};
use crate::expr::Variables;
use crate::history::{EventId, StrandId, VirtualTime};
use crate::value::Value;

use super::clock::Ticket;
use super::container::ContainerId;
use super::distributed::ChildId;

/// A thread of the execution.
#[derive(Debug)]
pub(super) struct Strand {
    pub(super) scope: ScopeId,
    /// The Parallel or Map run that started it, and its place there.
    pub(super) parent: Option<(ContainerId, usize)>,
    /// Which item it works on, if it is an iteration.
    pub(super) item: Option<Item>,
    /// The state it is in.
    pub(super) state: StateId,
    /// It has not entered that state yet.
    pub(super) awaits_entry: bool,
    /// The last run of the Parallel or Map state that it is in.
    pub(super) container: Option<ContainerId>,
    /// The raw input of that state.
    pub(super) input: Value,
    /// The event of the last entry.
    pub(super) entered: EventId,
    /// The event that the last entry follows.
    pub(super) entered_after: EventId,
    pub(super) entered_at: VirtualTime,
    /// The event that the next one follows.
    pub(super) last: EventId,
    /// Retries of this visit, by retrier; ASL spec, "Retrier": counted apart, for one visit of the state.
    pub(super) retries: Vec<u32>,
    /// Attempts of this visit so far.
    pub(super) attempts: u32,
    /// Which visit of the state this is, from 1; counted for Task and Choice states.
    pub(super) visit: u32,
    pub(super) variables: Variables,
    pub(super) phase: Phase,
    pub(super) ticket: Ticket,
    /// The child execution of a distributed Map that it belongs to; its events stay out of the execution's history.
    pub(super) child: Option<ChildId>,
    /// What was told about the visit of its state, until it leaves.
    pub(super) told: Option<Box<super::Told>>,
}

/// The item of an iteration.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) index: u32,
    pub(super) value: Value,
    /// Its name, if the items are the pairs of an object.
    pub(super) key: Option<Arc<str>>,
    /// Where it comes from, in a distributed Map.
    pub(super) source: Option<Arc<str>>,
}

/// What a strand is doing.
#[derive(Debug)]
pub(super) enum Phase {
    /// About to enter its state.
    Entering,
    /// In a Wait state.
    Pausing,
    /// Waits for the end of an attempt.
    Attempting {
        /// Index in the history's attempts.
        attempt: usize,
        /// What ends it; none: nothing does.
        end: Option<super::task::AttemptEnd>,
    },
    /// Waits before a retry.
    BackingOff,
    /// Waits for the strands of its Parallel or Map state.
    Containing(ContainerId),
    /// Has ended.
    Done,
}

impl Strand {
    pub(super) fn new(scope: ScopeId, start: StateId, input: Value, last: EventId) -> Self {
        Self {
            scope,
            parent: None,
            item: None,
            state: start,
            awaits_entry: true,
            container: None,
            input,
            entered: EventId::default(),
            entered_after: EventId::default(),
            entered_at: VirtualTime::ZERO,
            last,
            retries: Vec::new(),
            attempts: 0,
            visit: 0,
            variables: Variables::default(),
            phase: Phase::Entering,
            ticket: Ticket::default(),
            child: None,
            told: None,
        }
    }

    /// It has ended well and never runs again: what it carried is let go, so that a Map of many items holds only
    /// those of its running strands.
    pub(super) fn release(&mut self) {
        self.item = None;
        self.input = Value::Null;
        self.variables = Variables::default();
        self.retries = Vec::new();
    }

    /// All retries of this visit, what `$$.State.RetryCount` shows.
    pub(super) fn retry_count(&self) -> u32 {
        self.retries.iter().sum()
    }
}

/// What a strand does next.
#[derive(Debug)]
pub(super) enum Step {
    /// It enters this state with this input.
    Goto(StateId, Value),
    /// Its scope ends with this output.
    Finish(Value),
    /// It waits for a timer or for other strands.
    Block,
    /// The execution has ended.
    End,
}

/// Index helper: the history keeps strands in the same order.
pub(super) fn at(id: StrandId) -> usize {
    id.0 as usize
}
