//! One snapshot file, as insta 1.49 writes and reads it.
//!
//! ```text
//! ---
//! source: orders/charge.feature
//! expression: "the diagnosis matches snapshot \"throttled\""
//! ---
//! contents
//! ```

use std::io;
use std::path::{Path, PathBuf};

use crate::bdd::failed::Wrong;

/// A line that begins and ends the header.
const FENCE: &str = "---";

/// Where a snapshot of a feature lies.
pub(super) fn path(feature: &Path, name: &str) -> Result<PathBuf, Wrong> {
    let is_allowed = |letter: char| letter.is_alphanumeric() || " -_.".contains(letter);
    if name.trim().is_empty() || !name.chars().all(is_allowed) {
        let wrong = Wrong::new(format!("`{name}` is no name for a snapshot"));
        return Err(wrong.help("use letters, digits, blanks, `-`, `_` and `.`"));
    }
    let stem = feature.file_stem().unwrap_or_default().to_string_lossy();
    let file = format!("{stem}__{}.snap", name.trim().replace(' ', "-"));
    Ok(feature.parent().unwrap_or(Path::new("")).join("snapshots").join(file))
}

/// What a file holds below its header; none where there is no file.
pub(super) fn contents(path: &Path) -> Result<Option<String>, Wrong> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Wrong::new(format!("failed to read {}: {error}", path.display()))),
    };
    let text = text.replace("\r\n", "\n");
    let below = text.strip_prefix("---\n").and_then(|rest| {
        let end = rest.find("\n---\n").map(|at| at + 1).or_else(|| rest.starts_with("---\n").then_some(0))?;
        Some(rest[end + FENCE.len() + 1..].to_owned())
    });
    let Some(contents) = below else {
        let wrong = Wrong::new(format!("{} is no snapshot", path.display()));
        return Err(wrong.help("delete it, and let it be written again"));
    };
    Ok(Some(normal(&contents)))
}

/// Without the line breaks at the end: they do not count.
pub(super) fn normal(contents: &str) -> String {
    contents.replace("\r\n", "\n").trim_end().to_owned()
}

/// Writes a snapshot, and the folder where it is the first.
pub(super) fn write(path: &Path, feature: &Path, expression: &str, contents: &str) -> Result<(), Wrong> {
    let failed = |error: io::Error| Wrong::new(format!("failed to write {}: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let source = source(feature);
    let text = format!(
        "{FENCE}\nsource: {}\nexpression: {}\n{FENCE}\n{contents}\n",
        scalar(&source),
        scalar(expression)
    );
    std::fs::write(path, text).map_err(failed)
}

/// The feature as seen from the folder of the repository, wherever the program is called.
fn source(feature: &Path) -> String {
    let absolute = std::path::absolute(feature).unwrap_or_else(|_| feature.to_owned());
    let root = absolute.ancestors().skip(1).find(|folder| folder.join(".git").exists());
    let inside =
        root.and_then(|root| absolute.strip_prefix(root).ok()).or(feature.file_name().map(Path::new));
    let parts = inside.unwrap_or(feature).components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// A text in YAML: as it is where nothing in it means something, else between quotes as JSON writes it.
fn scalar(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._ ".contains(letter);
    let begins = text.chars().next().is_some_and(char::is_alphabetic);
    let is_word = ["true", "false", "null", "yes", "no", "on", "off"].contains(&&*text.to_lowercase());
    if begins && !is_word && !text.ends_with(' ') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    crate::value::Value::from(text).to_json()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::words("card declined", "features/snapshots/charge__card-declined.snap")]
    #[case::a_version("v1.2", "features/snapshots/charge__v1.2.snap")]
    fn a_snapshot_lies_beside_its_feature(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(path(Path::new("features/charge.feature"), name), Ok(PathBuf::from(expected)));
    }

    #[rstest]
    #[case::elsewhere("../charge")]
    #[case::nothing(" ")]
    fn a_name_that_is_a_path_is_refused(#[case] name: &str) {
        assert!(path(Path::new("charge.feature"), name).is_err());
    }

    #[rstest]
    #[case::lines("one\n\n  two: \"three\"\n---\nfour")]
    #[case::nothing("")]
    #[case::blanks_in_front("\n  HIGH Charge")]
    fn insta_reads_what_is_written(#[case] text: &str) {
        let folder = tempfile::tempdir().unwrap();
        let (file, feature) = (folder.path().join("a__b.snap"), folder.path().join("a.feature"));
        let expression = "the diagnosis matches snapshot \"b\"";
        write(&file, &feature, expression, text).unwrap();
        let read = insta::Snapshot::from_file(&file).unwrap();
        assert_eq!(read.metadata().source(), Some("a.feature"));
        assert_eq!(read.metadata().expression(), Some(expression));
        let insta::internals::SnapshotContents::Text(contents) = read.contents() else { panic!("{read:?}") };
        assert_eq!(contents.to_string(), text);
        assert_eq!(contents_of(&file), text);
    }

    #[test]
    fn what_insta_accepts_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (file, accepted) = (folder.path().join("a__b.snap.new"), folder.path().join("a__b.snap"));
        write(&file, Path::new("a.feature"), "e: f", "one\ntwo").unwrap();
        insta::Snapshot::from_file(&file).unwrap().save(&accepted).unwrap();
        assert_eq!(contents_of(&accepted), "one\ntwo");
    }

    #[test]
    fn another_file_is_no_snapshot() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a__b.snap");
        std::fs::write(&file, "hello").unwrap();
        assert!(contents(&file).unwrap_err().message.ends_with("is no snapshot"));
    }

    fn contents_of(file: &Path) -> String {
        contents(file).unwrap().unwrap()
    }
}
