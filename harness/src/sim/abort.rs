//! `StopExecution`: somebody ends the execution from outside.

use std::sync::Arc;

use crate::history::{Detail, EventId, EventType, Outcome, StrandId};

use super::engine::Engine;
use super::strand::at;

/// A call of `StopExecution`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stop {
    /// Virtual milliseconds from the start of the execution to the call.
    pub after_ms: u64,
    /// As the caller gives it.
    pub error: Option<Arc<str>>,
    /// As the caller gives it.
    pub cause: Option<Arc<str>>,
}

impl Engine<'_> {
    /// The execution is stopped: no handler sees it, and no state has an event for it.
    pub(super) fn stop(&mut self) {
        let stop = self.case.stop.clone().unwrap_or_default();
        let (error, cause) = (stop.error, stop.cause);
        let top = StrandId(0);
        // Like ExecutionTimedOut, the other end that comes from no state, it follows event 0.
        self.strands[at(top)].last = EventId::default();
        self.emit_plain(top, EventType::ExecutionAborted, Detail::Failure(error.clone(), cause.clone()));
        self.end(Outcome::Aborted { error, cause });
    }
}
