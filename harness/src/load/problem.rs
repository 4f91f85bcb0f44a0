//! What is wrong with a definition, and where.

use super::{Document, Location, SourceFile, Span};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemSeverity {
    /// It hardly does what it says, or something about it cannot be known, or AWS asks for something that the
    /// simulator can do without.
    Warning,
    /// AWS refuses the definition.
    Error,
}

/// One thing that is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: ProblemSeverity,
    /// A stable id: `unknown-target`.
    pub code: &'static str,
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// The offending text as it stands in the file, cut if long.
    pub text: String,
    /// Where it is, for people and editors.
    pub location: Location,
    /// Where it is, in bytes of the file.
    pub span: Span,
    /// Where it is, as a JSON pointer from the root of the definition.
    pub pointer: String,
    /// What to write instead.
    pub suggestion: Option<String>,
}

/// Characters of the offending text that a problem quotes.
const EXCERPT_MAX: usize = 60;

impl Problem {
    /// A problem of the definition in `document`.
    pub(crate) fn new(
        document: &Document,
        severity: ProblemSeverity,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
    ) -> Self {
        Self::in_file(&document.file, severity, code, message, span)
    }

    /// A problem of a file that may not even be a definition.
    pub(crate) fn in_file(
        file: &SourceFile,
        severity: ProblemSeverity,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
    ) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            text: excerpt(file.text.get(span.start..span.end).unwrap_or_default()),
            location: file.location(span),
            span,
            pointer: String::new(),
            suggestion: None,
        }
    }

    /// The same with a suggestion.
    #[must_use]
    pub(crate) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// The start of a text on one line.
fn excerpt(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut cut: String = line.chars().take(EXCERPT_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
