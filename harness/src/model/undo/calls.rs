//! Calls of AWS APIs that undo each other: `createCluster` and `terminateCluster` with the id that the first one gave.
//!
//! The same service, a verb and its opposite, the same noun; and the same object, by what both requests are made of.

use std::collections::BTreeSet;

use super::lexicon::{ENDING, HELD};
use crate::asl::{Machine, State, StateId};
use crate::catalog::{Integration, Service, sdk_service};
use crate::model::effects::written_request;
use crate::model::{Demands, PlaceId, Source};
use crate::value::Value;

/// Opposite verbs of operations.
const OPPOSITES: &[(&[&str], &[&str])] = &[
    (
        &["create", "run", "launch", "restore", "copy", "import", "put", "provision", "register"],
        &["delete", "terminate", "remove", "destroy", "deregister", "unregister", "deprovision", "stop"],
    ),
    (&["start", "resume"], &["stop", "terminate", "pause", "suspend", "end"]),
    (&["stop", "pause", "suspend"], &["start", "resume", "restart"]),
    (&["allocate", "acquire", "reserve", "request", "purchase"], &["release", "deallocate", "cancel"]),
    (&["attach"], &["detach"]),
    (&["associate"], &["disassociate", "dissociate"]),
    (&["enable", "activate"], &["disable", "deactivate"]),
    (&["disable", "deactivate"], &["enable", "activate"]),
    (&["deregister"], &["register"]),
    (&["add"], &["remove"]),
    (&["lock"], &["unlock", "release"]),
    (&["authorize", "grant", "assign"], &["revoke", "unassign"]),
    (&["subscribe"], &["unsubscribe"]),
];

/// What is written into a store: it is only known to be undone where a handler takes it back.
const DATA: &[&str] = &["item", "object", "record", "tag", "metric", "parameter", "secret", "message"];

/// How two calls undo each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undone {
    /// Something is there or running for as long as somebody needs it.
    Held,
    /// Something is written, and taken away.
    Written,
}

/// Whether a call undoes another one of the same object.
pub(super) fn undone_by(
    machine: &Machine,
    demands: &Demands,
    effect: &State,
    undo: &State,
) -> Option<Undone> {
    let (made, undone) = (api(effect)?, api(undo)?);
    if sdk_service(&made.service) != sdk_service(&undone.service) {
        return None;
    }
    let (first, second) = (split(&made.action), split(&undone.action));
    let requests = (written_request(machine, effect), written_request(machine, undo));
    if first == second && first.0 == "update" && first.1 == "item" {
        let is_same = same_store(&requests.0, &requests.1);
        return (is_same && takes_back(&requests.0, &requests.1)).then_some(Undone::Held);
    }
    let is_opposite = OPPOSITES
        .iter()
        .any(|(does, undoes)| does.contains(&first.0.as_str()) && undoes.contains(&second.0.as_str()));
    if !is_opposite || !same_noun(&first.1, &second.1) {
        return None;
    }
    if DATA.contains(&first.1.as_str()) {
        let is_same = same_store(&requests.0, &requests.1);
        return is_same.then_some(Undone::Written);
    }
    let is_of = |words: &[&str]| words.iter().any(|word| first.1.ends_with(word));
    let is_started = matches!(first.0.as_str(), "start" | "run") && !is_of(HELD);
    let is_stopped = matches!(second.0.as_str(), "stop" | "cancel" | "terminate" | "end");
    if is_started || (is_of(ENDING) && is_stopped) || ends_itself(&requests.0) {
        return None;
    }
    let is_same = is_of_result(demands, effect.id, undo.id)
        || names_the_same(&requests.0, &requests.1)
        || !shared_places(demands, effect.id, undo.id).is_empty();
    is_same.then_some(Undone::Held)
}

fn api(state: &State) -> Option<&Integration> {
    let integration = &state.task()?.integration;
    matches!(integration.kind, Service::Optimized | Service::Sdk).then_some(integration)
}

/// The verb and the noun of an operation, in small letters and in the singular.
fn split(action: &str) -> (String, String) {
    let end = action.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase());
    let (verb, noun) = action.split_at(end.map_or(action.len(), |(at, _)| at));
    let noun = noun.to_ascii_lowercase();
    let noun = noun.strip_suffix('s').filter(|noun| !noun.ends_with('s')).unwrap_or(&noun);
    (verb.to_ascii_lowercase(), noun.to_owned())
}

/// `DBCluster` and `DBClusterFromSnapshot` are about the same thing.
fn same_noun(one: &str, other: &str) -> bool {
    one == other
        || (!other.is_empty() && one.strip_prefix(other).is_some_and(|rest| rest.starts_with("from")))
}

/// Docs, EMR, `RunJobFlow`: without `KeepJobFlowAliveWhenNoSteps` a cluster ends after its last step, with an
/// `AutoTerminationPolicy` when it is idle.
fn ends_itself(request: &Value) -> bool {
    let keeps = request.get("Instances").map(|instances| instances.get("KeepJobFlowAliveWhenNoSteps"));
    let policy = request.get("AutoTerminationPolicy").is_some();
    policy || keeps.is_some_and(|keeps| keeps.is_none_or(|keeps| *keeps == Value::Bool(false)))
}

/// Whether the second request reads something of the result of the first call.
fn is_of_result(demands: &Demands, effect: StateId, undo: StateId) -> bool {
    let mut places = demands.reads_of(undo).flat_map(|(_, places)| places);
    places.any(|place| demands.place(*place).source == Source::Result(effect))
}

/// The places that both states read, other than whole inputs.
fn shared_places(demands: &Demands, effect: StateId, undo: StateId) -> BTreeSet<PlaceId> {
    let of = |state| -> BTreeSet<PlaceId> {
        let places = demands.reads_of(state).flat_map(|(_, places)| places).copied();
        places.filter(|place| demands.place(*place).parent.is_some()).collect()
    };
    of(effect).intersection(&of(undo)).copied().collect()
}

/// Whether a name, an id or the like has the same text in both requests.
fn names_the_same(one: &Value, other: &Value) -> bool {
    let is_name = |name: &str| {
        let name = name.trim_end_matches(".$");
        ["Name", "Names", "Id", "Ids", "Identifier", "Arn", "Arns", "Key"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    let (mut known, mut asked) = (BTreeSet::new(), BTreeSet::new());
    texts(one, None, &is_name, &mut known);
    texts(other, None, &is_name, &mut asked);
    !known.is_disjoint(&asked)
}

/// Whether both requests are about the same key of the same table or bucket.
fn same_store(one: &Value, other: &Value) -> bool {
    let member = |request: &Value, name: &str| {
        let plain = request.get(name).cloned();
        plain.or_else(|| request.get(&format!("{name}.$")).cloned())
    };
    let store = |request: &Value| ["TableName", "Bucket"].iter().find_map(|name| member(request, name));
    let (Some(store_of_one), Some(store_of_other)) = (store(one), store(other)) else { return false };
    if store_of_one != store_of_other {
        return false;
    }
    let leaves = |value: Option<Value>| {
        let mut found = BTreeSet::new();
        if let Some(value) = value {
            texts(&value, Some("Key"), &|_| true, &mut found);
        }
        found
    };
    let of_key = leaves(member(other, "Key"));
    let mut of_first = leaves(member(one, "Key"));
    of_first.extend(leaves(member(one, "Item")));
    !of_key.is_empty() && of_key.is_subset(&of_first)
}

/// Whether what is written has a time after which it counts no more, as the leases of locks have.
pub(super) fn expires(request: &Value) -> bool {
    let tells = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["ttl", "expir", "lease", "until", "timetolive"].iter().any(|word| text.contains(word))
    };
    let in_item = request.get("Item").and_then(Value::as_object);
    in_item.is_some_and(|item| item.iter().any(|(name, _)| tells(name)))
        || request.get("UpdateExpression").and_then(Value::as_str).is_some_and(tells)
}

/// The texts of a request below members whose name passes a test.
fn texts(value: &Value, name: Option<&str>, test: &dyn Fn(&str) -> bool, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if name.is_some_and(test) => drop(found.insert(text.to_string())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, test, found)),
        Value::Object(object) => {
            object.iter().for_each(|(key, member)| texts(member, Some(key), test, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether one update adds what the other takes, or removes what the other sets.
fn takes_back(one: &Value, other: &Value) -> bool {
    let text = |request: &Value| {
        let text = request.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (first, second) = (text(one), text(other));
    let counts = |text: &str, sign: &str| text.contains(sign);
    let inverse = (counts(&first, " - :") && counts(&second, " + :"))
        || (counts(&first, " + :") && counts(&second, " - :"));
    inverse || removed(&second).any(|name| sets(&first, name))
}

/// The attributes behind `REMOVE`.
fn removed(expression: &str) -> impl Iterator<Item = &str> {
    let after = expression.split_once("REMOVE ").map_or("", |(_, rest)| rest);
    let end = [" SET ", " ADD ", " DELETE "].iter().filter_map(|word| after.find(word)).min();
    after[..end.unwrap_or(after.len())].split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn sets(expression: &str, name: &str) -> bool {
    let after = expression.split_once("SET ").map_or("", |(_, rest)| rest);
    after.split(',').any(|part| part.split('=').next().is_some_and(|left| left.trim() == name))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("terminateInstances", "terminate", "instance")]
    #[case("createDBCluster", "create", "dbcluster")]
    #[case("subscribe", "subscribe", "")]
    fn an_operation_is_a_verb_and_a_noun(#[case] action: &str, #[case] verb: &str, #[case] noun: &str) {
        assert_eq!(split(action), (verb.to_owned(), noun.to_owned()));
    }

    #[rstest]
    #[case::a_sum("SET stock = stock - :n", "SET stock = stock + :n", true)]
    #[case::a_mark("SET holder = :me", "REMOVE holder", true)]
    #[case::another_mark("SET status = :done", "REMOVE holder", false)]
    #[case::two_marks("SET a = :a", "SET a = :b", false)]
    fn an_update_takes_another_back(#[case] one: &str, #[case] other: &str, #[case] expected: bool) {
        let update = |text: &str| Value::parse(&format!(r#"{{"UpdateExpression":"{text}"}}"#)).unwrap();
        assert_eq!(takes_back(&update(one), &update(other)), expected);
    }
}
