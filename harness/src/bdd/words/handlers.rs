//! Which failures are caught, and where they lead.

use super::phrase::time;
use crate::asl::State;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Error, Place};
use crate::bdd::stage::{Asked, Expectation, Met};
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage};
use crate::error::{ErrorName, Origin};
use crate::history::{FailureRecord, Handling, Visits};
use crate::spelling::nearest;

pub(super) const SECTION: Section = Section {
    name: "Catchers",
    about: "Which failures are caught, and where they lead. Errors are named as they occur, such as States.Timeout; \
            States.ALL names no error that occurs. Failures that are retried are not meant before the last one.",
    steps: &[
        Step::then(
            "{state} catches {error}",
            "The state fails with this error, and a catcher of its own takes it, each time.",
            "ChargePayment catches PaymentDeclined",
            catches,
        ),
        Step::then(
            "{state} catches {error} and goes to {state}",
            "The state fails with this error, and a catcher of its own leads to that state, each time.",
            "ChargePayment catches PaymentDeclined and goes to ReleaseStock",
            catches_and_goes,
        ),
        Step::then(
            "{state} catches no failure",
            "Failures of the state are not taken by a catcher of its own.",
            "ChargePayment catches no failure",
            catches_none,
        ),
        Step::then(
            "{error} escapes {state}",
            "The state fails with this error, and no retrier and no catcher of its own takes it.",
            "States.Timeout escapes ChargePayment",
            escapes,
        ),
        Step::then(
            "no failure is caught",
            "Something fails, and no catcher of any state takes anything.",
            "no failure is caught",
            nothing_caught,
        ),
    ],
};

const HANDLERS_ONLY: &str = "only Task, Parallel and Map states can catch";

fn catches(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (place, visits, error) = caught(stage, arguments)?;
    let expectation = Expectation::that(format!("{} catches {error}", place.0)).about(&visits);
    stage.expect(expectation, |asked| {
        each_time(asked, &place, &visits, &error, |record| matches!(record.handling, Handling::Caught { .. }))
    })
}

fn catches_and_goes(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (place, visits, error) = caught(stage, arguments)?;
    let next: Place = arguments.get(2)?;
    let target = stage.state(&next)?;
    let subject = stage.subject()?;
    let machine = &subject.model.machine;
    let state = machine.state(visits.state);
    if state.catch.iter().all(|catcher| catcher.next != target) {
        let known = state.catch.iter().map(|catcher| &*machine.state(catcher.next).name);
        let wrong = Wrong::new(format!("no catcher of `{}` goes to `{}`", place.0, next.0));
        return Err(wrong.nearest(nearest(&next.0, known)).into());
    }
    let clause = format!("{} catches {error} and goes to {}", place.0, next.0);
    let expectation = Expectation::that(clause).about(&visits).about(&Visits::all(target));
    stage.expect(expectation, |asked| {
        each_time(asked, &place, &visits, &error, |record| match record.handling {
            Handling::Caught { catcher, .. } => state.catch[catcher].next == target,
            Handling::Retried { .. } | Handling::Uncaught { .. } | Handling::Tolerated => false,
        })
    })
}

fn caught(stage: &Stage, arguments: &Arguments<'_>) -> Result<(Place, Visits, String), Failed> {
    let place: Place = arguments.get(0)?;
    let error = occurring(arguments.get(1)?)?;
    let visits = stage.visits_of_handler(&place, HANDLERS_ONLY)?;
    let subject = stage.subject()?;
    let state = subject.model.machine.state(visits.state);
    if state.catch.is_empty() {
        return Err(Wrong::new(format!("`{}` has no Catch", state.path)).into());
    }
    Ok((place, visits, error))
}

/// `States.ALL` stands for errors, and none has this name.
fn occurring(Error(error): Error) -> Result<String, Failed> {
    if error == ErrorName::ALL {
        let wrong = Wrong::new("no failure has the error States.ALL, which stands for all errors");
        return Err(wrong.help("name the error that occurs, such as States.Timeout").into());
    }
    Ok(error)
}

/// The failures with an error that are not retried must be as they should, and there must be one.
fn each_time(
    asked: &Asked<'_>,
    place: &Place,
    visits: &Visits,
    error: &str,
    is_right: impl Fn(&FailureRecord) -> bool,
) -> Met {
    let failures = asked.history.failures_in(visits);
    let is_final = |record: &&&FailureRecord| !matches!(record.handling, Handling::Retried { .. });
    let meant = || failures.iter().filter(is_final).filter(|record| is(record, error));
    match meant().find(|record| !is_right(record)) {
        Some(record) => Met::No(told(asked, place, record)),
        None if meant().next().is_some() => Met::Yes,
        None => Met::Idle(match failures.iter().rev().find(is_final).or(failures.last()) {
            Some(record) => told(asked, place, record),
            None if asked.history.entries_in(visits).is_empty() => format!("{} is never entered", place.0),
            None => format!("{} does not fail", place.0),
        }),
    }
}

/// A missed heartbeat goes by either name.
fn is(record: &FailureRecord, error: &str) -> bool {
    let missed = record.origin == Origin::Heartbeat && error == ErrorName::HEARTBEAT_TIMEOUT;
    &*record.error == error || missed
}

/// `AwaitDispatch caught States.Timeout and went to NotifyOps after 4 h`
fn told(asked: &Asked<'_>, place: &Place, record: &FailureRecord) -> String {
    let (error, at) = (&record.error, time(record.at));
    let machine = asked.machine();
    let state: &State = machine.state(record.state);
    match record.handling {
        Handling::Caught { catcher, .. } => {
            let next = &machine.state(state.catch[catcher].next).name;
            format!("{} catches {error} and goes to {next} after {at}", place.0)
        }
        Handling::Retried { .. } => {
            format!("{} fails with {error} after {at}, and is retried with success", place.0)
        }
        Handling::Uncaught { .. } => {
            format!("{} fails with {error} after {at}, and no catcher of it takes that", place.0)
        }
        Handling::Tolerated => format!("{} fails with {error} after {at}, which is tolerated", place.0),
    }
}

fn catches_none(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits_of_handler(&place, HANDLERS_ONLY)?;
    let expectation = Expectation::that(format!("{} catches no failure", place.0)).about(&visits);
    stage.expect(expectation, |asked| {
        let failures = asked.history.failures_in(&visits);
        match failures.iter().find(|record| matches!(record.handling, Handling::Caught { .. })) {
            Some(record) => Met::No(told(asked, &place, record)),
            None if failures.is_empty() => Met::Idle(format!("{} does not fail", place.0)),
            None => Met::Yes,
        }
    })
}

fn escapes(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let error = occurring(arguments.get(0)?)?;
    let place: Place = arguments.get(1)?;
    let visits = stage.visits(&place)?;
    let expectation = Expectation::that(format!("{error} escapes {}", place.0)).about(&visits);
    stage.expect(expectation, |asked| {
        each_time(asked, &place, &visits, &error, |record| {
            matches!(record.handling, Handling::Uncaught { .. })
        })
    })
}

fn nothing_caught(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.expect(Expectation::that("no failure is caught"), |asked| {
        let failures = &asked.history.failures;
        match failures.iter().find(|record| matches!(record.handling, Handling::Caught { .. })) {
            Some(record) => {
                let place = Place(asked.machine().state(record.state).path.to_string());
                Met::No(told(asked, &place, record))
            }
            None if failures.is_empty() => Met::Idle("nothing fails".to_owned()),
            None => Met::Yes,
        }
    })
}
