//! Functions of JSON texts and objects.

use super::text;
use crate::value::{Object, Value};

/// Recorded on AWS: the empty text gives `null`.
pub(super) fn from_text(value: &Value) -> Result<Value, String> {
    let text = text(value, "argument")?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    Value::parse(text).map_err(|error| format!("Invalid JSON found in String: {error}"))
}

/// AWS developer guide: only the shallow mode exists, so the third argument is `false`; members of the
/// second object win.
pub(super) fn merge(first: &Value, second: &Value, deep: &Value) -> Result<Value, String> {
    match deep {
        Value::Bool(false) => {}
        Value::Bool(true) => return Err("The deep merging mode is not supported".into()),
        other => {
            return Err(format!(
                "The third argument must be a boolean, but it is of type {}",
                other.type_name()
            ));
        }
    }
    let mut merged = object(first, "first")?.clone();
    for (key, member) in object(second, "second")?.iter() {
        merged.insert(key.clone(), member.clone());
    }
    Ok(Value::Object(merged))
}

fn object<'v>(value: &'v Value, which: &str) -> Result<&'v Object, String> {
    let refusal =
        || format!("The {which} argument must be an object, but it is of type {}", value.type_name());
    value.as_object().ok_or_else(refusal)
}
