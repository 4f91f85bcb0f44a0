//! A workflow as a test in Rust meets it: from a file on disk to an execution, a search or a property in one call each.
//!
//! ```
//! use sfn_chaos::workflow::{Workflow, WorkflowError};
//!
//! # fn main() -> Result<(), WorkflowError> {
//! let order = Workflow::from_text("order", r#"{ "StartAt": "Charge", "States": {
//!     "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
//!         "Parameters": { "FunctionName": "charge", "Payload": { "id.$": "$.id" } },
//!         "Retry": [{ "ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2 }] } } }"#)?;
//! let execution = order.execution().input(r#"{ "id": "o-1" }"#).faults("Charge:throttling*2").run()?;
//! execution.assert_succeeded();
//! assert_eq!(execution.attempts("Charge"), 3);
//! # Ok(())
//! # }
//! ```
//!
//! A test that goes wrong shows what happened, in the words of the reports. Assertions and lookups by the name of a
//! state panic, as assertions do; everything that reads files, inputs or faults is a [`WorkflowError`].

mod assertions;
mod error;
mod execution;
mod loaded;
mod start;
#[cfg(test)]
mod tests;

pub use error::WorkflowError;
pub use execution::Execution;
pub use loaded::Workflow;
pub use start::StartExecution;
