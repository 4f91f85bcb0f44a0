//! Why a file is no history.

/// What is wrong with an export. Messages begin with the file, and the place where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// There is nothing in it.
    #[error("{file}: the file is empty; export the history again with `{EXPORT}`")]
    Empty {
        /// Which file.
        file: String,
    },
    /// It is no JSON.
    #[error("{file}:{line}:{column}: this is no JSON: {message}")]
    Syntax {
        /// Which file.
        file: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// It is JSON, but something else.
    #[error("{file}: this is no execution history: it looks like {looks_like}; {advice}")]
    NotAHistory {
        /// Which file.
        file: String,
        /// With its article.
        looks_like: String,
        /// What to do.
        advice: String,
    },
    /// One event cannot be read.
    #[error("{file}: event number {number} of the file: {message}")]
    Event {
        /// Which file.
        file: String,
        /// Its position in the file, from 1.
        number: usize,
        /// What is wrong.
        message: String,
    },
    /// The events of several executions, and nothing says which belongs to which.
    #[error(
        "{file}: two different events have the id {id} ({one} and {other}): it holds several executions; give each its \
         own file"
    )]
    Mixed {
        /// Which file.
        file: String,
        /// The id.
        id: u64,
        /// The type of one of them.
        one: String,
        /// The type of the other.
        other: String,
    },
    /// No file held an event.
    #[error("no event in {files}: {reason}; export the history with `{EXPORT}`")]
    NoEvents {
        /// All files.
        files: String,
        /// What was found instead.
        reason: String,
    },
}

/// How a history is exported.
pub(super) const EXPORT: &str = "aws stepfunctions get-execution-history --execution-arn ARN";
