//! Static facts of one machine, computed once and shared by generation, search and judges.

mod arrival;
mod contradiction;
mod demand;
mod denied;
mod effects;
mod flow;
mod gap;
mod graph;
mod handlers;
mod undo;

use std::sync::{Arc, OnceLock};

pub use contradiction::{Contradiction, Expected, contradictions};
pub use demand::{Demands, Dependency, Place, PlaceId, Source, Step, Uses};
pub use denied::Denied;
pub use effects::{Declaration, Declarations, KeyPath, Target, matches_pattern};
pub use flow::{Right, only_or_at, operand};
pub use gap::{Gap, Gaps, shape_at};
pub use graph::{Graph, Loop, inner_scopes};
pub use handlers::{HandlerKind, Idle, IdleName};
pub use undo::{Evidence, Undo};

use crate::asl::{Machine, StateId};
use crate::contested::Rules;
use crate::fault::Intent;

/// The facts.
#[derive(Clone, Debug)]
pub struct Model {
    /// The machine they are about.
    pub machine: Arc<Machine>,
    /// Its states as a graph.
    pub graph: Graph,
    /// The contested rules that it runs under.
    pub rules: Rules,
    /// What its role may not do, where that is known.
    pub denied: Arc<[Denied]>,
    /// How the user says that faults are meant to end.
    pub intents: Arc<[Intent]>,
    demands: Demands,
    gaps: Gaps,
    effects: effects::Effects,
    idle_names: OnceLock<Vec<Vec<IdleName>>>,
    undoing: OnceLock<undo::Undoing>,
}

impl Model {
    /// Computes the facts of a machine.
    pub fn new(machine: Arc<Machine>) -> Self {
        let graph = Graph::new(&machine);
        let (demands, looked) = flow::demands(&machine);
        let gaps = Gaps::new(&machine, &graph, looked);
        let effects = effects::Effects::default();
        Self {
            machine,
            graph,
            demands,
            gaps,
            effects,
            rules: Rules::default(),
            denied: Arc::from([]),
            intents: Arc::from([]),
            idle_names: OnceLock::new(),
            undoing: OnceLock::new(),
        }
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

    /// The same machine with a role that lacks permissions.
    #[must_use]
    pub fn denying(mut self, denied: Vec<Denied>) -> Self {
        self.denied = denied.into();
        self
    }

    /// What the role lacks so that a task fails whenever it runs.
    pub fn denied_at(&self, state: StateId) -> impl Iterator<Item = &Denied> {
        self.denied.iter().filter(move |denied| denied.state == Some(state) && denied.certain)
    }

    /// The reads that nothing outside provides.
    pub fn gaps(&self) -> &Gaps {
        &self.gaps
    }

    /// What the machine reads of its input and of the results of its tasks.
    pub fn demands(&self) -> &Demands {
        &self.demands
    }
}
