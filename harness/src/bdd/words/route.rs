//! Which states are entered, and in which order.

use super::often::{self, Limit, Often};
use super::phrase::{listed, route, time};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Place, Places};
use crate::bdd::stage::{Asked, Expectation, Met};
use crate::bdd::step::{Arguments, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::history::{Entry, Visits};

pub(super) const SECTION: Section = Section {
    name: "Route",
    about: "Which states are entered, and in which order. Retries of a task are no entries. The entries of all items of \
            a Map count together; `ShipAll[3]/Ship` speaks of those in item 3, counted from 0, and `Poll#2` of the \
            second one.",
    steps: &[
        Step::then(
            "{state} is entered",
            "The state is entered at least once.",
            "NotifyOps is entered",
            entered,
        ),
        Step::then(
            "{state} is never entered",
            "The state is not entered.",
            "ShipOrder is never entered",
            never_entered,
        ),
        Step::then(
            "{state} is entered {times}",
            "So often, and no more.",
            "Poll is entered 3 times",
            |stage, arguments| entered_so_often(stage, arguments, Limit::Exactly),
        ),
        Step::then(
            "{state} is entered at most {times}",
            "So often, or less, but at least once in one of the runs.",
            "Poll is entered at most 10 times",
            |stage, arguments| entered_so_often(stage, arguments, Limit::AtMost),
        ),
        Step::then(
            "{state} is entered at least {times}",
            "So often, or more.",
            "Poll is entered at least twice",
            |stage, arguments| entered_so_often(stage, arguments, Limit::AtLeast),
        ),
        Step::then(
            "{state} is entered before {state}",
            "Both are entered, and the first entry of the one comes before the first entry of the other.",
            "ReserveStock is entered before ChargePayment",
            before,
        ),
        Step::then(
            "the states {states} are entered in this order",
            "The states are entered one after the other; others may be entered between them.",
            "the states ReserveStock, ChargePayment and ShipOrder are entered in this order",
            in_order,
        ),
        Step::then(
            "exactly the states {states} are entered in this order",
            "These are all entries of the execution, those within Parallel and Map states included.",
            "exactly the states ReserveStock, ChargePayment and NotifyOps are entered in this order",
            exactly,
        ),
        Step::then(
            "the execution takes this route:",
            "All entries of the execution, a row each, those within Parallel and Map states included.",
            "the execution takes this route:\n| ReserveStock |\n| ChargePayment |\n| NotifyOps |",
            takes_route,
        )
        .followed_by(Takes::Table),
        Step::then(
            "at least one run enters {state}",
            "Of several runs, by inputs or by faults, at least one enters the state.",
            "at least one run enters NotifyOps",
            some_run_enters,
        ),
    ],
};

fn entered(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits(&place)?;
    let expectation = Expectation::that(format!("{} is entered", place.0)).about(&visits);
    stage.expect(expectation, |asked| is_entered(asked, &visits))
}

fn some_run_enters(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits(&place)?;
    let expectation = Expectation::that(format!("at least one run enters {}", place.0)).about(&visits);
    stage.expect(expectation.of_some_run(), |asked| is_entered(asked, &visits))
}

fn is_entered(asked: &Asked<'_>, visits: &Visits) -> Met {
    Met::when(!asked.history.entries_in(visits).is_empty(), || {
        format!("it is never entered; {}", route(asked.machine(), asked.history))
    })
}

fn never_entered(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = stage.visits(&place)?;
    let expectation = Expectation::that(format!("{} is never entered", place.0)).about(&visits);
    stage.expect(expectation, |asked| match asked.history.entries_in(&visits).first() {
        None => Met::Yes,
        Some(entry) => Met::No(format!("it is entered after {}", time(entry.at))),
    })
}

fn entered_so_often(stage: &mut Stage, arguments: &Arguments<'_>, limit: Limit) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let often = Often::of(arguments, 1, limit)?;
    let visits = stage.visits(&place)?;
    let clause = format!("{} is entered {}", place.0, often.said);
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let found = asked.history.entries_in(&visits).len();
        often.met(found, || format!("it is {}", often::told("entered", found)))
    })
}

fn before(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (first, second): (Place, Place) = (arguments.get(0)?, arguments.get(1)?);
    let (one, other) = (stage.visits(&first)?, stage.visits(&second)?);
    if one == other {
        return Err(Wrong::new("a state is not entered before itself").into());
    }
    let clause = format!("{} is entered before {}", first.0, second.0);
    stage.expect(Expectation::that(clause).about(&one).about(&other), |asked| {
        let entries = asked.history.entries();
        let position = |visits: &Visits| entries.iter().position(|entry| is(visits, entry));
        let at = |position: usize| time(entries[position].at);
        match (position(&one), position(&other)) {
            (Some(early), Some(late)) if early < late => Met::Yes,
            (Some(early), Some(late)) => Met::No(format!(
                "{} is entered after {}, and {} after {}",
                second.0,
                at(late),
                first.0,
                at(early)
            )),
            (None, _) => {
                Met::No(format!("{} is never entered; {}", first.0, route(asked.machine(), asked.history)))
            }
            (_, None) => {
                Met::No(format!("{} is never entered; {}", second.0, route(asked.machine(), asked.history)))
            }
        }
    })
}

fn is(visits: &Visits, entry: &Entry) -> bool {
    visits.contains(entry.state, &entry.iteration, entry.visit)
}

fn in_order(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Places(places) = arguments.get(0)?;
    let wanted = all_visits(stage, &places)?;
    let clause = format!("the states {} are entered in this order", named(&places));
    let expectation = wanted.iter().fold(Expectation::that(clause), Expectation::about);
    stage.expect(expectation, |asked| {
        let entries = asked.history.entries();
        let mut rest = entries.iter();
        let missing = wanted.iter().position(|visits| !rest.any(|entry| is(visits, entry)));
        let Some(missing) = missing else { return Met::Yes };
        let after = match missing {
            0 => "is never entered".to_owned(),
            _ => format!("is not entered after {}", places[missing - 1].0),
        };
        Met::No(format!("{} {after}; {}", places[missing].0, route(asked.machine(), asked.history)))
    })
}

fn exactly(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Places(places) = arguments.get(0)?;
    let clause = format!("exactly the states {} are entered in this order", named(&places));
    whole_route(stage, &places, clause)
}

fn takes_route(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let rows = arguments.rows()?;
    if rows.iter().any(|row| row.len() != 1) {
        return Err(Wrong::new("a route is a table with one column").help("write a state a row").into());
    }
    let places: Vec<Place> = rows.iter().map(|row| Place(row[0].trim_matches('"').to_owned())).collect();
    let is_heading = |place: &Place| place.0.eq_ignore_ascii_case("state") && stage.visits(place).is_err();
    let places = if places.first().is_some_and(is_heading) { &places[1..] } else { &places };
    whole_route(stage, places, format!("the execution takes the route {}", named(places)))
}

fn whole_route(stage: &mut Stage, places: &[Place], clause: String) -> Result<(), Failed> {
    let wanted = all_visits(stage, places)?;
    let expectation = wanted.iter().fold(Expectation::that(clause), Expectation::about);
    stage.expect(expectation, |asked| {
        let entries = asked.history.entries();
        let is_same = entries.len() == wanted.len()
            && wanted.iter().zip(&entries).all(|(visits, entry)| is(visits, entry));
        Met::when(is_same, || route(asked.machine(), asked.history))
    })
}

fn all_visits(stage: &Stage, places: &[Place]) -> Result<Vec<Visits>, Failed> {
    places.iter().map(|place| stage.visits(place)).collect()
}

fn named(places: &[Place]) -> String {
    listed(&places.iter().map(|place| place.0.clone()).collect::<Vec<_>>())
}
