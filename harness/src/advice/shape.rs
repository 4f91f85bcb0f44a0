//! Advice on the shape of a definition.

use super::{Advice, AdviceId, Says, at, form, named, reachable, written};
use crate::asl::{Kind, State};
use crate::diagnose::fix;
use crate::model::Model;
use crate::oracle::Severity;

/// Parallel and Map states around a state that people can still follow.
const DEPTH_MAX: usize = 3;

pub(super) fn deep_nesting(model: &Model) -> Option<Advice> {
    let machine = &model.machine;
    let holds_states = |state: &&State| {
        matches!(state.kind, Kind::Parallel { .. } | Kind::Map(_))
            && machine.enclosing(state.id).count() >= DEPTH_MAX
    };
    let states: Vec<&State> = reachable(model).filter(holds_states).collect();
    at(AdviceId::DeepNesting, Severity::Note, &states, "", Says {
        title: format!(
            "{} {} inside of {DEPTH_MAX} other Parallel or Map states",
            named(&states),
            form(&states, "is", "are")
        ),
        why: "All of it shares one history of 25,000 events and one payload, a failure inside passes every level, and \
              a redrive starts each from outside."
            .to_owned(),
        fix: fix::words("Move the inner part into a workflow of its own, and start it with `states:startExecution.sync:2`."),
    })
}

pub(super) fn parallel_single_branch(model: &Model) -> Option<Advice> {
    let is_alone = |state: &&State| {
        let one = matches!(&state.kind, Kind::Parallel { branches } if branches.len() == 1);
        // One branch with a handler is a way to write `try`, and one whose output is shaped is a scope.
        let shapes =
            ["ResultSelector", "ResultPath", "OutputPath", "Output", "Assign", "Parameters", "Arguments"];
        one && state.retry.is_empty()
            && state.catch.is_empty()
            && shapes.iter().all(|field| written(model, state, field).is_none())
    };
    let states: Vec<&State> = reachable(model).filter(is_alone).collect();
    at(AdviceId::ParallelSingleBranch, Severity::Note, &states, "", Says {
        title: format!("{} {} one branch, and no handler that would need it", named(&states), form(&states, "has", "have")),
        why: "A Parallel state with one branch runs nothing at the same time, and its result is a list of one.".to_owned(),
        fix: fix::words("Put the states of the branch in its place, or give the state the Retry or Catch that it is meant for."),
    })
}

pub(super) fn fail_without_cause(model: &Model) -> Option<Advice> {
    let says_nothing = |state: &&State| matches!(&state.kind, Kind::Fail { error: None, cause: None });
    let states: Vec<&State> = reachable(model).filter(says_nothing).collect();
    at(AdviceId::FailWithoutCause, Severity::Note, &states, "", Says {
        title: format!("{} {} the execution without an Error and a Cause", named(&states), form(&states, "ends", "end")),
        why: "Whoever looks at the failed execution, and a workflow that called it, learns nothing. No handler can tell \
              this failure from another."
            .to_owned(),
        fix: fix::words("Give the state an `Error`, and a `Cause` or `CausePath` with what the failure path knows."),
    })
}
