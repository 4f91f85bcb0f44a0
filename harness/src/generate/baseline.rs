//! Scenarios that run a machine through, without faults: the user's own, and generated ones that take the ways
//! those leave out.
//!
//! Directed by coverage: run, look at the decisions of the run, change the data so that one of them goes another
//! way, run again. Breadth first, so that the first scenarios are the smallest.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::reach::{Reached, fails_as_declared, reached};
use super::repair::repaired;
use super::result::{complete, input_for};
use super::turn::{Way, turns};
use super::{Origin, Scenario};
use crate::asl::MachineType;
use crate::history::{History, Outcome, Unknown};
use crate::mock::Script;
use crate::model::Model;
use crate::sim::{self, Case, Limits};
use crate::value::Value;

/// What the user gave.
#[derive(Clone, Debug, Default)]
pub struct Examples {
    /// Inputs by name.
    pub inputs: Vec<(String, Value)>,
    /// Answers of tasks by name of the test case.
    pub scripts: Vec<(String, Script)>,
}

/// How a machine runs without faults.
#[derive(Clone, Debug)]
pub struct Baselines {
    /// The scenarios to start from, with their runs: the user's first, then those that succeed, the smallest first.
    pub scenarios: Vec<(Scenario, Arc<History>)>,
    /// Whether a scenario ends as the machine is meant to end.
    pub ending: Ending,
    /// The run that explains why none does.
    pub failing: Option<(Scenario, Arc<History>)>,
    /// Constructs that stopped runs, each once.
    pub unknowns: Vec<Unknown>,
    /// Simulated executions.
    pub runs: u64,
}

/// How the best scenario ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `SUCCEEDED`
    Succeeded,
    /// In a Fail state, which is the only end the machine has.
    DeclaredFail,
    /// No scenario that ends well was found.
    Failed,
}

impl Baselines {
    /// Whether there is a scenario to inject faults into.
    pub fn usable(&self) -> bool {
        self.ending != Ending::Failed
    }
}

/// Runs before the search for more ways is given up.
const RUNS_MAX: u64 = 200;
/// A search that leads nowhere ends earlier on machines whose runs are long.
const EVENTS_MAX: u64 = 120_000;
/// Scenarios that are kept for fault injection, besides the user's own.
const KEPT_MAX: usize = 8;
/// How often one way is tried from different decisions.
const TRIES_MAX: usize = 4;
/// Missing data that is filled in one after the other.
const REPAIRS_MAX: u32 = 12;
/// Combinations of the user's inputs and scripts.
const EXAMPLES_MAX: usize = 32;
/// A run of the search ends here: a loop that goes on so long is polling for something that never comes.
const SEARCH_LIMITS: Limits = Limits { events_max: 2_500, payload_bytes_max: 262_144, steps_max: 5_000 };

/// Finds the baselines of a machine.
pub fn baselines(model: &Model, examples: &Examples, machine_type: MachineType, seed: u64) -> Baselines {
    let mut search = Search::new(model, machine_type, seed);
    for scenario in examples_of(model, examples) {
        search.queue.push_back(Candidate { scenario, aim: None, repairs: 0 });
    }
    let generated = Scenario {
        name: "generated".to_owned(),
        input: input_for(model),
        script: Arc::new(complete(model, &Script::default())),
        origin: Origin::Generated,
    };
    if examples.inputs.is_empty() && examples.scripts.is_empty() {
        search.queue.push_back(Candidate { scenario: generated, aim: None, repairs: 0 });
    }
    search.run();
    search.finish()
}

/// Every input with every script; what the user did not give is generated.
fn examples_of(model: &Model, examples: &Examples) -> Vec<Scenario> {
    if examples.inputs.is_empty() && examples.scripts.is_empty() {
        return Vec::new();
    }
    let generated_input = [("generated input".to_owned(), input_for(model))];
    let generated_script = [("generated answers".to_owned(), Script::default())];
    let inputs = if examples.inputs.is_empty() { &generated_input[..] } else { &examples.inputs };
    let scripts = if examples.scripts.is_empty() { &generated_script[..] } else { &examples.scripts };
    let mut scenarios = Vec::new();
    for (case, script) in scripts {
        let script = Arc::new(complete(model, script));
        for (input_name, input) in inputs {
            let name = match (examples.inputs.is_empty(), examples.scripts.is_empty()) {
                (true, _) => case.clone(),
                (_, true) => input_name.clone(),
                (false, false) => format!("{case} with {input_name}"),
            };
            scenarios.push(Scenario {
                name,
                input: input.clone(),
                script: Arc::clone(&script),
                origin: if examples.inputs.is_empty() { Origin::Varied } else { Origin::User },
            });
        }
    }
    scenarios.truncate(EXAMPLES_MAX);
    scenarios
}

struct Candidate {
    scenario: Scenario,
    /// The way it was made for; not run if another scenario took that way since.
    aim: Option<Way>,
    repairs: u32,
}

struct Search<'a> {
    model: &'a Model,
    case: Case,
    queue: VecDeque<Candidate>,
    covered: BTreeSet<Reached>,
    /// How often each way was tried.
    tried: std::collections::BTreeMap<Way, usize>,
    /// What happened in runs that were looked at, so that equal runs are not looked at twice.
    seen: BTreeSet<Vec<(Way, usize)>>,
    kept: Vec<Kept>,
    failing: Option<(Scenario, Arc<History>)>,
    unknowns: Vec<Unknown>,
    runs: u64,
    events: u64,
}

struct Kept {
    scenario: Scenario,
    history: Arc<History>,
    reached: BTreeSet<Reached>,
    usable: bool,
}

impl<'a> Search<'a> {
    fn new(model: &'a Model, machine_type: MachineType, seed: u64) -> Self {
        let case = Case { machine_type, seed, limits: SEARCH_LIMITS, ..Case::new(Value::Null) };
        Self {
            model,
            case,
            queue: VecDeque::new(),
            covered: BTreeSet::new(),
            tried: std::collections::BTreeMap::new(),
            seen: BTreeSet::new(),
            kept: Vec::new(),
            failing: None,
            unknowns: Vec::new(),
            runs: 0,
            events: 0,
        }
    }

    fn run(&mut self) {
        while self.runs < RUNS_MAX && self.events < EVENTS_MAX {
            let Some(candidate) = self.queue.pop_front() else { break };
            if candidate.aim.is_some_and(|way| self.has_taken(way)) && self.has_succeeded() {
                continue;
            }
            self.look_at(candidate);
        }
    }

    fn look_at(&mut self, candidate: Candidate) {
        let user = candidate.scenario.origin == Origin::User;
        let case = Case {
            input: candidate.scenario.input.clone(),
            limits: if user { Limits::default() } else { SEARCH_LIMITS },
            ..self.case.clone()
        };
        let script = Arc::clone(&candidate.scenario.script);
        let history = Arc::new(sim::run(&self.model.machine, &case, &mut script.responder()));
        self.runs += 1;
        self.events += history.events.len() as u64;
        if let Outcome::Unknown(unknown) = &history.outcome
            && !self.unknowns.contains(unknown)
        {
            self.unknowns.push(unknown.clone());
        }
        self.repair(&candidate, &history);
        self.turn(&candidate, &history);
        self.keep(candidate.scenario, history);
    }

    /// A run that failed on generated data is tried again with what was missing.
    fn repair(&mut self, candidate: &Candidate, history: &History) {
        let failed = matches!(history.outcome, Outcome::Failed { .. });
        if !failed || candidate.repairs >= REPAIRS_MAX || fails_as_declared(&self.model.machine, history) {
            return;
        }
        if let Some(scenario) = repaired(self.model, &candidate.scenario, history) {
            let repairs = candidate.repairs + 1;
            self.queue.push_front(Candidate { scenario, aim: candidate.aim, repairs });
        }
    }

    /// Other ways that the run could have taken. Ways that were taken already matter only while nothing succeeds.
    fn turn(&mut self, candidate: &Candidate, history: &History) {
        let decisions =
            history.decisions.iter().map(|decision| ((decision.state, decision.rule), 0)).collect();
        if !self.seen.insert(decisions) {
            return;
        }
        let hopeless = !history.outcome.succeeded() && !self.has_succeeded();
        for turn in turns(self.model, history) {
            let tries = self.tried.get(&turn.way).copied().unwrap_or(0);
            let fresh = !self.has_taken(turn.way) && tries < TRIES_MAX;
            let again = hopeless && turn.visit < 2 && tries < TRIES_MAX * 4;
            if !fresh && !again {
                continue;
            }
            let scenarios = turn.scenarios(self.model, history, &candidate.scenario);
            if !scenarios.is_empty() {
                *self.tried.entry(turn.way).or_default() += 1;
            }
            let aim = Some(turn.way);
            self.queue.extend(scenarios.into_iter().map(|scenario| Candidate { scenario, aim, repairs: 0 }));
        }
    }

    fn keep(&mut self, scenario: Scenario, history: Arc<History>) {
        let reached = reached(&history);
        let declared = fails_as_declared(&self.model.machine, &history);
        let succeeded = history.outcome.succeeded();
        let user = scenario.origin == Origin::User;
        if !succeeded && !declared && self.failing.is_none() {
            self.failing = Some((scenario.clone(), Arc::clone(&history)));
        }
        // A generated run that breaks says more about the generator than about the machine.
        if !(user || succeeded || declared) {
            return;
        }
        let new = reached.iter().any(|item| !self.covered.contains(item));
        if new || user {
            self.covered.extend(&reached);
            self.kept.push(Kept { scenario, history, reached, usable: succeeded || declared });
        }
    }

    fn has_taken(&self, way: Way) -> bool {
        self.covered.contains(&Reached::Way(way.0, way.1))
    }

    fn has_succeeded(&self) -> bool {
        self.covered.contains(&Reached::Success)
    }

    fn finish(mut self) -> Baselines {
        let succeeded = self.kept.iter().any(|kept| kept.history.outcome.succeeded());
        let start = self.model.machine.scope(crate::asl::ScopeId::TOP).start;
        let ending = if succeeded {
            Ending::Succeeded
        } else if self.kept.iter().any(|kept| kept.usable) && !self.model.graph.can_end_well(start) {
            Ending::DeclaredFail
        } else {
            Ending::Failed
        };
        let scenarios = self.cover();
        let failing =
            if ending == Ending::Failed { self.failing.or_else(|| scenarios.first().cloned()) } else { None };
        Baselines { scenarios, ending, failing, unknowns: self.unknowns, runs: self.runs }
    }

    /// The user's scenarios, then as few others as cover the rest: those that succeed before others, the smaller
    /// before the larger.
    fn cover(&mut self) -> Vec<(Scenario, Arc<History>)> {
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_by_key(|kept| {
            let user = kept.scenario.origin == Origin::User;
            (!user, !kept.history.outcome.succeeded(), kept.history.events.len())
        });
        let mut covered = BTreeSet::new();
        let mut chosen = Vec::new();
        let mut rest = kept;
        while !rest.is_empty() && chosen.len() < EXAMPLES_MAX {
            let gain = |kept: &Kept| kept.reached.difference(&covered).count();
            let forced = rest.iter().position(|kept| kept.scenario.origin == Origin::User);
            let best = rest
                .iter()
                .enumerate()
                .max_by_key(|(at, kept)| (kept.history.outcome.succeeded(), gain(kept), usize::MAX - at));
            let Some(at) = forced.or(best.map(|(at, _)| at)) else { break };
            let found = rest.remove(at);
            let new = found.reached.iter().any(|item| !covered.contains(item));
            let generated = found.scenario.origin != Origin::User;
            if generated && (!new || chosen.len() >= KEPT_MAX) {
                continue;
            }
            covered.extend(found.reached);
            chosen.push((found.scenario, found.history));
        }
        chosen
    }
}
