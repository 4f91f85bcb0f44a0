//! The command line: raw arguments, validated settings, one file a command. Nothing here decides what is a finding.

mod args;
mod beside;
mod doctor;
mod entry;
mod exit_code;
mod failure;
mod selection;
mod streams;
mod validate;

pub use entry::{call, main};
pub use exit_code::ExitCode;
pub use streams::{Colour, Progress, Streams};
