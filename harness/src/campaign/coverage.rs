//! What the runs reached, of everything that the machine has.

use std::collections::BTreeMap;

use super::{Coverage, Covered};
use crate::asl::{Edge, Kind, Machine, State, StateId};
use crate::history::{Event, EventId, Handling, History, StrandId};

/// Collects what histories reached.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    states: BTreeMap<StateId, u64>,
    edges: BTreeMap<(StateId, Edge), u64>,
    retriers: BTreeMap<(StateId, usize), u64>,
}

impl Reached {
    /// Takes one run in.
    pub(super) fn add(&mut self, machine: &Machine, history: &History) {
        let mut caught: BTreeMap<(StrandId, StateId), Vec<(EventId, usize)>> = BTreeMap::new();
        for failure in &history.failures {
            match failure.handling {
                Handling::Retried { retrier, .. } => {
                    *self.retriers.entry((failure.state, retrier)).or_default() += 1;
                }
                Handling::Caught { catcher, .. } => {
                    caught.entry((failure.strand, failure.state)).or_default().push((failure.event, catcher));
                    *self.edges.entry((failure.state, Edge::Catch(catcher))).or_default() += 1;
                }
                Handling::Uncaught { .. } | Handling::Tolerated => (),
            }
        }
        for decision in &history.decisions {
            *self
                .edges
                .entry((decision.state, decision.rule.map_or(Edge::Default, Edge::Rule)))
                .or_default() += 1;
        }
        let mut last: BTreeMap<StrandId, &Event> = BTreeMap::new();
        for event in history.events.iter().filter(|event| event.kind.name().ends_with("StateEntered")) {
            let Some(state) = event.state else { continue };
            *self.states.entry(state).or_default() += 1;
            let Some(before) = last.insert(event.strand, event) else { continue };
            let Some(from) = before.state else { continue };
            let was_caught = caught.get(&(event.strand, from)).is_some_and(|failures| {
                failures.iter().any(|(failure, _)| before.id < *failure && *failure < event.id)
            });
            if !was_caught && !matches!(machine.state(from).kind, Kind::Choice(_)) {
                *self.edges.entry((from, Edge::Next)).or_default() += 1;
            }
        }
    }

    /// Whether any run entered the state.
    pub(super) fn has_entered(&self, state: StateId) -> bool {
        self.states.contains_key(&state)
    }

    /// What was reached and what was not, for people.
    pub(super) fn coverage(&self, machine: &Machine) -> Coverage {
        let edges = || {
            machine.states.iter().flat_map(|state| {
                state.successors().into_iter().map(move |(edge, next)| (state, edge, machine.state(next)))
            })
        };
        let is_taken = |state: &State, edge| self.edges.contains_key(&(state.id, edge));
        let states =
            machine.states.iter().map(|state| (self.states.contains_key(&state.id), state.path.to_string()));
        let transitions = edges().map(|(state, edge, next)| {
            (is_taken(state, edge), format!("{} → {}{}", state.path, next.path, why(edge)))
        });
        let rules = edges()
            .filter(|(_, edge, _)| matches!(edge, Edge::Rule(_) | Edge::Default))
            .map(|(state, edge, _)| (is_taken(state, edge), format!("{}{}", state.path, why(edge))));
        let catchers = edges()
            .filter(|(_, edge, _)| matches!(edge, Edge::Catch(_)))
            .map(|(state, edge, _)| (is_taken(state, edge), format!("{}{}", state.path, why(edge))));
        let retriers = machine.states.iter().flat_map(|state| {
            (0..state.retry.len()).map(move |at| {
                (self.retriers.contains_key(&(state.id, at)), format!("{} (Retry {at})", state.path))
            })
        });
        Coverage {
            states: covered(states),
            transitions: covered(transitions),
            choice_rules: covered(rules),
            retriers: covered(retriers),
            catchers: covered(catchers),
        }
    }
}

fn why(edge: Edge) -> String {
    match edge {
        Edge::Next => String::new(),
        Edge::Rule(at) => format!(" (Choices {at})"),
        Edge::Default => " (Default)".to_owned(),
        Edge::Catch(at) => format!(" (Catch {at})"),
    }
}

fn covered(parts: impl Iterator<Item = (bool, String)>) -> Covered {
    let mut covered = Covered::default();
    for (reached, name) in parts {
        covered.total += 1;
        if reached {
            covered.reached += 1;
        } else {
            covered.missing.push(name);
        }
    }
    covered
}
