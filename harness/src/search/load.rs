//! Runs without faults, but with more to carry: loops that go on, and lists as long as in production.
//!
//! A load is tried first with few events, to see whether anything grows; only what would pass the limit of payloads
//! before the history is full is run to its end.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::StateId;
use crate::error::ErrorName;
use crate::fault::Plan;
use crate::generate::{Scenario, crowds, large_answers, realistic, rounds};
use crate::history::{Detail, EventType, History, Outcome};
use crate::model::Loop;

use super::{Arena, Ground};

/// What loads showed.
#[derive(Debug, Default)]
pub struct Loads {
    /// Those that end because a payload is too large.
    pub grounds: Vec<Ground>,
    /// Simulated executions.
    pub runs: u64,
}

/// Events of a first look, besides three times those of the run that it is made from.
const PROBE_EVENTS: usize = 200;

/// Puts loads on every loop that the grounds go round and on every Map that they go through, until each has shown what
/// it shows.
pub fn loads(arena: &Arena, grounds: &[Ground]) -> Loads {
    let mut loader = Loader {
        arena,
        found: Loads::default(),
        loops: BTreeSet::new(),
        maps: BTreeSet::new(),
        tasks: BTreeSet::new(),
    };
    for ground in grounds.iter().filter(|ground| ground.history.outcome.succeeded()) {
        loader.loops(ground);
        loader.maps(ground);
        loader.answers(ground);
    }
    loader.found
}

struct Loader<'a> {
    arena: &'a Arena,
    found: Loads,
    /// Loops that are known to grow, by their position.
    loops: BTreeSet<usize>,
    /// Maps that have had their load.
    maps: BTreeSet<StateId>,
    /// Tasks that have given a large answer.
    tasks: BTreeSet<StateId>,
}

impl Loader<'_> {
    fn loops(&mut self, ground: &Ground) {
        let model = &self.arena.model;
        for (at, scenario) in rounds(model, &ground.scenario, &ground.history) {
            if self.loops.contains(&at) {
                continue;
            }
            self.found.runs += 1;
            let probe = probed(self.arena, &scenario, &ground.history);
            if would_exceed(self.arena, &probe, &model.graph.loops()[at]) && self.keeps(scenario) {
                self.loops.insert(at);
            }
        }
    }

    fn maps(&mut self, ground: &Ground) {
        let new: Vec<StateId> =
            maps_of(&ground.history).into_iter().filter(|map| !self.maps.contains(map)).collect();
        let model = &self.arena.model;
        let Some(scenario) = realistic(model, &ground.scenario).filter(|_| !new.is_empty()) else { return };
        self.found.runs += 1;
        let real = self.arena.ground(scenario);
        for (map, scenario) in
            crowds(model, &real.scenario, &real.history, self.arena.limits.payload_bytes_max)
        {
            if new.contains(&map) {
                self.keeps(scenario);
            }
        }
        self.maps.extend(new);
    }

    fn answers(&mut self, ground: &Ground) {
        let limit = self.arena.limits.payload_bytes_max;
        for (task, scenario) in large_answers(&self.arena.model, &ground.scenario, &ground.history, limit) {
            if self.tasks.insert(task) {
                self.keeps(scenario);
            }
        }
    }

    /// Runs a scenario to its end; keeps it if a payload becomes too large.
    fn keeps(&mut self, scenario: Scenario) -> bool {
        self.found.runs += 1;
        let heavy = self.arena.ground(scenario);
        let kept = is_too_large(&heavy.history);
        if kept {
            self.found.grounds.push(heavy);
        }
        kept
    }
}

/// The Maps that a run went through.
fn maps_of(history: &History) -> BTreeSet<StateId> {
    let events = history.events.iter().chain(&history.child_events);
    events.filter(|event| event.kind == EventType::MapStateEntered).filter_map(|event| event.state).collect()
}

fn probed(arena: &Arena, scenario: &Scenario, usual: &History) -> History {
    let mut case = arena.case(scenario, &Plan::default());
    let events = u32::try_from(usual.events.len() * 3 + PROBE_EVENTS).unwrap_or(u32::MAX);
    case.limits.events_max = case.limits.events_max.min(events);
    arena.run(scenario, &case)
}

fn is_too_large(history: &History) -> bool {
    matches!(&history.outcome, Outcome::Failed { error: Some(error), .. } if **error == *ErrorName::DATA_LIMIT)
}

/// Whether what a loop carries grows so fast that it passes the limit before the history is full.
fn would_exceed(arena: &Arena, history: &History, looped: &Loop) -> bool {
    if is_too_large(history) {
        return true;
    }
    let sizes = sizes(history, looped);
    let [.., (_, before), (first_event, earlier), (last_event, last)] = sizes[..] else { return false };
    if !(before < earlier && earlier < last) {
        return false;
    }
    let turns = arena.limits.payload_bytes_max / (last - earlier);
    let events = last_event.saturating_sub(first_event).max(1);
    turns.saturating_mul(events) < arena.limits.events_max as usize
}

/// At which event, and with how many bytes, the state of a loop that was entered most often was entered; variables
/// count as what was assigned to them last.
fn sizes(history: &History, looped: &Loop) -> Vec<(usize, usize)> {
    let entries = |wanted| {
        let mut assigned: Vec<(Arc<str>, usize)> = Vec::new();
        let mut sizes = Vec::new();
        for (at, event) in history.events.iter().enumerate() {
            match (&event.detail, event.state) {
                (Detail::Input(input), Some(state)) if (state, event.strand) == wanted => {
                    sizes.push((
                        at,
                        input.json_len() + assigned.iter().map(|(_, bytes)| bytes).sum::<usize>(),
                    ));
                }
                (Detail::Output(_, Some(new)), _) => {
                    for (name, value) in new.iter() {
                        assigned.retain(|(known, _)| known != name);
                        assigned.push((name.clone(), value.json_len()));
                    }
                }
                _ => {}
            }
        }
        sizes
    };
    let entered = history.events.iter().filter(|event| matches!(event.detail, Detail::Input(_)));
    let states: BTreeSet<_> = entered
        .filter_map(|event| Some((event.state.filter(|state| looped.contains(*state))?, event.strand)))
        .take(looped.states.len() * 8)
        .collect();
    states.into_iter().map(entries).max_by_key(Vec::len).unwrap_or_default()
}
