//! Payload templates: JSON in which fields ending in `.$` are computed.

mod compile;

use std::sync::Arc;

pub use self::compile::TemplateError;

use super::env::checked_depth;
use super::{Call, Env, EvalError, Path, Query};
use crate::value::{Key, ObjectBuilder, Value};

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
    /// A JSONata expression.
    Jsonata(Arc<Query>),
}

impl Template {
    /// The value of the template.
    pub fn eval(&self, env: &Env<'_>) -> Result<Value, EvalError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Path(path) => path.eval(env),
            Self::Call(call) => call.eval(env),
            Self::Object(members) => {
                let mut builder = ObjectBuilder::with_capacity(members.len());
                for (key, member) in members {
                    builder.push(key.clone(), member.eval_member(env, key)?);
                }
                checked_depth(Value::Object(builder.finish()))
            }
            Self::Array(items) => {
                let items = items.iter().map(|item| item.eval(env));
                checked_depth(Value::array(items.collect::<Result<_, _>>()?))
            }
            Self::Jsonata(query) => query.eval(env),
        }
    }

    /// The value of a template that is one expression, such as `ErrorPath`; `field` is named if its path leads
    /// nowhere.
    pub fn eval_field(&self, env: &Env<'_>, field: &str) -> Result<Value, EvalError> {
        match self {
            Self::Path(path) => path.eval_field(env, field),
            other => other.eval(env),
        }
    }

    fn eval_member(&self, env: &Env<'_>, key: &str) -> Result<Value, EvalError> {
        match self {
            Self::Path(path) => path.eval_member(env, key),
            other => other.eval(env),
        }
    }
}

#[cfg(test)]
mod tests;
