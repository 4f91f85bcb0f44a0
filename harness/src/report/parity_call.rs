//! The request of a disagreement as a call of the AWS CLI, to be copied.

use super::redact::{Redactor, Values};
use super::replay::quoted;
use crate::asl::Machine;
use crate::parity::{Disagreement, Shown};
use crate::value::{Object, Value};

/// The fields of a request that hold data of the user as JSON text.
const TEXTS: [&str; 3] = ["input", "variables", "context"];

/// `aws stepfunctions test-state …`. The definition is taken from its file where the file holds what is sent.
pub(super) fn call(shown: &Shown, disagreement: &Disagreement, machine: &Machine, values: Values) -> String {
    let request = redacted(&shown.request, disagreement, machine, values);
    let Value::Object(mut members) = request else { return String::new() };
    let file = &machine.document.file.name;
    let definition = members.get("definition").and_then(Value::as_str).map(Value::parse);
    let is_in_file = machine.document.pointer.is_empty()
        && matches!((definition, Value::parse(&machine.document.file.text)), (Some(Ok(sent)), Ok(there)) if sent == there);
    let mut call = "aws stepfunctions test-state".to_owned();
    if is_in_file {
        members.remove("definition");
        call = format!("{call} --definition {}", quoted(&format!("file://{file}")));
    }
    format!("{call} --cli-input-json {}", quoted(&Value::Object(members).to_json()))
}

/// Whether a part of the request is not shown.
pub(super) fn is_redacted(
    shown: &Shown,
    disagreement: &Disagreement,
    machine: &Machine,
    values: Values,
) -> bool {
    redacted(&shown.request, disagreement, machine, values) != shown.request
}

/// The request without the values of the user, unless they are shown.
pub(super) fn redacted(
    request: &Value,
    disagreement: &Disagreement,
    machine: &Machine,
    values: Values,
) -> Value {
    let redactor = Redactor::new(Some(machine), &disagreement.scenario, values);
    if !redactor.hides() {
        return request.clone();
    }
    let members = request.as_object().into_iter().flat_map(Object::iter);
    let told = members.map(|(name, value)| {
        let value = match (&**name, value) {
            (name, Value::String(text)) if TEXTS.contains(&name) => payload(text, &redactor),
            ("mock", Value::Object(mock)) => mocked(mock, &redactor),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    told.collect::<Object>().into()
}

/// A JSON text with only its shape.
fn payload(text: &str, redactor: &Redactor<'_>) -> Value {
    match Value::parse(text) {
        Ok(value) => Value::from(redactor.value(&value).to_json()),
        Err(_) => Value::from(redactor.text(text)),
    }
}

fn mocked(mock: &Object, redactor: &Redactor<'_>) -> Value {
    let told = mock.iter().map(|(name, value)| {
        let value = match (&**name, value) {
            ("result", Value::String(text)) => payload(text, redactor),
            ("errorOutput", Value::Object(error)) => {
                let told = error.iter().map(|(name, value)| {
                    let text = value.as_str().map(|text| Value::from(redactor.text(text)));
                    (name.clone(), text.unwrap_or_else(|| value.clone()))
                });
                told.collect::<Object>().into()
            }
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    told.collect::<Object>().into()
}
