//! `--save-cases`: a case file for each finding, to be replayed and committed.

use std::path::Path;

use super::failure::Failure;
use crate::campaign::Outcome;
use crate::case::CaseFile;
use crate::report::{Replay, Values};

/// Writes the cases of all findings below a folder; without their values, unless they are shown.
pub(super) fn save(outcome: &Outcome, folder: &Path, values: Values) -> Result<(), Failure> {
    for found in &outcome.machines {
        let Some(machine) = &found.machine else { continue };
        for finding in &found.findings {
            let case = CaseFile::of(finding, machine, &found.source);
            let case = match values {
                Values::Shown => case,
                Values::Redacted => case.redacted(machine),
            };
            let path = folder.join(Replay::case_file(found, finding));
            std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
            case.save(&path).map_err(|error| Failure::Save { path, error })?;
        }
    }
    Ok(())
}
