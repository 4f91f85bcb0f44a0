//! An example of what a part of a request looks like in an answer that says it was not done: by its shape, with the
//! values of the request where the names agree.

use super::models::{Kind, Shape};
use crate::value::{Object, ObjectBuilder, Value};

/// Makes examples for the answer to one request.
pub(super) struct Example<'r> {
    request: &'r Value,
    /// The first part of the work that the request asks for.
    part: Option<&'r Value>,
}

/// Shapes may contain themselves.
const DEPTH_MAX: u8 = 4;

/// How deep the list of parts is: `RequestItems.TABLE.Keys` of `dynamodb:batchGetItem`.
const REQUEST_DEPTH_MAX: u8 = 3;

impl<'r> Example<'r> {
    pub(super) fn of(request: &'r Value) -> Self {
        Self { request, part: parts(request, REQUEST_DEPTH_MAX).and_then(<[Value]>::first) }
    }

    /// A list of what was done, or lists by some key, without the first part; `None` if it does not list as many
    /// parts as the request asks for, so that one can be missing already.
    pub(super) fn without_first(&self, done: &Value) -> Option<Value> {
        let asked = parts(self.request, REQUEST_DEPTH_MAX)?.len();
        match done {
            Value::Array(items) if items.len() == asked => Some(Value::array(items.items()[1..].to_vec())),
            Value::Object(lists) => {
                let (key, list) = lists.iter().next()?;
                let rest = self.without_first(list.as_array().map(|_| list)?)?;
                let mut lists = lists.clone();
                lists.insert(key.clone(), rest);
                Some(Value::Object(lists))
            }
            _ => None,
        }
    }

    /// A list or a map with one part that was not done.
    pub(super) fn one(&self, name: &str, shape: Shape) -> Value {
        match shape.kind() {
            Kind::List(item) => {
                let given =
                    self.part.filter(|part| part.as_str().is_some() && matches!(item.kind(), Kind::String));
                Value::array(vec![given.cloned().unwrap_or_else(|| self.value("", item, 0))])
            }
            Kind::Map { value, .. } => self.of_tables().unwrap_or_else(|| {
                let mut object = ObjectBuilder::with_capacity(1);
                object.push("key", self.value("", value, 0));
                object.finish().into()
            }),
            _ => self.value(name, shape, 0),
        }
    }

    /// An entry of a list that has one entry for each part: what went wrong, and nothing else.
    pub(super) fn failed_entry(&self, shape: Shape) -> Value {
        let errors = shape.members().filter(|member| member.name.starts_with("Error"));
        let told = errors.map(|member| (member.name, self.value(member.name, member.shape, 1)));
        Value::Object(told.collect())
    }

    /// `RequestItems` of DynamoDB with the first item, or the first key, of its first table.
    fn of_tables(&self) -> Option<Value> {
        let (table, asked) = self.request.get("RequestItems")?.as_object()?.iter().next()?;
        let first = |list: &Value| Some(Value::array(vec![list.as_array()?.first()?.clone()]));
        let rest = match asked {
            Value::Object(keys) => {
                let mut keys: Object = keys.clone();
                let key = first(keys.get("Keys")?)?;
                keys.insert("Keys", key);
                Value::Object(keys)
            }
            list => first(list)?,
        };
        Some(Value::Object([(table.clone(), rest)].into_iter().collect()))
    }

    fn value(&self, name: &str, shape: Shape, depth: u8) -> Value {
        match shape.kind() {
            Kind::String => self.given(name).unwrap_or_else(|| text(name, shape)),
            Kind::Integer | Kind::Long => Value::from(shape.bounds().min.unwrap_or(0.0).max(0.0) as i64),
            Kind::Float | Kind::Double => Value::from(shape.bounds().min.unwrap_or(0.0).max(0.0)),
            Kind::Boolean => Value::from(false),
            Kind::Timestamp => Value::from("2026-01-01T00:00:00Z"),
            Kind::Blob => Value::from(""),
            Kind::Document => Value::empty_object(),
            Kind::List(_) | Kind::Map { .. } | Kind::Structure if depth >= DEPTH_MAX => match shape.kind() {
                Kind::List(_) => Value::array(Vec::new()),
                _ => Value::empty_object(),
            },
            Kind::List(item) => Value::array(vec![self.value(name, item, depth + 1)]),
            Kind::Map { value, .. } => {
                Value::Object([("key", self.value("", value, depth + 1))].into_iter().collect())
            }
            Kind::Structure => self.structure(shape, depth),
        }
    }

    /// What the request gives and what went wrong; of a union the first member; deeper only what is always there.
    fn structure(&self, shape: Shape, depth: u8) -> Value {
        let tells = |name: &str| {
            self.given(name).is_some()
                || ERRORS.iter().any(|word| name.contains(word))
                || name.ends_with("Id")
        };
        let is_text = |shape: Shape| matches!(shape.kind(), Kind::String);
        let mut members: Vec<_> = shape
            .members()
            .filter(|member| member.required || (depth == 0 && is_text(member.shape) && tells(member.name)))
            .collect();
        if shape.is_union() || members.is_empty() {
            members = shape.members().take(1).collect();
        }
        let made =
            members.into_iter().map(|member| (member.name, self.value(member.name, member.shape, depth + 1)));
        Value::Object(made.collect())
    }

    /// The text that the request gives to a member of this name.
    fn given(&self, name: &str) -> Option<Value> {
        self.part?.get(name).filter(|value| value.as_str().is_some()).cloned()
    }
}

/// Words in the names of members that say what went wrong.
const ERRORS: [&str; 4] = ["Error", "Code", "Message", "Reason"];

/// The parts that a request asks for: the first list in it.
fn parts(request: &Value, depth: u8) -> Option<&[Value]> {
    let members = || request.as_object().into_iter().flat_map(Object::iter).map(|(_, member)| member);
    let here = members().find_map(Value::as_array);
    here.or_else(|| if depth > 1 { members().find_map(|member| parts(member, depth - 1)) } else { None })
}

fn text(name: &str, shape: Shape) -> Value {
    if let Some(word) = shape.words().next() {
        return Value::from(word);
    }
    let text = if name.ends_with("Code") {
        "InternalFailure"
    } else if name.ends_with("Message") || name.ends_with("Reason") || name.ends_with("Detail") {
        "The service failed to process it"
    } else if name.ends_with("Arn") {
        "arn:aws:service:us-east-1:123456789012:resource/0123"
    } else {
        "value"
    };
    let bounds = shape.bounds();
    let least = bounds.min.unwrap_or(0.0) as usize;
    let most = bounds.max.map_or(usize::MAX, |most| most as usize);
    let long: String =
        text.chars().chain(std::iter::repeat('0')).take(text.len().max(least).min(most)).collect();
    Value::from(long)
}
