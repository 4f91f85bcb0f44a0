//! `bdd`: runs Gherkin features.

use super::args::BddArgs;
use super::failure::Failure;
use super::selection::folder_join;
use super::settings::every_core;
use super::{ExitCode, Streams};
use crate::bdd::{self, Order, Snapshots, Terms, Verdict};
use crate::campaign::Campaign;
use crate::walk::Backend;

pub(super) fn bdd(args: &BddArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let order = Order {
        paths: args.paths.iter().map(|path| folder_join(&streams.folder, path)).collect(),
        concurrency: args.concurrency.unwrap_or_else(every_core),
        terms: Terms {
            seed: Campaign::SEED,
            backend: Backend::default(),
            snapshots: Snapshots::default(),
            show_values: true,
        },
    };
    let told = bdd::run(&order)?;
    bdd::pretty(&told, streams.out)?;
    let code = |verdict| match verdict {
        Verdict::Passed | Verdict::Skipped => ExitCode::Clean,
        Verdict::Inconclusive => ExitCode::Inconclusive,
        Verdict::Failed => ExitCode::Finding,
        Verdict::Wrong => ExitCode::Usage,
        Verdict::Defect => ExitCode::Internal,
    };
    let worst =
        told.scenarios().map(|scenario| code(scenario.verdict())).fold(ExitCode::Clean, ExitCode::worst);
    Ok(if told.unreadable.is_empty() { worst } else { worst.worst(ExitCode::Usage) })
}
