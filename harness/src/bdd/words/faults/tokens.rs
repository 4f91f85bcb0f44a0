//! Sentences about task tokens that come back late, twice, with a failure, or never.

use super::WHEN;
use super::aim::{inject, inject_for_good};
use crate::bdd::failed::Failed;
use crate::bdd::parameter::Error;
use crate::bdd::step::{Arguments, Covers, Step};
use crate::bdd::{Section, Stage};
use crate::error::ErrorName;
use crate::fault::Class;

pub(super) const SECTION: Section = Section {
    name: "Faults of task tokens",
    about: "What becomes of a task token at a task with `.waitForTaskToken`, or of the work that an \
            activity hands out.",
    steps: &[
        Step {
            expression: "nobody answers the task token of {state}{extent}",
            about: "The message is sent, and the token never comes back; nor does that of a retry, unless the sentence \
                    says how often.",
            example: "nobody answers the task token of ApproveOrder",
            covers: &[Covers::Class("callback-missing")],
            run: missing,
            ..WHEN
        },
        Step {
            expression: "the task token of {state} is answered too late{extent}",
            about: "The work is done, and the token comes back after the task has timed out.",
            example: "the task token of ApproveOrder is answered too late",
            covers: &[Covers::Class("callback-late")],
            run: late,
            ..WHEN
        },
        Step {
            expression: "the task token of {state} is answered twice{extent}",
            about: "The token comes back, and then once more; the second answer finds it used.",
            example: "the task token of ApproveOrder is answered twice",
            covers: &[Covers::Class("callback-duplicate")],
            run: duplicate,
            ..WHEN
        },
        Step {
            expression: "the task token of {state} is answered with {error}{extent}",
            about: "Whoever holds the token reports this error.",
            example: "the task token of ApproveOrder is answered with OrderRejected",
            covers: &[Covers::Class("callback-failed")],
            run: failed,
            ..WHEN
        },
    ],
};

fn missing(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject_for_good(stage, arguments, Class::CallbackMissing)
}

fn late(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::CallbackLate)
}

fn duplicate(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::CallbackDuplicate)
}

fn failed(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Error(error) = arguments.get(1)?;
    inject(stage, arguments, Class::CallbackFailed(ErrorName::new(error)))
}
