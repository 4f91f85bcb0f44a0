//! Distributed Map: child executions with histories of their own, batches, and failures that are tolerated.
//!
//! Children run in the same virtual time; their events are kept apart, because AWS does not show them in the
//! parent's history either.

use std::sync::Arc;

use crate::asl::{ItemReader, MachineType, Map, MapMode, State};
use crate::contested::Contested;
use crate::error::{ErrorName, Origin};
use crate::expr::{EvalError, EvalErrorKind};
use crate::history::{Detail, EventId, EventType, Handling, Site, StrandId, VirtualTime};
use crate::mock::{Call, Reply};
use crate::value::{Array, Object, ObjectBuilder, Value};

use super::container::ContainerId;
use super::context::StrandContext;
use super::engine::{EXPRESS_LONGEST_MS, Engine};
use super::failure::{Source, StateError};
use super::record::too_many_events;
use super::strand::{Item, Step, at};

/// A child execution, by its position in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChildId(pub(super) usize);

/// A child execution: it has limits of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    pub(super) machine_type: MachineType,
    pub(super) started: VirtualTime,
    pub(super) events: u32,
}

/// The error of a distributed Map of which too many children failed.
pub(super) const THRESHOLD_EXCEEDED: &str = "States.ExceedToleratedFailureThreshold";
/// Recorded on AWS: its cause.
pub(super) const THRESHOLD_CAUSE: &str = "The specified tolerated failure threshold was exceeded";

/// How many children of a distributed Map may fail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    pub(super) count: Option<u64>,
    pub(super) percentage: Option<f64>,
    pub(super) failed: u64,
}

impl Tolerance {
    /// Docs, "Tolerated failure threshold": exceeding either fails the map run; the default is 0.
    pub(super) fn exceeded(&self, total: usize) -> bool {
        let share = self.failed as f64 * 100.0 / total.max(1) as f64;
        match (self.count, self.percentage) {
            (None, None) => self.failed > 0,
            (count, percentage) => {
                count.is_some_and(|limit| self.failed > limit)
                    || percentage.is_some_and(|limit| share > limit)
            }
        }
    }
}

impl Engine<'_> {
    /// The failure threshold of a distributed Map; `None` for an inline one.
    pub(super) fn tolerance(
        &self,
        id: StrandId,
        map: &Map,
        input: &Value,
    ) -> Result<Option<Tolerance>, EvalError> {
        if map.mode == MapMode::Inline {
            return Ok(None);
        }
        let count = match &map.tolerated_failure_count {
            Some(amount) => Some(self.whole_amount(id, amount, input, "ToleratedFailureCountPath")?),
            None => None,
        };
        let percentage = match &map.tolerated_failure_percentage {
            Some(amount) => Some(self.amount(id, amount, input, "ToleratedFailurePercentagePath")?),
            None => None,
        };
        if percentage.is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) {
            let cause = "ToleratedFailurePercentage must be between 0 and 100.".to_owned();
            return Err(EvalError { kind: EvalErrorKind::Type, cause });
        }
        Ok(Some(Tolerance { count, percentage, failed: 0 }))
    }

    /// The items of an `ItemReader`: the answer of the reader's service.
    pub(super) fn read_items(
        &mut self,
        id: StrandId,
        state: &State,
        reader: &ItemReader,
        input: &Value,
    ) -> Result<Array, Step> {
        let parameters = match &reader.parameters {
            Some(template) => self.with_env(id, input, |env| template.eval(env)),
            None => Ok(Value::empty_object()),
        };
        let parameters = parameters.map_err(|error| self.evaluation_failed(id, error))?;
        let site = Site { state: state.id, iteration: self.history.iteration(id), visit: 1 };
        let at = self.clock.now();
        let call = Call { state, site: &site, at, attempt: 1, invocation: 0, parameters: &parameters };
        let (error, cause): (Arc<str>, Arc<str>) = match self.responder.answer(call).reply {
            Reply::Return(Value::Array(items)) => return Ok(items),
            Reply::Return(other) => (
                Arc::from("States.ItemReaderFailed"),
                Arc::from(format!("The item reader must give a list, but gave: {}", other.type_name())),
            ),
            Reply::Throw { error, cause } => (error.unwrap_or_default(), cause.unwrap_or_default()),
            Reply::Unmocked(advice) => {
                self.give_up("unmocked item reader", advice, &state.pointer);
                return Err(Step::End);
            }
            Reply::Silence => {
                self.give_up(
                    "silent item reader",
                    "an item reader always answers".to_owned(),
                    &state.pointer,
                );
                return Err(Step::End);
            }
        };
        // Recorded on AWS: a failing reader shows MapStateStarted with length 0, then the failure.
        self.emit(id, EventType::MapStateStarted, Detail::Length(0));
        self.start_map_run(
            id,
            state,
            match &state.kind {
                crate::asl::Kind::Map(map) => map,
                _ => unreachable!("only Map states have item readers"),
            },
        );
        self.emit(id, EventType::MapRunFailed, Detail::Failure(Some(error.clone()), Some(cause.clone())));
        Err(self.fail(id, StateError::reported(error, Some(cause)), None))
    }

    /// `ItemBatcher`: items in groups, `{"BatchInput": …, "Items": […]}`.
    pub(super) fn batched(
        &mut self,
        id: StrandId,
        map: &Map,
        input: &Value,
        items: Array,
    ) -> Result<Array, EvalError> {
        let Some(batcher) = &map.item_batcher else { return Ok(items) };
        let count_max = match &batcher.max_items {
            Some(amount) => self.whole_amount(id, amount, input, "MaxItemsPerBatchPath")?.max(1) as usize,
            None => usize::MAX,
        };
        let bytes_max = match &batcher.max_bytes {
            Some(amount) => self.whole_amount(id, amount, input, "MaxInputBytesPerBatchPath")? as usize,
            None => self.limits().payload_bytes_max,
        };
        let batch_input = match &batcher.batch_input {
            Some(template) => Some(self.with_env(id, input, |env| template.eval(env))?),
            None => None,
        };
        let mut batches: Vec<Value> = Vec::new();
        let mut batch: Vec<Value> = Vec::new();
        let mut bytes = 0;
        for (index, item) in items.items().iter().enumerate() {
            let item = self.selected(id, map, input, Item { index: index as u32, value: item.clone() })?;
            if !batch.is_empty() && (batch.len() >= count_max || bytes + item.json_len() > bytes_max) {
                batches.push(batch_of(batch_input.as_ref(), std::mem::take(&mut batch)));
                bytes = 0;
            }
            bytes += item.json_len() + 1;
            batch.push(item);
        }
        if !batch.is_empty() {
            batches.push(batch_of(batch_input.as_ref(), batch));
        }
        Ok(Array::new(batches))
    }

    /// What `ItemSelector` makes of an item.
    pub(super) fn selected(
        &self,
        owner: StrandId,
        map: &Map,
        input: &Value,
        item: Item,
    ) -> Result<Value, EvalError> {
        match &map.item_selector {
            Some(template) => {
                let context = StrandContext { engine: self, strand: owner, item: Some(&item) };
                self.with_context(owner, input, &context, |env| template.eval(env))
            }
            None => Ok(item.value),
        }
    }

    pub(super) fn start_child(&mut self, map: &Map) -> ChildId {
        let machine_type = match map.mode {
            MapMode::Distributed(machine_type) => machine_type,
            MapMode::Inline => unreachable!("only distributed Maps start child executions"),
        };
        self.children.push(Child { machine_type, started: self.clock.now(), events: 0 });
        ChildId(self.children.len() - 1)
    }

    /// The limit of its child execution that a strand has reached, looked at when it enters a state.
    pub(super) fn child_limit(&self, id: StrandId) -> Option<StateError> {
        let child = self.children[self.strands[at(id)].child?.0];
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

    pub(super) fn start_map_run(&mut self, id: StrandId, state: &State, map: &Map) -> EventId {
        let arn = self.map_run_arn(state, map);
        self.emit(id, EventType::MapRunStarted, Detail::MapRun(arn))
    }

    fn map_run_arn(&self, state: &State, map: &Map) -> Arc<str> {
        let label = map.label.as_ref().unwrap_or(&state.name);
        let number = self.containers.len();
        Arc::from(self.case.identity.map_run_arn(&self.machine.name, label, number))
    }

    /// A child execution failed: within the threshold the run goes on without its output.
    pub(super) fn distributed_child_failed(
        &mut self,
        container: ContainerId,
        state: &State,
        child: StrandId,
        record: usize,
    ) {
        let run = &mut self.containers[container.0];
        let (owner, total) = (run.owner, run.items.len());
        run.open -= 1;
        let exceeded = match &mut run.tolerance {
            Some(tolerance) => {
                tolerance.failed += 1;
                tolerance.exceeded(total)
            }
            None => unreachable!("only distributed Maps tolerate failures"),
        };
        if !exceeded {
            self.history.failures[record].handling = Handling::Tolerated;
            return self.after_child(container, state, child, None);
        }
        self.abort_children(container);
        let error: Arc<str> = Arc::from(THRESHOLD_EXCEEDED);
        let cause: Arc<str> = Arc::from(THRESHOLD_CAUSE);
        self.emit(owner, EventType::MapRunFailed, Detail::Failure(Some(error.clone()), Some(cause.clone())));
        let error = StateError::reported(error, Some(cause));
        let step = self.fail(owner, error, Some(Source::Inside(record)));
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
        let started = self.strands[at(owner)].last;
        self.emit(owner, EventType::MapRunSucceeded, Detail::None);
        self.emit_aside(owner, EventType::MapStateSucceeded, Detail::None);
        if !self.case.rules.departs(Contested::MapExit) {
            self.strands[at(owner)].last = started;
        }
        let crate::asl::Kind::Map(map) = &state.kind else { unreachable!("only Map states are distributed") };
        let Some(writer) = &map.result_writer else {
            return self.complete(owner, state, Value::array(outputs));
        };
        let input = self.strands[at(owner)].input.clone();
        let parameters = match &writer.parameters {
            Some(template) => self.with_env(owner, &input, |env| template.eval(env)),
            None => Ok(Value::empty_object()),
        };
        match parameters {
            Ok(parameters) => {
                let result = self.written(state, map, &parameters);
                self.complete(owner, state, result)
            }
            Err(error) => self.evaluation_failed(owner, error),
        }
    }

    /// Docs, "ResultWriter": the result is where the outputs were written.
    fn written(&self, state: &State, map: &Map, parameters: &Value) -> Value {
        let arn = self.map_run_arn(state, map);
        let run = arn.rsplit(':').next().unwrap_or_default().to_owned();
        let bucket = parameters.get("Bucket").cloned().unwrap_or_default();
        let prefix = parameters.get("Prefix").and_then(Value::as_str).unwrap_or_default();
        let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        let details = Object::from_iter([
            ("Bucket", bucket),
            ("Key", Value::from(format!("{prefix}{slash}{run}/manifest.json"))),
        ]);
        Object::from_iter([("MapRunArn", Value::from(arn)), ("ResultWriterDetails", details.into())]).into()
    }
}

fn batch_of(batch_input: Option<&Value>, items: Vec<Value>) -> Value {
    let mut batch = ObjectBuilder::with_capacity(2);
    if let Some(input) = batch_input {
        batch.push("BatchInput", input.clone());
    }
    batch.push("Items", Value::array(items));
    batch.finish().into()
}
