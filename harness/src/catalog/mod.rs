//! Facts about AWS APIs: what a task's `Resource` means, which errors it can report, what it may cost to repeat.

mod integration;

pub use integration::{Integration, Pattern, Service};

/// What kind of failure an error name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// A fault of service or network that may pass.
    Transient,
    /// Too many calls.
    Throttling,
    /// A timer fired; the outcome of the work is not known.
    Timeout,
    /// A limit of the account or a resource.
    Quota,
    /// IAM, a resource policy, credentials.
    Permission,
    /// A named resource does not exist.
    NotFound,
    /// The request is malformed.
    Validation,
    /// The work itself, or the data, is wrong.
    Logic,
    /// The state of a resource, or a condition, forbids it.
    Conflict,
    /// A payload is too large.
    DataLimit,
    /// The interpreter failed.
    Runtime,
    /// Nothing is known of the name.
    Unknown,
}
