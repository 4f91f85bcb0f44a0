//! JSONata 2.0.6 as Step Functions has it: expressions are parsed once when the definition is loaded and evaluated
//! over `$states` and the variables, on the simulator's own values, without converting them.
//!
//! The evaluator follows the one of the npm package `jsonata` 2.0.6 function by function, because definitions rely on
//! its corners: sequences of one that stand for their item, `[]`, functions that take their context for a missing
//! argument, errors and their texts. `tests/jsonata_node.rs` compares the two. What differs, and stays so:
//!
//! - Members keep the order in which they were written; JavaScript moves names that are whole numbers to the front.
//! - Halves of a surrogate pair cannot stand alone in a text.
//! - A sort over a stream of `@`, `#` or `%` keeps the stream; jsonata 2.0.6 forgets it and groups its bookkeeping.
//! - Where jsonata 2.0.6 stops with an exception of JavaScript, which has no code, there is a value or an error.
//! - Pictures of numbers, integers and times are read by the crate `jsonata-core`, as JSONata 2.2 reads them.
//! - Of two errors in one list or object the first is reported; jsonata 2.0.6 evaluates members at the same time.
//! - Regular expressions count characters, not halves of them, and their spaces are those of Unicode.
//!
//! Bounds: depth and memory are those of AWS, and their errors are the workflow's. AWS stops what takes too long by
//! the clock; here steps are counted, and too many of them leave the execution undecided.

#![expect(
    clippy::unnecessary_box_returns,
    reason = "errors are boxed where they are made; results stay small"
)]
#![expect(clippy::float_cmp, reason = "numbers are compared as JavaScript compares them")]

mod builtin;
mod frame;
mod function;
mod grammar;
mod item;
mod number;
mod operators;
mod order;
mod outside;
mod path;
mod pattern;
mod reads;
mod run;
mod session;
mod sketch;
mod shape;
mod signature;
mod token;
mod transform;
mod tree;
mod tuples;
mod words;

pub use reads::Reads;
pub use session::Session;
pub use sketch::{Relation, Sketch};

use std::fmt;
use std::sync::Arc;

use super::{Env, SyntaxError};
use crate::value::Value;
use run::Run;
use tree::Tree;
use words::{Kind, Thrown};

/// One expression of a JSONata state, without its `{% %}`.
#[derive(Clone, Debug)]
pub struct Expression {
    text: Arc<str>,
    tree: Arc<Tree>,
    reads: Arc<Reads>,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// JSONata's own error.
    #[error("{0}")]
    Failed(Failure),
    /// The simulator does not model this, or a bound of its own was met; the execution is inconclusive.
    #[error("{0}")]
    Unsupported(String),
}

/// An error of the expression, in the words of JSONata 2.0.6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Such as `T2001`; a bound of AWS has none.
    pub code: Option<&'static str>,
    /// The text, without the code.
    pub message: String,
}

impl Failure {
    /// What AWS writes after "threw an error during evaluation", with the full stop or colon before it.
    // Measured on AWS over 101 expressions (floci-io/floci issue 2736).
    pub fn tail(&self) -> String {
        match self.code {
            Some(code) => format!(". {code}: {}", self.message),
            None => format!(": {}", self.message),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl Expression {
    /// Reads an expression; `text` is what stands between `{%` and `%}`. The error has the words of JSONata, without
    /// its code.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let tree = grammar::parse(text)
            .map_err(|(thrown, offset)| SyntaxError { message: thrown.message(), offset })?;
        let reads = Reads::of(&tree);
        Ok(Self { text: Arc::from(text), tree: Arc::new(tree), reads: Arc::new(reads) })
    }

    /// The expression as it was written, without `{% %}`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it reads of `$states` and which variables it names.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// Names that it reads from the top level, where Step Functions has no value; `$$` for the root itself.
    pub fn outside(&self) -> Vec<String> {
        outside::of(&self.tree)
    }

    /// Its value; `None` where it is undefined.
    pub fn eval(&self, env: &Env<'_>) -> Result<Option<Value>, QueryError> {
        let run = Run::new(&self.tree, env);
        run.value().map(|item| item.into_value(env.jsonata)).map_err(|thrown| failure(&thrown))
    }
}

fn failure(thrown: &Thrown) -> QueryError {
    let message = thrown.message();
    match thrown.kind {
        Kind::Code(code) => QueryError::Failed(Failure { code: Some(code), message }),
        Kind::Bound(_) => QueryError::Failed(Failure { code: None, message }),
        Kind::Undecided(_) => QueryError::Unsupported(message),
    }
}

#[cfg(test)]
mod tests;
