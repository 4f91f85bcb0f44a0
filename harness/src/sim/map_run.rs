//! What a distributed Map is started with: thresholds, batches, where items come from and results go.

use std::sync::Arc;

use crate::asl::{ItemReader, Kind, Map, MapMode, State};
use crate::expr::{EvalError, EvalErrorKind};
use crate::history::{Detail, EventId, EventType, Site, StrandId};
use crate::mock::{Call, Objects, Reply};
use crate::value::{Array, Value};

use super::batch::Batching;
use super::engine::Engine;
use super::failure::StateError;
use super::reader::{self, ReadFailure, Request, Store};
use super::strand::{Item, Step};
use super::writer::{Ended, Export, Started};

/// Docs, "ItemReader": no more items are read than this.
const ITEMS_MAX: u64 = 100_000_000;

/// A run of a distributed Map.
#[derive(Clone, Debug, Default)]
pub(super) struct MapRun {
    /// Its ARN.
    pub(super) arn: Arc<str>,
    /// How many children may fail.
    pub(super) tolerance: Tolerance,
    /// What becomes of the results, if there is a ResultWriter.
    pub(super) export: Option<Export>,
    /// The children that have started, by slot, where the results are exported.
    pub(super) started: Vec<Started>,
    /// Those of them that have ended.
    pub(super) ended: Vec<Ended>,
    /// From which item on items come from which object.
    pub(super) sources: Vec<(usize, Arc<str>)>,
    /// Whether the items are the pairs of an object.
    pub(super) pairs: bool,
}

/// How many children of a distributed Map may fail.
#[derive(Clone, Copy, Debug, Default)]
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

impl MapRun {
    /// An item as `$$.Map.Item` shows it.
    pub(super) fn item(&self, index: usize, value: &Value) -> Item {
        let after = self.sources.partition_point(|(from, _)| *from <= index);
        let source = after.checked_sub(1).map(|at| self.sources[at].1.clone());
        let (key, value) = match (self.pairs, value.get("Key"), value.get("Value")) {
            (true, Some(Value::String(key)), Some(inner)) => (Some(key.clone()), inner.clone()),
            _ => (None, value.clone()),
        };
        Item { index: index as u32, value, key, source }
    }
}

/// What a distributed Map evaluates before its run starts.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) tolerance: Tolerance,
    pub(super) batching: Option<Batching>,
    items_max: Limit,
    arguments: Value,
    export: Option<Export>,
}

/// `MaxItems`
#[derive(Clone, Copy, Debug)]
enum Limit {
    Items(usize),
    Negative,
}

/// Why a Map does not get as far as its items.
pub(super) enum Halt {
    /// An evaluation failed.
    Evaluation(EvalError),
    /// The state has ended already.
    Step(Step),
}

impl From<EvalError> for Halt {
    fn from(error: EvalError) -> Self {
        Self::Evaluation(error)
    }
}

impl Engine<'_> {
    /// Evaluates everything that the run needs. Recorded on AWS: it fails after MapStateStarted.
    pub(super) fn settings(&self, id: StrandId, map: &Map, input: &Value) -> Result<Settings, EvalError> {
        let tolerance = self.tolerance(id, map, input)?.unwrap_or_default();
        let (items_max, arguments) = match &map.item_reader {
            Some(reader) => (self.items_max(id, reader, input)?, self.reader_arguments(id, reader, input)?),
            None => (Limit::Items(usize::MAX), Value::Null),
        };
        let batching = match &map.item_batcher {
            Some(batcher) => Some(self.batching(id, batcher, input)?),
            None => None,
        };
        let export = match &map.result_writer {
            Some(writer) => Some(self.export(id, writer, input)?),
            None => None,
        };
        Ok(Settings { tolerance, batching, items_max, arguments, export })
    }

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

    /// `MaxItems`. Recorded on AWS: 0 is no limit.
    fn items_max(&self, id: StrandId, reader: &ItemReader, input: &Value) -> Result<Limit, EvalError> {
        let Some(amount) = &reader.max_items else { return Ok(Limit::Items(ITEMS_MAX as usize)) };
        let number = self.integer(id, amount, input, "MaxItemsPath")?;
        Ok(match u64::try_from(number) {
            Ok(0) => Limit::Items(ITEMS_MAX as usize),
            Ok(number) => Limit::Items(number.min(ITEMS_MAX) as usize),
            Err(_) => Limit::Negative,
        })
    }

    fn reader_arguments(&self, id: StrandId, reader: &ItemReader, input: &Value) -> Result<Value, EvalError> {
        match &reader.parameters {
            Some(template) => self.with_env(id, input, |env| template.eval(env)),
            None => Ok(Value::empty_object()),
        }
    }

    /// Starts the run and finds its items.
    pub(super) fn start_map_run(
        &mut self,
        id: StrandId,
        state: &State,
        map: &Map,
        settings: &Settings,
        items: Option<Items>,
    ) -> Result<(EventId, Array, MapRun), Halt> {
        let arn = self.map_run_arn(state);
        let started = self.emit(id, EventType::MapRunStarted, Detail::MapRun(arn.clone()));
        let Items { list: items, sources, pairs } = match (items, &map.item_reader) {
            (Some(items), _) => items,
            (None, Some(reader)) => self
                .read_items(id, state, reader, settings)
                .map_err(|failure| Halt::Step(self.reader_failed(id, state, failure)))?,
            (None, None) => unreachable!("items are read unless they are there"),
        };
        let run = MapRun {
            arn,
            tolerance: settings.tolerance,
            export: settings.export.clone(),
            started: Vec::new(),
            ended: Vec::new(),
            sources,
            pairs,
        };
        Ok((started, items, run))
    }

    fn map_run_arn(&self, state: &State) -> Arc<str> {
        let label = label(state);
        let number = self.containers.len();
        Arc::from(self.case.identity.map_run_arn(&self.machine.name, label, number))
    }

    /// Objects of S3 where they are known, else the answer to a call.
    fn read_items(
        &mut self,
        id: StrandId,
        state: &State,
        reader: &ItemReader,
        settings: &Settings,
    ) -> Result<Items, Unread> {
        let Limit::Items(items_max) = settings.items_max else {
            // Reported, not recorded: a failure of the run, in these words.
            return Err(Unread::failed("field MaxItems must be positive"));
        };
        if let Some(given) = self.responder.objects(state) {
            let store = Store { given: &given, written: &self.history.objects };
            let bucket = settings.arguments.get("Bucket").and_then(Value::as_str);
            if bucket.is_some_and(|bucket| store.knows(bucket)) {
                let request = self.reading(reader, settings, items_max);
                return Ok(reader::read(&request, store).map(Items::from)?);
            }
        }
        self.answered_items(id, state, &settings.arguments, items_max)
    }

    /// What a reader makes of the content of its object, wherever that comes from.
    pub(super) fn items_of_content(
        &self,
        reader: &ItemReader,
        settings: &Settings,
        content: &str,
    ) -> Result<Items, Unread> {
        let Limit::Items(items_max) = settings.items_max else {
            return Err(Unread::failed("field MaxItems must be positive"));
        };
        let text = |name| settings.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut given = Objects::default();
        given.put(text("Bucket"), text("Key"), content.as_bytes());
        let store = Store { given: &given, written: &self.history.objects };
        Ok(reader::read(&self.reading(reader, settings, items_max), store).map(Items::from)?)
    }

    fn reading<'a>(&self, reader: &'a ItemReader, settings: &'a Settings, items_max: usize) -> Request<'a> {
        Request {
            resource: &reader.resource,
            config: &reader.config,
            arguments: &settings.arguments,
            items_max,
            modified_ms: self.case.epoch_ms,
        }
    }

    fn answered_items(
        &mut self,
        id: StrandId,
        state: &State,
        arguments: &Value,
        items_max: usize,
    ) -> Result<Items, Unread> {
        let site = Site { state: state.id, iteration: self.history.iteration(id), visit: 1 };
        let at = self.clock.now();
        let call = Call { state, site: &site, at, attempt: 1, invocation: 0, parameters: arguments };
        match self.responder.answer(call).reply {
            Reply::Return(Value::Array(items)) if items.len() <= items_max => Ok(Items::of(items)),
            Reply::Return(Value::Array(items)) => Ok(Items::of(Array::new(items[..items_max].to_vec()))),
            Reply::Return(other) => Err(Unread::Failed {
                error: Arc::from("States.ItemReaderFailed"),
                cause: Arc::from(format!(
                    "The item reader must give a list, but gave: {}",
                    other.type_name()
                )),
            }),
            Reply::Throw { error, cause } => Err(Unread::Failed {
                error: error.unwrap_or_else(|| Arc::from("States.ItemReaderFailed")),
                cause: cause.unwrap_or_default(),
            }),
            Reply::Unmocked(advice) => Err(Unread::Unknown("unmocked item reader", advice)),
            Reply::Silence => {
                Err(Unread::Unknown("silent item reader", "an item reader always answers".to_owned()))
            }
        }
    }

    pub(super) fn reader_failed(&mut self, id: StrandId, state: &State, failure: Unread) -> Step {
        match failure {
            Unread::Failed { error, cause } => self.map_run_failed(id, error, cause, None),
            Unread::Unknown(construct, detail) => {
                self.give_up(construct, detail, &state.pointer);
                Step::End
            }
        }
    }

    /// The run fails, and its state with it. `inside` is the failure of a child that led to it.
    pub(super) fn map_run_failed(
        &mut self,
        id: StrandId,
        error: Arc<str>,
        cause: Arc<str>,
        inside: Option<usize>,
    ) -> Step {
        self.emit(id, EventType::MapRunFailed, Detail::Failure(Some(error.clone()), Some(cause.clone())));
        let source = inside.map(super::failure::Source::Inside);
        self.fail(id, StateError::reported(error, Some(cause)), source)
    }
}

/// The label of a distributed Map, by default its name.
pub(super) fn label(state: &State) -> &Arc<str> {
    match &state.kind {
        Kind::Map(map) => map.label.as_ref().unwrap_or(&state.name),
        _ => &state.name,
    }
}

/// Items with what `$$.Map.Item` says about them.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) list: Array,
    pub(super) sources: Vec<(usize, Arc<str>)>,
    pub(super) pairs: bool,
}

impl Items {
    pub(super) fn of(items: Array) -> Self {
        Self { list: items, sources: Vec::new(), pairs: false }
    }
}

impl From<reader::Dataset> for Items {
    fn from(dataset: reader::Dataset) -> Self {
        Self { list: Array::new(dataset.items), sources: dataset.sources, pairs: dataset.pairs }
    }
}

/// Why items were not read.
pub(super) enum Unread {
    Failed { error: Arc<str>, cause: Arc<str> },
    Unknown(&'static str, String),
}

impl Unread {
    fn failed(cause: &str) -> Self {
        Self::Failed { error: Arc::from("States.ItemReaderFailed"), cause: Arc::from(cause) }
    }
}

impl From<ReadFailure> for Unread {
    fn from(failure: ReadFailure) -> Self {
        match failure {
            ReadFailure::Failed(cause) => Self::failed(&cause),
            ReadFailure::Unknown(construct, detail) => Self::Unknown(construct, detail),
        }
    }
}
