//! `chaos replay`: runs saved cases and says whether each finding still shows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::ReplayArgs;
use super::failure::Failure;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::asl::{self, Machine};
use crate::campaign::replay as run_again;
use crate::case::CaseFile;
use crate::history::Outcome;
use crate::load::{self, LoadOptions};
use crate::report::{self, Replayed, Values};

pub(super) fn replay(args: &ReplayArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let values = if args.show_values { Values::Shown } else { Values::Redacted };
    let mut worst = ExitCode::Clean;
    for path in &args.cases {
        let path = folder_join(&streams.folder, path);
        let case = CaseFile::load(&path)?;
        let machine = Arc::new(machine(&case, &path, args, streams)?);
        let result = run_again(&case, &machine)?;
        let code = match (&result.violation, &result.history.outcome) {
            (Some(_), _) => ExitCode::Finding,
            (None, Outcome::Unknown(_)) => ExitCode::Inconclusive,
            (None, _) => ExitCode::Clean,
        };
        worst = worst.worst(code);
        let replayed = Replayed { path: &path, case: &case, result: &result, machine: &machine, values };
        report::replayed(&replayed, streams.out)?;
    }
    Ok(worst)
}

/// The machine that the case was found in, as its definition is today.
fn machine(
    case: &CaseFile,
    path: &Path,
    args: &ReplayArgs,
    streams: &mut Streams<'_>,
) -> Result<Machine, Failure> {
    let options = LoadOptions { substitutions: args.substitutions.iter().cloned().collect() };
    let source = definition(case, path, &streams.folder);
    let found = load::definitions(&source, &options)?;
    let Some(definition) = found.into_iter().find(|definition| definition.name == case.machine) else {
        return Err(Failure::Usage(format!("no machine `{}` in {}", case.machine, source.display())));
    };
    let compiled = asl::compile(&definition);
    compiled.machine.ok_or_else(|| {
        let _ = write!(streams.err, "{}", asl::render(&compiled.problems, &definition.document));
        Failure::Usage(format!("AWS would refuse {}", source.display()))
    })
}

/// The definition that a case names: from the folder of the call, or from that of the case file, so that a case that
/// lies beside its definition can be moved with it.
fn definition(case: &CaseFile, path: &Path, folder: &Path) -> PathBuf {
    let named = Path::new(&case.definition.path);
    let here = folder_join(folder, named);
    let beside = path.parent().unwrap_or(Path::new("")).join(named);
    if !here.exists() && beside.exists() { beside } else { here }
}
