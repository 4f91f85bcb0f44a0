//! `chaos replay`: runs saved cases and says whether each finding still shows.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::ReplayArgs;
use super::backend::Performed;
use super::failure::Failure;
use super::permissions;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::asl::{self, Machine};
use crate::campaign::{Shown, replay_denying};
use crate::case::CaseFile;
use crate::config::{Config, Intents, beside};
use crate::history::Outcome;
use crate::iam::policy::PolicyRef;
use crate::iam::{self, RolePolicies};
use crate::load::{self, LoadOptions};
use crate::model::Denied;
use crate::report::{self, Replayed, Values};
use crate::walk::Executor;

pub(super) fn replay(args: &ReplayArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let values = if args.show_values { Values::Shown } else { Values::Redacted };
    let config = Config::find(&streams.folder)?;
    let performed = args
        .backend
        .perform(streams, &mut |executor, _, streams| replayed(args, &config, executor, values, streams))?;
    Ok(match performed {
        Performed::Done(worst, code) => worst.worst(code),
        Performed::Planned => ExitCode::Clean,
    })
}

/// Runs every case; the worst exit code of them.
fn replayed(
    args: &ReplayArgs,
    config: &Config,
    executor: &Executor,
    values: Values,
    streams: &mut Streams<'_>,
) -> Result<ExitCode, Failure> {
    let mut worst = ExitCode::Clean;
    for path in case_files(&args.cases, &streams.folder)? {
        let failed = |error| Failure::Case { path: path.clone(), error };
        let case = CaseFile::load(&path).map_err(failed)?;
        let (machine, denied, intents) = machine(&case, &path, args, config, streams)?;
        let machine = Arc::new(machine);
        let mut declarations = config.declarations(&machine)?;
        for intents in &intents {
            declarations.intents.extend(intents.of(&machine, false)?);
        }
        let result =
            replay_denying(&case, &machine, declarations, denied, executor.clone()).map_err(failed)?;
        let code = match (&result.shown, &result.history.outcome) {
            (Shown::Finding(_) | Shown::Failure, _) => ExitCode::Finding,
            (Shown::Nothing, Outcome::Unknown(_)) => ExitCode::Inconclusive,
            (Shown::Nothing, _) => ExitCode::Clean,
        };
        worst = worst.worst(code);
        let replayed = Replayed { path: &path, case: &case, result: &result, machine: &machine, values };
        report::replayed(&replayed, streams.out)?;
    }
    Ok(worst)
}

/// The files that are named, and those of the folders that are named.
fn case_files(named: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        let path = folder_join(folder, path);
        let before = files.len();
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        collect(&path, &mut files)?;
        files[before..].sort();
        if files.len() == before {
            return Err(Failure::NothingSelected(format!("there is no case file below {}", path.display())));
        }
    }
    Ok(files)
}

/// All JSON files below a folder. Links are not followed, so that there is an end.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::Read {
        what: "cases",
        path: folder.to_owned(),
        reason: error.to_string(),
    };
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// The machine that the case was found in, as its definition is today.
fn machine(
    case: &CaseFile,
    path: &Path,
    args: &ReplayArgs,
    config: &Config,
    streams: &mut Streams<'_>,
) -> Result<(Machine, Vec<Denied>, Vec<Intents>), Failure> {
    let options = LoadOptions { substitutions: args.substitutions.iter().cloned().collect() };
    let source = definition(case, path, &streams.folder);
    let found = load::definitions(&source, &options)?;
    let Some(definition) = found.into_iter().find(|definition| definition.name == case.machine) else {
        return Err(Failure::Usage(format!("no machine `{}` in {}", case.machine, source.display())));
    };
    let compiled = asl::compile(&definition);
    let machine = compiled.machine.ok_or_else(|| {
        let _ = write!(streams.err, "{}", asl::render(&compiled.problems, &definition.document));
        Failure::Usage(format!("AWS would refuse {}", source.display()))
    })?;
    let beside = beside(&definition);
    let mut intents: Vec<Intents> =
        beside.intents.as_deref().map(Intents::load).transpose()?.into_iter().collect();
    intents.extend(config.machine(&source, &definition.name).map(|entry| entry.intents.clone()));
    let policy = beside.policy.map(|file| PolicyRef { file, role: None });
    let nearby = RolePolicies { policies: policy.into_iter().collect(), boundary: None };
    let role = permissions::given(&args.role, &streams.folder, &nearby);
    let lacking = iam::lacking(&definition, &source, &options.substitutions, &role)?;
    Ok((machine, lacking.map(|(audit, _)| audit.denied()).unwrap_or_default(), intents))
}

/// The definition that a case names: from the folder of the call, or from that of the case file, so that a case that
/// lies beside its definition can be moved with it.
fn definition(case: &CaseFile, path: &Path, folder: &Path) -> PathBuf {
    let named = Path::new(&case.definition.path);
    let here = folder_join(folder, named);
    let beside = path.parent().unwrap_or(Path::new("")).join(named);
    if !here.exists() && beside.exists() { beside } else { here }
}
