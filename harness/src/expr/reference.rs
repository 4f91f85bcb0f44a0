//! Reference paths: where `ResultPath` puts a value.

use std::sync::Arc;

use super::{EvalError, Segment, SyntaxError};
use crate::value::Value;

/// A path that names exactly one place.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePath {
    text: Arc<str>,
    segments: Vec<Segment>,
}

impl ReferencePath {
    /// Reads a reference path: fields and indexes only.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let _ = text;
        Err(SyntaxError { message: "not yet".into(), offset: 0 })
    }
    /// The path as written.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }
    /// Its steps: `Field` and `Index` only.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
    /// `target` with `value` put at the path, missing objects made on the way.
    pub fn put(&self, target: &Value, value: Value) -> Result<Value, EvalError> {
        let _ = (target, value);
        Ok(Value::Null)
    }
}
