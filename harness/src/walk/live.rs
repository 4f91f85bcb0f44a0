//! Walks without mocks: tasks are really called, and what they do stays done.
//!
//! What a fault of the plan strikes is mocked, everything else is real. Whether that is permitted is not decided here:
//! whoever is asked does ([`Ask::act`](super::Ask::act)).

use std::sync::Arc;

use super::Cannot;
use super::reads::Reads;
use crate::asl::{Kind, Machine, State};
use crate::catalog::{Pattern, Service};
use crate::fault::{Injection, injection};
use crate::mock::{Author, Script};
use crate::sim::Case;

/// Tasks are really called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The role that they are called with. Recorded on AWS: without one, no task is tested without a mock.
    pub role_arn: Arc<str>,
}

/// Whether a state is a task that is really called.
pub(super) fn is_called(state: &State, reads: &Reads) -> bool {
    matches!(state.kind, Kind::Task(_)) && needs_answer(state, reads).is_none()
}

/// Whether a live walk of this case can be.
pub(super) fn can_be_live(
    machine: &Machine,
    case: &Case,
    script: &Script,
    reads: &[Reads],
) -> Result<(), Cannot> {
    for (state, reads) in machine.states.iter().zip(reads) {
        if let Some(why) = needs_answer(state, reads).filter(|_| !is_answered(script, state)) {
            return Err(Cannot {
                what: "TestState cannot do its work without a mock".to_owned(),
                state: Some(state.path.clone()),
                why: format!("{why}; write down in a mock file what it comes to"),
            });
        }
    }
    for fault in case.plan.faults() {
        let state = machine.state(fault.site.state);
        let Some(task) = state.task().filter(|_| is_called(state, &reads[state.id.0 as usize])) else {
            continue;
        };
        match injection(&fault.class, task) {
            Injection::Fail { applied: false, .. } | Injection::Silence { applied: false, .. } => {}
            _ => {
                return Err(Cannot {
                    what: format!("the fault `{}`", fault.class),
                    state: Some(state.path.clone()),
                    why: "it changes the answer to work that is done, and a live walk calls a task or leaves it; \
                          use this fault with mocks"
                        .to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// Why the work of a state has to be given. Docs, "TestState".
fn needs_answer(state: &State, reads: &Reads) -> Option<&'static str> {
    match &state.kind {
        Kind::Task(task) if task.integration.kind == Service::Activity => Some("it has no activities"),
        Kind::Task(task) if task.integration.pattern != Pattern::RequestResponse => {
            Some("it does not wait for the end of a job or for a task token")
        }
        // With another one, another request would be made than an execution makes.
        Kind::Task(_) if !reads.context.is_empty() => {
            Some("the state reads the context object, which can only be given with a mock")
        }
        Kind::Map(map) if map.item_reader.is_some() => Some("it reads no items"),
        _ => None,
    }
}

/// Whether the user says what the work of a state comes to.
fn is_answered(script: &Script, state: &State) -> bool {
    let by_user = script.answers.get(&state.path).is_some_and(|sequence| sequence.by == Author::User);
    by_user || (matches!(state.kind, Kind::Map(_)) && script.objects_for(state).is_some())
}
