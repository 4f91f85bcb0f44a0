//! JSON values that many events share: cloning costs a counter, changing copies only the path that changes,
//! and every container knows the size of its own compact JSON.
//!
//! The size is what AWS limits ("262,144 bytes of UTF-8"), so checking a payload is one comparison.

mod difference;
mod number;
mod object;
mod text;

use std::fmt;
use std::sync::Arc;

pub use difference::{Comparison, Difference, differences};
pub use number::Number;
pub use object::{Key, Object, ObjectBuilder};
pub use text::{ParseError, json_string_len, write_json_string};

/// One JSON value. Cheap to clone and safe to share between threads.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number; integers stay integers.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// An ordered list.
    Array(Array),
    /// Members in the order they were written.
    Object(Object),
}

/// A shared list of values with the cached size of its JSON.
#[derive(Clone, Debug)]
pub struct Array(Arc<ArrayNode>);

#[derive(Clone, Debug)]
struct ArrayNode {
    json_len: usize,
    depth: u32,
    items: Vec<Value>,
}

impl Array {
    /// Wraps the items; O(n) in their number, not in their size.
    pub fn new(items: Vec<Value>) -> Self {
        let commas = items.len().saturating_sub(1);
        let json_len = 2 + commas + items.iter().map(Value::json_len).sum::<usize>();
        let depth = depth_around(items.iter());
        Self(Arc::new(ArrayNode { json_len, depth, items }))
    }

    /// The items in order.
    pub fn items(&self) -> &[Value] {
        &self.0.items
    }

    /// Bytes of the compact JSON.
    pub fn json_len(&self) -> usize {
        self.0.json_len
    }

    /// Replaces the item at `index`, copying the list only if it is shared. Out of range: no change, `false`.
    pub fn set(&mut self, index: usize, value: Value) -> bool {
        let node = Arc::make_mut(&mut self.0);
        let Some(slot) = node.items.get_mut(index) else { return false };
        node.json_len = node.json_len - slot.json_len() + value.json_len();
        *slot = value;
        node.depth = depth_around(node.items.iter());
        true
    }
}

/// The depth of a container with these values.
fn depth_around<'v>(values: impl Iterator<Item = &'v Value>) -> u32 {
    1 + values.map(Value::depth).max().unwrap_or(0)
}

impl std::ops::Deref for Array {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0.items
    }
}

impl Value {
    /// The empty object `{}`, the input of an execution that was given none.
    pub fn empty_object() -> Self {
        Self::Object(Object::default())
    }

    /// A list.
    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Array::new(items))
    }

    /// Reads one JSON text. Duplicate members keep the last value, as Jackson does.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        text::parse(text)
    }

    /// Bytes of UTF-8 of the compact JSON, the measure of AWS's payload limit. O(1) for containers.
    pub fn json_len(&self) -> usize {
        match self {
            Self::Null | Self::Bool(true) => 4,
            Self::Bool(false) => 5,
            Self::Number(number) => number.json_len(),
            Self::String(text) => json_string_len(text),
            Self::Array(array) => array.json_len(),
            Self::Object(object) => object.json_len(),
        }
    }

    /// How deep lists and objects are nested: 0 for a text, 1 for `[]`. O(1).
    pub fn depth(&self) -> u32 {
        match self {
            Self::Array(array) => array.0.depth,
            Self::Object(object) => object.depth(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => 0,
        }
    }

    /// The compact JSON text.
    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(self.json_len());
        text::write(self, &mut out);
        out
    }

    /// Appends the compact JSON text to `out`.
    pub fn write_json(&self, out: &mut String) {
        text::write(self, out);
    }

    /// The member `name` of an object; `None` for anything else.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object().and_then(|object| object.get(name))
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The truth value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// The number.
    pub fn as_number(&self) -> Option<Number> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The number as `i64`, if it is integral and in range (`3.0` counts as 3).
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The items of a list.
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Self::Array(array) = self { Some(array.items()) } else { None }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The name of the JSON type, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

impl PartialEq for Value {
    /// Numbers by value (`1` equals `1.0`), objects whatever the order of their members.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(&a.0, &b.0) || a.items() == b.items(),
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(Arc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(Arc::from(text))
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Number::Int(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(Number::Float(number))
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::array(items)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn the_cached_size_is_the_length_of_the_compact_text() {
        for text in [
            r#"{"a":[1,2.5,true,false,null],"b":{"c":"d\"\\\n\u0001é😀"}}"#,
            "[]",
            "{}",
            r#""""#,
            "-12.75",
            "[[],{},[{}]]",
            "1e300",
            "9223372036854775807",
        ] {
            let value = value(text);
            assert_eq!(value.json_len(), value.to_json().len(), "{text}");
        }
    }

    #[test]
    fn a_change_leaves_the_shared_original_alone_and_keeps_the_size_right() {
        let original = value(r#"{"a":1,"b":[1,2]}"#);
        let Value::Object(mut copy) = original.clone() else { panic!("an object") };
        copy.insert("a", Value::from("a longer text"));
        copy.insert("new", Value::Null);
        let copy = Value::Object(copy);
        assert_eq!(original.to_json(), r#"{"a":1,"b":[1,2]}"#);
        assert_eq!(copy.to_json(), r#"{"a":"a longer text","b":[1,2],"new":null}"#);
        assert_eq!(copy.json_len(), copy.to_json().len());
    }

    #[test]
    fn numbers_are_equal_by_value_and_members_in_any_order() {
        assert_eq!(value("1"), value("1.0"));
        assert_eq!(value(r#"{"a":1,"b":2}"#), value(r#"{"b":2,"a":1}"#));
        assert_ne!(value(r#"{"a":1}"#), value(r#"{"a":1,"b":2}"#));
    }

    #[test]
    fn objects_with_many_members_are_found_by_name() {
        let text = format!("{{{}}}", (0..500).map(|i| format!("\"k{i}\":{i}")).collect::<Vec<_>>().join(","));
        let value = value(&text);
        assert_eq!(value.get("k499").and_then(Value::as_i64), Some(499));
        assert_eq!(value.to_json(), text);
    }

    #[test]
    fn depth_counts_lists_and_objects() {
        let depths = ["1", "[]", "[[1],2]", r#"{"a":[{}],"b":1}"#].map(|text| value(text).depth());
        assert_eq!(depths, [0, 1, 2, 3]);
        let Value::Object(mut object) = value(r#"{"a":[[]],"b":[]}"#) else { panic!("an object") };
        object.insert("a", Value::Null);
        assert_eq!(Value::Object(object).depth(), 2);
    }

    #[test]
    fn a_broken_text_names_its_place() {
        let error = Value::parse("{\"a\": }").unwrap_err();
        assert_eq!((error.line, error.column), (1, 7));
    }
}
