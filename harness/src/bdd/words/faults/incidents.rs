//! Sentences about what happens to the execution as a whole.

use super::WHEN;
use crate::asl::MachineType;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Span;
use crate::bdd::step::{Arguments, Covers, Step};
use crate::bdd::{Section, Stage};
use crate::fault::Incident;

pub(super) const SECTION: Section = Section {
    name: "Incidents",
    about: "What happens to the execution as a whole, beside the faults of its tasks.",
    steps: &[
        Step {
            expression: "the execution is stopped after {duration}",
            about: "Somebody stops the execution so long after its start.",
            example: "the execution is stopped after 150 ms",
            covers: &[Covers::Incident("aborted")],
            run: stopped,
            ..WHEN
        },
        Step {
            expression: "the execution is redriven",
            about: "The execution is redriven once it has ended without success; it goes on where it failed, \
                    and meets no fault that is spent.",
            example: "the execution is redriven",
            covers: &[Covers::Incident("redriven")],
            run: redriven,
            ..WHEN
        },
        Step {
            expression: "the execution starts again with the same input",
            about: "A minute after its end another execution is started with the same input. It meets what \
                    the first one left behind, and no faults.",
            example: "the execution starts again with the same input",
            covers: &[Covers::Incident("started-again")],
            run: again,
            ..WHEN
        },
        Step {
            expression: "the execution starts again with the same input after {duration}",
            about: "The same, so long after the end of the first one.",
            example: "the execution starts again with the same input after 7 days",
            covers: &[Covers::Incident("started-again")],
            run: again_after,
            ..WHEN
        },
        Step {
            expression: "the event is delivered twice",
            about: "The event that starts an Express execution is delivered twice, as asynchronous Express \
                    workflows run at least once.",
            example: "the event is delivered twice",
            covers: &[Covers::Incident("delivered-twice")],
            run: delivered_twice,
            ..WHEN
        },
    ],
};

fn stopped(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Span { ms: after_ms } = arguments.get(0)?;
    happen(stage, Incident::Aborted { after_ms })
}

fn redriven(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    if stage.subject()?.machine_type == MachineType::Express {
        return Err(Wrong::new("executions of Express workflows cannot be redriven").into());
    }
    happen(stage, Incident::Redriven)
}

fn again(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    happen(stage, Incident::STARTED_AGAIN)
}

fn again_after(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Span { ms: after_ms } = arguments.get(0)?;
    happen(stage, Incident::StartedAgain { after_ms })
}

fn delivered_twice(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    // Docs, "Execution guarantees": Standard workflows run exactly once, asynchronous Express ones at least once.
    if stage.subject()?.machine_type == MachineType::Standard {
        let wrong = Wrong::new("a Standard workflow runs exactly once for each start");
        return Err(wrong.help("write `the execution starts again with the same input`").into());
    }
    happen(stage, Incident::DeliveredTwice)
}

fn happen(stage: &mut Stage, incident: Incident) -> Result<(), Failed> {
    stage.subject()?;
    stage.change().trouble.happen(incident)
}
