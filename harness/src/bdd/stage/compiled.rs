//! The definition that a feature names, read and compiled.

use std::path::Path;
use std::sync::Arc;

use super::setup::Wanted;
use crate::asl::{self, Machine, MachineType, Problem};
use crate::bdd::failed::{Failed, Wrong};
use crate::config::{Config, MachineEntry, same_file};
use crate::load::{self, Definition, LoadError, LoadOptions};
use crate::spelling::nearest;

/// A definition that AWS would take.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) definition: Definition,
    pub(super) machine: Arc<Machine>,
    /// Warnings.
    pub(super) problems: Vec<Problem>,
}

impl Compiled {
    /// Reads and compiles it.
    pub(super) fn load(
        wanted: &Wanted,
        options: &LoadOptions,
        machine_type: Option<MachineType>,
    ) -> Result<Self, Failed> {
        let mut definition = definition(wanted, options)?;
        definition.declared_type = machine_type.or(definition.declared_type);
        let compiled = asl::compile(&definition);
        let Some(machine) = compiled.machine else {
            let problems = asl::render(&compiled.problems, &definition.document);
            let wrong = Wrong::new(format!("AWS would refuse the definition:\n{}", problems.trim_end()));
            return Err(wrong.into());
        };
        Ok(Self { definition, machine: Arc::new(machine), problems: compiled.problems })
    }
}

impl Wanted {
    /// Every definition of the file, or the one of the text.
    pub(super) fn definitions(&self, options: &LoadOptions) -> Result<Vec<Definition>, LoadError> {
        match self {
            Self::File { path, .. } => load::definitions(path, options),
            // With as many empty lines before it as there are in the feature, so that places are those of the feature.
            Self::Text { feature, line, text } => {
                let text = format!("{}{text}", "\n".repeat(line.saturating_sub(1)));
                Ok(vec![Definition::from_text_with(&feature.display().to_string(), &text, options)])
            }
        }
    }

    /// The machine of this name, where none is named.
    pub(super) fn named(&self, listed: Option<&str>) -> Self {
        match self {
            Self::File { path, name: None } => {
                Self::File { path: path.clone(), name: listed.map(str::to_owned) }
            }
            other => other.clone(),
        }
    }

    /// What the configuration says of the machine; nothing where it lists several of the file and none is named.
    pub(super) fn entry<'c>(&self, config: &'c Config) -> Option<&'c MachineEntry> {
        let Self::File { path, name } = self else { return None };
        if let Some(name) = name {
            return config.machine(path, name);
        }
        let mut entries = config.machines.iter().filter(|entry| same_file(&entry.definition, path));
        entries.next().filter(|_| entries.next().is_none())
    }
}

fn definition(wanted: &Wanted, options: &LoadOptions) -> Result<Definition, Failed> {
    let mut found = wanted.definitions(options).map_err(|error| Wrong::new(error.to_string()))?;
    let Wanted::File { path, name } = wanted else { return Ok(found.swap_remove(0)) };
    let names: Vec<String> = found.iter().map(|definition| definition.name.clone()).collect();
    let at = match name.as_deref() {
        Some(name) => names.iter().position(|known| known == name),
        None => (found.len() == 1).then_some(0),
    };
    match at {
        Some(at) => Ok(found.swap_remove(at)),
        None => Err(not_chosen(path, name.as_deref(), &names).into()),
    }
}

fn not_chosen(path: &Path, name: Option<&str>, names: &[String]) -> Wrong {
    let Some(name) = name else {
        let wrong = Wrong::new(format!("{} holds {} state machines", path.display(), names.len()));
        return wrong.help(format!("write `FILE#NAME` with one of {}", names.join(", ")));
    };
    let wrong = Wrong::new(format!("there is no state machine `{name}` in {}", path.display()));
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => wrong.nearest(Some(near)),
        None => wrong.help(format!("there is {}", names.join(", "))),
    }
}
