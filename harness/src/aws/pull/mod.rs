//! What AWS knows of a machine, an execution or a role, fetched by calls that only read, to be worked on offline.
//!
//! Everything is fetched whole or not at all: part of a history would be diagnosed as if it were all of it.

mod arn;
mod error;
mod execution;
mod machine;
mod role;

pub use arn::{ExecutionArn, MachineArn, Named, RoleArn, WrongArn};
pub use error::Unpulled;
pub use execution::{Execution, execution};
pub use machine::{Machine, machines};
pub use role::{Document, Kind, Role, role};
