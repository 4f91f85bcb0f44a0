//! Judges: one property a file. They see a [`Run`] (history, case and static facts), never simulator internals.
//!
//! Each rule says in its file what it finds, why, and what it leaves alone. One false alarm costs more trust than
//! ten findings earn, so every rule is silent where the workflow is sound.

mod dataflow;
mod idempotency;
mod intent;
mod judgement;
mod liveness;
mod payload;
mod permission;
mod retry;
mod routing;
mod rule;
mod trace;
#[cfg(test)]
mod trial;
mod visibility;
#[cfg(test)]
mod tests;

pub(crate) use idempotency::again::claims;
pub use judgement::{Fingerprint, Fix, Judgement, Oracle, PatchOperation, Run, Verdict, Violation};
pub use rule::{Property, RuleId, Severity};

use crate::model::Model;

/// The judges of all properties, in the order of the documentation.
pub fn all() -> &'static [&'static dyn Oracle] {
    &[
        &retry::Retry,
        &routing::Routing,
        &visibility::Visibility,
        &liveness::Liveness,
        &idempotency::Idempotency,
        &payload::Payload,
        &permission::Permission,
        &dataflow::Dataflow,
        &intent::Judge,
    ]
}

/// The judges of runs that carry more than usual, in which nothing else goes wrong.
pub fn of_loads() -> &'static [&'static dyn Oracle] {
    &[&payload::Payload]
}

/// Asks all judges about one run.
pub fn judge(run: &Run<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    for oracle in all() {
        oracle.judge(run, &mut judgement);
    }
    judgement
}

/// What the definition alone shows, without a run that proves it; reports call it warnings.
///
/// A warning that a run proves later has the same rule and state; show it once, as the finding.
pub fn advice(model: &Model) -> Vec<Violation> {
    let mut found = retry::advice(model);
    found.extend(routing::advice(model));
    found.extend(liveness::advice(model));
    found.extend(dataflow::advice(model));
    found.extend(permission::advice(model));
    found
}
