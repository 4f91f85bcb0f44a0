//! The shapes that `--format json` prints. docs/chaos-report.schema.json describes them; both change together.

use serde::Serialize;

use crate::asl::{Problem, ProblemSeverity};
use crate::load::Location;

/// A problem of a definition.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemView {
    severity: &'static str,
    code: &'static str,
    message: String,
    text: String,
    location: LocationView,
    pointer: String,
    suggestion: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LocationView {
    file: String,
    line: usize,
    column: usize,
}

impl ProblemView {
    /// The view of a problem.
    pub fn new(problem: &Problem) -> Self {
        Self {
            severity: match problem.severity {
                ProblemSeverity::Error => "error",
                ProblemSeverity::Warning => "warning",
            },
            code: problem.code,
            message: problem.message.clone(),
            text: problem.text.clone(),
            location: LocationView::new(&problem.location),
            pointer: problem.pointer.clone(),
            suggestion: problem.suggestion.clone(),
        }
    }
}

impl LocationView {
    pub(super) fn new(location: &Location) -> Self {
        Self { file: location.file.clone(), line: location.line, column: location.column }
    }
}
