//! `[?(…)]`: which items a path keeps, with Jayway's operators.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::select::Selection;
use super::{Segment, is_plain, walk};
use crate::value::Value;

/// A condition on an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// `a || b`
    Any(Vec<Filter>),
    /// `a && b`
    All(Vec<Filter>),
    /// `!a`
    Not(Box<Filter>),
    /// `@.a`
    Exists(Query),
    /// `@.a > 1`
    Compare(Box<Comparison>),
}

/// Two terms and what is between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub(super) left: Term,
    pub(super) operator: Operator,
    pub(super) right: Term,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    /// A path inside the item or the root.
    Query(Query),
    /// A value.
    Literal(Value),
    /// `/regex/i`
    Pattern(Pattern),
}

/// A path inside a filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub(super) start: Start,
    pub(super) segments: Vec<Segment>,
}

/// Where a path of a filter starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// `@`
    Item,
    /// `$`
    Root,
}

/// A regular expression, equal to another with the same text.
#[derive(Clone, Debug)]
pub(super) struct Pattern(pub(super) regex_lite::Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// Jayway's operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    SameTypeEqual,
    SameTypeNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    All,
    Size,
    Exists,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
}

impl Filter {
    /// Whether the item is kept.
    pub(super) fn holds(&self, item: &Value, root: &Value) -> bool {
        match self {
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(item, root)),
            Self::All(filters) => filters.iter().all(|filter| filter.holds(item, root)),
            Self::Not(filter) => !filter.holds(item, root),
            Self::Exists(query) => query.value(item, root).is_some(),
            Self::Compare(comparison) => comparison.holds(item, root),
        }
    }
}

impl Query {
    /// The value; none where a definite path finds nothing.
    fn value<'v>(&self, item: &'v Value, root: &'v Value) -> Option<Cow<'v, Value>> {
        let from = match self.start {
            Start::Item => item,
            Start::Root => root,
        };
        if is_plain(&self.segments) {
            return walk(from, &self.segments).map(Cow::Borrowed);
        }
        let found = Selection::from_item(from, root, &self.segments).ok()?;
        if super::select::is_definite(&self.segments) {
            return found.into_iter().next().map(Cow::Owned);
        }
        Some(Cow::Owned(Value::array(found)))
    }
}

impl Comparison {
    fn holds(&self, item: &Value, root: &Value) -> bool {
        match (&self.left, &self.right) {
            (Term::Pattern(pattern), Term::Query(_) | Term::Literal(_)) => {
                self.operator == Operator::Matches
                    && matches(self.right.value(item, root).as_deref(), pattern)
            }
            (Term::Query(_) | Term::Literal(_), Term::Pattern(pattern)) => {
                self.operator == Operator::Matches && matches(self.left.value(item, root).as_deref(), pattern)
            }
            (left, right) => {
                self.operator.holds(left.value(item, root).as_deref(), right.value(item, root).as_deref())
            }
        }
    }
}

impl Term {
    fn value<'v>(&'v self, item: &'v Value, root: &'v Value) -> Option<Cow<'v, Value>> {
        match self {
            Self::Query(query) => query.value(item, root),
            Self::Literal(value) => Some(Cow::Borrowed(value)),
            Self::Pattern(_) => None,
        }
    }
}

impl Operator {
    /// All of them as written, longer ones before those they start with.
    pub(super) const ALL: [(&'static str, Self); 19] = [
        ("===", Self::SameTypeEqual),
        ("!==", Self::SameTypeNotEqual),
        ("==", Self::Equal),
        ("=~", Self::Matches),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("in", Self::In),
        ("nin", Self::NotIn),
        ("contains", Self::Contains),
        ("all", Self::All),
        ("size", Self::Size),
        ("exists", Self::Exists),
        ("empty", Self::Empty),
        ("subsetof", Self::SubsetOf),
        ("anyof", Self::AnyOf),
        ("noneof", Self::NoneOf),
    ];

    /// Compares two values; `None` is a path that found nothing, which equals not even itself.
    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        match self {
            Self::Equal => equal(left, right),
            Self::NotEqual => !equal(left, right),
            Self::SameTypeEqual => same_type(left, right) && equal(left, right),
            Self::SameTypeNotEqual => !(same_type(left, right) && equal(left, right)),
            Self::Less => order(left, right).is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
            Self::Greater => order(left, right).is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
            Self::Matches => false,
            Self::In => list(right).is_some_and(|items| has(items, left)),
            Self::NotIn => !list(right).is_some_and(|items| has(items, left)),
            Self::Contains => contains(left, right),
            Self::All | Self::SubsetOf | Self::AnyOf | Self::NoneOf => self.holds_for_lists(left, right),
            Self::Size => {
                size(left).is_some_and(|size| right.and_then(Value::as_i64) == i64::try_from(size).ok())
            }
            Self::Empty => size(left).is_some_and(|size| right.and_then(Value::as_bool) == Some(size == 0)),
            Self::Exists => right.and_then(Value::as_bool) == Some(left.is_some()),
        }
    }

    fn holds_for_lists(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        let (Some(left), Some(right)) = (list(left), list(right)) else { return false };
        match self {
            Self::All => right.iter().all(|item| has(left, Some(item))),
            Self::SubsetOf => left.iter().all(|item| has(right, Some(item))),
            Self::AnyOf => left.iter().any(|item| has(right, Some(item))),
            _ => !left.iter().any(|item| has(right, Some(item))),
        }
    }
}

/// Jayway: a number and a text are equal if they are written the same.
fn equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::String(text)), Some(Value::Number(number))) => **text == *Value::from(*number).to_json(),
        (Some(Value::Number(number)), Some(Value::String(text))) => {
            Value::parse(text).is_ok_and(|parsed| parsed.as_number() == Some(*number))
        }
        (Some(left), Some(right)) => left == right,
        (None, _) | (_, None) => false,
    }
}

fn same_type(left: Option<&Value>, right: Option<&Value>) -> bool {
    left.map(Value::type_name) == right.map(Value::type_name)
}

fn order(left: Option<&Value>, right: Option<&Value>) -> Option<Ordering> {
    match (left?, right?) {
        (Value::Number(left), Value::Number(right)) => Some(left.compare(*right)),
        (Value::String(left), Value::String(right)) => Some(left.encode_utf16().cmp(right.encode_utf16())),
        _ => None,
    }
}

fn matches(value: Option<&Value>, pattern: &Pattern) -> bool {
    match value {
        Some(Value::String(text)) => pattern.0.is_match(text),
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) => pattern.0.is_match(&scalar.to_json()),
        Some(Value::Array(items)) => {
            items.iter().any(|item| item.as_str().is_some_and(|text| pattern.0.is_match(text)))
        }
        Some(Value::Null | Value::Object(_)) | None => false,
    }
}

fn contains(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::String(text)), Some(Value::String(part))) => text.contains(&**part),
        (Some(Value::Array(items)), right) => has(items, right),
        _ => false,
    }
}

fn list(value: Option<&Value>) -> Option<&[Value]> {
    value.and_then(Value::as_array)
}

fn has(items: &[Value], wanted: Option<&Value>) -> bool {
    items.iter().any(|item| equal(Some(item), wanted))
}

/// Characters of a text, items of a list, members of an object.
fn size(value: Option<&Value>) -> Option<usize> {
    match value? {
        Value::String(text) => Some(text.encode_utf16().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(object) => Some(object.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
