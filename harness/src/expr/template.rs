//! Payload templates: JSON in which fields ending in `.$` are computed.

use std::sync::Arc;

use super::{Env, EvalError, Path};
use crate::value::{Key, Value};

/// A compiled payload template.
#[derive(Clone, Debug)]
pub enum Template {
    /// A part without anything to compute, shared as it is.
    Literal(Value),
    /// `"x.$": "$.path"`
    Path(Path),
    /// `"x.$": "States.Format(…)"`
    Call(Box<Call>),
    /// An object with computed parts; names without the `.$`.
    Object(Vec<(Key, Template)>),
    /// A list with computed parts.
    Array(Vec<Template>),
    /// A JSONata expression, `{% … %}` included.
    Jsonata(Arc<str>),
}

/// A call of an intrinsic function.
#[derive(Clone, Debug)]
pub struct Call {
    /// `States.Format`
    pub function: &'static str,
    /// Literals, paths and nested calls.
    pub arguments: Vec<Template>,
    /// As written.
    pub text: Arc<str>,
}

impl Template {
    /// The value of the template.
    pub fn eval(&self, env: &Env<'_>) -> Result<Value, EvalError> {
        let _ = env;
        Ok(Value::Null)
    }
}
