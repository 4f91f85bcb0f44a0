//! The simulator: one execution in virtual time, a pure function of machine, case and answers.
//!
//! The engine moves strands (threads of the execution) until each of them waits, then advances the clock to the
//! next timer. Nothing here knows files, faults' names or reports; what it does not model ends the run as
//! [`crate::history::Outcome::Unknown`] with its place in the definition.

mod abort;
mod again;
mod as_told;
mod batch;
mod case;
mod choice;
mod clock;
mod consult;
mod container;
mod context;
mod distributed;
mod engine;
mod failure;
mod flow;
mod given;
mod identity;
mod map;
mod map_run;
pub mod nested;
mod parallel;
mod probe;
mod probe_items;
mod reader;
mod real;
mod record;
mod redrive;
mod request;
mod strand;
mod task;
mod terminal;
mod told;
mod wait;
mod writer;

#[cfg(test)]
mod tests;

pub use abort::Stop;
pub use case::{Case, Limits, Start, StartedBy};
pub use given::Given;
pub use identity::Identity;
pub use probe::{Observation, Probe, Stage, Work, probe};
pub use redrive::NotRedrivable;
pub use told::{Question, Route, Teller, Told, Visit, run_told};

use crate::asl::Machine;
use crate::history::History;
use crate::mock::Responder;

/// Runs one execution to its end: an outcome, a timer, or a construct that is not modelled. Where the plan has a second
/// execution, its history is the result, with the first one in [`History::before`].
pub fn run(machine: &Machine, case: &Case, responder: &mut dyn Responder) -> History {
    let first = engine::Engine::new(machine, case, responder).run();
    again::again(machine, case, first, responder)
}
