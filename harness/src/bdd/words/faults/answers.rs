//! Sentences about calls that answer, but with something that the workflow may not expect.

use super::WHEN;
use super::aim::{Aim, inject};
use super::sense;
use super::status;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Items, Lasts, Size, Text, Word};
use crate::bdd::stage::{Swollen, swollen};
use crate::bdd::step::{Arguments, Covers, Step};
use crate::bdd::{Section, Stage};
use crate::fault::Class;
use crate::sim::Limits;

pub(super) const SECTION: Section = Section {
    name: "Faults in answers",
    about: "What a call answers although it goes well: too much, too little, a status that nobody thought \
            of.",
    steps: &[
        Step {
            expression: "the result of {state} is larger than {size}{extent}",
            about: "256 KB or more is what no payload may be: the task fails with States.DataLimitExceeded. \
                    A smaller size is reached by padding: every result of the task gets a member `padding` \
                    (a text or a list more of itself), so that it has one byte more than the size; the first \
                    run without faults keeps the usual result.",
            example: "the result of LoadOrders is larger than 256 KB",
            covers: &[Covers::Class("oversized-result")],
            run: oversized,
            ..WHEN
        },
        Step {
            expression: "{state} reports the status {word}{extent}",
            about: "The polled thing, or the job behind `.sync`, has this status: one that its API knows. It \
                    stays so unless the sentence says how often. Where no API tells where the status stands, \
                    it is the member that the machine decides on, or the one that is named: \
                    `Payload.state=FAILED`.",
            example: "AskStatus reports the status ABORTED",
            covers: &[Covers::Class("status")],
            run: reports,
            ..WHEN
        },
        Step {
            expression: "the answer of {state} lacks {text}{extent}",
            about: "The call succeeds, but its answer lacks this member, by its path: one that the API may \
                    leave out, or any of a function.",
            example: "the answer of LoadOrders lacks \"Item\"",
            covers: &[Covers::Class("missing-member")],
            run: lacks,
            ..WHEN
        },
        Step {
            expression: "{state} does only part of its work{extent}",
            about: "The call succeeds, and says in its answer that part of the work was not done, as the API \
                    of batches does.",
            example: "SaveOrders does only part of its work",
            covers: &[Covers::Class("partial-success")],
            run: part,
            ..WHEN
        },
        Step {
            expression: "{state} does only part of its work, as {text} says{extent}",
            about: "The same, with the member of the answer that says so.",
            example: "SaveOrders does only part of its work, as \"UnprocessedItems\" says",
            covers: &[Covers::Class("partial-success")],
            run: part_in,
            ..WHEN
        },
    ],
};

fn oversized(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Size { bytes } = arguments.get(1)?;
    if bytes >= Limits::default().payload_bytes_max {
        return inject(stage, arguments, Class::OversizedResult);
    }
    let aim = Aim::of(stage, arguments)?;
    let extent = aim.extent();
    let is_always = matches!(extent.lasts, Lasts::Unsaid | Lasts::Forever)
        && !matches!(extent.items, Items::One(_))
        && extent.visit.is_none();
    if !is_always {
        let wrong = Wrong::new("a result of less than 256 KB is large every time");
        return Err(wrong
            .help("leave out how often, or let the task return these answers one by one")
            .into());
    }
    let path = aim.state().path.clone();
    // What cannot be padded is refused at this line; a scenario that cannot be run is, where it is asked for.
    if let Ok(scenarios) = stage.scenarios(&aim.subject)
        && let Some(scenario) = scenarios.first()
    {
        swollen(scenario, &aim.subject.model.machine, &[Swollen { path: path.clone(), bytes }])?;
    }
    stage.change().trouble.swell(Swollen { path, bytes })
}

fn reports(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Word(word) = arguments.get(1)?;
    let aim = Aim::of(stage, arguments)?;
    let class = status::named(aim.model(), aim.state(), aim.task()?, &word)?;
    aim.strike(stage, class)
}

fn lacks(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(member) = arguments.get(1)?;
    inject(stage, arguments, Class::MissingMember(member.into()))
}

fn part(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let aim = Aim::of(stage, arguments)?;
    let Some(member) = sense::partial_member(aim.task()?) else {
        return Err(sense::undivided(aim.state(), aim.task()?).into());
    };
    aim.strike(stage, Class::PartialSuccess(member.into()))
}

fn part_in(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(member) = arguments.get(1)?;
    inject(stage, arguments, Class::PartialSuccess(member.into()))
}
