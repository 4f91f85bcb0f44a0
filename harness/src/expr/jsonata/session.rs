//! What evaluations of one execution share.

use std::cell::Cell;

/// What evaluations of one execution share; made once an execution.
#[derive(Debug, Default)]
pub struct Session {
    now_ms: Cell<i64>,
}

impl Session {
    /// Sets what `$now()` and `$millis()` give: milliseconds since 1970, in virtual time.
    pub fn set_now_ms(&self, now_ms: i64) {
        self.now_ms.set(now_ms);
    }

    /// Milliseconds since 1970, in virtual time.
    pub fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }
}
