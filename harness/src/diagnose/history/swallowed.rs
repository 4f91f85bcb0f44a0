//! Success that hides a failure: a catcher took it, the execution SUCCEEDED, and nothing told anybody.
//!
//! Left alone: a catcher that names the error of the work (the branch is meant), and a failure that was announced.

use std::collections::BTreeSet;

use super::diagnosis::Risk;
use super::failure::{Caught, Failure};
use super::risks::class_of;
use super::shape::is_call_success;
use super::timeline::{Timeline, VisitId};
use crate::asl::Transition;
use crate::catalog::{self, ErrorClass};
use crate::diagnose::fix::{end_in_fail, words};
use crate::error::ErrorName;
use crate::model::Model;
use crate::oracle::{Fix, Severity};

/// One risk for each state and error.
pub(super) fn swallowed(timeline: &Timeline<'_>, model: Option<&Model>) -> Vec<Risk> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for caught in timeline.caught() {
        let failure = timeline.caught_failure(&caught);
        let state = failure.visit.map(|visit| timeline.name(visit));
        if seen.insert((state, failure.error.clone())) {
            found.push(risk(timeline, &caught, &failure, model));
        }
    }
    found
}

fn risk(timeline: &Timeline<'_>, caught: &Caught, failure: &Failure, model: Option<&Model>) -> Risk {
    let machine = model.map(|model| &*model.machine);
    let error = failure.error.as_deref().unwrap_or("an error without a name");
    let next = caught.next.map(|next| timeline.name(next));
    let next = next.map(|next| format!(" and led to `{next}`")).unwrap_or_default();
    let telling = telling(timeline, caught, failure, model);
    let (severity, id, why) = if is_meant(timeline, caught, failure, model) {
        (
            Severity::Note,
            "failure-only-recorded",
            "The error is one of the work itself, and the branch for it is meant: nothing to do if so."
                .to_owned(),
        )
    } else {
        match telling {
            Telling::Told(by) => (
                Severity::Note,
                "failure-only-recorded",
                format!("`{by}` told somebody. An alarm on `ExecutionsFailed` does not see it."),
            ),
            Telling::Perhaps(by) => (
                Severity::Medium,
                "failure-swallowed",
                format!(
                    "`{by}` may tell somebody; its request does not show it. If it does not, nobody knows."
                ),
            ),
            Telling::Nobody => (
                Severity::Critical,
                "failure-swallowed",
                "No message, event or alarm was sent after it, and the status says success.".to_owned(),
            ),
        }
    };
    Risk {
        severity,
        id,
        path: failure.visit.map(|visit| timeline.path(visit, machine)),
        event: Some(timeline.event(failure.at).id),
        title: format!("{error} was caught{next}; the execution SUCCEEDED"),
        why,
        fix: if severity > Severity::Note { visible(timeline, caught, model) } else { Fix::default() },
    }
}

/// Who may have told somebody.
enum Telling {
    Told(std::sync::Arc<str>),
    Perhaps(std::sync::Arc<str>),
    Nobody,
}

/// Words in the name of a state that say it tells somebody.
const TELLING: [&str; 9] =
    ["notif", "alert", "alarm", "mail", "slack", "page", "escalat", "inform", "report"];

fn telling(timeline: &Timeline<'_>, caught: &Caught, failure: &Failure, model: Option<&Model>) -> Telling {
    let mut perhaps = None;
    for visit in 0..timeline.visits.len() {
        let seen = &timeline.visits[visit];
        let Some(attempt) = seen.last_attempt() else { continue };
        let ended = attempt.ended.and_then(|at| timeline.event(at).known());
        if attempt.scheduled.is_none_or(|at| at < caught.at) || !ended.is_some_and(is_call_success) {
            continue;
        }
        let Some(integration) = timeline.integration(visit) else { continue };
        let state = model.and_then(|model| timeline.state(visit, Some(&*model.machine)));
        let signal = match (model, state) {
            (Some(model), Some(state)) => model.is_signal(state.id),
            _ => catalog::is_signal(&integration),
        };
        if signal && (mentions(timeline, visit, failure) || is_failure_only(timeline, visit, model)) {
            return Telling::Told(timeline.name(visit));
        }
        let name = seen.name.to_lowercase();
        let own_code = catalog::effect(&integration) == catalog::Effect::Unknown;
        if signal || (own_code && TELLING.iter().any(|word| name.contains(word))) {
            perhaps.get_or_insert(visit);
        }
    }
    perhaps.map_or(Telling::Nobody, |visit| Telling::Perhaps(timeline.name(visit)))
}

/// Whether a request carries the error, or words of failure.
fn mentions(timeline: &Timeline<'_>, visit: VisitId, failure: &Failure) -> bool {
    let Some(request) = timeline.request(visit) else { return false };
    let text = request.to_json();
    let lower = text.to_lowercase();
    let error = failure.error.as_deref().filter(|error| !error.is_empty());
    error.is_some_and(|error| text.contains(error))
        || ["fail", "error"].iter().any(|word| lower.contains(word))
}

fn is_failure_only(timeline: &Timeline<'_>, visit: VisitId, model: Option<&Model>) -> bool {
    let Some(model) = model else { return false };
    timeline.state(visit, Some(&*model.machine)).is_some_and(|state| model.graph.is_failure_only(state.id))
}

/// A catcher that lists the error of the work by its name; without a definition, what is missing or in the way.
fn is_meant(timeline: &Timeline<'_>, caught: &Caught, failure: &Failure, model: Option<&Model>) -> bool {
    let class = class_of(timeline, failure);
    let own = matches!(class, ErrorClass::Logic | ErrorClass::NotFound | ErrorClass::Conflict);
    let error = failure.error.as_deref().unwrap_or_default();
    let Some(state) = timeline.state(caught.visit, model.map(|model| &*model.machine)) else {
        return matches!(class, ErrorClass::NotFound | ErrorClass::Conflict);
    };
    let names = |catcher: &crate::asl::Catcher| catcher.errors.iter().any(|name| name.as_str() == error);
    own && error != ErrorName::TASK_FAILED && state.catch.iter().any(names)
}

/// A Fail state where only failures come; else words.
fn visible(timeline: &Timeline<'_>, caught: &Caught, model: Option<&Model>) -> Fix {
    let text = "End the failure path in a Fail state, or tell somebody on it (SNS, SQS, EventBridge) with the error.";
    let last = caught.next.and_then(|next| {
        let visits = &timeline.threads[timeline.visits[next].thread].visits;
        visits.last().copied()
    });
    let patched = last.zip(model).and_then(|(last, model)| {
        let state = timeline.state(last, Some(&*model.machine))?;
        let ends = state.next == Transition::End && model.graph.is_failure_only(state.id);
        if ends { end_in_fail(&model.machine, state) } else { None }
    });
    patched.unwrap_or_else(|| words(text))
}
