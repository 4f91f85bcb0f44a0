//! The shapes that `--format json` prints. docs/chaos-report.schema.json describes them; both change together.

use serde::Serialize;

use crate::asl::{Problem, ProblemSeverity};
use crate::campaign::{Coverage, Covered, FixVerdict, MachineVerdict};
use crate::load::Location;
use crate::oracle::Fix;
use crate::value::Value;

/// The version of the report's shape; it grows when a program that reads the report would have to change.
pub(super) const VERSION: u32 = 1;

/// The property of advice, which belongs to no rule.
pub(super) const ADVICE: &str = "advice";

/// A whole report.
#[derive(Serialize)]
pub(super) struct ReportView {
    pub(super) version: u32,
    pub(super) seed: u64,
    pub(super) machines: Vec<MachineView>,
    pub(super) stale: Vec<StaleView>,
    pub(super) stopped_because: String,
}

/// One machine.
#[derive(Serialize)]
pub(super) struct MachineView {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) definition_pointer: Option<String>,
    pub(super) verdict: &'static str,
    pub(super) runs: u64,
    pub(super) coverage: CoverageView,
    pub(super) problems: Vec<ProblemView>,
    pub(super) findings: Vec<FindingView>,
    pub(super) warnings: Vec<FindingView>,
    pub(super) phases: Vec<PhaseView>,
    pub(super) baselines: Vec<BaselineView>,
    pub(super) rules: Vec<RuleView>,
    pub(super) intents: Vec<IntentView>,
    pub(super) unknowns: Vec<UnknownView>,
    pub(super) assumptions: Vec<String>,
    pub(super) stopped_because: String,
}

/// A finding, or advice without a proving run.
#[derive(Clone, Serialize)]
pub(super) struct FindingView {
    pub(super) id: String,
    pub(super) property: &'static str,
    pub(super) rule: &'static str,
    pub(super) severity: &'static str,
    pub(super) class: &'static str,
    pub(super) state: Option<String>,
    pub(super) path: Option<String>,
    pub(super) site: Option<String>,
    pub(super) states: Vec<String>,
    pub(super) title: String,
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
    pub(super) plan: Vec<FaultView>,
    pub(super) input: Value,
    pub(super) events: Vec<EventView>,
    pub(super) why: String,
    pub(super) fix: Fix,
    /// The patch in the user's own file, as a unified diff; none where its text cannot be edited in place.
    pub(super) fix_diff: Option<String>,
    pub(super) fix_verdict: Option<FixVerdictView>,
    pub(super) location: Option<LocationView>,
    pub(super) accepted: Option<AcceptedView>,
    pub(super) count: u64,
    pub(super) replay: Option<String>,
}

/// What the fix of a finding does.
#[derive(Clone, Serialize)]
pub(super) struct FixVerdictView {
    pub(super) verdict: &'static str,
    pub(super) details: Vec<String>,
}

/// Who lives with a finding.
#[derive(Clone, Serialize)]
pub(super) struct AcceptedView {
    pub(super) reason: String,
    /// The last day, or `never`.
    pub(super) expires: String,
    pub(super) expired: bool,
    pub(super) location: LocationView,
}

/// An accepted finding that is not there.
#[derive(Serialize)]
pub(super) struct StaleView {
    pub(super) accepted: String,
    pub(super) location: LocationView,
}

/// A fault of a plan.
#[derive(Clone, Serialize)]
pub(super) struct FaultView {
    pub(super) site: String,
    pub(super) class: String,
    /// So many attempts; none: every attempt from then on.
    pub(super) burst: Option<u32>,
    pub(super) text: String,
}

/// An event that shows the finding.
#[derive(Clone, Serialize)]
pub(super) struct EventView {
    pub(super) id: u32,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) state: Option<String>,
    /// Virtual milliseconds since the start.
    pub(super) at: u64,
}

#[derive(Serialize)]
pub(super) struct CoverageView {
    states: CoveredView,
    transitions: CoveredView,
    choice_rules: CoveredView,
    retriers: CoveredView,
    catchers: CoveredView,
}

#[derive(Serialize)]
struct CoveredView {
    reached: usize,
    total: usize,
    missing: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct PhaseView {
    pub(super) phase: &'static str,
    pub(super) runs: u64,
}

/// How a scenario ends without faults.
#[derive(Serialize)]
pub(super) struct BaselineView {
    pub(super) scenario: String,
    pub(super) status: &'static str,
    pub(super) error: Option<String>,
}

#[derive(Serialize)]
pub(super) struct RuleView {
    pub(super) rule: &'static str,
    pub(super) verdict: &'static str,
}

/// A declared intent.
#[derive(Serialize)]
pub(super) struct IntentView {
    pub(super) intent: String,
    pub(super) verdict: &'static str,
    pub(super) because: Option<String>,
    pub(super) location: LocationView,
}

/// A construct that is not modelled.
#[derive(Serialize)]
pub(super) struct UnknownView {
    pub(super) construct: String,
    pub(super) detail: String,
    pub(super) location: Option<LocationView>,
}

/// A problem of a definition.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemView {
    severity: &'static str,
    code: &'static str,
    message: String,
    text: String,
    location: LocationView,
    pointer: String,
    suggestion: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LocationView {
    file: String,
    line: usize,
    column: usize,
}

impl FixVerdictView {
    pub(super) fn new(verdict: &FixVerdict) -> Self {
        let details = match verdict {
            FixVerdict::WordsOnly => Vec::new(),
            FixVerdict::Proven { milder } => milder.clone(),
            FixVerdict::BringsNew { findings } => findings.clone(),
            FixVerdict::DoesNotApply { why } | FixVerdict::Unproven { why } => vec![why.clone()],
            FixVerdict::StillThere { how } => vec![how.clone()],
        };
        Self { verdict: verdict.name(), details }
    }
}

impl CoverageView {
    pub(super) fn new(coverage: &Coverage) -> Self {
        let covered = |covered: &Covered| CoveredView {
            reached: covered.reached,
            total: covered.total,
            missing: covered.missing.clone(),
        };
        Self {
            states: covered(&coverage.states),
            transitions: covered(&coverage.transitions),
            choice_rules: covered(&coverage.choice_rules),
            retriers: covered(&coverage.retriers),
            catchers: covered(&coverage.catchers),
        }
    }
}

impl ProblemView {
    /// The view of a problem.
    pub fn new(problem: &Problem) -> Self {
        Self {
            severity: match problem.severity {
                ProblemSeverity::Error => "error",
                ProblemSeverity::Warning => "warning",
            },
            code: problem.code,
            message: problem.message.clone(),
            text: problem.text.clone(),
            location: LocationView::new(&problem.location),
            pointer: problem.pointer.clone(),
            suggestion: problem.suggestion.clone(),
        }
    }
}

impl LocationView {
    pub(super) fn new(location: &Location) -> Self {
        Self { file: location.file.clone(), line: location.line, column: location.column }
    }
}

/// The word for a verdict in reports.
pub(super) fn verdict_name(verdict: MachineVerdict) -> &'static str {
    match verdict {
        MachineVerdict::Clean => "clean",
        MachineVerdict::Violated => "violated",
        MachineVerdict::Unknown => "unknown",
        MachineVerdict::BaselineFailed => "baseline-failed",
        MachineVerdict::Invalid => "invalid",
    }
}
