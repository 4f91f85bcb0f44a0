//! What an intent says is meant, and so is no weakness too.
//!
//! An intent silences a rule only where both say the same of the same fault, and only where the run ends as declared:
//!
//! - `ends:STATE` and `no-impact` with an execution that ends as SUCCEEDED: `failure-swallowed` and
//!   `failure-only-recorded`; `permission-denial-hidden` too, if the intent names `permission-denied` itself;
//! - `propagates`: `failure-uncaught`.
//!
//! A retry that is missing, an effect that is repeated, a compensation that fails: no intent says that these are meant.

use crate::fault::{Class, FaultName, Intent, Meant, MeantEnding};
use crate::history::{Attempt, Outcome};
use crate::oracle::{Judgement, RuleId, Run, Violation};

use super::{ending, intent_of};

/// Takes the violations back that an intent explains.
pub(super) fn retract(run: &Run<'_>, out: &mut Judgement) {
    out.retract(|violation| is_silenceable(violation.rule) && is_explained(run, violation));
}

fn is_silenceable(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::FailureSwallowed
            | RuleId::FailureOnlyRecorded
            | RuleId::PermissionDenialHidden
            | RuleId::FailureUncaught
    )
}

fn is_explained(run: &Run<'_>, violation: &Violation) -> bool {
    let Some(site) = &violation.site else { return false };
    run.history.injected.iter().any(|injected| {
        let Some(fault) = run.case.plan.faults().get(injected.fault) else { return false };
        let Some(attempt) = run.history.attempts.get(injected.attempt) else { return false };
        if fault.site.state != site.state || fault.site.iteration != site.iteration {
            return false;
        }
        let intent = intent_of(run, |intent| intent.covers_lasting(run.model, fault));
        intent.is_some_and(|(_, intent)| {
            intent.is.iter().any(|meant| says(run, attempt, violation.rule, intent, meant))
        })
    })
}

/// Whether what is meant is what the rule complains of, and happens.
fn says(run: &Run<'_>, attempt: &Attempt, rule: RuleId, intent: &Intent, meant: &Meant) -> bool {
    if rule == RuleId::FailureUncaught {
        let MeantEnding::Propagates(error) = &meant.ending else { return false };
        return ending::propagates(run, error.as_deref());
    }
    if rule == RuleId::PermissionDenialHidden && !names_the_denial(intent) {
        return false;
    }
    let ends_well = matches!(run.history.outcome, Outcome::Succeeded { .. });
    ends_well
        && match &meant.ending {
            MeantEnding::Ends(state) => ending::not_through(run, attempt, *state).is_none(),
            MeantEnding::NoImpact => ending::impact(run).is_none(),
            MeantEnding::SameOutput => ending::impact(run).is_none() && ending::other_output(run).is_none(),
            MeantEnding::Propagates(_) | MeantEnding::Compensates(_) => false,
        }
}

fn names_the_denial(intent: &Intent) -> bool {
    intent.faults.iter().any(|name| match name {
        FaultName::Any => false,
        FaultName::Named(name) => *name == Class::PermissionDenied.name(),
        FaultName::One(class) => *class == Class::PermissionDenied,
    })
}
