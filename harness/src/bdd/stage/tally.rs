//! How much a scenario has run, for summaries.

use super::Results;

/// Executions, and their time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Executions under what was set up; those without faults, for comparison, are not counted.
    pub runs: u64,
    /// Their virtual time in all.
    pub virtual_ms: u64,
}

impl Tally {
    /// Adds runs.
    pub(super) fn add(&mut self, results: &Results) {
        self.runs += results.runs.len() as u64;
        self.virtual_ms += results.runs.iter().map(|run| run.history.duration.0).sum::<u64>();
    }
}
