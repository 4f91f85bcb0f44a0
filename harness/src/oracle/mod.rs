//! Judges: one property a file. They see a [`Run`] (history, case and static facts), never simulator internals.

mod judgement;
mod rule;

pub use judgement::{Fingerprint, Fix, Judgement, Oracle, PatchOperation, Run, Verdict, Violation};
pub use rule::{FindingScope, Property, RuleId, Severity};

use crate::model::Model;

/// The judges of all properties, in the order of the documentation.
pub fn all() -> &'static [&'static dyn Oracle] {
    &[]
}

/// What the definition alone shows, without a run that proves it; reports call it warnings.
pub fn advice(model: &Model) -> Vec<Violation> {
    let _ = model;
    Vec::new()
}
