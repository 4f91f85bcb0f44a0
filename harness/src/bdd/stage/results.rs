//! The runs of what is set up: every input under the plan.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use super::searched::searched;
use super::startable::{Family, Kin, With};
use super::started::Started;
use super::{Accepting, Stage, lacking, struck, swollen};
use crate::asl::Machine;
use crate::bdd::failed::Failed;
use crate::campaign::{Finding, findings_of};
use crate::fault::Plan;
use crate::generate::Scenario;
use crate::history::{History, Outcome};
use crate::oracle::Judgement;
use crate::search::{Arena, Budget, Ground, Judged, Trial};
use crate::sim::Case;
use crate::walk::Halt;

/// All runs, and what they are runs of.
#[derive(Clone)]
pub(in crate::bdd) struct Results {
    pub(in crate::bdd) arena: Arena,
    /// Those that could be judged; the one with the fewest and shortest faults first.
    pub(in crate::bdd) runs: Vec<Run>,
    /// Why not everything that was asked for is known, a clause each: runs that could not be judged, a budget that was
    /// spent.
    pub(in crate::bdd) doubts: Vec<String>,
    /// How small findings are made: not at all where the feature names the faults.
    pub(super) reduction: Budget,
    /// What is accepted of them.
    pub(super) accepting: Accepting,
    pub(super) findings: OnceLock<Vec<Finding>>,
    /// The machines that could be started.
    pub(super) kin: Vec<Kin>,
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
    /// The executions that it started.
    pub(in crate::bdd) started: Started,
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
        let arena = stage.arena(&subject);
        let scenarios = stage.scenarios(&subject)?;
        let family = Family::of(stage, &subject)?;
        match stage.setup.trouble.quest() {
            Some(quest) => searched(stage, &subject, arena, scenarios, quest),
            None => Self::named(stage, arena, scenarios, &family, stage.accepting(&subject)),
        }
    }

    /// Runs every input with the faults that the feature names.
    fn named(
        stage: &Stage,
        arena: Arena,
        scenarios: Vec<Scenario>,
        family: &Family,
        accepting: Accepting,
    ) -> Result<Self, Failed> {
        let (trouble, machine) = (&stage.setup.trouble, &arena.model.machine);
        trouble.fits(machine)?;
        lacking::check(trouble, &scenarios)?;
        let (mut runs, mut doubts) = (Vec::new(), Vec::new());
        for scenario in scenarios {
            let run = run(stage, &arena, scenario, family)?;
            if let Outcome::Unknown(unknown) = &run.history.outcome {
                let (place, name) = (machine.locate(&unknown.pointer), &run.scenario.name);
                doubts.push(format!("{place}: {unknown} ({name})"));
            } else {
                runs.push(run);
            }
        }
        if runs.is_empty() && !doubts.is_empty() {
            return Err(Failed::Inconclusive(doubts.join("; ")));
        }
        let histories: Vec<&History> = runs.iter().map(|run| &*run.history).collect();
        struck::check(trouble, machine, &histories)?;
        swollen::check(trouble.swollen(), machine, &histories)?;
        drop(histories);
        family.check(&runs)?;
        let reduction = Budget { reduce_runs_max: 0, ..Budget::default() };
        let kin = family.kin.clone();
        Ok(Self { arena, runs, doubts, reduction, accepting, findings: OnceLock::new(), kin })
    }

    /// What the judges say of all runs together: one finding for each cause, the most severe first. What they did not
    /// find, they may have missed where [`Results::sure`] fails. What is accepted is among them, marked.
    pub(in crate::bdd) fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| {
            let (grounds, judged): (Vec<_>, Vec<_>) =
                self.runs.iter().enumerate().map(|(at, run)| (run.ground(), run.judged(at))).unzip();
            let findings = findings_of(&self.arena, &grounds, &judged, &self.reduction, NonZeroUsize::MIN);
            self.accepting.marked(&self.arena.model.machine, findings)
        })
    }

    /// What holds in all runs is only known to hold if nothing is in doubt.
    pub(in crate::bdd) fn sure(&self) -> Result<(), Failed> {
        match &self.doubts[..] {
            [] => Ok(()),
            doubts => Err(Failed::Inconclusive(doubts.join("; "))),
        }
    }
}

impl Run {
    /// Whether nothing goes wrong, neither here nor in what it starts.
    pub(in crate::bdd) fn is_usual(&self) -> bool {
        self.case.plan.is_empty() && self.started.faults.is_empty()
    }

    /// The faults, in the notation of plans, and those elsewhere.
    pub(in crate::bdd) fn faults(&self, machine: &Machine) -> String {
        let own = self.case.plan.display(machine).to_string();
        let all = std::iter::once(&own).chain(self.started.faults.iter()).filter(|text| !text.is_empty());
        all.map(String::as_str).collect::<Vec<_>>().join(" + ")
    }

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

fn run(stage: &Stage, arena: &Arena, usual: Scenario, family: &Family) -> Result<Run, Failed> {
    let (trouble, machine) = (&stage.setup.trouble, &arena.model.machine);
    let made = |scenario: &Scenario, case: &Case, with: With| {
        if !family.kin.is_empty() {
            return Ok(Arc::new(family.run(arena, scenario, case, with).0));
        }
        let made = stage.terms.executor.execute(machine, case, &scenario.script);
        made.map(Arc::new).map_err(|halt| match halt {
            Halt::Cannot(cannot) => Failed::Skipped(cannot.to_string()),
            Halt::Unanswered(why) => Failed::Inconclusive(why.to_string()),
        })
    };
    let baseline = made(&usual, &arena.case(&usual, &Plan::default()), With::Nothing)?;
    let scenario = match trouble.swollen() {
        [] => usual,
        tasks => swollen::scenario(&usual, machine, tasks)?,
    };
    let causes = trouble.causes();
    let case = |plan: &Plan| Case { causes: Arc::clone(&causes), ..arena.case(&scenario, plan) };
    let is_usual = trouble.swollen().is_empty() && !family.is_struck();
    let (plan, history) = struck::settle(trouble, machine, &mut |plan| {
        if plan.is_empty() && is_usual {
            Ok(Arc::clone(&baseline))
        } else {
            made(&scenario, &case(plan), With::Faults)
        }
    })?;
    let case = case(&plan);
    let started = family.started(arena, &scenario, &case);
    let ground = Ground { scenario, history: baseline };
    let judgement = arena.judgement(&ground, &case, &history);
    Ok(Run { scenario: ground.scenario, case, history, baseline: ground.history, judgement, started })
}
