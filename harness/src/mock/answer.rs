//! The question that the simulator asks, and the answer it takes.

use std::sync::Arc;

use crate::asl::State;
use crate::history::Site;
use crate::value::Value;

/// One attempt of a task, as the service sees it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The Task state.
    pub state: &'a State,
    /// Which entry of it, in which iteration.
    pub site: &'a Site,
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
}

/// The reply of a service.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The result, as the state sees it before `ResultSelector`.
    Return(Value),
    /// A failure.
    Throw {
        /// Error name.
        error: Arc<str>,
        /// Cause.
        cause: Arc<str>,
    },
    /// None, ever.
    Silence,
    /// Nothing is known about this call; the run is inconclusive. The text says what to do.
    Unmocked(String),
}

impl Answer {
    /// An immediate result.
    pub fn of(value: Value) -> Self {
        Self { after_ms: 0, heartbeats: true, reply: Reply::Return(value) }
    }
}

/// Whatever answers the calls of one execution.
pub trait Responder {
    /// The answer to a call. Called once for each attempt, in order of virtual time.
    fn answer(&mut self, call: Call<'_>) -> Answer;
}

impl<F: FnMut(Call<'_>) -> Answer> Responder for F {
    fn answer(&mut self, call: Call<'_>) -> Answer {
        self(call)
    }
}
