//! The arguments of `parity`.

use std::path::PathBuf;

use clap::Args;

use super::args::{Format, PolicyArgs, SelectionArgs};
use super::backend::BackendArgs;

#[derive(Debug, Args)]
pub(super) struct ParityArgs {
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) role: PolicyArgs,
    #[command(flatten)]
    pub(super) backend: BackendArgs,
    /// Cases of each machine: its scenarios without faults, then single faults, of every site in turn
    #[arg(long, value_name = "N", default_value_t = super::parity::CASES)]
    pub(super) cases: usize,
    /// Only these faults: `Charge:throttling*4 + Ship:timeout`
    #[arg(long, value_name = "PLAN", conflicts_with = "cases")]
    pub(super) faults: Option<String>,
    /// Everything random comes from it
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Writes each exchange that shows a disagreement, as a case that `cargo xtask conformance DIR` reads, with its values
    #[arg(long, value_name = "DIR")]
    pub(super) save_cases: Option<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// Shows values of inputs and results; without it only their shape
    #[arg(long)]
    pub(super) show_values: bool,
}
