//! Help for the tests of the scenario library.

pub mod mutation;
pub mod scenario;
