//! The report for people: findings first, each with what breaks, on which faults and input, why, and what to change;
//! then what the runs covered, what they could not tell, and what they took for granted.

mod advice;
mod ending;
pub(in crate::report) mod finding;
mod machine;
pub(crate) mod paint;
pub(in crate::report) mod patch;

use std::io::{self, Write};

use super::{Replay, Reporter, Values};
use crate::campaign::{Finding, MachineOutcome, Outcome};
use crate::oracle::Severity;
use paint::Painter;

/// Lines are at most this long, unless a word is longer.
pub(in crate::report) const WIDTH: usize = 100;

/// Writes for people.
pub struct Console {
    /// What users type before the arguments, for the commands in the report.
    pub program: String,
    /// Whether values are shown.
    pub values: Values,
    /// How much is told.
    pub detail: Detail,
    /// Whether escape sequences are written.
    pub colour: Colour,
    /// Milder findings are told in one line.
    pub fail_on: Severity,
    /// How a finding is shown again.
    pub replay: Replay,
}

/// How much a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Mild findings, warnings and what was not reached in short.
    Brief,
    /// All of it.
    Everything,
}

/// Whether escape sequences are written. Colour repeats what the text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// A terminal that wants them.
    Ansi,
    /// None.
    Plain,
}

impl Console {
    /// Writes one finding of a machine in full.
    pub fn finding(
        &self,
        machine: &MachineOutcome,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        finding::write(self, Painter(self.colour), machine, finding, out)
    }
}

impl Reporter for Console {
    fn report(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        let painter = Painter(self.colour);
        for machine in &outcome.machines {
            machine::write(self, painter, machine, out)?;
        }
        ending::write(self, painter, outcome, out)
    }
}
