//! What goes wrong with the calls of tasks.

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Extent, Lasts, Place};
use crate::bdd::step::{Arguments, Covers, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::fault::{Burst, Class, Fault};

pub(super) const SECTION: Section = Section {
    name: "Faults of calls",
    about: "What goes wrong with the call of a task. A fault begins with the first attempt of a visit of the state.",
    steps: &[Step {
        keyword: Keyword::When,
        expression: "{state} is throttled{extent}",
        about: "The service rejects the call because there are too many.",
        example: "ChargePayment is throttled 3 times",
        takes: Takes::Nothing,
        covers: &[Covers::Class("throttling")],
        run: throttled,
    }],
};

fn throttled(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    inject(stage, arguments, Class::Throttling)
}

/// Writes a fault down: the first parameter is the state, the last one the extent.
fn inject(stage: &mut Stage, arguments: &Arguments<'_>, class: Class) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let extent: Extent = arguments.get(arguments.captures.len() - 1)?;
    let site = stage.site(&place, &extent)?;
    let burst = match extent.lasts {
        Lasts::Unsaid => Burst::Attempts(1),
        Lasts::Attempts(count) => Burst::Attempts(count),
        Lasts::Forever => Burst::Forever,
        Lasts::Survivable | Lasts::Exhausting => {
            return Err(Wrong::new("this extent is not understood yet").into());
        }
    };
    stage.change().trouble.faults.push(Fault { site, class, burst });
    Ok(())
}
