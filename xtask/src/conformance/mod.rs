//! `cargo xtask conformance DIR [--emit OUT] [--verbose]`: runs recorded cases through the simulator, says how many
//! match and where the first difference of each other one is, and holds the level that was reached.
//!
//! The folder holds other projects' recordings of the real service; nothing of it is known here but its format.

mod case;
mod emit;
mod events;
mod execution;
mod jsonpath;
mod level;
mod matcher;
mod outside;
mod replay;
mod table;
mod test_state;
mod validation;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value as Json;

use case::{Case, Judged};
use table::Tables;

/// What a run is to do beside judging.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Where to write what the simulator produced, a file for each case.
    pub(crate) emit: Option<PathBuf>,
    /// Print the first difference of every case that does not match.
    pub(crate) verbose: bool,
}

impl Options {
    /// Reads the arguments after the folder.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--verbose" => options.verbose = true,
                "--emit" => {
                    options.emit = Some(rest.next().context("--emit needs a folder to write to")?.into());
                }
                other => anyhow::bail!("`{other}` is no option of conformance: --emit OUT, --verbose"),
            }
        }
        Ok(options)
    }
}

/// Runs every case of the folder and prints the tables; an error if a level is not held.
pub(crate) fn run(folder: &Path, options: &Options) -> Result<()> {
    if let Some(out) = &options.emit {
        std::fs::create_dir_all(out).with_context(|| format!("failed to create {}", out.display()))?;
    }
    let mut tables = Tables::default();
    for kind in ["execution", "validation", "test_state"] {
        for path in files(&folder.join(kind), "json")? {
            let case = Case::read(&path)?;
            let judged = case.judge()?;
            if let Some(out) = &options.emit {
                emit::write(out, &case.id, &judged.produced)?;
            }
            tables.add(case.area(), &judged);
            print_differences(&judged, options);
        }
    }
    for judged in jsonpath::judge(&folder.join("jsonpath"))? {
        tables.add("jsonpath", &judged);
        print_differences(&judged, options);
    }
    print!("{tables}");
    level::hold(&tables)
}

fn print_differences(judged: &Judged, options: &Options) {
    for (label, verdict) in judged.verdicts.iter().filter(|(_, verdict)| options.verbose && !verdict.exact) {
        let level = match (verdict.inapplicable, verdict.unknown, verdict.outcome, verdict.sequence) {
            (true, ..) => "n/a",
            (_, true, ..) => "unknown",
            (_, _, false, _) => "outcome",
            (_, _, _, false) => "sequence",
            _ => "detail",
        };
        println!("{level:8} {label}: {}", verdict.difference.as_deref().unwrap_or_default());
    }
}

/// The files of a folder with this ending, by name; none where the folder is missing.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>())
        .with_context(|| format!("failed to read the folder {}", folder.display()))?;
    let mut paths: Vec<_> =
        entries.into_iter().filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    Ok(paths)
}

fn text<'a>(value: &'a Json, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
