//! What is wrong with a definition, and where.

use crate::load::{Location, Span};

/// One problem of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether AWS would refuse the definition for it.
    pub severity: ProblemSeverity,
    /// Stable id, kebab-case.
    pub code: &'static str,
    /// What is wrong, starting in lower case.
    pub message: String,
    /// The offending text, shortened.
    pub text: String,
    /// File, line and column.
    pub location: Location,
    /// The range in the file.
    pub span: Span,
    /// JSON pointer from the root of the definition.
    pub pointer: String,
    /// The nearest name, or what to write.
    pub suggestion: Option<String>,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemSeverity {
    /// AWS accepts it; it is hardly meant.
    Warning,
    /// AWS refuses it, or the simulator cannot read it.
    Error,
}
