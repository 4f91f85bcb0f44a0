//! What a run reached: the states and the ways out of Choice states, to be covered by as few scenarios as possible.

use std::collections::BTreeSet;

use super::slot::events;
use crate::asl::{Kind, Machine, StateId};
use crate::history::{Handling, History, Outcome};

/// Something a scenario can cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// The state was entered.
    State(StateId),
    /// A Choice state took this rule, or its Default.
    Way(StateId, Option<usize>),
    /// The execution succeeded.
    Success,
}

/// Everything a run reached.
pub(super) fn reached(history: &History) -> BTreeSet<Reached> {
    let states = events(history).filter_map(|event| event.state).map(Reached::State);
    let ways = history.decisions.iter().map(|decision| Reached::Way(decision.state, decision.rule));
    let success = history.outcome.succeeded().then_some(Reached::Success);
    states.chain(ways).chain(success).collect()
}

/// Whether a run ended in a Fail state that the definition declares, and not by a failure of its own.
pub(super) fn fails_as_declared(machine: &Machine, history: &History) -> bool {
    if !matches!(history.outcome, Outcome::Failed { .. }) {
        return false;
    }
    let unhandled = |handling: &Handling| matches!(handling, Handling::Uncaught { .. });
    let Some(mut last) = history.failures.iter().rev().find(|failure| unhandled(&failure.handling)) else {
        return false;
    };
    while let Some(inner) = last.echo_of.and_then(|inner| history.failures.get(inner)) {
        last = inner;
    }
    matches!(machine.state(last.state).kind, Kind::Fail { .. })
}
