//! What one execution is started with. Everything has a default: the first input and the mocks beside the definition,
//! or what is generated from what the machine reads.

use std::sync::Arc;

use super::loaded::state;
use super::{Execution, Workflow, WorkflowError};
use crate::asl::MachineType;
use crate::config::MocksRef;
use crate::fault::{Incident, Plan};
use crate::generate;
use crate::history::Outcome;
use crate::mock::{Answer, Author, Script, Sequence, Then, file};
use crate::sim::{self, Case};
use crate::value::Value;

/// An execution that is being set up; [`StartExecution::run`] runs it.
#[derive(Clone, Debug)]
#[must_use = "nothing is run before `run`"]
pub struct StartExecution<'w> {
    workflow: &'w Workflow,
    input: Input,
    mocks: Mocks,
    answers: Vec<(String, String)>,
    faults: String,
    has_to_strike: bool,
    machine_type: MachineType,
    seed: u64,
}

#[derive(Clone, Debug)]
enum Input {
    Beside,
    Json(String),
}

#[derive(Clone, Debug)]
enum Mocks {
    Beside(Option<String>),
    File(String),
}

impl<'w> StartExecution<'w> {
    pub(super) fn new(workflow: &'w Workflow) -> Self {
        Self {
            workflow,
            input: Input::Beside,
            mocks: Mocks::Beside(None),
            answers: Vec::new(),
            faults: String::new(),
            has_to_strike: true,
            machine_type: workflow.machine_type,
            seed: 0,
        }
    }

    /// The input, as JSON: what somebody writes, or what [`Workflow::inputs`] draws. Without one: the first input beside the definition, or a generated one.
    pub fn input(mut self, json: &str) -> Self {
        self.input = Input::Json(json.to_owned());
        self
    }

    /// The mock file, as `FILE` or `FILE#TestCase`. Without one: the file beside the definition. Under faults, which
    /// call more often than its author could count, the last answer of a state is given again where its answers end.
    pub fn mocks(mut self, file: &str) -> Self {
        self.mocks = Mocks::File(file.to_owned());
        self
    }

    /// The test case of the mock file beside the definition, where it has several.
    pub fn test_case(mut self, name: &str) -> Self {
        self.mocks = Mocks::Beside(Some(name.to_owned()));
        self
    }

    /// What a task answers to every call, as JSON, whatever the mocks say.
    pub fn returns(mut self, state: &str, json: &str) -> Self {
        self.answers.push((state.to_owned(), json.to_owned()));
        self
    }

    /// Faults as on the command line: `ChargePayment:throttling*4 + ShipAll[0]/Ship:timeout`. Each has to strike.
    pub fn faults(mut self, faults: &str) -> Self {
        (self.faults, self.has_to_strike) = (faults.to_owned(), true);
        self
    }

    /// Faults that strike where their tasks are reached, and need not: what [`Workflow::plans`] draws.
    pub fn plan(mut self, faults: &str) -> Self {
        (self.faults, self.has_to_strike) = (faults.to_owned(), false);
        self
    }

    /// Standard or Express, where the definition does not say.
    pub fn machine_type(mut self, machine_type: MachineType) -> Self {
        self.machine_type = machine_type;
        self
    }

    /// Where jitter and random functions come from; 0 without one.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs it to its end, in virtual time.
    pub fn run(self) -> Result<Execution, WorkflowError> {
        let machine = &self.workflow.model.machine;
        let (plan, mut script) = (self.plan_of_faults()?, self.script()?);
        if !plan.is_empty() {
            script = script.repeating();
        }
        let script = generate::complete(&self.workflow.model, &script);
        let case = Case {
            machine_type: self.machine_type,
            plan,
            seed: self.seed,
            ..Case::new(self.execution_input()?)
        };
        let history = sim::run(machine, &case, &mut script.responder());
        let source = self.workflow.source().to_owned();
        let execution = Execution::new(Arc::clone(machine), source, case, history);
        if let Some(unknown) = execution.unknown() {
            let (told, reason) = (execution.told(), unknown.to_string());
            return Err(WorkflowError::NotSimulated { reason, told });
        }
        if self.has_to_strike {
            check_struck(&execution)?;
        }
        Ok(execution)
    }

    fn execution_input(&self) -> Result<Value, WorkflowError> {
        match (&self.input, self.workflow.inputs.first()) {
            (Input::Json(json), _) => parsed("the input", json),
            (Input::Beside, Some((_, input))) => Ok(input.clone()),
            (Input::Beside, None) => Ok(generate::input_for(&self.workflow.model)),
        }
    }

    fn plan_of_faults(&self) -> Result<Plan, WorkflowError> {
        let text = &self.faults;
        Plan::parse(text, &self.workflow.model.machine)
            .map_err(|error| WorkflowError::Faults { text: text.clone(), error })
    }

    fn script(&self) -> Result<Script, WorkflowError> {
        let mut script = self.mocked()?;
        for (name, json) in &self.answers {
            let path = &state(&self.workflow.model.machine, name)?.path;
            let answer = Answer::of(parsed(&format!("the answer of `{name}`"), json)?);
            let sequence = Sequence { calls: vec![answer], then: Then::Repeat, by: Author::User };
            script.answers.insert(Arc::clone(path), sequence);
        }
        Ok(script)
    }

    /// The one test case that is meant.
    fn mocked(&self) -> Result<Script, WorkflowError> {
        let (found, test_case) = match &self.mocks {
            Mocks::Beside(test_case) => (self.workflow.scripts.clone(), test_case.clone()),
            Mocks::File(text) => {
                let MocksRef { file, test_case } = text.parse().map_err(WorkflowError::Choose)?;
                let selection = file::Selection { machine: None, test_case: test_case.as_deref() };
                let machine = &self.workflow.model.machine;
                let loaded = file::load(&file, machine, selection, file::Validation::default())?;
                (loaded.scripts, test_case)
            }
        };
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let list = names.join(", ");
        match (&test_case, found.as_slice()) {
            (None, []) => Ok(Script::default()),
            (None, [(_, only)]) => Ok(only.clone()),
            (None, _) => {
                Err(WorkflowError::Choose(format!("the mocks have several test cases; choose one: {list}")))
            }
            (Some(wanted), _) => found
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, script)| script.clone())
                .ok_or_else(|| {
                    WorkflowError::Choose(format!("the mocks have no test case `{wanted}`; there is {list}"))
                }),
        }
    }
}

/// A run whose faults did not strike looks as if they had been survived.
fn check_struck(execution: &Execution) -> Result<(), WorkflowError> {
    let (history, plan) = (&execution.history, &execution.case().plan);
    let first = history.executions()[0];
    let struck = |at: usize| first.injected.iter().any(|injected| injected.fault == at);
    let faults = plan.faults().iter().enumerate().filter(|(at, _)| !struck(*at));
    let faults = faults.map(|(_, fault)| fault.display(execution.machine()).to_string());
    let incidents = plan.incidents().iter().filter(|incident| match incident {
        Incident::Aborted { .. } => !matches!(first.outcome, Outcome::Aborted { .. }),
        Incident::Redriven => first.redrives == 0,
        Incident::StartedAgain { .. } | Incident::DeliveredTwice => history.before.is_none(),
    });
    let idle: Vec<String> = faults.chain(incidents.map(ToString::to_string)).collect();
    if idle.is_empty() {
        return Ok(());
    }
    Err(WorkflowError::Idle { faults: idle.join(" + "), told: execution.told() })
}

fn parsed(what: &str, json: &str) -> Result<Value, WorkflowError> {
    let failed = |reason: String| WorkflowError::Value { what: what.to_owned(), reason };
    Value::parse(json).map_err(|error| failed(format!("{error}")))
}
