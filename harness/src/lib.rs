//! `sfn-chaos` breaks AWS Step Functions state machines in virtual time and says which failures they do not survive.
//!
//! The modules stand in the order in which data flows through them. A definition is loaded ([`load`]) and compiled
//! ([`asl`]); facts about it ([`model`]) and about AWS ([`catalog`]) say which permissions it needs ([`iam`]), what can
//! fail ([`fault`]) and what tasks answer ([`mock`], [`generate`]); the simulator ([`sim`]) turns a case into a
//! [`history`]; a [`search`] chooses the cases, judges ([`oracle`]) look at the histories, and a [`campaign`] puts it
//! together for tests, features and the command line.
//!
//! Tests in Rust start at [`workflow`]: a definition from a file, executions of it with faults, and what they show.
//!
//! ```no_run
//! use sfn_chaos::workflow::{Workflow, WorkflowError};
//!
//! # fn main() -> Result<(), WorkflowError> {
//! let order = Workflow::load("workflows/order.asl.json")?;
//! order.execution().faults("ChargePayment:throttling*2").run()?.assert_succeeded();
//! order.campaign().run().assert_clean();
//! # Ok(())
//! # }
//! ```

mod spelling;
pub mod value;
pub mod load;
pub mod asl;
pub mod expr;
pub mod catalog;
pub mod model;
pub mod iam;
pub mod contested;
pub mod error;
pub mod fault;
pub mod mock;
pub mod sim;
pub mod history;
pub mod test_state;
pub mod walk;
pub mod generate;
pub mod search;
pub mod oracle;
pub mod reduce;
pub mod diagnose;
pub mod advice;
pub mod campaign;
pub mod parity;
pub mod report;
pub mod case;
pub mod config;
#[cfg(feature = "aws")]
pub mod aws;
pub mod workflow;
#[cfg(feature = "bdd")]
pub mod bdd;
pub mod cli;
