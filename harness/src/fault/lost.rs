//! Answers that are lost in another way than by silence: the work is done, and the call is reported as failed.
//!
//! A timer of the task is one way to learn that no answer came. The connection may also break, which the client
//! reports at once, and a function may be ended by its own limit after it has done its work. It matters only where a
//! retrier takes that error: then the work is done twice, although no timer is ever retried.

use super::injection::call_error;
use super::{Class, Injection, injection};
use crate::asl::{State, Task};
use crate::catalog::{Effect, FaultKind, Pattern, Service};
use crate::error::{ErrorName, Failure, Origin, first_catcher, first_retrier};
use crate::model::Model;

/// What a function that was ended from outside is reported as.
///
/// Docs, "Handling errors": `Lambda.Unknown` for functions that ran out of time or memory, `Sandbox.Timedout` with newer
/// runtimes, `Lambda.ClientExecutionTimeoutException` for an answer that did not come in time.
const OF_FUNCTIONS: [&str; 3] =
    ["Sandbox.Timedout", "Lambda.Unknown", "Lambda.ClientExecutionTimeoutException"];

/// The way to lose an answer that a retrier takes, where silence does not show it already.
pub(super) fn lost_answer(model: &Model, state: &State, task: &Task) -> Option<Class> {
    let integration = &task.integration;
    if integration.kind == Service::Activity || *model.effect(state.id) == Effect::None {
        return None;
    }
    let silence = silence(task).and_then(|error| retrier_of(model, state, &error));
    let (connection, _) = call_error(integration, FaultKind::Connection);
    let functions = if integration.is_lambda() { &OF_FUNCTIONS[..] } else { &[] };
    std::iter::once(connection.as_str())
        .chain(functions.iter().copied())
        .find(|error| {
            let taken = retrier_of(model, state, error);
            taken.is_some() && taken != silence
        })
        .map(|error| Class::LostAnswerAs(ErrorName::new(error)))
}

/// What the task is reported as when nothing is heard of the work; nothing where no timer ends the wait.
fn silence(task: &Task) -> Option<String> {
    let class = match task.integration.pattern {
        Pattern::RequestResponse => Class::LostAnswer,
        Pattern::Sync | Pattern::Sync2 => Class::JobNeverEnds,
        Pattern::Callback => Class::CallbackMissing,
    };
    match injection(&class, task) {
        Injection::Fail { error, .. } => Some(error.to_string()),
        _ if task.timeout.is_some() || task.heartbeat.is_some() => Some(ErrorName::TIMEOUT.to_owned()),
        _ => None,
    }
}

/// The retrier that takes an error, and how far up it stands.
fn retrier_of(model: &Model, state: &State, error: &str) -> Option<(usize, usize)> {
    let failure = Failure { error, origin: Origin::Reported };
    for (up, level) in std::iter::once(state).chain(model.machine.enclosing(state.id)).enumerate() {
        let retrier = first_retrier(&level.retry, failure, model.rules);
        if let Some(at) = retrier.filter(|at| level.retry[*at].attempts_max > 0) {
            return Some((up, at));
        }
        if first_catcher(&level.catch, failure, model.rules).is_some() {
            return None;
        }
    }
    None
}
