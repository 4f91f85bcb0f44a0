//! What is known of each declared intent when all runs are done. One that never applied is told, with the reason.

use super::IntentSummary;
use crate::asl::{State, StateId};
use crate::model::Model;
use crate::oracle::Verdict;

/// Each intent with its verdict, in the order they were declared.
pub(super) fn summaries(
    model: &Model,
    verdict: impl Fn(usize) -> Verdict,
    is_entered: &dyn Fn(StateId) -> bool,
) -> Vec<IntentSummary> {
    let summary = |(index, intent): (usize, &crate::fault::Intent)| {
        let verdict = verdict(index);
        IntentSummary {
            text: intent.text(),
            place: intent.place.clone(),
            verdict,
            because: (verdict == Verdict::Vacuous).then(|| because(model, index, is_entered)),
        }
    };
    model.intents.iter().enumerate().map(summary).collect()
}

/// Why none of the faults of an intent came into force.
fn because(model: &Model, index: usize, is_entered: &dyn Fn(StateId) -> bool) -> String {
    let intent = &model.intents[index];
    let states = || intent.states.iter().map(|id| model.machine.state(*id));
    let possible = |state: &&State| !intent.faults_at(model, state).is_empty();
    let entered = |state: &&State| is_entered(state.id);
    if !states().any(|state| possible(&state)) {
        return "no such fault can happen there: the integration or the retriers do not allow it".to_owned();
    }
    if !states().filter(possible).any(|state| entered(&state)) {
        return "no run comes to the state".to_owned();
    }
    if (index + 1..model.intents.len()).any(|later| is_overridden(model, index, later)) {
        return "a later intent names the same faults".to_owned();
    }
    "no run had the fault alone, or as the last one at a state that only failures lead to".to_owned()
}

fn is_overridden(model: &Model, index: usize, later: usize) -> bool {
    let (intent, later) = (&model.intents[index], &model.intents[later]);
    let states = intent.states.iter().map(|id| model.machine.state(*id));
    states.into_iter().any(|state| {
        let theirs = later.faults_at(model, state);
        intent.faults_at(model, state).iter().any(|fault| theirs.contains(fault))
    })
}
