//! What became of a saved case.

use std::io::{self, Write};
use std::path::Path;

use super::Values;
use super::redact::Redactor;
use crate::asl::Machine;
use crate::campaign::Replay;
use crate::case::CaseFile;
use crate::diagnose::tell;
use crate::history::Outcome;

/// A saved case that was run.
pub struct Replayed<'a> {
    /// Its file.
    pub path: &'a Path,
    /// What the file says.
    pub case: &'a CaseFile,
    /// What happened.
    pub result: &'a Replay,
    /// The machine that ran.
    pub machine: &'a Machine,
    /// Whether values are shown.
    pub values: Values,
}

/// Writes whether the finding still shows, and what happens.
pub fn replayed(replayed: &Replayed<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Replayed { path, case, result, machine, values } = replayed;
    let redactor = Redactor::new(Some(machine), &case.scenario, *values);
    let rule = case.expected.rule.name();
    let place = case.expected.state.as_deref().unwrap_or("the machine as a whole");
    let path = path.display();
    match (&result.violation, &result.history.outcome) {
        (Some(violation), _) => {
            writeln!(out, "{path}: {place} still shows {rule}: {}", redactor.text(&violation.title))?;
        }
        (None, Outcome::Unknown(unknown)) => writeln!(out, "{path}: could not be run: {unknown}")?,
        (None, _) => writeln!(out, "{path}: {place} no longer shows {rule}")?,
    }
    if !result.is_current {
        writeln!(out, "  the definition has changed since the case was saved")?;
    }
    tell(machine, &result.history)
        .iter()
        .try_for_each(|line| writeln!(out, "  {}", redactor.text(&line.to_string())))
}
