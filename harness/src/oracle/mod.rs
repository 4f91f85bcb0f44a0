//! Judges: one property a file. They see a [`Run`] (history, case and static facts), never simulator internals.

mod judgement;
mod rule;

pub use judgement::{Fingerprint, Fix, Judgement, Oracle, PatchOperation, Run, Verdict, Violation};
pub use rule::{Property, RuleId, Severity};
