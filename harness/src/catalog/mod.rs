//! Facts about AWS APIs: what a task's `Resource` means, which errors it can report, what it may cost to repeat.
//!
//! The tables under `data/` are behind these functions alone, so that a larger source can take their place.

mod absence;
mod cause;
mod class;
pub mod conform;
#[cfg(test)]
mod corpus;
mod correction;
mod effect;
#[cfg(test)]
mod every;
mod example;
mod exceptions;
mod fault;
mod integration;
pub mod models;
mod names;
mod remark;
mod outcome;
mod page;
mod plausible;
mod partial;
mod representative;
mod resource;
mod result;
mod status;
mod table;
mod vocabulary;

pub use absence::{Absence, Often, absence};
pub use cause::Denial;
pub use class::{ErrorClass, class_of, class_of_cause, class_of_failure, means_two_things};
pub use correction::{suggest, suggest_own};
pub(crate) use effect::expression_tokens;
pub use effect::{Effect, effect, effect_of_request, is_same_condition, is_signal, update_is_repeatable};
pub use fault::{
    Fault, FaultKind, application_error, declared_error, denied, errors, fault, job_failed, role_not_assumed,
};
pub use integration::{Integration, Pattern, Service};
pub use names::{can_report, is_never_matched, is_of_maps};
pub use outcome::rank as outcome_rank;
pub use page::{asks_for_few, page_size};
pub use partial::{Form, PartialSuccess, partial_failure, partial_success};
pub use plausible::{is_continuation, plausible};
pub use remark::Remark;
pub use result::{submitted, typical_result};
pub(crate) use status::sdk_service;
pub use status::{Statuses, status_named, statuses, statuses_at};
