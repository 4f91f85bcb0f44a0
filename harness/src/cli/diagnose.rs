//! `diagnose`: why a real execution failed, from its exported history.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{DiagnoseArgs, DiagnosisFormat};
use super::failure::Failure;
use super::permissions;
use super::selection::{folder_join, input};
use super::{ExitCode, Streams};
use crate::asl::{self, Machine};
use crate::campaign::{Rerun, rerun, still_fails};
use crate::case::{CaseFile, Expected};
use crate::config::Config;
use crate::diagnose::history::{self, Diagnosis, Ended, Recast, Subject, recast};
use crate::error::ErrorName;
use crate::history::Outcome;
use crate::history::import::{Export, Recording, read, recordings};
use crate::iam::RolePolicies;
use crate::load::{self, LoadOptions};
use crate::model::{Declarations, Model};
use crate::oracle::Severity;
use crate::report::{self, Diagnosed, Values};
use crate::value::Value;

pub(super) fn diagnose(
    program: &str,
    args: &DiagnoseArgs,
    streams: &mut Streams<'_>,
) -> Result<ExitCode, Failure> {
    let exports = args.histories.iter().map(|path| export(path, streams)).collect::<Result<Vec<_>, _>>()?;
    let chosen = chosen(recordings(exports)?, args.execution.as_deref())?;
    let definition = match &args.definition {
        Some(path) => Some(Definition::load(path, args, streams)?),
        None => None,
    };
    let given = match &args.input {
        Some(text) => Some(input(text, &streams.folder)?.1),
        None => None,
    };
    if args.save_case.is_some() && chosen.len() > 1 {
        let message = "--save-case: the files hold several executions; choose one with --execution";
        return Err(Failure::Usage(message.to_owned()));
    }
    let machine = definition.as_ref().map_or("", |definition| &*definition.model.machine.name);
    let role = permissions::given(&args.role, &streams.folder, &RolePolicies::default());
    let policy = role.grants(machine)?;
    let values = if args.show_values { Values::Shown } else { Values::Redacted };
    let mut diagnoses = Vec::new();
    for recording in &chosen {
        let model = definition.as_ref().map(|definition| &definition.model);
        let subject = Subject { recording, model, policy: policy.as_ref() };
        let mut diagnosis = history::diagnose(&subject);
        let replay = match &definition {
            Some(definition) => {
                let file = args.save_case.as_deref().map(|path| folder_join(&streams.folder, path));
                let case = replayed(definition, &subject, given.clone(), &mut diagnosis);
                let apart =
                    case.apart.as_deref().filter(|_| file.is_some() || is_worth_a_note(&subject, &diagnosis));
                diagnosis.notes.extend(apart.map(|reason| match file {
                    Some(_) => format!("The case is not saved, because a replay shows nothing: {reason}."),
                    None => format!("A replay ends another way: {reason}."),
                }));
                file.filter(|_| case.apart.is_none())
                    .map(|file| save(program, definition, &case, &file, values, &mut diagnosis))
                    .transpose()?
            }
            None => None,
        };
        diagnoses.push((diagnosis, replay));
    }
    let shown: Vec<Diagnosed<'_>> = diagnoses
        .iter()
        .map(|(diagnosis, replay)| Diagnosed {
            diagnosis,
            machine: definition.as_ref().map(|definition| &*definition.model.machine),
            replay: replay.clone(),
        })
        .collect();
    let format = match args.format {
        DiagnosisFormat::Text => report::DiagnosisFormat::Text(streams.out_colour),
        DiagnosisFormat::Json => report::DiagnosisFormat::Json,
        DiagnosisFormat::Markdown => report::DiagnosisFormat::Markdown,
    };
    report::diagnoses(&shown, format, streams.out)?;
    let codes = diagnoses.iter().map(|(diagnosis, _)| exit_code(diagnosis, args.fail_on));
    Ok(codes.fold(ExitCode::Clean, ExitCode::worst))
}

/// A failure is a finding; so is a risk that is severe enough. What the export does not tell is a doubt.
fn exit_code(diagnosis: &Diagnosis, fail_on: Severity) -> ExitCode {
    // Behind a success the risks say how bad what was caught is.
    let failed = diagnosis.root.is_some() && diagnosis.execution.status != Ended::Succeeded;
    if failed || diagnosis.risks.iter().any(|risk| risk.severity >= fail_on) {
        return ExitCode::Finding;
    }
    match diagnosis.execution.status {
        Ended::Succeeded => ExitCode::Clean,
        Ended::Running | Ended::Unknown | Ended::Failed | Ended::TimedOut | Ended::Aborted => {
            ExitCode::Inconclusive
        }
    }
}

fn export(path: &Path, streams: &Streams<'_>) -> Result<Export, Failure> {
    let failed = |error: std::io::Error| Failure::Read {
        what: "history",
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
    } else {
        bytes = std::fs::read(folder_join(&streams.folder, path)).map_err(failed)?;
    }
    let text = text(bytes).map_err(|reason| Failure::Read {
        what: "history",
        path: path.to_owned(),
        reason: reason.to_owned(),
    })?;
    Ok(read(&path.display().to_string(), &text)?)
}

/// The text of a file: UTF-8, or UTF-16 as PowerShell writes what is redirected with `>`.
fn text(bytes: Vec<u8>) -> Result<String, &'static str> {
    let wide = |from_bytes: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes[2..].chunks_exact(2).map(|pair| from_bytes([pair[0], pair[1]])).collect()
    };
    match &bytes[..] {
        [0x1f, 0x8b, ..] => Err("it is compressed with gzip; unpack it first (`gunzip`)"),
        [b'P', b'K', 3, 4, ..] => Err("it is a ZIP archive; unpack it first"),
        [0xff, 0xfe, ..] => String::from_utf16(&wide(u16::from_le_bytes)).map_err(|_| "it is no UTF-16"),
        [0xfe, 0xff, ..] => String::from_utf16(&wide(u16::from_be_bytes)).map_err(|_| "it is no UTF-16"),
        _ => String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8"),
    }
}

/// The execution that is asked for, or all of them.
fn chosen(all: Vec<Recording>, name: Option<&str>) -> Result<Vec<Recording>, Failure> {
    let Some(name) = name else { return Ok(all) };
    let is_meant = |recording: &Recording| {
        let described = recording.described.as_ref().and_then(|described| described.name.as_deref());
        let arn = recording.execution_arn.as_deref();
        arn.is_some_and(|arn| arn == name || arn.split(':').skip(7).any(|part| part == name))
            || described == Some(name)
    };
    let known: Vec<String> = all
        .iter()
        .filter_map(|recording| Some(recording.execution_arn.as_deref()?.splitn(8, ':').nth(7)?.to_owned()))
        .collect();
    let chosen: Vec<_> = all.into_iter().filter(is_meant).collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let near = crate::spelling::nearest(name, known.iter().map(String::as_str));
    let hint = match (near, known.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => "the files name no execution, leave --execution away".to_owned(),
        (None, false) => format!("there is {}", known.join(", ")),
    };
    Err(Failure::Usage(format!("--execution: no execution `{name}` in the files; {hint}")))
}

/// The definition that ran.
struct Definition {
    model: Model,
    /// What `chaos.toml` declares about its tasks.
    declarations: Declarations,
    /// As the user gave it.
    path: PathBuf,
}

impl Definition {
    fn load(path: &Path, args: &DiagnoseArgs, streams: &mut Streams<'_>) -> Result<Self, Failure> {
        let options = LoadOptions { substitutions: args.substitutions.iter().cloned().collect() };
        let mut found = load::definitions(&folder_join(&streams.folder, path), &options)?;
        if let Some(name) = &args.state_machine_name
            && found.len() > 1
        {
            found.retain(|definition| definition.name == *name);
        }
        let names: Vec<_> = found.iter().map(|definition| definition.name.clone()).collect();
        let (Some(definition), true) = (found.pop(), names.len() == 1) else {
            let path = path.display();
            let message =
                format!("choose one machine of {path} with --state-machine-name: {}", names.join(", "));
            return Err(Failure::Usage(message));
        };
        let compiled = asl::compile(&definition);
        let Some(machine) = compiled.machine else {
            write!(streams.err, "{}", asl::render(&compiled.problems, &definition.document))?;
            return Err(Failure::Usage(format!("AWS would refuse {}", definition.source.display())));
        };
        let declarations = Config::find(&streams.folder)?.declarations(&machine)?;
        let model = Model::new(Arc::new(machine)).declare(declarations.clone());
        Ok(Self { model, declarations, path: path.to_owned() })
    }

    fn machine(&self) -> &Machine {
        &self.model.machine
    }
}

/// The history in the simulator.
struct Case {
    recast: Recast,
    rerun: Rerun,
    expected: Expected,
    /// Why it does not end as the real execution did.
    apart: Option<String>,
}

/// Runs the history in the simulator. Where it ends as the real one did, the judges' findings go into the diagnosis.
fn replayed(
    definition: &Definition,
    subject: &Subject<'_>,
    input: Option<Value>,
    diagnosis: &mut Diagnosis,
) -> Case {
    let recast = recast(subject, &definition.model, input);
    let rerun = rerun(&recast, &definition.model.machine, definition.declarations.clone());
    let machine = definition.machine();
    let name = diagnosis.root.as_ref().and_then(|root| root.state.clone());
    let state = name.and_then(|name| machine.find(&name)).map(|state| state.path.to_string());
    let error = diagnosis.root.as_ref().and_then(|root| root.error.as_deref()).map(str::to_owned);
    let simulated = rerun.history.outcome.status();
    let (status, state, ended_with) = match diagnosis.execution.status {
        // An execution that waits ends in the simulator, when its longest time is over.
        Ended::Running | Ended::Unknown => {
            (simulated, state.or_else(|| waiting(diagnosis, machine)), simulated_error(&rerun))
        }
        ended => (ended.name(), state, diagnosis.execution.error.as_deref().map(str::to_owned)),
    };
    let expected = Expected::Failure { status: status.to_owned(), state, error, ended_with };
    let goes_on = matches!(diagnosis.execution.status, Ended::Running | Ended::Unknown)
        && rerun.history.outcome.status() == Ended::Succeeded.name();
    let same = still_fails(&rerun.history, machine, &expected) && !goes_on;
    if same {
        diagnosis.prove(&rerun.violations, machine);
    }
    let apart = (!same).then(|| apart(subject, diagnosis, &rerun, &recast));
    if same {
        diagnosis.notes.extend(recast.notes.iter().cloned());
    }
    Case { recast, rerun, expected, apart }
}

/// The state that an execution waits in.
fn waiting(diagnosis: &Diagnosis, machine: &Machine) -> Option<String> {
    let path = diagnosis.risks.iter().find(|risk| risk.severity >= Severity::Medium)?.path.as_deref()?;
    machine.find(path.rsplit('/').next()?).map(|state| state.path.to_string())
}

/// The error that the simulator ends with.
fn simulated_error(rerun: &Rerun) -> Option<String> {
    match &rerun.history.outcome {
        Outcome::Failed { error, .. } => error.as_deref().map(str::to_owned),
        _ => None,
    }
}

/// A definition that is another one has a note of its own.
fn is_worth_a_note(subject: &Subject<'_>, diagnosis: &Diagnosis) -> bool {
    diagnosis.root.is_some() && history::foreign_states(subject).is_empty()
}

/// Why the simulator does not end as the history did.
fn apart(subject: &Subject<'_>, diagnosis: &Diagnosis, rerun: &Rerun, recast: &Recast) -> String {
    let is = |name: &str| diagnosis.root.as_ref().is_some_and(|root| root.error.as_deref() == Some(name));
    if !history::foreign_states(subject).is_empty() {
        return "another definition ran".to_owned();
    }
    if let Some(map) = history::child_of_map(subject) {
        return format!(
            "this is a child execution of the distributed Map `{map}`, and a replay runs the whole definition; give its \
             `ItemProcessor` as a definition of its own"
        );
    }
    if is(ErrorName::THRESHOLD) {
        return "the failures are in child executions, whose answers this export does not hold".to_owned();
    }
    if diagnosis.root.is_none() && rerun.history.outcome.status() == Ended::Succeeded.name() {
        return "nothing has failed so far, and with the answers so far the simulator ends as SUCCEEDED"
            .to_owned();
    }
    if !subject.recording.gaps.is_empty() {
        return "events are missing in the export".to_owned();
    }
    if let Outcome::Unknown(unknown) = &rerun.history.outcome {
        return format!("the simulator does not know how it goes on ({unknown})");
    }
    if matches!(diagnosis.execution.status, Ended::Unknown) {
        return "the export does not tell how the execution ended".to_owned();
    }
    let made_up = if recast.notes.is_empty() { "" } else { ", perhaps for what had to be made up" };
    format!(
        "with this definition and these answers the simulator ends as {}{made_up}; another definition may have run",
        rerun.history.outcome.status()
    )
}

/// Writes the case, without values unless they are shown, and says how it is run again.
fn save(
    program: &str,
    definition: &Definition,
    case: &Case,
    path: &Path,
    values: Values,
    diagnosis: &mut Diagnosis,
) -> Result<String, Failure> {
    let machine = definition.machine();
    let source = definition.path.display().to_string();
    let whole = CaseFile::recorded(&case.recast, machine, &source, case.expected.clone());
    let file = match values {
        Values::Shown => whole,
        Values::Redacted => whole.redacted(machine),
    };
    if values == Values::Redacted {
        let again = Recast { scenario: file.scenario.clone(), ..case.recast.clone() };
        let again = rerun(&again, &definition.model.machine, definition.declarations.clone());
        if again.history.outcome.status() != case.rerun.history.outcome.status() {
            diagnosis.notes.push(
                "Without its values the saved case takes another way; save it with --show-values.".to_owned(),
            );
        }
    }
    file.save(path).map_err(|error| Failure::Save { path: path.to_owned(), error })?;
    Ok(format!("{program} chaos replay {}", path.display()))
}
