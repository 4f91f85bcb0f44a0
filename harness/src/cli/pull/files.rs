//! The files that are written: whole or not at all, for their owner alone, and never over another by accident.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::args::IntoArgs;
use crate::cli::failure::Failure;
use crate::cli::selection::folder_join;

/// Files of one call.
pub(super) struct Files<'a> {
    /// As the user names it.
    out: &'a Path,
    /// Where it is.
    folder: PathBuf,
    overwrite: bool,
    /// Name and text of each.
    texts: Vec<(String, String)>,
}

/// Bytes of a name at most; file systems allow 255, and something is added.
const NAME_BYTES_MAX: usize = 160;

impl<'a> Files<'a> {
    pub(super) fn new(into: &'a IntoArgs, folder: &Path) -> Self {
        let folder = folder_join(folder, &into.out);
        Self { out: &into.out, folder, overwrite: into.overwrite, texts: Vec::new() }
    }

    /// One more file; what it is called as the user would name it.
    pub(super) fn add(&mut self, stem: &str, extension: &str, text: String) -> PathBuf {
        let name = format!("{}.{extension}", safe(stem));
        let path = if self.out == Path::new(".") { name.clone().into() } else { self.out.join(&name) };
        self.texts.push((name, text));
        path
    }

    /// Writes all of them, or none where one of them is there already.
    pub(super) fn write(self) -> Result<(), Failure> {
        for (at, (name, _)) in self.texts.iter().enumerate() {
            let path = self.out.join(name);
            if !self.overwrite && self.folder.join(name).symlink_metadata().is_ok() {
                return Err(Failure::Usage(format!(
                    "{} exists; choose another folder with --out, or say --overwrite",
                    path.display()
                )));
            }
            if self.texts[..at].iter().any(|(other, _)| other == name) {
                return Err(Failure::Usage(format!("two of the files would be called {}", path.display())));
            }
        }
        fs::create_dir_all(&self.folder)?;
        for (name, text) in &self.texts {
            write_whole(&self.folder, name, text)?;
        }
        Ok(())
    }
}

/// A name for a file: what people and shells may trip over becomes `_`.
pub(super) fn safe(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut safe: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    safe.truncate(NAME_BYTES_MAX);
    // A leading dot hides a file, a leading hyphen looks like a flag.
    if safe.starts_with(['.', '-']) || safe.is_empty() {
        safe.insert(0, '_');
    }
    safe
}

/// Nobody ever sees part of it: it gets its name when it is whole.
fn write_whole(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&part).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&part, folder.join(name)));
    if done.is_err() {
        // What is left of it helps nobody; the error of the writing is the one that is told.
        let _ = fs::remove_file(&part);
    }
    done
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::usual("run-8", "run-8")]
    #[case::a_child_of_a_map("order/Items:0f2c", "order_Items_0f2c")]
    #[case::a_way_up("../../etc/passwd", "_.._.._etc_passwd")]
    #[case::a_flag("-rf", "_-rf")]
    #[case::nothing("", "_")]
    #[case::letters_of_others("größe 1", "gr__e_1")]
    fn names_are_safe(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(safe(name), expected);
    }
}
