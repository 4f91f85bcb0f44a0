//! `error-name-never-matches`: a handler lists a name that can never reach it.
//!
//! Reserved names, names of another service or spelling, timers that are not set, names that an earlier handler
//! takes. Whether it does harm shows a run in which the error that was meant comes, and passes the handler by;
//! without such a run it is advice.

use crate::asl::{Kind, State};
use crate::contested::Rules;
use crate::diagnose::fix::{self, Safety};
use crate::error::{ErrorName, Failure, Origin, matches};
use crate::history::{FailureRecord, Handling};
use crate::model::{HandlerKind, Idle, IdleName, Model};
use crate::oracle::trace;
use crate::oracle::{Fix, Judgement, PatchOperation, RuleId, Run, Severity, Violation};

const RULE: RuleId = RuleId::ErrorNameNeverMatches;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for index in trace::representatives(run.history) {
        let record = &run.history.failures[index];
        let state = run.model.machine.state(record.state);
        if (state.retry.is_empty() && state.catch.is_empty()) || trace::is_runtime(record) {
            continue;
        }
        let idle = run.model.idle_names(state.id);
        if idle.is_empty() {
            out.holds(RULE);
        }
        // The last first, so that removing one leaves the places of the others.
        for name in idle.iter().rev().filter(|name| passes_by(state, name, record, run.case.rules)) {
            let severity =
                if matches!(name.idle, Idle::Shadowed { .. }) { Severity::Low } else { Severity::Medium };
            let blank = trace::violation(run, RULE, severity, record);
            out.violated(describe(run.model, state, name, blank));
        }
    }
}

/// What the definition alone shows, for handlers that runs may not reach: one advice for each handler.
pub(in crate::oracle) fn advice(model: &Model) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    for state in model.machine.states.iter().filter(|state| model.graph.is_reachable(state.id)) {
        for name in model.idle_names(state.id).iter().rev() {
            if name.spare {
                continue;
            }
            // A catcher that is shadowed as a whole has a rule of its own.
            if name.kind == HandlerKind::Catcher && name.whole && is_shadowed(name) {
                continue;
            }
            let advice = describe(model, state, name, trace::advice(RULE, Severity::Low, state));
            match found.iter_mut().find(|other| other.fingerprint() == advice.fingerprint()) {
                Some(other) => other.absorb(&advice),
                None => found.push(advice),
            }
        }
    }
    found
}

fn is_shadowed(name: &IdleName) -> bool {
    matches!(name.idle, Idle::Shadowed { .. })
}

/// Whether the failure is the one the name was written for, and met another handler or none.
fn passes_by(state: &State, name: &IdleName, record: &FailureRecord, rules: Rules) -> bool {
    if name.spare {
        return false;
    }
    let meant = match &name.idle {
        Idle::NotReported(Some(meant)) => *meant == *record.error,
        Idle::Shadowed { .. } => {
            let whole_catcher = name.kind == HandlerKind::Catcher && name.whole;
            let failure = Failure { error: &record.error, origin: record.origin };
            !whole_catcher && matches(&name.name, failure, rules)
        }
        Idle::OfItems(meant) => *meant == &*record.error,
        // The failure of a branch is what it was written for, whatever the branch calls it.
        Idle::Reserved if is_branch_failed(name) => matches!(state.kind, Kind::Parallel { .. }),
        // Nothing can bring the error about, or no handler is passed by, so no run proves anything.
        Idle::NotReported(None) | Idle::Reserved | Idle::NoHeartbeat | Idle::NoTimer | Idle::CaughtInside => {
            false
        }
    };
    meant && !took(name, record) && !lists_it_too(state, name, record, rules)
}

fn is_branch_failed(name: &IdleName) -> bool {
    name.name.as_str() == "States.BranchFailed"
}

fn took(name: &IdleName, record: &FailureRecord) -> bool {
    match (name.kind, record.handling) {
        (HandlerKind::Retrier, Handling::Retried { retrier, .. }) => retrier == name.handler,
        (HandlerKind::Retrier, Handling::Caught { spent, .. } | Handling::Uncaught { spent }) => {
            spent == Some(name.handler)
        }
        (HandlerKind::Catcher, Handling::Caught { catcher, .. }) => catcher == name.handler,
        _ => false,
    }
}

/// Whether another entry of the same handler has the right name, so that the wrong one costs nothing.
fn lists_it_too(state: &State, name: &IdleName, record: &FailureRecord, rules: Rules) -> bool {
    let failure = Failure { error: &record.error, origin: Origin::Reported };
    !is_shadowed(name) && name_list(state, name).iter().any(|entry| matches(entry, failure, rules))
}

fn describe(model: &Model, state: &State, name: &IdleName, blank: Violation) -> Violation {
    let handler = format!("{}/{}/{}", state.pointer, name.kind.field(), name.handler);
    let pointer = format!("{handler}/ErrorEquals/{}", name.index);
    let noun = name.kind.noun();
    let written = &name.name;
    let replaced = |meant: &str| {
        let value = crate::value::Value::from(meant);
        let mut operations = vec![fix::replace(pointer.clone(), value)];
        operations.extend(other_wrong_names(model, state, name));
        fix::patch(format!("Write `{meant}`."), operations)
    };
    let (reason, fix) = match &name.idle {
        Idle::Reserved if is_branch_failed(name) => (
            format!("A Parallel state reports the error of its branch, never `{written}`."),
            replaced(ErrorName::TASK_FAILED),
        ),
        Idle::Reserved => (
            format!("Step Functions never matches `{written}`."),
            remove_name(state, name, &pointer, &handler),
        ),
        Idle::NotReported(meant) => (
            not_reported(state, written, meant.as_deref()),
            match meant {
                Some(meant) => replaced(meant),
                None => fix::words("Write a name that is reported here."),
            },
        ),
        Idle::OfItems(meant) => (
            format!(
                "Items of a distributed Map fail in child executions; the Map itself reports `{meant}`, never \
                 `{written}`."
            ),
            replaced(meant),
        ),
        Idle::CaughtInside => (
            "The states inside that can fail with it catch it themselves.".to_owned(),
            fix::words("Take the name out, or let the states inside pass the failure on."),
        ),
        Idle::NoHeartbeat => (
            "No heartbeat can be missed: the state has no `HeartbeatSeconds`.".to_owned(),
            fix::words("Give the task `HeartbeatSeconds`, or take the name out."),
        ),
        Idle::NoTimer => (
            "No timer fires: the state has neither `TimeoutSeconds` nor `HeartbeatSeconds`.".to_owned(),
            fix::bound(&model.machine, state, Safety::of(model, state.id)),
        ),
        Idle::Shadowed { by } => (
            format!("{}[{by}] comes first and takes it.", name.kind.field()),
            move_before(model, state, name, *by),
        ),
    };
    Violation {
        route: format!("{}[{}]>idle", name.kind.field(), name.handler),
        title: format!("The {noun} for `{written}` never acts on it"),
        why: format!("{reason} The failure it was written for passes this {noun} by."),
        fix,
        pointer,
        ..blank
    }
}

/// The right names in a retrier that was written for this error and never takes it.
pub(super) fn corrected(model: &Model, state: &State, error: &str) -> Option<Fix> {
    let is_meant = |name: &&IdleName| {
        name.kind == HandlerKind::Retrier
            && !name.spare
            && matches!(&name.idle, Idle::NotReported(Some(meant)) if meant == error)
    };
    let name = model.idle_names(state.id).iter().find(is_meant)?;
    let at = format!("{}/Retry/{}/ErrorEquals/{}", state.pointer, name.handler, name.index);
    let mut operations = vec![fix::replace(at, crate::value::Value::from(error))];
    operations.extend(other_wrong_names(model, state, name));
    Some(fix::patch(
        format!("Write `{error}` in Retry[{}], which was meant for it.", name.handler),
        operations,
    ))
}

/// The right names in place of the other wrong ones of the same handler: they are one finding.
fn other_wrong_names(model: &Model, state: &State, name: &IdleName) -> Vec<PatchOperation> {
    let same = |other: &&IdleName| {
        (other.kind, other.handler) == (name.kind, name.handler) && other.index != name.index && !other.spare
    };
    let right = |other: &IdleName| {
        let Idle::NotReported(Some(meant)) = &other.idle else { return None };
        let at =
            format!("{}/{}/{}/ErrorEquals/{}", state.pointer, other.kind.field(), other.handler, other.index);
        Some(fix::replace(at, crate::value::Value::from(meant.as_str())))
    };
    model.idle_names(state.id).iter().filter(same).filter_map(right).collect()
}

fn move_before(model: &Model, state: &State, name: &IdleName, by: usize) -> Fix {
    let field = name.kind.field();
    let text = format!("Move this {} before {field}[{by}].", name.kind.noun());
    let at = |handler: usize| format!("{}/{field}/{handler}", state.pointer);
    match model.machine.document.node(&at(name.handler)).map(crate::load::Node::to_value) {
        Some(handler) => fix::patch(text, vec![fix::remove(at(name.handler)), fix::add(at(by), handler)]),
        None => fix::words(text),
    }
}

/// Why a name is none that comes here.
fn not_reported(state: &State, written: &ErrorName, meant: Option<&str>) -> String {
    let job = state.task().filter(|task| task.integration.is_job());
    match (state.task(), meant) {
        (_, Some(ErrorName::TASK_FAILED)) if job.is_some() => format!(
            "Whatever the work behind the task fails with is reported as `{}`, never as `{written}`, which may be part \
             of its Cause.",
            ErrorName::TASK_FAILED
        ),
        (Some(task), Some(meant)) => format!("{} reports `{meant}`, never `{written}`.", task.integration),
        (Some(task), None) => format!("{} never reports `{written}`.", task.integration),
        (None, Some(meant)) => format!("What fails inside is reported as `{meant}`, never as `{written}`."),
        (None, None) => format!("Nothing inside ever fails with `{written}`."),
    }
}

fn name_list<'a>(state: &'a State, name: &IdleName) -> &'a [ErrorName] {
    match name.kind {
        HandlerKind::Retrier => &state.retry[name.handler].errors,
        HandlerKind::Catcher => &state.catch[name.handler].errors,
    }
}

/// Removes a name, or its whole handler if it has no other, or the field if it has no other handler.
fn remove_name(state: &State, name: &IdleName, pointer: &str, handler: &str) -> Fix {
    let handlers = match name.kind {
        HandlerKind::Retrier => state.retry.len(),
        HandlerKind::Catcher => state.catch.len(),
    };
    let path = match (name.whole, handlers) {
        (false, _) => pointer.to_owned(),
        (true, 1) => format!("{}/{}", state.pointer, name.kind.field()),
        (true, _) => handler.to_owned(),
    };
    fix::patch(format!("Take `{}` out.", name.name), vec![fix::remove(path)])
}
