//! Stateful fakes: what the applied effects of one execution leave behind, and what a second one meets.
//!
//! A fake speaks only where it knows: of items, objects and names that an execution has written. Everything else is
//! answered by the script. A condition that cannot be decided is told as such ([`Meeting::Undecided`]), never guessed.

mod condition;
mod identity;
mod item;
mod operation;
mod refusal;
mod replay;
mod update;

use std::collections::BTreeMap;

pub use identity::{Identity, Kind};
pub use replay::{Met, Repeating};

use crate::asl::{Machine, State, Task};
use crate::history::History;
use crate::load::Node;
use crate::value::Value;
use condition::Question;
use identity::Keys;
use item::Item;
use operation::{Deed, deeds};

/// What executions have left behind.
#[derive(Clone, Debug, Default)]
pub struct World {
    things: BTreeMap<Identity, Thing>,
    keys: Keys,
    log: Vec<Write>,
}

/// What is known of one thing.
#[derive(Clone, Debug)]
struct Thing {
    /// None: it is known not to be there.
    content: Option<Item>,
    by: Author,
}

/// Which execution wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The first, with this attempt, as an index into its history.
    First(usize),
    /// The second.
    Second,
}

/// A write that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// What it is about.
    pub identity: Identity,
    /// Whose it is.
    pub by: Author,
    /// What became of the thing.
    pub change: Change,
}

/// What a write does to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is there now.
    Made,
    /// It was there, and is another now.
    Changed,
    /// It is gone.
    Removed,
}

/// What a request meets.
#[derive(Clone, Debug, PartialEq)]
pub enum Meeting {
    /// Nothing that the world knows.
    Nothing,
    /// It is refused, with error and cause.
    Refused(String, String, Found),
    /// It finds something: the answer.
    Found(Value, Found),
    /// It depends on a condition that cannot be decided.
    Undecided(Found),
}

/// What was met, and who left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub identity: Identity,
    /// Who wrote it last.
    pub by: Author,
}

impl World {
    /// What an execution leaves behind: every effect that was applied, in order.
    pub fn after(machine: &Machine, history: &History) -> Self {
        Self::after_calls(machine, history, history.attempts.len())
    }

    /// The same, of the first so many calls.
    pub fn after_calls(machine: &Machine, history: &History, calls: usize) -> Self {
        let mut world = Self { keys: keys(machine), ..Self::default() };
        for attempt in &history.attempts {
            if let Some(task) = machine.state(attempt.state).task() {
                for deed in deeds(task, &attempt.parameters) {
                    world.learn(&deed);
                }
            }
        }
        let applied = history.attempts.iter().take(calls).enumerate().filter(|(_, attempt)| attempt.applied);
        for (at, attempt) in applied {
            if let Some(task) = machine.state(attempt.state).task() {
                world.apply(task, &attempt.parameters, Author::First(at));
            }
        }
        world
    }

    /// Whether a task can leave something here.
    pub fn can_hold(task: &Task) -> bool {
        operation::can_write(task)
    }

    /// Whether nothing is left behind, and nothing is known to be gone.
    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// Every write, in order.
    pub fn log(&self) -> &[Write] {
        &self.log
    }

    /// What the attempts of an execution are about, whether they read or write.
    pub fn touched(&self, state: &State, request: &Value) -> Vec<Identity> {
        let Some(task) = state.task() else { return Vec::new() };
        deeds(task, request).iter().filter_map(|deed| self.keys.identity(deed)).collect()
    }

    /// Whether a second execution that makes the same calls would meet anything.
    ///
    /// What is made of the name of the execution is another value in the second one, so that nobody can say before.
    pub fn would_change(&self, machine: &Machine, baseline: &History, now_ms: i64, name: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut world = self.clone();
        baseline.attempts.iter().any(|attempt| {
            let Some(task) = machine.state(attempt.state).task() else { return false };
            let scripted = match &attempt.ending {
                crate::history::Ending::Succeeded(result) => Some(result),
                _ => None,
            };
            let is_own = |identity: &Identity| world.things.contains_key(identity);
            let asks_for_execution = attempt
                .parameters
                .get("ExpressionAttributeValues")
                .is_some_and(|values| names_execution(values, name));
            let met = world.meet(task, &attempt.parameters, scripted, now_ms) != Meeting::Nothing
                || (asks_for_execution
                    && attempt.parameters.get("ConditionExpression").is_some()
                    && world.touched(machine.state(attempt.state), &attempt.parameters).iter().any(is_own));
            if attempt.applied {
                world.apply(task, &attempt.parameters, Author::Second);
            }
            met
        })
    }

    /// What a request meets; `scripted` is what the script answers.
    pub fn meet(&self, task: &Task, request: &Value, scripted: Option<&Value>, now_ms: i64) -> Meeting {
        let deeds = deeds(task, request);
        let mut undecided = None;
        for deed in &deeds {
            match self.meet_one(task, deed, scripted, now_ms, deeds.len() > 1) {
                Meeting::Nothing => {}
                Meeting::Undecided(found) => undecided = undecided.or(Some(found)),
                met @ (Meeting::Refused(..) | Meeting::Found(..)) => return met,
            }
        }
        undecided.map_or(Meeting::Nothing, Meeting::Undecided)
    }

    fn meet_one(
        &self,
        task: &Task,
        deed: &Deed<'_>,
        scripted: Option<&Value>,
        now_ms: i64,
        in_transaction: bool,
    ) -> Meeting {
        if let Deed::Query(request) = deed {
            return self.queried(request, scripted, now_ms);
        }
        let Some(identity) = self.keys.identity(deed) else { return Meeting::Nothing };
        let Some(thing) = self.things.get(&identity) else { return Meeting::Nothing };
        let content = thing.content.as_ref();
        if content.is_some_and(|item| item.is_expired(now_ms)) {
            return Meeting::Nothing;
        }
        let found = Found { identity, by: thing.by };
        match deed {
            Deed::PutItem(request)
            | Deed::UpdateItem(request)
            | Deed::DeleteItem(request)
            | Deed::CheckItem(request) => {
                if request.get("Expected").is_some() {
                    return Meeting::Undecided(found);
                }
                let Some(condition) = request.get("ConditionExpression").and_then(Value::as_str) else {
                    return Meeting::Nothing;
                };
                let question = Question {
                    names: request.get("ExpressionAttributeNames"),
                    values: request.get("ExpressionAttributeValues"),
                    item: content,
                    now_ms,
                };
                match question.holds(condition) {
                    Some(true) => Meeting::Nothing,
                    None => Meeting::Undecided(found),
                    Some(false) => refusal::condition(task, in_transaction).refused(found),
                }
            }
            Deed::GetItem(request) => read(request, content, scripted, found),
            Deed::PutObject(request) => match (request.get("IfNoneMatch").and_then(Value::as_str), content) {
                (Some("*"), Some(_)) => refusal::precondition(task).refused(found),
                _ => Meeting::Nothing,
            },
            Deed::ReadObject(_) if content.is_none() => refusal::no_object(task).refused(found),
            Deed::RunExecution(_) if content.is_some() => refusal::execution(task, &found).refused(found),
            Deed::Create { taken, .. } if content.is_some() => {
                refusal::taken(task, taken, &found).refused(found)
            }
            Deed::Query(_)
            | Deed::DeleteObject(_)
            | Deed::ReadObject(_)
            | Deed::RunExecution(_)
            | Deed::Create { .. }
            | Deed::Delete { .. } => Meeting::Nothing,
        }
    }

    /// A query by the whole key, without an index.
    fn queried(&self, request: &Value, scripted: Option<&Value>, now_ms: i64) -> Meeting {
        let (Some(table), Some(scripted)) = (identity::table(request), scripted) else {
            return Meeting::Nothing;
        };
        let condition = request.get("KeyConditionExpression").and_then(Value::as_str).unwrap_or_default();
        let is_narrowed = ["IndexName", "FilterExpression", "ExclusiveStartKey", "Select"];
        if condition.is_empty() || is_narrowed.iter().any(|member| request.get(member).is_some()) {
            return Meeting::Nothing;
        }
        let mut items = scripted.get("Items").and_then(Value::as_array).unwrap_or_default().to_vec();
        let mut by = None;
        let of_table = self
            .things
            .iter()
            .filter(|(identity, _)| identity.kind == Kind::Item && *identity.home == *table);
        for (identity, thing) in of_table {
            let Some(item) = thing.content.as_ref().filter(|item| !item.is_expired(now_ms)) else { continue };
            let question = Question {
                names: request.get("ExpressionAttributeNames"),
                values: request.get("ExpressionAttributeValues"),
                item: Some(item),
                now_ms,
            };
            let value = Value::from(item.attributes.clone());
            if question.holds(condition) == Some(true) && !items.contains(&value) {
                items.push(value);
                by = Some(Found { identity: identity.clone(), by: thing.by });
            }
        }
        let Some(found) = by else { return Meeting::Nothing };
        let mut answer = scripted.as_object().cloned().unwrap_or_default();
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        answer.insert("Items", Value::array(items));
        for member in ["Count", "ScannedCount"] {
            answer.insert(member, Value::from(count));
        }
        Meeting::Found(answer.into(), found)
    }

    /// Writes down what a request changes.
    pub fn apply(&mut self, task: &Task, request: &Value, by: Author) {
        for deed in deeds(task, request) {
            self.learn(&deed);
            let Some(identity) = self.keys.identity(&deed) else { continue };
            let there = self.things.get(&identity).and_then(|thing| thing.content.clone());
            let is_known = self.things.contains_key(&identity);
            let content = match deed {
                Deed::PutItem(request) => {
                    let attributes =
                        request.get("Item").and_then(Value::as_object).cloned().unwrap_or_default();
                    Some(Item { attributes, is_whole: true })
                }
                Deed::UpdateItem(request) => Some(updated(there.clone(), is_known, request)),
                Deed::PutObject(_) | Deed::RunExecution(_) | Deed::Create { .. } => Some(Item::default()),
                Deed::DeleteItem(_) | Deed::DeleteObject(_) | Deed::Delete { .. } => None,
                Deed::CheckItem(_) | Deed::GetItem(_) | Deed::Query(_) | Deed::ReadObject(_) => continue,
            };
            let change = match (&there, &content) {
                (_, None) => Change::Removed,
                (Some(_), Some(_)) => Change::Changed,
                (None, Some(_)) => Change::Made,
            };
            self.log.push(Write { identity: identity.clone(), by, change });
            self.things.insert(identity, Thing { content, by });
        }
    }

    fn learn(&mut self, deed: &Deed<'_>) {
        if let Deed::UpdateItem(request)
        | Deed::DeleteItem(request)
        | Deed::CheckItem(request)
        | Deed::GetItem(request) = deed
        {
            self.keys.learn(request);
        }
    }
}

/// Whether any text is the name of the execution, or an ARN that ends with it.
fn names_execution(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => **text == *name || text.rsplit(':').next() == Some(name),
        Value::Array(items) => items.iter().any(|item| names_execution(item, name)),
        Value::Object(object) => object.iter().any(|(_, member)| names_execution(member, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// An item after an update: one that was not there, or of which a condition says so, has nothing else.
fn updated(there: Option<Item>, is_known: bool, request: &Value) -> Item {
    let key = request.get("Key").and_then(Value::as_object).cloned().unwrap_or_default();
    let condition = request.get("ConditionExpression").and_then(Value::as_str).unwrap_or_default();
    let is_new = is_known || condition.trim_start().to_ascii_lowercase().starts_with("attribute_not_exists");
    let mut item = there.unwrap_or(Item { attributes: key, is_whole: is_new && !condition.contains(" OR ") });
    update::update(&mut item, request);
    item
}

/// The answer of a read of one item, if it is another one than the script's.
fn read(request: &Value, content: Option<&Item>, scripted: Option<&Value>, found: Found) -> Meeting {
    let Some(scripted) = scripted else { return Meeting::Nothing };
    let mut answer = scripted.as_object().cloned().unwrap_or_default();
    let Some(item) = content else {
        return match answer.remove("Item") {
            Some(_) => Meeting::Found(answer.into(), found),
            None => Meeting::Nothing,
        };
    };
    let names = request.get("ExpressionAttributeNames");
    let projected = request.get("ProjectionExpression").and_then(Value::as_str).map(|text| {
        let tokens = crate::catalog::expression_tokens(text);
        let paths = tokens.into_iter().filter(|token| *token != ",");
        paths.filter_map(|token| condition::path(token, names)?.into_iter().next()).collect::<Vec<_>>()
    });
    let is_asked =
        |name: &str| projected.as_ref().is_none_or(|names| names.iter().any(|asked| asked == name));
    // What is not known of it is as the script says.
    let mut whole = match answer.get("Item").and_then(Value::as_object) {
        Some(item_before) if !item.is_whole => item_before.clone(),
        _ => crate::value::Object::from_iter(Vec::<(&str, Value)>::new()),
    };
    for (name, value) in item.attributes.iter().filter(|(name, _)| is_asked(name)) {
        whole.insert(name.clone(), value.clone());
    }
    let whole = Value::from(whole);
    if answer.get("Item") == Some(&whole) {
        return Meeting::Nothing;
    }
    answer.insert("Item", whole);
    Meeting::Found(answer.into(), found)
}

/// The key attributes of tables, as the definition writes them.
fn keys(machine: &Machine) -> Keys {
    let mut keys = Keys::default();
    let tables = machine
        .states
        .iter()
        .filter(|state| state.task().is_some_and(|task| &*task.integration.service == "dynamodb"));
    for state in tables {
        for field in ["Parameters", "Arguments"] {
            let written = machine.document.node(&format!("{}/{field}", state.pointer)).map(Node::to_value);
            if let Some(written) = written {
                keys.learn(&written);
            }
        }
    }
    keys
}
