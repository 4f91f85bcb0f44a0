//! `failure-uncaught`: the state, or one around it, has catchers, but this failure escapes them all.
//!
//! The classical case is a timeout past `Catch: [States.TaskFailed]`: the wildcard that does not match timeouts.
//! A timer that the author set is a failure that the author expects, so it is the graver finding.
//!
//! Exempt: catchers that only name results, which are no failures of the workflow (what exists already, a condition that
//! does not hold), or that lead back onto the way of success: for all else the state has no catcher; timers excepted.
//! States without any catcher (failing visibly is a decision), failures of the interpreter (nothing can
//! catch them), and states of the failure path, which `handler-fails` judges.

use crate::asl::{State, StateId};
use crate::catalog::{self, ErrorClass};
use crate::diagnose::fix;
use crate::error::ErrorName;
use crate::history::FailureRecord;
use crate::oracle::trace::{self, Fate};
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

const RULE: RuleId = RuleId::FailureUncaught;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (index, record, _) in trace::task_failures(run) {
        if trace::is_runtime(record) {
            continue;
        }
        let chain = trace::chain(run.history, index);
        let guarded: Vec<_> = chain
            .iter()
            .map(|passed| run.model.machine.state(passed.state))
            .filter(|state| !state.catch.is_empty())
            .collect();
        let (Some(innermost), false) = (guarded.first(), on_failure_path(run, index)) else { continue };
        match trace::fate(run.history, index) {
            Fate::Ended
                if &*record.error != ErrorName::TIMEOUT
                    && guarded.iter().all(|state| names_results(run, state)) =>
            {
                out.holds(RULE);
            }
            Fate::Ended => {
                let state = guarded.iter().find(|state| catches_all_but_timeouts(state)).unwrap_or(innermost);
                out.violated(violation(run, record, state));
            }
            Fate::Caught { .. } => out.holds(RULE),
            Fate::Retried | Fate::Other => {}
        }
    }
}

fn on_failure_path(run: &Run<'_>, index: usize) -> bool {
    run.model.graph.is_failure_path(run.history.failures[index].state)
        || trace::caught_before(run.history, index).is_some()
}

/// Whether all catchers of a state are branches for results rather than handlers of failures.
pub(in crate::oracle) fn names_results(run: &Run<'_>, state: &State) -> bool {
    state.catch.iter().all(|catcher| {
        let is_result = |name: &ErrorName| {
            matches!(catalog::class_of(name.as_str()), ErrorClass::Conflict | ErrorClass::NotFound)
        };
        let rejoins = !run.model.graph.is_failure_path(catcher.next);
        (rejoins && !catcher.errors.iter().any(is_wildcard)) || catcher.errors.iter().all(is_result)
    })
}

fn is_wildcard(name: &ErrorName) -> bool {
    matches!(name.as_str(), ErrorName::ALL | ErrorName::TASK_FAILED | ErrorName::TIMEOUT)
}

fn catches_all_but_timeouts(state: &State) -> bool {
    state.catch.iter().flat_map(|catcher| &catcher.errors).any(|name| name.as_str() == ErrorName::TASK_FAILED)
}

fn violation(run: &Run<'_>, record: &FailureRecord, state: &State) -> Violation {
    let machine = &run.model.machine;
    let listed: Vec<&str> =
        state.catch.iter().flat_map(|catcher| &catcher.errors).map(ErrorName::as_str).collect();
    let timer = &*record.error == ErrorName::TIMEOUT;
    let (severity, route, missing) = if timer {
        (Severity::High, "timer", ErrorName::TIMEOUT)
    } else {
        (Severity::Medium, "unlisted", ErrorName::ALL)
    };
    let why = if timer {
        let which = timer_of(run, record);
        format!(
            "The {which} of `{}` fires as `States.Timeout`, which {} does not match. The execution fails on the \
             spot, and `{}` never runs.",
            fix::name_of(machine, record.state),
            fix::listed(&listed),
            fix::name_of(machine, state.catch[0].next)
        )
    } else {
        format!(
            "The catchers list {} only. `{}` is a failure of the call itself that every task can meet; it ends the \
             execution, and `{}` never runs.",
            fix::listed(&listed),
            record.error,
            fix::name_of(machine, state.catch[0].next)
        )
    };
    Violation {
        state: Some(state.id),
        route: format!("{route}>uncaught"),
        title: format!("`{}` escapes the catchers", record.error),
        why,
        // What undoes the work before is right for whatever failed.
        fix: match state.catch.iter().rposition(|catcher| undoes(run, catcher.next)) {
            Some(like) => fix::add_catcher_like(machine, state, like, missing),
            None => fix::add_catcher_like_last(machine, state, missing),
        },
        pointer: format!("{}/Catch", state.pointer),
        class: if timer { ErrorClass::Timeout } else { trace::class_of(run.history, record) },
        ..trace::violation(run, RULE, severity, record)
    }
}

/// Whether a way begins by undoing something and ends in a Fail state.
fn undoes(run: &Run<'_>, next: StateId) -> bool {
    let graph = &run.model.graph;
    run.model.is_undo(next) && graph.can_end_badly(next) && !graph.can_end_well(next)
}

fn timer_of(run: &Run<'_>, record: &FailureRecord) -> &'static str {
    let task = run.model.machine.state(record.state).task();
    if record.origin == crate::error::Origin::Heartbeat || task.is_some_and(|task| task.timeout.is_none()) {
        "heartbeat timer"
    } else {
        "timer"
    }
}
