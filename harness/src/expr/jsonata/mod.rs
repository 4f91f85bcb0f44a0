//! JSONata expressions: parsed once when the definition is loaded, evaluated over `$states` and the variables.

mod convert;
mod functions;
mod outside;
mod reads;
mod session;
mod sketch;

pub use reads::Reads;
pub use session::Session;
pub use sketch::{Relation, Sketch};

use std::rc::Rc;
use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::value::JValue;

use super::{Env, Random, SyntaxError};
use crate::value::Value;

/// One expression of a JSONata state, without its `{% %}`.
#[derive(Clone, Debug)]
pub struct Expression {
    text: Arc<str>,
    tree: Arc<AstNode>,
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
    pub code: Option<Arc<str>>,
    /// The text, without the code.
    pub message: String,
}

impl Failure {
    /// What AWS writes after "threw an error during evaluation", the full stop or colon included.
    pub fn tail(&self) -> String {
        match &self.code {
            Some(code) => format!(". {code}: {}", self.message),
            None => format!(": {}", self.message),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// How long a result may be.
const ITEMS_MAX: usize = 873_782;

/// How deep evaluations may be nested.
const DEPTH_MAX: usize = 500;

impl Expression {
    /// Reads an expression; `text` is what stands between `{%` and `%}`.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let tree = jsonata_core::parser::parse(text)
            .map_err(|error| SyntaxError { message: error.to_string(), offset: 0 })?;
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
        let mut context = Context::new();
        context.bind("states".into(), convert::states(env));
        for (name, value) in env.variables.iter() {
            context.bind(name.to_string(), convert::to_jsonata(value));
        }
        let options = EvaluatorOptions {
            timeout_ms: Some(10_000),
            max_stack_depth: Some(DEPTH_MAX),
            max_sequence_length: Some(ITEMS_MAX),
            ..EvaluatorOptions::default()
        };
        let mut evaluator = Evaluator::with_options(context, options);
        let random = Rc::new(Random::new(env.random.next_u64()));
        functions::register(&mut evaluator, &random, env.jsonata.now_ms())
            .map_err(|error| failure(&error))?;
        let value = evaluator.evaluate(&self.tree, &JValue::Undefined).map_err(|error| failure(&error))?;
        Ok(convert::from_jsonata(&value))
    }
}

fn failure(error: &EvaluatorError) -> QueryError {
    let message = error.message();
    let code = error.code();
    if matches!(code, Some("D1012" | "U1003")) {
        return QueryError::Unsupported(message.to_owned());
    }
    let words =
        message.strip_prefix(code.unwrap_or("")).map_or(message, |rest| rest.trim_start_matches([':', ' ']));
    QueryError::Failed(Failure { code: code.map(Arc::from), message: words.to_owned() })
}

#[cfg(test)]
mod tests;
