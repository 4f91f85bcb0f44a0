//! Runs a saved case again and says whether it still shows its finding.

use std::sync::Arc;

use super::Campaign;
use crate::asl::Machine;
use crate::case::{CaseError, CaseFile};
use crate::fault::{Plan, denials};
use crate::history::History;
use crate::model::{Declarations, Denied};
use crate::oracle::Violation;
use crate::search::Ground;
use crate::sim::Case;

/// What became of a saved case.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The case that was run.
    pub case: Case,
    /// What happened.
    pub history: Arc<History>,
    /// The expected finding, if the run still shows it.
    pub violation: Option<Violation>,
    /// Whether the definition is the one that the case was found in.
    pub is_current: bool,
}

/// Runs a saved case against a machine, with what is declared about its tasks.
pub fn replay(
    file: &CaseFile,
    machine: &Arc<Machine>,
    declarations: Declarations,
) -> Result<Replay, CaseError> {
    replay_denying(file, machine, declarations, Vec::new())
}

/// Runs a saved case against a machine whose role lacks permissions.
pub fn replay_denying(
    file: &CaseFile,
    machine: &Arc<Machine>,
    declarations: Declarations,
    denied: Vec<Denied>,
) -> Result<Replay, CaseError> {
    let campaign = Campaign::new(machine.clone()).machine_type(file.machine_type).seed(file.seed);
    let campaign = campaign.declarations(declarations).permissions(denied, Vec::new());
    let arena = campaign.contested(file.rules).arena();
    let case = Case { denials: denials(&arena.model), ..file.case(machine)? };
    let without = Case { plan: Plan::default(), ..case.clone() };
    let baseline = Arc::new(arena.run(&file.scenario, &without));
    let history = Arc::new(arena.run(&file.scenario, &case));
    let ground = Ground { scenario: file.scenario.clone(), history: baseline };
    let judgement = arena.judgement(&ground, &case, &history);
    let expected = &file.expected;
    let is_expected = |violation: &&Violation| {
        let state = violation.state.map(|state| &*machine.state(state).path);
        violation.rule == expected.rule && state == expected.state.as_deref()
    };
    let violation = judgement.violations().iter().find(is_expected).cloned();
    Ok(Replay { violation, is_current: file.is_current(machine), case, history })
}
