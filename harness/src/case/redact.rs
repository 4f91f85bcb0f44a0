//! Cases without the texts of the user's data.
//!
//! A text becomes as many `x` as it has characters, so that sizes stay. What the machine could notice stays as it is:
//! texts that the definition itself contains (what Choice rules compare with), points in time, and numbers. Texts
//! that hold JSON are redacted inside. A machine that cuts texts apart or compares data with data may still take
//! another way; a case that must show the same is saved with its values.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::Machine;
use crate::expr::Timestamp;
use crate::generate::Scenario;
use crate::load::{Node, NodeKind};
use crate::mock::{Answer, Objects, Reply, Script, Then};
use crate::sim::Given;
use crate::value::Value;

/// A value without the user's texts.
pub fn redacted(value: &Value, machine: &Machine) -> Value {
    redact(value, &texts_of(machine))
}

/// Names and ids of the context object are the user's, too; points in time stay.
pub(super) fn context(given: &mut Given, machine: &Machine) {
    let known = texts_of(machine);
    for part in [&mut given.execution, &mut given.state_machine] {
        *part = part.iter().map(|(key, value)| (key.clone(), redact(value, &known))).collect();
    }
}

pub(super) fn scenario(scenario: &mut Scenario, machine: &Machine) {
    let known = texts_of(machine);
    scenario.input = redact(&scenario.input, &known);
    let mut script = Script::clone(&scenario.script);
    for answers in script.answers.values_mut() {
        answers.calls.iter_mut().for_each(|answer| redact_answer(answer, &known));
        if let Then::Answer(answer) = &mut answers.then {
            redact_answer(answer, &known);
        }
    }
    let objects = script.objects.iter().map(|(bucket, key, content)| {
        (redact_text(bucket, &known), redact_text(key, &known), redact_object(content, &known))
    });
    let mut redacted = Objects::default();
    objects.for_each(|(bucket, key, content)| redacted.put(&bucket, &key, content));
    script.objects = redacted;
    scenario.script = Arc::new(script);
}

/// The content of an object: JSON is redacted inside, line by line if need be; of other texts the first line (names
/// of columns) and the delimiters stay.
fn redact_object(content: &[u8], known: &BTreeSet<&str>) -> Vec<u8> {
    const DELIMITERS: &[char] = &[',', ';', '|', '\t', ' ', '"', '\r'];
    let Ok(text) = std::str::from_utf8(content) else { return vec![b'x'; content.len()] };
    if let Ok(value) = Value::parse(text) {
        return redact(&value, known).to_json().into_bytes();
    }
    let line = |(at, line): (usize, &str)| match Value::parse(line) {
        Ok(value) => redact(&value, known).to_json(),
        Err(_) if at == 0 => line.to_owned(),
        Err(_) => line.chars().map(|c| if DELIMITERS.contains(&c) { c } else { 'x' }).collect(),
    };
    text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n").into_bytes()
}

fn redact_answer(answer: &mut Answer, known: &BTreeSet<&str>) {
    match &mut answer.reply {
        Reply::Return(value) => *value = redact(value, known),
        Reply::Throw { cause, .. } => {
            *cause = cause.take().map(|cause| redact_text(&cause, known).into());
        }
        Reply::Silence | Reply::Unmocked(_) => (),
    }
    answer.submitted = answer.submitted.take().map(|value| redact(&value, known));
}

fn redact(value: &Value, known: &BTreeSet<&str>) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::String(text) => Value::from(redact_text(text, known)),
        Value::Array(items) => Value::array(items.iter().map(|item| redact(item, known)).collect()),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.clone(), redact(value, known))).collect())
        }
    }
}

fn redact_text(text: &str, known: &BTreeSet<&str>) -> String {
    if known.contains(text) || Timestamp::parse(text).is_some() {
        return text.to_owned();
    }
    match Value::parse(text) {
        Ok(inner @ (Value::Array(_) | Value::Object(_))) => redact(&inner, known).to_json(),
        _ => "x".repeat(text.chars().count()),
    }
}

/// Every text of the definition.
fn texts_of(machine: &Machine) -> BTreeSet<&str> {
    let mut texts = BTreeSet::new();
    let mut open: Vec<&Node> = vec![&machine.document.root];
    while let Some(node) = open.pop() {
        match &node.kind {
            NodeKind::String(text) => {
                texts.insert(text.as_str());
            }
            NodeKind::Array(items) => open.extend(items),
            NodeKind::Object(members) => open.extend(members.iter().map(|member| &member.value)),
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Placeholder(_) => (),
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::compile_text;

    #[test]
    fn what_the_machine_could_notice_stays() {
        let machine = compile_text(
            "gate",
            r#"{"StartAt": "Gate", "States": {
                "Gate": {"Type": "Choice", "Default": "No", "Choices": [
                    {"Variable": "$.plan", "StringEquals": "gold", "Next": "Yes"}]},
                "Yes": {"Type": "Succeed"}, "No": {"Type": "Fail"}}}"#,
        )
        .unwrap();
        let input = r#"{"plan":"gold","name":"Jane Doe","at":"2026-01-01T00:00:00Z","n":42,
                        "body":"{\"mail\":\"a@b.c\"}"}"#;
        assert_eq!(
            redacted(&Value::parse(input).unwrap(), &machine).to_json(),
            r#"{"plan":"gold","name":"xxxxxxxx","at":"2026-01-01T00:00:00Z","n":42,"body":"{\"mail\":\"xxxxx\"}"}"#
        );
    }
}
