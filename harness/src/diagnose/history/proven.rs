//! What a run of the history in the simulator adds: the judges' findings on it, with their patches.

use super::diagnosis::{Diagnosis, Risk};
use super::safety::Safety;
use crate::asl::Machine;
use crate::oracle::{Fix, RuleId, Severity, Violation};

impl Diagnosis {
    /// Adds what the judges say of the history, run in the simulator. What they say of the state that failed first is
    /// a proposal for it; the rest are risks.
    pub fn prove(&mut self, violations: &[Violation], machine: &Machine) {
        for violation in violations.iter().filter(|violation| violation.severity > Severity::Note) {
            let state = violation.state.map(|state| machine.state(state));
            let is_root = |root: &super::RootCause| root.state.as_ref() == state.map(|state| &state.name);
            let path = state.map(|state| state.path.to_string());
            if self.root.as_ref().is_some_and(is_root) && mends(violation.rule) {
                // A retrier is no proposal where a second call may do the work twice.
                let is_retry = violation.rule == RuleId::TransientNotRetried;
                if !(is_retry && matches!(self.safety, Some(Safety::Unsafe { .. }))) {
                    self.propose(&violation.fix);
                }
            } else if let Some(known) = self.known_risk(violation.rule, path.as_deref()) {
                // The history counts the rounds of a loop; which state ends it the definition tells.
                if violation.rule == RuleId::PollingUnbounded {
                    known.severity = known.severity.max(violation.severity);
                    known.path = path;
                    known.fix = violation.fix.clone();
                } else if known.fix.asl_patch.is_empty() && !violation.fix.asl_patch.is_empty() {
                    known.fix = violation.fix.clone();
                }
            } else {
                self.risks.push(Risk {
                    severity: violation.severity,
                    id: violation.rule.name(),
                    path,
                    event: None,
                    title: violation.title.clone(),
                    why: violation.why.clone(),
                    fix: violation.fix.clone(),
                });
            }
        }
        self.drop_what_is_proposed();
        self.risks.sort_by_key(|risk| std::cmp::Reverse(risk.severity));
        let risks = &self.risks;
        self.advice.retain(|advice| {
            let path = advice.state.map(|state| &*machine.state(state).path);
            !risks.iter().any(|risk| risk.id == advice.rule.name() && risk.path.as_deref() == path)
        });
    }

    /// A risk whose patch is that of the root cause says the same once more.
    fn drop_what_is_proposed(&mut self) {
        let fixes = &self.fixes;
        let is_proposed =
            |path: &str| fixes.iter().flat_map(|fix| &fix.asl_patch).any(|operation| operation.path == path);
        self.risks.retain(|risk| {
            let patch = &risk.fix.asl_patch;
            patch.is_empty() || !patch.iter().all(|operation| is_proposed(&operation.path))
        });
    }

    /// A patch that is not proposed yet.
    fn propose(&mut self, fix: &Fix) {
        let is_known = |path: &str| {
            self.fixes.iter().flat_map(|fix| &fix.asl_patch).any(|operation| operation.path == path)
        };
        if !fix.asl_patch.is_empty() && !fix.asl_patch.iter().any(|operation| is_known(&operation.path)) {
            self.fixes.push(fix.clone());
        }
    }

    /// The risk that the history showed already.
    fn known_risk(&mut self, rule: RuleId, path: Option<&str>) -> Option<&mut Risk> {
        let hidden = |id: &str| matches!(id, "failure-swallowed" | "failure-only-recorded");
        self.risks.iter_mut().find(|risk| {
            let same_rule = risk.id == rule.name() || (hidden(risk.id) && hidden(rule.name()));
            let same_state = risk.path.as_deref().map(last_name) == path.map(last_name);
            same_rule && (same_state || rule == RuleId::PollingUnbounded)
        })
    }
}

/// Rules whose fix keeps the very failure from ending the execution.
fn mends(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::TransientNotRetried
            | RuleId::FailureUncaught
            | RuleId::HandlerLosesInput
            | RuleId::HandlerFails
            | RuleId::MissingPath
            | RuleId::ChoiceUnmatched
            | RuleId::AnswerUnhandled
            | RuleId::ErrorNameNeverMatches
    )
}

/// The name of the state, without what encloses it.
fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
