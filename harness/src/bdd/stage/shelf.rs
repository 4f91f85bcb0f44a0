//! What scenarios read, read once however many of them ask: configurations, definitions, machines, mocks, inputs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Subject;
use super::compiled::Compiled;
use super::once::Once;
use super::premises::Premises;
use super::setup::Wanted;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::snapshot::Album;
use crate::config::Config;
use crate::load::LoadOptions;
use crate::value::Value;

/// What the scenarios of one call share.
#[derive(Debug, Default)]
pub struct Shelf {
    configs: Once<Configured, Result<Arc<Config>, Failed>>,
    compiled: Once<(Wanted, Premises), Result<Arc<Compiled>, Failed>>,
    subjects: Once<(Wanted, Premises, Configured), Result<Arc<Subject>, Failed>>,
    inputs: Once<PathBuf, Result<Value, Failed>>,
    /// The snapshots that were asked for.
    pub(in crate::bdd) album: Album,
}

/// Where a configuration is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Configured {
    /// In this file.
    In(PathBuf),
    /// In the folder of a feature, or the nearest one above it that has one.
    From(PathBuf),
}

impl Shelf {
    /// The machine that a feature in a folder is about.
    pub(super) fn subject(
        &self,
        wanted: &Wanted,
        premises: &Premises,
        folder: &Path,
    ) -> Result<Arc<Subject>, Failed> {
        let configured = match &premises.configuration {
            Some(file) => Configured::In(file.clone()),
            None => Configured::From(folder.to_owned()),
        };
        let key = (wanted.clone(), premises.clone(), configured.clone());
        self.subjects.get(key, || self.load(wanted, premises, &configured).map(Arc::new))
    }

    fn load(&self, wanted: &Wanted, premises: &Premises, at: &Configured) -> Result<Subject, Failed> {
        let config = self.config(at)?;
        let entry = wanted.entry(&config);
        let listed = entry.map(|entry| entry.substitutions.clone()).unwrap_or_default();
        let own = premises.substitutions.clone();
        let options = LoadOptions { substitutions: listed.into_iter().chain(own).collect() };
        let machine_type = premises.machine_type.or(entry.and_then(|entry| entry.machine_type));
        let wanted = &wanted.named(entry.and_then(|entry| entry.name.as_deref()));
        // What a definition is compiled to depends on no other premise.
        let substitutions = options.substitutions.clone();
        let key = (wanted.clone(), Premises { substitutions, machine_type, ..Premises::default() });
        let load = || Compiled::load(wanted, &options, machine_type).map(Arc::new);
        let compiled = self.compiled.get(key, load)?;
        Subject::new(&compiled, wanted, premises, &options, &config)
    }

    fn config(&self, at: &Configured) -> Result<Arc<Config>, Failed> {
        let load = || match at {
            Configured::In(file) => Config::load(file),
            Configured::From(folder) => Config::find(folder),
        };
        let made = || load().map(Arc::new).map_err(|error| Wrong::new(error.to_string()).into());
        self.configs.get(at.clone(), made)
    }

    /// An input in a file.
    pub(in crate::bdd) fn input(&self, path: &Path) -> Result<Value, Failed> {
        self.inputs.get(path.to_owned(), || read_json("input", path))
    }
}

/// The JSON of a file.
pub(in crate::bdd) fn read_json(what: &str, path: &Path) -> Result<Value, Failed> {
    let text = read(what, path)?;
    Value::parse(&text).map_err(|error| {
        let place = crate::load::Location {
            file: path.display().to_string(),
            line: error.line,
            column: error.column.max(1),
        };
        Wrong { place: Some(place), ..Wrong::new(format!("the {what} is no JSON: {}", error.message)) }.into()
    })
}

/// The text of a file.
pub(in crate::bdd) fn read(what: &str, path: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(path)
        .map_err(|error| Wrong::new(format!("failed to read the {what} {}: {error}", path.display())).into())
}

/// The file in the same folder whose name is most like this one.
pub(super) fn nearest_file(path: &Path) -> Option<String> {
    if path.exists() {
        return None;
    }
    let entries = path.parent()?.read_dir().ok()?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let wanted = path.file_name()?.to_string_lossy();
    crate::spelling::nearest(&wanted, names.iter().map(String::as_str)).map(str::to_owned)
}
