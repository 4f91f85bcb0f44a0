//! The faults that intents name: they are run whatever the offers leave out, and before everything else, so that no
//! budget cuts them off.

use super::frontier::sites_from;
use super::{Arena, Ground, Trial};
use crate::fault::{Fault, Plan};
use crate::history::Site;

/// Every fault that an intent names, at each of its tasks that a ground comes to, once for each ground.
pub(super) fn trials(arena: &Arena, grounds: &[Ground], standing: impl Iterator<Item = usize>) -> Vec<Trial> {
    let mut trials = Vec::new();
    if arena.model.intents.is_empty() {
        return trials;
    }
    for ground in standing {
        for (_, site) in sites_from(&grounds[ground].history, 0) {
            if site.visit == 1 {
                add(arena, &mut trials, ground, &Plan::default(), &site);
            }
        }
    }
    trials
}

/// The faults that intents name at a site, on top of a plan, as far as they are not among the trials yet.
pub(super) fn add(arena: &Arena, trials: &mut Vec<Trial>, ground: usize, plan: &Plan, site: &Site) {
    let state = arena.model.machine.state(site.state);
    for intent in arena.model.intents.iter() {
        for (class, burst) in intent.faults_at(&arena.model, state) {
            let fault = Fault { site: site.clone(), class, burst };
            let plan = plan.with_faults(plan.faults().iter().cloned().chain([fault]).collect());
            let trial = Trial { ground, plan };
            if !trials.contains(&trial) {
                trials.push(trial);
            }
        }
    }
}

/// Takes out of the trials from `declared` on those that are among the first ones.
pub(super) fn without_repetitions(trials: &mut Vec<Trial>, declared: usize) {
    let rest = trials.split_off(declared);
    let new: Vec<Trial> = rest.into_iter().filter(|trial| !trials.contains(trial)).collect();
    trials.extend(new);
}
