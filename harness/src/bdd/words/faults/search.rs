//! Sentences about searches: what is asked must hold whatever goes wrong.

use super::WHEN;
use crate::bdd::failed::Failed;
use crate::bdd::parameter::{FaultClass, Place};
use crate::bdd::stage::Quest;
use crate::bdd::step::{Arguments, Covers, Step};
use crate::bdd::{Section, Stage};

pub(super) const SECTION: Section = Section {
    name: "Searches",
    about: "What is asked must hold whatever goes wrong. Faults are tried one after the other, each in an \
            execution of its own, from every input of the scenario, which must succeed without faults. Of \
            faults that every handler treats alike one is tried, in the lengths that the retriers tell \
            apart; of the items of a Map the first, of the rounds of a loop the first two. If not \
            everything could be tried, nothing is said to hold.",
    steps: &[
        Step {
            expression: "any single fault strikes",
            about: "Each fault that can happen at a task that the execution comes to.",
            example: "any single fault strikes",
            covers: &[Covers::EveryClass],
            run: single,
            ..WHEN
        },
        Step {
            expression: "any single fault strikes {state}",
            about: "Each fault that can happen at this task.",
            example: "any single fault strikes ChargePayment",
            covers: &[Covers::EveryClass],
            run: single_at,
            ..WHEN
        },
        Step {
            expression: "any single {class} fault strikes",
            about: "Each fault of this class, at every task that can meet it.",
            example: "any single throttling fault strikes",
            covers: &[Covers::EveryClass],
            run: single_of,
            ..WHEN
        },
        Step {
            expression: "any single {class} fault strikes {state}",
            about: "Each fault of this class at this task.",
            example: "any single timeout fault strikes ChargePayment",
            covers: &[Covers::EveryClass],
            run: single_of_at,
            ..WHEN
        },
        Step {
            expression: "any two faults strike",
            about: "Each single fault, and with each one that leads somewhere a second one there: in the \
                    handler of the first, or behind it. Two faults that do not meet are not tried together.",
            example: "any two faults strike",
            covers: &[Covers::EveryClass],
            run: two,
            ..WHEN
        },
        Step {
            expression: "everything that can go wrong goes wrong",
            about: "The whole campaign of `chaos`: single faults, pairs, random plans, second executions \
                    with the same input, stops and redrives, long lists and large results. It starts from \
                    the inputs of the scenario; where it names none, from those that `chaos` finds, and from \
                    variations that take other ways.",
            example: "everything that can go wrong goes wrong",
            covers: &[Covers::EveryClass],
            run: everything,
            ..WHEN
        },
    ],
};

fn single(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    search(stage, Quest::Single)
}

fn single_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    aimed(stage, Some(&arguments.get(0)?), None)
}

fn single_of(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let FaultClass(class) = arguments.get(0)?;
    aimed(stage, None, Some(class))
}

fn single_of_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let FaultClass(class) = arguments.get(0)?;
    aimed(stage, Some(&arguments.get(1)?), Some(class))
}

fn two(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    search(stage, Quest::Two)
}

fn everything(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    search(stage, Quest::Everything)
}

fn aimed(stage: &mut Stage, place: Option<&Place>, class: Option<&'static str>) -> Result<(), Failed> {
    let path = match place {
        Some(place) => {
            let state = stage.task(place)?;
            Some(stage.subject()?.model.machine.state(state).path.clone())
        }
        None => None,
    };
    search(stage, Quest::Aimed { path, class })
}

fn search(stage: &mut Stage, quest: Quest) -> Result<(), Failed> {
    stage.subject()?;
    stage.change().trouble.search(quest)
}
