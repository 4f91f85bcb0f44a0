//! Places where faults can be injected, discovered by running, each kind of place once.

use std::collections::BTreeSet;

use crate::asl::{Amount, Kind, Machine, State, StateId};
use crate::history::{Handling, History, Site};

/// Sites that are alike: the same state, and whether it is entered for the first time or again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PlaceKey {
    state: StateId,
    visit: u32,
}

/// In loops the second round may differ from the first; the third is like the second.
const VISITS_MAX: u32 = 2;

/// The sites of a history from an attempt on, the first of each kind: of the items of a Map the first that gets
/// there, of the rounds of a loop the first two.
pub(super) fn sites_from(history: &History, attempt: usize) -> Vec<(PlaceKey, Site)> {
    let mut known = BTreeSet::new();
    let mut sites = Vec::new();
    for attempt in history.attempts.iter().skip(attempt) {
        let key = PlaceKey { state: attempt.state, visit: attempt.visit };
        if attempt.number == 1 && attempt.visit <= VISITS_MAX && known.insert(key) {
            sites.push((key, history.site(attempt)));
        }
    }
    sites
}

/// Where the work of a later item can fail when that of the one before is done: the second items of Maps that take one
/// after the other. Elsewhere the first item fails beside its siblings.
pub(super) fn later_items(machine: &Machine, history: &History) -> Vec<Site> {
    let mut known = BTreeSet::new();
    let mut sites = Vec::new();
    for attempt in history.attempts.iter().filter(|attempt| attempt.number == 1 && attempt.visit == 1) {
        let maps = || machine.enclosing(attempt.state).filter(|outer| matches!(outer.kind, Kind::Map(_)));
        if !maps().next().is_some_and(one_by_one) {
            continue;
        }
        let site = history.site(attempt);
        if site.iteration.0.last() == Some(&1) && known.insert(attempt.state) {
            sites.push(site);
        }
    }
    sites
}

fn one_by_one(state: &State) -> bool {
    match &state.kind {
        Kind::Map(map) => matches!(map.max_concurrency, Some(Amount::Literal(1.0))),
        _ => false,
    }
}

/// The first attempt after the last one that a fault was injected into; none if the plan never came into force.
pub(super) fn after_the_last_fault(history: &History) -> Option<usize> {
    history.injected.iter().map(|injected| injected.attempt + 1).max()
}

/// Whether a catcher took a failure and the execution ended well all the same: its handlers led back.
pub(super) fn rejoins(history: &History) -> bool {
    let caught = history.failures.iter().any(|failure| matches!(failure.handling, Handling::Caught { .. }));
    caught && history.outcome.succeeded()
}
