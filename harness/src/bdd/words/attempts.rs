//! How often tasks are attempted, and how long their retries wait.

use super::often::{self, Limit, Often};
use super::phrase::{listed, place as told_place, time};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Place, Span, Spans};
use crate::bdd::stage::{Asked, Expectation, Met};
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage};
use crate::history::{Course, Visits};

pub(super) const SECTION: Section = Section {
    name: "Attempts and retries",
    about: "How often tasks are attempted, and how their retries wait. The attempts of all visits, and of all items of a \
            Map, count together; `ShipAll[3]/Ship` speaks of those in item 3, counted from 0, and `Poll#2` of those of \
            the second visit.",
    steps: &[
        Step::then(
            "{state} is attempted {times}",
            "So many calls of the task, retries included.",
            "ChargePayment is attempted 4 times",
            |stage, arguments| attempted(stage, arguments, Limit::Exactly),
        ),
        Step::then(
            "{state} is attempted at most {times}",
            "So many calls of the task or fewer, but at least one in one of the runs.",
            "ChargePayment is attempted at most 4 times",
            |stage, arguments| attempted(stage, arguments, Limit::AtMost),
        ),
        Step::then(
            "{state} is attempted at least {times}",
            "So many calls of the task or more.",
            "ChargePayment is attempted at least twice",
            |stage, arguments| attempted(stage, arguments, Limit::AtLeast),
        ),
        Step::then(
            "{state} is never attempted",
            "The task is not called, because the state is not entered, or fails before.",
            "RefundPayment is never attempted",
            never_attempted,
        ),
        Step::then(
            "{state} is retried {times}",
            "So many failures of the task, the Parallel or the Map state are retried by its own `Retry`.",
            "ChargePayment is retried 3 times",
            |stage, arguments| retried(stage, arguments, Limit::Exactly),
        ),
        Step::then(
            "{state} is retried at most {times}",
            "So many retries or fewer, in a state that is entered in one of the runs.",
            "ChargePayment is retried at most twice",
            |stage, arguments| retried(stage, arguments, Limit::AtMost),
        ),
        Step::then(
            "{state} is never retried",
            "No failure of the state is retried by its own `Retry`, though it is entered.",
            "ChargePayment is never retried",
            never_retried,
        ),
        Step::then(
            "the retries of {state} wait {durations}",
            "The waits before the retries of each visit, jitter included: of every visit and every item that is retried.",
            "the retries of ChargePayment wait 2, 4 and 8 seconds",
            |stage, arguments| waits(stage, arguments, Limit::Exactly),
        ),
        Step::then(
            "the retries of {state} wait at most {durations}",
            "As many retries as durations in each visit, none of which waits longer than the duration in its place; for \
             retries with jitter.",
            "the retries of ChargePayment wait at most 2, 4 and 8 seconds",
            |stage, arguments| waits(stage, arguments, Limit::AtMost),
        ),
        Step::then(
            "{state} gives up after {duration}",
            "From when the state is entered to the failure that is not retried any more, exactly; of every visit that \
             gives up.",
            "ChargePayment gives up after 14.4 seconds",
            |stage, arguments| gives_up(stage, arguments, "after", |found, wanted| found == wanted),
        ),
        Step::then(
            "{state} gives up within {duration}",
            "From when the state is entered to the failure that is not retried any more, at most; of every visit that \
             gives up.",
            "ChargePayment gives up within 1 minute",
            |stage, arguments| gives_up(stage, arguments, "within", |found, wanted| found <= wanted),
        ),
    ],
};

const TASKS_ONLY: &str = "only tasks are attempted";
const HANDLERS_ONLY: &str = "only Task, Parallel and Map states can be retried";

fn attempted(stage: &mut Stage, arguments: &Arguments<'_>, limit: Limit) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let often = Often::of(arguments, 1, limit)?;
    let visits = stage.visits_of_task(&place, TASKS_ONLY)?;
    let clause = format!("{} is attempted {}", place.0, often.said);
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        often.met(asked.history.attempts_in(&visits).len(), || told_attempts(asked, &visits))
    })
}

fn never_attempted(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits_of_task(&place, TASKS_ONLY)?;
    let expectation = Expectation::that(format!("{} is never attempted", place.0)).about(&visits);
    stage.expect(expectation, |asked| {
        Met::when(asked.history.attempts_in(&visits).is_empty(), || told_attempts(asked, &visits))
    })
}

fn told_attempts(asked: &Asked<'_>, visits: &Visits) -> String {
    match asked.history.attempts_in(visits).len() {
        0 if asked.history.entries_in(visits).is_empty() => "it is never entered".to_owned(),
        0 => "it is entered, but never attempted".to_owned(),
        count => format!("it is {}", often::told("attempted", count)),
    }
}

fn retried(stage: &mut Stage, arguments: &Arguments<'_>, limit: Limit) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let often = Often::of(arguments, 1, limit)?;
    let visits = stage.visits_of_handler(&place, HANDLERS_ONLY)?;
    let clause = format!("{} is retried {}", place.0, often.said);
    so_many_retries(stage, Expectation::that(clause).about(&visits), &visits, |found| often.takes(found))
}

fn never_retried(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits_of_handler(&place, HANDLERS_ONLY)?;
    let expectation = Expectation::that(format!("{} is never retried", place.0)).about(&visits);
    so_many_retries(stage, expectation, &visits, |found| found == 0)
}

fn so_many_retries(
    stage: &mut Stage,
    expectation: Expectation,
    visits: &Visits,
    is_right: impl Fn(usize) -> bool,
) -> Result<(), Failed> {
    stage.expect(expectation, |asked| {
        let courses = asked.history.courses_in(visits);
        let found: usize = courses.iter().map(|course| course.retries.len()).sum();
        if courses.is_empty() {
            return Met::Idle("it is never entered".to_owned());
        }
        Met::when(is_right(found), || {
            let failed = courses.iter().any(|course| !course.retries.is_empty() || course.failed.is_some());
            match found {
                0 if failed => "it is never retried".to_owned(),
                0 => "it does not fail".to_owned(),
                _ => format!("it is {}", often::told("retried", found)),
            }
        })
    })
}

fn waits(stage: &mut Stage, arguments: &Arguments<'_>, limit: Limit) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let Spans(wanted) = arguments.get(1)?;
    let visits = stage.visits_of_handler(&place, HANDLERS_ONLY)?;
    let clause = format!("the retries of {} wait {}{}", place.0, limit.words(), arguments.said(1));
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let courses = asked.history.courses_in(&visits);
        let retried: Vec<&Course> = courses.iter().filter(|course| !course.retries.is_empty()).collect();
        if retried.is_empty() {
            return Met::Idle(unretried(&courses).to_owned());
        }
        let is_met = |course: &&&Course| {
            course.retries.len() == wanted.len()
                && course
                    .retries
                    .iter()
                    .zip(&wanted)
                    .all(|(retry, span)| limit.takes(&retry.delay_ms, &span.ms))
        };
        match retried.iter().find(|course| !is_met(course)) {
            None => Met::Yes,
            Some(course) => Met::No(told_waits(asked, &visits, course, courses.len() > 1)),
        }
    })
}

/// Why nothing is retried.
fn unretried(courses: &[Course]) -> &'static str {
    match courses {
        [] => "it is never entered",
        courses if courses.iter().all(Course::went_well) => "it does not fail",
        _ => "it fails and is never retried",
    }
}

fn told_waits(asked: &Asked<'_>, visits: &Visits, course: &Course, is_one_of_many: bool) -> String {
    let waits: Vec<String> =
        course.retries.iter().map(|retry| Span { ms: retry.delay_ms }.to_string()).collect();
    let of = if is_one_of_many { format!(" of {}", named(asked, visits, course)) } else { String::new() };
    match &waits[..] {
        [one] => format!("the only wait{of} is {one}"),
        several => format!("the waits{of} are {}", listed(several)),
    }
}

fn named(asked: &Asked<'_>, visits: &Visits, course: &Course) -> String {
    told_place(asked.machine(), visits, &course.entry.iteration, course.entry.visit)
}

fn gives_up(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    word: &str,
    is_right: impl Fn(u64, u64) -> bool,
) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let span: Span = arguments.get(1)?;
    let visits = stage.visits_of_handler(&place, HANDLERS_ONLY)?;
    let has_retry = !stage.subject()?.model.machine.state(visits.state).retry.is_empty();
    if !has_retry {
        let wrong = Wrong::new(format!("`{}` has no Retry, so it never tries again", place.0));
        return Err(wrong.help("ask what it catches, or when the next state is entered").into());
    }
    let clause = format!("{} gives up {word} {}", place.0, arguments.said(1));
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let courses = asked.history.courses_in(&visits);
        let ends = || courses.iter().filter_map(|course| Some((course, course.gave_up()?)));
        if ends().next().is_none() {
            let why = match unretried(&courses) {
                "it fails and is never retried" => "it does not give up",
                other => other,
            };
            return Met::Idle(why.to_owned());
        }
        match ends().find(|(_, took)| !is_right(took.0, span.ms)) {
            None => Met::Yes,
            Some((course, took)) if courses.len() > 1 => {
                Met::No(format!("{} gives up after {}", named(asked, &visits, course), time(took)))
            }
            Some((_, took)) => Met::No(format!("it gives up after {}", time(took))),
        }
    })
}
