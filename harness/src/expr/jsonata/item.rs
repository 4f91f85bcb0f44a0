//! What an expression computes with: the values of the simulator as they are, without converting them, and what
//! JSON does not have: nothing at all, functions, sequences.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::function::Function;
use super::number;
use super::session::Session;
use super::tree::Symbol;
use crate::value::{Array, Key, Number, Object, ObjectBuilder, Value, write_json_string};

/// One value.
#[derive(Clone, Default)]
pub(super) enum Item {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    List(List),
    Map(Map),
    Function(Rc<Function>),
    /// What the steps of a path with `@`, `#` or `%` hand on.
    Tuples(Rc<Vec<Tuple>>),
}

/// Variables by name; [`Symbol::FOCUS`] is the value itself.
pub(super) type Tuple = Vec<(Symbol, Item)>;

/// A list with the marks that JSONata puts on lists.
#[derive(Clone, Default)]
pub(super) struct List {
    items: Items,
    /// Made by a query, so that one item stands for itself and none for nothing.
    pub(super) sequence: bool,
    /// A sequence of one stays a list.
    pub(super) keep_singleton: bool,
    /// Made by `[…]` at the edge of a path; steps do not flatten it.
    pub(super) cons: bool,
}

#[derive(Clone)]
enum Items {
    Shared(Array),
    Own(Rc<Vec<Item>>),
}

impl Default for Items {
    fn default() -> Self {
        Self::Own(Rc::default())
    }
}

/// An object.
#[derive(Clone)]
pub(super) enum Map {
    Shared(Object),
    /// Holds something that JSON cannot.
    Own(Rc<Vec<(Key, Item)>>),
}

impl List {
    pub(super) fn new(items: Vec<Item>) -> Self {
        Self { items: Items::Own(Rc::new(items)), ..Self::default() }
    }

    pub(super) fn sequence(items: Vec<Item>) -> Self {
        Self { sequence: true, ..Self::new(items) }
    }

    pub(super) fn len(&self) -> usize {
        match &self.items {
            Items::Shared(array) => array.len(),
            Items::Own(items) => items.len(),
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<Item> {
        match &self.items {
            Items::Shared(array) => array.get(at).map(Item::from),
            Items::Own(items) => items.get(at).cloned(),
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Item> + ExactSizeIterator + '_ {
        (0..self.len()).map(|at| self.get(at).unwrap_or_default())
    }

    /// The items, without copying them where nobody else holds them.
    pub(super) fn into_vec(self) -> Vec<Item> {
        match self.items {
            Items::Shared(array) => array.iter().map(Item::from).collect(),
            Items::Own(items) => Rc::try_unwrap(items).unwrap_or_else(|items| (*items).clone()),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (&self.items, &other.items) {
            (Items::Shared(a), Items::Shared(b)) => std::ptr::eq(a.items(), b.items()),
            (Items::Own(a), Items::Own(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Map {
    /// An object of members in order, each name once.
    pub(super) fn new(members: Vec<(Key, Item)>) -> Self {
        let mut builder = ObjectBuilder::with_capacity(members.len());
        for (key, item) in &members {
            let Some(value) = item.as_json() else { return Self::Own(Rc::new(members)) };
            builder.push(Arc::clone(key), value);
        }
        Self::Shared(builder.finish())
    }

    pub(super) fn get(&self, name: &str) -> Option<Item> {
        match self {
            Self::Shared(object) => object.get(name).map(Item::from),
            Self::Own(members) => {
                members.iter().find(|(key, _)| &**key == name).map(|(_, item)| item.clone())
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Shared(object) => object.len(),
            Self::Own(members) => members.len(),
        }
    }

    pub(super) fn members(&self) -> Vec<(Key, Item)> {
        match self {
            Self::Shared(object) => {
                object.iter().map(|(key, value)| (Arc::clone(key), Item::from(value))).collect()
            }
            Self::Own(members) => (**members).clone(),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shared(a), Self::Shared(b)) => a.same(b),
            (Self::Own(a), Self::Own(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl From<&Value> for Item {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Number(number) => Self::Number(number.as_f64()),
            Value::String(text) => Self::Text(Arc::clone(text)),
            Value::Array(array) => {
                Self::List(List { items: Items::Shared(array.clone()), ..List::default() })
            }
            Value::Object(object) => Self::Map(Map::Shared(object.clone())),
        }
    }
}

impl From<Option<bool>> for Item {
    fn from(literal: Option<bool>) -> Self {
        literal.map_or(Self::Null, Self::Bool)
    }
}

impl From<&str> for Item {
    fn from(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }
}

impl From<String> for Item {
    fn from(text: String) -> Self {
        Self::Text(Arc::from(text))
    }
}

impl Item {
    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::List(List::new(items))
    }

    pub(super) fn sequence(items: Vec<Self>) -> Self {
        Self::List(List::sequence(items))
    }

    pub(super) fn map(members: Vec<(Key, Self)>) -> Self {
        Self::Map(Map::new(members))
    }

    pub(super) fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// A number that is one, and finite or not.
    pub(super) fn as_number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn as_text(&self) -> Option<&Arc<str>> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// What the end of an evaluation makes of a sequence: nothing of none, its item of one.
    pub(super) fn unwrapped(self) -> Self {
        match self {
            Self::List(list) if list.sequence => match list.len() {
                0 => Self::Undefined,
                1 if !list.keep_singleton => list.get(0).unwrap_or_default(),
                _ => Self::List(list),
            },
            other => other,
        }
    }

    /// The items of a list, the one item of anything else.
    pub(super) fn as_list(&self) -> List {
        match self {
            Self::List(list) => list.clone(),
            other => List::sequence(vec![other.clone()]),
        }
    }

    /// Equal as `=` sees it.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => {
                a.same(b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(&b)))
            }
            (Self::Map(a), Self::Map(b)) => {
                a.same(b)
                    || (a.len() == b.len()
                        && a.members()
                            .iter()
                            .all(|(key, item)| b.get(key).is_some_and(|theirs| item.equals(&theirs))))
            }
            _ => self.identical(other),
        }
    }

    /// Equal as `in` sees it: lists and objects only if they are the same one.
    pub(super) fn identical(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a.same(b),
            (Self::Map(a), Self::Map(b)) => a.same(b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The truth of a value; nothing and functions are false.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Undefined | Self::Null | Self::Function(_) | Self::Tuples(_) => false,
            Self::Bool(truth) => *truth,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => list.iter().any(|item| item.truth()),
            Self::Map(map) => map.len() > 0,
        }
    }

    /// Whether a function is in it, which may hold the frame that holds it.
    pub(super) fn holds_function(&self) -> bool {
        match self {
            Self::Function(_) | Self::Tuples(_) => true,
            Self::List(List { items: Items::Own(items), .. }) => items.iter().any(Self::holds_function),
            Self::Map(Map::Own(members)) => members.iter().any(|(_, item)| item.holds_function()),
            _ => false,
        }
    }

    /// The value in JSON, if nothing is lost by it.
    fn as_json(&self) -> Option<Value> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Number(number) => Value::Number(number::of(*number)?),
            Self::Text(text) => Value::String(Arc::clone(text)),
            Self::List(List { sequence: true, keep_singleton: true, .. } | List { cons: true, .. }) => {
                return None;
            }
            Self::List(List { items: Items::Shared(array), .. }) => Value::Array(array.clone()),
            Self::List(List { items: Items::Own(items), .. }) => {
                Value::array(items.iter().map(Self::as_json).collect::<Option<_>>()?)
            }
            Self::Map(Map::Shared(object)) => Value::Object(object.clone()),
            Self::Map(Map::Own(_)) | Self::Undefined | Self::Function(_) | Self::Tuples(_) => return None,
        })
    }

    /// The value as a state gets it; `None` for nothing and for functions.
    pub(super) fn into_value(self, session: &Session) -> Option<Value> {
        Some(match self {
            Self::Undefined | Self::Function(_) | Self::Tuples(_) => return None,
            Self::Number(number) => {
                number::of(number).map_or_else(|| Value::from(number::text(number)), Value::Number)
            }
            Self::List(List { items: Items::Shared(array), .. }) => {
                whole_numbers(Value::Array(array), session)
            }
            Self::List(list) => Value::array(
                list.into_vec()
                    .into_iter()
                    .map(|item| item.into_value(session).unwrap_or_default())
                    .collect(),
            ),
            Self::Map(Map::Shared(object)) => whole_numbers(Value::Object(object), session),
            Self::Map(Map::Own(members)) => {
                let members = members.iter().map(|(key, item)| (key, item.clone().into_value(session)));
                Value::Object(members.filter_map(|(key, value)| Some((Arc::clone(key), value?))).collect())
            }
            simple => simple.as_json()?,
        })
    }

    /// The JSON text as messages quote it; `undefined` for nothing.
    pub(super) fn json_text(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Undefined => out.push_str("undefined"),
            Self::Function(_) => out.push_str("{}"),
            other => other.write_json(&mut out),
        }
        out
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Number(number) if !number.is_finite() => out.push_str("null"),
            Self::Number(number) => out.push_str(&number::text(*number)),
            Self::Text(text) => write_json_string(text, out),
            Self::List(list) => {
                out.push('[');
                for (at, item) in list.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push('{');
                let mut first = true;
                for (key, item) in map.members() {
                    if item.is_undefined() {
                        continue;
                    }
                    if !std::mem::take(&mut first) {
                        out.push(',');
                    }
                    write_json_string(&key, out);
                    out.push(':');
                    item.write_json(out);
                }
                out.push('}');
            }
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Function(_) => out.push_str("{}"),
            Self::Undefined | Self::Null | Self::Tuples(_) => out.push_str("null"),
        }
    }
}

/// JavaScript writes whole numbers without a fraction: `1.0` becomes `1`. Copies only what changes.
fn whole_numbers(value: Value, session: &Session) -> Value {
    if has_fraction_of_zero(&value, session) { rewritten(&value) } else { value }
}

fn has_fraction_of_zero(value: &Value, session: &Session) -> bool {
    let long = matches!(value, Value::Array(array) if array.len() > 4);
    if long && session.is_whole(value) {
        return false;
    }
    let found = fraction_of_zero(value, session);
    if long && !found {
        session.remember_whole(value);
    }
    found
}

fn fraction_of_zero(value: &Value, session: &Session) -> bool {
    match value {
        Value::Number(Number::Float(float)) => float.fract() == 0.0 && float.abs() < 1e18,
        Value::Array(array) => array.iter().any(|item| has_fraction_of_zero(item, session)),
        Value::Object(object) => object.iter().any(|(_, value)| has_fraction_of_zero(value, session)),
        _ => false,
    }
}

fn rewritten(value: &Value) -> Value {
    match value {
        Value::Number(float @ Number::Float(_)) => {
            Value::Number(number::of(float.as_f64()).unwrap_or(*float))
        }
        Value::Array(array) => Value::array(array.iter().map(rewritten).collect()),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (Arc::clone(key), rewritten(value))).collect())
        }
        other => other.clone(),
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.json_text())
    }
}
