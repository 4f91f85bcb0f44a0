//! `diagnose`: why a real execution failed, from its exported history.

use std::path::Path;
use std::sync::Arc;

use super::args::{DiagnoseArgs, DiagnosisFormat};
use super::failure::Failure;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::asl;
use crate::diagnose::history::{self, Diagnosis, Ended, Subject};
use crate::history::import::{Export, Recording, read, recordings};
use crate::load::{self, Definition, LoadOptions};
use crate::model::Model;
use crate::oracle::Severity;
use crate::report::{self, Diagnosed, Values};

pub(super) fn diagnose(args: &DiagnoseArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let exports = args.histories.iter().map(|path| export(path, streams)).collect::<Result<Vec<_>, _>>()?;
    let chosen = chosen(recordings(exports)?, args.execution.as_deref())?;
    let model = match &args.definition {
        Some(path) => Some(model(path, args, streams)?),
        None => None,
    };
    let diagnoses: Vec<Diagnosis> = chosen
        .iter()
        .map(|recording| {
            history::diagnose(&Subject {
                recording,
                model: model.as_ref().map(|(model, _)| model),
                policy: None,
            })
        })
        .collect();
    let shown: Vec<Diagnosed<'_>> = diagnoses
        .iter()
        .map(|diagnosis| Diagnosed {
            diagnosis,
            machine: model.as_ref().map(|(model, _)| &*model.machine),
            values: if args.show_values { Values::Shown } else { Values::Redacted },
            replay: None,
        })
        .collect();
    let format = match args.format {
        DiagnosisFormat::Text => report::DiagnosisFormat::Text(streams.out_colour),
        DiagnosisFormat::Json => report::DiagnosisFormat::Json,
        DiagnosisFormat::Markdown => report::DiagnosisFormat::Markdown,
    };
    report::diagnoses(&shown, format, streams.out)?;
    let codes = diagnoses.iter().map(|diagnosis| exit_code(diagnosis, args.fail_on));
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
    let text = if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(failed)?
    } else {
        std::fs::read_to_string(folder_join(&streams.folder, path)).map_err(failed)?
    };
    Ok(read(&path.display().to_string(), &text)?)
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
    let near = crate::config::nearest(name, known.iter().map(String::as_str));
    let hint = match (near, known.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => "the files name no execution, leave --execution away".to_owned(),
        (None, false) => format!("there is {}", known.join(", ")),
    };
    Err(Failure::Usage(format!("--execution: no execution `{name}` in the files; {hint}")))
}

/// The definition that ran, compiled.
fn model(
    path: &Path,
    args: &DiagnoseArgs,
    streams: &mut Streams<'_>,
) -> Result<(Model, Definition), Failure> {
    let options = LoadOptions { substitutions: args.substitutions.iter().cloned().collect() };
    let mut found = load::definitions(&folder_join(&streams.folder, path), &options)?;
    if let Some(name) = &args.state_machine_name
        && found.len() > 1
    {
        found.retain(|definition| definition.name == *name);
    }
    let names: Vec<_> = found.iter().map(|definition| definition.name.clone()).collect();
    let (Some(definition), true) = (found.pop(), names.len() == 1) else {
        let names = names.join(", ");
        return Err(Failure::Usage(format!(
            "choose one machine of {} with --state-machine-name: {names}",
            path.display()
        )));
    };
    let compiled = asl::compile(&definition);
    let Some(machine) = compiled.machine else {
        write!(streams.err, "{}", asl::render(&compiled.problems, &definition.document))?;
        return Err(Failure::Usage(format!("AWS would refuse {}", definition.source.display())));
    };
    Ok((Model::new(Arc::new(machine)), definition))
}
