//! An answer without a member that it need not have: no such item, nothing found, no further page.

use super::Class;
use crate::asl::{State, Task};
use crate::catalog;
use crate::model::{Demands, Model, PlaceId, Source, Step};
use crate::value::{Object, Value};

/// A class for each member of the task's answer that the machine reads and that the API does not always give, in the
/// order of their names.
pub fn missing_members(model: &Model, state: &State, task: &Task) -> Vec<Class> {
    let demands = model.demands();
    let mut found = Vec::new();
    if let Some(root) = demands.root(Source::Result(state.id)) {
        look(demands, root, "", task, &mut found);
    }
    found
}

/// The outermost member of each path counts: without it there is nothing inside.
fn look(demands: &Demands, place: PlaceId, path: &str, task: &Task, found: &mut Vec<Class>) {
    for (step, child) in demands.place(place).children.iter().filter(|(_, child)| demands.is_needed(**child))
    {
        let inner = match step {
            Step::Field(name) if path.is_empty() => name.to_string(),
            Step::Field(name) => format!("{path}.{name}"),
            Step::Index(index) => format!("{path}[{index}]"),
            // Nothing is missing where each of none is read.
            Step::Each | Step::Parsed | Step::Length | Step::Split(_) => continue,
        };
        if catalog::absence(&task.integration, &inner).is_some() {
            found.push(Class::MissingMember(inner.into()));
        } else {
            look(demands, *child, &inner, task, found);
        }
    }
}

/// A result without the member at a path such as `Items[0]`, and with what goes with that: nothing is counted where
/// nothing is found, and no page follows where there is no token for it.
pub fn without(result: &Value, path: &str) -> Value {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, index) = match name.split_once('[') {
        Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
        None => (name, None),
    };
    let Some(mut object) = result.as_object().cloned() else { return result.clone() };
    let Some(inner) = object.get(name).cloned() else { return result.clone() };
    let items = || inner.as_array().unwrap_or_default().to_vec();
    match (index, rest.is_empty()) {
        (None, false) => _ = object.insert(name, without(&inner, rest)),
        (Some(index), false) => {
            let mut items = items();
            if let Some(item) = items.get_mut(index) {
                *item = without(item, rest);
            }
            object.insert(name, Value::array(items));
        }
        (Some(index), true) => {
            let mut items = items();
            items.truncate(index);
            let is_empty = items.is_empty();
            object.insert(name, Value::array(items));
            if is_empty {
                nothing_is_counted(&mut object);
            }
        }
        (None, true) => {
            object.remove(name);
            if inner.as_array().is_some() {
                nothing_is_counted(&mut object);
            }
            if catalog::is_continuation(name) {
                no_page_follows(&mut object);
            }
        }
    }
    Value::Object(object)
}

/// `Count`, `KeyCount`, `TotalNumRows`; and where nothing is found, nothing follows.
fn nothing_is_counted(object: &mut Object) {
    let counts = |name: &str| name.ends_with("Count") || name.starts_with("Total");
    replace(object, |name, value| (counts(name) && value.as_number().is_some()).then(|| Value::from(0)));
    let tokens: Vec<_> = object.iter().map(|(name, _)| name.clone()).collect();
    for token in tokens.iter().filter(|name| catalog::is_continuation(name)) {
        object.remove(token);
    }
    no_page_follows(object);
}

/// `IsTruncated`, `HasMoreResults`
fn no_page_follows(object: &mut Object) {
    let more = |name: &str| name.ends_with("Truncated") || name.contains("More");
    replace(object, |name, value| (more(name) && value.as_bool().is_some()).then(|| Value::from(false)));
}

fn replace(object: &mut Object, new: impl Fn(&str, &Value) -> Option<Value>) {
    let changed: Vec<_> =
        object.iter().filter_map(|(name, value)| Some((name.clone(), new(name, value)?))).collect();
    for (name, value) in changed {
        object.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_member(r#"{"Item":{},"A":1}"#, "Item", r#"{"A":1}"#)]
    #[case::a_list_and_its_count(r#"{"Contents":[1],"KeyCount":1}"#, "Contents", r#"{"KeyCount":0}"#)]
    #[case::an_empty_list(r#"{"Items":[1,2],"Count":2}"#, "Items[0]", r#"{"Items":[],"Count":0}"#)]
    #[case::no_page_follows_nothing(
        r#"{"Items":[1],"LastEvaluatedKey":{},"Count":1}"#,
        "Items[0]",
        r#"{"Items":[],"Count":0}"#
    )]
    #[case::a_shorter_list(r#"{"R":{"Rows":[1,2]}}"#, "R.Rows[1]", r#"{"R":{"Rows":[1]}}"#)]
    #[case::inside(r#"{"R":[{"Item":1},{"Item":2}]}"#, "R[1].Item", r#"{"R":[{"Item":1},{}]}"#)]
    #[case::the_last_page(
        r#"{"IsTruncated":true,"NextMarker":"m"}"#,
        "NextMarker",
        r#"{"IsTruncated":false}"#
    )]
    #[case::not_there_anyway(r#"{"A":1}"#, "B.C", r#"{"A":1}"#)]
    #[case::no_object("7", "B", "7")]
    fn a_result_lacks_a_member(#[case] result: &str, #[case] path: &str, #[case] expected: &str) {
        assert_eq!(without(&Value::parse(result).unwrap(), path).to_json(), expected);
    }
}
