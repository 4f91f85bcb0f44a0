//! `pull`: what AWS knows of a machine, an execution or a role, as files for the other commands.

mod args;
#[cfg(feature = "aws")]
mod fetch;
#[cfg(feature = "aws")]
mod files;
#[cfg(feature = "aws")]
mod next;

pub(super) use args::PullArgs;
#[cfg(feature = "aws")]
pub(super) use fetch::pull;

#[cfg(not(feature = "aws"))]
use super::failure::Failure;
#[cfg(not(feature = "aws"))]
use super::{ExitCode, Streams};

/// Says how to get it.
#[cfg(not(feature = "aws"))]
pub(super) fn pull(_: &str, _: &PullArgs, _: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    Err(Failure::Usage(super::backend::WITHOUT_AWS.to_owned()))
}
