//! What a campaign gives back: plain data that reports draw and tests compare.

use std::sync::Arc;

use super::{Accepted, Stale};
use crate::advice::Advice;
use crate::asl::Machine;
use crate::fault::Plan;
use crate::generate::Scenario;
use crate::history::{History, Unknown};
use crate::load::Location;
use crate::oracle::{RuleId, Verdict, Violation};
use crate::sim::Case;

/// All machines of one call.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed that everything came from.
    pub seed: u64,
    /// In the order they were given.
    pub machines: Vec<MachineOutcome>,
    /// Entries of `[[accepted]]` that accept nothing.
    pub stale: Vec<Stale>,
    /// Why the search ended: `every phase ended`, `the budget of 2,000 runs was spent`, …
    pub stopped_because: String,
}

/// One machine.
#[derive(Clone, Debug)]
pub struct MachineOutcome {
    /// Its name.
    pub name: String,
    /// The file it came from, as the user gave it.
    pub source: String,
    /// The verdict over all runs.
    pub verdict: MachineVerdict,
    /// The machine; none if the definition is invalid.
    pub machine: Option<Arc<Machine>>,
    /// Problems of the definition, errors and warnings.
    pub problems: Vec<crate::asl::Problem>,
    /// Runs of each phase, in order.
    pub phases: Vec<PhaseCount>,
    /// What the runs reached.
    pub coverage: Coverage,
    /// Ranked: the most severe first.
    pub findings: Vec<Finding>,
    /// Advice without a proving run; same shape, with an empty plan and no events.
    pub warnings: Vec<Finding>,
    /// What the definition alone shows to an expert, by the catalogue of advice.
    pub advice: Vec<Advice>,
    /// What is known of each rule.
    pub rules: Vec<RuleSummary>,
    /// What is known of each intent, in the order they were declared.
    pub intents: Vec<IntentSummary>,
    /// Constructs that stopped runs, each once.
    pub unknowns: Vec<Unknown>,
    /// What was taken for granted: placeholders treated as Lambda functions, generated results, …
    pub assumptions: Vec<String>,
    /// How the scenarios ended without faults: name, status, and the error if there is one.
    pub baselines: Vec<(Scenario, Arc<History>)>,
    /// Why the search of this machine ended.
    pub stopped_because: String,
}

/// The verdict over all runs of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineVerdict {
    /// Nothing found.
    Clean,
    /// There are findings.
    Violated,
    /// A construct is not modelled, and nothing was found.
    Unknown,
    /// It does not succeed without faults.
    BaselineFailed,
    /// AWS would refuse the definition.
    Invalid,
}

/// Runs of one phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseCount {
    /// `baseline`, `singles`, `pairs`, `again`, `explore`
    pub phase: &'static str,
    /// Simulated executions, reduction not counted.
    pub runs: u64,
}

/// What the runs reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// States entered.
    pub states: Covered,
    /// Transitions taken, those of Choice and Catch included.
    pub transitions: Covered,
    /// Choice rules that held, and Defaults taken.
    pub choice_rules: Covered,
    /// Retriers that retried.
    pub retriers: Covered,
    /// Catchers that caught.
    pub catchers: Covered,
}

/// Reached out of all, and which are missing (by path, for people).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// How many were reached.
    pub reached: usize,
    /// How many there are.
    pub total: usize,
    /// What was not reached, in the order of the definition.
    pub missing: Vec<String>,
}

/// A finding with its proof.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Stable over runs of the same definition: rule, path and a short hash of the fingerprint.
    pub id: String,
    /// What is wrong, why, and what to change.
    pub violation: Violation,
    /// The smallest case that shows it.
    pub case: Case,
    /// The scenario it belongs to, with the reduced input and answers.
    pub scenario: Scenario,
    /// What happens in that case; none for warnings.
    pub history: Option<Arc<History>>,
    /// Who looked at it and lives with it; the core leaves this open.
    pub accepted: Option<Accepted>,
    /// How many runs showed it.
    pub count: u64,
    /// Other plans that showed it, at most a few.
    pub also: Vec<Plan>,
    /// What its fix does, where that was tried.
    pub fix_verdict: Option<FixVerdict>,
}

/// What becomes of a machine to which the patch of one finding is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixVerdict {
    /// The finding is gone, and nothing as severe has come. What is milder and new is named.
    Proven {
        /// `low transient-not-retried at Undo`
        milder: Vec<String>,
    },
    /// There is no patch: what has to change is not in the definition, or only its author knows how.
    WordsOnly,
    /// The patch does not fit the definition, or AWS would refuse what it gives.
    DoesNotApply {
        /// What is in the way.
        why: String,
    },
    /// The finding still shows.
    StillThere {
        /// How.
        how: String,
    },
    /// The finding is gone, but another one has come that is as severe.
    BringsNew {
        /// `high handler-fails at Undo`
        findings: Vec<String>,
    },
    /// The patched machine fails without any fault, or cannot be judged any more.
    Unproven {
        /// What is in the way.
        why: String,
    },
}

impl FixVerdict {
    /// The word in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proven { .. } => "proven",
            Self::WordsOnly => "words-only",
            Self::DoesNotApply { .. } => "does-not-apply",
            Self::StillThere { .. } => "still-there",
            Self::BringsNew { .. } => "brings-new",
            Self::Unproven { .. } => "unproven",
        }
    }

    /// All words, in the order of the documentation.
    pub const NAMES: [&str; 6] =
        ["proven", "words-only", "does-not-apply", "still-there", "brings-new", "unproven"];
}

/// What is known of one intent over all runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentSummary {
    /// `lost-answer*exhausting at ChargePayment is compensates:RefundPayment`
    pub text: String,
    /// Where it is written.
    pub place: Location,
    /// The worst of all runs; vacuous: none of its faults ever came into force.
    pub verdict: Verdict,
    /// Why it is vacuous.
    pub because: Option<String>,
}

/// What is known of one rule over all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleSummary {
    /// The rule.
    pub rule: RuleId,
    /// The worst of all runs.
    pub verdict: Verdict,
}
