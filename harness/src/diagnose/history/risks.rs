//! What else the history shows: failures hidden behind success, work that may have been done twice, answers that are
//! failures in part, retries that could not help, waits without a timer.

use std::collections::BTreeSet;

use super::analyse::Roots;
use super::class::classify;
use super::diagnosis::{Ended, Execution, Risk, RootCause};
use super::failure::{Failure, FailureKind};
use super::safety::{Safety, safety};
use super::shape::{is_call_success, is_call_timeout};
use super::swallowed::swallowed;
use super::timeline::{At, Timeline, VisitId};
use super::{sizes, stuck};
use crate::asl::Machine;
use crate::catalog::{ErrorClass, Pattern, Service, partial_success};
use crate::diagnose::fix::{add_timeout, words};
use crate::history::import::Payload;
use crate::model::{Model, Source, Step};
use crate::oracle::Severity;
use crate::report::counted;

/// All risks, the most severe first, then in the order of the events.
pub(super) fn risks(
    timeline: &Timeline<'_>,
    execution: &Execution,
    roots: Option<&Roots>,
    root: Option<&RootCause>,
    model: Option<&Model>,
) -> Vec<Risk> {
    let machine = model.map(|model| &*model.machine);
    let mut found = Vec::new();
    if execution.status == Ended::Succeeded {
        found.extend(swallowed(timeline, model));
    }
    if matches!(execution.status, Ended::Running | Ended::Unknown | Ended::Aborted) {
        found.extend(stuck::stuck(timeline, execution, machine));
    }
    found.extend(partial(timeline, model));
    found.extend(repeated(timeline, machine));
    found.extend(roots.zip(root).and_then(|(roots, root)| in_vain(timeline, roots, root)));
    found.extend(unbounded(timeline, &found, machine));
    found.extend(sizes::sizes(timeline, root.and_then(|root| root.class), machine));
    found.sort_by_key(|risk| (std::cmp::Reverse(risk.severity), risk.event));
    found
}

/// Answers that are failures in part though the call succeeded, unless the definition looks at them.
fn partial(timeline: &Timeline<'_>, model: Option<&Model>) -> Vec<Risk> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for visit in 0..timeline.visits.len() {
        let Some(at) = timeline.visits[visit].last_attempt().and_then(|attempt| attempt.ended) else {
            continue;
        };
        let event = timeline.event(at);
        if !event.known().is_some_and(is_call_success) {
            continue;
        }
        let Some(output) = event.output.as_ref().and_then(Payload::value) else { continue };
        let told = timeline.integration(visit).and_then(|integration| partial_success(&integration));
        let Some(told) = told.filter(|told| told.is_shown_in(&output)) else { continue };
        let member = told.member;
        let machine = model.map(|model| &*model.machine);
        let name = timeline.name(visit);
        if model.is_some_and(|model| told.paths().any(|path| looks_at(model, &name, path)))
            || !seen.insert((name, member))
        {
            continue;
        }
        found.push(Risk {
            severity: Severity::High,
            id: "partial-success-ignored",
            path: Some(timeline.path(visit, machine)),
            event: Some(event.id),
            title: format!("The call succeeded, but `{member}` says that a part of it failed"),
            why: format!(
                "Step Functions takes the answer for a success, so that neither `Retry` nor `Catch` sees it. {}",
                if model.is_some() { "No state reads it." } else { "Whether a later state looks at it only the definition tells." }
            ),
            fix: words(format!("Test `{member}` in a Choice behind the task, and send what failed again.")),
        });
    }
    found
}

/// Whether a state reads the member, or the list that it stands in.
fn looks_at(model: &Model, name: &str, path: &str) -> bool {
    let member = path.split("[]").next().unwrap_or(path);
    let Some(state) = model.machine.states.iter().find(|state| &*state.name == name) else { return false };
    let demands = model.demands();
    let Some(root) = demands.root(Source::Result(state.id)) else { return false };
    let children = &demands.place(root).children;
    children.get(&Step::Field(member.into())).is_some_and(|place| demands.is_looked_at(*place))
}

/// Calls without an answer that were made again though a second one does the work twice.
fn repeated(timeline: &Timeline<'_>, machine: Option<&Machine>) -> Vec<Risk> {
    let unsure = |visit: &VisitId| -> Option<(At, String)> {
        let seen = &timeline.visits[*visit];
        let silent = seen.attempts.iter().rev().skip(1).find_map(|attempt| {
            attempt.ended.filter(|at| timeline.event(*at).known().is_some_and(is_call_timeout))
        })?;
        let integration = timeline.integration(*visit)?;
        match safety(ErrorClass::Timeout, Some(&integration), timeline.request(*visit).as_ref()) {
            Safety::Unsafe { because, .. } => Some((silent, because)),
            Safety::Safe { .. } | Safety::Depends { .. } | Safety::Useless { .. } => None,
        }
    };
    let mut seen = BTreeSet::new();
    let mut risk = |visit: VisitId| {
        let (at, because) = unsure(&visit)?;
        // Items of a Map that went the same way are one risk.
        if !seen.insert(timeline.name(visit)) {
            return None;
        }
        Some(Risk {
            severity: Severity::High,
            id: "effect-repeated",
            path: Some(timeline.path(visit, machine)),
            event: Some(timeline.event(at).id),
            title: "The work may have been done twice".to_owned(),
            why: format!(
                "An attempt ended without an answer and was made again. A timeout does not undo anything: {because}."
            ),
            fix: words(
                "Look into the service for two effects. Give the request a key that is the same in every attempt.",
            ),
        })
    };
    (0..timeline.visits.len()).filter_map(&mut risk).collect()
}

/// Retries of what no retry can mend.
fn in_vain(timeline: &Timeline<'_>, roots: &Roots, root: &RootCause) -> Option<Risk> {
    let class = root.class?;
    let hopeless = matches!(class, ErrorClass::Permission | ErrorClass::Validation);
    let visit = roots.first.visit?;
    let retries = timeline.visits[visit].attempts.len().saturating_sub(1);
    if !hopeless || retries == 0 || roots.first.kind != FailureKind::Call {
        return None;
    }
    let took = timeline
        .event(roots.last.at)
        .at_ms
        .zip(root.at_ms)
        .map(|(to, from)| to.saturating_sub(from).max(0) as u64);
    let took = took.filter(|ms| *ms > 0);
    let took = took.map(|ms| format!(" They delayed the failure by {}.", crate::history::VirtualTime(ms)));
    Some(Risk {
        severity: Severity::Low,
        id: "permanent-error-retried",
        path: root.path.clone(),
        event: Some(root.event),
        title: format!("{} of an error that no retry can mend", counted(retries as u64, "retry")),
        why: format!("The same request is refused again.{}", took.unwrap_or_default()),
        fix: words(
            "Take the name out of the retrier, or put a retrier with `MaxAttempts` 0 for it before the wildcard.",
        ),
    })
}

/// Tasks that wait for somebody else without any timer. One risk for all of them.
fn unbounded(timeline: &Timeline<'_>, known: &[Risk], machine: Option<&Machine>) -> Option<Risk> {
    let mut names: Vec<std::sync::Arc<str>> = Vec::new();
    let mut first = None;
    for (id, visit) in timeline.visits.iter().enumerate() {
        let scheduled = visit.last_attempt().and_then(|attempt| attempt.scheduled);
        let Some(event) = scheduled.map(|at| timeline.event(at)) else { continue };
        let silent = timeline.integration(id).is_some_and(|integration| {
            integration.pattern == Pattern::Callback || integration.kind == Service::Activity
        });
        let timed = event.timeout_seconds.is_some() || event.heartbeat_seconds.is_some();
        let path = timeline.path(id, machine);
        let told =
            known.iter().any(|risk| risk.path.as_ref() == Some(&path) && risk.severity == Severity::High);
        if silent && !timed && !told && !names.contains(&visit.name) {
            names.push(visit.name.clone());
            first.get_or_insert((id, event.id));
        }
    }
    let (visit, event) = first?;
    let list: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let state = timeline.state(visit, machine);
    Some(Risk {
        severity: Severity::Low,
        id: "callback-unbounded",
        path: Some(timeline.path(visit, machine)),
        event: Some(event),
        title: "An answer is waited for without a timer".to_owned(),
        why: format!(
            "{} {} neither `TimeoutSeconds` nor `HeartbeatSeconds`. This time an answer came; one that does not come is \
             waited for until the execution ends, for a year at most.",
            list.join(", "),
            if list.len() == 1 { "has" } else { "have" }
        ),
        fix: state.map_or_else(
            || words("Give the task `TimeoutSeconds`, with a catcher for `States.Timeout`."),
            add_timeout,
        ),
    })
}

/// The class of a failure that a catcher took.
pub(super) fn class_of(timeline: &Timeline<'_>, failure: &Failure) -> ErrorClass {
    let integration = failure.visit.and_then(|visit| timeline.integration(visit));
    classify(timeline, failure, integration.as_ref()).0
}
