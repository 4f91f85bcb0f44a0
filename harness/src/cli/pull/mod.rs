//! `pull`: what AWS knows of a machine, an execution or a role, as files for the other commands.

mod args;
mod fetch;
mod files;
mod next;

pub(super) use args::PullArgs;
pub(super) use fetch::pull;
