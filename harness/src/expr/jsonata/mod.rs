//! JSONata expressions: parsed once when the definition is loaded, evaluated over `$states` and the variables.

use std::sync::Arc;

use super::{Env, SyntaxError};
use crate::value::Value;

/// One expression of a JSONata state, without its `{% %}`.
#[derive(Clone, Debug)]
pub struct Expression {
    text: Arc<str>,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// JSONata's own error, in its words.
    #[error("{0}")]
    Failed(String),
    /// The simulator does not model this, or a bound of its own was met; the execution is inconclusive.
    #[error("{0}")]
    Unsupported(String),
}

/// What evaluations of one execution share; made once an execution.
#[derive(Debug, Default)]
pub struct Session {}

impl Expression {
    /// Reads an expression; `text` is what stands between `{%` and `%}`.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Ok(Self { text: Arc::from(text) })
    }

    /// The expression as it was written, without `{% %}`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its value; `None` where it is undefined.
    pub fn eval(&self, env: &Env<'_>) -> Result<Option<Value>, QueryError> {
        let _ = env;
        Err(QueryError::Unsupported(format!("JSONata expressions are not evaluated yet: {}", self.text)))
    }
}
