//! What a judge sees, and what it says.

use std::sync::Arc;

use serde::Serialize;

use super::{RuleId, Severity};
use crate::asl::StateId;
use crate::catalog::ErrorClass;
use crate::generate::Origin;
use crate::history::{EventId, History, Site};
use crate::model::Model;
use crate::sim::Case;
use crate::value::Value;

/// One judged run.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Static facts of the machine.
    pub model: &'a Model,
    /// Input and plan.
    pub case: &'a Case,
    /// What happened.
    pub history: &'a History,
    /// What happens with the same input and answers, but without faults.
    pub baseline: &'a History,
    /// Who made input and answers: what only invented data shows is no proof of a gap in the data flow.
    pub origin: Origin,
}

/// Judges one property.
pub trait Oracle: Sync {
    /// Says of each of its rules that it holds, is violated or could not be judged; a rule that it does not
    /// mention did not apply to this run.
    fn judge(&self, run: &Run<'_>, out: &mut Judgement);

    /// Whether it judges runs in which an execution is redriven or runs once more. What such a run shows besides, a
    /// plainer one shows too.
    fn judges_repetitions(&self) -> bool {
        false
    }
}

/// What is known of a rule, over one run or many. The worst wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It never applied; this is not a pass.
    #[default]
    Vacuous,
    /// It applied, and held.
    Holds,
    /// It could not be judged.
    Unknown,
    /// It was violated.
    Violated,
}

/// What the judges say of one run.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    verdicts: std::collections::BTreeMap<RuleId, Verdict>,
    intents: std::collections::BTreeMap<usize, Verdict>,
    violations: Vec<Violation>,
}

impl Judgement {
    /// The rule applied, and held.
    pub fn holds(&mut self, rule: RuleId) {
        self.at_least(rule, Verdict::Holds);
    }

    /// The rule applied, but could not be judged.
    pub fn unknown(&mut self, rule: RuleId) {
        self.at_least(rule, Verdict::Unknown);
    }

    /// The rule was violated.
    pub fn violated(&mut self, violation: Violation) {
        self.at_least(violation.rule, Verdict::Violated);
        self.violations.push(violation);
    }

    /// An intent was held against the run, by its position in the model.
    pub fn intent(&mut self, index: usize, verdict: Verdict) {
        let slot = self.intents.entry(index).or_default();
        *slot = verdict.max(*slot);
    }

    /// Takes violations back; a rule of which none is left holds.
    pub fn retract(&mut self, is_meant: impl Fn(&Violation) -> bool) {
        for at in (0..self.violations.len()).rev() {
            if is_meant(&self.violations[at]) {
                let rule = self.violations.remove(at).rule;
                if self.violations.iter().all(|left| left.rule != rule) {
                    self.verdicts.insert(rule, Verdict::Holds);
                }
            }
        }
    }

    /// What is known of an intent, by its position in the model.
    pub fn intent_verdict(&self, index: usize) -> Verdict {
        self.intents.get(&index).copied().unwrap_or_default()
    }

    /// What was said of a rule.
    pub fn verdict(&self, rule: RuleId) -> Verdict {
        self.verdicts.get(&rule).copied().unwrap_or_default()
    }

    /// All violations, in the order they were found.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Takes the verdicts of another judgement into this one, without its violations.
    pub fn merge_verdicts(&mut self, other: &Self) {
        for (rule, verdict) in &other.verdicts {
            self.at_least(*rule, *verdict);
        }
        for (index, verdict) in &other.intents {
            self.intent(*index, *verdict);
        }
    }

    fn at_least(&mut self, rule: RuleId, verdict: Verdict) {
        let slot = self.verdicts.entry(rule).or_default();
        *slot = verdict.max(*slot);
    }
}

/// A rule broken by a run.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which rule.
    pub rule: RuleId,
    /// How much it matters.
    pub severity: Severity,
    /// What kind of failure started it.
    pub class: ErrorClass,
    /// Where the definition should change; none: the machine as a whole.
    pub state: Option<StateId>,
    /// Other states of the same cause that this run shows.
    pub states: Vec<StateId>,
    /// Where the fault was injected, or the first failure happened.
    pub site: Option<Site>,
    /// What tells causes at the same state apart: the error name and the handlers it took, in a stable form.
    pub route: String,
    /// The events that show it, in order.
    pub events: Vec<EventId>,
    /// One line for people, present tense, without the state's path in front.
    pub title: String,
    /// The error of the first real failure, verbatim.
    pub error: Option<Arc<str>>,
    /// Its cause, verbatim.
    pub cause: Option<Arc<str>>,
    /// Why it is a problem, in a few sentences.
    pub why: String,
    /// What to change.
    pub fix: Fix,
    /// The field of the definition to show, as a JSON pointer.
    pub pointer: String,
}

/// A proposal; nothing applies it but the user.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Fix {
    /// What to do, in words.
    pub text: String,
    /// RFC 6902 operations on the definition.
    pub asl_patch: Vec<PatchOperation>,
    /// An IAM policy statement, where a permission is missing.
    pub iam: Option<Value>,
    /// Whether words are all there is for some of the states of the finding; then there is no patch.
    #[serde(skip)]
    pub is_partial: bool,
}

/// One operation of a JSON Patch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatchOperation {
    /// `add`, `replace` or `remove`
    pub op: &'static str,
    /// JSON pointer from the root of the definition.
    pub path: String,
    /// The new value; none for `remove`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// What makes two violations one finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// The rule.
    pub rule: RuleId,
    /// The state to change; none where one finding covers all states.
    pub state: Option<StateId>,
    /// The route; it tells classes of errors apart where they need different changes.
    pub route: String,
}

impl Violation {
    /// What makes it the same finding as another. A habit (no retrier anywhere, one failure route that many tasks
    /// share) is one finding for all states that have it; see [`Violation::absorb`].
    pub fn fingerprint(&self) -> Fingerprint {
        let state = if self.is_habit() { None } else { self.state };
        Fingerprint { rule: self.rule, state, route: self.route.clone() }
    }

    /// Whether other states with the same route have the same cause.
    fn is_habit(&self) -> bool {
        match self.rule {
            RuleId::TransientNotRetried
            | RuleId::PermanentErrorRetried
            | RuleId::RetryBudget
            | RuleId::FailureSwallowed
            | RuleId::FailureOnlyRecorded
            | RuleId::PermissionMissing
            | RuleId::PermissionRetried
            | RuleId::PermissionDenialHidden => true,
            // What may be an effect asks for a declaration: one request for all tasks.
            RuleId::EffectRepeated | RuleId::EffectLostOnTimeout => self.severity <= Severity::Low,
            // A timer is set for one task; leaving the errors of the platform out is a habit.
            RuleId::FailureUncaught => self.severity <= Severity::Medium,
            // A thing that is given back on the good way only: any step before may fail.
            RuleId::CompensationIncomplete => self.route.starts_with("uncaught"),
            RuleId::ErrorNameNeverMatches
            | RuleId::CatchShadowed
            | RuleId::HandlerLosesInput
            | RuleId::HandlerFails
            | RuleId::CallbackUnbounded
            | RuleId::TaskUnbounded
            | RuleId::PollingUnbounded
            | RuleId::AnswerUnhandled
            | RuleId::ExecutionUnbounded
            | RuleId::HistoryLimit
            | RuleId::MissingPath
            | RuleId::ChoiceUnmatched
            | RuleId::PartialSuccessIgnored
            | RuleId::RecordLeftBehind
            | RuleId::PayloadExceedsLimit
            | RuleId::ItemFailureDiscardsSiblings
            | RuleId::Intent => false,
        }
    }

    /// Whether a redrive shows it. What a retry repeats as well is not told twice.
    pub(crate) fn is_redrive(&self) -> bool {
        self.route == Self::REDRIVEN
    }

    /// The route of effects that only a redrive repeats.
    pub(crate) const REDRIVEN: &str = "redriven";

    /// Takes another violation of the same finding in: its states, what it adds to the patch, and its severity if
    /// that is higher. The text, the proof and `state` stay those of the first.
    pub fn absorb(&mut self, other: &Self) {
        self.severity = self.severity.max(other.severity);
        for state in other.state.iter().chain(&other.states) {
            if Some(*state) != self.state && !self.states.contains(state) {
                self.states.push(*state);
            }
        }
        self.states.sort_unstable();
        // A patch mends all states of a finding, or there is none.
        let (mine, theirs) = (&self.fix, &other.fix);
        if mine.is_partial || theirs.is_partial || mine.asl_patch.is_empty() != theirs.asl_patch.is_empty() {
            self.fix.is_partial = true;
            self.fix.asl_patch.clear();
            return;
        }
        for operation in &other.fix.asl_patch {
            let known = |mine: &PatchOperation| mine.op == operation.op && mine.path == operation.path;
            if !self.fix.asl_patch.iter().any(known) {
                self.fix.asl_patch.push(operation.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(rule: RuleId, state: u32, class: ErrorClass) -> Violation {
        let operation = PatchOperation { op: "add", path: format!("/States/{state}/Retry"), value: None };
        Violation {
            rule,
            severity: Severity::Low,
            class,
            state: Some(StateId(state)),
            states: vec![],
            site: None,
            route: "no-retrier".to_owned(),
            events: vec![],
            title: String::new(),
            error: None,
            cause: None,
            why: String::new(),
            fix: Fix { asl_patch: vec![operation], ..Fix::default() },
            pointer: String::new(),
        }
    }

    #[test]
    fn a_missing_retrier_is_one_finding_for_all_tasks_and_classes_and_its_patch_mends_all() {
        let mut first = violation(RuleId::TransientNotRetried, 1, ErrorClass::Transient);
        let second = violation(RuleId::TransientNotRetried, 4, ErrorClass::Throttling);
        assert_eq!(first.fingerprint(), second.fingerprint());
        first.absorb(&second);
        first.absorb(&second);
        assert_eq!((first.state, &first.states), (Some(StateId(1)), &vec![StateId(4)]));
        let paths: Vec<_> = first.fix.asl_patch.iter().map(|operation| operation.path.as_str()).collect();
        assert_eq!(paths, ["/States/1/Retry", "/States/4/Retry"]);
    }

    #[test]
    fn a_broken_handler_is_one_finding_for_each_state() {
        let first = violation(RuleId::HandlerFails, 1, ErrorClass::Transient);
        let second = violation(RuleId::HandlerFails, 4, ErrorClass::Transient);
        assert_ne!(first.fingerprint(), second.fingerprint());
    }
}
