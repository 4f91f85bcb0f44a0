//! `payload-exceeds-limit`: an execution dies because what it carries has more than 262,144 bytes of UTF-8.
//!
//! Docs, "Quotas": the limit holds for every input, output and result. Past it the execution fails with
//! `States.DataLimitExceeded`, and no handler is asked, unless it is the result of a task.

use crate::asl::StateId;
use crate::catalog::ErrorClass;
use crate::error::{ErrorName, Origin};
use crate::history::{EventId, FailureRecord, Outcome};
use crate::oracle::trace;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

use super::{growth, large, results};

pub(super) const RULE: RuleId = RuleId::PayloadExceedsLimit;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    let Some(record) = fatal(run) else { return };
    if let Some(grown) = growth::of_loop(run, record) {
        out.violated(growth::violation(run, record, &grown));
    } else if let Some(violation) = results::violation(run, record).or_else(|| large::violation(run, record))
    {
        out.violated(violation);
    }
}

/// The failure that ended the execution, if a payload was too large.
fn fatal<'a>(run: &Run<'a>) -> Option<&'a FailureRecord> {
    let Outcome::Failed { error: Some(error), .. } = &run.history.outcome else { return None };
    let last = run.history.failures.last()?;
    let root =
        std::iter::successors(Some(last), |record| Some(&run.history.failures[record.echo_of?])).last()?;
    let injected = root.attempt.is_some_and(|attempt| run.history.attempts[attempt].injected.is_some());
    (**error == *ErrorName::DATA_LIMIT && *root.error == *ErrorName::DATA_LIMIT && !injected).then_some(root)
}

/// A violation at the state that should change.
pub(super) fn base(run: &Run<'_>, record: &FailureRecord, state: StateId, severity: Severity) -> Violation {
    let machine = &run.model.machine;
    Violation {
        class: ErrorClass::DataLimit,
        state: Some(state),
        states: if record.state == state { Vec::new() } else { vec![record.state] },
        events: vec![record.event, EventId(run.history.events.len() as u32)],
        pointer: machine.state(state).pointer.to_string(),
        ..trace::violation(run, RULE, severity, record)
    }
}

/// Whether a catcher could take it: of the results of tasks only.
pub(super) fn is_uncatchable(record: &FailureRecord) -> bool {
    record.origin == Origin::Interpreter
}
