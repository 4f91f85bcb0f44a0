//! What came of comparing the cases of one machine.

use std::sync::Arc;

use super::Difference;
use crate::asl::{Machine, StateId};
use crate::generate::Scenario;
use crate::value::Value;
use crate::walk::AskError;

/// The comparison of one machine.
#[derive(Clone, Debug)]
pub struct MachineParity {
    /// The machine.
    pub machine: Arc<Machine>,
    /// Cases that were run.
    pub cases: usize,
    /// Cases that there would be without a limit.
    pub cases_all: usize,
    /// States that were asked about.
    pub states: usize,
    /// Requests that differ.
    pub requests: usize,
    /// Requests whose answers agree in everything.
    pub agreeing: usize,
    /// Requests whose answers do not.
    pub differing: usize,
    /// Cases that end or go otherwise than the simulator tells.
    pub otherwise: usize,
    /// Each disagreement once, in the order in which it was met.
    pub disagreements: Vec<Disagreement>,
    /// What could not be compared.
    pub not_compared: Vec<NotCompared>,
    /// Cases that had no answer.
    pub unanswered: usize,
    /// Why the first of them had none.
    pub unanswered_because: Option<Arc<str>>,
}

/// One thing that the two disagree about.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The state; none: the execution as a whole.
    pub state: Option<StateId>,
    /// The field, both values.
    pub difference: Difference,
    /// The exchange that shows it; none: every exchange agrees, the executions do not.
    pub shown: Option<Shown>,
    /// Cases that show it.
    pub cases: usize,
    /// The scenario of the first of them.
    pub scenario: Scenario,
    /// Its faults: `Charge:throttling*4`, or nothing.
    pub plan: String,
}

/// The exchange that shows a disagreement.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The request.
    pub request: Value,
    /// What they answered.
    pub theirs: Result<Value, AskError>,
}

/// Something that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotCompared {
    /// What, and why.
    pub what: String,
    /// Cases that it is part of.
    pub cases: usize,
}
