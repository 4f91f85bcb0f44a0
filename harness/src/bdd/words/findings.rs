//! What the judges say of the runs.

use crate::bdd::failed::Failed;
use crate::bdd::step::{Arguments, Covers, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::oracle::RuleId;

pub(super) const SECTION: Section = Section {
    name: "Findings",
    about: "What the judges of `chaos` say of the runs of the scenario.",
    steps: &[Step {
        keyword: Keyword::Then,
        expression: "there is no finding of {rule}",
        about: "No run breaks the rule.",
        example: "there is no finding of failure-swallowed",
        takes: Takes::Nothing,
        covers: &[Covers::EveryRule],
        run: none_of,
    }],
};

fn none_of(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let rule: RuleId = arguments.get(0)?;
    stage.expect_of_each(format!("there is no finding of {}", rule.name()), |_, run| {
        match run.judgement.violations().iter().find(|violation| violation.rule == rule) {
            None => Ok(()),
            Some(violation) => Err(violation.title.clone()),
        }
    })
}
