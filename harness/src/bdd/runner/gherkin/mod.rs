//! Reads feature files: Gherkin as its reference describes it, with every problem of a file at its line and column.
//!
//! The parser of the Cucumber crates says of a mistake no more than where it gave up, cuts rows that are too long
//! without a word, takes a misspelt first step for a description, keeps `json` of `"""json` as text and refuses `\d` in
//! a cell. So a file is read here, line by line, and what is read are the values of that crate.

mod language;
mod line;
mod outline;
mod reader;
mod slips;

use std::fmt;

use cucumber::gherkin::Feature;

pub(super) use reader::read;

/// A feature that was read.
#[derive(Clone, Debug)]
pub(super) struct Readable {
    /// With its outlines filled in. The position of a scenario of an outline is that of its row.
    pub(super) feature: Feature,
    /// From which line on a file is about which scenarios, by their lines; in the order of lines.
    pub(super) about: Vec<(usize, Vec<usize>)>,
}

/// What is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: Option<String>,
}

impl Readable {
    /// The lines of the scenarios that a line of the file is about.
    pub(super) fn at(&self, line: usize) -> &[usize] {
        let known = self.about.iter().rev().find(|(first, _)| *first <= line);
        known.map_or(&[], |(_, scenarios)| scenarios)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}
