//! The strands of one Parallel or Map state, and how their ends are put together.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::{Kind, State};
use crate::contested::Contested;
use crate::history::{Detail, EventId, EventType, StrandId};
use crate::value::{Array, Value};

use super::engine::Engine;
use super::failure::{Source, StateError};
use super::map_run::MapRun;
use super::strand::{Step, at};
use super::writer::ChildEnding;

/// A run of a Parallel or Map state, by its position in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContainerId(pub(super) usize);

/// A run of a Parallel or Map state.
#[derive(Debug)]
pub(super) struct Container {
    /// The strand whose state it is.
    pub(super) owner: StrandId,
    /// Outputs by branch or item; none while it runs, or if its failure was tolerated.
    pub(super) outputs: Vec<Option<Value>>,
    /// How many have not ended.
    pub(super) open: usize,
    /// Strands that run now.
    pub(super) active: BTreeSet<StrandId>,
    /// Items of a Map, and what its selector sees; nothing for a Parallel.
    pub(super) items: Array,
    pub(super) input: Value,
    /// What the selector made of each item, where that is told.
    pub(super) inputs: Option<Array>,
    /// The next item to start.
    pub(super) next: usize,
    /// Set for a distributed Map.
    pub(super) run: Option<Box<MapRun>>,
    /// Whether no more items start.
    pub(super) closed: bool,
}

impl Container {
    /// It has succeeded: lets go of everything that only a running container needs. One that failed keeps it for a
    /// redrive.
    pub(super) fn close(&mut self) {
        self.items = Array::new(Vec::new());
        self.input = Value::Null;
        self.outputs = Vec::new();
        self.run = None;
        self.closed = true;
    }
}

impl Engine<'_> {
    /// A branch or an iteration has ended with an output.
    pub(super) fn child_succeeded(
        &mut self,
        container: ContainerId,
        slot: usize,
        child: StrandId,
        output: Value,
    ) {
        let owner = self.containers[container.0].owner;
        let state = self.state(owner);
        let ended = matches!(state.kind, Kind::Map(_))
            .then(|| self.emit_iteration(child, owner, slot, EventType::MapIterationSucceeded))
            .flatten();
        self.note_end(container, slot, ChildEnding::Succeeded(output.clone()));
        let run = &mut self.containers[container.0];
        run.outputs[slot] = Some(output);
        run.open -= 1;
        run.active.remove(&child);
        self.strands[at(child)].release();
        self.after_child(container, state, child, ended);
    }

    /// After a child has ended without failing the whole: the next item starts, or the state is complete.
    ///
    /// Recorded on AWS: the next iteration follows the last event inside the one before, the end of the Map
    /// follows `ended`, the last MapIterationSucceeded.
    pub(super) fn after_child(
        &mut self,
        container: ContainerId,
        state: &State,
        child: StrandId,
        ended: Option<EventId>,
    ) {
        if self.has_ended() {
            return;
        }
        let last = self.strands[at(child)].last;
        let run = &self.containers[container.0];
        if let Kind::Map(map) = &state.kind
            && run.next < run.items.len()
        {
            return self.start_item(container, state, map, last);
        }
        if run.open == 0 {
            let step = self.container_complete(container, state, ended.unwrap_or(last));
            let owner = self.containers[container.0].owner;
            self.resume(owner, step);
        }
    }

    /// All children have ended: their outputs become the state's result.
    pub(super) fn container_complete(
        &mut self,
        container: ContainerId,
        state: &State,
        last: EventId,
    ) -> Step {
        let run = &mut self.containers[container.0];
        let (owner, distributed) = (run.owner, run.run.is_some());
        let outputs: Vec<Value> = std::mem::take(&mut run.outputs).into_iter().flatten().collect();
        let succeeded = match state.kind {
            Kind::Parallel { .. } => EventType::ParallelStateSucceeded,
            _ => EventType::MapStateSucceeded,
        };
        if distributed {
            return self.distributed_complete(container, state, outputs);
        }
        run.close();
        self.strands[at(owner)].last = last;
        // Recorded on AWS: …StateExited follows the last event inside, not …StateSucceeded.
        self.emit_aside(owner, succeeded, Detail::None);
        self.complete(owner, state, Value::array(outputs))
    }

    /// A branch or an iteration has failed; `record` is its entry in the ledger.
    pub(super) fn child_failed(
        &mut self,
        container: ContainerId,
        slot: usize,
        child: StrandId,
        error: StateError,
        record: usize,
    ) {
        let owner = self.containers[container.0].owner;
        let state = self.state(owner);
        if matches!(state.kind, Kind::Map(_)) {
            self.emit_iteration(child, owner, slot, EventType::MapIterationFailed);
        }
        self.containers[container.0].active.remove(&child);
        if self.containers[container.0].run.is_some() {
            return self.distributed_child_failed(container, state, child, error, record);
        }
        // Recorded on AWS: the first failure aborts the siblings; error and cause are the failing one's own.
        self.abort_children(container);
        self.strands[at(owner)].last = self.strands[at(child)].last;
        let error = match state.kind {
            Kind::Parallel { .. } if self.case.rules.departs(Contested::BranchFailed) => {
                StateError { error: Some(Arc::from("States.BranchFailed")), ..error }
            }
            _ => error,
        };
        let step = self.fail(owner, error, Some(Source::Inside(record)));
        self.resume(owner, step);
    }

    /// Ends every strand of a container that still runs.
    pub(super) fn abort_children(&mut self, container: ContainerId) {
        for child in std::mem::take(&mut self.containers[container.0].active) {
            self.abort_strand(child);
            let owner = self.containers[container.0].owner;
            if let Some((_, slot)) = self.strands[at(child)].parent
                && matches!(self.state(owner).kind, Kind::Map(_))
            {
                self.note_end(container, slot, ChildEnding::Aborted);
                self.emit_iteration(child, owner, slot, EventType::MapIterationAborted);
            }
        }
    }

    /// Records the end of an iteration; none in a child execution. No event of the iteration follows it.
    fn emit_iteration(
        &mut self,
        child: StrandId,
        owner: StrandId,
        slot: usize,
        kind: EventType,
    ) -> Option<EventId> {
        if self.strands[at(child)].child.is_some() {
            return None;
        }
        let state = self.state(owner);
        let detail = Detail::Iteration(state.name.clone(), slot as u64);
        Some(self.emit_of(child, state.id, kind, detail))
    }
}
