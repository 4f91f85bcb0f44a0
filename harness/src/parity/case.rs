//! Which cases are compared: those that a search begins with.

use std::sync::Arc;

use crate::fault::Plan;
use crate::generate::{Examples, Scenario, baselines};
use crate::history::History;
use crate::search::{Arena, Ground, Trial, singles};
use crate::sim::Case;
use crate::value::Value;

/// The cases of one machine.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The scenarios, with their runs in the simulator.
    pub grounds: Vec<Ground>,
    /// What is run, baselines first.
    pub trials: Vec<Trial>,
    /// How many there would be without a limit.
    pub all: usize,
}

/// Every scenario without faults, and every single fault at every site; at most so many. Where the limit cuts, each site
/// keeps as many faults as any other.
pub fn cases(arena: &Arena, examples: &Examples, cases_max: usize) -> Cases {
    let grounds = grounds(arena, examples);
    let bare = |ground| Trial { ground, plan: Plan::default() };
    let mut trials: Vec<Trial> = (0..grounds.len()).map(bare).collect();
    trials.extend(by_turns(singles(arena, &grounds)));
    let all = trials.len();
    trials.truncate(cases_max);
    Cases { grounds, trials, all }
}

/// Every scenario under one plan.
pub fn one_case(arena: &Arena, examples: &Examples, plan: &Plan) -> Cases {
    let grounds = grounds(arena, examples);
    let trials: Vec<Trial> = (0..grounds.len()).map(|ground| Trial { ground, plan: plan.clone() }).collect();
    Cases { grounds, all: trials.len(), trials }
}

fn grounds(arena: &Arena, examples: &Examples) -> Vec<Ground> {
    let start = Case { machine_type: arena.machine_type, seed: arena.seed, ..Case::new(Value::Null) };
    let found = baselines(&arena.model, examples, start);
    let ground = |(scenario, history): (Scenario, Arc<History>)| Ground { scenario, history };
    let mut grounds: Vec<Ground> = found.scenarios.into_iter().map(ground).collect();
    if grounds.is_empty() {
        grounds.extend(found.failing.map(ground));
    }
    grounds
}

/// The first fault of every site, then the second of every site, and so on.
fn by_turns(trials: Vec<Trial>) -> Vec<Trial> {
    let mut seen: Vec<(Trial, usize)> = Vec::new();
    let mut turns = std::collections::BTreeMap::new();
    for trial in trials {
        let site = trial.plan.faults().first().map(|fault| fault.site.clone());
        let turn = turns.entry((trial.ground, site)).or_insert(0);
        seen.push((trial, *turn));
        *turn += 1;
    }
    seen.sort_by_key(|(_, turn)| *turn);
    seen.into_iter().map(|(trial, _)| trial).collect()
}
