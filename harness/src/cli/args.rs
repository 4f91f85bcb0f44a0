//! The command line as it is written; `settings` turns it into what the commands use.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::access_args::{AccessArgs, AwsArgs};
use super::backend::BackendArgs;
use super::parity_args::ParityArgs;
use crate::asl::MachineType;
use crate::catalog::conform::Mode;
use crate::config::{AccountId, MocksRef, mock_validation};
use crate::contested;
use crate::iam::policy::PolicyRef;
use crate::oracle::{RuleId, Severity};
use crate::search::Phase;

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
    /// Injects every fault that matters into every machine and judges what happens
    Chaos(Box<ChaosArgs>),
    /// Runs one execution in virtual time and prints it
    Run(RunArgs),
    /// Compares the simulator with TestState of AWS, answer by answer
    Parity(Box<ParityArgs>),
    /// Says why a real execution failed, from its exported history
    Diagnose(DiagnoseArgs),
    /// Runs Gherkin features
    #[cfg(feature = "bdd")]
    Bdd(super::bdd::BddArgs),
    /// Runs Gherkin features; not in this build
    #[cfg(not(feature = "bdd"))]
    Bdd(AbsentArgs),
    /// Answers a request to AWS's TestState API, offline
    TestState(TestStateArgs),
    /// Answers TestState over HTTP on this computer, for SDKs and the AWS CLI
    #[cfg(feature = "aws")]
    Serve(super::serve::ServeArgs),
    /// Answers TestState over HTTP; not in this build
    #[cfg(not(feature = "aws"))]
    Serve(AbsentArgs),
    /// Lists every problem of definitions, with its place
    Validate(ValidateArgs),
    /// Makes the least-privilege policy of the execution role, statement by statement
    Iam(IamArgs),
    /// Fetches a definition, an execution or a role's policies from AWS into files, by calls that only read
    #[cfg(feature = "aws")]
    Pull(super::pull::PullArgs),
    /// Fetches from AWS what other commands work on; not in this build
    #[cfg(not(feature = "aws"))]
    Pull(AbsentArgs),
    /// Says what this program can use here: features of the build, configuration, and access to AWS
    Doctor(AccessArgs),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ChaosArgs {
    #[command(subcommand)]
    pub(super) action: Option<ChaosAction>,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) role: PolicyArgs,
    #[command(flatten)]
    pub(super) search: SearchArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) backend: BackendArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum ChaosAction {
    /// Shows the machines, the places where faults can strike, and which ones; searches nothing
    List(ListArgs),
    /// Runs saved cases and says whether each finding still shows (exit 1) or not (exit 0)
    Replay(ReplayArgs),
    /// Says what this program is and what it finds here
    Doctor(DoctorArgs),
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// Files that --save-cases wrote, or folders with such
    #[arg(required = true, value_name = "CASE|DIR")]
    pub(super) cases: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) backend: BackendArgs,
    #[command(flatten)]
    pub(super) role: PolicyArgs,
    /// The value of a placeholder ${NAME}; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(super) substitutions: Vec<(String, String)>,
    /// Shows values of inputs and results
    #[arg(long)]
    pub(super) show_values: bool,
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
    /// How strictly mocked results must fit the APIs that they stand in for; without it, what does not fit is a warning
    #[arg(long, value_name = "strict|present|none", value_parser = mock_validation)]
    pub(super) mock_validation: Option<Mode>,
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

/// What the execution role may do.
#[derive(Debug, Default, Args)]
pub(super) struct PolicyArgs {
    /// A policy of the execution role, as JSON of IAM or a template with the role; may be repeated
    #[arg(long = "policy", value_name = "FILE[#ROLE]")]
    pub(super) policies: Vec<PolicyRef>,
    /// The permission boundary of the execution role
    #[arg(long, value_name = "FILE")]
    pub(super) boundary: Option<PolicyRef>,
}

/// How far to search, and what counts.
#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// Everything random comes from it; the same seed gives the same report
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Worker threads; they change how long it takes, never what comes out
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(super) threads: Option<NonZeroUsize>,
    /// Simulated executions for each machine
    #[arg(long, value_name = "RUNS", value_parser = runs, allow_negative_numbers = true)]
    pub(super) budget: Option<u64>,
    /// Which phases follow the baseline
    #[arg(long, value_name = "PHASE", value_delimiter = ',', value_parser = phase)]
    pub(super) phases: Option<Vec<Phase>>,
    /// Only this rule or property; may be repeated
    #[arg(long = "rule", value_name = "RULE", value_parser = rules)]
    pub(super) rules: Vec<Rules>,
    /// Not this rule or property; may be repeated
    #[arg(long = "skip-rule", value_name = "RULE", value_parser = rules)]
    pub(super) skip_rules: Vec<Rules>,
    /// No advice: nothing that no run proves
    #[arg(long)]
    pub(super) no_advice: bool,
    /// Writes a case file for each finding, to be replayed; without values unless they are shown
    #[arg(long, value_name = "DIR")]
    pub(super) save_cases: Option<PathBuf>,
    /// The mildest finding that gives exit code 1
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) fail_on: Option<Severity>,
    /// Applies the patch of each finding to a copy of the definition, searches again, and says whether the finding is
    /// gone and nothing as severe has come
    #[arg(long)]
    pub(super) prove_fixes: bool,
    /// The day on which accepted findings are looked at; by default that of the clock, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<Date>,
    /// Writes the findings that count as a baseline to be reviewed: each entry waits for a reason
    #[arg(long, value_name = "FILE")]
    pub(super) write_accepted: Option<PathBuf>,
    #[command(flatten)]
    pub(super) patching: PatchingArgs,
}

/// Where a patched definition goes. Without a file nothing is written.
#[derive(Debug, Args)]
pub(super) struct PatchingArgs {
    /// Writes the definition with every fix that is proven, one after the other; of one machine
    #[arg(long, value_name = "FILE")]
    pub(super) write_patched: Option<PathBuf>,
    /// Only the fix of this finding, by its id or the beginning of it; may be repeated
    #[arg(long = "fix", value_name = "ID", requires = "write_patched")]
    pub(super) fixes: Vec<String>,
    /// Writes over a file that is there, such as the definition itself
    #[arg(long)]
    pub(super) overwrite: bool,
}

/// How to print a report.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// Shows values of inputs and results; without it only their shape
    #[arg(long)]
    pub(super) show_values: bool,
    /// Shows notes in full, and what was not reached
    #[arg(long, short)]
    pub(super) verbose: bool,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// A definition or template
    #[arg(value_name = "DEF")]
    pub(super) definition: PathBuf,
    /// The input, as a file, as JSON, or `-` for what comes in
    #[arg(long, value_name = "FILE|JSON|-", allow_hyphen_values = true)]
    pub(super) input: Option<String>,
    /// What tasks answer, in the format of Step Functions Local
    #[arg(long, value_name = "FILE[#TestCase]")]
    pub(super) mocks: Option<MocksRef>,
    /// How strictly mocked results must fit the APIs that they stand in for; without it, what does not fit is a warning
    #[arg(long, value_name = "strict|present|none", value_parser = mock_validation)]
    pub(super) mock_validation: Option<Mode>,
    /// Standard or Express
    #[arg(long = "type", value_name = "STANDARD|EXPRESS", value_parser = machine_type)]
    pub(super) machine_type: Option<MachineType>,
    /// The name of the machine, in ARNs, in mock files and where a template holds several
    #[arg(long, value_name = "NAME")]
    pub(super) state_machine_name: Option<String>,
    /// Another machine that the execution may start; may be repeated
    #[arg(long = "machine", value_name = "NAME=FILE", value_parser = name_and_path)]
    pub(super) machines: Vec<(String, PathBuf)>,
    /// Faults to inject: `Charge:throttling*4 + Ship:timeout`
    #[arg(long, value_name = "PLAN")]
    pub(super) faults: Option<String>,
    /// The value of a placeholder ${NAME}; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(super) substitutions: Vec<(String, String)>,
    /// Parts of the context object: names, ids, the role, the start time
    #[arg(long, value_name = "FILE|JSON")]
    pub(super) context: Option<String>,
    /// Stops the execution after so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(super) stop_after: Option<u64>,
    /// Redrives every unsuccessful end at once, so many times at most
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    pub(super) redrive: u8,
    /// A contested rule, otherwise than by default: `data-limit=documented`; may be several, between commas
    #[arg(long = "rule", value_name = "NAME=CHOICE", default_value_t, hide_default_value = true)]
    pub(super) rules: contested::Rules,
    /// Seed of jitter and of the random functions
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) backend: BackendArgs,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct DiagnoseArgs {
    /// Exports of GetExecutionHistory (pages too), of the log group of an Express workflow, of DescribeExecution; `-`
    /// reads standard input
    #[arg(required = true, value_name = "HISTORY")]
    pub(super) histories: Vec<PathBuf>,
    /// The definition that ran: handlers, patches, what is read later, the replay
    #[arg(long, value_name = "DEF")]
    pub(super) definition: Option<PathBuf>,
    /// The name of the machine, where the file holds several
    #[arg(long, value_name = "NAME")]
    pub(super) state_machine_name: Option<String>,
    /// The value of a placeholder ${NAME}; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(super) substitutions: Vec<(String, String)>,
    #[command(flatten)]
    pub(super) role: PolicyArgs,
    /// The input of the execution, where the export does not hold it
    #[arg(long, value_name = "FILE|JSON")]
    pub(super) input: Option<String>,
    /// Only the execution with this name or ARN; a log holds several
    #[arg(long, value_name = "NAME|ARN")]
    pub(super) execution: Option<String>,
    /// Writes the execution as a case that `chaos replay` runs again, on a patched definition too
    #[arg(long, value_name = "FILE", requires = "definition")]
    pub(super) save_case: Option<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = DiagnosisFormat::Text)]
    pub(super) format: DiagnosisFormat,
    /// Shows values of inputs and results; without it only their shape. Error and cause are always shown
    #[arg(long)]
    pub(super) show_values: bool,
    /// The mildest risk that gives exit code 1 where nothing failed
    #[arg(long, value_name = "SEVERITY", value_parser = severity, default_value = "medium")]
    pub(super) fail_on: Severity,
}

/// For people, for tickets, or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiagnosisFormat {
    Text,
    Json,
    Markdown,
}

/// The arguments of a command that this build has not.
#[cfg(not(all(feature = "aws", feature = "bdd")))]
#[derive(Debug, Args)]
pub(super) struct AbsentArgs {
    /// Taken and ignored
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) _arguments: Vec<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub(super) struct TestStateArgs {
    /// The request as JSON, with the fields of the API; `-` reads standard input
    #[arg(value_name = "REQUEST")]
    pub(super) request: PathBuf,
    /// The definition, if it is not in the request
    #[arg(long, value_name = "FILE")]
    pub(super) definition: Option<PathBuf>,
    /// Asks AWS instead, as [aws] of chaos.toml allows
    #[arg(long)]
    pub(super) aws: bool,
    /// Shows the request that AWS would get, and sends nothing
    #[arg(long, requires = "aws")]
    pub(super) dry_run: bool,
    /// Lets AWS really call the task, with the role of [aws]; what it does stays done
    #[arg(long, requires = "aws")]
    pub(super) live: bool,
    /// The account in which --live may call tasks, instead of typing it
    #[arg(long, value_name = "ACCOUNT_ID", requires = "live")]
    pub(super) yes: Option<AccountId>,
    #[command(flatten)]
    pub(super) access: AwsArgs,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// Definitions, templates or folders
    #[arg(required = true, value_name = "DEF|DIR")]
    pub(super) paths: Vec<PathBuf>,
    /// Standard or Express
    #[arg(long = "type", value_name = "STANDARD|EXPRESS", value_parser = machine_type)]
    pub(super) machine_type: Option<MachineType>,
    /// The value of a placeholder ${NAME}; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(super) substitutions: Vec<(String, String)>,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct IamArgs {
    /// Definitions, templates or folders
    #[arg(required = true, value_name = "DEF|DIR")]
    pub(super) paths: Vec<PathBuf>,
    /// The value of a placeholder ${NAME}; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(super) substitutions: Vec<(String, String)>,
    /// The name of the machine as deployed; where there are several, the one to look at
    #[arg(long, value_name = "NAME")]
    pub(super) state_machine_name: Option<String>,
    /// Partition of ARNs; by default ${AWS::Partition}
    #[arg(long, value_name = "aws|aws-cn|…")]
    pub(super) partition: Option<String>,
    /// Region of ARNs; by default ${AWS::Region}
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// Account of ARNs; by default ${AWS::AccountId}
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(super) account: Option<String>,
    /// Executions are logged
    #[arg(long)]
    pub(super) logging: bool,
    /// Executions are traced with X-Ray
    #[arg(long)]
    pub(super) tracing: bool,
    /// Executions with Distributed Map states are redriven
    #[arg(long)]
    pub(super) redrive: bool,
    /// The customer managed key that encrypts the state machine
    #[arg(long, value_name = "ARN")]
    pub(super) kms_key: Option<String>,
    #[command(flatten)]
    pub(super) role: PolicyArgs,
    /// How to print; `policy` is the bare document
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PolicyFormat::Human)]
    pub(super) format: PolicyFormat,
}

/// How to print a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PolicyFormat {
    Human,
    Json,
    Policy,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Human,
    Json,
}

/// What one `--rule` names: a rule, or all rules of a property.
#[derive(Clone, Debug)]
pub(super) struct Rules(pub(super) Vec<RuleId>);

fn machine_type(text: &str) -> Result<MachineType, String> {
    match text.to_ascii_uppercase().as_str() {
        "STANDARD" => Ok(MachineType::Standard),
        "EXPRESS" => Ok(MachineType::Express),
        _ => Err("it is STANDARD or EXPRESS".to_owned()),
    }
}

fn name_and_path(text: &str) -> Result<(String, PathBuf), String> {
    name_and_value(text).map(|(name, path)| (name, path.into())).map_err(|_| "it is NAME=FILE".to_owned())
}

pub(super) fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

fn account(text: &str) -> Result<String, String> {
    match text {
        digits if digits.len() == 12 && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Ok(text.to_owned())
        }
        _ => Err("it is twelve digits".to_owned()),
    }
}

pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "it is a whole number from 1 on".to_owned())
}

fn runs(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "it is a whole number from 0 on".to_owned())
}

fn severity(text: &str) -> Result<Severity, String> {
    crate::config::severity(text)
}

fn phase(text: &str) -> Result<Phase, String> {
    crate::config::phase(text)
}

fn rules(text: &str) -> Result<Rules, String> {
    crate::config::rules(text).map(Rules)
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
