//! What all runs of one machine share, and one run with its judgement.

use std::sync::Arc;

use crate::asl::MachineType;
use crate::fault::{Plan, denials};
use crate::generate::Scenario;
use crate::history::History;
use crate::model::Model;
use crate::oracle::{Judgement, Oracle, Run};
use crate::sim::{Case, Limits, Start};
use crate::walk::Executor;

use super::signature;

/// A scenario, and what it does without faults.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Input and answers.
    pub scenario: Scenario,
    /// Its run without faults.
    pub history: Arc<History>,
}

/// What all runs of one machine share.
#[derive(Clone)]
pub struct Arena {
    /// The machine and what is known of it.
    pub model: Arc<Model>,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// Seed of jitter and of the random functions.
    pub seed: u64,
    /// How every execution is started.
    pub start: Start,
    /// Where a run stops.
    pub limits: Limits,
    /// The judges.
    pub oracles: Vec<&'static dyn Oracle>,
    /// Who executes the cases.
    pub executor: Executor,
}

/// One run to make: which scenario, by its position in the list of grounds, and which faults.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trial {
    /// Index of the ground.
    pub ground: usize,
    /// The faults.
    pub plan: Plan,
}

/// A run that was made.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was run.
    pub trial: Trial,
    /// What happened.
    pub history: Arc<History>,
    /// What the judges say.
    pub judgement: Judgement,
    /// Equal for runs that took the same route.
    pub signature: u64,
}

impl Arena {
    /// The case of a scenario under a plan.
    pub fn case(&self, scenario: &Scenario, plan: &Plan) -> Case {
        Case {
            machine_type: self.machine_type,
            plan: plan.clone(),
            seed: self.seed,
            limits: self.limits,
            rules: self.model.rules,
            denials: denials(&self.model),
            ..Case::started(scenario.input.clone(), self.start.clone())
        }
    }

    /// Runs a case with the answers of its scenario.
    pub fn run(&self, scenario: &Scenario, case: &Case) -> History {
        self.executor.history(&self.model.machine, case, &scenario.script)
    }

    /// The scenario with its run without faults.
    pub fn ground(&self, scenario: Scenario) -> Ground {
        let history = self.run(&scenario, &self.case(&scenario, &Plan::default()));
        Ground { scenario, history: Arc::new(history) }
    }

    /// Runs and judges a plan.
    pub fn judge(&self, grounds: &[Ground], trial: Trial) -> Judged {
        let ground = &grounds[trial.ground];
        let case = self.case(&ground.scenario, &trial.plan);
        let history = if trial.plan.is_empty() {
            ground.history.clone()
        } else {
            Arc::new(self.run(&ground.scenario, &case))
        };
        let judgement = self.judgement(ground, &case, &history);
        let signature = signature(&history);
        Judged { trial, history, judgement, signature }
    }

    /// What the judges say of a run.
    pub fn judgement(&self, ground: &Ground, case: &Case, history: &History) -> Judgement {
        let run = Run {
            model: &self.model,
            case,
            history,
            baseline: &ground.history,
            origin: ground.scenario.origin,
        };
        let mut judgement = Judgement::default();
        let is_repetition = case.plan.repetition().is_some() || case.plan.is_redriven();
        for oracle in self.oracles.iter().filter(|oracle| !is_repetition || oracle.judges_repetitions()) {
            oracle.judge(&run, &mut judgement);
        }
        judgement
    }
}
