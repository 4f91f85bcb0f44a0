//! `cargo xtask conformance DIR`: runs recorded executions through the simulator and says how many match.
//!
//! The folder holds other projects' recordings of the real service; nothing of it is known here but its format.

mod case;
mod matcher;
mod replay;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value as Json;

use case::Case;

/// How far one execution agrees with its recording.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Cases that were run.
    pub(crate) cases: usize,
    /// Those that the simulator does not model yet.
    pub(crate) unknown: usize,
    /// Status, output and error agree.
    pub(crate) outcome: usize,
    /// Event types and state names agree, in order.
    pub(crate) sequence: usize,
    /// Everything agrees.
    pub(crate) exact: usize,
}

/// Runs every execution of the folder.
pub(crate) fn run(folder: &Path, verbose: bool) -> Result<BTreeMap<String, Tally>> {
    let mut areas: BTreeMap<String, Tally> = BTreeMap::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder.join("execution"))
        .with_context(|| format!("failed to read the conformance folder {}", folder.display()))?
        .collect::<std::io::Result<Vec<_>>>()?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    for path in paths {
        let case = Case::read(&path)?;
        for (label, verdict) in case.judge() {
            let area = case.area();
            for name in [area.as_str(), "all"] {
                let tally = areas.entry(name.to_owned()).or_default();
                tally.cases += 1;
                tally.unknown += usize::from(verdict.unknown);
                tally.outcome += usize::from(verdict.outcome);
                tally.sequence += usize::from(verdict.sequence);
                tally.exact += usize::from(verdict.exact);
            }
            if verbose && !verdict.exact {
                let level = match (verdict.unknown, verdict.outcome, verdict.sequence) {
                    (true, ..) => "unknown",
                    (_, false, _) => "outcome",
                    (_, _, false) => "sequence",
                    _ => "detail",
                };
                println!("{level:8} {label}: {}", verdict.difference.unwrap_or_default());
            }
        }
    }
    Ok(areas)
}

/// Prints the tallies of every area.
pub(crate) fn print(areas: &BTreeMap<String, Tally>) {
    println!(
        "{:24} {:>6} {:>8} {:>8} {:>9} {:>6}",
        "area", "cases", "unknown", "outcome", "sequence", "exact"
    );
    for (area, tally) in areas {
        println!(
            "{area:24} {:>6} {:>8} {:>8} {:>9} {:>6}",
            tally.cases, tally.unknown, tally.outcome, tally.sequence, tally.exact
        );
    }
}

fn text<'a>(value: &'a Json, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
