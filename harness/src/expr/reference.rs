//! Reference paths: where `ResultPath` puts a value.

use std::sync::Arc;

use super::env::checked_depth;
use super::{EvalError, EvalErrorKind, Path, Root, Segment, SyntaxError};
use crate::value::{Array, Object, Value};

/// A path that names exactly one place.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePath {
    text: Arc<str>,
    segments: Vec<Segment>,
}

impl ReferencePath {
    /// Reads a reference path: fields and indexes only.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let path = Path::parse(text)?;
        if *path.root() != Root::Input {
            let message = "a value can only be put into the data of the state: start with `$.`";
            return Err(SyntaxError::at(0, message));
        }
        let vague =
            path.segments().iter().any(|segment| matches!(segment, Segment::Wildcard | Segment::Other(_)));
        if vague {
            let message = "a reference path names one place: only fields and indexes are allowed";
            return Err(SyntaxError::at(0, message));
        }
        Ok(Self { text: path.text().clone(), segments: path.segments().to_vec() })
    }

    /// The path as written.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Its steps: `Field` and `Index` only.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// `target` with `value` put at the path, missing objects made on the way. Only the containers along the
    /// path are copied.
    pub fn put(&self, target: &Value, value: Value) -> Result<Value, EvalError> {
        let result = put(Some(target), &self.segments, value).ok_or_else(|| EvalError {
            kind: EvalErrorKind::Type,
            cause: format!("Unable to apply ReferencePath {} to input {target}", self.text),
        })?;
        checked_depth(result)
    }
}

/// ASL spec, "ResultPath": members that are missing are created; an array gets a new item only in place of
/// one that is there; anything else is not a container.
fn put(target: Option<&Value>, segments: &[Segment], value: Value) -> Option<Value> {
    let Some((segment, rest)) = segments.split_first() else { return Some(value) };
    match (segment, target) {
        (Segment::Field(name), None) => {
            let member = put(None, rest, value)?;
            Some(Value::Object(Object::from_iter([(name.clone(), member)])))
        }
        (Segment::Field(name), Some(Value::Object(object))) => {
            let member = put(object.get(name), rest, value)?;
            let mut object = object.clone();
            object.insert(name.clone(), member);
            Some(Value::Object(object))
        }
        (Segment::Index(index), Some(Value::Array(array))) => {
            let index = position(*index, array)?;
            let item = put(array.get(index), rest, value)?;
            let mut array = array.clone();
            array.set(index, item);
            Some(Value::Array(array))
        }
        (Segment::Field(_) | Segment::Index(_) | Segment::Wildcard | Segment::Other(_), _) => None,
    }
}

fn position(index: i64, array: &Array) -> Option<usize> {
    let len = i64::try_from(array.len()).ok()?;
    let index = if index < 0 { index.checked_add(len)? } else { index };
    usize::try_from(index).ok().filter(|index| *index < array.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::expr::jsonata::Session;
    use crate::expr::{Env, Random, States, Variables};

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    fn put_text(path: &str, target: &str, new: &str) -> Result<String, String> {
        let path = ReferencePath::parse(path).map_err(|error| error.message)?;
        path.put(&value(target), value(new)).map(|result| result.to_json()).map_err(|error| error.cause)
    }

    #[rstest::rstest]
    #[case::the_root_is_replaced("$", r#"{"a":1}"#, "2", "2")]
    #[case::a_member_is_replaced("$.a", r#"{"a":1,"b":2}"#, "3", r#"{"a":3,"b":2}"#)]
    #[case::a_member_is_added("$.c", r#"{"a":1}"#, "3", r#"{"a":1,"c":3}"#)]
    #[case::missing_objects_are_made("$.x.y.z", r#"{"a":1}"#, "3", r#"{"a":1,"x":{"y":{"z":3}}}"#)]
    #[case::an_item_is_replaced("$.a[1]", r#"{"a":[1,2]}"#, "3", r#"{"a":[1,3]}"#)]
    #[case::a_member_of_an_item("$.a[0].b", r#"{"a":[{}]}"#, "3", r#"{"a":[{"b":3}]}"#)]
    fn a_value_is_put_where_the_path_leads(
        #[case] path: &str,
        #[case] target: &str,
        #[case] new: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(put_text(path, target, new), Ok(expected.to_owned()));
    }

    #[rstest::rstest]
    #[case::a_text_has_no_members("$.a.b", r#"{"a":"text"}"#)]
    #[case::nor_has_null("$.a.b", r#"{"a":null}"#)]
    #[case::a_list_does_not_grow("$.a[2]", r#"{"a":[1,2]}"#)]
    #[case::nor_is_it_made("$.b[0]", r#"{"a":1}"#)]
    #[case::a_list_has_no_members("$.a.b", r#"{"a":[]}"#)]
    fn what_is_no_container_refuses(#[case] path: &str, #[case] target: &str) {
        let expected = format!("Unable to apply ReferencePath {path} to input {target}");
        assert_eq!(put_text(path, target, "1"), Err(expected));
    }

    #[rstest::rstest]
    #[case("$.a[*]")]
    #[case("$..a")]
    #[case("$$.a")]
    #[case("$name.a")]
    #[case("$.a[0,1]")]
    #[case("$.a.length()")]
    #[case("a")]
    fn a_reference_path_names_one_place(#[case] path: &str) {
        assert!(ReferencePath::parse(path).is_err());
    }

    fn steps() -> impl Strategy<Value = String> {
        prop::collection::vec("[abc]", 1..5).prop_map(|names| format!("$.{}", names.join(".")))
    }

    fn objects() -> impl Strategy<Value = Value> {
        let leaf = any::<i64>().prop_map(Value::from);
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop::collection::vec(("[abc]", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
        })
    }

    proptest! {
        #[test]
        fn what_is_put_is_found_again(path in steps(), target in objects(), new in objects()) {
            let reference = ReferencePath::parse(&path).unwrap();
            let Ok(result) = reference.put(&target, new.clone()) else { return Ok(()) };
            prop_assert_eq!(result.json_len(), result.to_json().len());
            let env = Env {
                input: &result,
                context: &Value::Null,
                variables: &Variables::default(),
                random: &Random::new(0),
                states: States::default(),
                jsonata: &Session::default(),
            };
            prop_assert_eq!(Path::parse(&path).unwrap().eval(&env).unwrap(), new);
        }
    }
}
