//! Help for the tests: the command line, the scenario library and its mutations.

pub mod mutation;
pub mod operators;
pub mod program;
pub mod scenario;
