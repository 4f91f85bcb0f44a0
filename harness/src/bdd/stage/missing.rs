//! A file that a feature names and that is not there: where it was looked for, and which one is near.

use std::path::{Path, PathBuf};

use super::shelf::nearest_file;
use crate::bdd::failed::Wrong;

/// So many folders above the one of the feature are looked into.
const ABOVE_MAX: usize = 4;

/// What is told of a file that is not in the folder of the feature. Whoever starts with features writes paths from the
/// folder in which the program is called.
pub(super) fn missing(what: &str, folder: &Path, text: &str) -> Wrong {
    let wrong = Wrong::new(format!("there is no {what} {}", folder.join(text).display()));
    let from = "paths begin in the folder of the feature";
    let near = elsewhere(folder, text).or_else(|| {
        let name = nearest_file(&folder.join(text))?;
        Some(Path::new(text).with_file_name(name).display().to_string())
    });
    wrong.help(match near {
        Some(near) => format!("{from}: did you mean `{near}`?"),
        None => format!("{from}, {}", told(folder)),
    })
}

/// The same path from a folder above, or its end from this one.
fn elsewhere(folder: &Path, text: &str) -> Option<String> {
    let parts: Vec<_> = Path::new(text).components().collect();
    let ends = (1..parts.len()).map(|from| parts[from..].iter().collect::<PathBuf>());
    let above = (1..=ABOVE_MAX).map(|levels| PathBuf::from("../".repeat(levels)).join(text));
    let is_relative = Path::new(text).is_relative();
    let mut all = ends.chain(above.filter(|_| is_relative));
    all.find(|path| folder.join(path).is_file()).map(|path| path.display().to_string())
}

fn told(folder: &Path) -> String {
    match folder.to_str() {
        Some("") => "which is the one where the program was called".to_owned(),
        _ => folder.display().to_string(),
    }
}
