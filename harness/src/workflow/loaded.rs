//! A definition with what lies beside it: inputs, mocks, the policy of its role and intents.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use proptest::strategy::{BoxedStrategy, Strategy as _};

use super::{StartExecution, WorkflowError};
use crate::asl::{self, Machine, MachineType, Problem, State};
use crate::campaign::Campaign;
use crate::config::{Config, Intents, beside};
use crate::generate::strategy;
use crate::iam::policy::PolicyRef;
use crate::iam::{self, RolePolicies};
use crate::load::{self, Definition, LoadOptions};
use crate::mock::{Script, file};
use crate::model::{Declarations, Denied, Model};
use crate::spelling::nearest;
use crate::value::Value;

/// A state machine, ready to be run, searched and asked.
#[derive(Clone)]
pub struct Workflow {
    pub(super) model: Model,
    pub(super) machine_type: MachineType,
    /// Name and value of each input beside the definition.
    pub(super) inputs: Vec<(String, Value)>,
    /// The test cases of the mock file beside it.
    pub(super) scripts: Vec<(String, Script)>,
    source: String,
    problems: Vec<Problem>,
    declarations: Declarations,
    /// What the role lacks by the policy beside the definition, and what cannot be decided.
    denied: Vec<Denied>,
    undecided: Vec<String>,
    logs_off: bool,
}

impl Workflow {
    /// The state machine of a file: bare ASL in JSON or YAML, or a template that holds one. What lies beside it belongs
    /// to it: `NAME.input.json`, `NAME.inputs/*.json`, `NAME.mocks.json`, `NAME.policy.json`, `NAME.intents.toml`.
    /// Tests of a package run in its folder, so a path may be relative to that.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, WorkflowError> {
        Self::load_with(path.as_ref(), None, &LoadOptions::default())
    }

    /// The state machine of this name, in a template or a folder that holds several.
    pub fn named(path: impl AsRef<Path>, name: &str) -> Result<Self, WorkflowError> {
        Self::load_with(path.as_ref(), Some(name), &LoadOptions::default())
    }

    /// The same with values for placeholders; without a name there has to be one machine.
    pub fn load_with(path: &Path, name: Option<&str>, options: &LoadOptions) -> Result<Self, WorkflowError> {
        let found = load::definitions(path, options)?;
        let definition = chosen(found, name, path)?;
        let workflow = Self::compile(&definition)?;
        workflow.with_files_beside(&definition, path, options)
    }

    /// The state machine of a text, with nothing beside it.
    pub fn from_text(name: &str, text: &str) -> Result<Self, WorkflowError> {
        Self::compile(&Definition::from_text(name, text))
    }

    /// The same with what a `chaos.toml` declares of tasks and intents in `[functions]`, `[endpoints]` and `[machines]`.
    /// Its `[[machine]]` entries and profiles are for the command line.
    pub fn declared_in(mut self, file: impl AsRef<Path>) -> Result<Self, WorkflowError> {
        let mut declarations = Config::load(file.as_ref())?.declarations(self.machine())?;
        declarations.intents.append(&mut self.declarations.intents);
        Ok(Self { declarations, ..self })
    }

    /// An execution to be set up and run.
    pub fn execution(&self) -> StartExecution<'_> {
        StartExecution::new(self)
    }

    /// A search for what the workflow does not survive, with everything beside it.
    pub fn campaign(&self) -> Campaign {
        Campaign::new(Arc::clone(&self.model.machine))
            .source(self.source.clone())
            .problems(self.problems.clone())
            .machine_type(self.machine_type)
            .inputs(self.inputs.clone())
            .mocks(self.scripts.clone())
            .logs_off(self.logs_off)
            .declarations(self.declarations.clone())
            .permissions(self.denied.clone(), self.undecided.clone())
    }

    /// Inputs with everything that the machine reads of its input, for `proptest!`: as JSON, so that the one that fails is
    /// told as it can be written down.
    pub fn inputs(&self) -> BoxedStrategy<String> {
        strategy::input(&self.model).prop_map(|input| input.to_json()).boxed()
    }

    /// Up to three faults that can happen to it, for `proptest!`: in the notation of plans, so that those that fail can
    /// be copied into a test of their own.
    pub fn plans(&self) -> BoxedStrategy<String> {
        let machine = Arc::clone(&self.model.machine);
        strategy::plan(&self.model).prop_map(move |plan| plan.display(&machine).to_string()).boxed()
    }

    /// The compiled machine.
    pub fn machine(&self) -> &Machine {
        &self.model.machine
    }

    /// What is known of the machine before it runs.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The file that it was loaded from, as reports name it.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn compile(definition: &Definition) -> Result<Self, WorkflowError> {
        let compiled = asl::compile(definition);
        let Some(machine) = compiled.machine else {
            let problems = asl::render(&compiled.problems, &definition.document);
            let name = definition.name.clone();
            return Err(WorkflowError::Refused { name, problems: problems.trim_end().to_owned() });
        };
        Ok(Self {
            model: Model::new(Arc::new(machine)),
            machine_type: definition.declared_type.unwrap_or_default(),
            inputs: Vec::new(),
            scripts: Vec::new(),
            source: definition.source.display().to_string(),
            problems: compiled.problems,
            declarations: Declarations::default(),
            denied: Vec::new(),
            undecided: Vec::new(),
            logs_off: definition.packaging.logs_off,
        })
    }

    fn with_files_beside(
        self,
        definition: &Definition,
        path: &Path,
        options: &LoadOptions,
    ) -> Result<Self, WorkflowError> {
        let beside = beside(definition);
        let machine = &self.model.machine;
        let inputs = beside.inputs.iter().map(|path| read_input(path)).collect::<Result<_, _>>()?;
        let scripts = match &beside.mocks {
            Some(path) => {
                let selection = file::Selection::default();
                file::load(path, machine, selection, file::Validation::default())?.scripts
            }
            None => Vec::new(),
        };
        let intents = match &beside.intents {
            Some(path) => Intents::load(path)?.of(machine, false)?,
            None => Vec::new(),
        };
        let policies = beside.policy.map(|file| PolicyRef { file, role: None }).into_iter().collect();
        let role = RolePolicies { policies, boundary: None };
        let (denied, undecided) = match iam::lacking(definition, path, &options.substitutions, &role)? {
            Some((audit, survey)) => (audit.denied(), iam::undecided(&audit, &survey)),
            None => Default::default(),
        };
        let declarations = Declarations { intents, ..Declarations::default() };
        Ok(Self { inputs, scripts, declarations, denied, undecided, ..self })
    }
}

impl fmt::Debug for Workflow {
    /// The name and the file: a test that prints a workflow is not about its states.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Workflow({} in {})", self.model.machine.name, self.source)
    }
}

/// The state of a name or path; where there is none, the nearest one is named.
pub(super) fn state<'m>(machine: &'m Machine, name: &str) -> Result<&'m State, WorkflowError> {
    let same = |state: &&State| *state.name == *name || *state.path == *name;
    let mut found = machine.states.iter().filter(same);
    match (found.next(), found.next()) {
        (Some(state), None) => Ok(state),
        (Some(one), Some(other)) => match machine.find(name) {
            Some(state) if *state.path == *name => Ok(state),
            _ => Err(WorkflowError::NoState(format!(
                "`{name}` is the name of several states; write the whole path, such as `{}` or `{}`",
                one.path, other.path
            ))),
        },
        (None, _) => {
            let names = machine.states.iter().map(|state| &*state.name);
            let hint = nearest(name, names).map(|near| format!("; did you mean `{near}`?"));
            let hint = hint.unwrap_or_default();
            Err(WorkflowError::NoState(format!("there is no state `{name}` in `{}`{hint}", machine.name)))
        }
    }
}

/// The definition that is meant.
fn chosen(mut found: Vec<Definition>, name: Option<&str>, path: &Path) -> Result<Definition, WorkflowError> {
    let names: Vec<String> = found.iter().map(|definition| definition.name.clone()).collect();
    let at = match name {
        Some(name) => names.iter().position(|own| own == name),
        None => (names.len() == 1).then_some(0),
    };
    if let Some(at) = at {
        return Ok(found.swap_remove(at));
    }
    let (path, list) = (path.display(), names.join(", "));
    let Some(name) = name else {
        return Err(WorkflowError::Choose(format!(
            "{path} holds several machines ({list}); name one of them"
        )));
    };
    let near = nearest(name, names.iter().map(String::as_str));
    let hint = near.map_or_else(|| format!("there is {list}"), |near| format!("did you mean `{near}`?"));
    Err(WorkflowError::Choose(format!("no machine `{name}` in {path}; {hint}")))
}

fn read_input(path: &Path) -> Result<(String, Value), WorkflowError> {
    let failed = |reason: String| WorkflowError::Value { what: format!("input {}", path.display()), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let value = Value::parse(&text).map_err(|error| failed(error.to_string()))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok((name, value))
}
