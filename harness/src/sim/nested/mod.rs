//! Nested executions: a task that starts another machine that is known here runs it, in the same virtual time.
//!
//! The child is an execution of its own, with its own limits and history. It runs ahead to its end when it is
//! started, because nothing but a stop from outside can reach it; a child that its parent did not wait to the end
//! for is cut afterwards, as `StopExecution` would. What the user mocks is never run.

mod answer;
mod api;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::verdict::{Operation, Request};
use crate::asl::{Machine, MachineType, State, StateId};
use crate::catalog::Integration;
use crate::fault::{Class, Plan};
use crate::history::{
    Attempt, Detail, Ending, Event, EventId, EventType, History, Outcome, Site, StrandId, VirtualTime,
};
use crate::mock::{Answer, Author, Call, Objects, Reply, Responder, Script};
use crate::value::{Object, Value};

use super::{Case, StartedBy};
use api::Api;

/// Nested executions go no deeper than this.
const DEPTH_MAX: usize = 8;
/// More executions are not started for one parent.
const EXECUTIONS_MAX: usize = 1_000;

/// The machines that executions may start, by name.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// In any order; of two with one name the first counts.
    pub machines: Vec<Local>,
}

/// A machine that can be started.
#[derive(Clone, Debug)]
pub struct Local {
    /// The machine; its name is the end of its ARN.
    pub machine: Arc<Machine>,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// What its tasks answer.
    pub script: Script,
    /// Which of its tasks start which machine.
    pub starts: Starts,
    /// What goes wrong in every execution of it that another one starts.
    pub faults: Faults,
}

/// Which machine a task starts.
#[derive(Clone, Debug)]
pub enum Starts {
    /// The one that its request names. Placeholders of the definition may stand for machines: `${ChildArn}` to the
    /// name of the machine. What the user mocks starts none.
    ByName(BTreeMap<String, String>),
    /// The one at this position of the library, whatever the request names, by the path of the task. Other tasks start
    /// none.
    ByTask(BTreeMap<Arc<str>, usize>),
}

/// What goes wrong in an execution.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// The faults.
    pub plan: Plan,
    /// What they say as their Cause, as in [`Case::causes`].
    pub causes: Arc<[(StateId, Class, Arc<str>)]>,
}

/// Whether a task starts executions and learns of them by itself; one that waits for a token learns from its worker.
pub fn starts_executions(integration: &Integration) -> bool {
    Api::of(integration).is_some()
}

/// An execution that another one started.
#[derive(Clone, Debug)]
pub struct ChildExecution {
    /// Its ARN.
    pub arn: String,
    /// Its position in the library.
    pub machine: usize,
    /// What it was started with; its epoch is its start.
    pub case: Case,
    /// What happened; none if executions go too deep for it to run, and nobody waits for it.
    pub history: Option<History>,
    /// The execution that started it, by its position in the list; none: the one that was asked for.
    pub parent: Option<usize>,
    /// The task that started it.
    pub site: Site,
    /// Which attempt of that task.
    pub attempt: u32,
    /// Whether the task waits for its end.
    pub awaited: bool,
}

/// Runs an execution and those that it starts, in the order of their starts.
pub fn run(parent: &Local, case: &Case, library: &Library) -> (History, Vec<ChildExecution>) {
    let mut started = Vec::new();
    let history = {
        let arn = case.identity.execution_arn(case.machine_type, &parent.machine.name, &case.execution_name);
        let top = (arn, case.input.clone());
        let mut nested =
            Nested { parent, case, library, top: &top, depth: 0, number: None, started: &mut started };
        super::run(&parent.machine, case, &mut nested)
    };
    cut_unfinished(&history, None, &mut started);
    (history, started)
}

/// Answers the tasks of one execution.
struct Nested<'a> {
    parent: &'a Local,
    case: &'a Case,
    library: &'a Library,
    /// ARN and input of the execution that all others come from.
    top: &'a (String, Value),
    depth: usize,
    /// Its position among the started ones.
    number: Option<usize>,
    started: &'a mut Vec<ChildExecution>,
}

impl Responder for Nested<'_> {
    fn answer(&mut self, call: Call<'_>) -> Answer {
        let api = call.state.task().and_then(|task| Api::of(&task.integration));
        match api.and_then(|api| Some((api, self.target(&call)?))) {
            Some((api, target)) => self.start(api, target, call),
            None => self.parent.script.answer(call),
        }
    }

    fn objects(&self, reader: &State) -> Option<Objects> {
        self.parent.script.objects_for(reader)
    }
}

impl Nested<'_> {
    /// The machine that a call starts.
    fn target(&self, call: &Call<'_>) -> Option<usize> {
        match &self.parent.starts {
            Starts::ByTask(tasks) => tasks.get(&call.state.path).copied(),
            Starts::ByName(references) => {
                let mocked = self.parent.script.answers.get(&call.state.path);
                let by_user = mocked.is_some_and(|sequence| sequence.by == Author::User);
                if by_user { None } else { self.resolve(call.parameters, references) }
            }
        }
    }

    /// The machine that a request names: by the end of its ARN, or by what a placeholder stands for.
    fn resolve(&self, parameters: &Value, references: &BTreeMap<String, String>) -> Option<usize> {
        let arn = parameters.get("StateMachineArn")?.as_str()?;
        let name = match arn.split_once(":stateMachine:") {
            // A version or an alias may follow.
            Some((_, rest)) if !rest.starts_with("${") => rest.split(':').next()?,
            Some((_, rest)) => rest,
            None => arn,
        };
        let placeholder = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let name = match placeholder {
            Some(name) => match references.get(name) {
                Some(machine) => machine,
                None => name.split('.').next()?,
            },
            None if arn.starts_with("arn:") => name,
            None => return None,
        };
        self.library.machines.iter().position(|local| *local.machine.name == *name)
    }

    fn start(&mut self, api: Api, target: usize, call: Call<'_>) -> Answer {
        let local = &self.library.machines[target];
        let input = match call.parameters.get("Input") {
            None | Some(Value::Null) => "{}".to_owned(),
            Some(Value::String(text)) => text.to_string(),
            Some(value) => value.to_json(),
        };
        let given = call.parameters.get("Name").and_then(Value::as_str);
        let name = match given {
            Some(name) => name.to_owned(),
            None => format!("00000000-0000-4000-8000-{:012}", self.started.len() + 1),
        };
        let asked = Object::from_iter([("name", Value::from(&*name))]).into();
        let operation =
            if api == Api::SdkSync { Operation::StartSyncExecution } else { Operation::StartExecution };
        let request = Request {
            operation,
            machine_type: local.machine_type,
            definition: None,
            input: Some(&input),
            parameters: &asked,
        };
        let verdict = request.judge();
        if let (Some(code), Some(message)) = (verdict.code, &verdict.message) {
            return api.refused(code, message);
        }
        if api.awaits() && api != Api::SdkSync && local.machine_type == MachineType::Express {
            let text = format!("`.sync` cannot wait for `{name}`, an execution of an Express workflow");
            return Answer::with(Reply::Unmocked(text));
        }
        let arn = self.case.identity.execution_arn(local.machine_type, &local.machine.name, &name);
        let input = Value::parse(&input).unwrap_or_default();
        let mut case = self.child_case(local, input, &name, call.at);
        if api == Api::SdkSync {
            case.started_by = StartedBy::StartSyncExecution;
        }
        let exists = || api.refused("ExecutionAlreadyExists", &format!("Execution Already Exists: '{arn}'"));
        if arn == self.top.0 && case.input != self.top.1 {
            return exists();
        }
        if local.machine_type == MachineType::Standard
            && let Some(taken) = self.taken(&arn, &case)
        {
            return match taken {
                Ok(running) => self.answer_of(api, running, call.at),
                Err(()) => exists(),
            };
        }
        let number = self.started.len();
        self.started.push(ChildExecution {
            arn,
            machine: target,
            case,
            history: None,
            parent: self.number,
            site: call.site.clone(),
            attempt: call.attempt,
            awaited: api.awaits(),
        });
        self.run_child(number);
        self.answer_of(api, number, call.at)
    }

    /// A child begins when it is called, in the account and with the limits of its parent.
    fn child_case(&self, local: &Local, input: Value, name: &str, at: VirtualTime) -> Case {
        let mut identity = self.case.identity.clone();
        identity.role_arn = None;
        Case {
            machine_type: local.machine_type,
            plan: local.faults.plan.clone(),
            causes: Arc::clone(&local.faults.causes),
            seed: self.case.seed.wrapping_add(self.started.len() as u64 + 1),
            execution_name: Arc::from(name),
            identity,
            epoch_ms: self.case.epoch_ms.saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX)),
            task_ms: self.case.task_ms,
            limits: self.case.limits,
            rules: self.case.rules,
            ..Case::new(input)
        }
    }

    /// Docs, "StartExecution": a name is taken, unless the execution still runs and has the same input.
    fn taken(&self, arn: &str, case: &Case) -> Option<Result<usize, ()>> {
        let number = self.started.iter().position(|execution| execution.arn == arn)?;
        let execution = &self.started[number];
        let end_ms = execution.history.as_ref().map(|history| {
            execution.case.epoch_ms.saturating_add(i64::try_from(history.duration.0).unwrap_or(i64::MAX))
        });
        let runs = end_ms.is_none_or(|end_ms| case.epoch_ms < end_ms);
        Some(if runs && execution.case.input == case.input { Ok(number) } else { Err(()) })
    }

    fn run_child(&mut self, number: usize) {
        if self.depth + 1 >= DEPTH_MAX || self.started.len() > EXECUTIONS_MAX {
            return;
        }
        let child = &self.started[number];
        let local = &self.library.machines[child.machine];
        let case = child.case.clone();
        let mut nested = Nested {
            parent: local,
            case: &case,
            library: self.library,
            top: self.top,
            depth: self.depth + 1,
            number: Some(number),
            started: self.started,
        };
        let history = super::run(&local.machine, &case, &mut nested);
        cut_unfinished(&history, Some(number), self.started);
        self.started[number].history = Some(history);
    }

    /// What the task learns of an execution that was started, or runs already.
    fn answer_of(&self, api: Api, number: usize, at: VirtualTime) -> Answer {
        let execution = &self.started[number];
        let machine = &self.library.machines[execution.machine].machine;
        let Some(history) = &execution.history else {
            if !api.awaits() {
                return api.started(execution);
            }
            let text =
                format!("nested executions go deeper than {DEPTH_MAX} levels or start too many others");
            return Answer::with(Reply::Unmocked(text));
        };
        if let (Outcome::Unknown(unknown), true) = (&history.outcome, api.awaits()) {
            let name = &machine.name;
            let text = format!("the nested execution of `{name}` cannot be simulated: {unknown}");
            return Answer::with(Reply::Unmocked(text));
        }
        let now_ms = self.case.epoch_ms.saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX));
        let passed_ms = u64::try_from(now_ms - execution.case.epoch_ms).unwrap_or(0);
        let machine_arn = self.case.identity.machine_arn(&machine.name);
        api.answer(execution, history, &machine_arn, history.duration.0.saturating_sub(passed_ms))
    }
}

/// Docs, "Run a Job (.sync)": where the task ends before the execution that it waits for, that one is stopped.
fn cut_unfinished(history: &History, parent: Option<usize>, started: &mut [ChildExecution]) {
    for number in 0..started.len() {
        let child = &started[number];
        if child.parent != parent || !child.awaited {
            continue;
        }
        let made =
            |attempt: &&Attempt| attempt.number == child.attempt && history.site(attempt) == child.site;
        let Some(attempt) = history.attempts.iter().find(made) else { continue };
        let cut_off = !matches!(attempt.ending, Ending::Succeeded(_));
        let lived_ms = attempt.ended_at.0 - attempt.at.0;
        if cut_off && started[number].history.as_ref().is_some_and(|history| history.duration.0 > lived_ms) {
            stop(number, VirtualTime(lived_ms), started);
        }
    }
}

/// Cuts an execution and those it waits for.
fn stop(number: usize, at: VirtualTime, started: &mut [ChildExecution]) {
    let Some(mut history) = started[number].history.take() else { return };
    history.events.retain(|event| event.at < at);
    history.attempts.retain(|attempt| attempt.at < at);
    for attempt in history.attempts.iter_mut().filter(|attempt| attempt.ended_at >= at) {
        attempt.ending = Ending::Open;
        attempt.ended = None;
        attempt.ended_at = at;
    }
    history.failures.retain(|failure| failure.at < at);
    history.events.push(Event {
        id: EventId(history.events.len() as u32 + 1),
        previous: EventId::default(),
        at,
        strand: StrandId(0),
        state: None,
        kind: EventType::ExecutionAborted,
        detail: Detail::Failure(None, None),
    });
    history.outcome = Outcome::Aborted { error: None, cause: None };
    history.duration = at;
    cut_unfinished(&history, Some(number), started);
    started[number].history = Some(history);
}
