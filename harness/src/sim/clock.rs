//! The virtual clock: timers in order of time, and of their making when the times are equal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::history::{StrandId, VirtualTime};

/// What happens when a timer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alarm {
    /// The execution has run too long.
    Deadline,
    /// Somebody stops the execution.
    Stop,
    /// A strand goes on, if it still waits for this ticket.
    Strand(StrandId, Ticket),
}

/// Which of a strand's waits a timer belongs to; a strand that was aborted or moved on has another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(pub(super) u32);

/// Pending timers and the time.
#[derive(Debug, Default)]
pub(super) struct Clock {
    now: VirtualTime,
    made: u64,
    timers: BinaryHeap<Reverse<(VirtualTime, u64, Alarm)>>,
}

impl Clock {
    pub(super) fn now(&self) -> VirtualTime {
        self.now
    }

    pub(super) fn set(&mut self, after_ms: u64, alarm: Alarm) {
        self.made += 1;
        self.timers.push(Reverse((self.now.after_ms(after_ms), self.made, alarm)));
    }

    /// Forgets every timer; time goes on by so much.
    pub(super) fn restart(&mut self, after_ms: u64) {
        self.timers.clear();
        self.now = self.now.after_ms(after_ms);
    }

    /// Advances to the next timer and gives what it rings for.
    pub(super) fn next(&mut self) -> Option<Alarm> {
        let Reverse((at, _, alarm)) = self.timers.pop()?;
        self.now = at;
        Some(alarm)
    }
}
