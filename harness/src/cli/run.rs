//! `run`: one execution in virtual time, printed as AWS would tell it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Format, RunArgs};
use super::backend::{Act, Performed};
use super::context::{self, Context};
use super::failure::Failure;
use super::library;
use super::selection::{folder_join, input, input_file, tell_remarks, validation};
use super::{ExitCode, Streams};
use crate::asl::{self, Machine, Problem};
use crate::config::{Config, MocksRef, beside};
use crate::fault::{Class, Fault, Plan};
use crate::generate::{complete, input_for};
use crate::history::{History, Outcome, wire};
use crate::load::{self, Definition, LoadOptions};
use crate::mock::{Script, file};
use crate::model::Model;
use crate::report;
use crate::sim::nested::{ChildExecution, Faults, Library, Local, Starts};
use crate::sim::{self, Case, Stop};
use crate::value::{Object, ObjectBuilder, Value};
use crate::walk::{Backend, Executor, Halt, Walked};

pub(super) fn run(args: &RunArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let context = match &args.context {
        Some(text) => read_context(text, streams)?,
        None => Context::default(),
    };
    let (definition, others) = definition(args, context.machine_name.as_deref(), streams)?;
    let definition =
        Definition { declared_type: args.machine_type.or(definition.declared_type), ..definition };
    let compiled = asl::compile(&definition);
    let Some(machine) = compiled.machine else {
        write!(streams.err, "{}", asl::render(&compiled.problems, &definition.document))?;
        return Err(Failure::Usage(format!("AWS would refuse {}", definition.source.display())));
    };
    tell_unknown(&compiled.problems, streams)?;
    let model = Model::new(Arc::new(machine));
    let machine = &*model.machine;
    let script = complete(&model, &script(args, &definition, machine, streams)?);
    let mut case = Case {
        machine_type: definition.declared_type.unwrap_or_default(),
        plan: plan(args, machine)?,
        seed: args.seed,
        rules: args.rules,
        stop: args
            .stop_after
            .map(|seconds| Stop { after_ms: seconds.saturating_mul(1000), ..Stop::default() }),
        redrives_after_ms: vec![0; usize::from(args.redrive)],
        ..Case::new(execution_input(args, &context, &definition, &model, streams)?)
    };
    context.apply(&mut case);
    let library = if library::is_needed(machine) {
        library::library(args, others, streams)?
    } else {
        Library::default()
    };
    let parent = Local {
        machine: Arc::clone(&model.machine),
        machine_type: case.machine_type,
        script,
        starts: Starts::ByName(library::references(&definition)),
        faults: Faults::default(),
    };
    let performed = args.backend.perform(streams, &mut |executor, act, streams| {
        executed(executor, act, &parent, &case, &library, streams)
    })?;
    let (history, nested, code) = match performed {
        Performed::Done(Some((history, nested)), code) => (history, nested, code),
        Performed::Done(None, _) => return Ok(ExitCode::Inconclusive),
        Performed::Planned => return Ok(ExitCode::Clean),
    };
    tell_idle(&case.plan, &history, machine, streams)?;
    match args.format {
        Format::Json => {
            let printed = wire::execution_as(&history, machine, case.epoch_ms, &case.identity);
            writeln!(streams.out, "{}", pretty(&with_nested(printed, &nested, &library)))?;
        }
        Format::Human => {
            report::execution(&history, machine, streams.out)?;
            report::nested(&nested, &library, case.epoch_ms, streams.out)?;
        }
    }
    Ok(match history.outcome {
        Outcome::Unknown(_) => ExitCode::Inconclusive,
        _ => code,
    })
}

/// The execution and those that it started; none if the backend cannot run it.
fn executed(
    executor: &Executor,
    act: Act,
    parent: &Local,
    case: &Case,
    library: &Library,
    streams: &mut Streams<'_>,
) -> Result<Option<(History, Vec<ChildExecution>)>, Failure> {
    if executor.backend() == Backend::Simulator {
        return Ok(Some(sim::nested::run(parent, case, library)));
    }
    let name = executor.backend().name();
    if !library.machines.is_empty() {
        let why = "it may start machines that are known here, and TestState runs no executions";
        writeln!(streams.err, "error: the backend `{name}` cannot run this: {why}; leave `--backend` away")?;
        return Ok(None);
    }
    match executor.walk(&parent.machine, case, &parent.script) {
        Ok(Walked { history, calls }) => {
            if executor.backend() == Backend::OfflineTestState {
                let requests = report::counted(calls, "request");
                writeln!(streams.err, "note: put together from {requests} to this program's own TestState")?;
            }
            Ok(Some((history, Vec::new())))
        }
        // The call says why once everything is done.
        Err(Halt::Unanswered(_)) if act == Act::Performance => Ok(None),
        Err(halt) => {
            writeln!(streams.err, "error: the backend `{name}` cannot run this: {halt}")?;
            Ok(None)
        }
    }
}

/// A run looks as if everything in it were known; of the other warnings `validate` tells.
fn tell_unknown(problems: &[Problem], streams: &mut Streams<'_>) -> Result<(), Failure> {
    for problem in problems.iter().filter(|problem| problem.code == "unknown-integration") {
        let advice = problem.suggestion.as_deref().unwrap_or_default();
        writeln!(streams.err, "note: {}: {}; {advice}", problem.location, problem.message)?;
    }
    Ok(())
}

/// Adds the executions that were started, if there are any.
fn with_nested(printed: Value, nested: &[ChildExecution], library: &Library) -> Value {
    let Value::Object(mut printed) = printed else { return printed };
    let one = |child: &ChildExecution| {
        let machine = &library.machines[child.machine].machine;
        let case = &child.case;
        let mut out = ObjectBuilder::with_capacity(8);
        out.push("executionArn", child.arn.as_str().into());
        out.push("stateMachineArn", case.identity.machine_arn(&machine.name).into());
        out.push("input", case.input.clone());
        if let Some(history) = &child.history {
            let execution = wire::execution_as(history, machine, case.epoch_ms, &case.identity);
            for (name, value) in execution.as_object().into_iter().flat_map(Object::iter) {
                out.push(name.clone(), value.clone());
            }
        }
        Value::from(out.finish())
    };
    if !nested.is_empty() {
        printed.insert("nested", Value::array(nested.iter().map(one).collect()));
    }
    Value::Object(printed)
}

/// A fault that did not strike is worth a word: the run looks as if it had been survived.
fn tell_idle(
    plan: &Plan,
    history: &History,
    machine: &Machine,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let first = history.before.as_ref().map_or(history, |before| &before.history);
    let struck = |at: usize| first.injected.iter().any(|injected| injected.fault == at);
    for (_, fault) in plan.faults().iter().enumerate().filter(|(at, _)| !struck(*at)) {
        let fault = fault.display(machine);
        writeln!(
            streams.err,
            "note: `{fault}` did not strike: its task is not reached, or it means nothing there"
        )?;
    }
    Ok(())
}

/// The definition, by its name where the file holds several, and the others; a single one takes the name that is
/// given.
fn definition(
    args: &RunArgs,
    name: Option<&str>,
    streams: &Streams<'_>,
) -> Result<(Definition, Vec<Definition>), Failure> {
    let name = args.state_machine_name.as_deref().or(name);
    let options = LoadOptions { substitutions: args.substitutions.iter().cloned().collect() };
    let path = folder_join(&streams.folder, &args.definition);
    let mut found = load::definitions(&path, &options)?;
    if let ([definition], Some(name)) = (found.as_mut_slice(), name) {
        name.clone_into(&mut definition.name);
    }
    let names: Vec<_> = found.iter().map(|definition| definition.name.clone()).collect();
    let wanted = |definition: &Definition| name.is_none_or(|name| definition.name == name);
    let (mut chosen, others): (Vec<_>, Vec<_>) = found.into_iter().partition(wanted);
    if let (Some(definition), true) = (chosen.pop(), chosen.is_empty()) {
        return Ok((definition, others));
    }
    Err(Failure::Usage(format!("choose one machine with --state-machine-name: {}", names.join(", "))))
}

fn script(
    args: &RunArgs,
    definition: &Definition,
    machine: &Machine,
    streams: &mut Streams<'_>,
) -> Result<Script, Failure> {
    let given = args.mocks.clone();
    let given = given.map(|mocks| MocksRef { file: folder_join(&streams.folder, &mocks.file), ..mocks });
    let found = || beside(definition).mocks.map(|file| MocksRef { file, test_case: None });
    let Some(mocks) = given.or_else(found) else { return Ok(Script::default()) };
    let selection = file::Selection { machine: None, test_case: mocks.test_case.as_deref() };
    let validation = validation(args.mock_validation, &Config::find(&streams.folder)?, None)?;
    let file::Loaded { mut scripts, remarks } = file::load(&mocks.file, machine, selection, validation)?;
    tell_remarks(&remarks, streams)?;
    if scripts.len() > 1 {
        let names: Vec<_> = scripts.iter().map(|(name, _)| name.as_str()).collect();
        let file = mocks.file.display();
        return Err(Failure::Usage(format!("choose a test case of {file} with #NAME: {}", names.join(", "))));
    }
    Ok(scripts.pop().map(|(_, script)| script).unwrap_or_default())
}

fn plan(args: &RunArgs, machine: &Machine) -> Result<Plan, Failure> {
    let text = args.faults.as_deref().unwrap_or_default();
    let plan = Plan::parse(text, machine).map_err(|error| Failure::Usage(format!("--faults: {error}")))?;
    plan.faults().iter().try_for_each(|fault| check_token(fault, machine))?;
    Ok(plan)
}

/// What happens to a task token can only happen to a task that waits for one.
fn check_token(fault: &Fault, machine: &Machine) -> Result<(), Failure> {
    let class = &fault.class;
    let is_about_token = matches!(
        class,
        Class::CallbackMissing | Class::CallbackLate | Class::CallbackDuplicate | Class::CallbackFailed(_)
    );
    let state = machine.state(fault.site.state);
    let waits = state.task().is_some_and(|task| task.integration.is_answered_by_worker());
    if is_about_token && !waits {
        let (class, path) = (class.name(), &state.path);
        let message = format!("--faults: `{class}` is about a task token, and `{path}` waits for none");
        return Err(Failure::Usage(message));
    }
    Ok(())
}

/// What is given; else what lies beside the definition; else what the machine reads.
fn execution_input(
    args: &RunArgs,
    context: &Context,
    definition: &Definition,
    model: &Model,
    streams: &mut Streams<'_>,
) -> Result<Value, Failure> {
    if args.input.as_deref() == Some("-") {
        return standard_input();
    }
    if let Some(text) = &args.input {
        return Ok(input(text, &streams.folder)?.1);
    }
    if let Some(given) = &context.input {
        return Ok(given.clone());
    }
    let (source, value) = match beside(definition).inputs.first() {
        Some(path) => (path.display().to_string(), input_file(path)?.1),
        None => ("generated".to_owned(), input_for(model)),
    };
    writeln!(streams.err, "input: {value} ({source})")?;
    Ok(value)
}

/// A context in a file, or as it is.
fn read_context(text: &str, streams: &Streams<'_>) -> Result<Context, Failure> {
    if text.trim_start().starts_with('{') {
        return context::read("--context", text);
    }
    let path = folder_join(&streams.folder, Path::new(text));
    let failed =
        |error: io::Error| Failure::Read { what: "context", path: path.clone(), reason: error.to_string() };
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    context::read(&path.display().to_string(), &text)
}

/// What comes in on the standard input.
fn standard_input() -> Result<Value, Failure> {
    let failed = |reason: String| Failure::Read { what: "input", path: PathBuf::from("-"), reason };
    let text = io::read_to_string(io::stdin()).map_err(|error| failed(error.to_string()))?;
    Value::parse(&text).map_err(|error| failed(error.to_string()))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value is JSON")
}
