//! The arguments of `bdd`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use regex::Regex;

use super::action::BddAction;
use super::output::Format;
use super::snapshots::Unreferenced;
use crate::bdd::Tags;
use crate::cli::args::threads;
use crate::cli::backend::BackendArgs;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct BddArgs {
    #[command(subcommand)]
    pub(super) action: Option<BddAction>,
    /// Feature files, folders with such, or FILE:LINE for one scenario; by default features/, else below this folder
    #[arg(value_name = "FILE[:LINE]|DIR")]
    pub(super) paths: Vec<PathBuf>,
    /// Only scenarios with these tags: `@payments and not (@slow or @nightly)`
    #[arg(long, value_name = "EXPR")]
    pub(super) tags: Option<Tags>,
    /// Only scenarios in whose name this regular expression is found; plain words find themselves
    #[arg(long, value_name = "REGEX")]
    pub(super) name: Option<Regex>,
    /// How to print: pretty, junit or json, and with =FILE into a file; may be repeated, and what is not in a file is
    /// pretty
    #[arg(long = "format", value_name = "FORMAT[=FILE]")]
    pub(super) formats: Vec<Format>,
    /// Where the format without a file goes
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Writes snapshots that differ or are missing, and shows what changed; refused in CI
    #[arg(long)]
    pub(super) update: bool,
    /// What becomes of snapshots that no scenario asks for, where whole folders were run and passed
    #[arg(long, value_name = "warn|reject", value_enum, default_value_t = Unreferenced::Warn)]
    pub(super) unreferenced: Unreferenced,
    /// Leaves out everything after the first scenario that fails
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Everything random comes from it, unless a feature says a seed
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Shows values of inputs and results; without it only their shape
    #[arg(long)]
    pub(super) show_values: bool,
    /// The day on which accepted findings are looked at; by default that of the clock, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
    #[command(flatten)]
    pub(super) backend: BackendArgs,
    /// Scenarios that run at the same time; it changes how long it takes, never what comes out
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(super) concurrency: Option<NonZeroUsize>,
}
