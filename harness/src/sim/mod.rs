//! The simulator: one execution in virtual time, a pure function of machine, case and answers.

mod case;

pub use case::{Case, Limits};

use crate::asl::Machine;
use crate::history::History;
use crate::mock::Responder;

/// Runs one execution to its end: an outcome, a timer, or a construct that is not modelled.
pub fn run(machine: &Machine, case: &Case, responder: &mut dyn Responder) -> History {
    let _ = (machine, case, responder);
    unreachable!("not yet")
}
