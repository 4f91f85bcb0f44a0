//! The answers of one scenario, by value: what each call of each state returns or throws.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Answer;

/// Answers by state path; what is not listed is generated, or unmocked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// By the path of the state (`ShipAll/Ship`): the answers of its calls in order, the last one repeated.
    pub answers: BTreeMap<Arc<str>, Vec<Answer>>,
}
