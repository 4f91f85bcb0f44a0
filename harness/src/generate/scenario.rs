//! One way to run a machine without faults: an input, and what its tasks answer.

use std::sync::Arc;

use crate::mock::Script;
use crate::value::Value;

/// An input with the answers that go with it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// For people: `order.input.json`, `Retry path` (a test case of a mock file), `generated`.
    pub name: String,
    /// The execution's input.
    pub input: Value,
    /// What tasks answer.
    pub script: Arc<Script>,
    /// Who made it.
    pub origin: Origin,
}

/// Who made a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The user's example, as it is.
    User,
    /// A variation of a user's example.
    Varied,
    /// Made from what the definition reads.
    Generated,
}
