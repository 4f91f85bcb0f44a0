//! Map states: one strand for each item, so many at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::{Map, MapItems, MapMode, QueryLanguage, State};
use crate::expr::{EvalError, EvalErrorKind, Template};
use crate::history::{Detail, EventId, EventType, StrandId};
use crate::value::{Array, Value};

use super::Question;
use super::container::{Container, ContainerId};
use super::engine::Engine;
use super::map_run::{Halt, Items, MapRun};
use super::reader::pairs;
use super::strand::{Item, Phase, Step, Strand, at};
use super::writer::Started;

/// Docs, "Inline mode": up to 40 iterations at a time. The service does not promise more.
const INLINE_CONCURRENCY_MAX: usize = 40;
/// Docs, "Distributed mode": up to 10,000 child executions at a time.
const DISTRIBUTED_CONCURRENCY_MAX: usize = 10_000;

impl Engine<'_> {
    pub(super) fn enter_map(&mut self, id: StrandId, state: &State, map: &Map) -> Step {
        if self.probe.is_some() {
            return self.probe_map(id, state, map);
        }
        if !self.consult(id, state, Question::Before) {
            return Step::End;
        }
        let (container, started, concurrency) = match self.open_map(id, state, map) {
            Ok(opened) => opened,
            Err(Halt::Evaluation(error)) => return self.evaluation_failed(id, error),
            Err(Halt::Step(step)) => return step,
        };
        self.strands[at(id)].phase = Phase::Containing(container);
        let count = self.containers[container.0].items.len();
        for _ in 0..count.min(concurrency) {
            self.start_item(container, state, map, started);
            if self.has_ended() || self.containers[container.0].closed {
                return if self.has_ended() { Step::End } else { Step::Block };
            }
        }
        if count == 0 { self.container_complete(container, state, started) } else { Step::Block }
    }

    /// Finds the items and opens the container of their strands.
    ///
    /// Recorded on AWS: what concerns items and concurrency fails before MapStateStarted, what concerns a map run
    /// after it, and the reader after MapRunStarted.
    fn open_map(
        &mut self,
        id: StrandId,
        state: &State,
        map: &Map,
    ) -> Result<(ContainerId, EventId, usize), Halt> {
        let input = self.effective_input(id, state)?;
        let concurrency = self.concurrency(id, map, &input)?;
        let items = match &map.item_reader {
            Some(_) => None,
            None => Some(self.map_items(id, map, &input)?),
        };
        let told = self.told_items(id).unwrap_or_default();
        let items = items.map(|items| Items { list: told.items.unwrap_or(items.list), ..items });
        // Recorded on AWS: the length is 0 when the items come from an ItemReader.
        let length = items.as_ref().map_or(0, |items| items.list.len() as u64);
        let started = self.emit(id, EventType::MapStateStarted, Detail::Length(length));
        if self.has_ended() {
            return Err(Halt::Step(Step::End));
        }
        let (started, items, run) = match map.mode {
            MapMode::Inline => match items {
                Some(items) => (started, items.list, None),
                None => return Err(self.inline_reader(state)),
            },
            MapMode::Distributed(_) => {
                let settings = self.settings(id, map, &input)?;
                let (started, items, run) = self.start_map_run(id, state, map, &settings, items)?;
                let items = match &settings.batching {
                    Some(_) if told.batches.is_some() => told.batches.unwrap_or(items),
                    Some(batching) => self.batched(id, map, &input, &items, &run, batching)?,
                    None => items,
                };
                (started, items, Some(Box::new(run)))
            }
        };
        let container = self.open_container(id, input, items, run);
        self.containers[container.0].inputs = told.inputs;
        Ok((container, started, concurrency))
    }

    fn inline_reader(&mut self, state: &State) -> Halt {
        self.give_up("item reader", "an inline Map has an ItemReader".to_owned(), &state.pointer);
        Halt::Step(Step::End)
    }

    fn open_container(
        &mut self,
        owner: StrandId,
        input: Value,
        items: Array,
        run: Option<Box<MapRun>>,
    ) -> ContainerId {
        let container = ContainerId(self.containers.len());
        self.containers.push(Container {
            owner,
            outputs: vec![None; items.len()],
            open: items.len(),
            active: BTreeSet::new(),
            items,
            input,
            inputs: None,
            next: 0,
            run,
            closed: false,
        });
        container
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

    pub(super) fn map_items(&self, id: StrandId, map: &Map, input: &Value) -> Result<Items, EvalError> {
        let (value, place) = match &map.items {
            MapItems::Input => (input.clone(), "$".to_owned()),
            MapItems::Path(path) => {
                (self.with_env(id, input, |env| path.eval(env))?, path.text().to_string())
            }
            MapItems::Template(template) => {
                (self.with_env(id, input, |env| template.eval(env))?, "Items".to_owned())
            }
        };
        let distributed = matches!(map.mode, MapMode::Distributed(_));
        let (items, pairs) = match value {
            Value::Array(items) => (items, false),
            // Docs, "ItemsPath": a JSON object may be iterated by a distributed Map only.
            Value::Object(object) if distributed => (Array::new(pairs(&object).collect()), true),
            other => return Err(self.no_items(id, map, &other, &place)),
        };
        // Docs, "Context object": `Map.Item.Source` of items that come from the state's input.
        let sources = if distributed { vec![(0, Arc::from("STATE_DATA"))] } else { Vec::new() };
        Ok(Items { list: items, sources, pairs })
    }

    /// Recorded on AWS: the three ways to say that these are no items.
    fn no_items(&self, id: StrandId, map: &Map, value: &Value, place: &str) -> EvalError {
        match &map.items {
            MapItems::Template(Template::Jsonata(query)) => query.unexpected_type("array", value),
            _ if self.state(id).query_language == QueryLanguage::Jsonata => EvalError {
                kind: EvalErrorKind::Query(None),
                cause: format!("Map state input must be an array but was: {value}"),
            },
            _ => EvalError {
                kind: EvalErrorKind::Type,
                cause: format!("Reference path \"{place}\" must point to array."),
            },
        }
    }

    /// Starts the next item of a Map; `previous` is the event that made room for it.
    pub(super) fn start_item(&mut self, container: ContainerId, state: &State, map: &Map, previous: EventId) {
        let now = self.clock.now();
        let run = &mut self.containers[container.0];
        let (owner, index, distributed) = (run.owner, run.next, run.run.is_some());
        run.next += 1;
        let value = run.items[index].clone();
        let item = match &run.run {
            Some(run) if map.item_batcher.is_none() => run.item(index, &value),
            _ => Item { index: index as u32, value: value.clone(), key: None, source: None },
        };
        let selector_input = run.input.clone();
        let told = run.inputs.as_ref().and_then(|inputs| inputs.get(index).cloned());
        // Docs, "ItemBatcher": items are selected before they are put into batches.
        let input = match (&map.item_batcher, &map.item_selector) {
            (None, Some(_)) => match told {
                Some(told) => Ok(told),
                None => self.selected(owner, map, &selector_input, item.clone()),
            },
            _ => Ok(value),
        };
        let input = match input {
            Ok(input) => input,
            Err(error) => {
                self.abort_children(container);
                self.containers[container.0].closed = true;
                let step = self.evaluation_failed(owner, error);
                return self.resume(owner, step);
            }
        };
        if let Some(run) = &mut self.containers[container.0].run
            && run.export.is_some()
        {
            run.started.push(Started { at: now, input: input.clone() });
        }
        let whole = if distributed { input.clone() } else { Value::Null };
        let mut strand = Strand::new(map.processor, self.machine.scope(map.processor).start, input, previous);
        strand.parent = Some((container, index));
        strand.item = Some(item);
        strand.child = if distributed {
            Some(self.start_child(map, super::map_run::label(state), (container, index), whole))
        } else {
            self.strands[at(owner)].child
        };
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
                let context =
                    super::context::StrandContext { engine: self, strand: owner, item: Some(&item) };
                self.with_context(owner, input, &context, |env| template.eval(env))
            }
            None => Ok(item.value),
        }
    }
}
