//! `handler-fails`: the failure path itself breaks, and what was left to do on it is not done.
//!
//! Two ways: a second failure in a step of the failure path that has no catcher, with further steps behind it (a
//! compensation chain that ends at its first failing link), or an evaluation that fails there.
//!
//! Exempt: the last step before the execution ends as FAILED. A notification that cannot be sent, in an execution
//! that fails visibly, hides nothing. A task that cannot take in its own result, where that result is invented.

use crate::asl::{State, StateId};
use crate::catalog::Effect;
use crate::diagnose::fix;
use crate::generate::Origin;
use crate::history::{Attempt, Ending, FailureRecord};
use crate::oracle::trace::{self, Fate};
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

use super::lost_input::lost_read;

const RULE: RuleId = RuleId::HandlerFails;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for index in trace::representatives(run.history) {
        let record = &run.history.failures[index];
        if record.echo_of.is_some() {
            continue;
        }
        let Some((_, first)) = trace::caught_before(run.history, index) else { continue };
        if trace::is_runtime(record) {
            let explained = lost_read(run).is_some()
                || trace::reached_event_limit(run.history)
                || is_of_invented_result(run, record);
            if !explained && run.baseline.outcome.succeeded() {
                out.violated(evaluation(run, first, record));
            }
            continue;
        }
        if record.attempt.is_none() || !run.model.graph.is_failure_path(record.state) {
            continue;
        }
        match trace::fate(run.history, index) {
            Fate::Ended => match skipped(run, record.state) {
                Some(skipped) => out.violated(broken_link(run, first, record, &skipped)),
                None => out.holds(RULE),
            },
            Fate::Caught { .. } => out.holds(RULE),
            Fate::Retried | Fate::Other => {}
        }
    }
}

/// Whether a task failed on its own result, which nobody but the generator gave.
fn is_of_invented_result(run: &Run<'_>, record: &FailureRecord) -> bool {
    let own = |attempt: &&Attempt| (attempt.state, attempt.strand) == (record.state, record.strand);
    let last = run.history.attempts.iter().rev().find(own);
    run.origin != Origin::User && last.is_some_and(|attempt| matches!(attempt.ending, Ending::Succeeded(_)))
}

/// What a failing step leaves undone.
pub(super) struct Skipped {
    /// Steps with effects, in the order of the file.
    effects: Vec<StateId>,
    /// Steps that would have told somebody.
    signals: Vec<StateId>,
}

/// The steps behind a failing one; `None` if there is nothing worth mentioning.
pub(super) fn skipped(run: &Run<'_>, state: StateId) -> Option<Skipped> {
    let mut skipped = Skipped { effects: Vec::new(), signals: Vec::new() };
    for next in run.model.graph.downstream(state) {
        let is_task = run.model.machine.state(next).task().is_some();
        if !is_task || next == state || !run.model.graph.is_failure_path(next) {
            continue;
        }
        if run.model.is_signal(next) {
            skipped.signals.push(next);
        } else if *run.model.effect(next) != Effect::None {
            skipped.effects.push(next);
        }
    }
    (!skipped.effects.is_empty() || !skipped.signals.is_empty()).then_some(skipped)
}

fn broken_link(run: &Run<'_>, first: &FailureRecord, record: &FailureRecord, skipped: &Skipped) -> Violation {
    let machine = &run.model.machine;
    let state: &State = machine.state(record.state);
    let name = |id: &StateId| fix::name_of(machine, *id);
    let left: Vec<&str> = skipped.effects.iter().chain(&skipped.signals).map(name).collect();
    // That nobody is told of a failed execution is less than work that is left undone.
    let severity = if skipped.effects.is_empty() { Severity::Low } else { Severity::High };
    let title = if skipped.effects.is_empty() {
        format!("A failure here keeps {} from telling anybody", fix::listed(&left))
    } else {
        format!("A second failure here ends the failure path before {}", fix::listed(&left))
    };
    Violation {
        route: "second-failure>uncaught".to_owned(),
        events: vec![first.event, record.event],
        title,
        why: format!(
            "`{}` failed with `{}`, and the failure path began. When `{}` fails for good as well, no catcher takes \
             it: the execution ends there, and {} never {}.",
            fix::name_of(machine, first.state),
            first.error,
            state.name,
            fix::listed(&left),
            if left.len() == 1 { "runs" } else { "run" }
        ),
        fix: fix::continue_chain(machine, state),
        ..trace::violation(run, RULE, severity, record)
    }
}

fn evaluation(run: &Run<'_>, first: &FailureRecord, record: &FailureRecord) -> Violation {
    let machine = &run.model.machine;
    let state = machine.state(record.state);
    Violation {
        route: "evaluation>uncaught".to_owned(),
        events: vec![first.event, record.event],
        title: format!("The failure path breaks here with `{}`", record.error),
        why: format!(
            "`{}` failed with `{}` and its catcher took it, but `{}` cannot be evaluated with what it was given. \
             The execution fails; {}.",
            fix::name_of(machine, first.state),
            first.error,
            state.name,
            trace::why_uncaught(record)
        ),
        fix: fix::words(format!(
            "Read only what every way to this state provides, or test with {} first.",
            fix::presence_test(state)
        )),
        ..trace::violation(run, RULE, Severity::High, record)
    }
}
