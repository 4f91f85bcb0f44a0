//! What a fault does to one attempt of a task.

use std::sync::Arc;

use crate::asl::Task;

use super::Class;

/// What becomes of an attempt instead of its normal answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Injection {
    /// It fails with this error after so long.
    Fail {
        /// Error name as Step Functions reports it.
        error: Arc<str>,
        /// Cause in the recorded form.
        cause: Arc<str>,
        /// Virtual milliseconds until the failure.
        after_ms: u64,
        /// Whether the service did the work before the failure.
        applied: bool,
    },
    /// It never answers; only a timer of the task or the execution ends it.
    Silence {
        /// Whether the service did the work (or the message was sent) all the same.
        applied: bool,
        /// Whether heartbeats go on.
        heartbeats: bool,
    },
    /// It answers normally, but only after its timers have fired.
    Late,
    /// It answers normally, twice; the second answer finds the token used.
    Twice,
    /// It answers with a result too large to pass on.
    Oversized,
    /// It answers normally, but this member of the result has this value.
    Member {
        /// Fields from the root of the result; list items are `0`.
        path: Vec<Arc<str>>,
        /// The value.
        value: Arc<str>,
    },
}

/// What a fault of this class does to an attempt of this task.
pub fn injection(class: &Class, task: &Task) -> Injection {
    let _ = (class, task);
    Injection::Silence { applied: false, heartbeats: false }
}
