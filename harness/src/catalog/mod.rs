//! Facts about AWS APIs: what a task's `Resource` means, which errors it can report, what it may cost to repeat.
//!
//! The tables under `data/` are behind these functions alone, so that a larger source can take their place.

mod class;
mod fault;
mod integration;
mod names;
mod resource;
mod status;
mod table;

pub use class::{ErrorClass, class_of, class_of_failure, means_two_things};
pub use fault::{Fault, FaultKind, application_error, errors, fault, job_failed};
pub use integration::{Integration, Pattern, Service};
pub use names::{can_report, suggest};
pub use status::{Statuses, statuses};
