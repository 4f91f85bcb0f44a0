//! The diagnosis of a history that AWS exported: the first real failure and its echoes, its class, what to change,
//! and what else is at risk.
//!
//! The export alone is enough for the root cause. A definition adds which retriers and catchers were asked, patches,
//! and what is read later; a policy adds whether a denial is missing in it.

mod analyse;
mod class;
mod diagnosis;
mod echo;
mod failure;
mod handling;
mod kept;
mod look;
mod managed_rule;
mod pause;
mod permission;
mod place;
mod proven;
mod recast;
mod remedy;
mod risks;
mod safety;
mod said;
mod shape;
mod sizes;
mod stuck;
mod summary;
mod swallowed;
mod timeline;
mod timer_fix;

pub use analyse::{Subject, diagnose};
pub use class::Timer;
pub use diagnosis::{Diagnosis, Echo, Ended, Execution, Nested, Other, Risk, Role, RootCause};
pub use handling::{Answer, Consulted};
pub use recast::{Recast, recast};
pub use safety::Safety;
pub use shape::StateKind;
pub use summary::{child_of_map, foreign_states};
