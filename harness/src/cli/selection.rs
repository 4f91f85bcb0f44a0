//! Which machines a command is about, and the inputs and mocks that go with each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Streams;
use super::args::SelectionArgs;
use super::failure::Failure;
use crate::asl::{self, Compiled, MachineType};
use crate::catalog::conform::Mode;
use crate::config::{Belongings, Config, Intents, MachineEntry, MocksRef, same_file};
use crate::iam::RolePolicies;
use crate::load::{self, Definition, LoadError, LoadOptions};
use crate::mock::file;
use crate::value::Value;

/// One state machine with what goes with it.
#[derive(Debug)]
pub(super) struct Target {
    /// As it was loaded.
    pub(super) definition: Definition,
    /// The machine, or why there is none.
    pub(super) compiled: Compiled,
    /// Name and value of each input, in the order they are tried.
    pub(super) inputs: Vec<(String, Value)>,
    /// What tasks answer; the rest is generated.
    pub(super) mocks: Option<MocksRef>,
    /// How its results are held against the APIs that they stand in for.
    pub(super) validation: file::Validation,
    /// Standard or Express.
    pub(super) machine_type: MachineType,
    /// How faults are meant to end: of its entry in `chaos.toml`, and of the file beside it.
    pub(super) intents: Vec<Intents>,
    /// The policies of its role, where they are known.
    pub(super) role: RolePolicies,
    /// Where it was loaded from, and the values of its placeholders.
    pub(super) path: PathBuf,
    pub(super) substitutions: BTreeMap<String, String>,
}

impl Target {
    /// The test cases of its mock file: the one that is named, or all of them.
    pub(super) fn scripts(&self) -> Result<file::Loaded, Failure> {
        let (Some(mocks), Some(machine)) = (&self.mocks, &self.compiled.machine) else {
            return Ok(file::Loaded::default());
        };
        let selection = file::Selection { machine: None, test_case: mocks.test_case.as_deref() };
        Ok(file::load(&mocks.file, machine, selection, self.validation)?)
    }
}

/// The folder of the scenario library.
const SCENARIOS: &str = "scenarios";

/// Where a machine comes from, before it is loaded.
struct Source {
    path: PathBuf,
    entry: Option<MachineEntry>,
}

/// How mocked results are checked: what the command line says, or the profile.
pub(super) fn validation(
    given: Option<Mode>,
    config: &Config,
    profile: Option<&str>,
) -> Result<file::Validation, Failure> {
    let mode = given.or(config.profile(profile)?.mock_validation);
    Ok(mode.map_or(file::Validation::Remarks, file::Validation::Refuse))
}

/// Tells what looks wrong in mock files; several machines may share one.
pub(super) fn tell_remarks(remarks: &[file::MockProblem], streams: &mut Streams<'_>) -> Result<(), Failure> {
    for (at, remark) in remarks.iter().enumerate() {
        if !remarks[..at].contains(remark) {
            writeln!(streams.err, "warning: {remark}")?;
        }
    }
    Ok(())
}

/// The machines of a command line.
pub(super) fn select(args: &SelectionArgs, config: &Config, folder: &Path) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    let validation = validation(args.mock_validation, config, args.profile.as_deref())?;
    for source in sources(args, config, folder) {
        let options = LoadOptions { substitutions: substitutions(args, source.entry.as_ref()) };
        for definition in definitions(&source, &options, args.paths.is_empty())? {
            let target = target(args, &source, &options, definition, folder)?;
            targets.push(Target { validation, ..target });
        }
    }
    if targets.is_empty() {
        return Err(Failure::NothingSelected(format!("there is no definition below {}", folder.display())));
    }
    Ok(targets)
}

/// What is named; else what `chaos.toml` lists; else the scenario library; else everything below the folder.
fn sources(args: &SelectionArgs, config: &Config, folder: &Path) -> Vec<Source> {
    if !args.paths.is_empty() {
        let entry_of = |path: &Path| config.machines.iter().find(|entry| same_file(&entry.definition, path));
        let paths = args.paths.iter().map(|path| folder_join(folder, path));
        return paths.map(|path| Source { entry: entry_of(&path).cloned(), path }).collect();
    }
    if !config.machines.is_empty() {
        let entries = config.machines.iter();
        return entries
            .map(|entry| Source { path: entry.definition.clone(), entry: Some(entry.clone()) })
            .collect();
    }
    let scenarios = folder_join(folder, Path::new(SCENARIOS));
    let path = if scenarios.is_dir() { scenarios } else { folder.to_owned() };
    vec![Source { path, entry: None }]
}

/// The definitions of a source. A folder without any is an error only where the user named it.
fn definitions(source: &Source, options: &LoadOptions, discovered: bool) -> Result<Vec<Definition>, Failure> {
    let found = match load::definitions(&source.path, options) {
        Err(LoadError::NoDefinition { .. }) if discovered && source.entry.is_none() => return Ok(Vec::new()),
        found => found?,
    };
    let Some(name) = source.entry.as_ref().and_then(|entry| entry.name.as_deref()) else { return Ok(found) };
    let names: Vec<_> = found.iter().map(|definition| definition.name.clone()).collect();
    let chosen: Vec<_> = found.into_iter().filter(|definition| definition.name == name).collect();
    if chosen.is_empty() {
        let path = source.path.display();
        return Err(Failure::Usage(format!("no machine `{name}` in {path}; there is {}", names.join(", "))));
    }
    Ok(chosen)
}

fn target(
    args: &SelectionArgs,
    source: &Source,
    options: &LoadOptions,
    definition: Definition,
    folder: &Path,
) -> Result<Target, Failure> {
    let entry = source.entry.as_ref();
    let compiled = asl::compile(&definition);
    let belongings = Belongings::of(&definition, entry)?;
    let inputs = if args.inputs.is_empty() {
        belongings.inputs.iter().map(|path| input_file(path)).collect::<Result<_, _>>()?
    } else {
        args.inputs.iter().map(|text| input(text, folder)).collect::<Result<_, _>>()?
    };
    let given = args.mocks.clone().map(|mocks| MocksRef { file: folder_join(folder, &mocks.file), ..mocks });
    Ok(Target {
        definition,
        compiled,
        inputs,
        intents: belongings.intents,
        mocks: given.or(belongings.mocks),
        machine_type: args.machine_type.or(belongings.machine_type).unwrap_or_default(),
        validation: file::Validation::default(),
        role: belongings.role,
        path: source.path.clone(),
        substitutions: options.substitutions.clone(),
    })
}

/// An input as a file or as JSON. A file that exists wins: no JSON text is the name of one by accident.
pub(super) fn input(text: &str, folder: &Path) -> Result<(String, Value), Failure> {
    let path = folder_join(folder, Path::new(text));
    if path.is_file() {
        return input_file(&path);
    }
    let looks_like_json = text.trim_start().starts_with(['{', '[', '"']) || Value::parse(text).is_ok();
    if !looks_like_json {
        return Err(Failure::Usage(format!("input `{text}` is neither a file nor JSON")));
    }
    let value = Value::parse(text).map_err(|error| Failure::Usage(format!("input is no JSON: {error}")))?;
    Ok(("--input".to_owned(), value))
}

pub(super) fn input_file(path: &Path) -> Result<(String, Value), Failure> {
    let failed = |reason: String| Failure::Read { what: "input", path: path.to_owned(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let value = Value::parse(&text).map_err(|error| failed(error.to_string()))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok((name, value))
}

/// The command line wins over the file.
fn substitutions(args: &SelectionArgs, entry: Option<&MachineEntry>) -> BTreeMap<String, String> {
    let mut all = entry.map(|entry| entry.substitutions.clone()).unwrap_or_default();
    all.extend(args.substitutions.iter().cloned());
    all
}

/// A path as the user wrote it, where the folder is the process's own.
pub(super) fn folder_join(folder: &Path, path: &Path) -> PathBuf {
    if folder == Path::new(".") { path.to_owned() } else { folder.join(path) }
}
