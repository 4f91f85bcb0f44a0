//! Executions that still run: who is waited for, since when, and whether a timer ends it.

use super::analyse::open_visits;
use super::diagnosis::{Execution, Risk};
use super::shape::StateKind;
use super::timeline::{Attempt, Timeline, VisitId};
use crate::asl::{Amount, Kind, Machine, Wait};
use crate::catalog::{Integration, Pattern, Service};
use crate::diagnose::fix::{add_timeout, words};
use crate::history::{VirtualTime, rfc3339};
use crate::oracle::{Fix, Severity};

/// What every open state waits for.
pub(super) fn stuck(timeline: &Timeline<'_>, execution: &Execution, machine: Option<&Machine>) -> Vec<Risk> {
    let open = open_visits(timeline);
    open.into_iter().filter_map(|visit| waiting(timeline, visit, execution, machine)).collect()
}

fn waiting(
    timeline: &Timeline<'_>,
    visit: VisitId,
    execution: &Execution,
    machine: Option<&Machine>,
) -> Option<Risk> {
    let seen = &timeline.visits[visit];
    match (seen.kind, seen.last_attempt()) {
        (StateKind::Wait, _) => Some(pause(timeline, visit, machine)),
        (StateKind::Task, Some(attempt)) if attempt.ended.is_none() => {
            Some(call(timeline, visit, *attempt, execution, machine))
        }
        (StateKind::Task, Some(_)) => Some(Risk {
            severity: Severity::Note,
            id: "waiting-for-retry",
            path: Some(timeline.path(visit, machine)),
            event: seen.events.last().map(|at| timeline.event(*at).id),
            title: "The last attempt failed, and the next one has not begun".to_owned(),
            why: "A retrier waits between attempts; `IntervalSeconds` and `BackoffRate` say how long."
                .to_owned(),
            fix: Fix::default(),
        }),
        _ => None,
    }
}

/// A pause that is not over.
fn pause(timeline: &Timeline<'_>, visit: VisitId, machine: Option<&Machine>) -> Risk {
    let entered = timeline.visits[visit].entered.map(|at| timeline.event(at));
    let state = timeline.state(visit, machine);
    let seconds = state.and_then(|state| match &state.kind {
        Kind::Wait(Wait::Seconds(Amount::Literal(seconds))) => Some(*seconds),
        _ => None,
    });
    let until = seconds.zip(entered.and_then(|event| event.at_ms));
    let why = match (until, state.map(|state| &state.kind)) {
        (Some((seconds, from)), _) => {
            format!("It ends at {}.", rfc3339(from.saturating_add((seconds * 1000.0) as i64)))
        }
        (None, Some(Kind::Wait(Wait::Timestamp(time)))) => format!("It ends at {time}."),
        _ => "Its input and definition say until when.".to_owned(),
    };
    Risk {
        severity: Severity::Note,
        id: "waiting",
        path: Some(timeline.path(visit, machine)),
        event: entered.map(|event| event.id),
        title: format!("The wait has not elapsed{}", since(entered.and_then(|event| event.at_ms))),
        why,
        fix: Fix::default(),
    }
}

/// A call that has no answer.
fn call(
    timeline: &Timeline<'_>,
    visit: VisitId,
    attempt: Attempt,
    execution: &Execution,
    machine: Option<&Machine>,
) -> Risk {
    let integration = timeline.integration(visit);
    let last = [attempt.submitted, attempt.started, attempt.scheduled].into_iter().flatten().next();
    let event = last.map(|at| timeline.event(at));
    let scheduled = attempt.scheduled.map(|at| timeline.event(at));
    let (limit, beat) =
        scheduled.map_or((None, None), |event| (event.timeout_seconds, event.heartbeat_seconds));
    let (id, title, why) = words_for(timeline, integration.as_ref(), attempt);
    let state = timeline.state(visit, machine);
    let waited = execution
        .times_ms
        .zip(event.and_then(|event| event.at_ms))
        .map(|((_, to), from)| to.saturating_sub(from));
    let is_silent = id != "at-work";
    let (severity, timer, fix) = match (limit, beat) {
        (None, None) if is_silent => (
            Severity::High,
            " No timer of the state ends this: it lasts until the execution is stopped or its longest time, a year, \
             is over.",
            state.map_or_else(
                || words("Give the task `TimeoutSeconds` (and `HeartbeatSeconds` where the worker can send heartbeats), \
                          with a catcher for `States.Timeout`."),
                add_timeout,
            ),
        ),
        (None, None) => (Severity::Note, "", Fix::default()),
        _ => (Severity::Low, " A timer of the state ends it.", Fix::default()),
    };
    let timers = [("TimeoutSeconds", limit), ("HeartbeatSeconds", beat)]
        .into_iter()
        .filter_map(|(name, seconds)| Some(format!(" `{name}` is {} s.", seconds?)))
        .collect::<String>();
    let waited = waited
        .filter(|ms| *ms > 0)
        .map(|ms| format!(" {} later something else happened last.", VirtualTime(ms as u64)))
        .unwrap_or_default();
    Risk {
        severity,
        id,
        path: Some(timeline.path(visit, machine)),
        event: event.map(|event| event.id),
        title: format!("{title}{}", since(event.and_then(|event| event.at_ms))),
        why: format!("{why}{timer}{timers}{waited}"),
        fix,
    }
}

/// Id, title and reason, by who is waited for.
fn words_for(
    timeline: &Timeline<'_>,
    integration: Option<&Integration>,
    attempt: Attempt,
) -> (&'static str, String, String) {
    match integration {
        Some(integration) if integration.kind == Service::Activity && attempt.started.is_none() => (
            "activity-without-worker",
            "No worker has taken the activity".to_owned(),
            "It is scheduled, but `GetActivityTask` was not answered with it: no worker polls this activity, or all are \
             busy."
                .to_owned(),
        ),
        Some(integration) if integration.kind == Service::Activity => (
            "task-unbounded",
            "The worker has not answered".to_owned(),
            worker(timeline, attempt),
        ),
        Some(integration) if integration.pattern == Pattern::Callback => (
            "callback-unbounded",
            "The task token has not been returned".to_owned(),
            "The request was sent; `SendTaskSuccess` or `SendTaskFailure` was not called with its token.".to_owned(),
        ),
        Some(integration) if integration.is_job() => (
            "task-unbounded",
            "The job that the task waits for has not ended".to_owned(),
            job(timeline, attempt),
        ),
        _ => (
            "at-work",
            "The call has not been answered".to_owned(),
            "It was running when the history was exported.".to_owned(),
        ),
    }
}

fn worker(timeline: &Timeline<'_>, attempt: Attempt) -> String {
    let name = attempt.started.and_then(|at| timeline.event(at).worker.clone());
    let who = name.map_or_else(|| "A worker".to_owned(), |name| format!("The worker `{name}`"));
    format!("{who} took the activity, and neither result nor failure came from it.")
}

/// The child execution, where the answer of the submission names it.
fn job(timeline: &Timeline<'_>, attempt: Attempt) -> String {
    let output = attempt.submitted.and_then(|at| timeline.event(at).output.as_ref()?.value());
    let arn = output.as_ref().and_then(|output| output.get("ExecutionArn")?.as_str());
    match arn {
        Some(arn) => format!("The child execution is {arn}; look at its history."),
        None => "It was submitted; look for it in its service.".to_owned(),
    }
}

/// ` since 2026-01-01T00:00:00.000Z`
fn since(at_ms: Option<i64>) -> String {
    at_ms.map(|ms| format!(" since {}", rfc3339(ms))).unwrap_or_default()
}
