//! `dataflow`: what a state reads is there.
//!
//! `missing-path` and `choice-unmatched` are judged where the data is the user's own (an example input with the
//! answers that go with it) and nothing was injected. Invented data that does not fit proves nothing, with one
//! exception: a documented status that reaches a Choice without a rule for it.
//!
//! After a failure that was caught, `handler-loses-input` and `handler-fails` judge instead.

use crate::asl::{Kind, QueryLanguage, State};
use crate::diagnose::fix;
use crate::fault::Class;
use crate::generate::Origin;
use crate::history::{FailureRecord, Handling, Outcome};

use super::routing::missing_path;
use super::trace;
use super::{Judgement, Oracle, RuleId, Run, Severity, Violation};

/// Judges the rules of the property `dataflow`.
#[derive(Debug)]
pub(super) struct Dataflow;

impl Oracle for Dataflow {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        let own_data = run.case.plan.is_empty() && run.origin == Origin::User;
        let failure = run.history.failures.last().filter(|record| {
            matches!(run.history.outcome, Outcome::Failed { .. }) && trace::is_runtime(record)
        });
        let Some(record) = failure else {
            if own_data && run.history.outcome.succeeded() {
                out.holds(RuleId::MissingPath);
                if !run.history.decisions.is_empty() {
                    out.holds(RuleId::ChoiceUnmatched);
                }
            }
            return;
        };
        if run.history.failures.iter().any(|earlier| matches!(earlier.handling, Handling::Caught { .. })) {
            return;
        }
        let state = run.model.machine.state(record.state);
        if is_unmatched(state, record) {
            if own_data || answered_by_documented_status(run) {
                out.violated(unmatched(run, record, state));
            }
        } else if own_data && let Some(path) = record.cause.as_deref().and_then(missing_path) {
            out.violated(missing(run, record, state, &path));
        }
    }
}

fn is_unmatched(state: &State, record: &FailureRecord) -> bool {
    // Recorded on AWS: "Failed to transition out of the state. The state does not point to a next state."
    matches!(state.kind, Kind::Choice(_))
        && record.cause.as_deref().is_some_and(|cause| cause.contains("does not point to a next state"))
}

fn answered_by_documented_status(run: &Run<'_>) -> bool {
    run.history.injected.iter().any(|injected| matches!(injected.class, Class::Status(_)))
}

fn unmatched(run: &Run<'_>, record: &FailureRecord, state: &State) -> Violation {
    let value = match run.history.injected.last().map(|injected| &injected.class) {
        Some(Class::Status(status)) => format!("The documented status `{status}`"),
        _ => "A value of this input".to_owned(),
    };
    Violation {
        route: "no-rule".to_owned(),
        title: "No rule holds, and there is no Default".to_owned(),
        why: format!(
            "{value} matches no rule of `{}`. The execution fails, and nothing can catch that.",
            state.name
        ),
        fix: fix::words("Add a `Default`, and let it end in a Fail state that says what was not expected."),
        pointer: format!("{}/Choices", state.pointer),
        ..trace::violation(run, RuleId::ChoiceUnmatched, Severity::High, record)
    }
}

fn missing(run: &Run<'_>, record: &FailureRecord, state: &State, path: &str) -> Violation {
    Violation {
        route: path.to_owned(),
        title: format!("`{path}` is read, and is not there"),
        why: format!(
            "With this input and these answers nothing provides `{path}` when `{}` reads it. The execution fails \
             with `{}`, and {}.",
            state.name,
            record.error,
            trace::why_uncaught(record)
        ),
        fix: fix::words(format!(
            "Test with {} before reading it, or keep it {} where it gets lost.",
            fix::presence_test(state),
            if state.query_language == QueryLanguage::Jsonata {
                "in a variable"
            } else {
                "with `ResultPath`"
            }
        )),
        ..trace::violation(run, RuleId::MissingPath, Severity::High, record)
    }
}
