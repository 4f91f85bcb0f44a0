//! Files that lie beside a definition and belong to it: `NAME.input.json`, `NAME.inputs/*.json`, `NAME.mocks.json`,
//! `NAME.policy.json`, `NAME.intents.toml`.

use std::path::{Path, PathBuf};

use crate::load::Definition;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    /// `NAME.input.json` first, then those of `NAME.inputs/` by name.
    pub(crate) inputs: Vec<PathBuf>,
    /// `NAME.mocks.json`
    pub(crate) mocks: Option<PathBuf>,
    /// `NAME.policy.json`
    pub(crate) policy: Option<PathBuf>,
    /// `NAME.intents.toml`
    pub(crate) intents: Option<PathBuf>,
}

/// The files of a definition. NAME is the file's name without `.asl.json`, or the name of the machine.
pub(crate) fn beside(definition: &Definition) -> Beside {
    let folder = definition.source.parent().unwrap_or(Path::new(""));
    let mut found = Beside::default();
    for name in names(definition) {
        let of =
            |extension: &str| Some(folder.join(format!("{name}.{extension}"))).filter(|path| path.exists());
        found.inputs.extend(of("input.json"));
        found.inputs.extend(of("inputs").map(|folder| json_files(&folder)).unwrap_or_default());
        found.mocks = found.mocks.or_else(|| of("mocks.json"));
        found.policy = found.policy.or_else(|| of("policy.json"));
        found.intents = found.intents.or_else(|| of("intents.toml"));
    }
    found
}

/// The stem of the file, and the logical id of a template where it is another one.
fn names(definition: &Definition) -> Vec<String> {
    let stem = definition.source.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.strip_suffix(".asl").unwrap_or(&stem).to_owned();
    let mut names = vec![stem];
    if names[0] != definition.name {
        names.push(definition.name.clone());
    }
    names
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}
