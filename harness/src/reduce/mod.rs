//! Makes the case that shows a finding smaller, whatever phase it came from: fewer faults, shorter bursts, less input,
//! smaller answers. A smaller case counts only if it shows the same finding. Values are dropped and lists cut
//! short; none is invented, so that what is left is still what the user gave.

mod plans;
mod values;

use std::sync::Arc;

use crate::fault::Plan;
use crate::generate::Scenario;
use crate::history::History;
use crate::mock::{Reply, Script};
use crate::oracle::{Fingerprint, Violation};
use crate::search::{Arena, Budget, Ground};
use crate::sim::Case;
use crate::value::Value;

/// A case that shows a finding.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Input and answers, with their run without faults.
    pub ground: Ground,
    /// The faults.
    pub plan: Plan,
    /// The whole case.
    pub case: Case,
    /// What happens.
    pub history: Arc<History>,
    /// What is wrong with it.
    pub violation: Violation,
}

/// The smallest case that was found to show the same: the same rule, state and route, and without faults the same
/// status as before.
pub fn reduce(arena: &Arena, proof: Proof, budget: &Budget) -> Proof {
    let mut reducer = Reducer {
        arena,
        fingerprint: proof.violation.fingerprint(),
        proof,
        runs_left: budget.reduce_runs_max,
        events_left: budget.reduce_events_max,
    };
    loop {
        let before = reducer.runs_left;
        let smaller_plan = reducer.plans();
        let smaller_data = reducer.inputs() | reducer.answers();
        if !(smaller_plan || smaller_data) || reducer.runs_left == 0 || reducer.runs_left == before {
            return reducer.proof;
        }
    }
}

struct Reducer<'a> {
    arena: &'a Arena,
    fingerprint: Fingerprint,
    /// The smallest so far.
    proof: Proof,
    runs_left: u64,
    events_left: u64,
}

impl Reducer<'_> {
    /// Tries smaller plans until none shows the finding; says whether one did.
    fn plans(&mut self) -> bool {
        let mut any = false;
        while let Some(plan) = plans::smaller(&self.proof.plan).into_iter().find_map(|plan| {
            let ground = self.proof.ground.clone();
            self.shows(&ground, &plan)
        }) {
            self.proof = plan;
            any = true;
        }
        any
    }

    fn inputs(&mut self) -> bool {
        let input = self.proof.ground.scenario.input.clone();
        values::shrink(&input, &mut |input| {
            let scenario = Scenario { input: input.clone(), ..self.proof.ground.scenario.clone() };
            self.try_scenario(scenario)
        })
    }

    fn answers(&mut self) -> bool {
        let mut any = self.only_called();
        let paths: Vec<_> = self.proof.ground.scenario.script.answers.keys().cloned().collect();
        for path in paths {
            any |= self.results_of(&path);
        }
        any
    }

    /// Answers of states that are never called say nothing.
    fn only_called(&mut self) -> bool {
        let machine = &self.arena.model.machine;
        let before = self.proof.history.before.iter().flat_map(|before| &before.history.attempts);
        let attempts =
            self.proof.history.attempts.iter().chain(&self.proof.ground.history.attempts).chain(before);
        let called: Vec<_> = attempts.map(|attempt| machine.state(attempt.state).path.clone()).collect();
        let mut script = Script::clone(&self.proof.ground.scenario.script);
        let before = script.answers.len();
        let is_reader = |path: &str| machine.find(path).is_some_and(|state| state.task().is_none());
        script.answers.retain(|path, _| called.contains(path) || is_reader(path));
        script.answers.len() < before && self.try_script(script)
    }

    fn results_of(&mut self, path: &Arc<str>) -> bool {
        let mut any = false;
        let count =
            self.proof.ground.scenario.script.answers.get(path).map_or(0, |answers| answers.calls.len());
        for at in 0..count {
            let Some(result) = self.result_at(path, at) else { continue };
            any |= values::shrink(&result, &mut |smaller| {
                let mut script = Script::clone(&self.proof.ground.scenario.script);
                let answers = script.answers.get_mut(path);
                let Some(answer) = answers.and_then(|answers| answers.calls.get_mut(at)) else {
                    return false;
                };
                answer.reply = Reply::Return(smaller.clone());
                self.try_script(script)
            });
        }
        any
    }

    fn result_at(&self, path: &str, at: usize) -> Option<Value> {
        match &self.proof.ground.scenario.script.answers.get(path)?.calls.get(at)?.reply {
            Reply::Return(result) => Some(result.clone()),
            Reply::Throw { .. } | Reply::Silence | Reply::Unmocked(_) => None,
        }
    }

    fn try_script(&mut self, script: Script) -> bool {
        let scenario = Scenario { script: Arc::new(script), ..self.proof.ground.scenario.clone() };
        self.try_scenario(scenario)
    }

    fn try_scenario(&mut self, scenario: Scenario) -> bool {
        if !self.may_run() {
            return false;
        }
        let ground = self.arena.ground(scenario);
        self.count(&ground.history);
        // What fails without faults would no longer show what the faults do.
        if ground.history.outcome.status() != self.proof.ground.history.outcome.status() {
            return false;
        }
        let plan = self.proof.plan.clone();
        let Some(proof) = self.shows(&ground, &plan) else { return false };
        self.proof = proof;
        true
    }

    /// The proof that this case is, if it shows the finding.
    fn shows(&mut self, ground: &Ground, plan: &Plan) -> Option<Proof> {
        if !self.may_run() {
            return None;
        }
        let case = self.arena.case(&ground.scenario, plan);
        let history = if plan.is_empty() {
            ground.history.clone()
        } else {
            Arc::new(self.arena.run(&ground.scenario, &case))
        };
        self.count(&history);
        let judgement = self.arena.judgement(ground, &case, &history);
        let violation = judgement.violations().iter().find(|violation| self.is_same(violation))?.clone();
        Some(Proof { ground: ground.clone(), plan: plan.clone(), case, history, violation })
    }

    fn is_same(&self, violation: &Violation) -> bool {
        violation.state == self.proof.violation.state
            && violation.severity >= self.proof.violation.severity
            && violation.fingerprint() == self.fingerprint
    }

    fn may_run(&self) -> bool {
        self.runs_left > 0 && self.events_left > 0
    }

    fn count(&mut self, history: &History) {
        self.runs_left = self.runs_left.saturating_sub(1);
        self.events_left = self.events_left.saturating_sub(history.events.len() as u64);
    }
}
