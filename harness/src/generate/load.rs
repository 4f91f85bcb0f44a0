//! Heavier scenarios than those that tests are made of: a loop that goes on, with answers as long as real ones.
//!
//! What a machine carries along grows only where there is much of it. A load changes what is likely to differ in
//! production and nothing else: the tasks of a loop answer as they did when the loop went round, their texts are as
//! long as a page, and who keeps a conversation returns it with one more message each time.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Origin, Scenario};
use crate::asl::{Machine, State, StateId};
use crate::history::{Detail, History, StrandId};
use crate::mock::{Answer, Reply, Script, Sequence, Then};
use crate::model::{Loop, Model, PlaceId, Source, Step, Uses};
use crate::value::{Key, Value};

/// Bytes of a text that somebody's own code answers with: a page, or a record with its fields.
const TEXT_BYTES: usize = 2_048;
/// Messages that a conversation gets at most.
const MESSAGES_MAX: usize = 160;
/// Names of lists that whoever gets them returns with one more entry.
pub const CONVERSATIONS: [&str; 7] =
    ["messages", "history", "conversation", "transcript", "dialog", "dialogue", "chat"];

/// The scenario with a loop that goes on, for each loop that a run went round at least once; with the loop's position
/// among [`crate::model::Graph::loops`].
pub fn rounds(model: &Model, scenario: &Scenario, history: &History) -> Vec<(usize, Scenario)> {
    let loops = model.graph.loops().iter().enumerate();
    loops
        .filter(|(_, looped)| went_round(history, looped))
        .filter_map(|(at, looped)| Some((at, going_on(model, scenario, history, looped)?)))
        .collect()
}

/// The states of the history of a loop: which of them was entered how often in one strand.
fn went_round(history: &History, looped: &Loop) -> bool {
    let mut entered: BTreeSet<(StateId, StrandId)> = BTreeSet::new();
    history.events.iter().chain(&history.child_events).any(|event| match (&event.detail, event.state) {
        (Detail::Input(_), Some(state)) if looped.contains(state) => !entered.insert((state, event.strand)),
        _ => false,
    })
}

fn going_on(model: &Model, scenario: &Scenario, history: &History, looped: &Loop) -> Option<Scenario> {
    let machine = &model.machine;
    let mut script = Script::clone(&scenario.script);
    let mut any = false;
    for state in machine.states.iter().filter(|state| is_within(machine, state, looped)) {
        let Some(sequence) = script.answers.get(&state.path) else { continue };
        let Some(first @ Answer { reply: Reply::Return(result), .. }) = sequence.get(0) else { continue };
        let result = if model.is_own_code(state.id) {
            lengthened(model, state, result, TEXT_BYTES)
        } else {
            result.clone()
        };
        let by = sequence.by;
        let calls = match conversation(model, history, state, &result) {
            Some(path) => with_more_each_time(&result, &path),
            None => vec![result],
        };
        let calls = calls.into_iter().map(|result| Answer { reply: Reply::Return(result), ..first.clone() });
        let sequence = Sequence { calls: calls.collect(), then: Then::Repeat, by };
        script.answers.insert(state.path.clone(), sequence);
        any = true;
    }
    any.then(|| Scenario {
        name: format!("{}, going on", scenario.name),
        input: scenario.input.clone(),
        script: Arc::new(script),
        origin: if scenario.origin == Origin::User { Origin::Varied } else { scenario.origin },
    })
}

/// Whether a task belongs to a loop, or to a Parallel or Map state of it.
fn is_within(machine: &Machine, state: &State, looped: &Loop) -> bool {
    state.task().is_some()
        && (looped.contains(state.id) || machine.enclosing(state.id).any(|outer| looped.contains(outer.id)))
}

/// Where a task gets a conversation and returns it: a list of such a name in its request and in its result.
fn conversation(model: &Model, history: &History, state: &State, result: &Value) -> Option<Vec<Key>> {
    let call = history.attempts.iter().find(|attempt| attempt.state == state.id)?;
    let path = conversation_in(result)?;
    let name = path.last()?;
    // What is given may be anything: nothing but the function looks at it.
    let is_given = named(&call.parameters, &|key, _| key == &**name, 4).is_some();
    (model.is_own_code(state.id) && is_given).then_some(path)
}

/// The way through objects to a list of a conversation's name.
pub fn conversation_in(value: &Value) -> Option<Vec<Key>> {
    named(value, &|key, value| CONVERSATIONS.contains(&key) && value.as_array().is_some(), 4)
}

/// The way through objects to a member that is wanted.
fn named(value: &Value, wanted: &dyn Fn(&str, &Value) -> bool, depth: u32) -> Option<Vec<Key>> {
    let object = value.as_object()?;
    if let Some((key, _)) = object.iter().find(|(key, value)| wanted(key, value)) {
        return Some(vec![key.clone()]);
    }
    object.iter().filter(|_| depth > 0).find_map(|(key, inner)| {
        let mut path = named(inner, wanted, depth - 1)?;
        path.insert(0, key.clone());
        Some(path)
    })
}

/// The answers of one call after the other, each with one more entry in the list.
fn with_more_each_time(result: &Value, path: &[Key]) -> Vec<Value> {
    (0..MESSAGES_MAX)
        .map(|more| {
            changed(result, path, &|list| {
                let mut items = list.as_array().unwrap_or_default().to_vec();
                let entry = match items.last() {
                    Some(Value::Object(last)) => {
                        let mut entry = last.clone();
                        entry.insert("text", text(TEXT_BYTES));
                        Value::Object(entry)
                    }
                    _ => text(TEXT_BYTES),
                };
                items.extend(std::iter::repeat_n(entry, more));
                Value::array(items)
            })
        })
        .collect()
}

/// A value with another one at a place that is reached through objects.
fn changed(value: &Value, path: &[Key], change: &dyn Fn(&Value) -> Value) -> Value {
    let Some((key, rest)) = path.split_first() else { return change(value) };
    let mut object = value.as_object().cloned().unwrap_or_default();
    let inner = changed(object.get(key).unwrap_or(&Value::Null), rest, change);
    object.insert(key.clone(), inner);
    Value::Object(object)
}

/// The result of somebody's own code with a text of real length in it: where a text may be anything, or beside what is
/// read of it.
pub(super) fn lengthened(model: &Model, state: &State, result: &Value, bytes: usize) -> Value {
    let demands = model.demands();
    let root = demands.root(Source::Result(state.id));
    let mut best: Option<(u32, Vec<Step>)> = None;
    free_texts(model, result, root, &mut Vec::new(), &mut best);
    if let Some((_, steps)) = best {
        return super::place::set(result, &steps, &[], Some(&text(bytes)));
    }
    let is_wrapped = state.task().is_some_and(|task| &*task.integration.action == "invoke");
    let path: Vec<Key> =
        if is_wrapped && result.get("Payload").is_some() { vec!["Payload".into()] } else { vec![] };
    changed(result, &path, &|body| match body {
        Value::Object(object) if object.get("detail").is_none() => {
            let mut object = object.clone();
            object.insert("detail", text(bytes));
            Value::Object(object)
        }
        Value::Null => text(bytes),
        other => other.clone(),
    })
}

/// Names of members that hold running text, the likeliest first.
const RUNNING: [&str; 13] = [
    "text",
    "content",
    "detail",
    "body",
    "answer",
    "output",
    "summary",
    "description",
    "message",
    "data",
    "result",
    "value",
    "item",
];

/// Finds the best place for a long text: the first by its name, then by its position.
fn free_texts(
    model: &Model,
    value: &Value,
    place: Option<PlaceId>,
    steps: &mut Vec<Step>,
    best: &mut Option<(u32, Vec<Step>)>,
) {
    let demands = model.demands();
    let inside = |step: &Step| place.and_then(|place| demands.place(place).children.get(step).copied());
    match value {
        Value::Object(object) => {
            for (key, inner) in object.iter() {
                let step = Step::Field(key.clone());
                let place = inside(&step);
                steps.push(step);
                free_texts(model, inner, place, steps, best);
                steps.pop();
            }
        }
        Value::Array(items) => {
            for (at, inner) in (0..).zip(items.iter().take(2)) {
                let step = Step::Index(at);
                let place = inside(&step).or_else(|| inside(&Step::Each));
                steps.push(step);
                free_texts(model, inner, place, steps, best);
                steps.pop();
            }
        }
        Value::String(_) => {
            let free = place.is_none_or(|place| is_free(model, place));
            let name = steps
                .iter()
                .rev()
                .find_map(|step| if let Step::Field(key) = step { Some(key) } else { None });
            let name = name.map(|name| name.to_lowercase()).unwrap_or_default();
            let rank = RUNNING.iter().position(|known| name.contains(known));
            let Some(rank) = rank.and_then(|rank| u32::try_from(rank).ok()).filter(|_| free) else { return };
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                *best = Some((rank, steps.clone()));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the machine takes any text there.
fn is_free(model: &Model, place: PlaceId) -> bool {
    let place = model.demands().place(place);
    let other = [Uses::NUMBER, Uses::BOOLEAN, Uses::JSON_TEXT, Uses::TIMESTAMP, Uses::SECONDS, Uses::BASE64];
    place.literals.is_empty()
        && place.children.is_empty()
        && !other.into_iter().any(|other| place.uses.contains(other))
}

/// A text of so many bytes.
fn text(bytes: usize) -> Value {
    Value::from("as long as a real one, ".chars().cycle().take(bytes).collect::<String>())
}
