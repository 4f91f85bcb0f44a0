//! Policies of a role: read as people have them, and asked whether they allow what a state machine needs.
//!
//! What cannot be decided without AWS is unknown and said so; it is never an alarm.

mod audit;
#[cfg(test)]
mod audit_tests;
mod condition;
mod document;
mod evaluate;
mod excess;
mod pattern;
mod read;
mod sam;
mod source;
mod template;
#[cfg(test)]
mod tests;

pub use audit::{Audit, Gap, audit};
pub use condition::Context;
pub use document::{Condition, Effect, Grants, Policy, Selection, Statement};
pub use evaluate::{Decision, Refusal, Request};
pub use excess::{Excess, Surplus};
pub use pattern::Pattern;
pub use source::{PolicyError, PolicyRef, parse};
use template::allow_all;
