//! The command line: raw arguments, validated settings, one file a command. Nothing here decides what is a finding.

mod accepting;
mod access;
mod access_args;
#[cfg(feature = "aws")]
mod access_aws;
mod args;
mod backend;
#[cfg(feature = "aws")]
mod backend_aws;
#[cfg(feature = "bdd")]
mod bdd;
mod chaos;
mod context;
mod diagnose;
mod doctor;
mod entry;
mod exit_code;
mod failure;
mod iam;
mod library;
mod listing;
mod parity;
mod parity_args;
mod patching;
mod permissions;
mod progress;
#[cfg(feature = "aws")]
mod pull;
mod replay;
mod run;
mod saving;
mod selection;
#[cfg(feature = "aws")]
mod serve;
mod settings;
mod streams;
mod test_state;
mod validate;

pub use crate::report::Colour;
pub use entry::{call, main};
pub use exit_code::ExitCode;
pub use streams::{Progress, Streams};
