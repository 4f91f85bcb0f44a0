//! Functions of texts.

use std::borrow::Cow;

use super::text;
use crate::value::Value;

/// Fills the holes of a template. `holes` is where the `{}` of a literal stand; a template that was computed
/// has one wherever it has `{}`.
pub(super) fn format(template: &Value, holes: Option<&[usize]>, values: &[Value]) -> Result<Value, String> {
    let template = text(template, "first argument")?;
    let computed = || Cow::Owned(template.match_indices("{}").map(|(at, _)| at).collect());
    let holes: Cow<'_, [usize]> = holes.map_or_else(computed, Cow::Borrowed);
    if holes.len() != values.len() {
        return Err(format!(
            "The number of arguments ({}) does not match the number of {{}} in the template ({})",
            values.len(),
            holes.len()
        ));
    }
    let mut out = String::with_capacity(template.len() + 16 * values.len());
    let mut from = 0;
    for (hole, value) in holes.iter().zip(values) {
        out.push_str(&template[from..*hole]);
        write_java(value, &mut out);
        from = hole + "{}".len();
    }
    out.push_str(&template[from..]);
    Ok(Value::from(out))
}

/// Recorded on AWS: every character of the second argument separates, and empty parts are left out.
pub(super) fn split(value: &Value, separators: &Value) -> Result<Value, String> {
    let separators = text(separators, "second argument")?;
    let parts = text(value, "first argument")?.split(|c| separators.contains(c));
    Ok(Value::array(parts.filter(|part| !part.is_empty()).map(Value::from).collect()))
}

/// A value as Java prints it, which is how it appears in a formatted text. Recorded on AWS: `{a=1, b=[]}`.
pub(in crate::expr) fn java_text(value: &Value) -> String {
    let mut out = String::new();
    write_java(value, &mut out);
    out
}

fn write_java(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_java(item, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (at, (key, member)) in object.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(key);
                out.push('=');
                write_java(member, out);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.write_json(out),
    }
}
