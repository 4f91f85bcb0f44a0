//! Offline TestState: what the API of the same name answers, worked out by the simulator.
//!
//! A request is read, checked in the order in which the service checks it, and its state run by [`crate::sim::probe`];
//! the rules of the data flow, of retriers and of catchers are the simulator's own. A task without a mock would be
//! called for real; what it answers is nothing that can be known here, so such a request is [`Refusal::Unknown`].

mod answer;
mod check;
mod context;
mod definition;
mod error;
mod request;
mod response;
mod shape;
#[cfg(test)]
mod tests;

pub use answer::{Desk, answer};
pub use error::{ApiError, Refusal};
pub use request::{Configuration, InspectionLevel, Mock, Request};
#[cfg(feature = "aws")]
pub(crate) use request::{DEFINITION_MAX, Fields};
pub use response::{Response, Status};
