//! Which state takes back the effect of which: as declared, by the calls themselves, or by the names of own code.
//!
//! Only what a definition knows to undo can be found missing, so a pair needs good evidence: a verb and its opposite,
//! the same object, and a way from the one to the other. In doubt there is no pair.

mod calls;
mod lexicon;
mod ways;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::Model;
use super::effects::written_request;
use crate::asl::{State, StateId};
use crate::catalog::{Effect, Service};
use crate::value::Value;
use calls::Undone;
use lexicon::Trust;
use ways::Edges;
use words::Named;

/// How it is known that one state undoes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The names say so.
    Names,
    /// The calls are opposites of each other.
    Calls,
    /// The user says so.
    Declared,
}

/// What undoes the effect of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// Any of these states does, in the order of the file.
    pub by: Vec<StateId>,
    /// The strongest evidence.
    pub evidence: Evidence,
}

/// What a machine knows to undo.
#[derive(Clone, Debug, Default)]
pub(super) struct Undoing {
    by_effect: BTreeMap<StateId, Undo>,
    /// States that undo something, nobody knows what.
    general: BTreeSet<StateId>,
    names: BTreeMap<StateId, Named>,
    /// Pairs that the place of the second state does not bear out: they count beside another one that it does.
    aside: Vec<(StateId, StateId)>,
}

impl Model {
    /// What takes back the effect of a state; none if the definition does not show that it can be undone.
    pub fn undo_of(&self, effect: StateId) -> Option<&Undo> {
        self.undoing().by_effect.get(&effect)
    }

    /// Whether the definition knows how to undo anything.
    pub fn undoes_anything(&self) -> bool {
        !self.undoing().by_effect.is_empty()
    }

    /// Whether a state takes back the effect of any other.
    pub fn is_undo(&self, state: StateId) -> bool {
        self.undoing().by_effect.values().any(|undo| undo.by.contains(&state))
    }

    /// Whether a state may undo whatever was done, by its name.
    pub fn may_undo_anything(&self, state: StateId) -> bool {
        self.undoing().general.contains(&state)
    }

    /// Whether a state completes what another one began, by their names: `ConfirmBooking` what `ReserveFlight` did.
    pub fn completes(&self, state: StateId, effect: StateId) -> bool {
        let named = self.undoing().names.get(&effect);
        named.is_some_and(|named| Named::completes(&self.machine.state(state).name, named))
    }

    /// Whether a name says that the state only reads, tells or writes down.
    pub fn is_harmless_by_name(&self, state: StateId) -> bool {
        Named::of(&self.machine.state(state).name).harmless
    }

    /// Whether an execution in which nothing more fails can get from a state to one of these, or stands there.
    pub fn leads_to(&self, from: StateId, any: &[StateId]) -> bool {
        self.reaches(from, any, Edges::Normal)
    }

    /// The same, if anything may fail.
    pub fn can_lead_to(&self, from: StateId, any: &[StateId]) -> bool {
        self.reaches(from, any, Edges::All)
    }

    fn reaches(&self, from: StateId, any: &[StateId], edges: Edges) -> bool {
        any.contains(&from) || {
            let reached = ways::reached(&self.machine, &self.graph, &[from], edges);
            any.iter().any(|state| reached[state.0 as usize])
        }
    }

    fn undoing(&self) -> &Undoing {
        self.undoing.get_or_init(|| Undoing::of(self))
    }
}

impl Undoing {
    fn of(model: &Model) -> Self {
        let tasks = || model.machine.states.iter().filter(|state| state.task().is_some());
        let names: BTreeMap<StateId, Named> = tasks().map(|state| (state.id, named(model, state))).collect();
        let effects: Vec<&State> = tasks()
            .filter(|state| has_effect(model, state, &names[&state.id]))
            .filter(|state| {
                // A lease ends by itself.
                !calls::expires(&written_request(&model.machine, state))
            })
            .collect();
        let mut found = Self { names, ..Self::default() };
        for effect in &effects {
            if let Some(by) = model.declared_undo(effect.id) {
                found.add(effect.id, by, Evidence::Declared);
            }
        }
        let reached: BTreeMap<StateId, Vec<bool>> = effects
            .iter()
            .map(|effect| (effect.id, ways::reached(&model.machine, &model.graph, &[effect.id], Edges::All)))
            .collect();
        for undo in tasks().filter(|state| can_undo(model, state)) {
            let before = |effect: &&&State| effect.id != undo.id && reached[&effect.id][undo.id.0 as usize];
            let candidates: Vec<&State> = effects.iter().filter(before).copied().collect();
            found.calls(model, undo, &candidates);
            found.names(model, undo, &candidates);
        }
        for (effect, undo) in std::mem::take(&mut found.aside) {
            if found.by_effect.contains_key(&effect) {
                found.add(effect, undo, Evidence::Names);
            }
        }
        found
    }

    fn add(&mut self, effect: StateId, by: StateId, evidence: Evidence) {
        let known = self.by_effect.entry(effect).or_insert(Undo { by: Vec::new(), evidence });
        known.evidence = known.evidence.max(evidence);
        if !known.by.contains(&by) {
            known.by.push(by);
            known.by.sort_unstable();
        }
    }

    /// Effects that a call takes back by its request.
    fn calls(&mut self, model: &Model, undo: &State, candidates: &[&State]) {
        for effect in candidates {
            let found = calls::undone_by(&model.machine, model.demands(), effect, undo);
            let trust = match found {
                None => continue,
                Some(Undone::Held) => Trust::Everywhere,
                Some(Undone::Written) if is_condition(model, effect) => Trust::Everywhere,
                Some(Undone::Written) => Trust::AfterFailures,
            };
            if stands_right(model, effect, undo, trust) {
                self.add(effect.id, undo.id, Evidence::Calls);
            } else {
                self.aside.push((effect.id, undo.id));
            }
        }
    }

    /// The effects that the name of a state speaks of: those that fit best.
    fn names(&mut self, model: &Model, undo: &State, candidates: &[&State]) {
        let named = self.names[&undo.id].clone();
        if !named.undoes() {
            return;
        }
        let fitting: Vec<(&State, Trust)> = candidates
            .iter()
            .filter(|effect| !model.machine.state(effect.id).name.is_empty())
            .filter_map(|effect| Some((*effect, self.names[&effect.id].undone_by(&named)?)))
            .collect();
        let agreement = |effect: &State| self.names[&effect.id].agreement(&named);
        let best = fitting.iter().filter_map(|(effect, _)| agreement(effect)).max();
        let chosen: Vec<(&State, Trust)> = match best {
            Some(best) => fitting.into_iter().filter(|(effect, _)| agreement(effect) == Some(best)).collect(),
            None => match &fitting[..] {
                [(effect, trust)] if self.names[&effect.id].is_silent_beside(&named) => {
                    vec![(*effect, *trust)]
                }
                _ => Vec::new(),
            },
        };
        if chosen.is_empty() && !self.by_effect.values().any(|known| known.by.contains(&undo.id)) {
            self.general.insert(undo.id);
        }
        for (effect, trust) in chosen {
            if stands_right(model, effect, undo, trust) {
                self.add(effect.id, undo.id, Evidence::Names);
            } else {
                self.aside.push((effect.id, undo.id));
                self.general.insert(undo.id);
            }
        }
    }
}

/// The name of a state, or where it says nothing, that of what it calls.
fn named(model: &Model, state: &State) -> Named {
    let own = Named::of(&state.name);
    if own.harmless || (own.verb.is_some() && !own.objects.is_empty()) {
        return own;
    }
    let called = Named::of(&called(model, state));
    match (own.verb, called.verb) {
        (None, Some(_)) if own.objects.is_empty() || !own.objects.is_disjoint(&called.objects) => called,
        (Some(_), Some(_)) if own.objects.is_empty() && own.verb == called.verb => called,
        _ => own,
    }
}

/// The last part of what a task calls: a function, an activity, a state machine, an endpoint.
fn called(model: &Model, state: &State) -> String {
    let Some(task) = state.task() else { return String::new() };
    let request = written_request(&model.machine, state);
    let member = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
    let text = match task.integration.kind {
        Service::Http => member("ApiEndpoint"),
        Service::Optimized | Service::Sdk => member("FunctionName").or_else(|| member("StateMachineArn")),
        Service::LambdaArn | Service::Activity | Service::Unresolved => Some(task.resource.to_string()),
    };
    let text = text.unwrap_or_default();
    let text = text.split_once("function:").map_or(&*text, |(_, rest)| rest);
    let last = text.trim_end_matches([':', '/', '}']).rsplit(['/', '$', '{']).next().unwrap_or_default();
    last.rsplit("stateMachine:").next().unwrap_or_default().split(':').next().unwrap_or_default().to_owned()
}

/// Whether a task leaves something behind that could be undone.
fn has_effect(model: &Model, state: &State, named: &Named) -> bool {
    match model.effect(state.id) {
        Effect::None | Effect::Notification => false,
        Effect::Unknown => !named.harmless,
        Effect::Repeatable | Effect::Guarded { .. } | Effect::Unguarded => true,
    }
}

fn can_undo(model: &Model, state: &State) -> bool {
    !matches!(model.effect(state.id), Effect::None | Effect::Notification)
        && model.graph.is_reachable(state.id)
}

/// Whether the write is made only if something is not there yet, as locks are.
fn is_condition(model: &Model, state: &State) -> bool {
    written_request(&model.machine, state).get("ConditionExpression").is_some()
}

/// Whether an undoing step stands where it can be taken for one.
fn stands_right(model: &Model, effect: &State, undo: &State, trust: Trust) -> bool {
    match trust {
        Trust::Everywhere => true,
        Trust::AfterFailures => model.graph.is_failure_path(undo.id),
        // On every good way it is a step of the work.
        Trust::OnSomeWays => {
            model.graph.is_failure_path(undo.id)
                || ways::ends_well_without(&model.machine, &model.graph, effect.id, &[undo.id])
        }
    }
}
