//! From JSON to a template.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Template;
use crate::expr::{Path, Query, SyntaxError, intrinsic};
use crate::value::{Key, Object, ObjectBuilder, Value};

/// A part of a template that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// JSON pointer from the template to the part, empty for the template itself.
    pub pointer: String,
    /// What is wrong, lower case.
    pub message: String,
    /// Byte of the expression at which it is wrong; 0 if the part is not an expression.
    pub offset: usize,
}

impl Template {
    /// Reads a JSONPath payload template, and all of its problems.
    pub fn payload(value: &Value) -> Result<Self, Vec<TemplateError>> {
        let mut compiler = Compiler { pointer: String::new(), errors: Vec::new() };
        let template = compiler.payload(value);
        if compiler.errors.is_empty() { Ok(template) } else { Err(compiler.errors) }
    }

    /// Reads a template of a JSONata state, and all of its problems: texts `{% … %}` are expressions, everything
    /// else is as it is. The location is that of the template, see [`Query::parse`].
    pub fn jsonata(value: &Value, location: &str) -> Result<Self, Vec<TemplateError>> {
        let mut compiler = Compiler { pointer: String::new(), errors: Vec::new() };
        let template = compiler.jsonata(value, &mut location.to_owned());
        if compiler.errors.is_empty() { Ok(template) } else { Err(compiler.errors) }
    }

    /// Reads one expression: a path or a call of an intrinsic function.
    pub fn expression(text: &str) -> Result<Self, SyntaxError> {
        if text.starts_with('$') {
            return Path::parse(text).map(Self::Path);
        }
        if text.trim_start().starts_with("States.") || text.contains('(') {
            return intrinsic::parse(text).map(|call| Self::Call(Box::new(call)));
        }
        let message =
            "expected a path that starts with `$` or an intrinsic function such as States.Format(…)";
        Err(SyntaxError::at(0, message))
    }
}

struct Compiler {
    /// Where the compiler is.
    pointer: String,
    errors: Vec<TemplateError>,
}

impl Compiler {
    fn payload(&mut self, value: &Value) -> Template {
        match value {
            Value::Object(object) => self.object(object),
            Value::Array(items) => {
                let parts = items.iter().enumerate();
                list(
                    value,
                    parts.map(|(at, item)| self.at(&at.to_string(), |this| this.payload(item))).collect(),
                )
            }
            _ => Template::Literal(value.clone()),
        }
    }

    fn jsonata(&mut self, value: &Value, location: &mut String) -> Template {
        match value {
            Value::String(text) if Query::is_query(text) => match Query::parse(text, location) {
                Ok(query) => Template::Jsonata(Arc::new(query)),
                Err(error) => {
                    self.problem(error.message, error.offset);
                    Template::Literal(Value::Null)
                }
            },
            Value::Array(items) => {
                let mut parts = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    let index = format!("[{at}]");
                    parts.push(self.at(&at.to_string(), |this| this.located(item, location, &index)));
                }
                list(value, parts)
            }
            Value::Object(object) => {
                let mut members = Vec::with_capacity(object.len());
                for (key, member) in object.iter() {
                    let step = format!("/{key}");
                    let template = self.at(key, |this| this.located(member, location, &step));
                    members.push((key.clone(), template));
                }
                whole(members)
            }
            _ => Template::Literal(value.clone()),
        }
    }

    /// Compiles the part at the next step of the location. Reported on AWS: `Output/lines[0]/price`.
    fn located(&mut self, value: &Value, location: &mut String, step: &str) -> Template {
        let before = location.len();
        location.push_str(step);
        let template = self.jsonata(value, location);
        location.truncate(before);
        template
    }

    fn object(&mut self, object: &Object) -> Template {
        let members =
            object.iter().map(|(name, value)| self.at(name, |this| this.member(object, name, value)));
        whole(members.collect())
    }

    /// ASL spec, "Payload Template": the value of a field ending in `.$` is a path or a call, and the result
    /// is a field without the `.$`.
    fn member(&mut self, object: &Object, name: &Key, value: &Value) -> (Key, Template) {
        let Some(result_name) = name.strip_suffix(".$") else {
            return (name.clone(), self.payload(value));
        };
        if object.get(result_name).is_some() {
            self.problem(
                format!("\"{result_name}\" and \"{name}\" both give the field \"{result_name}\""),
                0,
            );
        }
        let expression = match value.as_str() {
            Some(text) => Template::expression(text),
            None => Err(SyntaxError::at(
                0,
                format!(
                    "the value of \"{name}\" must be a path or an intrinsic function, not of type {}",
                    value.type_name()
                ),
            )),
        };
        let template = expression.unwrap_or_else(|error| {
            self.problem(error.message, error.offset);
            Template::Literal(Value::Null)
        });
        (Key::from(result_name), template)
    }

    fn problem(&mut self, message: String, offset: usize) {
        self.errors.push(TemplateError { pointer: self.pointer.clone(), message, offset });
    }

    /// Compiles the part at the next step of the pointer.
    fn at<T>(&mut self, step: &str, compile: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.pointer.len();
        // Writing to a string cannot fail.
        let _ = write!(self.pointer, "/{}", step.replace('~', "~0").replace('/', "~1"));
        let result = compile(self);
        self.pointer.truncate(before);
        result
    }
}

/// An object, as one literal if nothing in it is computed.
fn whole(members: Vec<(Key, Template)>) -> Template {
    let mut literal = ObjectBuilder::with_capacity(members.len());
    for (key, member) in &members {
        let Template::Literal(value) = member else { return Template::Object(members) };
        literal.push(key.clone(), value.clone());
    }
    Template::Literal(Value::Object(literal.finish()))
}

/// A list, as one literal (the original) if nothing in it is computed.
fn list(original: &Value, items: Vec<Template>) -> Template {
    if items.iter().all(|item| matches!(item, Template::Literal(_))) {
        Template::Literal(original.clone())
    } else {
        Template::Array(items)
    }
}
