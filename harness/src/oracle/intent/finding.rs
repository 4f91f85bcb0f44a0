//! A fault that does not end as it was declared to, as a finding: what is meant, what happens, with Error and Cause.

use std::fmt::Write as _;

use crate::asl::{State, StateId};
use crate::catalog::ErrorClass;
use crate::diagnose::fix;
use crate::fault::{Class, Meant, MeantEnding};
use crate::history::{FailureRecord, Handling, Outcome};
use crate::oracle::trace;
use crate::oracle::{Fix, RuleId, Run, Violation};

use super::Tested;
use super::ending::Missed;

pub(super) fn violation(run: &Run<'_>, tested: &Tested<'_>, meant: &Meant, missed: &Missed) -> Violation {
    let history = run.history;
    let state = run.model.machine.state(tested.fault.site.state);
    let failure = failure(run, tested);
    let fault = &tested.fault.class;
    let last = history.events.last().map(|event| event.id);
    let first = failure.map_or(tested.attempt.scheduled, |failure| failure.event);
    let class = match failure {
        Some(failure) => trace::class_of(history, failure),
        None if is_silence(fault) => ErrorClass::Timeout,
        None => ErrorClass::Unknown,
    };
    Violation {
        class,
        route: format!("{}>{}", tested.intent.text(), meant.text),
        events: std::iter::once(first).chain(last).collect(),
        title: format!(
            "`{fault}` is meant to {}, and {}",
            purpose(run, &meant.ending),
            instead(run, &meant.ending, missed)
        ),
        error: failure.map(|failure| failure.error.clone()),
        cause: failure.and_then(|failure| failure.cause.clone()),
        why: why(run, tested, meant, missed, failure),
        fix: remedy(run, tested, &meant.ending, missed, failure),
        pointer: state.pointer.to_string(),
        ..trace::violation_at(run, RuleId::Intent, tested.intent.severity, tested.attempt)
    }
}

/// The last failure that the fault caused.
fn failure<'a>(run: &Run<'a>, tested: &Tested<'_>) -> Option<&'a FailureRecord> {
    let history = run.history;
    let is_ours = |failure: &&FailureRecord| {
        let attempt = failure.attempt.and_then(|attempt| history.attempts.get(attempt));
        let injected = attempt.and_then(|attempt| attempt.injected);
        injected.is_some_and(|at| history.injected[at].fault == tested.in_plan)
    };
    history.failures.iter().rev().find(is_ours)
}

fn is_silence(class: &Class) -> bool {
    matches!(
        class,
        Class::Timeout
            | Class::LostAnswer
            | Class::LostHeartbeat
            | Class::CallbackMissing
            | Class::CallbackLate
            | Class::JobNeverEnds
    )
}

/// `be compensated by `Refund``
fn purpose(run: &Run<'_>, meant: &MeantEnding) -> String {
    match meant {
        MeantEnding::NoImpact | MeantEnding::SameOutput => "have no impact".to_owned(),
        MeantEnding::Propagates(None) => "end the execution as FAILED".to_owned(),
        MeantEnding::Propagates(Some(error)) => format!("end the execution with `{error}`"),
        MeantEnding::Ends(state) => format!("end through `{}`", name(run, *state)),
        MeantEnding::Compensates(state) => format!("be compensated by `{}`", name(run, *state)),
    }
}

fn instead(run: &Run<'_>, meant: &MeantEnding, missed: &Missed) -> String {
    let state = match meant {
        MeantEnding::Ends(state) | MeantEnding::Compensates(state) => name(run, *state),
        MeantEnding::NoImpact | MeantEnding::SameOutput | MeantEnding::Propagates(_) => "it",
    };
    match missed {
        Missed::End => format!("the execution {}", end(run)),
        Missed::Output => "the output is another one".to_owned(),
        Missed::NotEntered => format!("`{state}` is not entered"),
        Missed::FailsAfter => format!("after `{state}` the execution {}", end(run)),
        Missed::NotRun => format!("`{state}` does not run"),
        Missed::Fails => format!("`{state}` fails"),
        Missed::Unfinished => format!("`{state}` is cut off by the end of the execution"),
    }
}

/// `ends as FAILED with `PaymentDeclined``
fn end(run: &Run<'_>) -> String {
    let status = run.history.outcome.status();
    match &run.history.outcome {
        Outcome::Failed { error: Some(error), .. } => format!("ends as {status} with `{error}`"),
        _ => format!("ends as {status}"),
    }
}

fn why(
    run: &Run<'_>,
    tested: &Tested<'_>,
    meant: &Meant,
    missed: &Missed,
    failure: Option<&FailureRecord>,
) -> String {
    let state = &run.model.machine.state(tested.fault.site.state).name;
    let (place, fault) = (&tested.intent.place, &tested.fault.class);
    let mut text = format!("{place} declares that `{fault}` at `{state}` is `{}`.", meant.text);
    match failure {
        Some(failure) => {
            let _ = write!(
                text,
                " `{state}` fails with `{}`{}, {}.",
                failure.error,
                cause_of(failure),
                handling(run, failure)
            );
        }
        None if is_silence(fault) => {
            let _ = write!(text, " `{state}` gets no answer.");
        }
        None => {
            let _ = write!(text, " `{state}` answers, but not as usual.");
        }
    }
    if let Some(later) = failure.and_then(|failure| breaks_later(run, failure)) {
        let _ = write!(text, " Then `{}` fails with `{}`.", name(run, later.state), later.error);
    }
    let happens = match (missed, failing(run, &meant.ending)) {
        (Missed::Fails, Some(failed)) => {
            format!("`{}` fails with `{}`{}", name(run, failed.state), failed.error, cause_of(failed))
        }
        _ => capitalized(&instead(run, &meant.ending, missed)),
    };
    let _ = write!(text, " {happens}.");
    if !matches!(missed, Missed::End | Missed::FailsAfter) {
        let _ = write!(text, " The execution {}.", end(run));
    }
    text
}

/// The last failure of the state that was meant to do its work.
fn failing<'a>(run: &Run<'a>, meant: &MeantEnding) -> Option<&'a FailureRecord> {
    let MeantEnding::Compensates(state) = meant else { return None };
    run.history.failures.iter().rev().find(|failure| failure.state == *state)
}

/// ` (Rate exceeded)`
fn cause_of(failure: &FailureRecord) -> String {
    let cause = failure.cause.as_deref().filter(|cause| !cause.is_empty());
    cause.map(|cause| format!(" ({cause})")).unwrap_or_default()
}

/// What ended the execution, where it is another failure in another state.
fn breaks_later<'a>(run: &Run<'a>, ours: &FailureRecord) -> Option<&'a FailureRecord> {
    let last = run.history.failures.last()?;
    let is_other = last.event > ours.event && last.state != ours.state && last.echo_of.is_none();
    (is_other && matches!(last.handling, Handling::Uncaught { .. })).then_some(last)
}

fn handling(run: &Run<'_>, failure: &FailureRecord) -> String {
    let state = run.model.machine.state(failure.state);
    match failure.handling {
        Handling::Retried { .. } => "and is retried".to_owned(),
        Handling::Caught { catcher, .. } => {
            format!("and Catch[{catcher}] goes to `{}`", name(run, state.catch[catcher].next))
        }
        Handling::Uncaught { spent: Some(_) } => {
            "and no catcher takes it when the retries are spent".to_owned()
        }
        Handling::Uncaught { spent: None } => "and no handler of the state takes it".to_owned(),
        Handling::Tolerated => "and the Map tolerates it".to_owned(),
    }
}

fn remedy(
    run: &Run<'_>,
    tested: &Tested<'_>,
    meant: &MeantEnding,
    missed: &Missed,
    failure: Option<&FailureRecord>,
) -> Fix {
    let state = run.model.machine.state(tested.fault.site.state);
    let or = "If this end is meant, change the intent.";
    let here = &state.name;
    match (meant, missed) {
        (MeantEnding::NoImpact | MeantEnding::SameOutput, Missed::Output) => {
            fix::words(format!("Give the failure path of `{here}` the same output as the usual way. {or}"))
        }
        (MeantEnding::NoImpact | MeantEnding::SameOutput, _) => fix::words(format!(
            "Retry {} at `{here}` until it has passed, or catch it and do the work another way. {or}",
            error_name(failure)
        )),
        (MeantEnding::Propagates(None), _) => fix::words(format!(
            "Lead {} of `{here}` to a Fail state, or let it pass uncaught. {or}",
            error_name(failure)
        )),
        (MeantEnding::Propagates(Some(error)), _) => fix::words(format!(
            "Lead {} of `{here}` to a Fail state with the error `{error}`. {or}",
            error_name(failure)
        )),
        (MeantEnding::Ends(goal) | MeantEnding::Compensates(goal), Missed::NotEntered | Missed::NotRun)
            if let Some(later) = failure.and_then(|failure| breaks_later(run, failure)) =>
        {
            fix::words(format!(
                "Mend `{}`, which stands between the failure and `{}`. {or}",
                name(run, later.state),
                name(run, *goal)
            ))
        }
        (MeantEnding::Ends(goal), Missed::NotEntered) => lead_to(run, state, *goal, failure, or),
        (MeantEnding::Compensates(goal), Missed::NotRun) => fix::words(format!(
            "Catch {} of `{here}` and lead it to `{}`. {or}",
            error_name(failure),
            name(run, *goal)
        )),
        (MeantEnding::Ends(goal) | MeantEnding::Compensates(goal), _) => fix::words(format!(
            "See to it that `{}` succeeds after this failure: look at the input it gets and at its own handlers. {or}",
            name(run, *goal)
        )),
    }
}

/// A catcher that leads there, where nothing takes the failure yet and the state can be reached from there.
fn lead_to(run: &Run<'_>, state: &State, goal: StateId, failure: Option<&FailureRecord>, or: &str) -> Fix {
    let machine = &run.model.machine;
    let goal = machine.state(goal);
    let text =
        format!("Catch {} of `{}` and lead it to `{}`. {or}", error_name(failure), state.name, goal.name);
    let escapes = failure.is_some_and(|failure| matches!(failure.handling, Handling::Uncaught { .. }));
    if !escapes || goal.scope != state.scope || !state.catch.is_empty() {
        return fix::words(text);
    }
    fix::patch(text, vec![fix::catch_all(state, &goal.name)])
}

fn error_name(failure: Option<&FailureRecord>) -> String {
    failure.map_or_else(|| "the failure".to_owned(), |failure| format!("`{}`", failure.error))
}

fn name<'a>(run: &Run<'a>, state: StateId) -> &'a str {
    fix::name_of(&run.model.machine, state)
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
