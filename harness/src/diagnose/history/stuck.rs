//! Executions that still run, or were stopped: who is waited for, since when, and whether a timer ends it.

use std::collections::BTreeSet;

use super::analyse::open_visits;
use super::diagnosis::{Ended, Execution, Risk};
use super::shape::StateKind;
use super::timeline::{Attempt, Timeline, VisitId};
use super::{look, pause};
use crate::asl::Machine;
use crate::catalog::{Integration, Pattern, Service};
use crate::diagnose::fix::{add_timeout, words};
use crate::history::import::Recorded;
use crate::history::{EventType, VirtualTime, rfc3339};
use crate::oracle::{Fix, Severity};

/// What every open state waits for, each state once, and the loops that they are in.
pub(super) fn stuck(timeline: &Timeline<'_>, execution: &Execution, machine: Option<&Machine>) -> Vec<Risk> {
    let stopped = execution.status == Ended::Aborted;
    let (mut seen, mut threads, mut found) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for visit in open_visits(timeline) {
        let open = &timeline.visits[visit];
        if threads.insert(open.thread) {
            found.extend(pause::turning(timeline, visit, machine));
        }
        if seen.insert(open.name.clone()) {
            found.extend(waiting(timeline, visit, machine, stopped));
        }
    }
    found
}

fn waiting(
    timeline: &Timeline<'_>,
    visit: VisitId,
    machine: Option<&Machine>,
    stopped: bool,
) -> Option<Risk> {
    let seen = &timeline.visits[visit];
    match (seen.kind, seen.last_attempt()) {
        (StateKind::Wait, _) if !stopped => Some(pause::wait(timeline, visit, machine)),
        (StateKind::Task, Some(attempt)) if attempt.ended.is_none() => {
            Some(Call::of(timeline, visit, *attempt, stopped).risk(timeline, visit, machine))
        }
        (StateKind::Task, Some(_)) if !stopped => Some(pause::retry(timeline, visit, machine)),
        (StateKind::Map, _) if !stopped => map_run(timeline, visit, machine),
        _ => None,
    }
}

/// The run of a distributed Map that goes on.
fn map_run(timeline: &Timeline<'_>, visit: VisitId, machine: Option<&Machine>) -> Option<Risk> {
    let arn = timeline.map_run(visit)?;
    let mut started = timeline.visits[visit].events.iter().map(|at| timeline.event(*at));
    let started = started.rfind(|event| event.known() == Some(EventType::MapRunStarted));
    let counts =
        timeline.recording.map_runs.iter().find(|run| run.arn == arn).map(|run| {
            format!(" {} of {} items failed, {} are not done.", run.failed, run.total, run.pending)
        });
    let since = started.and_then(|event| event.at_ms).map(|ms| format!(" since {}", rfc3339(ms)));
    Some(Risk {
        severity: Severity::Note,
        id: "map-run-at-work",
        path: Some(timeline.path(visit, machine)),
        event: started.map(|event| event.id),
        title: format!("The distributed Map has been at work{}", since.unwrap_or_default()),
        why: format!("Its child executions have histories of their own.{}", counts.unwrap_or_default()),
        fix: next(&look::map_run(timeline, &arn)),
    })
}

/// A call without an answer.
struct Call<'t> {
    integration: Option<Integration>,
    attempt: Attempt,
    /// The last thing that is known of it.
    last: Option<&'t Recorded>,
    /// `TimeoutSeconds` and `HeartbeatSeconds` in force.
    timers: (Option<u64>, Option<u64>),
    /// Somebody stopped the execution meanwhile.
    stopped: bool,
}

impl<'t> Call<'t> {
    fn of(timeline: &'t Timeline<'t>, visit: VisitId, attempt: Attempt, stopped: bool) -> Self {
        let last = [attempt.submitted, attempt.started, attempt.scheduled].into_iter().flatten().next();
        let scheduled = attempt.scheduled.map(|at| timeline.event(at));
        Self {
            integration: timeline.integration(visit),
            attempt,
            last: last.map(|at| timeline.event(at)),
            timers: scheduled.map_or((None, None), |event| (event.timeout_seconds, event.heartbeat_seconds)),
            stopped,
        }
    }

    fn risk(&self, timeline: &Timeline<'_>, visit: VisitId, machine: Option<&Machine>) -> Risk {
        let (id, title, why) = self.words(timeline);
        let state = timeline.state(visit, machine);
        let commands = next(&look::commands(timeline, visit, None));
        let (severity, fix) = match self.timers {
            (None, None) if id != "at-work" => (
                if self.stopped { Severity::Medium } else { Severity::High },
                state.map_or_else(
                    || {
                        words(
                            "Give the task `TimeoutSeconds` (and `HeartbeatSeconds` where the worker can send \
                             heartbeats), with a catcher for `States.Timeout`.",
                        )
                    },
                    add_timeout,
                ),
            ),
            (None, None) => (Severity::Note, commands.clone()),
            _ if self.stopped => (Severity::Note, Fix::default()),
            _ => (Severity::Low, commands.clone()),
        };
        // What was stopped has its commands beside the root cause.
        let look = match (&*commands.text, severity) {
            (text, Severity::High) if !text.is_empty() => format!(" {text}"),
            _ => String::new(),
        };
        Risk {
            severity,
            id,
            path: Some(timeline.path(visit, machine)),
            event: self.last.map(|event| event.id),
            title: format!("{title}{}", self.since()),
            why: format!("{why}{}{look}", self.bound(id)),
            fix,
        }
    }

    /// ` since 2026-01-01T00:00:00.000Z`
    fn since(&self) -> String {
        let at = self.last.and_then(|event| event.at_ms).map(rfc3339);
        match (at, self.stopped) {
            (Some(at), false) => format!(" since {at}"),
            (None, false) => String::new(),
            (_, true) => " when the execution was stopped".to_owned(),
        }
    }

    /// What ends the waiting.
    fn bound(&self, id: &str) -> String {
        match self.timers {
            (None, None) if id == "at-work" => String::new(),
            (None, None) if self.stopped => " No timer of the state would have ended this.".to_owned(),
            (None, None) => {
                " No timer of the state ends this: it lasts until the execution is stopped or its longest \
                             time, a year, is over."
                    .to_owned()
            }
            (limit, beat) => {
                let at = |seconds: u64| {
                    let from = self.last.and_then(|event| event.at_ms)?;
                    Some(rfc3339(from.saturating_add(i64::try_from(seconds).ok()?.saturating_mul(1000))))
                };
                let timer = |name: &str, seconds: Option<u64>| {
                    seconds.map(|seconds| format!("`{name}` ({})", VirtualTime(seconds.saturating_mul(1000))))
                };
                let named: Vec<String> = [timer("TimeoutSeconds", limit), timer("HeartbeatSeconds", beat)]
                    .into_iter()
                    .flatten()
                    .collect();
                let until = limit.filter(|_| !self.stopped).and_then(at);
                let until = until.map(|at| format!(", at {at} at the latest")).unwrap_or_default();
                let ends = if self.stopped { "would have ended" } else { "ends" };
                format!(" {} {ends} it{until}.", named.join(" or "))
            }
        }
    }

    /// Id, title and reason, by who is waited for.
    fn words(&self, timeline: &Timeline<'_>) -> (&'static str, String, String) {
        let has = if self.stopped { "had" } else { "has" };
        match &self.integration {
            Some(call) if call.kind == Service::Activity && self.attempt.started.is_none() => (
                "activity-without-worker",
                format!("No worker {has} taken the activity"),
                "It is scheduled, but `GetActivityTask` was not answered with it: no worker polls this activity, or all \
                 are busy."
                    .to_owned(),
            ),
            Some(call) if call.kind == Service::Activity => {
                ("task-unbounded", format!("The worker {has} not answered"), self.worker(timeline))
            }
            Some(call) if call.pattern == Pattern::Callback => (
                "callback-unbounded",
                format!("The task token {has} not been returned"),
                "The request was sent; `SendTaskSuccess` or `SendTaskFailure` was not called with its token.".to_owned(),
            ),
            Some(call) if call.is_job() => (
                "task-unbounded",
                match (&*call.service, self.stopped) {
                    ("states", false) => "The child execution has been at work".to_owned(),
                    ("states", true) => "The child execution was still at work".to_owned(),
                    (_, false) => "The job has been at work".to_owned(),
                    (_, true) => "The job was still at work".to_owned(),
                },
                match self.attempt.submitted {
                    Some(_) => "It was submitted, and its end has not been seen.".to_owned(),
                    None => "The export does not show that it was submitted.".to_owned(),
                },
            ),
            _ => (
                "at-work",
                format!("The call {has} not been answered"),
                if self.stopped { "It was running when the execution was stopped.".to_owned() } else { "It was running when the history was exported.".to_owned() },
            ),
        }
    }

    fn worker(&self, timeline: &Timeline<'_>) -> String {
        let name = self.attempt.started.and_then(|at| timeline.event(at).worker.clone());
        let who = name.map_or_else(|| "A worker".to_owned(), |name| format!("The worker `{name}`"));
        format!("{who} took the activity, and neither result nor failure came from it.")
    }
}

/// The commands that show more, as words.
fn next(commands: &[String]) -> Fix {
    match commands.first() {
        Some(command) => words(format!("Look at it: `{command}`.")),
        None => Fix::default(),
    }
}
