//! Help for the tests: the command line, the scenario library and its mutations, a server that fails as it is told.

pub mod mutation;
pub mod operators;
pub mod program;
pub mod scenario;
pub mod server;
