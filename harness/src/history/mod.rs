//! What happened in one execution: the events as AWS records them, and a ledger that says which failure met which
//! handler. It is the only thing that oracles see of a run.

mod event;
pub mod import;
mod ledger;
pub mod redacted;
mod simulated;
mod query;
pub mod wire;

use std::sync::Arc;

pub(crate) use event::rfc3339;
pub use event::{Assigned, Detail, Event, EventId, EventType, Scheduled, VirtualTime};
pub use ledger::{
    Attempt, Decision, Ending, FailureRecord, Handling, Injected, Iteration, Site, Strand, StrandId,
};
pub use query::{Caught, Course, Entry, Payload, PayloadRole, Retry, Stay, Visits};
pub use simulated::Simulated;

use crate::asl::MachineType;
use crate::mock::{Met, Objects};
use crate::sim::NotRedrivable;
use crate::value::Value;

/// One execution, from start to end.
#[derive(Clone, Debug)]
pub struct History {
    /// Standard or Express.
    pub machine_type: MachineType,
    /// In order; ids count from 1.
    pub events: Vec<Event>,
    /// Events of the child executions of distributed Maps, which AWS keeps in histories of their own; their ids
    /// are [`EventId::child`].
    pub child_events: Vec<Event>,
    /// How it ended.
    pub outcome: Outcome,
    /// Virtual time from the start to the end.
    pub duration: VirtualTime,
    /// The threads that ran, the top level first.
    pub strands: Vec<Strand>,
    /// Every attempt of every task, in the order they were scheduled.
    pub attempts: Vec<Attempt>,
    /// Every failure and what became of it, in order.
    pub failures: Vec<FailureRecord>,
    /// Every decision of a Choice state, in order.
    pub decisions: Vec<Decision>,
    /// The faults of the plan that were injected, in order.
    pub injected: Vec<Injected>,
    /// How often it was redriven.
    pub redrives: u32,
    /// Why it was not redriven though the case asks for it.
    pub not_redrivable: Option<NotRedrivable>,
    /// What ResultWriters wrote to S3.
    pub objects: Objects,
    /// The execution with the same input that came before this one.
    pub before: Option<Arc<Before>>,
    /// What no answer of TestState stands behind, where the rest is put together from such answers; empty where all of it
    /// is simulated.
    pub simulated: Vec<Simulated>,
}

/// An execution, and what the next one with the same input met of it.
#[derive(Clone, Debug)]
pub struct Before {
    /// What happened in it.
    pub history: History,
    /// Virtual milliseconds from its start to that of the next one.
    pub starts_after_ms: u64,
    /// What the calls of the next one met that it had left behind, in order.
    pub met: Vec<Met>,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// `SUCCEEDED`
    Succeeded {
        /// The output.
        output: Value,
    },
    /// `FAILED`
    Failed {
        /// Absent where a Fail state names none.
        error: Option<Arc<str>>,
        /// Absent where a Fail state names none.
        cause: Option<Arc<str>>,
    },
    /// `TIMED_OUT`: its own `TimeoutSeconds`, or the longest that AWS lets it run.
    TimedOut {
        /// Which of the two.
        by: ExecutionTimer,
    },
    /// `ABORTED`: stopped from outside.
    Aborted {
        /// As the caller gave it.
        error: Option<Arc<str>>,
        /// As the caller gave it.
        cause: Option<Arc<str>>,
    },
    /// The simulator could not go on; nothing is known about what AWS would do.
    Unknown(Unknown),
}

/// Which clock ended an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionTimer {
    /// `TimeoutSeconds` of the definition.
    Declared,
    /// A year for Standard, five minutes for Express.
    Longest,
}

/// Why the simulator stopped without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What is not modelled, or which budget ended: `JSONata expression`, `step budget`.
    pub construct: String,
    /// More about it, for people.
    pub detail: String,
    /// Where it is in the definition, as a JSON pointer.
    pub pointer: Arc<str>,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}: {}", self.construct, self.pointer, self.detail)
    }
}

impl Outcome {
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `UNKNOWN`.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Succeeded { .. } => "SUCCEEDED",
            Self::Failed { .. } => "FAILED",
            Self::TimedOut { .. } => "TIMED_OUT",
            Self::Aborted { .. } => "ABORTED",
            Self::Unknown(_) => "UNKNOWN",
        }
    }

    /// Whether it is `SUCCEEDED`.
    pub fn succeeded(&self) -> bool {
        matches!(self, Self::Succeeded { .. })
    }
}

impl History {
    /// The event with this id.
    pub fn event(&self, id: EventId) -> Option<&Event> {
        match id.child_index() {
            Some(index) => self.child_events.get(index),
            None => self.events.get(id.0.checked_sub(1)? as usize),
        }
    }

    /// The site of an attempt: its state, iteration and visit.
    pub fn site(&self, attempt: &Attempt) -> Site {
        Site { state: attempt.state, iteration: self.iteration(attempt.strand), visit: attempt.visit }
    }

    /// Which item of every enclosing Map a strand works on, outermost first.
    pub fn iteration(&self, strand: StrandId) -> Iteration {
        let mut indexes = Vec::new();
        let mut at = Some(strand);
        while let Some(id) = at {
            let strand = &self.strands[id.0 as usize];
            indexes.extend(strand.item);
            at = strand.parent;
        }
        indexes.reverse();
        Iteration(indexes)
    }
}
