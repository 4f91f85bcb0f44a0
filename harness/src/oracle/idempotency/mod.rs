//! `idempotency`: an effect is applied once.
//!
//! `effect-repeated`: the service did the work, the answer was lost or came too late, and a retrier made the call
//! again. For calls that are known to do their work once more, this is critical; functions, endpoints, workers and
//! child executions may be idempotent inside, so theirs is low and asks for a declaration; a second notification is
//! low.
//!
//! A retrier of a Parallel or Map state makes all calls inside again, also those that went well: the same holds for them.
//!
//! Declared as an effect, theirs is critical; declared as harmless, or with a declared key that is the same in both
//! attempts, it is none. A key that is made anew in each attempt guards nothing.
//!
//! Exempt: calls that only read or that leave things as the first one did; a guard in the request that is the same
//! in both attempts (a client token, a deduplication id, a condition that the write makes false, a name, a key); a
//! retry after an error that the worker itself reported.

pub(crate) mod again;
mod compensation;
mod enclosing;
mod guard;
mod ledger;
mod leftover;
mod lost;
mod proposal;
mod take_back;

use crate::asl::{State, Task};
use crate::catalog::{ErrorClass, Pattern};
use crate::error::ErrorName;
use crate::fault::Class;
use crate::history::{Attempt, Ending, FailureRecord, Handling};

use super::trace;
use super::{Judgement, Oracle, RuleId, Run, Violation};
use guard::{Because, Repetition, repetition};
use proposal::proposal;

const RULE: RuleId = RuleId::EffectRepeated;

/// Judges the rules of the property `idempotency`.
#[derive(Debug)]
pub(super) struct Idempotency;

impl Oracle for Idempotency {
    fn judges_repetitions(&self) -> bool {
        true
    }

    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        if let Some(before) = &run.history.before {
            leftover::judge(run, before, out);
            again::repeated(run, before, out);
            return again::delivered(run, before, out);
        }
        if run.case.plan.is_redriven() {
            return again::redriven(run, out);
        }
        enclosing::judge(run, out);
        compensation::judge(run, out);
        lost::judge(run, out);
        for (_, record, first) in trace::task_failures(run) {
            let Handling::Retried { .. } = record.handling else { continue };
            if !first.applied || !is_outcome_unknown(run, record, first) {
                continue;
            }
            let Some(second) = next_attempt(run, first).filter(|second| second.applied || succeeded(second))
            else {
                continue;
            };
            let state = run.model.machine.state(first.state);
            let Some(task) = state.task() else { continue };
            match repetition(run, state, task, first, second) {
                Some(found) => out.violated(violation(run, &found, record, second, state, task)),
                None => out.holds(RULE),
            }
        }
    }
}

fn succeeded(attempt: &Attempt) -> bool {
    matches!(attempt.ending, Ending::Succeeded(_))
}

/// Whether nobody could know if the work was done: a timer fired, or the answer was lost. A worker that reports an
/// error has had its say, and trying again is what the retrier is for.
fn is_outcome_unknown(run: &Run<'_>, record: &FailureRecord, attempt: &Attempt) -> bool {
    let injected = attempt.injected.map(|index| &run.history.injected[index].class);
    let lost = matches!(
        injected,
        Some(
            Class::LostAnswer
                | Class::LostAnswerAs(_)
                | Class::LostHeartbeat
                | Class::CallbackMissing
                | Class::CallbackLate
        )
    );
    lost || &*record.error == ErrorName::TIMEOUT
}

/// The next attempt of the same visit.
fn next_attempt<'a>(run: &Run<'a>, first: &Attempt) -> Option<&'a Attempt> {
    run.history.attempts.iter().find(|attempt| {
        attempt.state == first.state
            && attempt.strand == first.strand
            && attempt.visit == first.visit
            && attempt.number == first.number + 1
    })
}

fn violation(
    run: &Run<'_>,
    found: &Repetition,
    record: &FailureRecord,
    second: &Attempt,
    state: &State,
    task: &Task,
) -> Violation {
    let (title, why) = told(found, record, task);
    Violation {
        class: ErrorClass::Timeout,
        route: route(found, task).to_owned(),
        events: vec![record.event, second.scheduled],
        title,
        why,
        fix: proposal(run, state, task, found),
        pointer: format!("{}/Retry", state.pointer),
        ..trace::violation(run, RULE, found.severity, record)
    }
}

/// Title and reason.
fn told(found: &Repetition, record: &FailureRecord, task: &Task) -> (String, String) {
    let call = task.called();
    let error = &record.error;
    let again =
        format!("The service did the work, only the answer did not arrive. `{error}` is retried, and");
    match &found.because {
        Because::KeyMadeAnew(member) => (
            format!("`{member}` is another key in every attempt, so that a retry repeats {call}"),
            format!(
                "{again} the call is made again with a new value in `{member}`, which is taken for other work."
            ),
        ),
        Because::KeyMissing(key) => (
            format!("The declared key `{key}` is not in the request of {call}"),
            format!("{again} the call is made again without the key by which the other side should know it."),
        ),
        Because::ByContent => (
            format!("A retry repeats {call}, unless the queue compares the contents of messages"),
            format!(
                "{again} the message is sent again without a deduplication id. Only a queue or topic with \
                 content-based deduplication drops it, and the definition does not show that it is one."
            ),
        ),
        Because::AnotherThing(name) => (
            format!("A retry after a lost answer writes another thing, because `{name}` is made anew"),
            format!("{again} the call is made again with another value in `{name}`: both stay."),
        ),
        Because::Forgotten(minutes) => (
            format!("A retry comes after the {minutes} minutes for which {call} knows its key"),
            format!(
                "{again} the call is made again more than {minutes} minutes later, when its key is forgotten."
            ),
        ),
        Because::Unguarded | Because::Undeclared | Because::ToldTwice
            if task.integration.pattern == Pattern::Callback =>
        {
            (
                "A retry after a timeout sends the message again, with a new token".to_owned(),
                format!(
                    "The first message was sent and may still be worked on when `{error}` is retried. The second one \
                     carries another token: the work is done twice, and the answer to the first token is refused."
                ),
            )
        }
        Because::Unguarded | Because::Undeclared | Because::ToldTwice => (
            format!("A retry after a lost answer repeats {call}"),
            format!(
                "{again} the call is made again with nothing in the request by which the service could tell."
            ),
        ),
    }
}

fn route(found: &Repetition, task: &Task) -> &'static str {
    match found.because {
        Because::ToldTwice => "answer-lost>told-twice",
        Because::Undeclared => "answer-lost>undeclared",
        Because::KeyMadeAnew(_) => "answer-lost>key-made-anew",
        Because::ByContent => "answer-lost>by-content",
        Because::KeyMissing(_) => "answer-lost>key-missing",
        Because::AnotherThing(_) => "answer-lost>another-thing",
        Because::Forgotten(_) => "answer-lost>key-forgotten",
        Because::Unguarded if task.integration.pattern == Pattern::Callback => "token>sent-again",
        Because::Unguarded => "answer-lost>repeated",
    }
}
