//! Redrive: an execution that ended without success goes on from what did not succeed.
//!
//! Docs, "Redriving executions": states that succeeded keep their results; the unsuccessful ones run again, with
//! their counters of retries and their timers reset, under the same ARN and definition.

use std::fmt;

use crate::asl::{Kind, MachineType, State};
use crate::history::{Detail, Ending, EventId, EventType, ExecutionTimer, Outcome, StrandId};

use super::clock::Alarm;
use super::container::ContainerId;
use super::context::ContextParts;
use super::engine::{Engine, STANDARD_LONGEST_MS};
use super::strand::{Phase, Step, at};

/// Docs, "Redrive eligibility": within 14 days of the end.
const REDRIVABLE_MS: u64 = 14 * 24 * 3_600_000;
/// Docs, "Redrive eligibility": fewer events than this.
const REDRIVABLE_EVENTS: usize = 24_999;

/// Why `RedriveExecution` is refused (`ExecutionNotRedrivable`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRedrivable {
    /// The execution is one of an Express workflow.
    Express,
    /// It ended more than 14 days ago.
    TooLate,
    /// It has been open for a year.
    TooOld,
    /// Its history is too long.
    HistoryFull,
}

impl fmt::Display for NotRedrivable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Express => "executions of Express workflows cannot be redriven",
            Self::TooLate => "an execution can be redriven within 14 days of its end",
            Self::TooOld => "an execution may not be open for more than a year",
            Self::HistoryFull => "an execution with 24,999 events or more cannot be redriven",
        })
    }
}

impl Engine<'_> {
    /// Redrives the execution so long after its end; whether it goes on.
    pub(super) fn redrive(&mut self, after_ms: u64) -> bool {
        if matches!(self.history.outcome, Outcome::Succeeded { .. } | Outcome::Unknown(_)) {
            return false;
        }
        if let Some(refusal) = self.not_redrivable(after_ms) {
            self.history.not_redrivable = Some(refusal);
            return false;
        }
        self.reopen(after_ms);
        let top = StrandId(0);
        let count = self.history.redrives;
        // Unrecorded so far: here it follows the end, and what runs again follows it.
        self.strands[at(top)].last = EventId(self.history.events.len() as u32);
        let event = self.emit_plain(top, EventType::ExecutionRedriven, Detail::Redriven(count));
        self.rerun(top, event);
        true
    }

    fn not_redrivable(&self, after_ms: u64) -> Option<NotRedrivable> {
        if self.case.machine_type == MachineType::Express {
            Some(NotRedrivable::Express)
        } else if after_ms > REDRIVABLE_MS {
            Some(NotRedrivable::TooLate)
        } else if self.clock.now().after_ms(after_ms).0 >= STANDARD_LONGEST_MS {
            Some(NotRedrivable::TooOld)
        } else if self.history.events.len() >= REDRIVABLE_EVENTS {
            Some(NotRedrivable::HistoryFull)
        } else {
            None
        }
    }

    /// Time goes on; what was in flight when the execution ended is lost.
    fn reopen(&mut self, after_ms: u64) {
        for attempt in &mut self.history.attempts {
            if attempt.ending == Ending::Open {
                attempt.ending = Ending::Aborted;
            }
        }
        self.ended = false;
        self.history.redrives += 1;
        self.ready.clear();
        self.clock.restart(after_ms);
        self.tell_time();
        let now = self.clock.now();
        // Docs: the execution's own timer starts anew, the year does not.
        let (timer, longest_ms) = self.longest_ms();
        let left_ms = match timer {
            ExecutionTimer::Declared => longest_ms.min(STANDARD_LONGEST_MS - now.0),
            ExecutionTimer::Longest => STANDARD_LONGEST_MS - now.0,
        };
        self.clock.set(left_ms, Alarm::Deadline);
        self.context = ContextParts::redriven(self.machine, self.case, self.history.redrives, now);
    }

    /// A strand goes on where it did not succeed; its next event follows `redriven`.
    fn rerun(&mut self, id: StrandId, redriven: EventId) {
        let strand = &mut self.strands[at(id)];
        strand.ticket.0 += 1;
        strand.retries.clear();
        strand.last = redriven;
        strand.phase = Phase::Entering;
        if strand.awaits_entry {
            self.ready.push_back(id);
            return;
        }
        let state = self.state(id);
        match self.strands[at(id)].container {
            Some(container) if !self.containers[container.0].outputs.is_empty() => {
                self.rerun_container(id, state, container, redriven);
            }
            // Docs: after States.DataLimitExceeded of its own result, all of a Parallel or Map runs again.
            _ => {
                let step = self.work_again(id, state);
                self.resume(id, step);
            }
        }
    }

    /// Docs: only those branches and iterations run again that failed or were aborted.
    fn rerun_container(&mut self, id: StrandId, state: &State, container: ContainerId, redriven: EventId) {
        if self.containers[container.0].run.is_some() {
            let detail = "what AWS records for its child executions is not modelled".to_owned();
            return self.give_up("redrive of a distributed Map", detail, &state.pointer);
        }
        self.strands[at(id)].phase = Phase::Containing(container);
        let outputs = &self.containers[container.0].outputs;
        let unsuccessful: Vec<StrandId> = (0..self.strands.len() as u32)
            .map(StrandId)
            .filter(|child| {
                let parent = self.strands[at(*child)].parent;
                parent.is_some_and(|(of, slot)| of == container && outputs[slot].is_none())
            })
            .collect();
        self.containers[container.0].active.extend(&unsuccessful);
        for child in unsuccessful {
            if !self.has_ended() {
                self.rerun(child, redriven);
            }
        }
    }

    /// The work of a state without another entry.
    fn work_again(&mut self, id: StrandId, state: &State) -> Step {
        if !matches!(state.kind, Kind::Fail { .. }) && !self.consult_alone(id, state) {
            return Step::End;
        }
        match &state.kind {
            Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_) => self.retry(id, state),
            Kind::Pass { result } => self.pass(id, state, result.as_ref()),
            Kind::Choice(choice) => self.choose(id, state, choice),
            Kind::Wait(wait) => self.pause(id, state, wait),
            Kind::Succeed => self.succeed(id, state),
            // Docs: a Fail state is entered again, and fails again.
            Kind::Fail { .. } => Step::Goto(state.id, self.strands[at(id)].input.clone()),
        }
    }
}
