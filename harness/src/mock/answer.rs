//! The question that the simulator asks, and the answer it takes.

use std::sync::Arc;

use super::Objects;
use crate::asl::State;
use crate::history::{Site, VirtualTime};
use crate::value::Value;

/// One attempt of a task, as the service sees it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The Task state.
    pub state: &'a State,
    /// Which entry of it, in which iteration.
    pub site: &'a Site,
    /// When it is made.
    pub at: VirtualTime,
    /// Which attempt of this entry, from 1.
    pub attempt: u32,
    /// How many calls of the state (by name, over all iterations) were answered before, from 0; those that a fault
    /// took over are not counted.
    pub invocation: u32,
    /// The request.
    pub parameters: &'a Value,
}

/// What the service does.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Virtual milliseconds until the reply.
    pub after_ms: u64,
    /// Whether heartbeats are sent in time until then.
    pub heartbeats: bool,
    /// The reply.
    pub reply: Reply,
    /// What the call that submits the work answers (`.sync`, `.waitForTaskToken`); without one, the API's usual
    /// answer.
    pub submitted: Option<Value>,
    /// Name of the worker that takes an activity; without one, the history shows none.
    pub worker: Option<Arc<str>>,
    /// Which step fails, if the reply is a failure.
    pub step: FailingStep,
}

/// Which step of an attempt fails; it decides on the type of the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailingStep {
    /// It cannot be scheduled: `…ScheduleFailed`.
    Schedule,
    /// It cannot be started: `…StartFailed`.
    Start,
    /// The request is refused, so that no work is submitted: `TaskSubmitFailed`, where the task would have waited.
    Submit,
    /// The work itself, or the call where that is all there is: `…Failed`.
    #[default]
    Work,
}

/// The reply of a service.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The result, as the state sees it before `ResultSelector`.
    Return(Value),
    /// A failure.
    Throw {
        /// Error name; a worker may give none.
        error: Option<Arc<str>>,
        /// Cause; a worker may give none.
        cause: Option<Arc<str>>,
    },
    /// None, ever.
    Silence,
    /// Nothing is known about this call; the run is inconclusive. The text says what to do.
    Unmocked(String),
}

impl Answer {
    /// An immediate result.
    pub fn of(value: Value) -> Self {
        Self::with(Reply::Return(value))
    }

    /// An immediate reply, whatever it is.
    pub fn with(reply: Reply) -> Self {
        Self { after_ms: 0, heartbeats: true, reply, submitted: None, worker: None, step: FailingStep::Work }
    }
}

impl Reply {
    /// A failure with error name and cause.
    pub fn throw(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Self {
        Self::Throw { error: Some(error.into()), cause: Some(cause.into()) }
    }
}

/// Whatever answers the calls of one execution.
pub trait Responder {
    /// The answer to a call. Called once for each attempt, in order of virtual time.
    fn answer(&mut self, call: Call<'_>) -> Answer;

    /// The objects of S3 from which a Map state's `ItemReader` reads. Without any, and for buckets of which none
    /// is known, its items are the answer to a call of the Map state.
    fn objects(&self, _reader: &State) -> Option<Objects> {
        None
    }
}

impl<F: FnMut(Call<'_>) -> Answer> Responder for F {
    fn answer(&mut self, call: Call<'_>) -> Answer {
        self(call)
    }
}
