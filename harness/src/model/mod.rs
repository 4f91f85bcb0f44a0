//! Static facts of one machine, computed once and shared by generation, search and judges.

mod graph;
mod handlers;

use std::sync::Arc;

pub use graph::{Graph, Loop, inner_scopes};
pub use handlers::{HandlerKind, Idle, IdleName, idle_names};

use crate::asl::Machine;

/// The facts.
#[derive(Clone, Debug)]
pub struct Model {
    /// The machine they are about.
    pub machine: Arc<Machine>,
    /// Its states as a graph.
    pub graph: Graph,
}

impl Model {
    /// Computes the facts of a machine.
    pub fn new(machine: Arc<Machine>) -> Self {
        let graph = Graph::new(&machine);
        Self { machine, graph }
    }
}
