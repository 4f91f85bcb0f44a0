//! The machines that an execution may start: those beside it, those of `--machine`, those of `chaos.toml`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Streams;
use super::args::RunArgs;
use super::failure::Failure;
use super::selection::{folder_join, tell_remarks, validation};
use crate::asl::{self, Machine};
use crate::config::{Config, MocksRef, beside};
use crate::generate::complete;
use crate::load::{self, Definition, LoadOptions, Substitution};
use crate::mock::{Script, file};
use crate::model::Model;
use crate::sim::nested::{Faults, Library, Local, Starts};
use crate::value::Value;

/// Placeholders of a definition that stand for machines of its template.
pub(super) fn references(definition: &Definition) -> BTreeMap<String, String> {
    let machine = |substitution: &Substitution| match substitution {
        Substitution::Reference { logical_id, .. } => Some(logical_id.clone()),
        Substitution::Known(_) => None,
    };
    let found = definition.substitutions.iter();
    found.filter_map(|(name, substitution)| Some((name.clone(), machine(substitution)?))).collect()
}

/// Whether a machine starts executions at all.
pub(super) fn is_needed(machine: &Machine) -> bool {
    let starts = |integration: &crate::catalog::Integration| matches!((&*integration.service, &*integration.action), ("states" | "sfn", action) if action.starts_with("start"));
    machine.states.iter().filter_map(|state| state.task()).any(|task| starts(&task.integration))
}

/// The library of a run. `beside` are the other definitions of what the user named.
pub(super) fn library(
    args: &RunArgs,
    beside: Vec<Definition>,
    streams: &mut Streams<'_>,
) -> Result<Library, Failure> {
    let mut definitions = Vec::new();
    for (name, path) in &args.machines {
        definitions.push(named(name, &folder_join(&streams.folder, path), args)?);
    }
    definitions.extend(beside);
    definitions.extend(configured(streams)?);
    let mut machines: Vec<Local> = Vec::new();
    for definition in definitions {
        if machines.iter().any(|local| *local.machine.name == *definition.name) {
            continue;
        }
        let compiled = asl::compile(&definition);
        let Some(machine) = compiled.machine else {
            let (name, source) = (&definition.name, definition.source.display());
            writeln!(streams.err, "note: `{name}` cannot be started: AWS would refuse {source}")?;
            continue;
        };
        let model = Model::new(Arc::new(machine));
        let script = complete(&model, &script(args, &definition, &model.machine, streams)?);
        machines.push(Local {
            machine: Arc::clone(&model.machine),
            machine_type: definition.declared_type.unwrap_or_default(),
            script,
            starts: Starts::ByName(references(&definition)),
            faults: Faults::default(),
        });
    }
    Ok(Library { machines })
}

/// `--machine NAME=FILE`: the only definition of the file, or the one with this name.
fn named(name: &str, path: &Path, args: &RunArgs) -> Result<Definition, Failure> {
    let options = LoadOptions { substitutions: args.substitutions.iter().cloned().collect() };
    let mut found = load::definitions(path, &options)?;
    if let [only] = found.as_mut_slice() {
        name.clone_into(&mut only.name);
    }
    found
        .into_iter()
        .find(|definition| definition.name == name)
        .ok_or_else(|| Failure::Usage(format!("--machine: no machine `{name}` in {}", path.display())))
}

/// The machines of `chaos.toml`.
fn configured(streams: &Streams<'_>) -> Result<Vec<Definition>, Failure> {
    let mut definitions = Vec::new();
    for entry in Config::find(&streams.folder)?.machines {
        let options = LoadOptions { substitutions: entry.substitutions.clone() };
        let mut found = load::definitions(&entry.definition, &options)?;
        if let (Some(name), [only]) = (&entry.name, found.as_mut_slice()) {
            only.name.clone_from(name);
        }
        for definition in &mut found {
            definition.declared_type = entry.machine_type.or(definition.declared_type);
        }
        definitions.extend(found);
    }
    Ok(definitions)
}

/// What the tasks of a started machine answer: its part of the given mock file, else the file beside it.
fn script(
    args: &RunArgs,
    definition: &Definition,
    machine: &Machine,
    streams: &mut Streams<'_>,
) -> Result<Script, Failure> {
    let folder = &streams.folder;
    let name = &*definition.name;
    let given =
        args.mocks.as_ref().map(|mocks| MocksRef { file: folder_join(folder, &mocks.file), ..mocks.clone() });
    let given = given.filter(|mocks| cases(&mocks.file, name).is_some());
    let found = || beside(definition).mocks.map(|file| MocksRef { file, test_case: None });
    let Some(mocks) = given.or_else(found) else { return Ok(Script::default()) };
    let own = cases(&mocks.file, name);
    // The test case of the parent, where the child has one of that name.
    let wanted = mocks.test_case.as_deref().filter(|case| own.iter().flatten().any(|name| name == case));
    let selection = file::Selection { machine: own.as_ref().map(|_| name), test_case: wanted };
    let validation = validation(args.mock_validation, &Config::find(folder)?, None)?;
    let file::Loaded { mut scripts, remarks } = file::load(&mocks.file, machine, selection, validation)?;
    tell_remarks(&remarks, streams)?;
    if scripts.len() > 1 {
        let names: Vec<_> = scripts.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!(
            "{}: `{name}` has several test cases ({}); choose one that it shares with the machine that starts it",
            mocks.file.display(),
            names.join(", ")
        );
        return Err(Failure::Usage(message));
    }
    Ok(scripts.pop().map(|(_, script)| script).unwrap_or_default())
}

/// The test cases that a mock file has for a machine.
fn cases(path: &Path, machine: &str) -> Option<Vec<String>> {
    let file = Value::parse(&std::fs::read_to_string(path).ok()?).ok()?;
    let cases = file.get("StateMachines")?.get(machine)?.get("TestCases")?.as_object()?;
    Some(cases.iter().map(|(name, _)| name.to_string()).collect())
}
