//! What `chaos.toml` accepts, and on which day that is looked at. Nothing here reads a clock.

use jiff::civil::Date;

use crate::asl::Machine;
use crate::campaign::{Acceptance, Finding, mark};

/// The accepted findings of a configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Accepting {
    pub(super) entries: Vec<Acceptance>,
    pub(super) today: Date,
}

impl Accepting {
    /// Marks what is accepted, as `chaos` does.
    pub(super) fn marked(&self, machine: &Machine, findings: Vec<Finding>) -> Vec<Finding> {
        let marked = |mut finding: Finding| {
            mark(&mut finding, &machine.name, Some(machine), &self.entries, self.today);
            finding
        };
        findings.into_iter().map(marked).collect()
    }
}
