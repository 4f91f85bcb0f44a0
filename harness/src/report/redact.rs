//! Customer data stays out of reports unless it is asked for.
//!
//! What a user gave (inputs, mocked results) may be customer data. Of it a report keeps the shape: member names, the
//! lengths of lists, `null`, `true` and `false`. Texts become `…` and numbers `0`, unless the definition itself holds
//! the same text or number: what is published there is no secret, and Choice rules stay readable. Texts of a report
//! (causes quote payloads) have the user's values replaced too. Generated values are shown: they come from the
//! definition.

use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::generate::{Origin, Scenario};
use crate::load::{Node, NodeKind};
use crate::mock::{Author, Reply, Then};
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
pub(crate) struct Redactor<'a> {
    /// Texts and numbers of the definition.
    public: BTreeSet<&'a str>,
    /// The user's values, the longest first; empty: nothing is redacted.
    secrets: Vec<String>,
    values: Values,
}

/// Shorter values are not searched for in texts: a `1` or an `ok` stands in every sentence.
const SECRET_CHARS_MIN: usize = 4;

const REDACTED: &str = "…";

impl<'a> Redactor<'a> {
    /// For everything that is told about a run of this scenario.
    pub(crate) fn new(machine: Option<&'a Machine>, scenario: &Scenario, values: Values) -> Self {
        let mut redactor = Self { public: BTreeSet::new(), secrets: Vec::new(), values };
        if scenario.origin == Origin::Generated {
            redactor.values = Values::Shown;
        }
        if redactor.values == Values::Redacted {
            if let Some(machine) = machine {
                publish(&machine.document.root, &mut redactor.public);
            }
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

    /// Whether anything is redacted.
    pub(super) fn hides(&self) -> bool {
        self.values == Values::Redacted
    }

    /// A value of the scenario, or a value that came of it.
    pub(crate) fn value(&self, value: &Value) -> Value {
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
                members.collect::<Object>().into()
            }
        }
    }

    /// A text that may quote values.
    pub(crate) fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, REDACTED))
    }

    fn is_public(&self, text: &str) -> bool {
        text.is_empty() || self.public.contains(text)
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

/// What a definition says itself.
fn publish<'a>(node: &'a Node, public: &mut BTreeSet<&'a str>) {
    match &node.kind {
        NodeKind::Number(text) | NodeKind::String(text) => {
            public.insert(text);
        }
        NodeKind::Array(items) => items.iter().for_each(|item| publish(item, public)),
        NodeKind::Object(members) => members.iter().for_each(|member| publish(&member.value, public)),
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Placeholder(_) => {}
    }
}

/// What the user's mocks say in a scenario.
fn answers(scenario: &Scenario) -> Vec<Value> {
    let users = scenario.script.answers.values().filter(|sequence| sequence.by == Author::User);
    let calls = users.flat_map(|sequence| {
        let after = match &sequence.then {
            Then::Answer(answer) => Some(answer),
            Then::Repeat | Then::Unmocked => None,
        };
        sequence.calls.iter().chain(after)
    });
    calls
        .flat_map(|answer| {
            let reply = match &answer.reply {
                Reply::Return(value) => Some(value.clone()),
                Reply::Throw { cause, .. } => cause.clone().map(Value::from),
                Reply::Silence | Reply::Unmocked(_) => None,
            };
            reply.into_iter().chain(answer.submitted.clone())
        })
        .chain(scenario.script.objects.values())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::asl::compile_text;
    use crate::mock::Script;

    fn scenario(origin: Origin) -> Scenario {
        let input =
            Value::parse(r#"{"kind":"EXPRESS","customer":"Ada Lovelace","amounts":[250,17]}"#).unwrap();
        Scenario { name: "an example".to_owned(), input, script: Arc::new(Script::default()), origin }
    }

    fn machine() -> Machine {
        let text = r#"{"StartAt":"Ask","States":{"Ask":{"Type":"Choice","Default":"End",
            "Choices":[{"Variable":"$.kind","StringEquals":"EXPRESS","Next":"End"}]},"End":{"Type":"Succeed"}}}"#;
        compile_text("m", text).unwrap()
    }

    #[test]
    fn the_shape_stays_and_so_does_what_the_definition_says_itself() {
        let (machine, scenario) = (machine(), scenario(Origin::User));
        let redactor = Redactor::new(Some(&machine), &scenario, Values::Redacted);
        let shown = redactor.value(&scenario.input).to_json();
        assert_eq!(shown, r#"{"kind":"EXPRESS","customer":"…","amounts":[0,0]}"#);
    }

    #[test]
    fn a_cause_that_quotes_the_input_is_redacted() {
        let (machine, scenario) = (machine(), scenario(Origin::User));
        let redactor = Redactor::new(Some(&machine), &scenario, Values::Redacted);
        assert_eq!(
            redactor.text("no `$.id` in {\"customer\":\"Ada Lovelace\"}"),
            "no `$.id` in {\"customer\":\"…\"}"
        );
    }

    #[test]
    fn generated_values_and_values_that_were_asked_for_are_shown() {
        let machine = machine();
        for (origin, values) in [(Origin::Generated, Values::Redacted), (Origin::User, Values::Shown)] {
            let scenario = scenario(origin);
            let redactor = Redactor::new(Some(&machine), &scenario, values);
            assert_eq!(redactor.value(&scenario.input).to_json(), scenario.input.to_json());
        }
    }
}
