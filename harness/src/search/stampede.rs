//! Items of a Map that are throttled together: what their retriers do at the same instant.
//!
//! The search strikes one item; whether retries come back together shows only where many are struck.

use std::collections::BTreeSet;

use crate::asl::{Amount, Jitter, Kind, Map, State, StateId};
use crate::error::{Failure, Origin, first_retrier};
use crate::fault::{Burst, Class, Fault, Injection, Plan, classes, injection};
use crate::generate::widened;
use crate::history::EventType;
use crate::model::Model;

use super::{Arena, Ground};

/// Items that are struck: more than [`crate::oracle`] takes for chance.
const ITEMS: usize = 6;

/// For each task in a Map whose retrier for throttling has no jitter: a ground with several items, and the plan that
/// throttles all of them once.
pub fn stampedes(arena: &Arena, grounds: &[Ground]) -> Vec<(Ground, Plan)> {
    let model = &arena.model;
    let mut known: BTreeSet<StateId> = BTreeSet::new();
    let mut found = Vec::new();
    for ground in grounds.iter().filter(|ground| ground.history.outcome.succeeded()) {
        let events = ground.history.events.iter().chain(&ground.history.child_events);
        let entered: BTreeSet<StateId> = events
            .filter(|event| event.kind == EventType::MapStateEntered)
            .filter_map(|event| event.state)
            .collect();
        for map in entered {
            let struck: Vec<&State> =
                struck(model, model.machine.state(map)).filter(|task| !known.contains(&task.id)).collect();
            if struck.is_empty() {
                continue;
            }
            let Some(scenario) = widened(model, &ground.scenario, &ground.history, map, ITEMS) else {
                continue;
            };
            let wide = arena.ground(scenario);
            for task in struck.into_iter().filter(|_| wide.history.outcome.succeeded()) {
                let plan = throttled(&wide, task.id);
                if plan.faults().len() >= ITEMS && known.insert(task.id) {
                    found.push((wide.clone(), plan));
                }
            }
        }
    }
    found
}

/// The tasks of a Map, not of one inside of it, that retry throttling without jitter.
fn struck<'m>(model: &'m Model, map: &'m State) -> impl Iterator<Item = &'m State> {
    let is_wide = matches!(&map.kind, Kind::Map(fields) if runs_many(fields));
    let nearest = |state: &State| {
        model
            .machine
            .enclosing(state.id)
            .find(|outer| matches!(outer.kind, Kind::Map(_)))
            .map(|outer| outer.id)
    };
    let states = model.machine.states.iter().filter(move |_| is_wide);
    states.filter(move |state| nearest(state) == Some(map.id) && comes_back_together(model, state))
}

fn runs_many(map: &Map) -> bool {
    match map.max_concurrency {
        None => true,
        Some(Amount::Literal(count)) => count == 0.0 || count >= ITEMS as f64,
        Some(Amount::Path(_) | Amount::Jsonata(_)) => false,
    }
}

fn comes_back_together(model: &Model, state: &State) -> bool {
    let Some(task) = state.task() else { return false };
    let Injection::Fail { error, .. } = injection(&Class::Throttling, task) else { return false };
    let failure = Failure { error: &error, origin: Origin::Reported };
    first_retrier(&state.retry, failure, model.rules)
        .is_some_and(|at| state.retry[at].jitter == Jitter::None && state.retry[at].attempts_max > 0)
        && classes(model, state).contains(&Class::Throttling)
}

fn throttled(ground: &Ground, task: StateId) -> Plan {
    let first = ground
        .history
        .attempts
        .iter()
        .filter(|attempt| attempt.state == task && attempt.number == 1 && attempt.visit == 1);
    let fault = |site| Fault { site, class: Class::Throttling, burst: Burst::Attempts(1) };
    Plan::new(first.map(|attempt| fault(ground.history.site(attempt))).collect())
}
