//! Scenarios that run a machine through, without faults: the user's own, and generated ones that take the ways
//! those leave out.
//!
//! Directed by coverage: run, look at the decisions of the run, change the data so that one of them goes another
//! way, run again. Breadth first, so that the first scenarios are the smallest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::gap::blamed;
use super::reach::{Reached, fails_as_declared, reached};
use super::repair::repaired;
use super::result::{complete, input_for};
use super::turn::{Turn, Way, is_no_way, turns};
use super::{Origin, Scenario};
use crate::asl::StateId;
use crate::history::{History, Outcome, Unknown};
use crate::mock::{Script, Then};
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
    /// Runs that fail without a fault, and for which the definition is to blame: one of each read or Choice.
    pub blamed: Vec<(Scenario, Arc<History>)>,
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
/// Entries of one Choice state whose decisions are turned for the sake of another.
const VISITS_MAX: usize = 3;
/// Missing data that is filled in one after the other.
const REPAIRS_MAX: u32 = 12;
/// Reads and Choices that are looked at, where the definition is to blame for a failure.
const BLAMED_MAX: usize = 8;
/// Combinations of the user's inputs and scripts.
const EXAMPLES_MAX: usize = 32;
/// Events and steps of one run of the search, for small machines and for each state of large ones: a loop that goes
/// on for longer polls for something that never comes.
const RUN_EVENTS_MIN: u32 = 2_500;
const RUN_EVENTS_PER_STATE: u32 = 8;

/// Where a run of the search ends; the service's own limits are never exceeded.
fn search_limits(model: &Model) -> Limits {
    let full = Limits::default();
    let states = u32::try_from(model.machine.states.len()).unwrap_or(u32::MAX);
    let events_max = states.saturating_mul(RUN_EVENTS_PER_STATE).max(RUN_EVENTS_MIN).min(full.events_max);
    Limits { events_max, steps_max: u64::from(events_max) * 2, ..full }
}

/// Finds the baselines of a machine. `case` says how executions are started; its input and its limits do not count.
pub fn baselines(model: &Model, examples: &Examples, case: Case) -> Baselines {
    let mut search = Search::new(model, case);
    for scenario in examples_of(model, examples) {
        search.queue.push_back(Candidate { scenario, aim: None, repairs: 0, example: true });
    }
    let generated = Scenario {
        name: "generated".to_owned(),
        input: input_for(model),
        script: Arc::new(complete(model, &Script::default())),
        origin: Origin::Generated,
    };
    if examples.inputs.is_empty() && examples.scripts.is_empty() {
        search.queue.push_back(Candidate { scenario: generated, aim: None, repairs: 0, example: false });
    }
    search.run();
    search.retry_in_full();
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
    /// Whether the user gave it, or the part of it that matters.
    example: bool,
}

impl Candidate {
    fn turned(scenario: Scenario, aim: Way) -> Self {
        Self { scenario, aim: Some(aim), repairs: 0, example: false }
    }
}

/// A state, and the error that it fails with.
type Blame = (StateId, Option<Arc<str>>);

struct Search<'a> {
    model: &'a Model,
    case: Case,
    queue: VecDeque<Candidate>,
    covered: BTreeSet<Reached>,
    /// How often each way was tried.
    tried: BTreeMap<Way, usize>,
    /// What happened in runs that were looked at, so that equal runs are not looked at twice.
    seen: BTreeSet<Vec<Way>>,
    kept: Vec<Kept>,
    blamed: BTreeMap<Blame, (Scenario, Arc<History>)>,
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
    example: bool,
}

impl<'a> Search<'a> {
    fn new(model: &'a Model, case: Case) -> Self {
        let case = Case { limits: search_limits(model), rules: model.rules, ..case };
        Self {
            model,
            case,
            queue: VecDeque::new(),
            covered: BTreeSet::new(),
            tried: BTreeMap::new(),
            seen: BTreeSet::new(),
            kept: Vec::new(),
            blamed: BTreeMap::new(),
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
        let case = Case {
            input: candidate.scenario.input.clone(),
            limits: if candidate.example { Limits::default() } else { self.case.limits },
            ..self.case.clone()
        };
        let script = Arc::clone(&candidate.scenario.script);
        let history = Arc::new(sim::run(&self.model.machine, &case, &mut script.responder()));
        self.runs += 1;
        self.events += history.events.len() as u64;
        if let Outcome::Unknown(unknown) = &history.outcome
            && !self.unknowns.contains(unknown)
            && !self.cut_short(&history)
        {
            self.unknowns.push(unknown.clone());
        }
        if !candidate.example
            && self.blamed.len() < BLAMED_MAX
            && let Some(found) = blamed(self.model, &history)
        {
            let key = (found.record.state, found.path.clone());
            let proof = || (candidate.scenario.clone(), Arc::clone(&history));
            self.blamed.entry(key).or_insert_with(proof);
        }
        if candidate.aim.is_some_and(|way| is_no_way(self.model, way)) {
            return;
        }
        let repaired = self.repair(&candidate, &history);
        self.turn(&candidate, &history);
        self.keep(candidate, history, repaired);
    }

    /// A run that failed on generated data is tried again with what was missing.
    fn repair(&mut self, candidate: &Candidate, history: &History) -> bool {
        let failed = matches!(history.outcome, Outcome::Failed { .. });
        if !failed || candidate.repairs >= REPAIRS_MAX || fails_as_declared(&self.model.machine, history) {
            return false;
        }
        let Some(scenario) = repaired(self.model, &candidate.scenario, history) else { return false };
        let repairs = candidate.repairs + 1;
        // With a generated input the repaired example takes the place of the broken one.
        let example = candidate.example && candidate.scenario.origin != Origin::User;
        self.queue.push_front(Candidate { scenario, aim: candidate.aim, repairs, example });
        true
    }

    /// Other ways that the run could have taken.
    fn turn(&mut self, candidate: &Candidate, history: &History) {
        let ways: Vec<Way> =
            history.decisions.iter().map(|decision| (decision.state, decision.rule)).collect();
        let new = ways.iter().position(|way| !self.has_taken(*way)).map(|at| (at, ways[at]));
        if !self.seen.insert(ways) {
            return;
        }
        let mut found = Vec::new();
        for turn in turns(self.model, history) {
            let Some(aim) = self.aim(&turn, history, new) else { continue };
            let scenarios = turn.scenarios(self.model, history, &candidate.scenario);
            if !scenarios.is_empty() {
                *self.tried.entry(aim).or_default() += 1;
            }
            found.extend(scenarios.into_iter().map(|scenario| Candidate::turned(scenario, aim)));
        }
        // A run that succeeds is built on at once, so that one scenario covers much; others wait their turn.
        if history.outcome.succeeded() {
            found.into_iter().rev().for_each(|candidate| self.queue.push_front(candidate));
        } else {
            self.queue.extend(found);
        }
    }

    /// What a turn is taken for: its own way if no scenario has it yet. A run that got somewhere new and broke
    /// later takes any turn after that, because it is good for nothing until it ends well.
    fn aim(&self, turn: &Turn, history: &History, new: Option<(usize, Way)>) -> Option<Way> {
        let tries = |way: Way| self.tried.get(&way).copied().unwrap_or(0);
        if is_no_way(self.model, turn.way) {
            return (tries(turn.way) == 0).then_some(turn.way);
        }
        if !self.has_taken(turn.way) && tries(turn.way) < TRIES_MAX {
            return Some(turn.way);
        }
        if history.outcome.succeeded()
            || fails_as_declared(&self.model.machine, history) && self.has_succeeded()
        {
            return None;
        }
        let (at, way) = new?;
        let rescues = turn.position > at || !self.has_succeeded();
        (rescues && turn.visit < VISITS_MAX && tries(way) < TRIES_MAX * 4).then_some(way)
    }

    fn keep(&mut self, candidate: Candidate, history: Arc<History>, repaired: bool) {
        let Candidate { scenario, example, .. } = candidate;
        let reached = reached(&history);
        let declared = fails_as_declared(&self.model.machine, &history);
        let succeeded = history.outcome.succeeded();
        let example = example && !(repaired && scenario.origin != Origin::User);
        if !succeeded && !declared && self.failing.is_none() {
            self.failing = Some((scenario.clone(), Arc::clone(&history)));
        }
        // A generated run that breaks says more about the generator than about the machine.
        if !(example || succeeded || declared) {
            return;
        }
        let new = reached.iter().any(|item| !self.covered.contains(item));
        if new || example {
            if succeeded && !self.has_succeeded() {
                // What was tried on the way to the first success says nothing of what is left.
                self.tried.clear();
            }
            self.covered.extend(&reached);
            self.kept.push(Kept { scenario, history, reached, usable: succeeded || declared, example });
        }
    }

    /// What the search cut short may still end well: the first such run decides with the service's own limits.
    fn retry_in_full(&mut self) {
        if self.kept.iter().any(|kept| kept.usable) {
            return;
        }
        let Some((scenario, history)) = self.failing.take() else { return };
        if !self.cut_short(&history) {
            self.failing = Some((scenario, history));
            return;
        }
        self.case.limits = Limits::default();
        self.look_at(Candidate { scenario, aim: None, repairs: REPAIRS_MAX, example: false });
    }

    /// Whether a run met the limits of the search, not those of the service.
    fn cut_short(&self, history: &History) -> bool {
        match &history.outcome {
            Outcome::Unknown(unknown) => unknown.construct == "step budget",
            Outcome::Failed { .. } => history.events.len() == search_limits(self.model).events_max as usize,
            Outcome::Succeeded { .. } | Outcome::TimedOut { .. } | Outcome::Aborted { .. } => false,
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
        let blamed = self.blamed.into_values().collect();
        Baselines { scenarios, ending, blamed, failing, unknowns: self.unknowns, runs: self.runs }
    }

    /// The user's scenarios, then as few others as cover the rest: those that succeed before others, the smaller
    /// before the larger.
    fn cover(&mut self) -> Vec<(Scenario, Arc<History>)> {
        let (mut chosen, mut rest): (Vec<Kept>, Vec<Kept>) =
            std::mem::take(&mut self.kept).into_iter().partition(|kept| kept.example);
        let mut covered: BTreeSet<Reached> =
            chosen.iter().flat_map(|kept| kept.reached.iter().copied()).collect();
        rest.sort_by_key(Kept::rank);
        let mut generated = Vec::new();
        while generated.len() < KEPT_MAX {
            let gain = |kept: &Kept| kept.reached.difference(&covered).count();
            let useful = rest.iter().enumerate().filter(|(_, kept)| gain(kept) > 0);
            let best = useful
                .max_by_key(|(at, kept)| (kept.history.outcome.succeeded(), gain(kept), usize::MAX - at));
            let Some((at, _)) = best else { break };
            let found = rest.remove(at);
            covered.extend(&found.reached);
            generated.push(found);
        }
        generated.sort_by_key(Kept::rank);
        chosen.append(&mut generated);
        chosen.into_iter().map(Kept::ready_for_faults).collect()
    }
}

impl Kept {
    /// Its own run needed no more answers than there are; runs with faults may.
    fn ready_for_faults(self) -> (Scenario, Arc<History>) {
        let script = &self.scenario.script;
        let ends = script.answers.values().any(|sequence| sequence.then == Then::Unmocked);
        let script = if ends { Arc::new(script.repeating()) } else { Arc::clone(script) };
        (Scenario { script, ..self.scenario }, self.history)
    }

    /// Successful runs first, then the shorter.
    fn rank(&self) -> (bool, usize) {
        (!self.history.outcome.succeeded(), self.history.events.len())
    }
}

#[cfg(test)]
#[path = "baseline_tests.rs"]
mod tests;
