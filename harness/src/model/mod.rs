//! Static facts of one machine, computed once and shared by generation, search and judges.

mod demand;
mod effects;
mod flow;
mod graph;
mod handlers;

use std::sync::Arc;

pub use demand::{Demands, Dependency, Place, PlaceId, Source, Step, Uses};
pub use effects::{Declaration, Declarations, KeyPath, Target, matches_pattern};
pub use flow::{Right, operand};
pub use graph::{Graph, Loop, inner_scopes};
pub use handlers::{HandlerKind, Idle, IdleName, idle_names};

use crate::asl::Machine;
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
}

impl Model {
    /// Computes the facts of a machine.
    pub fn new(machine: Arc<Machine>) -> Self {
        let graph = Graph::new(&machine);
        let demands = flow::demands(&machine);
        Self { machine, graph, demands, effects: effects::Effects::default(), rules: Rules::default() }
    }

    /// The same machine under other rules.
    #[must_use]
    pub fn under(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// What the machine reads of its input and of the results of its tasks.
    pub fn demands(&self) -> &Demands {
        &self.demands
    }
}
