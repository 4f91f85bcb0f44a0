//! From what went wrong to what to do: proposals as JSON Patch, and the shortest telling of a history.

pub(crate) mod complete;
pub(crate) mod fix;
mod fold;
mod telling;

pub use telling::{Line, tell};
