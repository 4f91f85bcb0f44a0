//! What a probed Map state does before its first iteration: its items, their inputs, its thresholds.

use std::sync::Arc;

use crate::asl::{Map, State};
use crate::expr::EvalError;
use crate::history::StrandId;
use crate::value::{Array, Object, Value};

use super::distributed::{THRESHOLD_CAUSE, THRESHOLD_EXCEEDED};
use super::engine::Engine;
use super::failure::StateError;
use super::map_run::{Halt, Items, MapRun, Settings, Tolerance};
use super::probe::{Stage, Work};
use super::strand::Step;

impl Engine<'_> {
    /// A Map state, whose iterations are not run.
    pub(super) fn probe_map(&mut self, id: StrandId, state: &State, map: &Map) -> Step {
        match self.probe_items(id, state, map) {
            Ok(false) => self.finish_work(id, state),
            Ok(true) => {
                let cause = Some(Arc::from(THRESHOLD_CAUSE));
                self.fail(id, StateError::reported(Arc::from(THRESHOLD_EXCEEDED), cause), None)
            }
            Err(Halt::Evaluation(error)) => self.evaluation_failed(id, error),
            Err(Halt::Step(step)) => step,
        }
    }

    /// Evaluates what the state evaluates before its first iteration; whether too many iterations have failed.
    fn probe_items(&mut self, id: StrandId, state: &State, map: &Map) -> Result<bool, Halt> {
        let input = self.effective_input(id, state)?;
        let concurrency = match &map.max_concurrency {
            Some(amount) => self.whole_amount(id, amount, &input, "MaxConcurrencyPath")?,
            None => 0,
        };
        self.note(Stage::MaxConcurrency, &Value::from(concurrency as i64));
        let items = match &map.item_reader {
            Some(_) => None,
            None => Some(self.map_items(id, map, &input)?),
        };
        let settings = self.settings(id, map, &input)?;
        self.note_tolerance(settings.tolerance);
        let items = match items {
            Some(items) => Some(items),
            None => self.probed_items(id, state, map, &settings)?,
        };
        let count = match items {
            Some(items) => Some(self.probe_inputs(id, map, &input, &settings, items)?),
            None => self.count_of_results(),
        };
        Ok(self.too_many_failed(settings.tolerance, count.unwrap_or(0)))
    }

    fn note_tolerance(&self, tolerance: Tolerance) {
        if let Some(count) = tolerance.count {
            self.note(Stage::ToleratedFailureCount, &Value::from(count as i64));
        }
        if let Some(percentage) = tolerance.percentage {
            self.note(Stage::ToleratedFailurePercentage, &Value::from(percentage));
        }
    }

    /// What the reader makes of what it finds; none if nobody knows that.
    fn probed_items(
        &mut self,
        id: StrandId,
        state: &State,
        map: &Map,
        settings: &Settings,
    ) -> Result<Option<Items>, Halt> {
        let data = self.probe.as_ref().and_then(|probing| probing.given.reader_data.clone());
        let (Some(reader), Some(data)) = (&map.item_reader, data) else { return Ok(None) };
        let items = match self.items_of_content(reader, settings, &data) {
            Ok(items) => items,
            Err(failure) => return Err(Halt::Step(self.reader_failed(id, state, failure))),
        };
        if reader.config.get("ItemsPointer").is_some() {
            self.note(Stage::ItemsPointer, &shown(&items));
        }
        Ok(Some(items))
    }

    /// The inputs of the iterations, and how many there are.
    fn probe_inputs(
        &self,
        id: StrandId,
        map: &Map,
        input: &Value,
        settings: &Settings,
        items: Items,
    ) -> Result<usize, EvalError> {
        self.note(Stage::Items, &shown(&items));
        let Items { list, sources, pairs } = items;
        let run = MapRun { sources, pairs, ..MapRun::default() };
        if map.item_selector.is_some() {
            let selected = |(at, item)| self.selected(id, map, input, run.item(at, item));
            let selected: Result<Vec<_>, _> = list.iter().enumerate().map(selected).collect();
            self.note(Stage::ItemSelector, &Value::array(selected?));
        }
        let Some(batching) = &settings.batching else { return Ok(list.len()) };
        let batches = self.batched(id, map, input, &list, &run, batching)?;
        self.note(Stage::ItemBatcher, &Value::Array(batches.clone()));
        Ok(batches.len())
    }

    /// Recorded on AWS: without a threshold in the definition, failed iterations alone do not fail the state.
    fn too_many_failed(&self, tolerance: Tolerance, count: usize) -> bool {
        let failed = self.probe.as_ref().and_then(|probing| probing.given.failed_items);
        match failed {
            Some(failed) if tolerance.count.is_some() || tolerance.percentage.is_some() => {
                Tolerance { failed, ..tolerance }.exceeded(count)
            }
            _ => false,
        }
    }

    fn count_of_results(&self) -> Option<usize> {
        match self.probe.as_ref()?.given.work.as_ref()? {
            Work::Result(value) => value.as_array().map(<[Value]>::len),
            Work::Error { .. } => None,
        }
    }
}

/// Items as they stand in the data: an object where they are its pairs.
fn shown(items: &Items) -> Value {
    let pair = |item: &Value| Some((item.get("Key")?.as_str()?.to_owned(), item.get("Value")?.clone()));
    let pairs = || items.list.iter().map(pair).collect::<Option<Vec<_>>>();
    match items.pairs.then(pairs).flatten() {
        Some(pairs) => pairs.into_iter().collect::<Object>().into(),
        None => Value::Array(Array::clone(&items.list)),
    }
}
