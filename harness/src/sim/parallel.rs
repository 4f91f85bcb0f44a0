//! Parallel states: every branch gets the same input.

use std::collections::BTreeSet;

use crate::asl::{ScopeId, State};
use crate::history::{Detail, EventType, StrandId};
use crate::value::{Array, Value};

use super::container::{Container, ContainerId};
use super::engine::Engine;
use super::strand::{Phase, Step, Strand, at};

impl Engine<'_> {
    pub(super) fn enter_parallel(&mut self, id: StrandId, state: &State, branches: &[ScopeId]) -> Step {
        if self.probe.is_some() {
            return self.probe_parallel(id, state);
        }
        let input = self.effective_input(id, state).and_then(|input| self.arguments(id, state, &input));
        let input = match input {
            Ok(input) => input,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let started = self.emit(id, EventType::ParallelStateStarted, Detail::None);
        let container = ContainerId(self.containers.len());
        self.containers.push(Container {
            owner: id,
            outputs: vec![None; branches.len()],
            open: branches.len(),
            active: BTreeSet::new(),
            items: Array::new(Vec::new()),
            input: Value::Null,
            inputs: None,
            next: 0,
            run: None,
            closed: false,
        });
        for (slot, scope) in branches.iter().enumerate() {
            let mut strand = Strand::new(*scope, self.machine.scope(*scope).start, input.clone(), started);
            strand.parent = Some((container, slot));
            strand.item.clone_from(&self.strands[at(id)].item);
            strand.child = self.strands[at(id)].child;
            strand.variables = self.strands[at(id)].variables.clone();
            let child = self.spawn(strand);
            self.history.strands[at(child)].item = None;
            self.containers[container.0].active.insert(child);
            self.ready.push_back(child);
        }
        self.strands[at(id)].phase = Phase::Containing(container);
        if branches.is_empty() { self.container_complete(container, state, started) } else { Step::Block }
    }
}
