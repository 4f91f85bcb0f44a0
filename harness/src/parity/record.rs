//! A disagreement as a case of conformance, in the format that recordings of AWS have.
//!
//! The request is as it was sent and the response as it was answered, so that the case is worth as much as whoever
//! answered. Texts that hold JSON are decoded where the format wants them so.

use super::{MachineParity, Shown};
use crate::search::Fnv;
use crate::value::{Object, ObjectBuilder, Value};
use crate::walk::AskError;

/// The fields of a request that cases hold decoded.
const TEXTS: [&str; 4] = ["definition", "input", "context", "variables"];

/// Who answered, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `parity with TestState of 123456789012 in eu-west-1`
    pub source: String,
    /// `dd-mm-yyyy, hh:mm:ss`, in UTC
    pub recorded: String,
}

/// An exchange that shows a disagreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name of the case.
    pub id: String,
    /// The case.
    pub case: Value,
    /// The request as it was sent.
    pub request: Value,
}

/// The exchanges that show the disagreements of a machine, each once.
pub fn records(parity: &MachineParity, origin: &Origin) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for disagreement in &parity.disagreements {
        let Some(shown) = &disagreement.shown else { continue };
        let id = id(&parity.machine.name, shown);
        if records.iter().all(|known| known.id != id) {
            let case = case(&id, shown, origin);
            records.push(Record { id, case, request: shown.request.clone() });
        }
    }
    records
}

/// The name of the case of an exchange: the machine, the state, and a number for the request.
fn id(machine: &str, shown: &Shown) -> String {
    let mut hash = Fnv::default();
    hash.text(&shown.request.to_json());
    let state = shown.request.get("stateName").and_then(Value::as_str).unwrap_or_default();
    let number = hash.finish() & 0xffff_ffff;
    format!("parity.{}.{}-{number:08x}", tame(machine), tame(state))
}

/// A name that every file system takes, without dots, which part the areas of ids.
fn tame(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn case(id: &str, shown: &Shown, origin: &Origin) -> Value {
    let mut request = ObjectBuilder::default();
    let mut raw = Vec::new();
    for (name, value) in shown.request.as_object().into_iter().flat_map(Object::iter) {
        let decoded = value.as_str().filter(|_| TEXTS.contains(&&**name)).map(decoded);
        match decoded {
            Some(Some(decoded)) => request.push(name.clone(), decoded),
            Some(None) => {
                raw.push(Value::from(&**name));
                request.push(name.clone(), value.clone());
            }
            None => request.push(name.clone(), value.clone()),
        }
    }
    let mut case = ObjectBuilder::default();
    case.push("id", Value::from(id));
    case.push("source", Value::from(&*origin.source));
    case.push("kind", Value::from("test_state"));
    case.push("request", request.finish().into());
    if !raw.is_empty() {
        case.push("request_fields_as_raw_text", raw.into());
    }
    case.push("response", response(&shown.theirs));
    case.push("placeholders", Value::array(Vec::new()));
    case.push("recorded", Value::from(&*origin.recorded));
    case.finish().into()
}

/// What a text holds, if it is written as it would be written again.
fn decoded(text: &str) -> Option<Value> {
    Value::parse(text).ok().filter(|value| value.to_json() == text)
}

fn response(theirs: &Result<Value, AskError>) -> Value {
    let error = match theirs {
        Ok(answer) => return normalised(answer),
        Err(error) => error,
    };
    let (code, message) = match error {
        AskError::Refused { code, message } => (code.clone(), message.clone()),
        AskError::Unknown(unknown) => ("Unknown".to_owned(), unknown.to_string()),
        AskError::Unanswered(why) => ("Unanswered".to_owned(), why.to_string()),
    };
    let told = object([("Code", Value::from(code)), ("Message", Value::from(message))]);
    object([("api_error", object([("Error", told)]))])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().collect::<Object>().into()
}

/// Texts that hold an object become that object; not again inside it, and not the items of a list.
fn normalised(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), normalised(value)));
            members.collect::<Object>().into()
        }
        Value::Array(items) => {
            let item = |item: &Value| if item.as_str().is_some() { item.clone() } else { normalised(item) };
            Value::array(items.iter().map(item).collect())
        }
        Value::String(text) if text.starts_with('{') => Value::parse(text).unwrap_or_else(|_| value.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
