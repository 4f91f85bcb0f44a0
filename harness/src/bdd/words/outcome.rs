//! How the execution ends.

use super::phrase::{ending, route, time};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Ending, Error, Place, Text};
use crate::bdd::stage::{Asked, Expectation, Met};
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage};
use crate::history::{ExecutionTimer, Outcome, Visits};

pub(super) const SECTION: Section = Section {
    name: "Ending",
    about: "How the execution ends. With several runs, all of them. Where it is started again, delivered twice or \
            redriven, the ending of the last one counts.",
    steps: &[
        Step::then(
            "the execution succeeds",
            "It ends as SUCCEEDED.",
            "the execution succeeds",
            |stage, _| ends(stage, "the execution succeeds", Outcome::succeeded),
        ),
        Step::then(
            "the execution does not succeed",
            "It ends in any other way than SUCCEEDED.",
            "the execution does not succeed",
            |stage, _| ends(stage, "the execution does not succeed", |outcome| !outcome.succeeded()),
        ),
        Step::then(
            "the execution fails",
            "It ends as FAILED; with TIMED_OUT and ABORTED it does not.",
            "the execution fails",
            |stage, _| ends(stage, "the execution fails", |outcome| outcome.status() == "FAILED"),
        ),
        Step::then(
            "the execution times out",
            "It ends as TIMED_OUT: by its own `TimeoutSeconds`, or after the longest that AWS lets it run.",
            "the execution times out",
            |stage, _| ends(stage, "the execution times out", |outcome| outcome.status() == "TIMED_OUT"),
        ),
        Step::then(
            "the execution is aborted",
            "It ends as ABORTED, because it was stopped from outside.",
            "the execution is aborted",
            |stage, _| ends(stage, "the execution is aborted", |outcome| outcome.status() == "ABORTED"),
        ),
        Step::then(
            "the execution ends as {status}",
            "It ends with this status.",
            "the execution ends as TIMED_OUT",
            ends_as,
        ),
        Step::then(
            "the execution ends as without the fault(s)",
            "It ends with the same status and the same output or error as the same execution without any fault.",
            "the execution ends as without the fault",
            without_impact,
        ),
        Step::then(
            "the execution fails with {error}",
            "It ends as FAILED with this error.",
            "the execution fails with PaymentDeclined",
            fails_with,
        ),
        Step::then(
            "the execution succeeds or fails with {error}",
            "It ends as SUCCEEDED, or as FAILED with this error: what a workflow that says so itself does under any fault.",
            "the execution succeeds or fails with OrderCancelled",
            succeeds_or_fails_with,
        ),
        Step::then(
            "the execution fails with {error} and a cause that contains {text}",
            "It ends as FAILED with this error, and this text is in its cause.",
            "the execution fails with PaymentDeclined and a cause that contains \"card expired\"",
            fails_with_cause,
        ),
        Step::then(
            "the cause contains {text}",
            "The execution fails or is stopped, and this text is in its cause.",
            "the cause contains \"card expired\"",
            cause,
        ),
        Step::then(
            "the execution ends in {state}",
            "The state is the last that the execution enters; of states within Parallel and Map states, the Parallel \
             or Map around them.",
            "the execution ends in NotifyOps",
            ends_in,
        ),
        Step::then(
            "the execution never hangs",
            "It does not wait until AWS ends it: after a year, or an Express execution after 5 minutes. Its own \
             `TimeoutSeconds` may end it.",
            "the execution never hangs",
            never_hangs,
        ),
    ],
};

fn ends(stage: &mut Stage, clause: &str, is_right: impl Fn(&Outcome) -> bool) -> Result<(), Failed> {
    stage.expect(Expectation::that(clause), |asked| {
        let outcome = &asked.history.outcome;
        Met::when(is_right(outcome), || told(asked))
    })
}

/// How it ends; of one that times out also which clock ends it.
fn told(asked: &Asked<'_>) -> String {
    match &asked.history.outcome {
        Outcome::TimedOut { by } => {
            let by = match by {
                ExecutionTimer::Declared => "by its own TimeoutSeconds",
                ExecutionTimer::Longest => "because AWS lets no execution last longer",
            };
            format!("it ends as TIMED_OUT after {}, {by}", time(asked.history.duration))
        }
        other => ending(other),
    }
}

fn ends_as(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Ending(wanted) = arguments.get(0)?;
    ends(stage, &format!("the execution ends as {wanted}"), |outcome| outcome.status() == wanted)
}

fn without_impact(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.expect(Expectation::that("the execution ends as without the fault"), |asked| {
        let (outcome, without) = (&asked.history.outcome, &asked.run.baseline.outcome);
        if asked.run.is_usual() {
            return Met::Idle("nothing goes wrong in this run".to_owned());
        }
        Met::when(outcome == without, || {
            let output = |outcome: &Outcome| match outcome.output() {
                Some(output) => format!("{} with the output {}", ending(outcome), asked.shown(output)),
                None => ending(outcome),
            };
            format!("{}, and without the fault {}", output(outcome), output(without))
        })
    })
}

fn succeeds_or_fails_with(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Error(wanted) = arguments.get(0)?;
    let is_right = |outcome: &Outcome| {
        outcome.succeeded() || outcome.status() == "FAILED" && outcome.error() == Some(wanted.as_str())
    };
    ends(stage, &format!("the execution succeeds or fails with {wanted}"), is_right)
}

fn fails_with(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Error(wanted) = arguments.get(0)?;
    let is_right =
        |outcome: &Outcome| outcome.status() == "FAILED" && outcome.error() == Some(wanted.as_str());
    ends(stage, &format!("the execution fails with {wanted}"), is_right)
}

fn fails_with_cause(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Error(wanted) = arguments.get(0)?;
    let text = part_of_cause(arguments, 1)?;
    let clause = format!("the execution fails with {wanted} and a cause that contains \"{text}\"");
    ends(stage, &clause, |outcome| {
        outcome.status() == "FAILED" && outcome.error() == Some(&wanted) && has_cause(outcome, &text)
    })
}

fn cause(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let text = part_of_cause(arguments, 0)?;
    ends(stage, &format!("the cause contains \"{text}\""), |outcome| has_cause(outcome, &text))
}

fn has_cause(outcome: &Outcome, text: &str) -> bool {
    outcome.cause().is_some_and(|cause| cause.contains(text))
}

/// Every cause contains the empty text: nobody means that.
fn part_of_cause(arguments: &Arguments<'_>, at: usize) -> Result<String, Failed> {
    let Text(text) = arguments.get(at)?;
    if text.is_empty() {
        return Err(Wrong::new("every cause contains \"\"").help("write a part of the cause").into());
    }
    Ok(text)
}

fn ends_in(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let state = stage.state(&place)?;
    let machine = &stage.subject()?.model.machine;
    if let Some(outer) = machine.enclosing(state).last() {
        let wrong = Wrong::new(format!("`{}` is a state within `{}`", place.0, outer.path));
        return Err(wrong.help(format!("an execution can end in `{}`", outer.path)).into());
    }
    let expectation = Expectation::that(format!("the execution ends in {}", place.0));
    stage.expect(expectation.about(&Visits::all(state)), |asked| {
        let last = asked.history.last_state();
        Met::when(last == Some(state), || match last {
            Some(last) => format!(
                "it ends in {}; {}",
                asked.machine().state(last).name,
                route(asked.machine(), asked.history)
            ),
            None => "it enters no state".to_owned(),
        })
    })
}

fn never_hangs(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.expect(Expectation::that("the execution never hangs"), |asked| {
        let hangs = matches!(asked.history.outcome, Outcome::TimedOut { by: ExecutionTimer::Longest });
        Met::when(!hangs, || told(asked))
    })
}
