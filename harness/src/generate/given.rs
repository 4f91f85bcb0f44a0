//! Scenarios that somebody gives as the only ones to start from.

use std::sync::Arc;

use super::reach::fails_as_declared;
use super::{Baselines, Ending, Scenario};
use crate::asl::ScopeId;
use crate::history::{History, Outcome};
use crate::model::Model;

impl Baselines {
    /// These runs without faults, as they are: nothing is varied, and nothing is filled in.
    pub(crate) fn given(model: &Model, scenarios: Vec<(Scenario, Arc<History>)>) -> Self {
        let histories = || scenarios.iter().map(|(_, history)| history);
        let start = model.machine.scope(ScopeId::TOP).start;
        let declared = histories().any(|history| fails_as_declared(&model.machine, history));
        let ending = if histories().any(|history| history.outcome.succeeded()) {
            Ending::Succeeded
        } else if declared && !model.graph.can_end_well(start) {
            Ending::DeclaredFail
        } else {
            Ending::Failed
        };
        let mut unknowns = Vec::new();
        for history in histories() {
            if let Outcome::Unknown(unknown) = &history.outcome
                && !unknowns.contains(unknown)
            {
                unknowns.push(unknown.clone());
            }
        }
        let failing = (ending == Ending::Failed).then(|| scenarios.first().cloned()).flatten();
        let runs = scenarios.len() as u64;
        Self { scenarios, ending, blamed: Vec::new(), failing, unknowns, runs }
    }
}
