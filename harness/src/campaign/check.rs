//! Outcomes as assertions, for tests written in Rust.

use std::fmt::Write as _;

use super::{Finding, MachineOutcome, MachineVerdict};
use crate::oracle::Severity;

impl MachineOutcome {
    /// Panics with everything that was found, unless nothing was.
    #[track_caller]
    pub fn assert_clean(&self) {
        self.assert_judged();
        self.assert_no_finding(|_| true);
    }

    /// Panics with the findings that are worse than this, if there are any.
    #[track_caller]
    pub fn assert_no_finding_above(&self, severity: Severity) {
        self.assert_judged();
        self.assert_no_finding(|finding| finding.violation.severity > severity);
    }

    /// A machine that could not be judged is not clean.
    #[track_caller]
    fn assert_judged(&self) {
        let why = match self.verdict {
            MachineVerdict::Clean | MachineVerdict::Violated => return,
            MachineVerdict::Unknown => "could not be judged",
            MachineVerdict::BaselineFailed => "does not succeed without faults",
            MachineVerdict::Invalid => "would be refused by AWS",
        };
        let mut text = format!("`{}` {why}", self.name);
        for (scenario, history) in &self.baselines {
            let _ = write!(text, "\n  {}: {:?}", scenario.name, history.outcome);
        }
        for problem in &self.problems {
            let _ = write!(text, "\n  {}: {}", problem.location, problem.message);
        }
        for unknown in &self.unknowns {
            let _ = write!(text, "\n  {} at {}: {}", unknown.construct, unknown.pointer, unknown.detail);
        }
        panic!("{text}");
    }

    #[track_caller]
    fn assert_no_finding(&self, counts: impl Fn(&Finding) -> bool) {
        let findings: Vec<_> = self.findings.iter().filter(|finding| counts(finding)).collect();
        if findings.is_empty() {
            return;
        }
        let mut text = format!("`{}` has {} finding(s):", self.name, findings.len());
        for finding in findings {
            text.push_str("\n\n");
            text.push_str(&self.rendered(finding));
        }
        panic!("{text}");
    }

    /// What breaks, on which plan and input, why, and what to change.
    fn rendered(&self, finding: &Finding) -> String {
        let violation = &finding.violation;
        let mut text = format!("{} {}", violation.severity, finding.id);
        if let Some(machine) = &self.machine {
            let state = violation.state.map_or("the machine", |state| &machine.state(state).path);
            let plan = finding.case.plan.display(machine).to_string();
            let _ = write!(text, "\n  {state}: {}", violation.title);
            let plan = if plan.is_empty() { "none" } else { &plan };
            let _ = write!(text, "\n  faults: {plan}\n  input: {}", finding.case.input);
            let _ = write!(text, "\n  why: {} ({})", violation.why, machine.locate(&violation.pointer));
        }
        let _ = write!(text, "\n  fix: {}", violation.fix.text);
        text
    }
}
