//! The results of a Map are too large together: its list is as long as it may be in production.
//!
//! Measured in the run: what one item gives, and how many items make it too much. An inline Map can drop or shorten
//! what its items give; a distributed one must export it, whatever its `ResultPath` says.

use crate::asl::{DataPath, Kind, Map, MapMode, QueryLanguage, ResultPath, State, StateId};
use crate::catalog::Service;
use crate::diagnose::fix;
use crate::history::FailureRecord;
use crate::model::Source;
use crate::oracle::{Fix, Run, Severity, Violation};
use crate::report::grouped;
use crate::value::Value;

use super::limit;

/// Items of a list from outside that nobody would wonder about.
const ITEMS_LIKELY: usize = 400;

pub(super) fn violation(run: &Run<'_>, record: &FailureRecord) -> Option<Violation> {
    let machine = &run.model.machine;
    let state = machine.state(record.state);
    let Kind::Map(map) = &state.kind else { return None };
    let items = run.history.strands.iter().filter(|strand| strand.scope == map.processor).count();
    if items < 2 {
        return None;
    }
    let most = run.case.limits.payload_bytes_max;
    let bytes = most / items + 1;
    let wrapped = machine.scope(map.processor).states.iter().map(|id| machine.state(*id)).find(|inner| {
        let flow = &inner.flow;
        let whole = flow.result_selector.is_none() && flow.output.is_none();
        let is_call = inner
            .task()
            .is_some_and(|task| task.integration.is_lambda() && task.integration.kind == Service::Optimized);
        whole
            && is_call
            && matches!((&flow.output_path, &flow.result_path), (DataPath::All, ResultPath::Replace))
    });
    let what = match wrapped {
        Some(task) => {
            format!(" (`{}` hands on the whole answer of the call, not only the payload)", task.name)
        }
        None => String::new(),
    };
    let end = if limit::is_uncatchable(record) { "; nothing can catch that" } else { "" };
    Some(Violation {
        states: Vec::new(),
        route: "map>results".to_owned(),
        title: "The results of all items together are larger than a payload may be".to_owned(),
        why: format!(
            "Each item gives about {} bytes{what}. {} With {} items the results have more than {} bytes, and the \
             execution fails with `{}`, after all the work is done{end}.",
            grouped(bytes as u64),
            whence(run, state, map),
            grouped(items as u64),
            grouped(most as u64),
            record.error,
        ),
        fix: proposed(run, state, map),
        ..limit::base(run, record, state.id, severity(run, state, map, items))
    })
}

/// Where the list comes from, in a sentence.
fn whence(run: &Run<'_>, state: &State, map: &Map) -> String {
    if map.item_reader.is_some() {
        return "They are read from outside, and nothing bounds their number.".to_owned();
    }
    let place = run.model.demands().items(state.id).first();
    match place.map(|place| run.model.demands().place(*place).source) {
        Some(Source::Result(task)) => {
            format!("The list comes from `{}`.", fix::name_of(&run.model.machine, task))
        }
        _ => "The list comes from the input, and nothing bounds its length.".to_owned(),
    }
}

fn severity(run: &Run<'_>, state: &State, map: &Map, items: usize) -> Severity {
    if map.item_reader.is_some() {
        return Severity::Medium;
    }
    let places = run.model.demands().items(state.id);
    let by_service = places.iter().any(|place| match run.model.demands().place(*place).source {
        Source::Result(task) => !run.model.is_own_code(task),
        _ => false,
    });
    if by_service || items <= ITEMS_LIKELY { Severity::Medium } else { Severity::Low }
}

fn proposed(run: &Run<'_>, state: &State, map: &Map) -> Fix {
    let is_read = is_read_later(run, state);
    let at = |field: &str| format!("{}/{field}", state.pointer);
    let small = "Let each item end with what is read later and nothing else (`ResultSelector`, `Output`)";
    match map.mode {
        MapMode::Distributed(_) if !is_read => {
            let parameters =
                fix::object([("Bucket", Value::from("BUCKET")), ("Prefix", Value::from("results"))]);
            let fields =
                if state.query_language == QueryLanguage::Jsonata { "Arguments" } else { "Parameters" };
            let writer = fix::object([
                ("Resource", Value::from("arn:aws:states:::s3:putObject")),
                (fields, parameters),
            ]);
            fix::patch(
                "Export the results with a `ResultWriter` (put the name of your bucket for `BUCKET`); the Map's result \
                 is then where they are. `\"ResultPath\": null` does not help here: the results are too large before.",
                vec![fix::add(at("ResultWriter"), writer)],
            )
        }
        MapMode::Distributed(_) => fix::words(
            "Export the results with a `ResultWriter`, and let the states behind the Map read them from S3. \
             `\"ResultPath\": null` does not help here: the results are too large before.",
        ),
        MapMode::Inline if !is_read && state.query_language == QueryLanguage::JsonPath => fix::patch(
            format!(
                "Nothing reads the results: drop them with `\"ResultPath\": null`. {small}, where they are needed."
            ),
            vec![match state.flow.result_path {
                ResultPath::At(_) => fix::replace(at("ResultPath"), Value::Null),
                ResultPath::Replace | ResultPath::Discard => fix::add(at("ResultPath"), Value::Null),
            }],
        ),
        MapMode::Inline if !is_read && state.flow.output.is_none() => fix::patch(
            format!("Nothing reads the results: hand on the input instead. {small}, where they are needed."),
            vec![fix::add(at("Output"), Value::from("{% $states.input %}"))],
        ),
        MapMode::Inline => fix::words(format!(
            "{small}, or write it to S3 or DynamoDB and hand on only its key. For long lists, a distributed Map with a \
             `ResultWriter`."
        )),
    }
}

/// Whether a state behind a Map reads what its items gave, or hands it on in what it makes itself.
fn is_read_later(run: &Run<'_>, map: &State) -> bool {
    let (machine, demands) = (&run.model.machine, run.model.demands());
    let inside = |state: StateId| machine.enclosing(state).any(|outer| outer.id == map.id);
    let of_item = |source: Source| matches!(source, Source::Result(task) if inside(task));
    let reads = |state: &State| {
        demands
            .reads_of(state.id)
            .any(|(_, places)| places.iter().any(|place| of_item(demands.place(*place).source)))
    };
    machine.states.iter().filter(|state| state.id != map.id && !inside(state.id)).any(reads)
}
