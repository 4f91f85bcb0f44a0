//! Members that an answer is said to lack: it must have them, or nothing would be missing.

use super::trouble::Trouble;
use crate::bdd::failed::{Failed, Wrong};
use crate::fault::{Class, without};
use crate::generate::Scenario;
use crate::mock::{Reply, Then};
use crate::spelling::nearest;
use crate::value::{Object, Value};

/// Why the answers of a task cannot lack a member: they do not have it.
pub(in crate::bdd) fn lacking(scenario: &Scenario, state: &str, member: &str) -> Option<Wrong> {
    let sequence = scenario.script.answers.get(state)?;
    let results = || {
        let further = match &sequence.then {
            Then::Answer(answer) => Some(answer),
            Then::Repeat | Then::Unmocked => None,
        };
        sequence.calls.iter().chain(further).filter_map(|answer| match &answer.reply {
            Reply::Return(result) => Some(result),
            Reply::Throw { .. } | Reply::Silence | Reply::Unmocked(_) => None,
        })
    };
    if results().any(|result| without(result, member) != *result) {
        return None;
    }
    let names: Vec<String> = results().flat_map(members).collect();
    let wrong = Wrong::new(format!("the answer of `{state}` has no `{member}` to lack"));
    Some(match nearest(member, names.iter().map(String::as_str)) {
        Some(near) => wrong.nearest(Some(near)),
        None if names.is_empty() => wrong.help("it has no members at all"),
        None => wrong.help(format!("it has {}", names.join(", "))),
    })
}

/// The members of an answer, and those of its members that are objects.
fn members(result: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    for (name, member) in result.as_object().into_iter().flat_map(Object::iter) {
        paths.push(name.to_string());
        let inner = member.as_object().into_iter().flat_map(Object::iter);
        paths.extend(inner.map(|(inner, _)| format!("{name}.{inner}")));
    }
    paths
}

/// The same for all that is set up, once no answer changes any more.
pub(super) fn check(trouble: &Trouble, scenarios: &[Scenario]) -> Result<(), Failed> {
    for strike in trouble.strikes() {
        let Class::MissingMember(member) = &strike.fault.class else { continue };
        let why = scenarios.iter().map(|scenario| lacking(scenario, &strike.path, member));
        if let Some(Some(wrong)) = why.min_by_key(Option::is_some) {
            return Err(wrong.into());
        }
    }
    Ok(())
}
