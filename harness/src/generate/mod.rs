//! Inputs and task results from what the machine reads, compares and declares.

mod scenario;

pub use scenario::{Origin, Scenario};
