//! The fault model: what can go wrong where, and for how many attempts.
//!
//! A fault is a burst at a site, not one failed attempt (`Site × Class × Burst`): it begins with the first attempt
//! of one entry of a state and lasts until its count is spent.

mod class;
mod classes;
mod denial;
#[cfg(test)]
mod fixture;
mod incident;
mod injection;
mod intent;
mod lasting;
#[cfg(feature = "bdd")]
mod length;
mod lost;
mod missing;
mod offer;
mod place;
mod plan;
mod statuses;
mod text;

pub use class::Class;
pub use classes::{UNEXPECTED_ERROR, classes};
pub use denial::denials;
pub use incident::Incident;
pub use injection::{Injection, injection};
pub use intent::{FaultName, Intent, Meant, MeantEnding};
pub use lasting::Lasting;
#[cfg(feature = "bdd")]
pub(crate) use length::NoLength;
pub use missing::{missing_members, without};
pub use offer::{Offer, offers};
pub use plan::{Burst, Fault, Plan};
pub use text::ParseError;
