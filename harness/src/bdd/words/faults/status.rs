//! What a polled thing, or a job, says of itself: only what its API knows.

use crate::asl::{State, Task};
use crate::bdd::failed::Wrong;
use crate::catalog::{self, Statuses};
use crate::fault::{Class, classes};
use crate::model::Model;
use crate::spelling::nearest;

/// The class of a status that a sentence says: `ABORTED`, or `Payload.state=RUNNING`. Where no API tells where the
/// status stands, it is the place that the machine decides on.
pub(super) fn named(model: &Model, state: &State, task: &Task, word: &str) -> Result<Class, Wrong> {
    if word.contains('=') || catalog::statuses(&task.integration).is_some() {
        return Ok(Class::Status(word.into()));
    }
    let mut places: Vec<String> = classes(model, state).iter().filter_map(place).collect();
    places.dedup();
    match &places[..] {
        [place] => Ok(Class::Status(format!("{place}={word}").into())),
        [] => {
            let wrong = Wrong::new(format!("no API tells where the status of `{}` stands", state.path));
            Err(wrong.help(format!("write where: `reports the status Payload.status={word}`")))
        }
        several => {
            let wrong = Wrong::new(format!(
                "the machine decides on several members of the answer of `{}`",
                state.path
            ));
            let several = several.iter().map(|place| format!("`reports the status {place}={word}`"));
            Err(wrong.help(format!("write one of {}", several.collect::<Vec<_>>().join(", "))))
        }
    }
}

/// Where a status class says that it stands.
fn place(class: &Class) -> Option<String> {
    match class {
        Class::Status(argument) => argument.split_once('=').map(|(place, _)| place.to_owned()),
        _ => None,
    }
}

/// Why a status is none that the API knows.
pub(super) fn unknown(state: &State, task: &Task, argument: &str) -> Option<Wrong> {
    let integration = &task.integration;
    let Some((known, word)) = catalog::status_named(integration, argument) else {
        if argument.contains('=') {
            return None;
        }
        let wrong = Wrong::new(format!("no API tells where the status of `{}` stands", state.path));
        return Some(wrong.help(format!("write where: `reports the status Payload.status={argument}`")));
    };
    if known.pending.contains(&word) && integration.is_job() {
        let wrong =
            Wrong::new(format!("`{}` answers only when its job has ended, and {word} is no end", state.path));
        return Some(wrong.help(format!("write `the job of {} never ends`", state.name)));
    }
    if all(&known).any(|status| status == word) {
        return None;
    }
    let wrong = Wrong::new(format!("{integration} knows no status `{word}`"));
    Some(match nearest(word, all(&known)) {
        Some(near) => wrong.nearest(Some(near)),
        None => wrong.help(format!("it knows {}", all(&known).collect::<Vec<_>>().join(", "))),
    })
}

fn all(known: &Statuses) -> impl Iterator<Item = &'static str> {
    known.ends().chain(known.pending.iter().copied())
}
