//! The whole of it for one or many machines: baselines, search, judges, reduction, ranking. The one entry behind
//! tests, features and the command line.

mod accepted;
mod builder;
mod check;
mod coverage;
mod findings;
mod intents;
mod loads;
mod outcome;
mod patched;
mod prove;
mod record;
mod replay;

pub use accepted::{Acceptance, Accepted, Accepts, Stale, Until, accept, mark};
pub use builder::Campaign;
#[cfg(feature = "bdd")]
pub(crate) use findings::findings_of;
pub use outcome::{
    Coverage, Covered, Finding, FixVerdict, IntentSummary, MachineOutcome, MachineVerdict, Outcome,
    PhaseCount, RuleSummary,
};
pub use patched::patched;
pub use prove::{Mended, mend, prove};
pub use replay::{Replay, Rerun, Shown, replay, replay_denying, rerun, still_fails};

#[cfg(test)]
mod tests;
