//! The whole of it for one or many machines: baselines, search, judges, reduction, ranking. The one entry behind
//! tests, features and the command line.

mod outcome;

pub use outcome::{
    Coverage, Covered, Finding, MachineOutcome, MachineVerdict, Outcome, PhaseCount, RuleSummary,
};
