//! The runs of what is set up: every input under the plan.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use super::{Stage, Subject};
use crate::bdd::failed::{Failed, Wrong};
use crate::campaign::{Finding, findings_of};
use crate::fault::Plan;
use crate::generate::Scenario;
use crate::history::{History, Outcome};
use crate::oracle::Judgement;
use crate::search::{Arena, Budget, Ground, Judged, Trial};
use crate::sim::Case;

/// All runs, and what they are runs of.
#[derive(Clone)]
pub(in crate::bdd) struct Results {
    #[expect(dead_code, reason = "read by sentences to come")]
    pub(in crate::bdd) subject: Arc<Subject>,
    pub(in crate::bdd) arena: Arena,
    /// Those that could be judged; the one with the fewest and shortest faults first.
    pub(in crate::bdd) runs: Vec<Run>,
    /// Why not everything that was asked for is known, a clause each: runs that could not be judged, a budget that was
    /// spent.
    pub(in crate::bdd) doubts: Vec<String>,
    findings: OnceLock<Vec<Finding>>,
}

/// One run with its judgement.
#[derive(Clone, Debug)]
pub(in crate::bdd) struct Run {
    pub(in crate::bdd) scenario: Scenario,
    pub(in crate::bdd) case: Case,
    pub(in crate::bdd) history: Arc<History>,
    /// The same without faults.
    pub(in crate::bdd) baseline: Arc<History>,
    pub(in crate::bdd) judgement: Judgement,
}

impl std::fmt::Debug for Results {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Results").field("runs", &self.runs.len()).finish_non_exhaustive()
    }
}

impl Results {
    /// Runs what is set up.
    pub(super) fn of(stage: &Stage) -> Result<Self, Failed> {
        let subject = stage.subject()?;
        let setup = &stage.setup;
        let arena = stage.arena(&subject);
        let plan = setup.trouble.plan();
        let (mut runs, doubts) = (Vec::new(), Vec::new());
        for scenario in stage.scenarios(&subject)? {
            runs.push(run(stage, &arena, scenario, &plan)?);
        }
        let results = Self { subject, arena, runs, doubts, findings: OnceLock::new() };
        results.check_struck(&plan)?;
        Ok(results)
    }

    /// What the judges say of all runs together: one finding for each cause, the most severe first. What they did not
    /// find, they may have missed where [`Results::sure`] fails.
    #[expect(dead_code, reason = "asked by sentences to come")]
    pub(in crate::bdd) fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| {
            let (grounds, judged): (Vec<_>, Vec<_>) =
                self.runs.iter().enumerate().map(|(at, run)| (run.ground(), run.judged(at))).unzip();
            // The faults are those that the feature names: there is nothing to make smaller.
            let budget = Budget { reduce_runs_max: 0, ..Budget::default() };
            findings_of(&self.arena, &grounds, &judged, &budget, NonZeroUsize::MIN)
        })
    }

    /// What holds in all runs is only known to hold if nothing is in doubt.
    pub(in crate::bdd) fn sure(&self) -> Result<(), Failed> {
        match &self.doubts[..] {
            [] => Ok(()),
            doubts => Err(Failed::Inconclusive(doubts.join("; "))),
        }
    }

    /// A fault that strikes in no run is a mistake of the feature: what it asks for would be proven of nothing.
    fn check_struck(&self, plan: &Plan) -> Result<(), Failed> {
        for (at, fault) in plan.faults().iter().enumerate() {
            let struck = |run: &Run| {
                let first = run.history.before.as_ref().map_or(&*run.history, |before| &before.history);
                first.injected.iter().any(|injected| injected.fault == at)
            };
            if !self.runs.iter().any(struck) {
                let fault = fault.display(&self.arena.model.machine).to_string();
                let wrong = Wrong::new(format!("the fault `{fault}` strikes in no run"));
                return Err(wrong.help("its task is not reached, or the fault means nothing there").into());
            }
        }
        Ok(())
    }
}

impl Run {
    fn ground(&self) -> Ground {
        Ground { scenario: self.scenario.clone(), history: Arc::clone(&self.baseline) }
    }

    fn judged(&self, ground: usize) -> Judged {
        Judged {
            trial: Trial { ground, plan: self.case.plan.clone() },
            history: Arc::clone(&self.history),
            judgement: self.judgement.clone(),
            signature: 0,
        }
    }
}

fn run(stage: &Stage, arena: &Arena, scenario: Scenario, plan: &Plan) -> Result<Run, Failed> {
    let backend = stage.terms.backend;
    let made = |case: &Case| {
        let made = backend.run(&arena.model.machine, case, &scenario.script);
        made.map(Arc::new).map_err(|cannot| Failed::Skipped(cannot.to_string()))
    };
    let case = arena.case(&scenario, plan);
    let baseline = made(&arena.case(&scenario, &Plan::default()))?;
    let history = if plan.is_empty() { Arc::clone(&baseline) } else { made(&case)? };
    if let Outcome::Unknown(unknown) = &history.outcome {
        let place = arena.model.machine.locate(&unknown.pointer);
        return Err(Failed::Inconclusive(format!("{place}: {unknown}")));
    }
    let ground = Ground { scenario: scenario.clone(), history: Arc::clone(&baseline) };
    let judgement = arena.judgement(&ground, &case, &history);
    Ok(Run { scenario, case, history, baseline, judgement })
}
