//! Facts about AWS APIs: what a task's `Resource` means, which errors it can report, what it may cost to repeat.

mod integration;

pub use integration::{Integration, Pattern, Service};
