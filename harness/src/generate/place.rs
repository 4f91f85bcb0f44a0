//! Reads and writes concrete values at the places of [`crate::model::Demands`].

use crate::model::Step;
use crate::value::{Object, Value};

/// A list grows to at most this many items when a place inside it is written.
const ITEMS_MAX: usize = 64;

/// The value at a place. `Each` takes the next of `items` (0 once they are used up).
pub(super) fn get(value: &Value, steps: &[Step], items: &[u32]) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value.clone()) };
    match step {
        Step::Field(name) => get(value.get(name)?, rest, items),
        Step::Index(index) => get(value.as_array()?.get(*index as usize)?, rest, items),
        Step::Each => {
            let (index, items) = next(items);
            get(value.as_array()?.get(index)?, rest, items)
        }
        Step::Parsed => get(&Value::parse(value.as_str()?).ok()?, rest, items),
        Step::Length => i64::try_from(value.as_array()?.len()).ok().map(Value::from),
        Step::Split(separators) => get(&split(value.as_str()?, separators), rest, items),
    }
}

/// The value with `new` at a place; none removes the member there. What is missing on the way is made.
pub(super) fn set(value: &Value, steps: &[Step], items: &[u32], new: Option<&Value>) -> Value {
    let Some((step, rest)) = steps.split_first() else { return new.cloned().unwrap_or_default() };
    match step {
        Step::Field(name) => {
            let mut object = value.as_object().cloned().unwrap_or_default();
            match new {
                None if rest.is_empty() => {
                    object.remove(name);
                }
                None if object.get(name).is_none() => {}
                _ => {
                    let inner = set(object.get(name).unwrap_or(&Value::Null), rest, items, new);
                    object.insert(name.clone(), inner);
                }
            }
            Value::Object(object)
        }
        Step::Index(index) => set_item(value, *index as usize, rest, items, new),
        Step::Each => {
            let (index, items) = next(items);
            set_item(value, index, rest, items, new)
        }
        Step::Parsed => {
            let parsed = value.as_str().and_then(|text| Value::parse(text).ok());
            let parsed = parsed.unwrap_or_else(|| Value::Object(Object::default()));
            Value::from(set(&parsed, rest, items, new).to_json())
        }
        Step::Length => resized(value, new.and_then(Value::as_i64)),
        Step::Split(separators) => {
            let parts = split(value.as_str().unwrap_or_default(), separators);
            joined(&set(&parts, rest, items, new), separators)
        }
    }
}

/// Docs, "Intrinsics": empty parts are dropped.
fn split(text: &str, separators: &str) -> Value {
    let parts = text.split(|c| separators.contains(c)).filter(|part| !part.is_empty());
    Value::array(parts.map(Value::from).collect())
}

/// A text with these parts.
pub(super) fn joined(parts: &Value, separators: &str) -> Value {
    let separator: String = separators.chars().take(1).collect();
    let part = |part: &Value| part.as_str().map_or_else(|| part.to_json(), ToOwned::to_owned);
    let parts: Vec<_> = parts.as_array().unwrap_or_default().iter().map(part).collect();
    Value::from(parts.join(&separator))
}

/// A list with so many items, like the ones it has.
fn resized(value: &Value, length: Option<i64>) -> Value {
    let mut list = value.as_array().map(<[Value]>::to_vec).unwrap_or_default();
    let length = usize::try_from(length.unwrap_or(0)).unwrap_or(0).min(ITEMS_MAX);
    let filler = list.last().cloned().unwrap_or_else(Value::empty_object);
    list.resize(length, filler);
    Value::array(list)
}

fn set_item(value: &Value, index: usize, rest: &[Step], items: &[u32], new: Option<&Value>) -> Value {
    let mut list = value.as_array().map(<[Value]>::to_vec).unwrap_or_default();
    if index >= ITEMS_MAX {
        return Value::array(list);
    }
    if rest.is_empty() && new.is_none() {
        list.truncate(index);
        return Value::array(list);
    }
    while list.len() <= index {
        // Items of one list are alike; a copy is a better guess than an empty one.
        list.push(list.last().cloned().unwrap_or_else(Value::empty_object));
    }
    list[index] = set(&list[index], rest, items, new);
    Value::array(list)
}

fn next(items: &[u32]) -> (usize, &[u32]) {
    match items.split_first() {
        Some((first, rest)) => (*first as usize, rest),
        None => (0, items),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn field(name: &str) -> Step {
        Step::Field(name.into())
    }

    #[rstest]
    #[case::member("{}", &[field("a"), field("b")], Some("1"), r#"{"a":{"b":1}}"#)]
    #[case::removed(r#"{"a":{"b":1}}"#, &[field("a"), field("b")], None, r#"{"a":{}}"#)]
    #[case::removing_nothing_makes_nothing("{}", &[field("a"), field("b")], None, "{}")]
    #[case::item(r#"{"a":[{"x":1}]}"#, &[field("a"), Step::Index(1), field("y")], Some("2"),
        r#"{"a":[{"x":1},{"x":1,"y":2}]}"#)]
    #[case::the_item_of_this_iteration(r#"[{"x":1},{"x":1}]"#, &[Step::Each, field("x")], Some("7"),
        r#"[{"x":1},{"x":7}]"#)]
    #[case::inside_a_text(r#"{"t":"{\"a\":1}"}"#, &[field("t"), Step::Parsed, field("b")], Some("2"),
        r#"{"t":"{\"a\":1,\"b\":2}"}"#)]
    #[case::a_length(r#"{"a":[{"x":1}]}"#, &[field("a"), Step::Length], Some("2"), r#"{"a":[{"x":1},{"x":1}]}"#)]
    #[case::a_part_of_a_text(r#""a/b/c""#, &[Step::Split("/".into()), Step::Index(0)], Some(r#""video""#),
        r#""video/b/c""#)]
    #[case::a_list_ends_where_an_item_is_removed("[1,2,3]", &[Step::Index(1)], None, "[1]")]
    fn a_value_is_put(
        #[case] value: &str,
        #[case] steps: &[Step],
        #[case] new: Option<&str>,
        #[case] out: &str,
    ) {
        let new = new.map(|text| Value::parse(text).unwrap());
        let changed = set(&Value::parse(value).unwrap(), steps, &[1], new.as_ref());
        assert_eq!(changed.to_json(), out);
        assert_eq!(get(&changed, steps, &[1]), new);
    }
}
