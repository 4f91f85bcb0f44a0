//! From a run to other ways it could have taken: every decision of a Choice state turned another way.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gap::is_open;
use super::slot::{Moment, Slot, enters_choice, events};
use super::witness::{Assignment, Sight, witnesses};
use super::{Origin, Scenario};
use crate::asl::{Choice, DataPath, Kind, State, StateId};
use crate::expr::jsonata::Session;
use crate::expr::{Env, Random, States, Variables};
use crate::history::{Detail, Event, History, StrandId};
use crate::model::Model;
use crate::value::{Object, Value};

/// Decisions of one run that are looked at; a loop repeats itself long before.
const DECISIONS_MAX: usize = 120;

/// A way out of a Choice state: a rule, or none for the Default.
pub(super) type Way = (StateId, Option<usize>);

/// A decision of a run, and a way that it did not take.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// The way to take instead.
    pub(super) way: Way,
    /// Which entry of the state, over all strands, from 0.
    pub(super) visit: usize,
    /// Which decision of the run, from 0.
    pub(super) position: usize,
    moment: Moment,
    sight: Sight,
}

/// Every way that a run did not take where it could have, in the order of the decisions.
pub(super) fn turns(model: &Model, history: &History) -> Vec<Turn> {
    let mut entries: BTreeMap<(StateId, StrandId), Vec<&Event>> = BTreeMap::new();
    for event in events(history).filter(|event| enters_choice(event)) {
        if let Some(state) = event.state {
            entries.entry((state, event.strand)).or_default().push(event);
        }
    }
    let mut seen: BTreeMap<(StateId, StrandId), usize> = BTreeMap::new();
    let mut visits: BTreeMap<StateId, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (position, decision) in history.decisions.iter().take(DECISIONS_MAX).enumerate() {
        let key = (decision.state, decision.strand);
        let at = seen.entry(key).or_default();
        let event = entries.get(&key).and_then(|events| events.get(*at));
        *at += 1;
        let visit = visits.entry(decision.state).or_default();
        if let Some(event) = event {
            let state = model.machine.state(decision.state);
            found.extend(other_ways(state, decision.rule).filter_map(|way| {
                let sight = sight(model, history, state, event)?;
                Some(Turn { way, visit: *visit, position, moment: Moment::of(history, event), sight })
            }));
        }
        *visit += 1;
    }
    found
}

impl Turn {
    /// The scenario changed so that the decision goes this way; several if several values do it.
    pub(super) fn scenarios(&self, model: &Model, history: &History, scenario: &Scenario) -> Vec<Scenario> {
        let state = model.machine.state(self.way.0);
        let Kind::Choice(choice) = &state.kind else { return Vec::new() };
        let slots = |path: &str| self.slots(model, history, path);
        let found = witnesses(choice, self.way.1, &self.sight, |path| !slots(path).is_empty());
        found.iter().flat_map(|assignment| self.assigned(model, history, scenario, assignment)).collect()
    }

    /// A value may come from several sources; each is a scenario of its own.
    fn assigned(
        &self,
        model: &Model,
        history: &History,
        scenario: &Scenario,
        assignment: &Assignment,
    ) -> Vec<Scenario> {
        let mut changed = vec![scenario.clone()];
        for (path, value) in assignment {
            let slots = self.slots(model, history, path);
            changed = changed
                .iter()
                .flat_map(|scenario| {
                    slots.iter().filter_map(|slot| slot.set(&model.machine, scenario, value.as_ref()))
                })
                .take(SOURCES_MAX)
                .collect();
        }
        for scenario in &mut changed {
            scenario.name = self.name(model, scenario);
        }
        changed
    }

    fn slots(&self, model: &Model, history: &History, path: &str) -> Vec<Slot> {
        let dependencies = model.demands().choice(self.way.0).iter();
        let is_no_way = is_no_way(model, self.way);
        let places =
            dependencies.filter(|dependency| &*dependency.path == path).flat_map(|found| &found.places);
        let places = places.filter(|place| !is_no_way || is_open(model, **place));
        places.filter_map(|place| Slot::find(model, history, &self.moment, *place)).collect()
    }

    fn name(&self, model: &Model, scenario: &Scenario) -> String {
        let state = &model.machine.state(self.way.0).path;
        let way = self.way.1.map_or_else(|| "Default".to_owned(), |rule| format!("rule {}", rule + 1));
        let base = scenario.name.split(", ").next().unwrap_or_default();
        match scenario.origin {
            Origin::Generated => format!("generated, {state} takes {way}"),
            Origin::User | Origin::Varied => format!("{base}, varied so that {state} takes {way}"),
        }
    }
}

/// Whether it is not a way at all: no rule holds, and there is no Default.
pub(super) fn is_no_way(model: &Model, way: Way) -> bool {
    let has_default =
        matches!(&model.machine.state(way.0).kind, Kind::Choice(choice) if choice.default.is_some());
    way.1.is_none() && !has_default
}

/// A path that may come from more sources than these is not followed further.
const SOURCES_MAX: usize = 3;

fn other_ways(state: &State, taken: Option<usize>) -> impl Iterator<Item = Way> + '_ {
    let (rules, default) = match &state.kind {
        Kind::Choice(Choice { rules, default }) => (rules.len(), default.is_some()),
        _ => (0, false),
    };
    // Without a Default it may be that no rule holds.
    let ways = (0..rules).map(Some).chain((default || rules > 0).then_some(None));
    ways.filter(move |way| *way != taken).map(|way| (state.id, way))
}

/// What the rules see: the state's input after `InputPath`, the execution's input, the variables so far.
fn sight(model: &Model, history: &History, state: &State, event: &Event) -> Option<Sight> {
    let Detail::Input(raw) = &event.detail else { return None };
    let (context, variables) = (context(history), variables(model, history, event));
    let random = Random::new(0);
    let (states, jsonata) = (States::default(), &Session::default());
    let env = Env { input: raw, context: &context, variables: &variables, random: &random, states, jsonata };
    let input = match &state.flow.input_path {
        DataPath::All => raw.clone(),
        DataPath::Nothing => Value::empty_object(),
        DataPath::Path(path) => path.eval(&env).ok()?,
    };
    Some(Sight { input, context, variables })
}

/// The part of the context object that data can be put into.
fn context(history: &History) -> Value {
    let input = history.events.first().and_then(|started| match &started.detail {
        Detail::Input(input) => Some(input.clone()),
        _ => None,
    });
    let execution = Object::from_iter([("Input", input.unwrap_or_else(Value::empty_object))]);
    Object::from_iter([("Execution", Value::Object(execution))]).into()
}

/// The variables that were assigned on the way to an event, by its strand and those around it.
fn variables(model: &Model, history: &History, event: &Event) -> Variables {
    let mut variables = Variables::default();
    if !model.machine.states.iter().any(assigns) {
        return variables;
    }
    let mut strands = Vec::new();
    let mut at = Some(event.strand);
    while let Some(strand) = at {
        strands.push(strand);
        at = history.strands[strand.0 as usize].parent;
    }
    let before = events(history).filter(|other| other.at <= event.at && strands.contains(&other.strand));
    for (name, value) in before.filter_map(assigned).flatten() {
        variables.set(name.clone(), value.clone());
    }
    variables
}

fn assigned(event: &Event) -> Option<&[(Arc<str>, Value)]> {
    if let Detail::Output(_, Some(assigned)) = &event.detail { Some(assigned) } else { None }
}

fn assigns(state: &State) -> bool {
    let rules = if let Kind::Choice(choice) = &state.kind { &choice.rules[..] } else { &[] };
    state.assign.is_some()
        || state.catch.iter().any(|catcher| catcher.assign.is_some())
        || rules.iter().any(|rule| rule.assign.is_some())
}
