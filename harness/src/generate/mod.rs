//! Inputs and task results from what the machine reads, compares and declares; scenarios that run it through.

mod baseline;
mod candidates;
mod crowd;
mod gap;
#[cfg(feature = "bdd")]
mod given;
mod invent;
mod large;
mod load;
mod name;
mod place;
mod reach;
mod repair;
mod result;
mod scenario;
mod slot;
pub mod strategy;
mod turn;
mod valid;
mod variation;
mod witness;

pub use baseline::{Baselines, Ending, Examples, baselines};
pub use crowd::{crowds, realistic, widened};
pub use gap::{Blamed, Reason, blamed};
pub use large::large_answers;
pub use load::{CONVERSATIONS, conversation_in, rounds};
pub use result::{complete, input_for, result_for};
pub use scenario::{Origin, Scenario};
pub use valid::valid_inputs;
pub use variation::variations;
pub use witness::{Assignment, Sight, witnesses};
