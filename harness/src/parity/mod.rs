//! Parity: the same cases on our own TestState and on another one, and each disagreement as a diff.
//!
//! ```text
//!   cases ──walk──> both ──> ours: Offline        compare: field by field ──┐
//!                     └────> theirs: any Ask  ──┘                            ├──> outcome: each disagreement once
//!   sim::run ─────────────────> executions: routes, retries, catchers, ends ─┘
//! ```
//!
//! The walk follows theirs, so that later states are asked about with the data that they had there. Nothing here decides
//! who is right; a disagreement that is kept as a [`record`] can be judged against recordings of AWS.

mod both;
mod case;
mod compare;
mod executions;
mod kind;
mod outcome;
pub mod record;
mod run;

pub use case::{Cases, cases, one_case};
pub use compare::{Difference, Place};
pub use kind::Kind;
pub use outcome::{Disagreement, MachineParity, NotCompared, Shown};
pub use run::compare;
