//! `parity`: the cases on our own TestState and on another one, and each disagreement.

use std::path::Path;
use std::sync::Arc;

use super::args::Format;
use super::backend::Performed;
use super::failure::Failure;
use super::parity_args::ParityArgs;
use super::permissions;
use super::progress::Line;
use super::selection::{Target, folder_join, select, tell_remarks};
use super::settings::every_core;
use super::{ExitCode, Streams};
use crate::asl;
use crate::campaign::Campaign;
use crate::config::Config;
use crate::fault::Plan;
use crate::generate::Examples;
use crate::iam;
use crate::mock::file::MockProblem;
use crate::model::Model;
use crate::parity::record::{Origin, records};
use crate::parity::{Cases, MachineParity, cases, compare, one_case};
use crate::report::{ParityReport, Values, counted};
use crate::search::Arena;
use crate::sim::{Limits, Start};
use crate::walk::{Backend, Executor};

/// Cases of a machine unless the call says otherwise.
pub(super) const CASES: usize = 60;

/// Events of a case; a poll that goes on for ever need not be asked about for ever.
const EVENTS_MAX: u32 = 2_000;

pub(super) fn parity(args: &ParityArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    if args.backend.backend() == Backend::Simulator {
        let why = "parity compares the simulator with a TestState: `--backend test-state` (AWS, the default) or \
                   `--backend offline-test-state` (this program's own)";
        return Err(Failure::Usage(why.to_owned()));
    }
    let config = Config::find(&streams.folder)?;
    let targets = select(&args.selection, &config, &streams.folder)?;
    if args.faults.is_some() && targets.len() > 1 {
        return Err(Failure::Usage("`--faults` is about one machine; name one definition".to_owned()));
    }
    let (mut subjects, mut remarks, mut worst) = (Vec::new(), Vec::new(), ExitCode::Clean);
    for target in targets {
        match subject(target, args, &config, &mut remarks, streams)? {
            Some(subject) => subjects.push(subject),
            None => worst = ExitCode::Usage,
        }
    }
    tell_remarks(&remarks, streams)?;
    if subjects.is_empty() {
        return Ok(worst);
    }
    let performed =
        args.backend.perform(streams, &mut |executor, _, streams| compared(&subjects, executor, streams))?;
    let (found, code) = match performed {
        Performed::Done(found, code) => (found, code),
        Performed::Planned => return Ok(worst),
    };
    if let Some(folder) = &args.save_cases {
        save(&found, &folder_join(&streams.folder, folder), &theirs(args), streams)?;
    }
    let values = if args.show_values { Values::Shown } else { Values::Redacted };
    let report = ParityReport { theirs: theirs(args), values };
    match args.format {
        Format::Human => report.human(&found, streams.out)?,
        Format::Json => report.json(&found, streams.out)?,
    }
    Ok(worst.worst(code).worst(exit_code(&found)))
}

/// A machine with its cases; none if AWS would refuse its definition, which is told.
fn subject(
    target: Target,
    args: &ParityArgs,
    config: &Config,
    remarks: &mut Vec<MockProblem>,
    streams: &mut Streams<'_>,
) -> Result<Option<(Arena, Cases)>, Failure> {
    let mocks = target.scripts()?;
    remarks.extend(mocks.remarks);
    let role = permissions::given(&args.role, &streams.folder, &target.role);
    let permissions = iam::lacking(&target.definition, &target.path, &target.substitutions, &role)?;
    let Target { definition, compiled, inputs, machine_type, intents, .. } = target;
    let Some(machine) = compiled.machine else {
        write!(streams.err, "{}", asl::render(&compiled.problems, &definition.document))?;
        writeln!(streams.err, "error: AWS would refuse {}", definition.source.display())?;
        return Ok(None);
    };
    let mut declarations = config.declarations(&machine)?;
    for intents in &intents {
        declarations.intents.extend(intents.of(&machine, false)?);
    }
    let plan = match &args.faults {
        Some(text) => Some(Plan::parse(text, &machine).map_err(|error| Failure::Usage(error.to_string()))?),
        None => None,
    };
    let denied = permissions.map(|(audit, _)| audit.denied()).unwrap_or_default();
    let model = Model::new(Arc::new(machine)).under(config.rules).declare(declarations).denying(denied);
    let arena = Arena {
        model: Arc::new(model),
        machine_type,
        seed: args.seed.unwrap_or(Campaign::SEED),
        start: Start::default(),
        limits: Limits { events_max: EVENTS_MAX, ..Limits::default() },
        oracles: Vec::new(),
        executor: Executor::simulator(),
    };
    let examples = Examples { inputs, scripts: mocks.scripts };
    let cases = match &plan {
        Some(plan) => one_case(&arena, &examples, plan),
        None => cases(&arena, &examples, args.cases),
    };
    Ok(Some((arena, cases)))
}

/// Every machine, one after the other.
fn compared(
    subjects: &[(Arena, Cases)],
    executor: &Executor,
    streams: &mut Streams<'_>,
) -> Result<Vec<MachineParity>, Failure> {
    let Some(ask) = executor.asked() else { return Ok(Vec::new()) };
    let (mut line, mut found) = (Line::new(subjects.len()), Vec::new());
    for (arena, cases) in subjects {
        let machine = &arena.model.machine;
        line.show(&machine.name, Path::new(&machine.document.file.name), streams)?;
        found.push(compare(arena, cases, ask, every_core()));
    }
    Line::clear(streams)?;
    Ok(found)
}

/// Who is compared with.
fn theirs(args: &ParityArgs) -> String {
    let name = args.backend.backend().name();
    match &args.backend.aws.endpoint_url {
        Some(endpoint) => format!("{name} at {}", endpoint.url()),
        None => name.to_owned(),
    }
}

/// Writes the exchanges that show disagreements: as cases of conformance, and the requests as they were sent.
fn save(
    found: &[MachineParity],
    folder: &Path,
    theirs: &str,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let origin = Origin { source: format!("parity with {theirs}"), recorded: now() };
    let mut count = 0;
    for record in found.iter().flat_map(|parity| records(parity, &origin)) {
        for (below, value) in [("test_state", &record.case), ("requests", &record.request)] {
            let folder = folder.join(below);
            std::fs::create_dir_all(&folder)?;
            let text = serde_json::to_string_pretty(value).expect("values are JSON");
            std::fs::write(folder.join(format!("{}.json", record.id)), format!("{text}\n"))?;
        }
        count += 1;
    }
    let exchanges = counted(count, "exchange");
    writeln!(streams.err, "note: {exchanges} written below {}, with all their values", folder.display())?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a record says when it was made")]
fn now() -> String {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    now.strftime("%d-%m-%Y, %H:%M:%S").to_string()
}

/// What was found counts, then what had no answer, then whether there was anything to compare.
fn exit_code(found: &[MachineParity]) -> ExitCode {
    if found.iter().any(|parity| !parity.disagreements.is_empty()) {
        return ExitCode::Finding;
    }
    let unanswered = found.iter().any(|parity| parity.unanswered > 0);
    let nothing = found.iter().all(|parity| parity.requests == 0);
    if unanswered || nothing { ExitCode::Inconclusive } else { ExitCode::Clean }
}
