//! What the events mean: attempts, failures and the handlers they met.

use std::fmt;
use std::sync::Arc;

use super::{EventId, VirtualTime};
use crate::asl::{ScopeId, StateId};
use crate::error::Origin;
use crate::fault::Class;
use crate::value::Value;

/// A thread of an execution, by its position in [`super::History::strands`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrandId(pub u32);

/// A thread: the top level, a branch, or one item of a Map.
#[derive(Clone, Debug)]
pub struct Strand {
    /// The scope it runs.
    pub scope: ScopeId,
    /// The thread whose Parallel or Map state started it.
    pub parent: Option<StrandId>,
    /// Which item of the Map; none for branches and the top level.
    pub item: Option<u32>,
}

/// Which item of every enclosing Map, outermost first; empty outside of Maps.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iteration(pub Vec<u32>);

/// A place where a fault can be injected: one entry of a state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The Task state.
    pub state: StateId,
    /// In which items.
    pub iteration: Iteration,
    /// Which entry of the state in this iteration, from 1; loops enter a state again.
    pub visit: u32,
}

/// One attempt of a task.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The Task state.
    pub state: StateId,
    /// The thread.
    pub strand: StrandId,
    /// Which entry of the state in this iteration, from 1.
    pub visit: u32,
    /// Which attempt of the visit, from 1.
    pub number: u32,
    /// `…Scheduled`
    pub scheduled: EventId,
    /// When it was scheduled.
    pub at: VirtualTime,
    /// The request.
    pub parameters: Value,
    /// What came of it.
    pub ending: Ending,
    /// `…Succeeded`, `…Failed`, `…TimedOut`; none while it is open.
    pub ended: Option<EventId>,
    /// When it ended; the end of the execution while it is open.
    pub ended_at: VirtualTime,
    /// Whether the service did the work, whatever it answered.
    pub applied: bool,
    /// Index into [`super::History::injected`], if a fault was injected here.
    pub injected: Option<usize>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// It answered with a result.
    Succeeded(Value),
    /// It answered with an error, or did not answer in time.
    Failed {
        /// The error name in the history.
        error: Arc<str>,
        /// The cause.
        cause: Option<Arc<str>>,
        /// Whether a heartbeat was missed.
        origin: Origin,
    },
    /// It was cut off: a sibling failed, or the execution ended.
    Aborted,
    /// It still waited when the execution ended.
    Open,
}

/// One failure and what became of it.
#[derive(Clone, Debug)]
pub struct FailureRecord {
    /// The event that shows it.
    pub event: EventId,
    /// The state that failed: a task, or a Parallel or Map that an inner failure reached, or any state whose
    /// evaluation failed.
    pub state: StateId,
    /// The thread of that state.
    pub strand: StrandId,
    /// When.
    pub at: VirtualTime,
    /// The error name.
    pub error: Arc<str>,
    /// The cause.
    pub cause: Option<Arc<str>>,
    /// How it came about.
    pub origin: Origin,
    /// The attempt that failed, as an index into [`super::History::attempts`]; none for other states.
    pub attempt: Option<usize>,
    /// The failure inside that this one passes on, as an index into [`super::History::failures`].
    pub echo_of: Option<usize>,
    /// What became of it.
    pub handling: Handling,
}

/// What became of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// A retrier took it.
    Retried {
        /// Index in `Retry`.
        retrier: usize,
        /// Which retry of this retrier it led to, from 1.
        retry: u32,
        /// The delay before it, jitter included.
        delay_ms: u64,
    },
    /// A catcher took it.
    Caught {
        /// Index in `Catch`.
        catcher: usize,
        /// The retrier that was spent before, if one matched.
        spent: Option<usize>,
    },
    /// No handler of the state took it: it went up to the enclosing state, or ended the execution.
    Uncaught {
        /// The retrier that was spent before, if one matched.
        spent: Option<usize>,
    },
    /// A distributed Map tolerated it.
    Tolerated,
}

/// One decision of a Choice state.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The Choice state.
    pub state: StateId,
    /// The thread.
    pub strand: StrandId,
    /// Which entry of the state in this iteration, from 1.
    pub visit: u32,
    /// The rule that held; none: `Default` was taken.
    pub rule: Option<usize>,
}

/// A fault of the plan that was injected.
#[derive(Clone, Debug)]
pub struct Injected {
    /// Index in the plan.
    pub fault: usize,
    /// What it was.
    pub class: Class,
    /// The attempt, as an index into [`super::History::attempts`].
    pub attempt: usize,
}

impl fmt::Display for Iteration {
    /// `[3]`, `[3][0]`; nothing outside of Maps.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|index| write!(f, "[{index}]"))
    }
}
