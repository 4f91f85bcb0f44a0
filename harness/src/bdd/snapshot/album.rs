//! All snapshots of one call: compared, proposed or written, each once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::file;
use crate::bdd::Snapshots;
use crate::bdd::failed::{Failed, Unmet, Wrong};
use crate::diagnose::unified;
use crate::report::counted;

/// What was asked of snapshots so far.
#[derive(Debug, Default)]
pub struct Album {
    seen: Mutex<BTreeMap<PathBuf, Seen>>,
}

#[derive(Debug)]
struct Seen {
    contents: String,
    became: Became,
}

/// A snapshot that a scenario asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its file.
    pub path: PathBuf,
    /// What became of it.
    pub became: Became,
}

/// What became of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is as it was.
    Matched,
    /// It is not as it was, or was not there, and nothing is written.
    Differs,
    /// What came out lies beside it.
    Proposed,
    /// It was written.
    Written {
        /// What changed, a line each.
        diff: Vec<String>,
    },
}

/// What came out, and for which snapshot.
pub(in crate::bdd) struct Shot<'s> {
    /// The feature that asks.
    pub(in crate::bdd) feature: &'s Path,
    /// The name of the snapshot.
    pub(in crate::bdd) name: &'s str,
    /// The sentence that asks.
    pub(in crate::bdd) expression: &'s str,
    /// What came out.
    pub(in crate::bdd) contents: &'s str,
}

impl Album {
    /// Compares what came out with its snapshot, and does with a difference what the call wants.
    pub(in crate::bdd) fn take(&self, shot: &Shot<'_>, mode: Snapshots) -> Result<(), Failed> {
        let path = file::path(shot.feature, shot.name)?;
        let contents = file::normal(shot.contents);
        // Held while files are read and written, so that no two scenarios write the same one.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(&path).is_some_and(|seen| seen.contents != contents) {
            let wrong = Wrong::new(format!("the snapshot `{}` stands for something else before", shot.name));
            return Err(wrong.help("give each snapshot of a feature a name of its own").into());
        }
        let old = file::contents(&path)?;
        let pending = path.with_extension("snap.new");
        if old.as_deref() == Some(&*contents) {
            if mode != Snapshots::Compare && pending.exists() {
                remove(&pending)?;
            }
            seen.entry(path).or_insert(Seen { contents, became: Became::Matched });
            return Ok(());
        }
        let diff = difference(&path, old.as_deref().unwrap_or_default(), &contents);
        let became = match mode {
            Snapshots::Compare => Became::Differs,
            Snapshots::Propose => {
                file::write(&pending, shot.feature, shot.expression, &contents)?;
                Became::Proposed
            }
            Snapshots::Update => {
                file::write(&path, shot.feature, shot.expression, &contents)?;
                if pending.exists() {
                    remove(&pending)?;
                }
                Became::Written { diff: diff.clone() }
            }
        };
        seen.insert(path.clone(), Seen { contents, became });
        match mode {
            Snapshots::Update => Ok(()),
            Snapshots::Compare | Snapshots::Propose => Err(differs(shot, &path, old.is_some(), mode, diff)),
        }
    }

    /// All that were asked for, by their files.
    pub fn kept(&self) -> Vec<Kept> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().map(|(path, seen)| Kept { path: path.clone(), became: seen.became.clone() }).collect()
    }

    /// Snapshots in the folders beside these features that no scenario asked for.
    pub fn unreferenced(&self, features: &[PathBuf]) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> =
            features.iter().filter_map(|feature| Some(feature.parent()?.join("snapshots"))).collect();
        folders.sort();
        folders.dedup();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = Vec::new();
        for folder in folders {
            let Ok(entries) = folder.read_dir() else { continue };
            let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
            let is_snapshot = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "snap");
            left.extend(files.filter(|path| is_snapshot(path) && !seen.contains_key(path)));
        }
        left.sort();
        left
    }
}

/// Lines of a difference that a failure shows.
const LINES_MAX: usize = 40;

fn differs(shot: &Shot<'_>, path: &Path, is_there: bool, mode: Snapshots, diff: Vec<String>) -> Failed {
    let is_proposed = mode == Snapshots::Propose;
    let happened = match (is_there, is_proposed) {
        (true, true) => format!("it differs; what came out is in {}.new", path.display()),
        (true, false) => "it differs".to_owned(),
        (false, true) => format!("there is no such snapshot yet; what came out is in {}.new", path.display()),
        (false, false) => format!("there is no snapshot {}", path.display()),
    };
    let more = diff.len().saturating_sub(LINES_MAX);
    let mut details: Vec<String> = diff.into_iter().take(LINES_MAX).collect();
    if more > 0 {
        details.push(format!("… and {} more", counted(more as u64, "line")));
    }
    details.push("read it, and then take it with `bdd --update`, or with `cargo insta review`".to_owned());
    Unmet { expected: shot.expression.to_owned(), happened, details, findings: Vec::new(), witness: None }
        .into()
}

fn remove(path: &Path) -> Result<(), Wrong> {
    std::fs::remove_file(path)
        .map_err(|error| Wrong::new(format!("failed to remove {}: {error}", path.display())))
}

/// What changed, without the names of the files.
fn difference(path: &Path, old: &str, new: &str) -> Vec<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    unified(&name, old, new, &[]).lines().skip(2).map(str::to_owned).collect()
}
