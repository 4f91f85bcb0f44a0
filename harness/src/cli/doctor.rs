//! `chaos doctor`: what this program is, and what it would use here.

use super::args::{DoctorArgs, SelectionArgs};
use super::failure::Failure;
use super::selection::{Target, select};
use super::{ExitCode, Streams};
use crate::config::{Config, FILE_NAME};
use crate::oracle::RuleId;
use crate::report::counted;

#[cfg(feature = "aws")]
const FEATURES: &str = "simulator; `doctor` says whether AWS can be reached, and nothing here needs it";
#[cfg(not(feature = "aws"))]
const FEATURES: &str = "simulator; no access to AWS in this build, and none is needed";

pub(super) fn doctor(args: &DoctorArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let config = Config::find(&streams.folder)?;
    writeln!(streams.out, "sfn-chaos {} ({} rules)", env!("CARGO_PKG_VERSION"), RuleId::ALL.len())?;
    writeln!(streams.out, "features: {FEATURES}")?;
    match &config.path {
        Some(path) => writeln!(streams.out, "configuration: {}", path.display())?,
        None => writeln!(streams.out, "configuration: no {FILE_NAME} here or above")?,
    }
    let selection = SelectionArgs { paths: args.paths.clone(), ..SelectionArgs::default() };
    let targets = match select(&selection, &config, &streams.folder) {
        Ok(targets) => targets,
        Err(Failure::NothingSelected(reason)) => {
            writeln!(streams.out, "machines: none, {reason}")?;
            return Ok(ExitCode::NothingSelected);
        }
        Err(failure) => return Err(failure),
    };
    writeln!(streams.out, "machines:")?;
    for target in &targets {
        describe(target, streams)?;
    }
    let usable = targets.iter().all(|target| target.compiled.machine.is_some());
    Ok(if usable { ExitCode::Clean } else { ExitCode::Usage })
}

fn describe(target: &Target, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let out = &mut *streams.out;
    writeln!(out, "  {} ({})", target.definition.name, target.definition.source.display())?;
    match &target.compiled.machine {
        Some(machine) => {
            let states = counted(machine.states.len() as u64, "state");
            writeln!(out, "    definition: {states}, {}", target.machine_type)?;
        }
        None => writeln!(out, "    definition: AWS would refuse it; see `validate`")?,
    }
    let inputs: Vec<_> = target.inputs.iter().map(|(name, _)| name.as_str()).collect();
    let inputs =
        if inputs.is_empty() { "none found; they are generated".to_owned() } else { inputs.join(", ") };
    writeln!(out, "    inputs: {inputs}")?;
    match &target.mocks {
        Some(mocks) => writeln!(out, "    mocks: {mocks}")?,
        None => writeln!(out, "    mocks: none found; results are generated from what the machine reads")?,
    }
    let open = target.definition.substitutions.len();
    if open > 0 {
        writeln!(out, "    placeholders: {open} of the template; --set NAME=VALUE gives one a value")?;
    }
    Ok(())
}
