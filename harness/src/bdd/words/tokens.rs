//! What is waited for: task tokens, answers, times.

use super::phrase::{place as told_place, time};
use crate::asl::{Kind, Machine, StateId};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Place, Span};
use crate::bdd::stage::{Expectation, Met};
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage};
use crate::catalog::Pattern;
use crate::history::{Attempt, Ending, Stay, VirtualTime, Visits};

pub(super) const SECTION: Section = Section {
    name: "Tokens and waiting",
    about: "Whether task tokens are answered in time, and how long states wait: from their entry until they are left, \
            retries included.",
    steps: &[
        Step::then(
            "the task token of {state} is answered",
            "Of every visit, the token of the last attempt comes back in time, with a result or with an error.",
            "the task token of AwaitApproval is answered",
            |stage, arguments| answered(stage, arguments, "is answered", |answered| answered),
        ),
        Step::then(
            "the task token of {state} is never answered",
            "No token of the state comes back before it is too late.",
            "the task token of AwaitApproval is never answered",
            |stage, arguments| answered(stage, arguments, "is never answered", |answered| !answered),
        ),
        Step::then(
            "{state} waits at most {duration}",
            "Each visit of the state is left after this time or before.",
            "AwaitApproval waits at most 1 day",
            waits_at_most,
        ),
        Step::then(
            "nobody waits longer than {duration}",
            "Each visit of each Task and Wait state is left after this time or before.",
            "nobody waits longer than 1 day",
            nobody_waits,
        ),
    ],
};

fn answered(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    word: &str,
    is_right: impl Fn(bool) -> bool,
) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits_of_task(&place, "only tasks wait for a task token")?;
    let subject = stage.subject()?;
    let task = subject.model.machine.state(visits.state).task();
    if task.is_none_or(|task| task.integration.pattern != Pattern::Callback) {
        let wrong = Wrong::new(format!("`{}` does not wait for a task token", place.0));
        return Err(wrong.help("only a resource that ends with .waitForTaskToken does").into());
    }
    let clause = format!("the task token of {} {word}", place.0);
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let attempts = asked.history.attempts_in(&visits);
        let is_last = |attempt: &&&Attempt| {
            let is_next = |other: &&Attempt| {
                asked.history.site(other) == asked.history.site(attempt) && other.number > attempt.number
            };
            !attempts.iter().any(is_next)
        };
        let mut last = attempts.iter().filter(is_last);
        let wrong = last.find(|attempt| !is_right(is_answered(attempt)));
        match wrong {
            None if attempts.is_empty() => Met::Idle(format!("{} is never entered", place.0)),
            None => Met::Yes,
            Some(attempt) => {
                let waited = time(VirtualTime(attempt.ended_at.0.saturating_sub(attempt.at.0)));
                Met::No(match &attempt.ending {
                    Ending::Succeeded(_) => format!("it is answered after {waited}"),
                    Ending::Failed { error, .. } if is_answered(attempt) => {
                        format!("it is answered with {error} after {waited}")
                    }
                    Ending::Failed { error, .. } => format!("{} ends with {error} after {waited}", place.0),
                    Ending::Aborted => format!("{} is aborted after {waited}", place.0),
                    Ending::Open => format!("the execution ends while {} has waited for {waited}", place.0),
                })
            }
        }
    })
}

/// A timer or a refused call is no answer; an error from whoever holds the token is one.
fn is_answered(attempt: &Attempt) -> bool {
    match &attempt.ending {
        Ending::Succeeded(_) => true,
        Ending::Failed { error, .. } => attempt.applied && &**error != crate::error::ErrorName::TIMEOUT,
        Ending::Aborted | Ending::Open => false,
    }
}

fn waits_at_most(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (place, limit): (Place, Span) = (arguments.get(0)?, arguments.get(1)?);
    let visits = stage.visits(&place)?;
    let machine = &stage.subject()?.model.machine;
    if !passes_time(machine, visits.state) {
        let kind = machine.state(visits.state).kind.type_name();
        let wrong = Wrong::new(format!("`{}` is a {kind} state; no time passes in it", place.0));
        return Err(wrong.help("ask for a Task, Wait, Parallel or Map state").into());
    }
    let clause = format!("{} waits at most {}", place.0, arguments.said(1));
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let stays = asked.history.stays_in(&visits);
        let longest = stays.iter().max_by_key(|stay| length(stay, asked.history));
        match longest {
            None => Met::Idle(format!("{} is never entered", place.0)),
            Some(stay) => Met::when(length(stay, asked.history) <= limit.ms, || told(stay, asked.history)),
        }
    })
}

/// Virtual milliseconds.
fn length(stay: &Stay, history: &crate::history::History) -> u64 {
    stay.until(history).0.saturating_sub(stay.entry.at.0)
}

fn told(stay: &Stay, history: &crate::history::History) -> String {
    let waited = Span { ms: length(stay, history) };
    match stay.left {
        Some(_) => format!("it waits for {waited}"),
        None => format!("it waits for {waited}, until the execution ends as {}", history.outcome.status()),
    }
}

fn passes_time(machine: &Machine, state: StateId) -> bool {
    match machine.state(state).kind {
        Kind::Task(_) | Kind::Wait(_) | Kind::Parallel { .. } | Kind::Map(_) => true,
        Kind::Pass { .. } | Kind::Choice(_) | Kind::Succeed | Kind::Fail { .. } => false,
    }
}

fn nobody_waits(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let limit: Span = arguments.get(0)?;
    stage.expect(Expectation::that(format!("nobody waits longer than {}", arguments.said(0))), |asked| {
        let (machine, history) = (asked.machine(), asked.history);
        let waits =
            |stay: &Stay| matches!(machine.state(stay.entry.state).kind, Kind::Task(_) | Kind::Wait(_));
        let stays = history.stays().into_iter().filter(waits);
        match stays.max_by_key(|stay| length(stay, history)) {
            None => Met::Idle("no Task and no Wait state is entered".to_owned()),
            Some(stay) => Met::when(length(&stay, history) <= limit.ms, || {
                let visits = Visits::all(stay.entry.state);
                let name = told_place(machine, &visits, &stay.entry.iteration, stay.entry.visit);
                told(&stay, history).replacen("it", &name, 1)
            }),
        }
    })
}
