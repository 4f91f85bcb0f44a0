//! Mock files: Step Functions Local's MockConfigFile.json, with documented extensions.
//!
//! ```json
//! { "StateMachines": { "Order": { "TestCases": { "Retry": { "Charge": "ChargeRetried" } } } },
//!   "MockedResponses": { "ChargeRetried": { "0-1": { "Throw": { "Error": "Busy", "Cause": "" } },
//!                                           "2":   { "Return": { "ok": true } } } } }
//! ```
//!
//! Extensions, none of which clashes with the original: a key of a test case may be the path of a state
//! (`Fulfil/branch[1]/Ship`); a response may be `{"Silence": true}` (no answer, ever) and may add
//! `"DelaySeconds"`, `"Heartbeats": false`, `"Submitted"`, `"Worker"` and `"FailsAt"`; `Error` and `Cause` may be
//! null; the index `"*"` answers every call past the others; `"s3"` beside `"StateMachines"` holds the objects that
//! item readers read.

mod conform;
mod objects;
mod read;
mod response;

use std::fmt;
use std::path::{Path, PathBuf};

use super::Script;
use crate::asl::Machine;
use crate::catalog::conform::Mode;
use crate::load::Location;

/// Which part of a mock file is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// The key in `StateMachines`. Without one: the machine's own name, or the only one of the file.
    pub machine: Option<&'a str>,
    /// The key in `TestCases`. Without one: each is a script of its own.
    pub test_case: Option<&'a str>,
}

/// How mocked results are held against the APIs that they stand in for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// What is there has to fit; what does not is a remark.
    #[default]
    Remarks,
    /// What does not fit is a problem of the file, as strictly as is asked.
    Refuse(Mode),
}

/// What a mock file says.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The test cases by name, in the order of the file.
    pub scripts: Vec<(String, Script)>,
    /// What looks wrong and is no reason to stop.
    pub remarks: Vec<MockProblem>,
}

/// Why a mock file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    /// The file cannot be read.
    #[error("failed to read mocks {}: {error}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is wrong; every problem of it.
    #[error("{}", Lines(.0))]
    Invalid(Vec<MockProblem>),
}

/// One thing that is wrong with a mock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockProblem {
    /// Where.
    pub location: Location,
    /// What, lower case, without a full stop.
    pub message: String,
    /// What to write instead.
    pub suggestion: Option<String>,
}

/// Reads a mock file.
pub fn load(
    path: &Path,
    machine: &Machine,
    selection: Selection<'_>,
    validation: Validation,
) -> Result<Loaded, MockError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| MockError::Read { path: path.to_owned(), error })?;
    parse(&path.display().to_string(), &text, machine, selection, validation).map_err(MockError::Invalid)
}

/// Like [`load`], from a text; `name` is the file's name in messages.
pub fn parse(
    name: &str,
    text: &str,
    machine: &Machine,
    selection: Selection<'_>,
    validation: Validation,
) -> Result<Loaded, Vec<MockProblem>> {
    read::scripts(name, text, machine, selection, validation)
}

impl fmt::Display for MockProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.message)?;
        self.suggestion.iter().try_for_each(|suggestion| write!(f, "; {suggestion}"))
    }
}

struct Lines<'a>(&'a [MockProblem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .enumerate()
            .try_for_each(|(at, problem)| write!(f, "{}{problem}", if at == 0 { "" } else { "\n" }))
    }
}

#[cfg(test)]
mod tests;
