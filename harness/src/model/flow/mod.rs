//! Where data comes from: an abstract interpretation of the machine's data flow that ends with what it reads of
//! its input and of every result. Each state's input is the join over all ways to it; loops are run until nothing
//! new is learned. Nothing here refuses a machine: what is not understood is read as "anything".

mod comparison;
mod evaluate;
mod query;
mod steps;
mod transfer;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use self::value::Abstract;
use super::demand::{Demands, Source};
use super::gap::Looked;
use crate::asl::{Machine, ScopeId, StateId};
use crate::value::Key;

pub use self::comparison::{Right, operand};
pub use self::steps::only_or_at;

/// What a machine reads.
pub(super) fn demands(machine: &Machine) -> (Demands, Looked) {
    let mut analysis = Analysis::new(machine);
    for _ in 0..ROUNDS_MAX {
        let before = analysis.variables.clone();
        analysis.run();
        if same_variables(&before, &analysis.variables) {
            break;
        }
    }
    analysis.look();
    (analysis.demands, analysis.looked.unwrap_or_default())
}

/// Variables are joined over the whole machine; a change of one needs another round for its readers.
const ROUNDS_MAX: u8 = 4;
/// A state whose input still grows after so many visits is in a loop that wraps its own data.
const VISITS_MAX: u8 = 24;

struct Analysis<'m> {
    machine: &'m Machine,
    demands: Demands,
    /// The execution's input.
    input: Abstract,
    /// What enters each state; none while no way to it was found.
    inputs: Vec<Option<Abstract>>,
    visits: Vec<u8>,
    /// What each scope ends with; none while no way to an end was found.
    outputs: Vec<Option<Abstract>>,
    /// The item of each Map state.
    items: BTreeMap<StateId, Abstract>,
    variables: BTreeMap<Key, Abstract>,
    pending: BTreeSet<StateId>,
    /// What is found of reads that nothing provides; only when all is known.
    looked: Option<Looked>,
    /// Whether a part of the expression in hand is not made by anything.
    lacks: bool,
}

impl<'m> Analysis<'m> {
    fn new(machine: &'m Machine) -> Self {
        let mut demands = Demands::default();
        let input = Abstract::origin(demands.root_mut(Source::Input));
        Self {
            machine,
            demands,
            input,
            inputs: vec![None; machine.states.len()],
            visits: vec![0; machine.states.len()],
            outputs: vec![None; machine.scopes.len()],
            items: BTreeMap::new(),
            variables: BTreeMap::new(),
            pending: BTreeSet::new(),
            looked: None,
            lacks: false,
        }
    }

    fn run(&mut self) {
        self.visits.fill(0);
        let reached = self.inputs.iter().zip(&self.machine.states).filter(|(input, _)| input.is_some());
        self.pending = reached.map(|(_, state)| state.id).collect();
        let input = self.input.clone();
        self.start(ScopeId::TOP, &input);
        while let Some(state) = self.pending.pop_first() {
            let visits = &mut self.visits[state.0 as usize];
            *visits += 1;
            if *visits <= VISITS_MAX {
                self.enter(state);
            }
        }
    }

    /// Looks at every state once more, now that all is known of its input.
    fn look(&mut self) {
        self.looked = Some(Looked::default());
        let reached = self.inputs.iter().zip(&self.machine.states).filter(|(input, _)| input.is_some());
        let reached: Vec<_> = reached.map(|(_, state)| state.id).collect();
        for state in reached {
            self.enter(state);
        }
    }

    /// Data that enters a scope.
    fn start(&mut self, scope: ScopeId, input: &Abstract) {
        self.flow(self.machine.scope(scope).start, input);
    }

    /// Data that enters a state; the state is looked at again if it says anything new.
    fn flow(&mut self, state: StateId, input: &Abstract) {
        if merge(&mut self.inputs[state.0 as usize], input) {
            self.pending.insert(state);
        }
    }

    /// Data that a scope ends with; the state around it is looked at again if it says anything new.
    fn end(&mut self, scope: ScopeId, output: &Abstract) {
        if merge(&mut self.outputs[scope.0 as usize], output) {
            self.pending.extend(self.machine.scope(scope).parent);
        }
    }

    fn assign(&mut self, name: &Key, value: &Abstract) {
        let joined = self.variables.get(name).map_or_else(|| value.clone(), |known| known.join(value));
        self.variables.insert(name.clone(), joined);
    }
}

/// Joins a value into what is known; whether that changed it.
fn merge(known: &mut Option<Abstract>, value: &Abstract) -> bool {
    let joined = known.as_ref().map_or_else(|| value.clone(), |known| known.join(value));
    let changed = !known.as_ref().is_some_and(|known| known.same(&joined));
    *known = Some(joined);
    changed
}

fn same_variables(before: &BTreeMap<Key, Abstract>, after: &BTreeMap<Key, Abstract>) -> bool {
    before.len() == after.len()
        && before.values().zip(after.values()).all(|(before, after)| before.same(after))
}

#[cfg(test)]
mod tests;
