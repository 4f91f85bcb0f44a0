//! Advice on Map states.

use super::{Advice, AdviceId, Says, at, form, named, reachable, request, written};
use crate::asl::{Amount, Edge, Kind, Map, MapItems, MapMode, ResultPath, State};
use crate::catalog::Service;
use crate::diagnose::fix;
use crate::model::Model;
use crate::oracle::Severity;
use crate::value::Value;

/// Docs, "Inline mode": at most 40 iterations at a time.
const INLINE_AT_ONCE_MAX: f64 = 40.0;

pub(super) fn concurrency_above_40(model: &Model) -> Option<Advice> {
    let asks_for_more = |map: &Map| {
        map.mode == MapMode::Inline
            && matches!(map.max_concurrency, Some(Amount::Literal(at_once)) if at_once > INLINE_AT_ONCE_MAX)
    };
    let states = maps(model, asks_for_more);
    at(AdviceId::MapConcurrencyAbove40, Severity::Low, &states, "MaxConcurrency", Says {
        title: format!("{} {} 40 items at a time and no more", named(&states), form(&states, "gets", "get")),
        why: "An inline Map runs at most 40 iterations at a time. The rest waits, and the Map takes longer than the number says."
            .to_owned(),
        fix: fix::words("Use `\"Mode\": \"DISTRIBUTED\"` for more, or a `MaxConcurrency` of at most 40."),
    })
}

/// The list that a service gives grows with the data; the history of 25,000 events and the payload do not.
pub(super) fn inline_over_list(model: &Model) -> Option<Advice> {
    let after_list = |state: &&State| {
        let Kind::Map(map) = &state.kind else { return false };
        let usual = |before: &&State| {
            let mut ways = model.graph.successors(before.id).iter();
            ways.any(|(edge, next)| *edge == Edge::Next && *next == state.id)
        };
        map.mode == MapMode::Inline
            && matches!(map.items, MapItems::Input | MapItems::Path(_))
            && reachable(model).filter(usual).any(|before| gives_list(model, before))
    };
    let states: Vec<&State> = reachable(model).filter(after_list).collect();
    at(AdviceId::InlineMapOverList, Severity::Low, &states, "", Says {
        title: format!("{} {} over a list that grows with the data", named(&states), form(&states, "goes", "go")),
        why: "The list comes from a call that gives what there is. An inline Map puts the events of all its items into one \
              history, which ends at 25,000, and list and results into one payload of 262,144 bytes."
            .to_owned(),
        fix: fix::words(
            "Use `\"Mode\": \"DISTRIBUTED\"` with an ItemReader and a ResultWriter, or bound the list in the request.",
        ),
    })
}

/// A call that lists whatever is there, without a bound that the request gives.
fn gives_list(model: &Model, state: &State) -> bool {
    let Some(task) = state.task() else { return false };
    let action = &*task.integration.action;
    let lists = action == "scan" || action == "query" || action.starts_with("list");
    let request = request(model, state);
    let bounded = ["Limit", "MaxResults", "MaxKeys", "MaxItems"]
        .iter()
        .any(|member| request.get(member).is_some() || request.get(&format!("{member}.$")).is_some());
    matches!(task.integration.kind, Service::Sdk | Service::Optimized) && lists && !bounded
}

pub(super) fn distributed_concurrency(model: &Model) -> Option<Advice> {
    let unbounded = |map: &Map| {
        let none = match &map.max_concurrency {
            None => true,
            Some(Amount::Literal(at_once)) => *at_once == 0.0,
            Some(Amount::Path(_) | Amount::Jsonata(_)) => false,
        };
        matches!(map.mode, MapMode::Distributed(_)) && map.item_reader.is_some() && none
    };
    let states = maps(model, unbounded);
    at(AdviceId::DistributedMapConcurrency, Severity::Low, &states, "", Says {
        title: format!("{} {} up to 10,000 children at a time", named(&states), form(&states, "starts", "start")),
        why: "Without `MaxConcurrency` a distributed Map goes as fast as the quota of the account allows. The functions, \
              tables and endpoints behind it are throttled, and so is everybody else who uses them."
            .to_owned(),
        fix: fix::words("Set `MaxConcurrency` to what the services behind the items can take."),
    })
}

pub(super) fn distributed_without_writer(model: &Model) -> Option<Advice> {
    let collects = |state: &&State| {
        let Kind::Map(map) = &state.kind else { return false };
        let drops = matches!(state.flow.result_path, ResultPath::Discard) || shapes_result(model, state);
        matches!(map.mode, MapMode::Distributed(_))
            && map.item_reader.is_some()
            && map.result_writer.is_none()
            && !drops
    };
    let states: Vec<&State> = reachable(model).filter(collects).collect();
    at(AdviceId::DistributedMapWithoutWriter, Severity::Low, &states, "", Says {
        title: format!("The results of all items of {} become one payload", named(&states)),
        why: "The items come from a file that can hold millions of them, and without a `ResultWriter` all results together \
              have to fit into 262,144 bytes; otherwise the Map fails when all its work is done."
            .to_owned(),
        fix: fix::words("Give the Map a `ResultWriter`, or drop the results with `\"ResultPath\": null`."),
    })
}

/// JSONata says with `Output` what is left of the result.
fn shapes_result(model: &Model, state: &State) -> bool {
    let output = written(model, state, "Output");
    let reads = |text: &str| text.contains("$states.result");
    output.is_some_and(|output| match &output {
        Value::String(text) => !reads(text),
        other => !reads(&other.to_json()),
    })
}

pub(super) fn iterator(model: &Model) -> Option<Advice> {
    let is_old =
        |state: &&State| matches!(state.kind, Kind::Map(_)) && written(model, state, "Iterator").is_some();
    let states: Vec<&State> = reachable(model).filter(is_old).collect();
    at(AdviceId::MapIterator, Severity::Note, &states, "Iterator", Says {
        title: format!("{} {} written with `Iterator`", named(&states), form(&states, "is", "are")),
        why: "AWS has replaced `Iterator` by `ItemProcessor` and a Map's `Parameters` by `ItemSelector`. The old names work, \
              but have none of the newer settings."
            .to_owned(),
        fix: fix::words("Rename `Iterator` to `ItemProcessor`, and the Map's `Parameters` to `ItemSelector`."),
    })
}

fn maps(model: &Model, is_found: impl Fn(&Map) -> bool) -> Vec<&State> {
    let found = |state: &&State| matches!(&state.kind, Kind::Map(map) if is_found(map));
    reachable(model).filter(found).collect()
}
