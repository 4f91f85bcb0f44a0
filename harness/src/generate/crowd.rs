//! Lists as long as in production: so many items that the results of a Map, as large as a run showed them, are too
//! large together. Only lists that may be so long, and that can be given at all.

use std::sync::Arc;

use super::load::lengthened;
use super::slot::{Moment, Slot};
use super::{Origin, Scenario};
use crate::asl::{Amount, Kind, Map, MapMode, ResultPath, ScopeId, State, StateId};
use crate::catalog::{self, Pattern, Service};
use crate::history::{Detail, Event, EventType, History, StrandId};
use crate::mock::{Author, Reply, Script};
use crate::model::{Model, Source};
use crate::value::Value;

/// Items that a reader of a distributed Map is likely to give in production: there are lists of millions.
const READ: usize = 10_000;
/// Child executions of one run, so that a load stays small enough to be run.
const CHILDREN_MAX: usize = 6_000;
/// Items of a list of which nothing is known.
const UNKNOWN: usize = 600;

/// The scenario with as many items in the list of a Map as make its results too large, for each Map that a run went
/// through.
pub fn crowds(
    model: &Model,
    scenario: &Scenario,
    history: &History,
    limit: usize,
) -> Vec<(StateId, Scenario)> {
    let maps = model.machine.states.iter().filter_map(|state| match &state.kind {
        Kind::Map(map) => Some((state, &**map)),
        _ => None,
    });
    maps.filter_map(|(state, map)| Some((state.id, crowd(model, scenario, history, state, map, limit)?)))
        .collect()
}

fn crowd(
    model: &Model,
    scenario: &Scenario,
    history: &History,
    state: &State,
    map: &Map,
    limit: usize,
) -> Option<Scenario> {
    // Docs, "ResultPath": null drops the result. Reported (aws-cdk, issue 24799): not so that of a distributed Map.
    if map.mode == MapMode::Inline && matches!(state.flow.result_path, ResultPath::Discard) {
        return None;
    }
    let events = || history.events.iter().chain(&history.child_events);
    let entered =
        events().find(|event| event.kind == EventType::MapStateEntered && event.state == Some(state.id))?;
    let bytes = largest_output(history, map.processor)?;
    let children = limit / (bytes + 1) + 2;
    let items = children.checked_mul(batch(map)?)?;
    let per_child = events().count() / outputs(history, map.processor).count().max(1);
    let fits_history = map.mode != MapMode::Inline || children.saturating_mul(per_child) < 24_000;
    if items > items_max(model, state, map) || children > CHILDREN_MAX || !fits_history {
        return None;
    }
    let (item, crowded) = with_items(model, scenario, history, entered, items)?;
    // A list that is too large itself cannot be given.
    let fits = map.item_reader.is_some() || (item.json_len() + 1) * items <= limit / 2;
    fits.then_some(crowded)
}

/// The scenario with so many items in the list of a Map, copies of the first, if the list comes from outside.
pub fn widened(
    model: &Model,
    scenario: &Scenario,
    history: &History,
    map: StateId,
    items: usize,
) -> Option<Scenario> {
    let mut events = history.events.iter().chain(&history.child_events);
    let entered =
        events.find(|event| event.kind == EventType::MapStateEntered && event.state == Some(map))?;
    with_items(model, scenario, history, entered, items).map(|(_, widened)| widened)
}

fn with_items(
    model: &Model,
    scenario: &Scenario,
    history: &History,
    entered: &Event,
    items: usize,
) -> Option<(Value, Scenario)> {
    let state = model.machine.state(entered.state?);
    let place = model.demands().items(state.id).first().copied()?;
    let slot = Slot::find(model, history, &Moment::of(history, entered), place)?;
    let item = slot.get(&model.machine, scenario)?.as_array()?.first()?.clone();
    let many = Value::array(vec![item.clone(); items]);
    let crowded = slot.set(&model.machine, scenario, Some(&many))?;
    let origin = if scenario.origin == Origin::User { Origin::Varied } else { scenario.origin };
    let name = format!("{}, {items} items for {}", scenario.name, state.path);
    Some((item, Scenario { name, origin, ..crowded }))
}

/// What the service adds to the answers of these optimized integrations: 400 to 600 bytes in recordings on AWS.
const ABOUT_THE_CALL: &str = r#"{
  "SdkHttpMetadata": {
    "AllHttpHeaders": {
      "x-amzn-RequestId": ["11111111-2222-3333-4444-555555555555"], "Content-Length": ["2"],
      "Date": ["Fri, 02 Jan 2026 00:00:00 GMT"], "Content-Type": ["application/x-amz-json-1.0"]
    },
    "HttpHeaders": {
      "x-amzn-RequestId": "11111111-2222-3333-4444-555555555555", "Content-Length": "2",
      "Date": "Fri, 02 Jan 2026 00:00:00 GMT", "Content-Type": "application/x-amz-json-1.0"
    },
    "HttpStatusCode": 200
  },
  "SdkResponseMetadata": { "RequestId": "11111111-2222-3333-4444-555555555555" }
}"#;
/// The same for functions, whose answers have more headers.
const ABOUT_THE_FUNCTION: &str = r#"{
  "ExecutedVersion": "$LATEST",
  "SdkHttpMetadata": {
    "AllHttpHeaders": {
      "X-Amz-Executed-Version": ["$LATEST"], "x-amzn-Remapped-Content-Length": ["0"],
      "x-amzn-RequestId": ["11111111-2222-3333-4444-555555555555"], "Content-Length": ["2"],
      "Date": ["Fri, 02 Jan 2026 00:00:00 GMT"], "Content-Type": ["application/json"]
    },
    "HttpHeaders": {
      "X-Amz-Executed-Version": "$LATEST", "x-amzn-Remapped-Content-Length": "0",
      "x-amzn-RequestId": "11111111-2222-3333-4444-555555555555", "Content-Length": "2",
      "Date": "Fri, 02 Jan 2026 00:00:00 GMT", "Content-Type": "application/json"
    },
    "HttpStatusCode": 200
  },
  "SdkResponseMetadata": { "RequestId": "11111111-2222-3333-4444-555555555555" },
  "StatusCode": 200
}"#;

/// Bytes of a text in what somebody's own code gives for one item, where the user gave no answer: a small record.
const RECORD_BYTES: usize = 256;

/// The scenario with answers as large as real ones inside of Maps; none where nothing differs.
pub fn realistic(model: &Model, scenario: &Scenario) -> Option<Scenario> {
    let machine = &model.machine;
    let in_map = |state: &&State| machine.enclosing(state.id).any(|outer| matches!(outer.kind, Kind::Map(_)));
    let mut script = Script::clone(&scenario.script);
    let mut any = false;
    for state in machine.states.iter().filter(|state| state.task().is_some()).filter(in_map) {
        let Some(sequence) = script.answers.get_mut(&state.path) else { continue };
        let is_free = sequence.by == Author::Generated && model.is_own_code(state.id);
        for answer in &mut sequence.calls {
            let Reply::Return(result) = &mut answer.reply else { continue };
            if is_free {
                *result = lengthened(model, state, result, RECORD_BYTES);
            }
            *result = with_what_is_added(state, result);
            any = true;
        }
    }
    any.then(|| Scenario { script: Arc::new(script), ..scenario.clone() })
}

/// The result of an optimized integration with what the service tells about the call.
fn with_what_is_added(state: &State, result: &Value) -> Value {
    let Some(integration) = state.task().map(|task| &task.integration) else { return result.clone() };
    let plain = integration.kind == Service::Optimized && integration.pattern == Pattern::RequestResponse;
    let about = match &*integration.service {
        "lambda" => ABOUT_THE_FUNCTION,
        "dynamodb" | "sqs" | "sns" | "states" => ABOUT_THE_CALL,
        _ => return result.clone(),
    };
    match (result.as_object(), Value::parse(about)) {
        (Some(object), Ok(Value::Object(about))) if plain && object.get("SdkHttpMetadata").is_none() => {
            let mut object = object.clone();
            about.iter().for_each(|(key, value)| drop(object.insert(key.clone(), value.clone())));
            Value::Object(object)
        }
        _ => result.clone(),
    }
}

/// The last outputs of the iterations of a Map, as (strand, bytes).
fn outputs(history: &History, processor: ScopeId) -> impl Iterator<Item = StrandId> + '_ {
    (0..)
        .map(StrandId)
        .zip(&history.strands)
        .filter(move |(_, strand)| strand.scope == processor)
        .map(|(id, _)| id)
}

fn largest_output(history: &History, processor: ScopeId) -> Option<usize> {
    let events = || history.events.iter().chain(&history.child_events);
    let last = |strand: StrandId| {
        let of_it = |event: &Event| match &event.detail {
            Detail::Output(output, _)
                if event.strand == strand && event.kind.name().ends_with("StateExited") =>
            {
                Some(output.json_len())
            }
            _ => None,
        };
        events().filter_map(of_it).next_back()
    };
    outputs(history, processor).take(4).filter_map(last).max()
}

/// Items of one child execution; none where only the run knows.
fn batch(map: &Map) -> Option<usize> {
    match &map.item_batcher {
        None => Some(1),
        Some(batcher) => match batcher.max_items {
            Some(Amount::Literal(items)) if batcher.max_bytes.is_none() => Some(items as usize),
            _ => None,
        },
    }
}

/// How long the list may be, as far as the definition shows.
fn items_max(model: &Model, state: &State, map: &Map) -> usize {
    if let Some(reader) = &map.item_reader {
        return match reader.max_items {
            Some(Amount::Literal(items)) => items as usize,
            _ => READ,
        };
    }
    let of = |source: Source| match source {
        Source::Result(task) if !model.is_own_code(task) => {
            let state = model.machine.state(task);
            let request = state.flow.parameters.as_ref().map(super::result::literals).unwrap_or_default();
            state.task().map_or(0, |task| catalog::page_size(&task.integration, &request))
        }
        Source::Result(_) | Source::Input | Source::ItemReader(_) => UNKNOWN,
        Source::Failure(_) => 0,
    };
    let places = model.demands().items(state.id);
    places.iter().map(|place| of(model.demands().place(*place).source)).min().unwrap_or(0)
}
