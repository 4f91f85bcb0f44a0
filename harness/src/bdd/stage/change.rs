//! A value of the feature in the place of one in an input or an answer.

use std::sync::LazyLock;

use regex::Regex;

use super::Subject;
use crate::bdd::failed::Wrong;
use crate::bdd::parameter::Path;
use crate::model::{PlaceId, Source, Step, Uses};
use crate::spelling::nearest;
use crate::value::{Key, Object, Value};

/// What stands at a path from now on.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::bdd) struct Change {
    pub(in crate::bdd) at: Path,
    pub(in crate::bdd) to: To,
}

/// What is put there.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::bdd) enum To {
    /// A value.
    Value(Value),
    /// A text of so many bytes.
    Text(usize),
    /// Nothing: the member is taken away.
    Nothing,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Member(String),
    Item(usize),
    EveryItem,
}

impl Change {
    /// The value with the change; members that are missing on the way are made, items are not.
    pub(in crate::bdd) fn apply(&self, value: &Value) -> Result<Value, Wrong> {
        let new = match &self.to {
            To::Value(value) => Some(value.clone()),
            To::Text(bytes) => Some(Value::from("x".repeat(*bytes))),
            To::Nothing => None,
        };
        put(value, &segments(&self.at.0), "$", new.as_ref())
    }

    /// Whether it can matter: there is something at the path, or the machine reads it. A slip of the pen is neither.
    pub(in crate::bdd) fn check(
        &self,
        subject: &Subject,
        source: Source,
        value: &Value,
    ) -> Result<(), Wrong> {
        let segments = segments(&self.at.0);
        let demands = subject.model.demands();
        let mut reading: Option<PlaceId> = demands.root(source);
        let mut here = Some(value);
        let mut so_far = "$".to_owned();
        for segment in &segments {
            if reading.is_some_and(|place| demands.place(place).uses.contains(Uses::READ)) {
                return Ok(());
            }
            let inside = reading.map(|place| demands.place(place).children.clone()).unwrap_or_default();
            let there = here.and_then(|value| inner(value, segment));
            reading = segment.steps().find_map(|step| inside.get(&step).copied());
            if there.is_none() && reading.is_none() {
                return Err(self.nowhere(&so_far, here, inside.keys()));
            }
            here = there;
            so_far.push_str(&segment.to_string());
        }
        Ok(())
    }

    fn nowhere<'s>(&self, so_far: &str, here: Option<&Value>, read: impl Iterator<Item = &'s Step>) -> Wrong {
        let members = here.and_then(Value::as_object).map(Object::iter);
        let there: Vec<&str> = members.into_iter().flatten().map(|(name, _)| &**name).collect();
        let read = read.filter_map(|step| match step {
            Step::Field(name) => Some(&**name),
            _ => None,
        });
        let mut names = there;
        for name in read {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let path = &self.at.0;
        let wrong = Wrong::new(format!("nothing is at {path}, and the state machine does not read it"));
        let wanted = path.strip_prefix(so_far).unwrap_or_default().trim_start_matches('.');
        let wanted = wanted.split(['.', '[']).next().unwrap_or_default();
        match nearest(wanted, names.iter().copied()) {
            Some(name) => wrong.help(format!("did you mean {so_far}.{name}?")),
            None if names.is_empty() => wrong,
            None => wrong.help(format!("at {so_far} there is {}", names.join(", "))),
        }
    }
}

impl Segment {
    /// The steps of what machines read that lead to the same place.
    fn steps(&self) -> impl Iterator<Item = Step> {
        let (one, other) = match self {
            Self::Member(name) => (Step::Field(Key::from(name.as_str())), None),
            Self::Item(at) => (Step::Each, u32::try_from(*at).ok().map(Step::Index)),
            Self::EveryItem => (Step::Each, None),
        };
        std::iter::once(one).chain(other)
    }
}

impl std::fmt::Display for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Member(name) => write!(f, ".{name}"),
            Self::Item(at) => write!(f, "[{at}]"),
            Self::EveryItem => f.write_str("[*]"),
        }
    }
}

fn inner<'v>(value: &'v Value, segment: &Segment) -> Option<&'v Value> {
    match segment {
        Segment::Member(name) => value.get(name),
        Segment::Item(at) => value.as_array()?.get(*at),
        Segment::EveryItem => value.as_array()?.first(),
    }
}

/// The steps of a path that has the pattern of its type.
fn segments(path: &str) -> Vec<Segment> {
    static PART: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\.([A-Za-z_][\w-]*)|\[(?:(\d+)|(\*)|'([^']*)')\]").expect("a constant expression")
    });
    PART.captures_iter(path)
        .map(|found| match (found.get(1).or(found.get(4)), found.get(2)) {
            (Some(name), _) => Segment::Member(name.as_str().to_owned()),
            (None, Some(at)) => Segment::Item(at.as_str().parse().unwrap_or(usize::MAX)),
            (None, None) => Segment::EveryItem,
        })
        .collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn put(value: &Value, segments: &[Segment], so_far: &str, new: Option<&Value>) -> Result<Value, Wrong> {
    let Some((segment, rest)) = segments.split_first() else { return Ok(new.cloned().unwrap_or_default()) };
    let here = format!("{so_far}{segment}");
    let is_not = |wanted: &str| Wrong::new(format!("{so_far} is {}, not {wanted}", kind(value)));
    match segment {
        Segment::Member(name) => {
            let mut object = match value {
                Value::Object(object) => object.clone(),
                Value::Null => Object::default(),
                _ => return Err(is_not("an object")),
            };
            if new.is_none() && rest.is_empty() {
                object.remove(name);
            } else {
                let inside = object.get(name).cloned().unwrap_or_default();
                object.insert(name.as_str(), put(&inside, rest, &here, new)?);
            }
            Ok(Value::Object(object))
        }
        Segment::Item(at) => {
            let mut items = value.as_array().ok_or_else(|| is_not("a list"))?.to_vec();
            let Some(item) = items.get_mut(*at) else {
                return Err(Wrong::new(format!("{so_far} has {} items, so there is no {here}", items.len())));
            };
            *item = put(item, rest, &here, new)?;
            Ok(Value::array(items))
        }
        Segment::EveryItem => {
            let items = value.as_array().ok_or_else(|| is_not("a list"))?;
            let items = items.iter().map(|item| put(item, rest, &here, new)).collect::<Result<_, _>>()?;
            Ok(Value::array(items))
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn changed(value: &str, at: &str, to: To) -> Result<String, String> {
        let change = Change { at: Path(at.to_owned()), to };
        let changed = change.apply(&Value::parse(value).unwrap());
        changed.map(|value| value.to_json()).map_err(|wrong| wrong.to_string())
    }

    #[rstest]
    #[case::a_member(r#"{"a":1}"#, "$.a", r#"{"a":7}"#)]
    #[case::a_new_member("{}", "$.a.b", r#"{"a":{"b":7}}"#)]
    #[case::an_item(r#"{"a":[1,2]}"#, "$.a[1]", r#"{"a":[1,7]}"#)]
    #[case::every_item(r#"[{"n":1},{"n":2}]"#, "$[*].n", r#"[{"n":7},{"n":7}]"#)]
    #[case::an_odd_name(r#"{"odd name":1}"#, "$['odd name']", r#"{"odd name":7}"#)]
    #[case::everything("1", "$", "7")]
    fn a_value_is_put_at_a_path(#[case] value: &str, #[case] at: &str, #[case] expected: &str) {
        assert_eq!(changed(value, at, To::Value(Value::from(7))), Ok(expected.to_owned()));
    }

    #[rstest]
    #[case::no_object(r#"{"a":"text"}"#, "$.a.b", "$.a is a text, not an object")]
    #[case::no_list(r#"{"a":"text"}"#, "$.a[0]", "$.a is a text, not a list")]
    #[case::no_item(r#"{"a":[1]}"#, "$.a[3]", "$.a has 1 items, so there is no $.a[3]")]
    fn what_is_not_there_is_told(#[case] value: &str, #[case] at: &str, #[case] message: &str) {
        assert_eq!(changed(value, at, To::Value(Value::from(7))), Err(message.to_owned()));
    }

    #[test]
    fn members_are_taken_away_and_texts_have_a_size() {
        assert_eq!(changed(r#"{"a":1,"b":2}"#, "$.a", To::Nothing), Ok(r#"{"b":2}"#.to_owned()));
        assert_eq!(changed("{}", "$.a", To::Text(3)), Ok(r#"{"a":"xxx"}"#.to_owned()));
    }
}
