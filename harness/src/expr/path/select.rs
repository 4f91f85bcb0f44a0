//! The general evaluator: wildcards, unions, slices, `..`, filters and functions.

use super::filter::Filter;
use super::function::FunctionCall;
use super::{Segment, item};
use crate::expr::{EvalError, EvalErrorKind};
use crate::value::{Key, ObjectBuilder, Value};

/// How many values one evaluation may visit; `$..*..*..*` would visit billions.
const VISITS_MAX: usize = 1_000_000;

/// A step that may select many values or make a new one.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// `['a','b']`: one object with these members.
    Fields(Vec<Key>),
    /// `[0,2]`
    Indexes(Vec<i64>),
    /// `[1:3]`; at least one end is given.
    Slice {
        /// First index.
        from: Option<i64>,
        /// Index after the last.
        to: Option<i64>,
    },
    /// `..`: the next step, applied to the value and everything inside it.
    Descendants,
    /// `[?(…)]`
    Filter(Filter),
    /// `.length()`
    Call(FunctionCall),
}

/// An evaluation that visited too much.
#[derive(Clone, Copy, Debug)]
pub(super) struct TooMuch;

/// The error of a path whose evaluation visited too much.
pub(super) fn too_much(path: &str) -> EvalError {
    let cause = format!("the path '{path}' visits more than {VISITS_MAX} values");
    EvalError { kind: EvalErrorKind::Unsupported, cause }
}

/// Whether a path with these segments gives one value.
pub(super) fn is_definite(segments: &[Segment]) -> bool {
    if scanned_function(segments).is_some() {
        return true;
    }
    segments.iter().enumerate().all(|(at, segment)| match segment {
        Segment::Field(_) | Segment::Index(_) | Segment::Other(Selector::Call(_)) => true,
        Segment::Other(Selector::Fields(_)) => at + 1 == segments.len(),
        Segment::Wildcard | Segment::Other(_) => false,
    })
}

/// Jayway: a function at the end of a path with `..` gets the whole list, otherwise each value.
fn scanned_function(segments: &[Segment]) -> Option<(&FunctionCall, &[Segment])> {
    let (Segment::Other(Selector::Call(call)), before) = segments.split_last()? else { return None };
    before.contains(&Segment::Other(Selector::Descendants)).then_some((call, before))
}

/// One evaluation.
pub(super) struct Selection<'v> {
    root: &'v Value,
    found: Vec<Value>,
    visits_left: usize,
}

impl<'v> Selection<'v> {
    /// Everything the segments select, starting from `root`.
    pub(super) fn of(root: &'v Value, segments: &[Segment]) -> Result<Vec<Value>, TooMuch> {
        Self::from_item(root, root, segments)
    }

    /// As [`Self::of`], starting from an item of the root: `@` in a filter.
    pub(super) fn from_item(
        item: &Value,
        root: &'v Value,
        segments: &[Segment],
    ) -> Result<Vec<Value>, TooMuch> {
        let (call, segments) = match scanned_function(segments) {
            Some((call, before)) => (Some(call), before),
            None => (None, segments),
        };
        let mut selection = Self { root, found: Vec::new(), visits_left: VISITS_MAX };
        selection.select(item, segments)?;
        let Some(call) = call else { return Ok(selection.found) };
        let result = call.apply(&Value::array(selection.found), root);
        Ok(result.into_iter().collect())
    }

    fn select(&mut self, value: &Value, segments: &[Segment]) -> Result<(), TooMuch> {
        self.visits_left = self.visits_left.checked_sub(1).ok_or(TooMuch)?;
        let Some((segment, rest)) = segments.split_first() else {
            self.found.push(value.clone());
            return Ok(());
        };
        match segment {
            Segment::Field(name) => self.select_some(value.get(name), rest),
            Segment::Index(index) => self.select_item(value, *index, rest),
            Segment::Wildcard => children(value).try_for_each(|child| self.select(child, rest)),
            Segment::Other(selector) => self.select_other(value, selector, rest),
        }
    }

    fn select_some(&mut self, value: Option<&Value>, rest: &[Segment]) -> Result<(), TooMuch> {
        value.map_or(Ok(()), |value| self.select(value, rest))
    }

    fn select_item(&mut self, value: &Value, index: i64, rest: &[Segment]) -> Result<(), TooMuch> {
        self.select_some(value.as_array().and_then(|items| item(items, index)), rest)
    }

    fn select_other(&mut self, value: &Value, selector: &Selector, rest: &[Segment]) -> Result<(), TooMuch> {
        match selector {
            Selector::Fields(names) if rest.is_empty() => {
                self.found.extend(members(value, names));
                Ok(())
            }
            Selector::Fields(names) => {
                names.iter().try_for_each(|name| self.select_some(value.get(name), rest))
            }
            Selector::Indexes(indexes) => {
                indexes.iter().try_for_each(|index| self.select_item(value, *index, rest))
            }
            Selector::Slice { from, to } => {
                let len = value.as_array().map_or(0, <[Value]>::len);
                slice_range(*from, *to, len).try_for_each(|index| self.select_item(value, index, rest))
            }
            Selector::Descendants => self.descend(value, rest),
            Selector::Filter(filter) => self.select_where(value, filter, rest),
            Selector::Call(call) => {
                let result = call.apply(value, self.root);
                self.select_some(result.as_ref(), rest)
            }
        }
    }

    /// Jayway: a filter tests the items of a list, but an object as a whole.
    fn select_where(&mut self, value: &Value, filter: &Filter, rest: &[Segment]) -> Result<(), TooMuch> {
        match value {
            Value::Array(items) => items
                .iter()
                .filter(|item| filter.holds(item, self.root))
                .try_for_each(|item| self.select(item, rest)),
            Value::Object(_) if filter.holds(value, self.root) => self.select(value, rest),
            _ => Ok(()),
        }
    }

    fn descend(&mut self, value: &Value, rest: &[Segment]) -> Result<(), TooMuch> {
        self.visits_left = self.visits_left.checked_sub(1).ok_or(TooMuch)?;
        if takes_part(value, rest) {
            self.select(value, rest)?;
        }
        children(value)
            .filter(|child| matches!(child, Value::Array(_) | Value::Object(_)))
            .try_for_each(|child| self.descend(child, rest))
    }
}

/// Jayway, `..`: a filter is asked of each object, not of a list's items and then of the items again;
/// several names only of objects that have them all.
fn takes_part(value: &Value, rest: &[Segment]) -> bool {
    match rest.first() {
        Some(Segment::Other(Selector::Filter(_))) => value.as_object().is_some(),
        Some(Segment::Other(Selector::Fields(names))) => names.iter().all(|name| value.get(name).is_some()),
        _ => true,
    }
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(object) => Box::new(object.iter().map(|(_, member)| member)),
        _ => Box::new(std::iter::empty()),
    }
}

/// The members with these names, in the order of the names; those that are missing are left out.
fn members(value: &Value, names: &[Key]) -> Option<Value> {
    let object = value.as_object()?;
    let mut builder = ObjectBuilder::with_capacity(names.len());
    for name in names {
        if let Some(member) = object.get(name) {
            builder.push(name.clone(), member.clone());
        }
    }
    Some(Value::Object(builder.finish()))
}

/// Jayway: `[a:]` and `[:b]` count negative ends from the end of the list and clamp; `[a:b]` walks the
/// numbers from a to b and resolves each, so `[-1:1]` is the last item and then the first.
fn slice_range(from: Option<i64>, to: Option<i64>, len: usize) -> std::ops::Range<i64> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let from_end = |index: i64| if index < 0 { len.saturating_add(index).max(0) } else { index };
    match (from, to) {
        (Some(from), Some(to)) => from.max(-len)..to.min(len),
        (Some(from), None) => from_end(from)..len,
        (None, Some(to)) => 0..from_end(to).min(len),
        (None, None) => 0..len,
    }
}
