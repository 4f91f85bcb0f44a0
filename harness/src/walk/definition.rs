//! The definitions that requests carry: the whole machine, or a state alone.
//!
//! A state alone is a tenth of the text and quicker to check, and a kept answer about it outlives changes of all other
//! states. But alone it has no name: TestState calls it by one of its own, so what may quote the name is asked about the
//! whole machine.

use std::collections::BTreeMap;

use super::Form;
use crate::asl::{Kind, Machine, QueryLanguage, State, StateId};
use crate::sim::{Question, Told, Visit, Work};
use crate::value::{Object, Value};

/// The definitions of a walk, each made once.
pub(super) struct Definitions<'m> {
    machine: &'m Machine,
    form: Form,
    whole: Value,
    /// Those in which a Wait state does not wait, by that state.
    waitless: BTreeMap<StateId, Value>,
    /// States alone, and whether they wait; none for those that are only asked about in the whole.
    alone: BTreeMap<(StateId, bool), Option<Value>>,
}

impl<'m> Definitions<'m> {
    pub(super) fn new(machine: &'m Machine, form: Form) -> Self {
        let whole = Value::from(definition_text(machine));
        Self { machine, form, whole, waitless: BTreeMap::new(), alone: BTreeMap::new() }
    }

    /// The whole machine.
    pub(super) fn whole(&mut self, visit: &Visit<'_>) -> Value {
        if waits(visit) {
            return self.whole.clone();
        }
        let made = || Value::from(without_waiting(self.machine, visit.state));
        self.waitless.entry(visit.state.id).or_insert_with(made).clone()
    }

    /// The state alone, if that is the form and says the same.
    pub(super) fn alone(&mut self, visit: &Visit<'_>) -> Option<Value> {
        if self.form == Form::Whole {
            return None;
        }
        let waits = waits(visit);
        let made = || state_text(self.machine, visit.state, waits).map(Value::from);
        self.alone.entry((visit.state.id, waits)).or_insert_with(made).clone()
    }

    /// From now on this state is only asked about in the whole.
    pub(super) fn never_alone(&mut self, state: StateId) {
        for waits in [false, true] {
            self.alone.insert((state, waits), None);
        }
    }
}

/// Whether what is told of a state alone may quote its name: a cause that neither the mock nor the definition gives is
/// the service's own.
pub(super) fn may_quote_name(told: &Told, visit: &Visit<'_>, machine: &Machine) -> bool {
    let Some(cause) = told.cause.as_deref() else { return false };
    let written = machine.document.node(&format!("{}/Cause", visit.state.pointer));
    if written.and_then(|node| node.as_str()) == Some(cause) {
        return false;
    }
    match visit.question {
        Question::After { work: Work::Error { cause: given, .. }, .. } => given.as_deref() != Some(cause),
        Question::After { work: Work::Result(_), .. }
        | Question::Alone
        | Question::Before
        | Question::Real => true,
    }
}

/// The definition as requests carry it.
pub(super) fn definition_text(machine: &Machine) -> String {
    machine.document.root.to_value().to_json()
}

/// A state as a definition of its own.
///
/// What it goes to need not be there (recorded on AWS). The language is the one thing that it has from around it; states
/// inside have it from there, too, so that those of a machine in JSONata stay where they are.
fn state_text(machine: &Machine, state: &State, waits: bool) -> Option<String> {
    let contains = matches!(state.kind, Kind::Parallel { .. } | Kind::Map(_));
    if contains && machine.query_language == QueryLanguage::Jsonata {
        return None;
    }
    let text = machine.document.node(&state.pointer)?.to_value();
    let text = if waits { text } else { at_once(&text) };
    let Value::Object(mut text) = text else { return None };
    if state.query_language == QueryLanguage::Jsonata && text.get("QueryLanguage").is_none() {
        text.insert("QueryLanguage", Value::from("JSONata"));
    }
    Some(Value::from(text).to_json())
}

/// Whether a state may do all that it does: a Wait state that has waited is asked about without the waiting.
fn waits(visit: &Visit<'_>) -> bool {
    !matches!((&visit.state.kind, visit.question), (Kind::Wait(_), Question::Alone))
}

/// The definition in which a Wait state does not wait.
///
/// Docs, "TestState": a test runs for up to five minutes; a Wait state would wait them.
fn without_waiting(machine: &Machine, state: &State) -> String {
    let definition = machine.document.root.to_value();
    let names: Vec<_> = state.pointer.split('/').skip(1).map(unescaped).collect();
    changed(&definition, &names).to_json()
}

/// A token of a JSON pointer as a name.
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

fn changed(value: &Value, names: &[String]) -> Value {
    let Some((name, rest)) = names.split_first() else { return at_once(value) };
    match value {
        Value::Object(members) => {
            let mut members = members.clone();
            if let Some(member) = members.get(name) {
                let member = changed(member, rest);
                members.insert(name.as_str(), member);
            }
            members.into()
        }
        Value::Array(items) => {
            let mut items = items.clone();
            if let Some((at, item)) = name.parse().ok().and_then(|at: usize| Some((at, items.get(at)?))) {
                let item = changed(item, rest);
                items.set(at, item);
            }
            Value::Array(items)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn at_once(wait: &Value) -> Value {
    let times = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
    let members = wait.as_object().into_iter().flat_map(Object::iter);
    let kept = members.filter(|(name, _)| !times.contains(&&***name));
    let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
    kept.chain([("Seconds".into(), Value::from(0))]).collect::<Object>().into()
}
