//! What is done to the world, and whether it is taken back.

mod done;
mod undone;

use super::often::{Limit, Often};
use super::phrase::times;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Place, Times};
use crate::bdd::stage::{Expectation, Met};
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage};
use crate::catalog::Effect;
use crate::history::Visits;
use done::Done;
use undone::Undone;

pub(super) const SECTION: Section = Section {
    name: "Effects and undoing",
    about: "What tasks do to the world, over all executions of a run: the first, those that are started again or delivered \
            twice, and redrives. A task takes effect each time that the service does its work, whatever it answers. A \
            call that repeats an earlier one safely takes no effect: the same put or delete, the same idempotency token \
            or key, or what `Given` says to be so.",
    steps: &[
        Step::then(
            "{state} takes effect {times}",
            "So often, over all visits, all items and all executions.",
            "ChargePayment takes effect once",
            |stage, arguments| takes_effect(stage, arguments, Limit::Exactly),
        ),
        Step::then(
            "{state} takes effect at most {times}",
            "So often or less, over all visits, all items and all executions; and at least once in one of the runs.",
            "ChargePayment takes effect at most once",
            |stage, arguments| takes_effect(stage, arguments, Limit::AtMost),
        ),
        Step::then(
            "{state} takes effect at most {times} in each item",
            "So often or less for each item of the Map around it, over all executions; and at least once in one of the \
             runs.",
            "ShipAll/Ship takes effect at most once in each item",
            in_each_item,
        ),
        Step::then(
            "{state} never takes effect",
            "The service does not do the work of the task in any execution.",
            "ShipOrder never takes effect",
            never,
        ),
        Step::then(
            "the work of {state} is undone by {state}",
            "Each effect of the one is followed by a success of the other, in the same items of the Maps around them, and \
             is not done again after that.",
            "the work of ReserveStock is undone by ReleaseStock",
            undone_by,
        ),
        Step::then(
            "every effect is undone",
            "Each effect of each task is followed by a success of the state that undoes it: as `Given` says, or as the \
             calls or the names show. Reads and messages are no effects to be undone.",
            "every effect is undone",
            all_undone,
        ),
    ],
};

const TASKS_ONLY: &str = "only tasks take effect";

fn takes_effect(stage: &mut Stage, arguments: &Arguments<'_>, limit: Limit) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let often = Often::of(arguments, 1, limit)?;
    let visits = effective(stage, &place)?;
    let clause = format!("{} takes effect {}", place.0, often.said);
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let done = Done::of(&asked.results.arena.model, &asked.run.history, &visits);
        often.met(done.effects(), || done.told())
    })
}

/// The visits of a task that changes something.
fn effective(stage: &Stage, place: &Place) -> Result<Visits, Failed> {
    let visits = stage.visits_of_task(place, TASKS_ONLY)?;
    let subject = stage.subject()?;
    if *subject.model.effect(visits.state) == Effect::None {
        let wrong = Wrong::new(format!("`{}` only reads or computes, so it takes no effect", place.0));
        return Err(wrong.help(format!("ask whether `{} is attempted`", place.0)).into());
    }
    Ok(visits)
}

fn in_each_item(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let Times(wanted) = arguments.get(1)?;
    let visits = effective(stage, &place)?;
    let clause = format!("{} takes effect at most {} in each item", place.0, arguments.said(1));
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let done = Done::of(&asked.results.arena.model, &asked.run.history, &visits);
        let by_item = done.by_item();
        match by_item.iter().find(|(_, count)| **count > wanted as usize) {
            Some((item, count)) => Met::No(format!("for item {item} it takes effect {}", times(*count))),
            None if by_item.is_empty() => Met::Idle(done.told()),
            None => Met::Yes,
        }
    })
}

fn never(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let visits = effective(stage, &place)?;
    let expectation = Expectation::that(format!("{} never takes effect", place.0)).about(&visits);
    stage.expect(expectation, |asked| {
        let done = Done::of(&asked.results.arena.model, &asked.run.history, &visits);
        Met::when(done.effects() == 0, || done.told())
    })
}

fn undone_by(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (effect, undo): (Place, Place) = (arguments.get(0)?, arguments.get(1)?);
    let (done, by) = (effective(stage, &effect)?, stage.visits_of_task(&undo, TASKS_ONLY)?);
    if done.state == by.state {
        return Err(Wrong::new("a state does not undo its own work").into());
    }
    let clause = format!("the work of {} is undone by {}", effect.0, undo.0);
    stage.expect(Expectation::that(clause).about(&done).about(&by), |asked| {
        match undone::undone(&asked.run.history, &done, std::slice::from_ref(&by)) {
            Undone::NothingDone => {
                Met::Idle(format!("{} did no work in this run, so nothing is to be undone", effect.0))
            }
            Undone::Each => Met::Yes,
            Undone::Not(left) => Met::No(left.told(asked.machine(), &effect.0, &undo.0)),
        }
    })
}

fn all_undone(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.expect(Expectation::that("every effect is undone"), |asked| {
        let (model, machine) = (&asked.results.arena.model, asked.machine());
        let mut something = false;
        for visits in undone::to_be_undone(model, &asked.run.history) {
            something = true;
            let name = &*machine.state(visits.state).path;
            let Some(undo) = model.undo_of(visits.state) else {
                return Met::No(format!(
                    "{name} took effect, and nothing is known to undo it; `Given {name} is undone by STATE` says what does"
                ));
            };
            let by: Vec<Visits> = undo.by.iter().map(|state| Visits::all(*state)).collect();
            if let Undone::Not(left) = undone::undone(&asked.run.history, &visits, &by) {
                return Met::No(left.told(machine, name, &machine.state(undo.by[0]).path));
            }
        }
        if something { Met::Yes } else { Met::Idle("no task took an effect that could be undone".to_owned()) }
    })
}
