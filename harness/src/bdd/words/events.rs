//! The events of the history, as `GetExecutionHistory` gives them.

use super::phrase::{place as told_place, times};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Count, EventKind, Place, Times};
use crate::bdd::stage::{Asked, Expectation, Met};
use crate::bdd::step::{Arguments, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::history::{EventType, Visits};
use crate::report::grouped;

pub(super) const SECTION: Section = Section {
    name: "Events",
    about: "The events of the execution, as `GetExecutionHistory` gives them. Those of the child executions of \
            distributed Maps are in histories of their own, and count for none of these sentences but that about the \
            history of a state.",
    steps: &[
        Step::then(
            "the history has at most {count} events",
            "AWS ends a Standard execution that has more than 25,000.",
            "the history has at most 25,000 events",
            |stage, arguments| so_many(stage, arguments, "at most ", |found, wanted| found <= wanted),
        ),
        Step::then("the history has {count} events", "So many events, and no more.", "the history has 12 events", |stage, arguments| {
            so_many(stage, arguments, "", |found, wanted| found == wanted)
        }),
        Step::then(
            "the history has the event {event}",
            "An event of this type, named as AWS names it, happens at least once.",
            "the history has the event LambdaFunctionTimedOut",
            |stage, arguments| of_type(stage, arguments, " at least once", |found| found > 0),
        ),
        Step::then(
            "the history has the event {event} {times}",
            "Events of this type happen so often, and no more.",
            "the history has the event TaskFailed 3 times",
            |stage, arguments| {
                let Times(wanted) = arguments.get(1)?;
                of_type(stage, arguments, &format!(" {}", arguments.said(1)), |found| found == wanted as usize)
            },
        ),
        Step::then(
            "the history has no event {event}",
            "No event of this type happens.",
            "the history has no event ExecutionFailed",
            |stage, arguments| of_type(stage, arguments, " never", |found| found == 0),
        ),
        Step::then(
            "the history of {state} is:",
            "The types of the events that belong to the state, a row each; of several visits or items, each must have \
             these.",
            "the history of ChargePayment is:\n| TaskStateEntered |\n| TaskScheduled |\n| TaskStarted |\n| TaskSucceeded |\n| TaskStateExited |",
            of_state,
        )
        .followed_by(Takes::Table),
    ],
};

fn so_many(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    limit: &str,
    is_right: impl Fn(u64, u64) -> bool,
) -> Result<(), Failed> {
    let Count(wanted) = arguments.get(0)?;
    let clause = format!("the history has {limit}{} events", grouped(wanted));
    stage.expect(Expectation::that(clause), |asked| {
        let found = asked.history.events.len() as u64;
        Met::when(is_right(found, wanted), || format!("it has {}", grouped(found)))
    })
}

fn of_type(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    often: &str,
    is_right: impl Fn(usize) -> bool,
) -> Result<(), Failed> {
    let EventKind(kind) = arguments.get(0)?;
    stage.expect(Expectation::that(format!("the history has the event {kind}{often}")), |asked| {
        let found = asked.history.events.iter().filter(|event| event.kind == kind).count();
        Met::when(is_right(found), || format!("it has it {}", times(found)))
    })
}

fn of_state(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits(&place)?;
    let rows = arguments.rows()?;
    if rows.iter().any(|row| row.len() != 1) {
        return Err(Wrong::new("the events are a table with one column").help("write a type a row").into());
    }
    let is_heading =
        |row: &Vec<String>| EventType::parse(&row[0]).is_none() && row[0].eq_ignore_ascii_case("event");
    let rows = if rows.first().is_some_and(is_heading) { &rows[1..] } else { rows };
    let kinds = rows.iter().map(|row| EventKind::parse(&row[0]));
    let wanted = kinds.collect::<Result<Vec<EventKind>, String>>().map_err(Wrong::new)?;
    let names: Vec<&str> = wanted.iter().map(|EventKind(kind)| kind.name()).collect();
    let clause = format!("the history of {} is {}", place.0, names.join(", "));
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let found = asked.history.events_in(&visits);
        let is_same = |kinds: &[EventType]| kinds.iter().map(|kind| kind.name()).eq(names.iter().copied());
        match found.iter().find(|(_, kinds)| !is_same(kinds)) {
            None if found.is_empty() => Met::Idle(format!("{} is never entered", place.0)),
            None => Met::Yes,
            Some((entry, kinds)) => Met::No(told(asked, &visits, (found.len() > 1).then_some(entry), kinds)),
        }
    })
}

fn told(
    asked: &Asked<'_>,
    visits: &Visits,
    entry: Option<&crate::history::Entry>,
    kinds: &[EventType],
) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    match entry {
        Some(entry) => {
            let place = told_place(asked.machine(), visits, &entry.iteration, entry.visit);
            format!("that of {place} is {}", names.join(", "))
        }
        None => format!("it is {}", names.join(", ")),
    }
}
