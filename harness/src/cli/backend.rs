//! Who executes the cases of a command.

use clap::Args;

use super::access_args::AwsArgs;
use super::failure::Failure;
use super::{ExitCode, Streams};
use crate::walk::{Backend, Executor};

/// Who executes the cases.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct BackendArgs {
    /// Who executes the cases: simulator (the default), offline-test-state (this program's own TestState, asked about one
    /// state after the other) or test-state (AWS)
    #[arg(long, value_name = "NAME", value_parser = Backend::parse)]
    pub(super) backend: Option<Backend>,
    /// Shows every request that AWS would get, and sends none
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Asks AWS again what it has answered before
    #[arg(long, conflicts_with = "no_cache")]
    pub(super) refresh: bool,
    /// Keeps no answers of AWS, and uses none
    #[arg(long)]
    pub(super) no_cache: bool,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

/// What a build without AWS says when it is asked for it.
#[cfg(not(feature = "aws"))]
pub(super) const WITHOUT_AWS: &str = "this program was built without the feature `aws`; install it with \
                                      `cargo install sfn-chaos --features aws`, or run `cargo xtask` in its repository";

/// What a call of a command's work is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// To find out what would be asked: nothing that it finds counts, and nothing is written.
    #[cfg_attr(
        not(any(feature = "aws", feature = "bdd")),
        expect(dead_code, reason = "only AWS is rehearsed for, and only features care")
    )]
    Rehearsal,
    /// In earnest.
    Performance,
}

/// What a command does with its cases.
pub(super) type Work<'w, T> = dyn FnMut(&Executor, Act, &mut Streams<'_>) -> Result<T, Failure> + 'w;

/// What came of it.
pub(super) enum Performed<T> {
    /// What the work found, and the least that the exit code says: whether everything was answered.
    Done(T, ExitCode),
    /// Only what would be asked was shown.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only AWS is planned for"))]
    Planned,
}

impl BackendArgs {
    /// Has the cases of a command executed. Where AWS is to be asked, the work is done twice: first without any call, so
    /// that it is known what will be asked.
    pub(super) fn perform<T>(
        &self,
        streams: &mut Streams<'_>,
        work: &mut Work<'_, T>,
    ) -> Result<Performed<T>, Failure> {
        let executor = match self.backend() {
            Backend::Simulator => Executor::simulator(),
            Backend::OfflineTestState => Executor::offline(),
            #[cfg(feature = "aws")]
            Backend::TestState => return self.perform_on_aws(streams, work),
            #[cfg(not(feature = "aws"))]
            Backend::TestState => return Err(Failure::Usage(WITHOUT_AWS.to_owned())),
        };
        if let Some(flag) = self.aws_flag() {
            return Err(Failure::Usage(format!("{flag} is about AWS; add `--backend test-state`")));
        }
        Ok(Performed::Done(work(&executor, Act::Performance, streams)?, ExitCode::Clean))
    }

    /// The backend; the simulator unless another one is named.
    pub(super) fn backend(&self) -> Backend {
        self.backend.unwrap_or_default()
    }

    /// A flag that only counts for AWS.
    fn aws_flag(&self) -> Option<&'static str> {
        let Self { backend: _, dry_run, refresh, no_cache, aws } = self;
        let given = [("--dry-run", *dry_run), ("--refresh", *refresh), ("--no-cache", *no_cache)];
        given.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag)).or_else(|| aws.given())
    }
}

impl AwsArgs {
    /// A flag of these that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let Self { aws_profile, region, endpoint_url } = self;
        let given = [
            ("--aws-profile", aws_profile.is_some()),
            ("--region", region.is_some()),
            ("--endpoint-url", endpoint_url.is_some()),
        ];
        given.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }
}
