//! Which states are entered, how often they are attempted.

use crate::bdd::failed::Failed;
use crate::bdd::parameter::{Place, Times};
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};

pub(super) const SECTION: Section = Section {
    name: "Route and attempts",
    about: "Which states are entered, and how often tasks are attempted.",
    steps: &[Step {
        keyword: Keyword::Then,
        expression: "{state} is attempted {times}",
        about: "The number of calls of a task, over all its visits and items; retries count.",
        example: "ChargePayment is attempted 4 times",
        takes: Takes::Nothing,
        covers: &[],
        run: attempted,
    }],
};

fn attempted(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let Times(wanted) = arguments.get(1)?;
    let state = stage.state(&place)?;
    let expected = format!("{} is attempted {}", place.0, times(wanted));
    stage.expect_of_each(expected, |_, run| {
        let found = run.history.attempts.iter().filter(|attempt| attempt.state == state).count();
        if found == wanted as usize {
            Ok(())
        } else {
            Err(format!("it is attempted {}", times(found as u32)))
        }
    })
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}
