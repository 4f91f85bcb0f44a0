//! Arguments about access to AWS.

use clap::Args;

use crate::config::Endpoint;

/// What `doctor` is asked.
#[derive(Debug, Args)]
pub(super) struct AccessArgs {
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    /// Prints the least policy of the role that runs this program, and checks nothing
    #[arg(long)]
    pub(super) policy: bool,
}

/// How AWS is called; `chaos.toml` says the same in `[aws]`.
#[derive(Debug, Default, Args)]
pub(super) struct AwsArgs {
    /// The profile of the shared configuration that credentials come from
    #[arg(long, value_name = "NAME")]
    pub(super) aws_profile: Option<String>,
    /// The region
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// A server on this computer that is called instead of AWS
    #[arg(long, value_name = "URL")]
    pub(super) endpoint_url: Option<Endpoint>,
}
