//! Where an execution can get from a state, through the scopes of Parallel and Map states.

use crate::asl::{Edge, Kind, Machine, State, StateId, Transition};
use crate::model::graph::{Graph, inner_scopes};

/// Which edges are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edges {
    /// All.
    All,
    /// Those of an execution in which nothing more fails.
    Normal,
}

/// Every state that may be entered after these, they themselves excluded unless something leads back; by its number.
pub(super) fn reached(machine: &Machine, graph: &Graph, from: &[StateId], edges: Edges) -> Vec<bool> {
    let mut seen = vec![false; machine.states.len()];
    let mut open: Vec<StateId> = Vec::new();
    let follow = |at: StateId, open: &mut Vec<StateId>| {
        let wanted = |edge: &Edge| edges == Edges::All || !matches!(edge, Edge::Catch(_));
        open.extend(graph.successors(at).iter().filter(|(edge, _)| wanted(edge)).map(|(_, next)| *next));
    };
    for state in from {
        // Coming into the same Map state again is another round, with items of its own.
        machine.enclosing(*state).for_each(|outer| seen[outer.id.0 as usize] = true);
        follow(*state, &mut open);
        open.extend(inner_scopes(machine.state(*state)).iter().map(|scope| machine.scope(*scope).start));
        for outer in machine.enclosing(*state) {
            follow(outer.id, &mut open);
        }
    }
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at.0 as usize], true) {
            continue;
        }
        follow(at, &mut open);
        open.extend(inner_scopes(machine.state(at)).iter().map(|scope| machine.scope(*scope).start));
    }
    seen
}

/// Whether the execution can end well after a state without entering any of these.
pub(super) fn ends_well_without(machine: &Machine, graph: &Graph, from: StateId, avoid: &[StateId]) -> bool {
    let avoided = |state: StateId| {
        avoid.iter().any(|undo| *undo == state || machine.enclosing(*undo).any(|outer| outer.id == state))
    };
    let mut seen = vec![false; machine.states.len()];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at.0 as usize], true) || (at != from && avoided(at)) {
            continue;
        }
        // Where a scope ends, the way goes on behind the Parallel or Map state around it.
        let mut left = Some(machine.state(at));
        while let Some(state) = left {
            let normal =
                graph.successors(state.id).iter().filter(|(edge, _)| !matches!(edge, Edge::Catch(_)));
            open.extend(normal.map(|(_, next)| *next));
            if !ends_well(state) {
                break;
            }
            left = machine.enclosing(state.id).next();
            if left.is_none() {
                return true;
            }
        }
    }
    false
}

fn ends_well(state: &State) -> bool {
    match state.kind {
        Kind::Succeed => true,
        Kind::Fail { .. } | Kind::Choice(_) => false,
        Kind::Task(_) | Kind::Pass { .. } | Kind::Wait(_) | Kind::Parallel { .. } | Kind::Map(_) => {
            matches!(state.next, Transition::End)
        }
    }
}
