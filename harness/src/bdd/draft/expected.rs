//! What can be said of a run: how it ends, how often the struck task was tried, who caught it, where it went.

use super::sentence::{state, times, word};
use crate::asl::{Machine, StateId};
use crate::bdd::stage::Run;
use crate::fault::Class;
use crate::history::{Handling, History, Outcome, StrandId};
use crate::model::Model;
use crate::oracle::{Severity, Violation};

/// Each in the ways in which it can be said, the best first. What does not hold or cannot be said is dropped later.
pub(super) fn of_run(run: &Run, model: &Model) -> Vec<Vec<String>> {
    let machine = &model.machine;
    let history = &run.history;
    let mut all = vec![ending(run)];
    all.extend(attempts(history, machine));
    all.extend(catchers(history, machine));
    all.extend(last_state(history).map(|id| {
        let name = state(machine, id);
        vec![format!("the execution ends in {name}"), format!("{name} is entered")]
    }));
    all.extend(effects(history, machine));
    if !history.failures.is_empty() && history.outcome.succeeded() {
        all.push(vec!["every failure is visible".to_owned()]);
    }
    all
}

fn ending(run: &Run) -> Vec<String> {
    let outcome = &run.history.outcome;
    let mut ways = Vec::new();
    if !run.case.plan.is_empty() && *outcome == run.baseline.outcome {
        ways.push("the execution ends as without the fault".to_owned());
    }
    match outcome {
        Outcome::Succeeded { .. } => ways.push("the execution succeeds".to_owned()),
        Outcome::Failed { error: Some(error), .. } => {
            // That it ends the same says less than with which error.
            ways.insert(0, format!("the execution fails with {}", word(error)));
        }
        Outcome::TimedOut { .. } => ways.insert(0, "the execution times out".to_owned()),
        Outcome::Failed { error: None, .. } | Outcome::Aborted { .. } | Outcome::Unknown(_) => {}
    }
    ways.push(format!("the execution ends as {}", outcome.status()));
    ways
}

/// Tasks that were struck, with how often they were tried.
fn attempts(history: &History, machine: &Machine) -> Vec<Vec<String>> {
    struck(history)
        .into_iter()
        .map(|id| {
            let count = history.attempts.iter().filter(|attempt| attempt.state == id).count();
            vec![format!("{} is attempted {}", state(machine, id), times(count))]
        })
        .collect()
}

/// The states that caught a failure, each failure once.
fn catchers(history: &History, machine: &Machine) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for failure in &history.failures {
        let Handling::Caught { catcher, .. } = failure.handling else { continue };
        let (name, error) = (state(machine, failure.state), word(&failure.error));
        let next = state(machine, machine.state(failure.state).catch[catcher].next);
        let ways =
            vec![format!("{name} catches {error} and goes to {next}"), format!("{name} catches {error}")];
        if !all.contains(&ways) {
            all.push(ways);
        }
    }
    all
}

/// Where the work may have been done more than once, or was done though nobody heard of it.
fn effects(history: &History, machine: &Machine) -> Vec<Vec<String>> {
    let is_lost = |class: &Class| {
        matches!(
            class,
            Class::LostAnswer | Class::LostAnswerAs(_) | Class::CallbackLate | Class::CallbackDuplicate
        )
    };
    if !history.injected.iter().any(|injected| is_lost(&injected.class)) {
        return Vec::new();
    }
    let count = |id: StateId| {
        history.attempts.iter().filter(|attempt| attempt.state == id && attempt.applied).count()
    };
    let struck = struck(history).into_iter();
    struck.map(|id| vec![format!("{} takes effect {}", state(machine, id), times(count(id)))]).collect()
}

fn struck(history: &History) -> Vec<StateId> {
    let mut states = Vec::new();
    for injected in &history.injected {
        let id = history.attempts[injected.attempt].state;
        if !states.contains(&id) {
            states.push(id);
        }
    }
    states
}

/// The state that the top level entered last.
fn last_state(history: &History) -> Option<StateId> {
    let mut entries = history.events.iter().filter(|event| event.kind.name().ends_with("StateEntered"));
    entries.rfind(|event| event.strand == StrandId(0)).and_then(|event| event.state)
}

/// A finding that a run shows, for a comment.
pub(super) struct Found {
    /// What makes it the same in another run.
    pub(super) key: String,
    /// `medium transient-not-retried at Charge: …`
    pub(super) text: String,
}

/// What `chaos` finds in a run, without notes.
pub(super) fn findings(run: &Run, machine: &Machine) -> Vec<Found> {
    let found = |violation: &Violation| {
        let place = violation.state.map(|id| format!(" at {}", machine.state(id).path)).unwrap_or_default();
        let text = format!("{} {}{place}: {}", violation.severity, violation.rule, violation.title);
        Found { key: format!("{:?}", violation.fingerprint()), text: text.replace('\n', " ") }
    };
    let violations = run.judgement.violations().iter();
    violations.filter(|violation| violation.severity > Severity::Note).map(found).collect()
}
