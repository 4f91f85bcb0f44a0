//! Smaller JSON: members and items are dropped, long texts cut. Nothing is invented.

use crate::value::{Key, Object, Value};

/// Texts up to this length are left alone: people recognise them.
const TEXT_MAX: usize = 64;

/// Of a longer list the first items are made smaller; where a list must be long, its items are alike.
const ITEMS_MAX: usize = 32;

/// Makes a value smaller as long as `accept` takes it; says whether it did. `accept` is asked about whole values.
pub(super) fn shrink(value: &Value, accept: &mut dyn FnMut(&Value) -> bool) -> bool {
    shrunk(value, accept).is_some()
}

/// The smallest accepted value, if any smaller one was accepted.
fn shrunk(value: &Value, accept: &mut dyn FnMut(&Value) -> bool) -> Option<Value> {
    match value {
        Value::Object(object) => shrunk_object(object, accept),
        Value::Array(items) => shrunk_list(items, accept),
        Value::String(text) if text.chars().count() > TEXT_MAX => {
            let short = Value::from(text.chars().take(TEXT_MAX).collect::<String>());
            accept(&short).then_some(short)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn shrunk_object(object: &Object, accept: &mut dyn FnMut(&Value) -> bool) -> Option<Value> {
    if object.is_empty() {
        return None;
    }
    let empty = Value::empty_object();
    if accept(&empty) {
        return Some(empty);
    }
    let mut members: Vec<(Key, Value)> =
        object.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut any = drop_some(&mut members, |members| accept(&object_of(members)));
    for at in 0..members.len() {
        let value = members[at].1.clone();
        let mut with = |value: &Value| {
            let mut members = members.clone();
            members[at].1 = value.clone();
            accept(&object_of(&members))
        };
        if let Some(smaller) = shrunk(&value, &mut with) {
            members[at].1 = smaller;
            any = true;
        }
    }
    any.then(|| object_of(&members))
}

fn shrunk_list(items: &[Value], accept: &mut dyn FnMut(&Value) -> bool) -> Option<Value> {
    if items.is_empty() {
        return None;
    }
    let shortest = [0, 1, 2].into_iter().filter(|length| *length < items.len());
    let cut =
        shortest.map(|length| items[..length].to_vec()).find(|items| accept(&Value::array(items.clone())));
    let mut any = cut.is_some();
    let mut items = cut.unwrap_or_else(|| items.to_vec());
    for at in 0..items.len().min(ITEMS_MAX) {
        let value = items[at].clone();
        let mut with = |value: &Value| {
            let mut items = items.clone();
            items[at] = value.clone();
            accept(&Value::array(items))
        };
        if let Some(smaller) = shrunk(&value, &mut with) {
            items[at] = smaller;
            any = true;
        }
    }
    any.then(|| Value::array(items))
}

/// Drops members in halves, quarters, …, then one by one.
fn drop_some<T: Clone>(members: &mut Vec<T>, mut accept: impl FnMut(&[T]) -> bool) -> bool {
    let mut any = false;
    let mut size = members.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < members.len() {
            let mut fewer = members.clone();
            fewer.drain(at..(at + size).min(members.len()));
            if !fewer.is_empty() && accept(&fewer) {
                *members = fewer;
                any = true;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    any
}

fn object_of(members: &[(Key, Value)]) -> Value {
    Value::Object(members.iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::everything(r#"{"a":1,"b":[1,2,3]}"#, "", "{}")]
    #[case::all_but_one_member(r#"{"a":1,"b":{"c":2,"d":3},"e":4}"#, r#""c":2"#, r#"{"b":{"c":2}}"#)]
    #[case::all_but_the_first_item(
        r#"{"items":[{"id":7,"n":1},{"id":8}]}"#,
        r#""id":7"#,
        r#"{"items":[{"id":7}]}"#
    )]
    #[case::nothing(r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":1}"#)]
    fn what_is_needed_stays(#[case] value: &str, #[case] needed: &str, #[case] expected: &str) {
        let mut smallest = Value::parse(value).unwrap();
        let start = smallest.clone();
        shrink(&start, &mut |candidate| {
            let shows = candidate.to_json().contains(needed);
            if shows {
                smallest = candidate.clone();
            }
            shows
        });
        assert_eq!(smallest.to_json(), expected);
    }
}
