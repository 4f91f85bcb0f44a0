//! JSONPath as Step Functions evaluates it (Jayway's dialect).
//!
//! Nearly all paths are a few names and indexes; those borrow what they find. Everything else goes through
//! the general evaluator in `select`.

mod filter;
mod filter_syntax;
mod function;
mod missing;
mod select;
mod syntax;

use std::borrow::Cow;
use std::sync::Arc;

use self::select::{Selection, Selector, TooMuch};
use super::{Env, EvalError, EvalErrorKind, SyntaxError};
use crate::value::{Key, Value};

/// A compiled path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    text: Arc<str>,
    root: Root,
    segments: Vec<Segment>,
    shape: Shape,
}

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`: the data of the state.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(Key),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// `.name`, `['name']`
    Field(Key),
    /// `[3]`, `[-1]`
    Index(i64),
    /// `.*`, `[*]`
    Wildcard,
    /// Anything else: opaque to an analysis.
    Other(Selector),
}

/// How a path is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Names and indexes only.
    Plain,
    /// One value, by the general evaluator.
    Definite,
    /// A list of values.
    Indefinite,
}

impl Path {
    /// Reads a path, `$` or `$$` or `$name` included.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let (root, start) = read_root(text)?;
        let segments = syntax::parse(text, start)?;
        let shape = shape(&segments);
        Ok(Self { text: Arc::from(text), root, segments, shape })
    }

    /// The path as written.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// What it starts from.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Its steps.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it gives one value, not a list.
    pub fn is_definite(&self) -> bool {
        self.shape != Shape::Indefinite
    }

    /// The value; an indefinite path gives a list. A definite path that finds nothing is an error, with the
    /// text that AWS has for `InputPath`, `OutputPath`, `ItemsPath` and the like.
    pub fn eval(&self, env: &Env<'_>) -> Result<Value, EvalError> {
        match self.find(env)? {
            Some(found) => Ok(found.into_owned()),
            None => Err(self.missing(env)),
        }
    }

    /// As [`Self::eval`], with the text that AWS has for fields that are computed one by one: those of payload
    /// templates (`field` with its `.$`), `ErrorPath` and `CausePath`.
    pub fn eval_field(&self, env: &Env<'_>, field: &str) -> Result<Value, EvalError> {
        match self.find(env)? {
            Some(found) => Ok(found.into_owned()),
            None => Err(self.missing_field(env, field)),
        }
    }

    /// The value, or none where a definite path finds nothing.
    pub fn lookup(&self, env: &Env<'_>) -> Result<Option<Value>, EvalError> {
        Ok(self.find(env)?.map(Cow::into_owned))
    }

    /// What the path finds in a value alone, whatever its root; a path that finds too much finds nothing.
    pub fn within<'v>(&self, value: &'v Value) -> Option<Cow<'v, Value>> {
        self.apply(value).ok().flatten()
    }

    /// As [`Self::lookup`], borrowed where the value already exists.
    pub fn find<'a>(&self, env: &Env<'a>) -> Result<Option<Cow<'a, Value>>, EvalError> {
        match &self.root {
            Root::Input => self.apply(env.input),
            Root::Variable(name) => env.variables.get(name).map_or(Ok(None), |value| self.apply(value)),
            Root::Context => {
                if let (Shape::Plain, Some((Segment::Field(name), rest))) =
                    (self.shape, self.segments.split_first())
                {
                    let member = env.context.member(name);
                    return Ok(member.and_then(|member| walk(&member, rest).cloned()).map(Cow::Owned));
                }
                let context = env.context.value();
                let found = self.apply(&context)?;
                Ok(found.map(|found| Cow::Owned(found.into_owned())))
            }
        }
    }

    fn apply<'v>(&self, value: &'v Value) -> Result<Option<Cow<'v, Value>>, EvalError> {
        match self.shape {
            Shape::Plain => Ok(walk(value, &self.segments).map(Cow::Borrowed)),
            Shape::Definite => {
                let found =
                    Selection::of(value, &self.segments).map_err(|TooMuch| select::too_much(&self.text))?;
                Ok(found.into_iter().next().map(Cow::Owned))
            }
            Shape::Indefinite => {
                let found =
                    Selection::of(value, &self.segments).map_err(|TooMuch| select::too_much(&self.text))?;
                Ok(Some(Cow::Owned(Value::array(found))))
            }
        }
    }

    /// The error of a path that leads nowhere.
    fn missing(&self, env: &Env<'_>) -> EvalError {
        let reason = match self.start(env) {
            Some(value) => missing::reason(&value, &self.segments),
            None => "The variable is not defined".to_owned(),
        };
        // Recorded on AWS: a space before the colon.
        self.missing_because(format!("Invalid path '{}' : {reason}", self.text))
    }

    /// As [`Self::eval`], for a field of a payload template and with its error text. Reported from AWS: an index
    /// past the end of an array gives `null` here, and only here.
    pub(super) fn eval_member(&self, env: &Env<'_>, key: &str) -> Result<Value, EvalError> {
        match self.find(env)? {
            Some(found) => Ok(found.into_owned()),
            None if self.ends_past_an_array(env) => Ok(Value::Null),
            None => Err(self.missing_field(env, &format!("{key}.$"))),
        }
    }

    fn ends_past_an_array(&self, env: &Env<'_>) -> bool {
        let Some((Segment::Index(_), before)) = self.segments.split_last() else { return false };
        self.start(env)
            .is_some_and(|start| walk(&start, before).is_some_and(|last| last.as_array().is_some()))
    }

    /// As [`Self::eval`], for an argument of an intrinsic function and with its error text. Reported from AWS: a
    /// path into the context object is named as if it started from the input; an index into something that is
    /// no array brings up the words of the JSONPath library.
    pub(super) fn eval_argument(&self, env: &Env<'_>) -> Result<Value, EvalError> {
        if let Some(found) = self.find(env)? {
            return Ok(found.into_owned());
        }
        let reason = self.start(env).map(|start| missing::reason(&start, &self.segments));
        if let Some(reason) = reason.filter(|reason| reason.starts_with("Filter: ")) {
            return Err(self.missing_because(reason));
        }
        let (path, input) = match &self.root {
            Root::Input => (&*self.text, env.input.clone()),
            Root::Context => (&self.text[1..], env.input.clone()),
            Root::Variable(_) => (&*self.text, self.start(env).unwrap_or_default()),
        };
        Err(self.missing_because(format!(
            "The JsonPath argument for the field '{path}' could not be found in the input '{input}'"
        )))
    }

    /// The error of a field whose path leads nowhere.
    fn missing_field(&self, env: &Env<'_>, field: &str) -> EvalError {
        let input = self.start(env).unwrap_or_default();
        self.missing_because(format!(
            "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{input}'",
            self.text
        ))
    }

    /// A missing path with a text of its own.
    pub(super) fn missing_because(&self, cause: String) -> EvalError {
        EvalError { kind: EvalErrorKind::MissingPath(self.text.clone()), cause }
    }

    fn start(&self, env: &Env<'_>) -> Option<Value> {
        match &self.root {
            Root::Input => Some(env.input.clone()),
            Root::Variable(name) => env.variables.get(name).cloned(),
            Root::Context => Some(env.context.value()),
        }
    }
}

/// Reads what a path starts from, and where its segments begin.
fn read_root(text: &str) -> Result<(Root, usize), SyntaxError> {
    let Some(rest) = text.strip_prefix('$') else {
        return Err(SyntaxError::at(0, "a path starts with `$`"));
    };
    if rest.starts_with('{') {
        let message = "a substitution placeholder without a value stands where a path must be";
        return Err(SyntaxError::at(0, message));
    }
    if rest.starts_with('$') {
        return Ok((Root::Context, 2));
    }
    let name_len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    if name_len == 0 {
        return Ok((Root::Input, 1));
    }
    Ok((Root::Variable(Key::from(&rest[..name_len])), 1 + name_len))
}

fn shape(segments: &[Segment]) -> Shape {
    if is_plain(segments) {
        Shape::Plain
    } else if select::is_definite(segments) {
        Shape::Definite
    } else {
        Shape::Indefinite
    }
}

fn is_plain(segments: &[Segment]) -> bool {
    segments.iter().all(|segment| matches!(segment, Segment::Field(_) | Segment::Index(_)))
}

/// Follows names and indexes.
fn walk<'v>(mut value: &'v Value, segments: &[Segment]) -> Option<&'v Value> {
    for segment in segments {
        value = step(value, segment)?;
    }
    Some(value)
}

/// Follows one name or index; nothing else.
fn step<'v>(value: &'v Value, segment: &Segment) -> Option<&'v Value> {
    match segment {
        Segment::Field(name) => value.get(name),
        Segment::Index(index) => item(value.as_array()?, *index),
        Segment::Wildcard | Segment::Other(_) => None,
    }
}

/// The item at an index; negative ones count from the end.
fn item(items: &[Value], index: i64) -> Option<&Value> {
    let index = if index < 0 { index.checked_add(i64::try_from(items.len()).ok()?)? } else { index };
    items.get(usize::try_from(index).ok()?)
}

#[cfg(test)]
mod tests;
