//! Map states: one strand for each item, so many at a time.

use std::collections::BTreeSet;

use crate::asl::{Map, MapItems, MapMode, QueryLanguage, State};
use crate::expr::{EvalError, EvalErrorKind, Template};
use crate::history::{Detail, EventId, EventType, StrandId};
use crate::value::{Array, Value};

use super::container::{Container, ContainerId};
use super::engine::Engine;
use super::strand::{Item, Phase, Step, Strand, at};

/// Docs, "Inline mode": up to 40 iterations at a time. The service does not promise more.
const INLINE_CONCURRENCY_MAX: usize = 40;
/// Docs, "Distributed mode": up to 10,000 child executions at a time.
const DISTRIBUTED_CONCURRENCY_MAX: usize = 10_000;

impl Engine<'_> {
    pub(super) fn enter_map(&mut self, id: StrandId, state: &State, map: &Map) -> Step {
        if self.probe.is_some() {
            return self.probe_map(id, state, map);
        }
        let input = match self.effective_input(id, state) {
            Ok(input) => input,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let concurrency = match self.concurrency(id, map, &input) {
            Ok(concurrency) => concurrency,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let tolerance = match self.tolerance(id, map, &input) {
            Ok(tolerance) => tolerance,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let items = match &map.item_reader {
            Some(reader) => match self.read_items(id, state, reader, &input) {
                Ok(items) => items,
                Err(step) => return step,
            },
            None => match self.map_items(id, map, &input) {
                Ok(items) => items,
                Err(error) => return self.evaluation_failed(id, error),
            },
        };
        // Recorded on AWS: the length is 0 when the items come from an ItemReader.
        let length = if map.item_reader.is_some() { 0 } else { items.len() as u64 };
        let started = self.emit(id, EventType::MapStateStarted, Detail::Length(length));
        let items = match self.batched(id, map, &input, items) {
            Ok(items) => items,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let started = if tolerance.is_some() { self.start_map_run(id, state, map) } else { started };
        let container = ContainerId(self.containers.len());
        self.containers.push(Container {
            owner: id,
            outputs: vec![None; items.len()],
            open: items.len(),
            active: BTreeSet::new(),
            items,
            input,
            next: 0,
            tolerance,
        });
        self.strands[at(id)].phase = Phase::Containing(container);
        let count = self.containers[container.0].items.len();
        for _ in 0..count.min(concurrency) {
            self.start_item(container, state, map, started);
            if self.has_ended() {
                return Step::End;
            }
        }
        if count == 0 { self.container_complete(container, state, started) } else { Step::Block }
    }

    fn concurrency(&self, id: StrandId, map: &Map, input: &Value) -> Result<usize, EvalError> {
        let longest = match map.mode {
            MapMode::Inline => INLINE_CONCURRENCY_MAX,
            MapMode::Distributed(_) => DISTRIBUTED_CONCURRENCY_MAX,
        };
        let declared = match &map.max_concurrency {
            Some(amount) => self.whole_amount(id, amount, input, "MaxConcurrencyPath")?,
            None => 0,
        };
        // ASL spec, "MaxConcurrency": 0 sets no limit.
        Ok(if declared == 0 { longest } else { longest.min(declared as usize) })
    }

    pub(super) fn map_items(&self, id: StrandId, map: &Map, input: &Value) -> Result<Array, EvalError> {
        let (value, place) = match &map.items {
            MapItems::Input => (input.clone(), "$".to_owned()),
            MapItems::Path(path) => {
                (self.with_env(id, input, |env| path.eval(env))?, path.text().to_string())
            }
            MapItems::Template(template) => {
                (self.with_env(id, input, |env| template.eval(env))?, "Items".to_owned())
            }
        };
        match value {
            Value::Array(items) => Ok(items),
            // Docs, "ItemsPath": a JSON object may be iterated by a distributed Map only.
            Value::Object(object) if matches!(map.mode, MapMode::Distributed(_)) => Ok(Array::new(
                object
                    .iter()
                    .map(|(key, value)| {
                        crate::value::Object::from_iter([
                            ("Key", Value::from(key.clone())),
                            ("Value", value.clone()),
                        ])
                        .into()
                    })
                    .collect(),
            )),
            // Recorded on AWS: the three ways to say that these are no items.
            value => Err(match &map.items {
                MapItems::Template(Template::Jsonata(query)) => query.unexpected_type("array", &value),
                _ if self.state(id).query_language == QueryLanguage::Jsonata => EvalError {
                    kind: EvalErrorKind::Query(None),
                    cause: format!("Map state input must be an array but was: {value}"),
                },
                _ => EvalError {
                    kind: EvalErrorKind::Type,
                    cause: format!("Reference path \"{place}\" must point to array."),
                },
            }),
        }
    }

    /// Starts the next item of a Map; `previous` is the event that made room for it.
    pub(super) fn start_item(&mut self, container: ContainerId, state: &State, map: &Map, previous: EventId) {
        let run = &mut self.containers[container.0];
        let (owner, index, distributed) = (run.owner, run.next, run.tolerance.is_some());
        run.next += 1;
        let item = Item { index: index as u32, value: run.items[index].clone() };
        let selector_input = run.input.clone();
        // Docs, "ItemBatcher": items are selected before they are put into batches.
        let input = match map.item_batcher {
            Some(_) => Ok(item.value.clone()),
            None => self.selected(owner, map, &selector_input, item.clone()),
        };
        let input = match input {
            Ok(input) => input,
            Err(error) => {
                self.abort_children(container);
                let step = self.evaluation_failed(owner, error);
                return self.resume(owner, step);
            }
        };
        let mut strand = Strand::new(map.processor, self.machine.scope(map.processor).start, input, previous);
        strand.parent = Some((container, index));
        strand.item = Some(item);
        strand.child = if distributed { Some(self.start_child(map)) } else { self.strands[at(owner)].child };
        // Docs, "Variables": an inner scope sees the outer ones, a child execution does not.
        if !distributed {
            strand.variables = self.strands[at(owner)].variables.clone();
        }
        let child = self.spawn(strand);
        self.containers[container.0].active.insert(child);
        if !distributed && self.strands[at(owner)].child.is_none() {
            let detail = Detail::Iteration(state.name.clone(), index as u64);
            let event = self.emit_of(child, state.id, EventType::MapIterationStarted, detail);
            self.strands[at(child)].last = event;
        }
        self.ready.push_back(child);
    }
}
