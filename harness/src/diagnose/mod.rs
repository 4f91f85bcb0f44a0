//! From what went wrong to what to do: proposals as JSON Patch, the shortest telling of a history, and the diagnosis of
//! histories that AWS exported.

mod apply;
pub(crate) mod complete;
mod edit;
pub(crate) mod fix;
mod fold;
pub mod history;
pub(crate) mod route;
mod telling;

pub use apply::{Unfit, apply};
#[cfg(feature = "bdd")]
pub(crate) use edit::unified;
pub use edit::{diff, edited};
pub use telling::{Line, tell};
