//! What to change when a timer fired, by the timer.

use super::class::Timer;
use super::remedy::Facts;
use super::summary;
use crate::asl::{Amount, State, Task};
use crate::catalog::{Pattern, Service};
use crate::diagnose::fix::{add, add_catcher_like_last, patch, replace, words};
use crate::error::ErrorName;
use crate::oracle::Fix;
use crate::value::Value;

/// The proposals.
pub(super) fn timeout(facts: &Facts<'_>) -> Vec<Fix> {
    let mut fixes = Vec::new();
    fixes.extend(token(facts));
    fixes.push(match &facts.root.timer {
        Some(Timer::State { seconds }) => longer(facts, "TimeoutSeconds", *seconds),
        Some(Timer::Heartbeat { seconds }) => longer(facts, "HeartbeatSeconds", *seconds),
        Some(Timer::Function { seconds }) => {
            let now = seconds.as_deref().map(|seconds| format!(" (now {seconds} s)")).unwrap_or_default();
            words(format!(
                "Raise the timeout of the function{now}, give it more memory, or give it less work at a time. The \
                 timer that fired is the function's own; `TimeoutSeconds` of the state does not change it."
            ))
        }
        Some(Timer::Job) => words(
            "Raise the limit of the job or child execution itself, or give it less work. The timer that fired is its \
             own; `TimeoutSeconds` of the state does not change it.",
        ),
        Some(Timer::Endpoint) => words(
            "Let the endpoint answer within 60 s, the longest that Step Functions waits: accept the work at once, and \
             let it be reported with a task token.",
        ),
        Some(Timer::Execution) => execution(facts),
        Some(Timer::StateOrHeartbeat) | None => words(
            "Give the work more time where it needs it (`TimeoutSeconds`, `HeartbeatSeconds`), or find out why it did \
             not answer.",
        ),
    });
    fixes.extend(catcher(facts));
    fixes
}

/// Nobody can answer a request that does not carry the token.
fn token(facts: &Facts<'_>) -> Option<Fix> {
    let waits = facts.integration.is_some_and(|integration| integration.pattern == Pattern::Callback);
    let (true, Some(request)) = (waits, facts.request) else { return None };
    if carries_token(request) {
        return None;
    }
    Some(words(format!(
        "Put the task token into the request of `{}` (`$$.Task.Token`, in JSONata `$states.context.Task.Token`): the \
         request that was sent holds none, so that nobody could answer.",
        facts.name()
    )))
}

/// Tokens are hundreds of characters without a blank; nothing else in a request looks so by accident.
fn carries_token(request: &Value) -> bool {
    const TOKEN_CHARS_MIN: usize = 80;
    match request {
        Value::String(text) => {
            let mut words = text.split(|c: char| c.is_whitespace() || "\"'\\,;{}<>".contains(c));
            words.any(|word| word.len() >= TOKEN_CHARS_MIN)
                || ["token", "<"].iter().any(|mark| text.contains(mark))
        }
        Value::Array(items) => items.items().iter().any(carries_token),
        Value::Object(object) => object.iter().any(|(_, member)| carries_token(member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn longer(facts: &Facts<'_>, field: &'static str, seconds: Option<u64>) -> Fix {
    let who = match facts.integration {
        Some(integration) if integration.pattern == Pattern::Callback => "whoever returns the token",
        Some(integration) if integration.kind == Service::Activity => "the worker",
        Some(integration) if integration.is_job() => "the job",
        Some(integration) if integration.is_lambda() => "the function",
        Some(_) => "the service",
        None => "the called code",
    };
    let limit = seconds.map(|seconds| format!(" within {seconds} s")).unwrap_or_default();
    let what = if field == "HeartbeatSeconds" { "send a heartbeat" } else { "answer" };
    let text = if summary::not_taken(facts.timeline, facts.roots) {
        "Start workers that poll the activity, or more of them.".to_owned()
    } else {
        format!("Find out why {who} did not {what}{limit}.")
    };
    let (Some(state), Some(seconds)) = (facts.state(), seconds) else {
        return words(format!("{text} Raise `{field}` only if the work needs more time."));
    };
    if literal(state, field).is_none() {
        return words(format!(
            "{text} Raise what `{field}` is computed from only if the work needs more time."
        ));
    }
    let more = i64::try_from(seconds.saturating_mul(2)).unwrap_or(i64::MAX);
    let operation = replace(format!("{}/{field}", state.pointer), Value::from(more));
    patch(
        format!(
            "{text} If the work needs more time, raise `{field}` (the patch doubles it, choose what the work may take)."
        ),
        vec![operation],
    )
}

/// The number in the definition.
fn literal(state: &State, field: &str) -> Option<f64> {
    let task: &Task = state.task()?;
    let amount = if field == "HeartbeatSeconds" { &task.heartbeat } else { &task.timeout };
    if let Some(Amount::Literal(seconds)) = amount { Some(*seconds) } else { None }
}

/// The state that was at work gets a timer of its own that fires first: then handlers run.
fn execution(facts: &Facts<'_>) -> Fix {
    let limit = facts.machine().and_then(|machine| machine.timeout_seconds);
    let unbounded = facts.state().filter(|state| state.task().is_some_and(|task| task.timeout.is_none()));
    let took = facts.timeline.recording.events.first().and_then(|event| event.at_ms).zip(facts.root.at_ms);
    let took = took.map(|(from, to)| to.saturating_sub(from));
    // Docs, "Quotas": five minutes for an Express workflow. Times of events are rounded.
    let is_express =
        facts.timeline.recording.execution_arn.as_deref().is_some_and(|arn| arn.contains(":express:"));
    if is_express && took.is_some_and(|ms| ms >= 299_000) {
        return words(format!(
            "An Express execution may take five minutes. Give `{}` a `TimeoutSeconds` below that, with a catcher, so that a \
             handler runs; do longer work in a Standard workflow.",
            facts.name()
        ));
    }
    match (unbounded, limit) {
        (Some(state), Some(limit)) if limit > 1 => {
            let half = i64::try_from(limit / 2).unwrap_or(i64::MAX);
            patch(
                format!(
                    "Give `{}` a `TimeoutSeconds` below the {limit} s of the execution, and a catcher: its own timer \
                     fires first, and handlers run. (The patch says half; choose what the work may take.)",
                    state.name
                ),
                vec![add(format!("{}/TimeoutSeconds", state.pointer), Value::from(half))],
            )
        }
        _ => words(format!(
            "Find out why `{}` was still at work. Give it a `TimeoutSeconds` of its own that is shorter than that of the \
             execution, so that a handler runs; raise the execution's if the work needs more time.",
            facts.name()
        )),
    }
}

/// The catchers of the state, for a timeout that escapes them.
fn catcher(facts: &Facts<'_>) -> Option<Fix> {
    let state = facts.state()?;
    let fired = matches!(
        facts.root.timer,
        Some(Timer::State { .. } | Timer::Heartbeat { .. } | Timer::StateOrHeartbeat)
    );
    let is_caught = facts.timeline.is_caught(facts.roots.last.visit?);
    if !fired || is_caught || state.catch.is_empty() {
        return None;
    }
    Some(add_catcher_like_last(facts.machine()?, state, ErrorName::TIMEOUT))
}
