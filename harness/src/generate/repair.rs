//! Generated data that the machine could not read: the failure says what was missing, so it is added.

use super::Scenario;
use super::gap::names;
use super::invent::Inventor;
use super::result::api_of;
use super::slot::{Moment, Slot};
use crate::error::ErrorName;
use crate::history::{FailureRecord, History};
use crate::model::{Model, PlaceId, Source};

/// The scenario with what its run failed to read; none if the failure is not about data, or nothing helps.
pub(super) fn repaired(model: &Model, scenario: &Scenario, history: &History) -> Option<Scenario> {
    let about_data = |error: &str| matches!(error, ErrorName::RUNTIME | ErrorName::QUERY_EVALUATION);
    let failure = history.failures.iter().rev().find(|failure| about_data(&failure.error))?;
    let moment = Moment::end(history, failure.strand);
    let mut changed = scenario.clone();
    let mut any = false;
    for place in missing(model, failure) {
        let Some(slot) = Slot::find(model, history, &moment, place) else { continue };
        let now = slot.get(&model.machine, &changed);
        let api = match model.demands().place(place).source {
            Source::Result(state) => api_of(model.machine.state(state)),
            Source::Input | Source::ItemReader(_) | Source::Failure(_) => None,
        };
        let inventor = Inventor { demands: model.demands(), request: None, api };
        let mut wanted = inventor.at(place, now.as_ref());
        if now.as_ref() == Some(&wanted) {
            // What the API gives is of no use to the machine; what it can use lets the run go on.
            wanted = Inventor { api: None, ..inventor }.at(place, now.as_ref());
        }
        if now.as_ref() != Some(&wanted)
            && let Some(next) = slot.set(&model.machine, &changed, Some(&wanted))
        {
            (changed, any) = (next, true);
        }
    }
    any.then_some(changed)
}

/// The places that the failure names by their path; all that the state reads if it names none.
fn missing(model: &Model, failure: &FailureRecord) -> Vec<PlaceId> {
    let cause = failure.cause.as_deref().unwrap_or_default();
    let reads = model.demands().reads_of(failure.state);
    let named: Vec<PlaceId> = reads
        .clone()
        .filter(|(path, _)| names(cause, path))
        .flat_map(|(_, places)| places)
        .copied()
        .collect();
    if named.is_empty() { reads.flat_map(|(_, places)| places).copied().collect() } else { named }
}
