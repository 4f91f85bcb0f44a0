//! Files that a template names: where SAM looks for them, and where people really put them.

use std::path::{Component, Path, PathBuf};

/// Parent folders that are tried: build scripts run `sam` from the repository's root.
const PARENTS_MAX: usize = 5;

/// A file that was found.
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// How that differs from what the template says, if it does.
    pub(super) difference: Option<&'static str>,
}

/// Finds the file `relative` as seen from `folder`.
pub(super) fn find(folder: &Path, relative: &str) -> Option<Found> {
    let exact = folder.join(relative);
    if exact.is_file() {
        return Some(Found { path: exact, difference: None });
    }
    if let Some(path) = in_any_case(folder, relative) {
        return Some(Found { path, difference: Some("under a name that differs in letter case") });
    }
    let mut parent = folder.to_owned();
    for _ in 0..PARENTS_MAX {
        // A relative folder has no parent to pop, but `..` leads there.
        if !matches!(parent.components().next_back(), Some(Component::Normal(_))) || !parent.pop() {
            parent.push("..");
        }
        let path = parent.join(relative);
        if path.is_file() {
            return Some(Found { path, difference: Some("relative to a parent folder of the template") });
        }
    }
    None
}

/// The path with every component matched without regard to letter case.
fn in_any_case(folder: &Path, relative: &str) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    for component in Path::new(relative).components() {
        match component {
            Component::Normal(name) if !path.join(name).exists() => {
                let wanted = name.to_string_lossy().to_lowercase();
                let base = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
                let mut names: Vec<_> =
                    base.read_dir().ok()?.flatten().map(|entry| entry.file_name()).collect();
                names.sort();
                let actual =
                    names.into_iter().find(|name| name.to_string_lossy().to_lowercase() == wanted)?;
                path.push(actual);
            }
            other => path.push(other),
        }
    }
    path.is_file().then_some(path)
}
