//! Reading single fields: the value, or a problem at its place.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Compiler, Place};
use crate::asl::{Amount, QueryLanguage};
use crate::expr::{Path, Query, ReferencePath, Template};
use crate::load::{NodeKind, Part, Span, parse_number, parts};
use crate::value::Value;

/// What a number may be, and what stands for it while its placeholder has no value.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) range: RangeInclusive<f64>,
    pub(super) whole: bool,
    pub(super) stand_in: f64,
}

impl Limits {
    /// Whole numbers of a range.
    pub(super) fn whole(min: u32, max: u32, stand_in: f64) -> Self {
        Self { range: f64::from(min)..=f64::from(max), whole: true, stand_in }
    }
}

impl<'d> Compiler<'d> {
    /// A field that must be there.
    pub(super) fn required(&mut self, at: &Place<'d>, name: &str) -> Option<Place<'d>> {
        let field = at.get(name);
        if field.is_none() {
            let message = format!("the field `{name}` is missing");
            self.problems.error("missing-field", at.key_span, &at.pointer, message);
        }
        field
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, at: &Place<'d>, expected: &str) {
        let message = format!("{} must be {expected}, not {}", at.label(), at.node.kind_name());
        self.problems.error("wrong-type", at.span(), &at.pointer, message);
    }

    /// An object, or a problem.
    pub(super) fn object(&mut self, at: &Place<'d>) -> bool {
        let is = at.node.members().is_some();
        if !is {
            self.wrong_type(at, "an object");
        }
        is
    }

    /// A list, or a problem.
    pub(super) fn list(&mut self, at: &Place<'d>) -> bool {
        let is = at.node.items().is_some();
        if !is {
            self.wrong_type(at, "a list");
        }
        is
    }

    /// A text.
    pub(super) fn text(&mut self, at: &Place<'d>) -> Option<&'d str> {
        let text = at.node.as_str();
        if text.is_none() {
            self.wrong_type(at, "a string");
        }
        text
    }

    /// One of a few words.
    pub(super) fn word(&mut self, at: &Place<'d>, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(at)?;
        if is_unknown(text) {
            self.unknown_value(at, &format!("`{}`", words[0]));
            return Some(words[0]);
        }
        let found = words.iter().copied().find(|word| *word == text);
        if found.is_none() {
            let message = format!("{} must be {}, not `{text}`", at.label(), alternatives(words));
            let nearest = self.problems.nearest(text, words.iter().copied());
            let problem = self.problems.error("unknown-value", at.span(), &at.pointer, message);
            problem.suggestion = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        }
        found
    }

    /// A number that is written down.
    pub(super) fn number(&mut self, at: &Place<'d>, limits: &Limits) -> Option<f64> {
        let number = match &at.node.kind {
            NodeKind::Number(text) => parse_number(text),
            NodeKind::Placeholder(_) => return Some(self.stand_in(at, limits)),
            NodeKind::String(text) if is_unknown(text) => return Some(self.stand_in(at, limits)),
            _ => {
                self.wrong_type(at, "a number");
                return None;
            }
        };
        let number = number.map_or(f64::NAN, crate::value::Number::as_f64);
        if limits.whole && number.fract() != 0.0 {
            let message = format!("{} must be a whole number", at.label());
            self.problems.error("out-of-range", at.span(), &at.pointer, message);
            return None;
        }
        if !limits.range.contains(&number) {
            let (min, max) = (limits.range.start(), limits.range.end());
            let message = if max.is_finite() {
                format!("{} must be from {min} to {max}", at.label())
            } else {
                format!("{} must be at least {min}", at.label())
            };
            self.problems.error("out-of-range", at.span(), &at.pointer, message);
            return None;
        }
        Some(number)
    }

    fn stand_in(&mut self, at: &Place<'d>, limits: &Limits) -> f64 {
        self.unknown_value(at, &limits.stand_in.to_string());
        limits.stand_in
    }

    fn unknown_value(&mut self, at: &Place<'d>, stand_in: &str) {
        let message = format!("the value of {} is not known; {stand_in} is taken for it", at.label());
        let problem = self.problems.warning("value-unknown", at.span(), &at.pointer, message);
        problem.suggestion = Some("give the placeholder a value".to_owned());
    }

    /// A number under `name`, or found by a path under `namePath` (`TimeoutSeconds`, `TimeoutSecondsPath`), or
    /// a JSONata expression.
    pub(super) fn amount(
        &mut self,
        state: &Place<'d>,
        name: &str,
        language: QueryLanguage,
        limits: &Limits,
    ) -> Option<Amount> {
        let literal = state.get(name);
        if language == QueryLanguage::Jsonata {
            let at = literal?;
            if is_query(&at) {
                return self.query(&at).map(Amount::Jsonata);
            }
            return self.number(&at, limits).map(Amount::Literal);
        }
        let path = state.get(&format!("{name}Path"));
        if let (Some(_), Some(path)) = (&literal, &path) {
            self.exclusive(path, name);
        }
        match (literal, path) {
            (Some(at), _) => self.number(&at, limits).map(Amount::Literal),
            (None, Some(at)) => self.path(&at).map(Amount::Path),
            (None, None) => None,
        }
    }

    /// Reports two fields of which only one may be there.
    pub(super) fn exclusive(&mut self, second: &Place<'d>, first: &str) {
        let message = format!("{} and `{first}` exclude each other", second.label());
        self.problems.error("exclusive-fields", second.key_span, &second.pointer, message).suggestion =
            Some("remove one of them".to_owned());
    }

    /// A path.
    pub(super) fn path(&mut self, at: &Place<'d>) -> Option<Path> {
        let text = self.text(at)?;
        match Path::parse(&opaque(text)) {
            Ok(path) => Some(path),
            Err(error) => {
                let message = format!("{} is no valid path: {}", at.label(), error.message);
                self.problems.error("invalid-path", self.inside(at, error.offset), &at.pointer, message);
                None
            }
        }
    }

    /// A path that names exactly one place.
    pub(super) fn reference_path(&mut self, at: &Place<'d>) -> Option<ReferencePath> {
        let text = self.text(at)?;
        match ReferencePath::parse(&opaque(text)) {
            Ok(path) => Some(path),
            Err(error) => {
                let message = format!("{} is no valid reference path: {}", at.label(), error.message);
                let span = self.inside(at, error.offset);
                self.problems.error("invalid-reference-path", span, &at.pointer, message);
                None
            }
        }
    }

    /// A path or an intrinsic function, as `ErrorPath` and `CausePath` hold it.
    pub(super) fn expression(&mut self, at: &Place<'d>) -> Option<Template> {
        let text = self.text(at)?;
        match Template::expression(&opaque(text)) {
            Ok(template) => Some(template),
            Err(error) => {
                let message = format!("{} is no valid expression: {}", at.label(), error.message);
                let span = self.inside(at, error.offset);
                self.problems.error("invalid-expression", span, &at.pointer, message);
                None
            }
        }
    }

    /// A JSONata expression in `{% %}`.
    pub(super) fn query(&mut self, at: &Place<'d>) -> Option<Arc<Query>> {
        let text = self.text(at)?;
        match Query::parse(&opaque(text), &self.location(at)) {
            Ok(query) => Some(Arc::new(query)),
            Err(error) => {
                let message = format!("{} is no valid JSONata: {}", at.label(), error.message);
                let span = self.inside(at, error.offset);
                self.problems.error("invalid-expression", span, &at.pointer, message);
                None
            }
        }
    }

    /// A field of the current state as AWS names it: `Seconds`, `Choices[0]/Condition`.
    fn location(&self, at: &Place<'d>) -> String {
        let mut location = String::new();
        for token in at.pointer.get(self.state_pointer_len..).unwrap_or_default().split('/').skip(1) {
            if token.bytes().all(|byte| byte.is_ascii_digit()) {
                location.extend(["[", token, "]"]);
                continue;
            }
            if !location.is_empty() {
                location.push('/');
            }
            location.push_str(&token.replace("~1", "/").replace("~0", "~"));
        }
        location
    }

    /// A payload template in the state's language.
    pub(super) fn template(&mut self, at: &Place<'d>, language: QueryLanguage) -> Option<Template> {
        let compiled = match language {
            QueryLanguage::Jsonata => Template::jsonata(&query_value(at), &self.location(at)),
            QueryLanguage::JsonPath => Template::payload(&payload_value(at)),
        };
        match compiled {
            Ok(template) => Some(template),
            Err(errors) => {
                for error in errors {
                    let place = descend(at, &error.pointer);
                    let span = self.inside(&place, error.offset);
                    let message = format!("{}: {}", place.label(), error.message);
                    self.problems.error("invalid-expression", span, &place.pointer, message);
                }
                None
            }
        }
    }

    /// The template under a name, if there is one.
    pub(super) fn template_field(
        &mut self,
        state: &Place<'d>,
        name: &str,
        language: QueryLanguage,
    ) -> Option<Template> {
        let at = state.get(name)?;
        self.template(&at, language)
    }

    /// The character of the file at which a text has the byte `offset`.
    fn inside(&self, at: &Place<'d>, offset: usize) -> Span {
        self.definition.document.inside(at.node, offset)
    }

    /// The operand of a comparison. Paths have opaque names for unknown placeholders; where a placeholder stands
    /// for anything but a text, a value of the right type stands in.
    pub(super) fn operand(&mut self, operator: &str, at: &Place<'d>) -> Value {
        let Some(text) = at.node.as_str() else { return at.node.to_value() };
        if operator.ends_with("Path") {
            return Value::from(opaque(text));
        }
        if operator.starts_with("String") || !is_unknown(text) {
            return Value::from(text);
        }
        let value = match operator {
            _ if operator.starts_with("Numeric") => Value::from(0_i64),
            _ if operator.starts_with("Timestamp") => Value::from("1970-01-01T00:00:00Z"),
            _ => Value::from(true),
        };
        self.unknown_value(at, &value.to_json());
        value
    }
}

/// Whether a field holds a JSONata expression.
pub(super) fn is_query(at: &Place<'_>) -> bool {
    at.node.as_str().is_some_and(Query::is_query)
}

/// Whether a text depends on a placeholder without a value.
pub(super) fn is_unknown(text: &str) -> bool {
    text.contains("${") && parts(text).iter().any(|part| matches!(part, Part::Placeholder(_)))
}

/// An expression with every placeholder replaced by its own name, so that `$.${Attribute}` is a path to a field
/// `Attribute` while nobody knows the real one.
fn opaque(text: &str) -> String {
    if !text.contains("${") {
        return text.to_owned();
    }
    let name = |name: &str| name.replace(|c: char| !(c.is_alphanumeric() || c == '_'), "_");
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text.to_owned(),
            Part::Placeholder(placeholder) => name(placeholder),
        })
        .collect()
}

/// A payload's value; computed texts have opaque names for unknown placeholders.
fn payload_value(at: &Place<'_>) -> Value {
    at.node.to_value_with(&|name, text| match name {
        Some(name) if name.ends_with(".$") => Value::from(opaque(text)),
        _ => Value::from(text),
    })
}

/// The value of a JSONata template; expressions have opaque names for unknown placeholders.
fn query_value(at: &Place<'_>) -> Value {
    at.node.to_value_with(&|_, text| {
        if Query::is_query(text) { Value::from(opaque(text)) } else { Value::from(text) }
    })
}

/// The place that a JSON pointer leads to from here; as near as possible.
fn descend<'d>(at: &Place<'d>, pointer: &str) -> Place<'d> {
    let mut place = at.clone();
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let next = place.get(&name).or_else(|| place.items().nth(name.parse().ok()?));
        let Some(next) = next else { break };
        place = next;
    }
    place
}

/// `a`, `b` or `c`.
pub(super) fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
