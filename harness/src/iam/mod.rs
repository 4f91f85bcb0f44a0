//! The permissions that a state machine needs: for every call of every state the IAM actions, the ARNs of what they
//! are done to as far as the definition shows them, and the policy made of it.
//!
//! Nothing is guessed. What a definition cannot show is an open part of an ARN that says what to supply; a call whose
//! permissions are not known is listed as such; `*` stands only where IAM knows no resource.

mod arns;
mod bind;
mod document;
mod extras;
mod form;
mod glob;
mod lacking;
mod map;
mod members;
mod need;
pub mod policy;
mod sdk;
mod settings;
mod survey;
mod table;

pub use document::{Document, Statement, Use, documents};
pub use glob::{Cover, Glob, Piece};
pub use lacking::{RoleError, RolePolicies, lacking, lacking_in, undecided};
pub use need::{Condition, Need, Resource, Role, Standing};
pub use settings::{Extras, Settings};
pub use survey::{Nothing, Survey, Unknown, needs, survey};

#[cfg(test)]
mod tests;
