//! Static facts of one machine, computed once and shared by generation, search and judges.

mod arrival;
mod demand;
mod effects;
mod flow;
mod graph;
mod handlers;

use std::sync::{Arc, OnceLock};

pub use demand::{Demands, Dependency, Place, PlaceId, Source, Step, Uses};
pub use effects::{Declaration, Declarations, KeyPath, Target, matches_pattern};
pub use flow::{Right, operand};
pub use graph::{Graph, Loop, inner_scopes};
pub use handlers::{HandlerKind, Idle, IdleName};

use crate::asl::{Machine, StateId};
use crate::contested::Rules;

/// The facts.
#[derive(Clone, Debug)]
pub struct Model {
    /// The machine they are about.
    pub machine: Arc<Machine>,
    /// Its states as a graph.
    pub graph: Graph,
    /// The contested rules that it runs under.
    pub rules: Rules,
    demands: Demands,
    effects: effects::Effects,
    idle_names: OnceLock<Vec<Vec<IdleName>>>,
}

impl Model {
    /// Computes the facts of a machine.
    pub fn new(machine: Arc<Machine>) -> Self {
        let graph = Graph::new(&machine);
        let demands = flow::demands(&machine);
        let effects = effects::Effects::default();
        Self { machine, graph, demands, effects, rules: Rules::default(), idle_names: OnceLock::new() }
    }

    /// The same machine under other rules.
    #[must_use]
    pub fn under(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self.idle_names = OnceLock::new();
        self
    }

    /// The names in the handlers of a state that can never make their handler act, in the order of the definition.
    pub fn idle_names(&self, state: StateId) -> &[IdleName] {
        let all = || {
            let states = self.machine.states.iter();
            states.map(|state| handlers::idle_names(&self.machine, self.rules, state)).collect()
        };
        &self.idle_names.get_or_init(all)[state.0 as usize]
    }

    /// What the machine reads of its input and of the results of its tasks.
    pub fn demands(&self) -> &Demands {
        &self.demands
    }
}
