//! Why a definite path found nothing, in the words of the library that AWS uses.

use std::fmt::Write as _;

use super::{Segment, Selector, step};
use crate::expr::intrinsic::java_text;
use crate::value::Value;

/// Jayway's message for a definite path without result.
pub(super) fn reason(root: &Value, segments: &[Segment]) -> String {
    let mut value = root;
    let mut so_far = "$".to_owned();
    for (at, segment) in segments.iter().enumerate() {
        let Some(next) = step(value, segment) else {
            return refusal(value, segment, &so_far, &segments[at..]);
        };
        write_segment(segment, &mut so_far);
        value = next;
    }
    no_results(&so_far, &[])
}

fn refusal(value: &Value, segment: &Segment, so_far: &str, rest: &[Segment]) -> String {
    match (segment, value) {
        (Segment::Field(_), Value::Object(_)) if rest.len() > 1 => {
            let mut path = so_far.to_owned();
            write_segment(segment, &mut path);
            format!("Missing property in path {path}")
        }
        (Segment::Field(_), Value::Object(_)) | (Segment::Index(_), Value::Array(_)) => {
            no_results(so_far, rest)
        }
        (Segment::Field(name), _) => format!(
            "Expected to find an object with property ['{name}'] in path {so_far} but found '{}'. \
             This is not a json object according to the JsonProvider: \
             'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
            java_class(value)
        ),
        (Segment::Index(index), _) => format!(
            "Filter: [{index}] can only be applied to arrays. Current context is: {}",
            java_text(value)
        ),
        (Segment::Wildcard | Segment::Other(_), _) => no_results(so_far, rest),
    }
}

fn no_results(so_far: &str, rest: &[Segment]) -> String {
    let mut path = so_far.to_owned();
    for segment in rest {
        write_segment(segment, &mut path);
    }
    format!("No results for path: {path}")
}

fn write_segment(segment: &Segment, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match segment {
        Segment::Field(name) => write!(out, "['{name}']"),
        Segment::Index(index) => write!(out, "[{index}]"),
        Segment::Wildcard => write!(out, "[*]"),
        Segment::Other(Selector::Call(call)) => write!(out, ".{}()", call.name()),
        Segment::Other(_) => write!(out, "[?]"),
    };
}

/// The Java class of a value, as it appears in Jayway's messages.
fn java_class(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(crate::value::Number::Int(_)) => "java.lang.Integer",
        Value::Number(crate::value::Number::Float(_)) => "java.lang.Double",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "java.util.ArrayList",
        Value::Object(_) => "java.util.LinkedHashMap",
    }
}
