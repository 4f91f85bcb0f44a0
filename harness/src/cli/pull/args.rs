//! The arguments of `pull`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::access_args::AwsArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct PullArgs {
    #[command(subcommand)]
    pub(super) action: PullAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum PullAction {
    /// The definition of a machine, of a version of it, or of the versions of an alias
    Definition(DefinitionArgs),
    /// An execution: its history, its description and the definition that it ran; values are redacted
    Execution(ExecutionArgs),
    /// The policies of an execution role: inline, attached, and its permission boundary
    Policies(PoliciesArgs),
}

#[derive(Debug, Args)]
pub(super) struct DefinitionArgs {
    /// The ARN or the name of a machine
    #[arg(value_name = "ARN|NAME")]
    pub(super) machine: String,
    #[command(flatten)]
    pub(super) into: IntoArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExecutionArgs {
    /// The ARN of an execution
    #[arg(value_name = "ARN")]
    pub(super) execution: String,
    /// Writes the values of inputs and results; without it only their shape and size
    #[arg(long)]
    pub(super) show_values: bool,
    #[command(flatten)]
    pub(super) into: IntoArgs,
}

#[derive(Debug, Args)]
pub(super) struct PoliciesArgs {
    /// The ARN or the name of a role
    #[arg(value_name = "ROLE", required_unless_present = "machine")]
    pub(super) role: Option<String>,
    /// The role of this machine, by the machine's ARN or name
    #[arg(long, value_name = "ARN|NAME", conflicts_with = "role")]
    pub(super) machine: Option<String>,
    #[command(flatten)]
    pub(super) into: IntoArgs,
}

/// Where files go, and how AWS is called.
#[derive(Debug, Args)]
pub(super) struct IntoArgs {
    /// The folder that the files are written into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) out: PathBuf,
    /// Writes over files that are there
    #[arg(long)]
    pub(super) overwrite: bool,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
}
