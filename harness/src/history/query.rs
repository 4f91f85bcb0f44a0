//! Questions that tests and features ask of a history: which states were entered, how often a task was tried, how long
//! the waits before retries were, which catcher took what, which work was done twice.
//!
//! Every answer is about this execution alone; [`History::executions`] gives those with the same input that came before
//! it. Items of distributed Maps count as if they were of the execution itself, which AWS keeps in child executions.

mod visits;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use visits::{Course, Stay, Visits};

use super::{
    Attempt, Detail, Ending, Event, EventId, EventType, FailureRecord, Handling, History, Iteration, Outcome,
    Site, VirtualTime,
};
use crate::asl::StateId;
use crate::value::Value;

/// One entry of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The state.
    pub state: StateId,
    /// In which items.
    pub iteration: Iteration,
    /// Which entry of the state in this iteration, from 1; a retry of the state itself is none.
    pub visit: u32,
    /// When.
    pub at: VirtualTime,
    /// The `…StateEntered` event.
    pub event: EventId,
}

/// One failure that a retrier took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The state that is retried: a task, a Parallel or a Map.
    pub state: StateId,
    /// In which items.
    pub iteration: Iteration,
    /// When it failed.
    pub at: VirtualTime,
    /// The error that the retrier matched.
    pub error: Arc<str>,
    /// Index in `Retry`.
    pub retrier: usize,
    /// Which retry of this retrier, from 1.
    pub number: u32,
    /// Virtual milliseconds until the next attempt, jitter included.
    pub delay_ms: u64,
}

/// One failure that a catcher took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The state that failed.
    pub state: StateId,
    /// In which items.
    pub iteration: Iteration,
    /// When it failed.
    pub at: VirtualTime,
    /// The error that the catcher matched.
    pub error: Arc<str>,
    /// The cause.
    pub cause: Option<Arc<str>>,
    /// Index in `Catch`.
    pub catcher: usize,
}

/// One value that AWS holds against its limit on payloads.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload<'h> {
    /// The state; none for the input and the output of the execution.
    pub state: Option<StateId>,
    /// In which items.
    pub iteration: Iteration,
    /// Which entry of the state in this iteration, from 1; 0 for the execution.
    pub visit: u32,
    /// When.
    pub at: VirtualTime,
    /// What it is of the state.
    pub role: PayloadRole,
    /// The value; [`Value::json_len`] is its size.
    pub value: &'h Value,
}

/// What a payload is of its state, or of the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PayloadRole {
    /// What it gets.
    Input,
    /// What a task sends.
    Request,
    /// What a task is answered, before the state makes its output of it.
    Result,
    /// What it passes on.
    Output,
}

impl PayloadRole {
    /// The word for it: `input`, `request`, `result`, `output`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Request => "request",
            Self::Result => "result",
            Self::Output => "output",
        }
    }
}

impl Outcome {
    /// The output of an execution that succeeded.
    pub fn output(&self) -> Option<&Value> {
        match self {
            Self::Succeeded { output } => Some(output),
            Self::Failed { .. } | Self::TimedOut { .. } | Self::Aborted { .. } | Self::Unknown(_) => None,
        }
    }

    /// The error of an execution that failed or was stopped, where it has one.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Failed { error, .. } | Self::Aborted { error, .. } => error.as_deref(),
            Self::Succeeded { .. } | Self::TimedOut { .. } | Self::Unknown(_) => None,
        }
    }

    /// The cause of an execution that failed or was stopped, where it has one.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Failed { cause, .. } | Self::Aborted { cause, .. } => cause.as_deref(),
            Self::Succeeded { .. } | Self::TimedOut { .. } | Self::Unknown(_) => None,
        }
    }
}

impl History {
    /// This execution and those with the same input before it, the first one first.
    pub fn executions(&self) -> Vec<&History> {
        let mut executions = vec![self];
        while let Some(before) = executions.last().and_then(|history| history.before.as_deref()) {
            executions.push(&before.history);
        }
        executions.reverse();
        executions
    }

    /// Every entry of every state, in the order in which they happened.
    pub fn entries(&self) -> Vec<Entry> {
        let mut visits: BTreeMap<(StateId, Iteration), u32> = BTreeMap::new();
        let entered = self.in_order().into_iter().filter(|event| event.kind.name().ends_with("StateEntered"));
        entered
            .filter_map(|event| {
                let (state, iteration) = (event.state?, self.iteration(event.strand));
                let visit = visits.entry((state, iteration.clone())).or_default();
                *visit += 1;
                Some(Entry { state, iteration, visit: *visit, at: event.at, event: event.id })
            })
            .collect()
    }

    /// Every entry of one state, in the order in which they happened.
    pub fn entries_of(&self, state: StateId) -> Vec<Entry> {
        self.entries().into_iter().filter(|entry| entry.state == state).collect()
    }

    /// Whether a state was entered at all.
    pub fn enters(&self, state: StateId) -> bool {
        !self.entries_of(state).is_empty()
    }

    /// Whether one state was entered after the first entry of another one.
    pub fn enters_after(&self, state: StateId, earlier: StateId) -> bool {
        let entries = self.entries();
        let mut rest = entries.iter().skip_while(|entry| entry.state != earlier).skip(1);
        rest.any(|entry| entry.state == state)
    }

    /// The attempts of a task over all items and visits, in the order in which they were scheduled.
    pub fn attempts_of(&self, state: StateId) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(move |attempt| attempt.state == state)
    }

    /// The attempts of one visit of a task.
    pub fn attempts_at(&self, site: &Site) -> impl Iterator<Item = &Attempt> {
        self.attempts_of(site.state).filter(move |attempt| self.site(attempt) == *site)
    }

    /// The attempts that still wait for their answer at the end.
    pub fn open_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| attempt.ending == Ending::Open)
    }

    /// Every failure of a state that a retrier took, in order.
    pub fn retries_of(&self, state: StateId) -> Vec<Retry> {
        self.failures_of(state).filter_map(|record| self.retry(record)).collect()
    }

    /// Every failure of a state that a catcher took, in order.
    pub fn caught_by(&self, state: StateId) -> Vec<Caught> {
        self.failures_of(state).filter_map(|record| self.catch(record)).collect()
    }

    /// Every failure of a state, in order; those inside of it that reached it count, those that did not do not.
    pub fn failures_of(&self, state: StateId) -> impl Iterator<Item = &FailureRecord> {
        self.failures.iter().filter(move |record| record.state == state)
    }

    /// How often the work of each task was done in each item, whatever the task was told. Tasks whose work was never
    /// done are not in it.
    pub fn applied(&self) -> BTreeMap<(StateId, Iteration), u32> {
        let mut applied = BTreeMap::new();
        for attempt in self.attempts.iter().filter(|attempt| attempt.applied) {
            *applied.entry((attempt.state, self.iteration(attempt.strand))).or_default() += 1;
        }
        applied
    }

    /// Every value that AWS holds against its limit on payloads, in the order in which they appeared.
    pub fn payloads(&self) -> impl Iterator<Item = Payload<'_>> {
        let mut visits: BTreeMap<(StateId, Iteration), u32> = BTreeMap::new();
        self.in_order().into_iter().filter_map(move |event| {
            let iteration = self.iteration(event.strand);
            let visit = event.state.map_or(0, |state| {
                let visit = visits.entry((state, iteration.clone())).or_default();
                *visit += u32::from(event.kind.name().ends_with("StateEntered"));
                *visit
            });
            let (role, value) = payload(event)?;
            Some(Payload { state: event.state, iteration, visit, at: event.at, role, value })
        })
    }

    /// The largest payload, and of equal ones the first; none if nothing was started.
    pub fn largest_payload(&self) -> Option<Payload<'_>> {
        self.payloads().reduce(
            |largest, next| {
                if next.value.json_len() > largest.value.json_len() { next } else { largest }
            },
        )
    }

    /// All events in the order in which they happened, those of child executions where they belong.
    fn in_order(&self) -> Vec<&Event> {
        let mut children = self.child_events.iter().peekable();
        let mut ordered = Vec::with_capacity(self.events.len() + self.child_events.len());
        for event in &self.events {
            // What happens in a Map Run at the very moment of its end happens before it.
            let ends_run = event.kind.name().starts_with("MapRun") && event.kind != EventType::MapRunStarted;
            let is_before = |child: &&Event| child.at < event.at || (ends_run && child.at == event.at);
            while let Some(child) = children.next_if(is_before) {
                ordered.push(child);
            }
            ordered.push(event);
        }
        ordered.extend(children);
        ordered
    }

    fn retry(&self, record: &FailureRecord) -> Option<Retry> {
        let Handling::Retried { retrier, retry, delay_ms } = record.handling else { return None };
        let FailureRecord { state, strand, at, .. } = *record;
        let (iteration, error) = (self.iteration(strand), record.error.clone());
        Some(Retry { state, iteration, at, error, retrier, number: retry, delay_ms })
    }

    fn catch(&self, record: &FailureRecord) -> Option<Caught> {
        let Handling::Caught { catcher, .. } = record.handling else { return None };
        let FailureRecord { state, strand, at, .. } = *record;
        let (iteration, error) = (self.iteration(strand), record.error.clone());
        Some(Caught { state, iteration, at, error, cause: record.cause.clone(), catcher })
    }
}

/// The payload that an event carries.
fn payload(event: &Event) -> Option<(PayloadRole, &Value)> {
    match &event.detail {
        Detail::Input(value) => Some((PayloadRole::Input, value)),
        Detail::Scheduled(scheduled) => Some((PayloadRole::Request, &scheduled.parameters)),
        Detail::Output(value, _) => {
            let name = event.kind.name();
            let is_output = name.starts_with("Execution") || name.ends_with("StateExited");
            Some((if is_output { PayloadRole::Output } else { PayloadRole::Result }, value))
        }
        Detail::None
        | Detail::Failure(..)
        | Detail::Evaluation { .. }
        | Detail::Worker(_)
        | Detail::Length(_)
        | Detail::Iteration(..)
        | Detail::MapRun(_)
        | Detail::Redriven(_) => None,
    }
}

#[cfg(test)]
mod tests;
