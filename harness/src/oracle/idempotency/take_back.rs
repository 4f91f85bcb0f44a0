//! What to change so that an effect is undone after a failure: lead to the state that undoes it, or put a copy of it
//! before the way that is there.

use crate::asl::{Kind, Machine, QueryLanguage, State, StateId};
use crate::diagnose::fix;
use crate::load::{Node, pointer_token};
use crate::model::Undo;
use crate::oracle::{Fix, PatchOperation, Run};
use crate::value::{Object, Value};

use super::compensation::Turn;
use super::ledger::Entry;

/// The proposal for what was lost at one turn.
pub(super) fn proposal(run: &Run<'_>, turn: &Turn<'_>, lost: &[(Entry<'_>, &Undo)]) -> Fix {
    let machine = &run.model.machine;
    let state = machine.state(turn.state());
    let Some(undo) = entry_point(run, state, lost) else { return in_words(machine, lost) };
    let name = &undo.name;
    let ends = run.model.graph.can_end_badly(undo.id) && !run.model.graph.can_end_well(undo.id);
    match turn {
        Turn::Caught { catcher, .. } if ends => {
            let at = format!("{}/Catch/{catcher}", state.pointer);
            let mut patch = vec![fix::replace(format!("{at}/Next"), Value::from(name.clone()))];
            if fix::drops_input(&state.catch[*catcher]) {
                patch.extend(fix::keep_input(state, *catcher).asl_patch);
            }
            fix::patch(format!("Lead the catcher of `{}` to `{name}`.", state.name), patch)
        }
        Turn::Uncaught { .. } if ends => fix::patch(
            format!("Catch the failure of `{}`, and go to `{name}`.", state.name),
            vec![catcher(state, name)],
        ),
        Turn::Caught { catcher, .. } if lost.len() == 1 => {
            let next = fix::name_of(machine, state.catch[*catcher].next).to_owned();
            copied(machine, state, undo, Some(&(*catcher, next)))
        }
        Turn::Uncaught { .. } if lost.len() == 1 => copied(machine, state, undo, None),
        Turn::TimedOut { .. } => fix::words(format!(
            "Give `{}` a shorter `TimeoutSeconds` than what is left of the execution's, so that its catcher runs.",
            state.name
        )),
        Turn::Caught { .. } | Turn::Uncaught { .. } | Turn::Decided { .. } => in_words(machine, lost),
    }
}

fn in_words(machine: &Machine, lost: &[(Entry<'_>, &Undo)]) -> Fix {
    let names: Vec<&str> =
        lost.iter().rev().filter_map(|(_, undo)| Some(fix::name_of(machine, *undo.by.first()?))).collect();
    fix::words(format!("Let this way lead through {} before it ends.", fix::listed(&names)))
}

/// The state at which undoing begins: that of the last effect, from where a way leads to all others.
fn entry_point<'m>(run: &Run<'m>, state: &State, lost: &[(Entry<'_>, &Undo)]) -> Option<&'m State> {
    let model = run.model;
    let last = lost.iter().max_by_key(|(entry, _)| entry.last().ended_at)?.1;
    // A step of a Parallel state is done by entering that state.
    let here = |id: StateId| {
        let around = model.machine.enclosing(id).find(|outer| outer.scope == state.scope);
        around.unwrap_or_else(|| model.machine.state(id))
    };
    let mut all = last.by.iter().map(|id| here(*id));
    all.find(|undo| {
        undo.scope == state.scope
            && undo.id != state.id
            && lost.iter().all(|(_, other)| model.leads_to(undo.id, &other.by))
    })
}

/// A catcher for everything that keeps the input.
fn catcher(state: &State, next: &str) -> PatchOperation {
    let keep = kept(state, "error");
    let catcher = fix::object([
        ("ErrorEquals", fix::names([crate::error::ErrorName::ALL])),
        keep,
        ("Next", Value::from(next.to_owned())),
    ]);
    if state.catch.is_empty() {
        fix::add(format!("{}/Catch", state.pointer), Value::array(vec![catcher]))
    } else {
        fix::add(format!("{}/Catch/-", state.pointer), catcher)
    }
}

/// The field of a catcher that puts the error beside the input.
fn kept(state: &State, member: &str) -> (&'static str, Value) {
    match state.query_language {
        QueryLanguage::JsonPath => ("ResultPath", Value::from(format!("$.{member}"))),
        QueryLanguage::Jsonata => (
            "Output",
            Value::from(format!("{{% $merge([$states.input, {{'{member}': $states.errorOutput}}]) %}}")),
        ),
    }
}

/// A copy of the undoing state before the way that is there, or before a new Fail state.
fn copied(machine: &Machine, state: &State, undo: &State, before: Option<&(usize, String)>) -> Fix {
    let Some(Value::Object(mut copy)) = machine.document.node(&undo.pointer).map(Node::to_value) else {
        return fix::words(format!("Let this way lead through `{}` before it ends.", undo.name));
    };
    let siblings = state.pointer.rsplit_once('/').map_or("/States", |(siblings, _)| siblings);
    let name = fix::free_name(machine, &format!("{} After Failure", undo.name));
    let mut patch = Vec::new();
    let next = if let Some((_, next)) = before {
        next.clone()
    } else {
        let failed = fix::free_name(machine, "Report Failure");
        patch.push(fix::add(format!("{siblings}/{}", pointer_token(&failed)), failure(state)));
        failed
    };
    lead_on(undo, &mut copy, &next);
    patch.push(fix::add(format!("{siblings}/{}", pointer_token(&name)), copy.into()));
    match before {
        Some((catcher, _)) => {
            let at = format!("{}/Catch/{catcher}", state.pointer);
            patch.push(fix::replace(format!("{at}/Next"), Value::from(name)));
            if fix::drops_input(&state.catch[*catcher]) {
                patch.extend(fix::keep_input(state, *catcher).asl_patch);
            }
        }
        None => patch.push(catcher(state, &name)),
    }
    let text = format!("Undo it on this way too, with a copy of `{}` before the end.", undo.name);
    fix::patch(text, patch)
}

/// Turns a state into a step that hands its input on and goes on whatever happens.
fn lead_on(undo: &State, copy: &mut Object, next: &str) {
    for field in ["End", "ResultSelector", "OutputPath", "Assign"] {
        copy.remove(field);
    }
    let (field, kept_input) = match undo.query_language {
        QueryLanguage::JsonPath => ("ResultPath", Value::Null),
        QueryLanguage::Jsonata => ("Output", Value::from("{% $states.input %}")),
    };
    copy.insert(field, kept_input);
    copy.insert("Next", Value::from(next.to_owned()));
    if matches!(undo.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_)) {
        let catcher = fix::object([
            ("ErrorEquals", fix::names([crate::error::ErrorName::ALL])),
            kept(undo, "undoError"),
            ("Next", Value::from(next.to_owned())),
        ]);
        copy.insert("Catch", Value::array(vec![catcher]));
    }
}

fn failure(state: &State) -> Value {
    fix::object([
        ("Type", Value::from("Fail")),
        ("Error", Value::from("WorkflowFailed")),
        ("Cause", Value::from(format!("{} failed; what was done before is undone", state.name))),
    ])
}
