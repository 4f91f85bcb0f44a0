//! Which faults a first feature has: what can strike each task that is reached, and how long where that matters.

use std::collections::BTreeSet;

use crate::asl::StateId;
use crate::fault::{Burst, Fault, offers};
use crate::history::{History, Site};
use crate::model::Model;

/// A task with the faults that are worth a scenario.
pub(super) struct Task {
    pub(super) name: String,
    pub(super) faults: Vec<Fault>,
}

/// The tasks that an execution without faults reaches, in the order in which it does. A task in a Map is struck in the
/// item that comes first.
pub(super) fn tasks(model: &Model, baseline: &History) -> Vec<Task> {
    let mut sites: Vec<Site> = Vec::new();
    for attempt in &baseline.attempts {
        if !sites.iter().any(|site| site.state == attempt.state) {
            sites.push(baseline.site(attempt));
        }
    }
    sites.into_iter().map(|site| task(model, &site)).collect()
}

fn task(model: &Model, site: &Site) -> Task {
    let state = model.machine.state(site.state);
    let mut faults = Vec::new();
    let mut survived = false;
    for offer in offers(model, state) {
        let last = offer.bursts.len().saturating_sub(1);
        for (at, burst) in offer.bursts.iter().enumerate() {
            // The longest says what becomes of it in the end; that retries help is shown once.
            let survives = at + 1 == last && !survived && matches!(burst, Burst::Attempts(_));
            if at == last || survives {
                survived |= survives;
                faults.push(Fault { site: site.clone(), class: offer.class.clone(), burst: *burst });
            }
        }
    }
    Task { name: state.path.to_string(), faults }
}

/// Tasks that an execution without faults does not reach.
pub(super) fn unreached(model: &Model, baseline: &History) -> Vec<String> {
    let reached: BTreeSet<StateId> = baseline.attempts.iter().map(|attempt| attempt.state).collect();
    let tasks = model.machine.states.iter().filter(|state| state.task().is_some());
    tasks.filter(|state| !reached.contains(&state.id)).map(|state| state.path.to_string()).collect()
}
