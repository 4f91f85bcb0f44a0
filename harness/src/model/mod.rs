//! Static facts of one machine, computed once and shared by generation, search and judges.

use std::sync::Arc;

use crate::asl::Machine;

/// The facts.
#[derive(Clone, Debug)]
pub struct Model {
    /// The machine they are about.
    pub machine: Arc<Machine>,
}

impl Model {
    /// Computes the facts of a machine.
    pub fn new(machine: Arc<Machine>) -> Self {
        Self { machine }
    }
}
