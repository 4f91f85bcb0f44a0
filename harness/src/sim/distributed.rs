//! Distributed Map: child executions with histories of their own, and failures that are tolerated.
//!
//! Children run in the same virtual time; their events are kept apart, because AWS does not show them in the
//! parent's history either.

use std::sync::Arc;

use crate::asl::{MachineType, Map, MapMode, State};
use crate::contested::Contested;
use crate::error::{ErrorName, Origin};
use crate::history::{Detail, EventType, Handling, StrandId, VirtualTime};
use crate::value::Value;

use super::container::ContainerId;
use super::engine::{EXPRESS_LONGEST_MS, Engine};
use super::failure::StateError;
use super::flow::oversized;
use super::record::too_many_events;
use super::strand::{Step, at};
use super::writer::{ChildEnding, Ended};

/// A child execution, by its position in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChildId(pub(super) usize);

/// A child execution: it has limits of its own.
#[derive(Clone, Debug)]
pub(super) struct Child {
    pub(super) machine_type: MachineType,
    pub(super) started: VirtualTime,
    pub(super) events: u32,
    /// What its context object shows as `Execution.Input`.
    pub(super) input: Value,
    /// The label of its Map.
    pub(super) label: Arc<str>,
    /// The run of its Map, and its place there.
    pub(super) of: (ContainerId, usize),
}

impl Child {
    /// The name of its execution.
    pub(super) fn name(&self) -> String {
        child_name(self.of.0, self.of.1)
    }
}

/// The name of the execution of a child.
pub(super) fn child_name(container: ContainerId, slot: usize) -> String {
    format!("00000000-0000-0000-{:04}-{slot:012}", container.0)
}

/// The error of a distributed Map of which too many children failed.
pub(super) const THRESHOLD_EXCEEDED: &str = "States.ExceedToleratedFailureThreshold";
/// Recorded on AWS: its cause.
pub(super) const THRESHOLD_CAUSE: &str = "The specified tolerated failure threshold was exceeded";

impl Engine<'_> {
    pub(super) fn start_child(
        &mut self,
        map: &Map,
        label: &Arc<str>,
        of: (ContainerId, usize),
        input: Value,
    ) -> ChildId {
        let machine_type = match map.mode {
            MapMode::Distributed(machine_type) => machine_type,
            MapMode::Inline => unreachable!("only distributed Maps start child executions"),
        };
        let (started, label) = (self.clock.now(), label.clone());
        self.children.push(Child { machine_type, started, events: 0, input, label, of });
        ChildId(self.children.len() - 1)
    }

    /// The limit of its child execution that a strand has reached, looked at when it enters a state.
    pub(super) fn child_limit(&self, id: StrandId) -> Option<StateError> {
        let child = &self.children[self.strands[at(id)].child?.0];
        match child.machine_type {
            MachineType::Standard if child.events >= self.limits().events_max => {
                Some(StateError::interpreter(ErrorName::RUNTIME, too_many_events(self.limits().events_max)))
            }
            MachineType::Express if self.clock.now() > child.started.after_ms(EXPRESS_LONGEST_MS) => {
                let error = Some(Arc::from(ErrorName::TIMEOUT));
                Some(StateError { error, cause: None, origin: Origin::Interpreter })
            }
            MachineType::Standard | MachineType::Express => None,
        }
    }

    /// Notes how a child ended, where the results are exported.
    pub(super) fn note_end(&mut self, container: ContainerId, slot: usize, ending: ChildEnding) {
        let stopped = self.clock.now();
        if let Some(run) = &mut self.containers[container.0].run
            && run.export.is_some()
        {
            run.ended.push(Ended { slot, stopped, ending });
        }
    }

    /// A child execution failed: within the threshold the run goes on without its output.
    pub(super) fn distributed_child_failed(
        &mut self,
        container: ContainerId,
        state: &State,
        child: StrandId,
        error: StateError,
        record: usize,
    ) {
        if let Some((_, slot)) = self.strands[at(child)].parent {
            let StateError { error, cause, .. } = error;
            self.note_end(container, slot, ChildEnding::Failed { error, cause });
        }
        let run = &mut self.containers[container.0];
        let (owner, total) = (run.owner, run.items.len());
        run.open -= 1;
        let exceeded = match &mut run.run {
            Some(run) => {
                run.tolerance.failed += 1;
                run.tolerance.exceeded(total)
            }
            None => unreachable!("only distributed Maps tolerate failures"),
        };
        if !exceeded {
            self.history.failures[record].handling = Handling::Tolerated;
            return self.after_child(container, state, child, None);
        }
        self.abort_children(container);
        self.export_results(container, state);
        let error: Arc<str> = Arc::from(THRESHOLD_EXCEEDED);
        let cause: Arc<str> = Arc::from(THRESHOLD_CAUSE);
        let step = self.map_run_failed(owner, error, cause, Some(record));
        self.resume(owner, step);
    }

    /// All children have ended within the threshold.
    pub(super) fn distributed_complete(
        &mut self,
        container: ContainerId,
        state: &State,
        outputs: Vec<Value>,
    ) -> Step {
        let owner = self.containers[container.0].owner;
        let result = self.export_results(container, state);
        let started = self.strands[at(owner)].last;
        self.emit(owner, EventType::MapRunSucceeded, Detail::None);
        let limit = self.limits().payload_bytes_max;
        // Reported (aws-cdk, issue 24799): results that nobody exports are too large for the Map itself, whatever
        // `ResultPath` and `OutputPath` would make of them.
        if result.is_none() && outputs.iter().map(|output| output.json_len() + 1).sum::<usize>() + 1 > limit {
            self.containers[container.0].close();
            return self.fail(owner, oversized(state), None);
        }
        self.emit_aside(owner, EventType::MapStateSucceeded, Detail::None);
        if !self.case.rules.departs(Contested::MapExit) {
            self.strands[at(owner)].last = started;
        }
        self.containers[container.0].close();
        self.complete(owner, state, result.unwrap_or_else(|| Value::array(outputs)))
    }

    /// What a ResultWriter makes of the results so far.
    fn export_results(&mut self, container: ContainerId, state: &State) -> Option<Value> {
        let export = self.containers[container.0].run.as_deref().and_then(|run| run.export.clone());
        export.map(|export| self.exported(container, state, &export))
    }
}
