//! `item-failure-discards-siblings`: one bad item fails the whole Map, and what the others did is thrown away.
//!
//! Proven by a run in which other items had done work, or had it under way, when the failure of one ended the Map.
//! The results of the others go nowhere, items that wait are never begun, and whoever starts the Map again does all of
//! it once more.
//!
//! Exempt: items that only read; a handler around the work inside the Map (a failure that escapes it is
//! `failure-uncaught`); a Map that tolerates failures, or whose own retrier runs it again (then `effect-repeated` has
//! the say); a handler of the Map that undoes what was done; denials, which are the same for all items; an item that
//! ends in a Fail state, which is meant. Branches of a Parallel that fail together are the normal design.

use crate::asl::{Kind, Map, MapMode, State, StateId};
use crate::catalog::{Effect, ErrorClass};
use crate::diagnose::fix;
use crate::history::{Attempt, Ending, EventType, FailureRecord, Handling, History, StrandId, VirtualTime};
use crate::oracle::trace::{self, Fate};
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};
use crate::value::Value;

const RULE: RuleId = RuleId::ItemFailureDiscardsSiblings;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for index in trace::representatives(run.history) {
        let record = &run.history.failures[index];
        let state = run.model.machine.state(record.state);
        let (Kind::Map(map), Some(inside)) = (&state.kind, record.echo_of) else { continue };
        let root = root_of(run.history, inside);
        if !is_judged(run, record, root, state) {
            continue;
        }
        let done = done_by_others(run, record, inside);
        if done.is_empty() {
            continue;
        }
        if tolerates(map) || is_handled(run, index) {
            out.holds(RULE);
            continue;
        }
        match severity(run, &done) {
            Some(severity) => out.violated(violation(run, severity, record, root, state, &done)),
            None => out.holds(RULE),
        }
    }
}

/// The failure of a task that the failure of a Map passes on.
fn root_of(history: &History, inside: usize) -> &FailureRecord {
    let mut record = &history.failures[inside];
    while let Some(inner) = record.echo_of {
        record = &history.failures[inner];
    }
    record
}

/// Whether the failure is that of a task inside which nobody thought of handling.
fn is_judged(run: &Run<'_>, record: &FailureRecord, root: &FailureRecord, map: &State) -> bool {
    let machine = &run.model.machine;
    let is_caught = |state: &State| !state.catch.is_empty();
    let within = machine.enclosing(root.state).take_while(|outer| outer.id != map.id);
    root.attempt.is_some()
        && !matches!(record.handling, Handling::Retried { .. } | Handling::Tolerated)
        && trace::class_of(run.history, root) != ErrorClass::Permission
        && !is_caught(machine.state(root.state))
        && !within.into_iter().any(is_caught)
        && !is_lost_inside(run, record)
        && !run.model.graph.is_failure_path(root.state)
        && !run.model.graph.is_failure_path(map.id)
}

/// Whether a Map inside has lost work of its own: then the handler that is missing is missing there.
fn is_lost_inside(run: &Run<'_>, record: &FailureRecord) -> bool {
    let mut inner = record.echo_of;
    while let Some(index) = inner {
        let record = &run.history.failures[index];
        let is_map = matches!(run.model.machine.state(record.state).kind, Kind::Map(_));
        if is_map && record.echo_of.is_some_and(|inside| !done_by_others(run, record, inside).is_empty()) {
            return true;
        }
        inner = record.echo_of;
    }
    false
}

/// The work that other items had done, or had under way, when one failed.
fn done_by_others<'a>(run: &Run<'a>, record: &FailureRecord, inside: usize) -> Vec<&'a Attempt> {
    let history = run.history;
    let failed = history.failures[inside].strand;
    let since = started_at(history, record);
    let by_another = |attempt: &&Attempt| {
        attempt.applied
            && attempt.at >= since
            && item_of(history, attempt.strand, record.strand).is_some_and(|item| item != failed)
    };
    let attempts = history.attempts.iter().take_while(|attempt| attempt.at <= record.at);
    attempts.filter(by_another).filter(|attempt| matters(run, attempt)).collect()
}

/// When the Map was started for the last time.
fn started_at(history: &History, record: &FailureRecord) -> VirtualTime {
    let events = if record.event.child_index().is_some() { &history.child_events } else { &history.events };
    let is_start = |event: &&crate::history::Event| {
        event.kind == EventType::MapStateStarted
            && event.state == Some(record.state)
            && event.strand == record.strand
            && event.at <= record.at
    };
    events.iter().rev().find(is_start).map_or(VirtualTime::ZERO, |event| event.at)
}

/// The strand of the item that a strand belongs to, of the Map that `outer` runs.
fn item_of(history: &History, strand: StrandId, outer: StrandId) -> Option<StrandId> {
    let mut at = strand;
    loop {
        let parent = history.strands[at.0 as usize].parent?;
        if parent == outer {
            return Some(at);
        }
        at = parent;
    }
}

/// Whether an attempt did something that is worth keeping.
fn matters(run: &Run<'_>, attempt: &Attempt) -> bool {
    !matches!(run.model.effect_of(attempt.state, &attempt.parameters), Effect::None | Effect::Notification)
}

fn tolerates(map: &Map) -> bool {
    map.tolerated_failure_count.is_some() || map.tolerated_failure_percentage.is_some()
}

/// Whether the failure is retried further up, or somebody undoes after it what was done.
fn is_handled(run: &Run<'_>, index: usize) -> bool {
    match trace::fate(run.history, index) {
        Fate::Retried => true,
        Fate::Caught { record, .. } => {
            trace::attempts_after(run.history, record).any(|attempt| undoes(run, attempt))
        }
        Fate::Ended | Fate::Other => false,
    }
}

/// Words in the name of a state, its function or its action that say it takes something back.
const UNDOING: [&str; 14] = [
    "undo",
    "rollback",
    "roll back",
    "compensat",
    "revert",
    "cancel",
    "refund",
    "release",
    "restore",
    "delete",
    "remove",
    "clean",
    "abort",
    "reverse",
];

fn undoes(run: &Run<'_>, attempt: &Attempt) -> bool {
    let state = run.model.machine.state(attempt.state);
    let resource = state.task().map_or("", |task| &task.resource);
    let function = attempt.parameters.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
    let names = format!("{} {function} {resource}", state.name).to_lowercase();
    UNDOING.iter().any(|word| names.contains(word))
}

/// By what is lost. A put that leaves things as they are may be done again without harm.
fn severity(run: &Run<'_>, done: &[&Attempt]) -> Option<Severity> {
    let of = |attempt: &&Attempt| match run.model.effect_of(attempt.state, &attempt.parameters) {
        Effect::None | Effect::Notification => None,
        Effect::Repeatable => Some(Severity::Low),
        Effect::Guarded { .. } | Effect::Unguarded | Effect::Unknown => Some(Severity::Medium),
    };
    done.iter().filter_map(of).max()
}

fn violation(
    run: &Run<'_>,
    severity: Severity,
    record: &FailureRecord,
    root: &FailureRecord,
    map: &State,
    done: &[&Attempt],
) -> Violation {
    let machine = &run.model.machine;
    let history = run.history;
    let task = machine.state(root.state);
    let mut items: Vec<StrandId> =
        done.iter().filter_map(|attempt| item_of(history, attempt.strand, record.strand)).collect();
    items.sort_unstable();
    items.dedup();
    let mut states: Vec<StateId> = done.iter().map(|attempt| attempt.state).collect();
    states.sort_unstable();
    states.dedup();
    let names: Vec<&str> = states.iter().map(|id| fix::name_of(machine, *id)).collect();
    let under_way = done.iter().all(|attempt| !matches!(attempt.ending, Ending::Succeeded(_)));
    let had = if under_way { "under way" } else { "done" };
    if !states.contains(&root.state) {
        states.push(root.state);
        states.sort_unstable();
    }
    Violation {
        class: trace::class_of(history, root),
        states,
        site: root.attempt.map(|attempt| history.site(&history.attempts[attempt])),
        route: "item>siblings-lost".to_owned(),
        events: vec![done[0].scheduled, root.event],
        title: "One item that fails takes the work of the others along".to_owned(),
        error: Some(root.error.clone()),
        cause: root.cause.clone(),
        why: format!(
            "`{}` fails for one item with `{}`, nothing inside `{}` takes that, and the whole Map fails. {} other {} \
             had {} {had}: the results are thrown away, and items that wait are not begun. {}",
            task.name,
            root.error,
            map.name,
            items.len(),
            if items.len() == 1 { "item" } else { "items" },
            fix::listed(&names),
            ending(run, record),
        ),
        fix: proposed(map, task),
        pointer: map.pointer.to_string(),
        ..trace::violation(run, RULE, severity, record)
    }
}

/// What is left to do for somebody. Docs, "Redriving executions": successful iterations keep their results.
fn ending(run: &Run<'_>, record: &FailureRecord) -> &'static str {
    let standard = run.history.machine_type == crate::asl::MachineType::Standard;
    match record.handling {
        Handling::Uncaught { .. } if standard && !run.history.outcome.succeeded() => {
            "Only a redrive by hand, within 14 days, keeps them."
        }
        _ => "Whoever starts the Map again does the work of all items once more.",
    }
}

fn proposed(map: &State, task: &State) -> Fix {
    let Kind::Map(fields) = &map.kind else { return Fix::default() };
    let collect = format!(
        "Catch the errors of `{}` inside the Map, let the item end with a marker of its failure, and look at the \
         markers after `{}`",
        task.name, map.name
    );
    match fields.mode {
        MapMode::Inline => fix::words(format!("{collect}, so that failed items are reported or done again.")),
        MapMode::Distributed(_) => fix::patch(
            format!(
                "Say how many items may fail with `ToleratedFailurePercentage` (the patch says 5), and look at the \
                 failed ones afterwards. Or: {}{}.",
                collect[..1].to_lowercase(),
                &collect[1..]
            ),
            vec![fix::add(format!("{}/ToleratedFailurePercentage", map.pointer), Value::from(5))],
        ),
    }
}
