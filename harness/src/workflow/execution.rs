//! One execution as a test asks about it, by the names of its states.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::loaded::state;
use crate::asl::{Machine, StateId};
use crate::diagnose::tell;
use crate::history::{Caught, History, Outcome, Unknown};
use crate::report;
use crate::sim::Case;
use crate::value::Value;

/// An execution that has run. Shown with `{}` or `{:?}` it is the timeline that `sfn-chaos run` prints.
///
/// Questions about a state take its name, or its path where the name is not unique (`ShipAll/Ship`).
///
/// # Panics
///
/// Where there is no such state: the message names the nearest one.
#[derive(Clone)]
pub struct Execution {
    /// All that happened, for questions that are not asked here.
    pub history: History,
    machine: Arc<Machine>,
    source: String,
    case: Case,
}

impl Execution {
    pub(super) fn new(machine: Arc<Machine>, source: String, case: Case, history: History) -> Self {
        Self { history, machine, source, case }
    }

    /// The machine that ran.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// What it was started with.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub fn status(&self) -> &'static str {
        self.history.outcome.status()
    }

    /// The output of an execution that succeeded.
    pub fn output(&self) -> Option<&Value> {
        self.history.outcome.output()
    }

    /// The error of one that failed or was stopped.
    pub fn error(&self) -> Option<&str> {
        self.history.outcome.error()
    }

    /// Virtual time from start to end.
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.history.duration.0)
    }

    /// The states in the order in which they were entered, with the items they worked on: `ShipAll/Ship[1]`.
    pub fn states(&self) -> Vec<String> {
        let entries = self.history.entries();
        entries
            .iter()
            .map(|entry| format!("{}{}", self.machine.state(entry.state).path, entry.iteration))
            .collect()
    }

    /// How often a state was entered, over all items; retries of a state do not enter it again.
    #[track_caller]
    pub fn entries(&self, state: &str) -> usize {
        self.history.entries_of(self.id(state)).len()
    }

    /// How often a task was tried, over all entries and items.
    #[track_caller]
    pub fn attempts(&self, state: &str) -> usize {
        self.history.attempts_of(self.id(state)).count()
    }

    /// The waits before the retries of a state, jitter included, in order.
    #[track_caller]
    pub fn waits(&self, state: &str) -> Vec<Duration> {
        let retries = self.history.retries_of(self.id(state));
        retries.iter().map(|retry| Duration::from_millis(retry.delay_ms)).collect()
    }

    /// The failures of a state that its catchers took, in order.
    #[track_caller]
    pub fn caught(&self, state: &str) -> Vec<Caught> {
        self.history.caught_by(self.id(state))
    }

    /// How often the work of a task was done, whatever the task was told: the most of any item, executions with the
    /// same input before this one included. Anything above 1 is work that was repeated.
    #[track_caller]
    pub fn effects(&self, state: &str) -> u32 {
        let id = self.id(state);
        let executions = self.history.executions();
        let mut times = BTreeMap::new();
        for ((state, iteration), count) in executions.iter().flat_map(|history| history.applied()) {
            if state == id {
                *times.entry(iteration).or_default() += count;
            }
        }
        times.into_values().max().unwrap_or(0)
    }

    /// The telling of it in a few lines, with what it was started with.
    pub fn told(&self) -> String {
        let plan = self.case.plan.display(&self.machine).to_string();
        let mut lines = vec![format!("  faults: {}", if plan.is_empty() { "none" } else { &plan })];
        lines.push(format!("  input: {}", self.case.input));
        lines.extend(tell(&self.machine, &self.history).iter().map(|line| format!("  {line}")));
        lines.push(format!("  definition: {}", self.source));
        lines.join("\n")
    }

    /// Why it could not be simulated to its end: this execution, or one before it.
    pub(super) fn unknown(&self) -> Option<&Unknown> {
        self.history.executions().into_iter().find_map(|history| match &history.outcome {
            Outcome::Unknown(unknown) => Some(unknown),
            _ => None,
        })
    }

    #[track_caller]
    pub(super) fn id(&self, name: &str) -> StateId {
        match state(&self.machine, name) {
            Ok(state) => state.id,
            Err(error) => panic!("{error}"),
        }
    }
}

impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        report::execution(&self.history, &self.machine, &mut text).map_err(|_| fmt::Error)?;
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl fmt::Debug for Execution {
    /// What `unwrap_err` and `assert!` print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
