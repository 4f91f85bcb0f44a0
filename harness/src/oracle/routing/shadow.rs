//! `catch-shadowed`: a catcher that no failure can reach, because an earlier one takes everything it lists.
//!
//! A run proves it with a failure that the catcher lists and that went to the earlier one; otherwise it is advice.

use crate::asl::State;
use crate::diagnose::fix;
use crate::error::{Failure, matches};
use crate::history::Handling;
use crate::model::{HandlerKind, Idle, IdleName, Model};
use crate::oracle::trace;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

const RULE: RuleId = RuleId::CatchShadowed;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for index in trace::representatives(run.history) {
        let record = &run.history.failures[index];
        let Handling::Caught { catcher, .. } = record.handling else { continue };
        let state = run.model.machine.state(record.state);
        if state.catch.len() < 2 {
            continue;
        }
        let failure = Failure { error: &record.error, origin: record.origin };
        let shadowed = shadowed_catchers(run.model, state);
        let proven = shadowed.iter().find(|(later, by)| {
            *by == catcher
                && state.catch[*later].errors.iter().any(|name| matches(name, failure, run.case.rules))
        });
        match proven {
            Some((later, by)) => {
                let blank = trace::violation(run, RULE, Severity::Medium, record);
                out.violated(describe(run.model, state, *later, *by, blank));
            }
            None => out.holds(RULE),
        }
    }
}

/// What the definition alone shows.
pub(in crate::oracle) fn advice(model: &Model) -> Vec<Violation> {
    let reachable = model.machine.states.iter().filter(|state| model.graph.is_reachable(state.id));
    reachable
        .flat_map(|state| {
            shadowed_catchers(model, state).into_iter().map(|(later, by)| {
                describe(model, state, later, by, trace::advice(RULE, Severity::Low, state))
            })
        })
        .collect()
}

/// Catchers of which every name is taken earlier, with the catcher that takes the first of them.
fn shadowed_catchers(model: &Model, state: &State) -> Vec<(usize, usize)> {
    let whole = |name: &IdleName| name.kind == HandlerKind::Catcher && name.whole && name.index == 0;
    let names = model.idle_names(state.id).iter();
    names
        .filter(|name| whole(name))
        .filter_map(
            |name| if let Idle::Shadowed { by } = name.idle { Some((name.handler, by)) } else { None },
        )
        .collect()
}

fn describe(model: &Model, state: &State, later: usize, by: usize, blank: Violation) -> Violation {
    let next = |at: usize| fix::name_of(&model.machine, state.catch[at].next);
    Violation {
        route: format!("Catch[{by}]>Catch[{later}]"),
        title: format!("Catch[{later}] never acts, Catch[{by}] takes everything"),
        why: format!(
            "Catchers are tried in order, and Catch[{by}] matches all that Catch[{later}] lists: what was meant for \
             `{}` goes to `{}`.",
            next(later),
            next(by)
        ),
        fix: swap(model, state, later, by),
        pointer: format!("{}/Catch/{later}", state.pointer),
        ..blank
    }
}

fn swap(model: &Model, state: &State, later: usize, by: usize) -> crate::oracle::Fix {
    let text = format!("Move Catch[{later}] before Catch[{by}].");
    let from = format!("{}/Catch/{later}", state.pointer);
    match model.machine.document.node(&from).map(crate::load::Node::to_value) {
        Some(catcher) => fix::patch(
            text,
            vec![fix::remove(from), fix::add(format!("{}/Catch/{by}", state.pointer), catcher)],
        ),
        None => fix::words(text),
    }
}
