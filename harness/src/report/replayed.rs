//! What became of a saved case.

use std::io::{self, Write};
use std::path::Path;

use super::Values;
use super::redact::Redactor;
use crate::asl::Machine;
use crate::campaign::{Replay, Shown};
use crate::case::{CaseFile, Expected};
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
    let path = path.display();
    let outcome = &result.history.outcome;
    match (&result.shown, outcome, &case.expected) {
        (Shown::Nothing, Outcome::Unknown(unknown), _) => {
            writeln!(out, "{path}: could not be run: {unknown}")?;
        }
        (shown, _, Expected::Finding { rule, state, .. }) => {
            let place = state.as_deref().unwrap_or("the machine as a whole");
            match shown {
                Shown::Finding(violation) => {
                    writeln!(out, "{path}: {place} still shows {rule}: {}", redactor.text(&violation.title))?;
                }
                _ => writeln!(out, "{path}: {place} no longer shows {rule}")?,
            }
        }
        (shown, _, Expected::Failure { status, state, error, .. }) => {
            let place = state.as_deref().unwrap_or("the execution");
            let with = error.as_deref().map(|error| format!(" with {error}")).unwrap_or_default();
            match shown {
                Shown::Failure => writeln!(out, "{path}: still ends as {status}{with} at {place}")?,
                _ => writeln!(
                    out,
                    "{path}: no longer ends as {status}{with} at {place}, but as {}",
                    outcome.status()
                )?,
            }
        }
    }
    if !result.is_current {
        writeln!(out, "  the definition has changed since the case was saved")?;
    }
    tell(machine, &result.history)
        .iter()
        .try_for_each(|line| writeln!(out, "  {}", redactor.text(&line.to_string())))
}
