//! Runs a saved case again and says whether it still shows what it was saved for.

use std::sync::Arc;

use super::Campaign;
use crate::asl::Machine;
use crate::case::{CaseError, CaseFile, Expected};
use crate::diagnose::history::Recast;
use crate::fault::{Plan, denials};
use crate::history::{Ending, History, Outcome};
use crate::model::{Declarations, Denied};
use crate::oracle::Violation;
use crate::search::Ground;
use crate::sim::Case;
use crate::walk::Executor;

/// What became of a saved case.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The case that was run.
    pub case: Case,
    /// What happened.
    pub history: Arc<History>,
    /// What it still shows of what was expected.
    pub shown: Shown,
    /// Whether the definition is the one that the case was found in.
    pub is_current: bool,
}

/// What a run shows of what its case was saved for.
#[derive(Clone, Debug)]
pub enum Shown {
    /// The expected finding.
    Finding(Box<Violation>),
    /// The expected failure.
    Failure,
    /// Nothing of it.
    Nothing,
}

/// Runs a saved case against a machine, with what is declared about its tasks.
pub fn replay(
    file: &CaseFile,
    machine: &Arc<Machine>,
    declarations: Declarations,
) -> Result<Replay, CaseError> {
    replay_denying(file, machine, declarations, Vec::new(), Executor::simulator())
}

/// Runs a saved case against a machine whose role lacks permissions, on any backend; what that cannot execute is
/// simulated and marked.
pub fn replay_denying(
    file: &CaseFile,
    machine: &Arc<Machine>,
    declarations: Declarations,
    denied: Vec<Denied>,
    executor: Executor,
) -> Result<Replay, CaseError> {
    let campaign = Campaign::new(machine.clone()).machine_type(file.machine_type).seed(file.seed);
    let campaign = campaign.executor(executor);
    let campaign = campaign.declarations(declarations).permissions(denied, Vec::new());
    let arena = campaign.contested(file.rules).arena();
    let case = Case { denials: denials(&arena.model), ..file.case(machine)? };
    let history = Arc::new(arena.run(&file.scenario, &case));
    let shown = match &file.expected {
        expected @ Expected::Failure { .. } => {
            if still_fails(&history, machine, expected) {
                Shown::Failure
            } else {
                Shown::Nothing
            }
        }
        Expected::Finding { rule, state, .. } => {
            let without = Case { plan: Plan::default(), ..case.clone() };
            let baseline = Arc::new(arena.run(&file.scenario, &without));
            let ground = Ground { scenario: file.scenario.clone(), history: baseline };
            let judgement = arena.judgement(&ground, &case, &history);
            let is_expected = |violation: &&Violation| {
                let place = violation.state.map(|state| &*machine.state(state).path);
                violation.rule == *rule && place == state.as_deref()
            };
            let violation = judgement.violations().iter().find(is_expected).cloned();
            violation.map_or(Shown::Nothing, |violation| Shown::Finding(Box::new(violation)))
        }
    };
    Ok(Replay { shown, is_current: file.is_current(machine), case, history })
}

/// A real history that was run again.
#[derive(Clone, Debug)]
pub struct Rerun {
    /// What happened in the simulator.
    pub history: History,
    /// What the judges say of it.
    pub violations: Vec<Violation>,
}

/// Runs a real history in the simulator and asks the judges; they compare with the same run without its failures.
pub fn rerun(recast: &Recast, machine: &Arc<Machine>, declarations: Declarations) -> Rerun {
    let campaign = Campaign::new(machine.clone()).machine_type(recast.machine_type);
    let arena = campaign.declarations(declarations).arena();
    let case = Case {
        epoch_ms: recast.epoch_ms,
        execution_name: Arc::from(&*recast.execution_name),
        stop: recast.stop.clone(),
        redrives_after_ms: recast.redrives_after_ms.clone(),
        ..arena.case(&recast.scenario, &Plan::default())
    };
    let history = arena.run(&recast.scenario, &case);
    let sound = Case { stop: None, redrives_after_ms: Vec::new(), ..case.clone() };
    let baseline = Arc::new(arena.run(&recast.sound, &sound));
    let ground = Ground { scenario: recast.scenario.clone(), history: baseline };
    let violations = arena.judgement(&ground, &case, &history).violations().to_vec();
    Rerun { history, violations }
}

/// Whether a run ends as the real one did, with the same failure in the same state.
pub fn still_fails(history: &History, machine: &Machine, expected: &Expected) -> bool {
    let Expected::Failure { status, state, error, ended_with } = expected else { return false };
    let ended = match &history.outcome {
        Outcome::Failed { error, .. } => error.as_deref(),
        _ => None,
    };
    if history.outcome.status() != status || (ended.is_some() && ended != ended_with.as_deref()) {
        return false;
    }
    let Some(state) = state.as_deref() else { return true };
    let is_here = |id| &*machine.state(id).path == state;
    let entered = || history.events.iter().any(|event| event.state.is_some_and(is_here));
    let fails_so = |error: &str| {
        history.failures.iter().any(|failure| is_here(failure.state) && &*failure.error == error)
    };
    match error.as_deref() {
        Some(error) if ended == Some(error) => fails_so(error) || entered(),
        Some(error) => fails_so(error) || is_open(history, &is_here),
        None => entered(),
    }
}

/// Whether a call of the state has no answer at the end.
fn is_open(history: &History, is_here: &dyn Fn(crate::asl::StateId) -> bool) -> bool {
    history.attempts.iter().any(|attempt| is_here(attempt.state) && attempt.ending == Ending::Open)
}
