//! The diagnosis of an exported history, for people (text, Markdown) and for programs (JSON).

mod blocks;
mod json;
mod markdown;
mod schema;
mod text;
mod trace;

use std::io::{self, Write};

use super::Colour;
use crate::asl::Machine;
use crate::diagnose::history::Diagnosis;

pub use schema::diagnosis_schema;

/// A diagnosis with what a report about it needs.
pub struct Diagnosed<'a> {
    /// What is said.
    pub diagnosis: &'a Diagnosis,
    /// The definition, where it was given.
    pub machine: Option<&'a Machine>,
    /// The case file that was written, with the command that replays it.
    pub replay: Option<String>,
}

/// How a diagnosis is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosisFormat {
    /// For a terminal.
    Text(Colour),
    /// For a ticket or a pull request.
    Markdown,
    /// For programs.
    Json,
}

/// Writes the diagnoses of all executions.
pub fn diagnoses(all: &[Diagnosed<'_>], format: DiagnosisFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        DiagnosisFormat::Json => json::write(all, out),
        DiagnosisFormat::Text(colour) => {
            all.iter().try_for_each(|one| text::write(&blocks::blocks(one), colour, out))
        }
        DiagnosisFormat::Markdown => {
            all.iter().try_for_each(|one| markdown::write(&blocks::blocks(one), out))
        }
    }
}
