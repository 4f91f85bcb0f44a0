//! What a catcher kept of the input and who reads it behind: the classical way in which a failure path breaks.

use super::analyse::Roots;
use super::failure::{Caught, FailureKind};
use super::timeline::Timeline;
use crate::asl::{QueryLanguage, ResultPath, State};
use crate::diagnose::fix::{drops_input, keep_input, words};
use crate::model::Model;
use crate::oracle::Fix;

/// Which index of `Catch` took a failure: the first whose `Next` is the state that followed.
fn catcher(timeline: &Timeline<'_>, caught: &Caught, state: &State, model: &Model) -> Option<usize> {
    let next = timeline.name(caught.next?);
    state.catch.iter().position(|catcher| model.machine.state(catcher.next).name == next)
}

/// One line for each catcher on the way of the root cause: where the error went, and which later reads that breaks.
pub(super) fn lines(timeline: &Timeline<'_>, roots: &Roots, model: Option<&Model>) -> Vec<String> {
    let Some(model) = model else { return Vec::new() };
    let around = |caught: &Caught| {
        let root = roots.first.visit;
        root == Some(caught.visit)
            || root.is_some_and(|root| timeline.enclosing(root).any(|at| at == caught.visit))
    };
    let before = broken_path(timeline, roots);
    let line = |caught: Caught| {
        let state = timeline.state(caught.visit, Some(&*model.machine))?;
        let index = catcher(timeline, &caught, state, model)?;
        let place = format!("`{}` Catch[{index}]", timeline.path(caught.visit, Some(&*model.machine)));
        if !drops_input(&state.catch[index]) {
            return Some(format!("{place} {}", kept(state, index)));
        }
        let reads = lost_reads(state, index, model);
        Some(if reads.is_empty() {
            format!("{place} replaces the input by the error; nothing behind it reads more")
        } else {
            format!("{place} replaces the input by the error; {}", reads.join(", "))
        })
    };
    let caught = timeline.caught().into_iter();
    caught.filter(|caught| around(caught) || Some(*caught) == before).filter_map(line).collect()
}

fn kept(state: &State, index: usize) -> String {
    match (&state.catch[index].result_path, state.query_language) {
        (ResultPath::At(path), _) => format!("puts the error at `{}`, the input stays", path.text()),
        (ResultPath::Discard, _) => "drops the error, the input stays".to_owned(),
        (ResultPath::Replace, QueryLanguage::Jsonata) => "makes its output with `Output`".to_owned(),
        (ResultPath::Replace, QueryLanguage::JsonPath) => "replaces the input by the error".to_owned(),
    }
}

/// `` `Refund` reads `$.orderId` ``, for what the error output does not have.
fn lost_reads(state: &State, index: usize, model: &Model) -> Vec<String> {
    let next = state.catch[index].next;
    let mut found = Vec::new();
    for id in std::iter::once(next).chain(model.graph.downstream(next)) {
        for (path, _) in model.demands().reads_of(id) {
            let of_error =
                ["$.Error", "$.Cause", "$$", "$states.context"].iter().any(|own| path.starts_with(own));
            let whole = &**path == "$" || &**path == "$states.input";
            let line = format!("`{}` reads `{path}`", model.machine.state(id).name);
            let is_input =
                path.starts_with("$.") || path.starts_with("$[") || path.starts_with("$states.input");
            if is_input && !of_error && !whole && !found.contains(&line) {
                found.push(line);
            }
        }
    }
    found.truncate(4);
    found
}

/// The catcher on whose failure path the interpreter gave up.
pub(super) fn broken_path(timeline: &Timeline<'_>, roots: &Roots) -> Option<Caught> {
    let fails =
        matches!(roots.first.kind, FailureKind::Interpreter | FailureKind::Evaluation | FailureKind::Map);
    if fails { timeline.reported_by(roots.first.visit?) } else { None }
}

/// The proposal for a path that is not there because a catcher replaced the input.
pub(super) fn keep(timeline: &Timeline<'_>, roots: &Roots, model: Option<&Model>) -> Option<Fix> {
    let caught = broken_path(timeline, roots)?;
    let output = timeline.event(timeline.visits[caught.visit].exited?).output.as_ref()?.value()?;
    let is_error = output.as_object()?.iter().all(|(name, _)| matches!(&**name, "Error" | "Cause"));
    if !is_error {
        return None;
    }
    let name = timeline.name(caught.visit);
    let state = timeline.state(caught.visit, model.map(|model| &*model.machine));
    let Some((state, model)) = state.zip(model) else {
        return Some(words(format!(
            "Let the catcher of `{name}` keep the input: `\"ResultPath\": \"$.error\"`. It replaced the input by the \
             error, so that what is read behind it is gone."
        )));
    };
    let index = catcher(timeline, &caught, state, model)?;
    drops_input(&state.catch[index]).then(|| keep_input(state, index))
}
