//! `intent`: a fault ends as the user declared it is meant to.
//!
//! A run is held against an intent when the fault is the only one in it, or the last one, at a state that only a
//! failure before it leads to. Of several intents that name a fault the last in the file counts. What an intent says is
//! not a weakness too: see [`explained`].
//!
//! An intent whose faults never came into force is vacuous; [`Judgement::intent_verdict`] says so for each.

mod ending;
mod explained;
mod finding;

use super::{Judgement, Oracle, RuleId, Run, Verdict};
use crate::fault::{Fault, Intent};
use crate::history::{Attempt, Injected, Outcome};

/// Judges the rules of the property `intent`.
#[derive(Debug)]
pub(super) struct Judge;

impl Oracle for Judge {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        if run.model.intents.is_empty() || run.history.injected.is_empty() {
            return;
        }
        // What becomes of an execution that is started twice or redriven is not what a fault is meant to do.
        let is_usual = run.case.plan.incidents().is_empty();
        if let Some(tested) = Tested::of(run).filter(|_| is_usual) {
            tested.judge(run, out);
        }
        explained::retract(run, out);
    }
}

/// A fault that is held against its intent.
#[derive(Clone, Copy)]
struct Tested<'a> {
    /// Position among the intents of the model.
    index: usize,
    intent: &'a Intent,
    fault: &'a Fault,
    /// The first attempt that the fault hit.
    attempt: &'a Attempt,
    /// Position of the fault in the plan.
    in_plan: usize,
    /// Whether another fault led to the state.
    led: bool,
}

impl<'a> Tested<'a> {
    fn of(run: &Run<'a>) -> Option<Self> {
        let mut injected: Vec<&Injected> = Vec::new();
        for new in &run.history.injected {
            if injected.iter().all(|known| known.fault != new.fault) {
                injected.push(new);
            }
        }
        let (last, led) = match injected.as_slice() {
            [only] => (*only, false),
            [_, last] => (*last, true),
            _ => return None,
        };
        let fault = run.case.plan.faults().get(last.fault)?;
        let is_usual = |attempt: &Attempt| attempt.state == fault.site.state;
        if led && run.baseline.attempts.iter().any(is_usual) {
            return None;
        }
        let (index, intent) = intent_of(run, |intent| intent.covers(run.model, fault))?;
        let attempt = run.history.attempts.get(last.attempt)?;
        Some(Self { index, intent, fault, attempt, in_plan: last.fault, led })
    }

    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        if matches!(run.history.outcome, Outcome::Unknown(_)) {
            out.unknown(RuleId::Intent);
            return out.intent(self.index, Verdict::Unknown);
        }
        // What is missed first is the finding; the rest follows from it.
        let first = self.intent.is.iter().find_map(|meant| {
            let missed = ending::missed(run, self, &meant.ending)?;
            Some(finding::violation(run, self, meant, &missed))
        });
        let verdict = if first.is_some() { Verdict::Violated } else { Verdict::Holds };
        match first {
            Some(violation) => out.violated(violation),
            None => out.holds(RuleId::Intent),
        }
        out.intent(self.index, verdict);
    }
}

/// The last intent of a kind, with its position.
fn intent_of<'a>(run: &Run<'a>, is_meant: impl Fn(&Intent) -> bool) -> Option<(usize, &'a Intent)> {
    run.model.intents.iter().enumerate().rev().find(|(_, intent)| is_meant(intent))
}
