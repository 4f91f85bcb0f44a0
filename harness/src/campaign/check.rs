//! Outcomes as assertions, for tests written in Rust. What a panic says is what the report says.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Finding, MachineOutcome, MachineVerdict};
use crate::diagnose::tell;
use crate::history::Outcome;
use crate::oracle::{RuleId, Severity};
use crate::report::{Colour, Console, Detail, Replay, Values, counted};
use crate::spelling::nearest;

/// Where a finding stands that no single state is to blame for, as in its id.
const WHOLE: &str = "machine";

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

    /// Panics unless these rules are violated at these states, and nothing else is: known weaknesses stay known, new ones
    /// fail the test, and one that is mended asks to be taken off the list. A state goes by its path; what no single
    /// state is to blame for stands at `machine`.
    #[track_caller]
    pub fn assert_finds(&self, known: &[(RuleId, &str)]) {
        self.assert_judged();
        let known: BTreeSet<(RuleId, &str)> = known.iter().copied().collect();
        let found: BTreeSet<(RuleId, &str)> =
            self.findings.iter().map(|finding| self.place(finding)).collect();
        let mut text = String::new();
        for (rule, state) in known.difference(&found) {
            let _ = write!(text, "\n\n`{rule}` is not found at `{state}`{}", self.hint(state));
        }
        for finding in self.findings.iter().filter(|finding| !known.contains(&self.place(finding))) {
            let _ = write!(text, "\n\n{}", self.diagnosis(finding));
        }
        assert!(text.is_empty(), "`{}` has other findings than those that are known:{text}", self.name);
    }

    /// The first finding of a rule at a state, by its path.
    pub fn finding(&self, rule: RuleId, state: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| self.place(finding) == (rule, state))
    }

    /// What breaks, on which faults and input, why, and what to change: as the report tells it, values included.
    pub fn diagnosis(&self, finding: &Finding) -> String {
        let console = Console {
            program: "sfn-chaos".to_owned(),
            values: Values::Shown,
            detail: Detail::Everything,
            colour: Colour::Plain,
            fail_on: Severity::Note,
            replay: Replay::Search(Vec::new()),
        };
        let mut text = Vec::new();
        match console.finding(self, finding, &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).trim_matches('\n').to_owned(),
            Err(error) => format!("{}: {error}", finding.id),
        }
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
            let _ = write!(text, "\n  {}: {}", scenario.name, history.outcome.status());
            if let (Some(machine), false) =
                (&self.machine, matches!(history.outcome, Outcome::Succeeded { .. }))
            {
                for line in tell(machine, history) {
                    let _ = write!(text, "\n    {line}");
                }
            }
        }
        for problem in &self.problems {
            let _ = write!(text, "\n  {}: {}", problem.location, problem.message);
        }
        for unknown in &self.unknowns {
            let _ = write!(text, "\n  {unknown}");
        }
        panic!("{text}");
    }

    #[track_caller]
    fn assert_no_finding(&self, counts: impl Fn(&Finding) -> bool) {
        let findings: Vec<_> =
            self.findings.iter().filter(|finding| finding.counts() && counts(finding)).collect();
        if findings.is_empty() {
            return;
        }
        let mut text = format!("`{}` has {}:", self.name, counted(findings.len() as u64, "finding"));
        for finding in findings {
            let _ = write!(text, "\n\n{}", self.diagnosis(finding));
        }
        panic!("{text}");
    }

    fn place(&self, finding: &Finding) -> (RuleId, &str) {
        let machine = self.machine.as_deref().zip(finding.violation.state);
        let path = machine.map_or(WHOLE, |(machine, state)| &*machine.state(state).path);
        (finding.violation.rule, path)
    }

    /// The path that was meant, where there is no such state.
    fn hint(&self, wanted: &str) -> String {
        let paths =
            || self.machine.iter().flat_map(|machine| machine.states.iter().map(|state| &*state.path));
        if wanted == WHOLE || paths().any(|path| path == wanted) {
            return String::new();
        }
        let near =
            nearest(wanted, paths()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!(", which is no state{near}")
    }
}
