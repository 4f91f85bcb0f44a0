//! The command line as it is written; `settings` turns it into what the commands use.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::asl::MachineType;
use crate::config::MocksRef;

/// Breaks AWS Step Functions workflows in virtual time and says which failures they do not survive.
#[derive(Debug, Parser)]
#[command(name = "sfn-chaos", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 clean · 1 finding at or above --fail-on · 2 usage, configuration or definition error
            3 inconclusive · 4 a machine fails without any fault · 5 nothing selected · 70 internal error";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// What is found for the search for faults
    Chaos(ChaosArgs),
    /// Lists every problem of definitions, with its place
    Validate(ValidateArgs),
}

#[derive(Debug, Args)]
pub(super) struct ChaosArgs {
    #[command(subcommand)]
    pub(super) action: ChaosAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum ChaosAction {
    /// Says what this program is and what it finds here
    Doctor(DoctorArgs),
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Definitions, templates or folders
    #[arg(value_name = "DEF|DIR")]
    pub(super) paths: Vec<PathBuf>,
}

/// Which machines, and what goes with them.
#[derive(Debug, Default, Args)]
pub(super) struct SelectionArgs {
    /// Definitions, templates or folders; by default those of chaos.toml, of scenarios/, or below this folder
    #[arg(value_name = "DEF|DIR")]
    pub(super) paths: Vec<PathBuf>,
    /// An input, as a file or as JSON; may be repeated
    #[arg(long = "input", value_name = "FILE|JSON")]
    pub(super) inputs: Vec<String>,
    /// What tasks answer, in the format of Step Functions Local
    #[arg(long, value_name = "FILE[#TestCase]")]
    pub(super) mocks: Option<MocksRef>,
    /// Standard or Express
    #[arg(long = "type", value_name = "STANDARD|EXPRESS", value_parser = machine_type)]
    pub(super) machine_type: Option<MachineType>,
    /// The value of a placeholder ${NAME}; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(super) substitutions: Vec<(String, String)>,
    /// A profile of chaos.toml
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// Definitions, templates or folders
    #[arg(required = true, value_name = "DEF|DIR")]
    pub(super) paths: Vec<PathBuf>,
    /// The value of a placeholder ${NAME}; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(super) substitutions: Vec<(String, String)>,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Human,
    Json,
}

fn machine_type(text: &str) -> Result<MachineType, String> {
    match text.to_ascii_uppercase().as_str() {
        "STANDARD" => Ok(MachineType::Standard),
        "EXPRESS" => Ok(MachineType::Express),
        _ => Err("it is STANDARD or EXPRESS".to_owned()),
    }
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
