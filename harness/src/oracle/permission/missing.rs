//! `permission-missing`: with the policies of the role at hand, a state needs what they do not allow. The call is
//! denied in every execution; the run shows what becomes of it.
//!
//! What no task does is shown without a fault: the run only proves that the state is reached. Silent where it cannot be
//! decided from the policies alone.

use crate::asl::StateId;
use crate::catalog::ErrorClass;
use crate::diagnose::fix;
use crate::fault::{Burst, Class};
use crate::history::{Event, EventId, Outcome};
use crate::model::{Denied, Model};
use crate::oracle::trace::{self, Fate};
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};

const RULE: RuleId = RuleId::PermissionMissing;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    if run.model.denied.is_empty() {
        return;
    }
    if run.case.plan.is_empty() {
        let elsewhere =
            run.model.denied.iter().filter(|denied| denied.certain && !is_of_task(run.model, denied));
        for denied in elsewhere {
            if let Some(event) = reached(run, denied.state) {
                let events = vec![event];
                out.violated(Violation { events, ..violation(run.model, denied, Severity::High) });
            }
        }
    }
    let mut seen: Vec<StateId> = Vec::new();
    for (index, record, attempt) in trace::task_failures(run) {
        if !is_denied_for_ever(run, attempt.injected) || seen.contains(&attempt.state) {
            continue;
        }
        seen.push(attempt.state);
        for denied in run.model.denied_at(attempt.state) {
            let severity = if hides(run, index) { Severity::Critical } else { Severity::High };
            let base = violation(run.model, denied, severity);
            out.violated(Violation {
                site: Some(run.history.site(attempt)),
                events: vec![record.event],
                error: Some(record.error.clone()),
                cause: record.cause.clone(),
                ..base
            });
        }
    }
}

/// What no run of the search may reach: advice, until a run shows it.
pub(in crate::oracle) fn advice(model: &Model) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    for denied in model.denied.iter() {
        let severity = if denied.certain { Severity::High } else { Severity::Low };
        let own = violation(model, denied, severity);
        match found.iter_mut().find(|known| known.fingerprint() == own.fingerprint()) {
            Some(known) => known.absorb(&own),
            None => found.push(own),
        }
    }
    found
}

fn is_of_task(model: &Model, denied: &Denied) -> bool {
    denied.state.is_some_and(|state| model.machine.state(state).task().is_some())
}

/// The first event of a state; that of the execution for the machine as a whole.
fn reached(run: &Run<'_>, state: Option<StateId>) -> Option<EventId> {
    let mut events = run.history.events.iter().chain(&run.history.child_events);
    let first = match state {
        Some(_) => events.find(|event: &&Event| event.state == state),
        None => events.next(),
    };
    first.map(|event| event.id)
}

/// Whether the attempt was denied by a fault that stays, as a missing permission does.
fn is_denied_for_ever(run: &Run<'_>, injected: Option<usize>) -> bool {
    let Some(injected) = injected.and_then(|index| run.history.injected.get(index)) else { return false };
    let stays = run.case.plan.faults().get(injected.fault).is_some_and(|fault| fault.burst == Burst::Forever);
    injected.class == Class::PermissionDenied && stays
}

/// Whether the execution ends well all the same, and nobody is told.
fn hides(run: &Run<'_>, index: usize) -> bool {
    let Outcome::Succeeded { .. } = run.history.outcome else { return false };
    match trace::fate(run.history, index) {
        Fate::Caught { record, .. } => {
            trace::announcement(run, record).is_none() && !trace::may_tell(run, record)
        }
        Fate::Other => true,
        Fate::Retried | Fate::Ended => false,
    }
}

fn violation(model: &Model, denied: &Denied, severity: Severity) -> Violation {
    let quoted = |names: &[String]| fix::listed(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let (actions, resources) = (quoted(&denied.actions), quoted(&denied.resources));
    let state = denied.state.map(|state| model.machine.state(state));
    let place = state.map_or_else(|| "The machine".to_owned(), |state| format!("`{}`", state.name));
    let when = if denied.certain {
        "The call is denied in every execution, and stays so until the policy changes."
    } else {
        "It is needed in some executions only; those fail."
    };
    Violation {
        rule: RULE,
        severity,
        class: ErrorClass::Permission,
        state: denied.state,
        states: Vec::new(),
        site: None,
        route: format!("{}@{}", denied.actions.join(","), denied.resources.join(",")),
        events: Vec::new(),
        title: format!("The role may not {actions} on {resources}"),
        error: None,
        cause: None,
        why: format!("{place} {}, and {}. {when}", denied.because, denied.refusal),
        fix: fix_of(denied),
        pointer: state.map_or_else(String::new, |state| state.pointer.to_string()),
    }
}

fn fix_of(denied: &Denied) -> Fix {
    match &denied.statement {
        Some(statement) => Fix {
            text: "Add this statement to the policy of the execution role.".to_owned(),
            iam: Some(statement.clone()),
            ..Fix::default()
        },
        None => fix::words(format!("Change what refuses it: {}.", denied.refusal)),
    }
}
