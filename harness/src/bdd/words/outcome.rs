//! How the execution ends.

use crate::bdd::failed::Failed;
use crate::bdd::parameter::{Ending, Error};
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::history::Outcome;

pub(super) const SECTION: Section = Section {
    name: "Ending",
    about: "How the execution ends. With several runs, all of them.",
    steps: &[
        Step {
            keyword: Keyword::Then,
            expression: "the execution succeeds",
            about: "It ends as SUCCEEDED.",
            example: "the execution succeeds",
            takes: Takes::Nothing,
            covers: &[],
            run: succeeds,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the execution ends as {status}",
            about: "It ends with this status.",
            example: "the execution ends as TIMED_OUT",
            takes: Takes::Nothing,
            covers: &[],
            run: ends_as,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the execution ends as without the fault",
            about: "It ends with the same status and the same output as the same execution without any fault.",
            example: "the execution ends as without the fault",
            takes: Takes::Nothing,
            covers: &[],
            run: without_impact,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the execution fails with {error}",
            about: "It ends as FAILED with this error.",
            example: "the execution fails with PaymentDeclined",
            takes: Takes::Nothing,
            covers: &[],
            run: fails_with,
        },
    ],
};

fn succeeds(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.expect_of_each("the execution succeeds", |_, run| match &run.history.outcome {
        Outcome::Succeeded { .. } => Ok(()),
        other => Err(ending(other)),
    })
}

fn ends_as(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Ending(wanted) = arguments.get(0)?;
    stage.expect_of_each(format!("the execution ends as {wanted}"), |_, run| {
        let outcome = &run.history.outcome;
        if outcome.status() == wanted { Ok(()) } else { Err(ending(outcome)) }
    })
}

fn without_impact(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.expect_of_each("the execution ends as without the fault", |_, run| {
        if run.history.outcome == run.baseline.outcome {
            return Ok(());
        }
        Err(format!(
            "{}, and without the fault {}",
            ending(&run.history.outcome),
            ending(&run.baseline.outcome)
        ))
    })
}

fn fails_with(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Error(wanted) = arguments.get(0)?;
    let expected = format!("the execution fails with {wanted}");
    stage.expect_of_each(expected, |_, run| match &run.history.outcome {
        Outcome::Failed { error: Some(error), .. } if **error == *wanted => Ok(()),
        other => Err(ending(other)),
    })
}

/// `it ends as FAILED with PaymentDeclined: card expired`
fn ending(outcome: &Outcome) -> String {
    let status = outcome.status();
    match outcome {
        Outcome::Failed { error, cause } | Outcome::Aborted { error, cause } => {
            let error = error.as_deref().map(|error| format!(" with {error}")).unwrap_or_default();
            let cause = cause.as_deref().map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("it ends as {status}{error}{cause}")
        }
        Outcome::Succeeded { .. } | Outcome::TimedOut { .. } | Outcome::Unknown(_) => {
            format!("it ends as {status}")
        }
    }
}
