//! JSON and JSON Lines.

use super::{Content, Read, ReadFailure};
use crate::value::{Object, Value};

/// Reported, not recorded: the cause where the JSON is neither a list nor an object.
const NOT_ITERABLE: &str = "Attempting to map over non-iterable node.";

/// The items of a JSON text: those of the list, or the pairs of the object, that `pointer` names.
pub(super) fn items(text: &str, pointer: &str, max: usize) -> Read<Content> {
    let whole = parsed(text)?;
    match at(&whole, pointer) {
        Some(Value::Array(items)) => Ok(items.iter().take(max).cloned().collect::<Vec<_>>().into()),
        Some(Value::Object(object)) => Ok(Content { items: pairs(object).take(max).collect(), pairs: true }),
        _ => Err(ReadFailure::Failed(NOT_ITERABLE.to_owned())),
    }
}

/// The items of JSON Lines: one a line; blank lines are none.
pub(super) fn lines(text: &str, max: usize) -> Read<Vec<Value>> {
    text.lines().filter(|line| !line.trim().is_empty()).take(max).map(parsed).collect()
}

/// Docs, "ItemsPath": an object is iterated by its pairs.
pub(in crate::sim) fn pairs(object: &Object) -> impl Iterator<Item = Value> {
    object.iter().map(|(key, value)| {
        Object::from_iter([("Key", Value::from(key.clone())), ("Value", value.clone())]).into()
    })
}

/// What a JSON pointer (RFC 6901) names.
fn at<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    steps.into_iter().try_fold(value, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        other => other.get(&step),
    })
}

/// The error is AWS's; its cause is not known, so this one is ours.
fn parsed(text: &str) -> Read<Value> {
    Value::parse(text).map_err(|error| ReadFailure::Failed(format!("The JSON could not be read: {error}")))
}
