//! Sentences about the jobs that tasks with `.sync` wait for.

use super::WHEN;
use super::aim::{inject, inject_for_good};
use crate::bdd::failed::Failed;
use crate::bdd::step::{Arguments, Covers, Step};
use crate::bdd::{Section, Stage};
use crate::fault::Class;

pub(super) const SECTION: Section = Section {
    name: "Faults of jobs",
    about: "What becomes of the job, or the nested execution, that a task with `.sync` waits for.",
    steps: &[
        Step {
            expression: "the job of {state} fails{extent}",
            about: "The job ends, but not well; `reports the status` says how.",
            example: "the job of RunReport fails",
            covers: &[Covers::Class("job-fails")],
            run: fails,
            ..WHEN
        },
        Step {
            expression: "the job of {state} never ends{extent}",
            about: "The job goes on and on; so does that of a retry, unless the sentence says how often.",
            example: "the job of RunReport never ends",
            covers: &[Covers::Class("job-never-ends")],
            run: never_ends,
            ..WHEN
        },
    ],
};

fn fails(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::JobFails)
}

fn never_ends(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject_for_good(stage, arguments, Class::JobNeverEnds)
}
