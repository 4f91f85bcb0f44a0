//! The run that shows that something does not hold, for people.

use super::{Results, Run};
use crate::bdd::failed::Witness;
use crate::report;

/// What a report says of a run; `others` are the runs that do not meet the expectation either.
pub(super) fn witness(results: &Results, run: &Run, others: usize, show_values: bool) -> Witness {
    let machine = &results.arena.model.machine;
    let mut told = Vec::new();
    // Writing to memory cannot fail.
    let _ = report::execution(&run.history, machine, &mut told);
    let told = String::from_utf8_lossy(&told);
    Witness {
        input: if show_values { run.scenario.input.to_json() } else { String::new() },
        origin: run.scenario.name.clone(),
        plan: run.case.plan.display(machine).to_string(),
        others,
        history: told.lines().map(str::to_owned).collect(),
    }
}
