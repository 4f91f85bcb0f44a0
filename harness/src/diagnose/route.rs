//! Proposals that lead executions another way: into a Fail state, out of a loop after some rounds, past a question.

use super::complete::within_limit;
use super::fix::{self, add, add_choice_rule, free_name, listed, object, patch, remove, replace};
use crate::asl::{Edge, Kind, Machine, QueryLanguage, State, StateId, Transition};
use crate::load::pointer_token;
use crate::model::Graph;
use crate::oracle::{Fix, PatchOperation};
use crate::value::{ObjectBuilder, Value};

/// Rounds of a proposed counter. Only the user knows how long the work may take; the text says so.
const ROUNDS: i64 = 100;

/// A new state beside another one.
pub(crate) struct NewState {
    /// Its name, which no state has yet.
    pub(crate) name: String,
    /// What adds it.
    pub(crate) operation: PatchOperation,
}

/// A Fail state in the scope of `beside`.
pub(crate) fn fail_state(
    machine: &Machine,
    beside: &State,
    suffix: &str,
    error: &str,
    cause: String,
) -> NewState {
    let state =
        object([("Type", Value::from("Fail")), ("Error", Value::from(error)), ("Cause", Value::from(cause))]);
    new_state(machine, beside, suffix, state)
}

/// The Fail state that all failure paths of a scope share: findings of one habit bring it once.
pub(crate) fn report_failure(machine: &Machine, beside: &State) -> NewState {
    let scope = &machine.scopes[beside.scope.0 as usize];
    let wanted = match scope.parent.map(|parent| machine.state(parent)) {
        None => "Report Failure".to_owned(),
        Some(parent) => within_limit(&format!("Report Failure {} {}", scope.branch, parent.name), ""),
    };
    let name = free_name(machine, &wanted);
    let operation = add(format!("{}/{}", siblings(beside), pointer_token(&name)), fix::fail_state());
    NewState { name, operation }
}

fn new_state(machine: &Machine, beside: &State, suffix: &str, state: Value) -> NewState {
    let name = free_name(machine, &within_limit(&beside.name, suffix));
    let operation = add(format!("{}/{}", siblings(beside), pointer_token(&name)), state);
    NewState { name, operation }
}

/// The pointer of the `States` that hold a state.
fn siblings(state: &State) -> &str {
    state.pointer.rsplit_once('/').map_or("/States", |(siblings, _)| siblings)
}

/// The operation that leads one way out of a state to another one.
pub(crate) fn lead(state: &State, edge: Edge, to: &str) -> PatchOperation {
    let at = match edge {
        Edge::Next => format!("{}/Next", state.pointer),
        Edge::Rule(rule) => format!("{}/Choices/{rule}/Next", state.pointer),
        Edge::Default => format!("{}/Default", state.pointer),
        Edge::Catch(catcher) => format!("{}/Catch/{catcher}/Next", state.pointer),
    };
    replace(at, Value::from(to))
}

/// A `Default` that ends in a Fail state.
pub(crate) fn default_to_fail(machine: &Machine, choice: &State) -> Fix {
    let cause = format!("No rule of {} holds.", choice.name);
    let fail = fail_state(machine, choice, " Unexpected", "UnexpectedValue", cause);
    patch(
        "Add a `Default`, and let it end in a Fail state that says what was not expected.",
        vec![add(format!("{}/Default", choice.pointer), Value::from(fail.name)), fail.operation],
    )
}

/// A rule for statuses that nothing names, into a Fail state of its own.
pub(crate) fn statuses_to_fail(machine: &Machine, choice: &State, variable: &str, statuses: &[&str]) -> Fix {
    let cause = format!("What {} asks for has ended badly.", choice.name);
    let fail = fail_state(machine, choice, " Ended Badly", "EndedBadly", cause);
    let mut fix = add_choice_rule(choice, variable, statuses, &fail.name);
    fix.text =
        format!("Name {} in a rule that ends the loop; the patch ends in a Fail state.", listed(statuses));
    fix.asl_patch.push(fail.operation);
    fix
}

/// A rule of a Choice in front of another one.
pub(crate) fn move_rule(
    machine: &Machine,
    choice: &State,
    from: usize,
    to: usize,
) -> Option<Vec<PatchOperation>> {
    let at = |rule: usize| format!("{}/Choices/{rule}", choice.pointer);
    let rule = machine.document.node(&at(from))?.to_value();
    Some(vec![remove(at(from)), add(at(to), rule)])
}

/// A count of the rounds on the way back into a loop: a Choice that counts in a variable, and a Fail state. After
/// `rounds_max` rounds something else would end the loop.
pub(crate) fn count_rounds(machine: &Machine, choice: &State, back: StateId, rounds_max: usize) -> Fix {
    let rounds = ROUNDS.min(i64::try_from(rounds_max).unwrap_or(ROUNDS)).max(1);
    let letters: String = choice.name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let text = &machine.document.file.text;
    let variable = (1..=text.len() + 1)
        .map(|number| {
            format!("roundsOf{letters}{}", if number == 1 { String::new() } else { number.to_string() })
        })
        .find(|name| !text.contains(name.as_str()))
        .expect("one name more than the text has room for");
    let cause = format!("{rounds} rounds were not enough for {}.", choice.name);
    let fail = fail_state(machine, choice, " Gave Up", "TooManyRounds", cause);
    let rule = object([
        ("Condition", Value::from(format!("{{% $exists(${variable}) and ${variable} >= {rounds} %}}"))),
        ("Next", Value::from(fail.name.clone())),
    ]);
    let counted = Value::from(format!("{{% $exists(${variable}) ? ${variable} + 1 : 1 %}}"));
    let mut counts = ObjectBuilder::with_capacity(5);
    counts.push("Type", Value::from("Choice"));
    if machine.query_language != QueryLanguage::Jsonata {
        counts.push("QueryLanguage", Value::from("JSONata"));
    }
    counts.push("Choices", Value::array(vec![rule]));
    counts.push("Assign", Value::Object([(variable, counted)].into_iter().collect()));
    counts.push("Default", Value::from(&*machine.state(back).name));
    let count = new_state(machine, choice, " Enough Rounds?", counts.finish().into());
    let again = choice.successors().into_iter().filter(|(_, next)| *next == back);
    let mut operations: Vec<_> = again.map(|(edge, _)| lead(choice, edge, &count.name)).collect();
    operations.extend([count.operation, fail.operation]);
    patch(
        format!(
            "Count the rounds and give up after a number of them (the patch says {rounds}; choose what the work may \
             take). A timer of the whole execution would end it without a handler."
        ),
        operations,
    )
}

/// A Fail state at the end of the failure path that begins at `first`: wherever the path comes back to the way of
/// success, or ends well. `entry` is the catcher that leads there.
pub(crate) fn fail_instead(
    machine: &Machine,
    graph: &Graph,
    (state, entry): (&State, usize),
    first: StateId,
) -> Option<Fix> {
    let fail = report_failure(machine, state);
    let mut operations = Vec::new();
    let mut region = Vec::new();
    if graph.is_failure_only(first) {
        region.push(first);
    } else {
        operations.push(lead(state, Edge::Catch(entry), &fail.name));
    }
    let mut at = 0;
    while let Some(here) = region.get(at).map(|id| machine.state(*id)) {
        at += 1;
        match (&here.kind, &here.next) {
            (Kind::Fail { .. }, _) => continue,
            (Kind::Succeed, _) => return None,
            (kind, Transition::End) if !matches!(kind, Kind::Choice(_)) => {
                operations.push(remove(format!("{}/End", here.pointer)));
                operations.push(add(format!("{}/Next", here.pointer), Value::from(fail.name.as_str())));
            }
            _ => {}
        }
        let ways = here.successors().into_iter().filter(|(edge, _)| !matches!(edge, Edge::Catch(_)));
        for (edge, next) in ways {
            if !graph.is_failure_only(next) {
                operations.push(lead(here, edge, &fail.name));
            } else if !region.contains(&next) {
                region.push(next);
            }
        }
    }
    if operations.is_empty() {
        return None;
    }
    operations.push(fail.operation);
    let text = match region.first() {
        Some(first) => format!(
            "End the way through `{}` in a Fail state, or send a message there, so that the failure shows. The patch \
             ends in a Fail state.",
            machine.state(*first).name
        ),
        None => format!(
            "Do not go on with `{}` as if nothing had happened: the patch ends in a Fail state. Where some errors are \
             expected, catch them by name before.",
            machine.state(first).name
        ),
    };
    Some(patch(text, operations))
}

/// A Choice before a state that asks whether a path is there, and a Fail state for when it is not.
pub(crate) fn ask_before(machine: &Machine, state: &State, path: &str) -> Option<Fix> {
    let cause = format!("{path} is missing for {}.", state.name);
    let fail = fail_state(machine, state, " Lacks Data", "DataMissing", cause);
    let text = format!(
        "Ask for `{path}` before `{}` reads it, and say what to do without it; the patch ends in a Fail state then.",
        state.name
    );
    let missing = object([("Variable", Value::from(path)), ("IsPresent", Value::from(false))]);
    if state.query_language != QueryLanguage::JsonPath {
        return None;
    }
    let Value::Object(mut rule) = missing else { return None };
    rule.insert("Next", Value::from(fail.name.as_str()));
    if matches!(state.kind, Kind::Choice(_)) {
        let first = add(format!("{}/Choices/0", state.pointer), rule.into());
        return Some(patch(text, vec![first, fail.operation]));
    }
    let mut asks = ObjectBuilder::with_capacity(4);
    asks.push("Type", Value::from("Choice"));
    if machine.query_language == QueryLanguage::Jsonata {
        asks.push("QueryLanguage", Value::from("JSONPath"));
    }
    asks.push("Choices", Value::array(vec![rule.into()]));
    asks.push("Default", Value::from(&*state.name));
    let choice = new_state(machine, state, " Has Data?", asks.finish().into());
    let mut operations = Vec::new();
    let scope = &machine.scopes[state.scope.0 as usize];
    if scope.start == state.id {
        let around = siblings(state).strip_suffix("/States")?;
        operations.push(replace(format!("{around}/StartAt"), Value::from(choice.name.as_str())));
    }
    for other in scope.states.iter().map(|id| machine.state(*id)) {
        let ways = other.successors().into_iter().filter(|(_, next)| *next == state.id);
        operations.extend(ways.map(|(edge, _)| lead(other, edge, &choice.name)));
    }
    operations.extend([choice.operation, fail.operation]);
    Some(patch(text, operations))
}
