//! The whole of it for one or many machines: baselines, search, judges, reduction, ranking. The one entry behind
//! tests, features and the command line.

mod builder;
mod check;
mod coverage;
mod findings;
mod outcome;
mod record;
mod replay;

pub use builder::Campaign;
pub use outcome::{
    Coverage, Covered, Finding, MachineOutcome, MachineVerdict, Outcome, PhaseCount, RuleSummary,
};
pub use replay::{Replay, Rerun, Shown, replay, replay_denying, rerun, still_fails};

#[cfg(test)]
mod tests;
