//! A second execution with the same input, in the world that the first one has left behind.

use std::sync::Arc;

use crate::asl::Machine;
use crate::fault::{Incident, Plan};
use crate::history::{Before, History};
use crate::mock::{Repeating, Responder, World};

use super::Case;
use super::engine::Engine;

/// Runs the second execution that a plan asks for; without one, the first is all there is.
pub(super) fn again(
    machine: &Machine,
    case: &Case,
    first: History,
    responder: &mut dyn Responder,
) -> History {
    let Some(incident) = case.plan.repetition() else { return first };
    let (wait_ms, name) = match incident {
        Incident::StartedAgain { after_ms } => {
            (after_ms, Arc::from(format!("{}-again", case.execution_name)))
        }
        // It is the same execution, name and all.
        Incident::DeliveredTwice | Incident::Aborted { .. } | Incident::Redriven => {
            (0, case.execution_name.clone())
        }
    };
    let starts_after_ms = first.duration.0.saturating_add(wait_ms);
    let second = Case {
        plan: Plan::default(),
        // What is made at random is another value in the second execution.
        seed: case.seed.wrapping_add(1),
        execution_name: name,
        epoch_ms: case.epoch_ms.saturating_add(i64::try_from(starts_after_ms).unwrap_or(i64::MAX)),
        stop: None,
        redrives_after_ms: Vec::new(),
        ..case.clone()
    };
    let world = World::after(machine, &first);
    let mut repeating = Repeating::new(world, responder, second.epoch_ms);
    let mut history = Engine::new(machine, &second, &mut repeating).run();
    history.before = Some(Arc::new(Before { history: first, starts_after_ms, met: repeating.met() }));
    history
}
