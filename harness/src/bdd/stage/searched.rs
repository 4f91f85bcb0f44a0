//! The runs of a search: every fault that can strike, one after the other, from every input.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use super::setup::Inputs;
use super::started::Started;
use super::trouble::Quest;
use super::witness::witness;
use super::{Accepting, Results, Run, Stage, Subject};
use super::{Asked, Which};
use crate::asl::StateId;
use crate::bdd::failed::{Failed, Unmet, Wrong};
use crate::campaign::{MachineOutcome, MachineVerdict};
use crate::fault::{Burst, Plan};
use crate::generate::{Origin, Scenario};
use crate::history::{History, Outcome};
use crate::search::{Aim, Arena, Budget, Ground, Judged, Phase, Search, Trial, aimed, search};

/// A search from all inputs together; in words, since a limit that is reached makes what holds a guess.
const BUDGET: Budget = Budget {
    runs_max: 20_000,
    events_max: 1_500_000,
    // Every second fault that a first one leads to.
    rejoined_max: 20_000,
    explore_cases: 0,
    reduce_runs_max: 200,
    reduce_events_max: 200_000,
};

/// Searches from what is set up.
pub(super) fn searched(
    stage: &Stage,
    subject: &Arc<Subject>,
    arena: Arena,
    scenarios: Vec<Scenario>,
    quest: &Quest,
) -> Result<Results, Failed> {
    let accepting = stage.accepting(subject);
    let mut found = Found { runs: Vec::new(), doubts: Vec::new(), unknown: 0 };
    let show_values = stage.terms.show_values;
    if *quest == Quest::Everything {
        let outcome = campaign(stage, subject, &arena, scenarios, &mut found)?;
        let findings = accepting.marked(&arena.model.machine, outcome.findings);
        let results = found.results(arena, quest, accepting)?;
        let _ = results.findings.set(findings);
        return Ok(results);
    }
    let grounds = grounds(&arena, scenarios, show_values)?;
    match quest {
        Quest::Aimed { path, class } => {
            let state = path.as_deref().and_then(|path| arena.model.machine.find(path)).map(|state| state.id);
            let trials = aimed(&arena, &grounds, Aim { state, class: *class });
            one_by_one(&arena, &grounds, trials, &mut found);
            if found.is_empty() {
                return Err(nothing_there(&arena, &grounds, state, *class).into());
            }
        }
        Quest::Single => by_phases(&arena, &grounds, &[Phase::Singles], &mut found),
        Quest::Two => by_phases(&arena, &grounds, &[Phase::Singles, Phase::Pairs], &mut found),
        Quest::Everything => unreachable!("a campaign finds its own grounds"),
    }
    found.results(arena, quest, accepting)
}

/// What was found so far.
struct Found {
    runs: Vec<Run>,
    doubts: Vec<String>,
    /// Runs that could not be judged.
    unknown: usize,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.unknown == 0
    }

    fn take(&mut self, arena: &Arena, ground: &Ground, judged: &Judged) {
        let plan = &judged.trial.plan;
        if let Outcome::Unknown(unknown) = &judged.history.outcome {
            if self.unknown == 0 {
                let machine = &arena.model.machine;
                let (place, plan) = (machine.locate(&unknown.pointer), plan.display(machine).to_string());
                let with = if plan.is_empty() { String::new() } else { format!(" with `{plan}`") };
                self.doubts.push(format!("{place}: {unknown}{with}"));
            }
            self.unknown += 1;
            return;
        }
        self.runs.push(Run {
            case: arena.case(&ground.scenario, plan),
            scenario: ground.scenario.clone(),
            history: Arc::clone(&judged.history),
            baseline: Arc::clone(&ground.history),
            judgement: judged.judgement.clone(),
            started: Started::default(),
        });
    }

    fn results(mut self, arena: Arena, quest: &Quest, accepting: Accepting) -> Result<Results, Failed> {
        if self.unknown > 1 {
            self.doubts.push(format!("{} runs cannot be judged", self.unknown));
        }
        if self.runs.is_empty() {
            return Err(match &self.doubts[..] {
                [] => Wrong::new("there is no fault that can strike")
                    .help("a run without faults comes to no task")
                    .into(),
                doubts => Failed::Inconclusive(doubts.join("; ")),
            });
        }
        self.runs.sort_by_key(|run| size(&run.case.plan));
        let reduction = if *quest == Quest::Everything { Budget::default() } else { BUDGET };
        let Self { runs, doubts, .. } = self;
        Ok(Results { arena, runs, doubts, reduction, accepting, findings: OnceLock::new(), kin: Vec::new() })
    }
}

/// The smallest plan first: few faults, short ones, in the order they were tried.
fn size(plan: &Plan) -> (usize, u64) {
    let length = |burst| match burst {
        Burst::Attempts(count) | Burst::Attempt(count) => u64::from(count),
        Burst::Forever => u64::from(u32::MAX),
    };
    let lengths = plan.faults().iter().map(|fault| length(fault.burst));
    (plan.faults().len() + plan.incidents().len(), lengths.sum())
}

/// Each input with its run without faults, which must go well: else nothing that follows shows what faults do.
fn grounds(arena: &Arena, scenarios: Vec<Scenario>, show_values: bool) -> Result<Vec<Ground>, Failed> {
    let grounds: Vec<Ground> = scenarios.into_iter().map(|scenario| arena.ground(scenario)).collect();
    match grounds.iter().find(|ground| !ground.history.outcome.succeeded()) {
        None => Ok(grounds),
        Some(ground) => Err(fails_without(arena, ground, show_values)),
    }
}

/// A run without any fault that does not succeed.
fn fails_without(arena: &Arena, ground: &Ground, show_values: bool) -> Failed {
    if let Outcome::Unknown(unknown) = &ground.history.outcome {
        let place = arena.model.machine.locate(&unknown.pointer);
        return Failed::Inconclusive(format!("{place}: {unknown}, without any fault"));
    }
    let run = Run {
        case: arena.case(&ground.scenario, &Plan::default()),
        scenario: ground.scenario.clone(),
        history: Arc::clone(&ground.history),
        baseline: Arc::clone(&ground.history),
        judgement: crate::oracle::Judgement::default(),
        started: Started::default(),
    };
    let results = Results {
        arena: arena.clone(),
        runs: vec![run],
        doubts: Vec::new(),
        reduction: BUDGET,
        accepting: Accepting::default(),
        findings: OnceLock::new(),
        kin: Vec::new(),
    };
    let error = match &ground.history.outcome {
        Outcome::Failed { error: Some(error), .. } => format!(" with {error}"),
        _ => String::new(),
    };
    Unmet {
        expected: "the execution succeeds without faults, so that a search shows what faults do".to_owned(),
        happened: format!("it ends as {}{error}", ground.history.outcome.status()),
        details: Vec::new(),
        findings: Vec::new(),
        witness: Some(witness(&Asked::new(&results, &results.runs[0], Which::Last, show_values), &[], 0)),
    }
    .into()
}

/// Runs all trials, as far as the budget goes.
fn one_by_one(arena: &Arena, grounds: &[Ground], trials: Vec<Trial>, found: &mut Found) {
    let (all, mut events) = (trials.len(), 0);
    for (at, trial) in trials.into_iter().enumerate() {
        if at as u64 >= BUDGET.runs_max || events >= BUDGET.events_max {
            found.doubts.push(format!("the search ended after {at} of {all} runs"));
            return;
        }
        let judged = arena.judge(grounds, trial);
        events += judged.history.events.len() as u64;
        found.take(arena, &grounds[judged.trial.ground], &judged);
    }
}

/// Runs phases of the search from each ground in turn.
fn by_phases(arena: &Arena, grounds: &[Ground], phases: &[Phase], found: &mut Found) {
    let mut left = BUDGET;
    for (at, ground) in grounds.iter().enumerate() {
        let (mut runs, mut events) = (0, 0);
        let settings = Search { phases: phases.to_vec(), budget: left, threads: NonZeroUsize::MIN };
        let mut take = |judged: &Judged| {
            runs += 1;
            events += judged.history.events.len() as u64;
            found.take(arena, ground, judged);
        };
        let summary = search(arena, std::slice::from_ref(ground), &settings, &mut take);
        left.runs_max = left.runs_max.saturating_sub(runs);
        left.events_max = left.events_max.saturating_sub(events);
        if summary.stopped_because != ENDED || left.runs_max == 0 || left.events_max == 0 {
            let spent = format!("the search stopped after {} runs, at input {}", found.runs.len(), at + 1);
            found.doubts.push(format!("{spent} of {}: {}", grounds.len(), summary.stopped_because));
            return;
        }
    }
}

/// What a search says that has done all there is.
const ENDED: &str = "every phase ended";

/// A campaign. It starts from the inputs that the feature names; where it names none, from those that `chaos` starts
/// from, with their variations.
fn campaign(
    stage: &Stage,
    subject: &Arc<Subject>,
    arena: &Arena,
    scenarios: Vec<Scenario>,
    found: &mut Found,
) -> Result<MachineOutcome, Failed> {
    let campaign = stage.campaign(subject)?;
    let campaign = match stage.setup.inputs {
        Inputs::Beside => campaign,
        Inputs::These(_) | Inputs::Generated(_) => campaign.starting_from(scenarios),
    };
    let outcome = campaign.watched(&mut |grounds, judged| {
        found.take(arena, &grounds[judged.trial.ground], judged);
    });
    // A variation may end in a Fail state; what the user gives must go well.
    let no_input_succeeds = outcome.verdict == MachineVerdict::BaselineFailed;
    let fails = |(scenario, history): &&(Scenario, Arc<History>)| {
        !history.outcome.succeeded() && (no_input_succeeds || scenario.origin == Origin::User)
    };
    if let Some((scenario, history)) = outcome.baselines.iter().find(fails) {
        let ground = Ground { scenario: scenario.clone(), history: Arc::clone(history) };
        return Err(fails_without(arena, &ground, stage.terms.show_values));
    }
    if outcome.stopped_because != ENDED {
        found.doubts.push(format!("the campaign is not complete: {}", outcome.stopped_because));
    }
    Ok(outcome)
}

/// Why a search has nothing to run.
fn nothing_there(arena: &Arena, grounds: &[Ground], state: Option<StateId>, class: Option<&str>) -> Wrong {
    let what = class.map_or_else(|| "fault".to_owned(), |class| format!("{class} fault"));
    let Some(state) = state else {
        let wrong = Wrong::new(format!("there is no task at which a {what} can strike"));
        return wrong.help("ask for another class, or leave it out: `any single fault strikes`");
    };
    let path = &arena.model.machine.state(state).path;
    let comes = |ground: &Ground| ground.history.attempts.iter().any(|attempt| attempt.state == state);
    if !grounds.iter().any(comes) {
        let wrong =
            Wrong::new(format!("no run comes to `{path}` without a fault, so no single fault strikes it"));
        return wrong.help("write `any two faults strike`, or name the fault that leads there");
    }
    Wrong::new(format!("no {what} can strike `{path}`"))
        .help("its integration, or its definition, knows none")
}
