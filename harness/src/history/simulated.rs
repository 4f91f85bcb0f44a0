//! The parts of a walked history that no answer of TestState stands behind.

use std::fmt;

use crate::asl::{Machine, StateId};

/// A part of a history that the simulator had to work out, because TestState cannot show it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Simulated {
    /// The state it is about; none: the execution as a whole.
    pub state: Option<StateId>,
    /// What it is, as a clause: `how long it waits`.
    pub what: String,
}

impl Simulated {
    /// As a line for people.
    pub fn display<'a>(&'a self, machine: &'a Machine) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| match self.state {
            Some(state) => write!(f, "`{}`: {}", machine.state(state).path, self.what),
            None => f.write_str(&self.what),
        })
    }
}
