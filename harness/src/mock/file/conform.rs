//! Whether mocked results could have come from the APIs that they stand in for.

use super::read::{Reader, nearest};
use crate::asl::State;
use crate::catalog::conform::{self, Misfit, Mode, Part, Wrong, path_text};
use crate::catalog::models::{Kind, Shape, result_shape};
use crate::catalog::{Integration, Service};
use crate::load::{Member, Node, NodeKind, Span};
use crate::value::Value;

/// Tells what of a response the API behind a state could not give.
pub(super) fn check(reader: &mut Reader<'_>, state: &State, response: &Member, mode: Mode) {
    let Some(task) = state.task().filter(|_| mode != Mode::None) else { return };
    let Some(shape) = result_shape(&task.integration).shape() else { return };
    for entry in response.value.members().unwrap_or_default() {
        let Some(node) = entry.value.get("Return") else { continue };
        let result = node.to_value();
        for misfit in conform::misfits(&result, shape, mode) {
            if !is_a_time_in_milliseconds(&misfit, &result, shape, &task.integration) {
                let (message, advice) = told(&misfit, &result, &state.name, &task.integration);
                reader.misfit(span_at(node, &misfit.path), message, advice);
            }
        }
        for found in conform::strangers(&result, &task.integration) {
            let message = format!(
                "the mocked result of state `{}` has `{}`, which `{}` does not answer",
                state.name,
                path_text(&found.path),
                task.integration
            );
            let advice = Some(format!("did you mean `{}`?", found.nearest));
            reader.remark(span_at(node, &found.path), message, advice);
        }
    }
}

/// TestState wants texts. Optimized integrations gave numbers in executions, and what was copied from there is right.
fn is_a_time_in_milliseconds(
    misfit: &Misfit,
    result: &Value,
    shape: Shape,
    integration: &Integration,
) -> bool {
    let is_time = || {
        let found = misfit.path.iter().try_fold(shape, |shape, part| match (shape.kind(), part) {
            (Kind::Structure, Part::Member(name)) => Some(shape.member(name)?.shape),
            (Kind::Map { value, .. }, Part::Member(_)) => Some(value),
            (Kind::List(item), Part::Item(_)) => Some(item),
            _ => None,
        });
        found.is_some_and(|shape| matches!(shape.kind(), Kind::Timestamp))
    };
    integration.kind == Service::Optimized
        && matches!(misfit.wrong, Wrong::Type(_))
        && value_at(result, &misfit.path).is_some_and(|value| value.as_number().is_some())
        && is_time()
}

/// What is wrong, and what would be right.
fn told(misfit: &Misfit, result: &Value, state: &str, integration: &Integration) -> (String, Option<String>) {
    let member = path_text(&misfit.path);
    let of = format!("of `{integration}`");
    let (wrong, advice) = match &misfit.wrong {
        Wrong::Missing => (format!("`{member}` is missing, which every answer {of} has"), None),
        Wrong::Type(expected) if member.is_empty() => {
            (format!("it must be {expected}, as every answer {of} is"), None)
        }
        Wrong::Type(expected) => (format!("`{member}` must be {expected}, as in every answer {of}"), None),
        Wrong::Word(words) => {
            let word = value_at(result, &misfit.path).and_then(Value::as_str).unwrap_or_default();
            (format!("`{member}` is never `{word}` in an answer {of}"), nearest(word, words))
        }
        Wrong::TooShort(min) => (format!("`{member}` has at least {min} characters in an answer {of}"), None),
        Wrong::TooLong(max) => (format!("`{member}` has at most {max} characters in an answer {of}"), None),
        Wrong::TooSmall(min) => (format!("`{member}` is at least {min} in an answer {of}"), None),
        Wrong::TooLarge(max) => (format!("`{member}` is at most {max} in an answer {of}"), None),
    };
    (format!("the mocked result of state `{state}` does not fit: {wrong}"), advice)
}

fn value_at<'v>(value: &'v Value, path: &[Part]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, part| match part {
        Part::Member(name) => value.get(name),
        Part::Item(at) => value.as_array()?.get(*at),
    })
}

/// The place of a part of a result, or of the nearest one around it.
fn span_at(node: &Node, path: &[Part]) -> Span {
    let (mut node, mut span) = (node, node.span);
    for part in path {
        let next = match (&node.kind, part) {
            (NodeKind::Object(members), Part::Member(name)) => members
                .iter()
                .find(|member| member.key == *name)
                .map(|member| (member.key_span, &member.value)),
            (NodeKind::Array(items), Part::Item(at)) => items.get(*at).map(|item| (item.span, item)),
            _ => None,
        };
        let Some((inner_span, inner)) = next else { break };
        (span, node) = (inner_span, inner);
    }
    span
}

#[cfg(test)]
#[path = "conform_tests.rs"]
mod tests;
