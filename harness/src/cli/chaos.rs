//! `chaos`: a campaign against every selected machine, one report, one exit code.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::accepting::Accepting;
use super::args::{ChaosArgs, Format};
use super::backend::{Act, Performed};
use super::failure::Failure;
use super::patching::Patching;
use super::permissions;
use super::progress::Line;
use super::selection::{Target, folder_join, select, tell_remarks};
use super::settings::Settings;
use super::{ExitCode, Streams, saving};
use crate::campaign::{Campaign, Coverage, MachineOutcome, MachineVerdict, Outcome, prove};
use crate::config::Config;
use crate::iam::{self, RolePolicies};
use crate::mock::file::MockProblem;
use crate::oracle::Severity;
use crate::report::{Console, Json, Reporter};
use crate::spelling::nearest;
use crate::walk::Executor;

pub(super) fn chaos(program: &str, args: &ChaosArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let config = Config::find(&streams.folder)?;
    let profile = config.profile(args.selection.profile.as_deref())?;
    check_action(&args.selection.paths, &streams.folder)?;
    let targets = select(&args.selection, &config, &streams.folder)?;
    let settings =
        Settings::new(&args.selection, &args.role, &args.search, &args.output, profile, config.rules);
    let accepting = Accepting::new(&args.search, streams)?;
    let patching = Patching::new(&args.search.patching, targets.len(), streams)?;
    tell_idle(&config, &args.selection.paths, &targets, streams)?;
    // Whoever rehearses needs them twice.
    let mut selected = Some(targets);
    let performed = args.backend.perform(streams, &mut |executor, act, streams| {
        let targets = match selected.take() {
            Some(targets) => targets,
            None => select(&args.selection, &config, &streams.folder)?,
        };
        let patching = patching.as_ref().filter(|_| act == Act::Performance);
        searched(targets, args, &config, &settings, executor, patching, streams)
    })?;
    let (mut outcome, code) = match performed {
        Performed::Done(outcome, code) => (outcome, code),
        Performed::Planned => return Ok(ExitCode::Clean),
    };
    accepting.apply(&mut outcome, &config, &settings, args.selection.paths.is_empty(), streams)?;
    if let Some(folder) = &settings.save_cases {
        saving::save(&outcome, &folder_join(&streams.folder, folder), settings.values)?;
    }
    report(program, &outcome, &settings, streams)?;
    Ok(exit_code(&outcome.machines, settings.fail_on).worst(code))
}

/// Every machine, one after the other.
fn searched(
    targets: Vec<Target>,
    args: &ChaosArgs,
    config: &Config,
    settings: &Settings,
    executor: &Executor,
    patching: Option<&Patching>,
    streams: &mut Streams<'_>,
) -> Result<Outcome, Failure> {
    let (mut line, mut remarks, mut machines) = (Line::new(targets.len()), Vec::new(), Vec::new());
    for target in targets {
        line.show(&target.definition.name, &target.definition.source, streams)?;
        let role = permissions::given(&args.role, &streams.folder, &target.role);
        let (campaign, mut found) = machine(target, config, &role, settings, executor, &mut remarks)?;
        if let Some(campaign) = &campaign {
            if let Some(patching) = patching {
                patching.write(campaign, &found, streams)?;
            }
            if settings.prove_fixes {
                prove(campaign, &mut found);
            }
        }
        machines.push(found);
    }
    Line::clear(streams)?;
    tell_remarks(&remarks, streams)?;
    let stopped_because = stopped_because(&machines);
    Ok(Outcome { seed: settings.seed, machines, stopped_because, stale: Vec::new() })
}

/// A declaration that fits nothing is a slip, or left over. Where some machines were chosen, it may be for the others.
fn tell_idle(
    config: &Config,
    paths: &[PathBuf],
    targets: &[Target],
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    if !paths.is_empty() {
        return Ok(());
    }
    let machines: Vec<_> = targets.iter().filter_map(|target| target.compiled.machine.as_ref()).collect();
    for idle in config.idle_declarations(&machines) {
        writeln!(streams.err, "note: {idle}")?;
    }
    Ok(())
}

/// A first word that is no file may be one of the commands below `chaos`, misspelt.
fn check_action(paths: &[PathBuf], folder: &Path) -> Result<(), Failure> {
    let Some(first) = paths.first().filter(|path| !folder_join(folder, path).exists()) else { return Ok(()) };
    let word = first.display().to_string();
    match nearest(&word, ["list", "replay", "doctor"]) {
        Some(action) => Err(Failure::Usage(format!(
            "there is neither a file nor a command below `chaos` named `{word}`; did you mean `chaos {action}`?"
        ))),
        None => Ok(()),
    }
}

/// One machine, or what keeps it from being one; and the campaign that found it.
fn machine(
    target: Target,
    config: &Config,
    role: &RolePolicies,
    settings: &Settings,
    executor: &Executor,
    remarks: &mut Vec<MockProblem>,
) -> Result<(Option<Campaign>, MachineOutcome), Failure> {
    let mocks = target.scripts()?;
    let permissions = iam::lacking(&target.definition, &target.path, &target.substitutions, role)?;
    remarks.extend(mocks.remarks);
    let Target { definition, compiled, inputs, machine_type, intents, .. } = target;
    let source = definition.source.display().to_string();
    let Some(machine) = compiled.machine else {
        let refused = MachineOutcome {
            name: definition.name,
            source,
            verdict: MachineVerdict::Invalid,
            machine: None,
            problems: compiled.problems,
            phases: Vec::new(),
            coverage: Coverage::default(),
            findings: Vec::new(),
            warnings: Vec::new(),
            advice: Vec::new(),
            rules: Vec::new(),
            intents: Vec::new(),
            unknowns: Vec::new(),
            assumptions: Vec::new(),
            baselines: Vec::new(),
            stopped_because: "AWS would refuse the definition".to_owned(),
        };
        return Ok((None, refused));
    };
    let logs_off = definition.packaging.logs_off;
    let mut declarations = config.declarations(&machine)?;
    for intents in &intents {
        declarations.intents.extend(intents.of(&machine, false)?);
    }
    let (denied, undecided) = match &permissions {
        Some((audit, survey)) => (audit.denied(), iam::undecided(audit, survey)),
        None => Default::default(),
    };
    let campaign = Campaign::new(Arc::new(machine))
        .declarations(declarations)
        .source(source)
        .problems(compiled.problems)
        .machine_type(machine_type)
        .inputs(inputs)
        .mocks(mocks.scripts)
        .seed(settings.seed)
        .threads(settings.threads)
        .budget(settings.budget)
        .executor(executor.clone())
        .phases(&settings.phases)
        .rules(&settings.rules)
        .advice(&settings.advice)
        .logs_off(logs_off)
        .contested(settings.contested)
        .permissions(denied, undecided);
    let outcome = campaign.clone().run();
    Ok((Some(campaign), outcome))
}

fn report(
    program: &str,
    outcome: &Outcome,
    settings: &Settings,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let json = Json { values: settings.values, replay: settings.replay.clone() };
    let console = Console {
        program: program.to_owned(),
        values: settings.values,
        detail: settings.detail,
        colour: streams.out_colour,
        fail_on: settings.fail_on,
        replay: settings.replay.clone(),
    };
    let reporter: &dyn Reporter = match settings.format {
        Format::Json => &json,
        Format::Human => &console,
    };
    Ok(reporter.report(outcome, streams.out)?)
}

/// What the searches have in common, or how many stopped for which reason.
fn stopped_because(machines: &[MachineOutcome]) -> String {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for machine in machines {
        match reasons.iter_mut().find(|(reason, _)| *reason == machine.stopped_because) {
            Some((_, count)) => *count += 1,
            None => reasons.push((&machine.stopped_because, 1)),
        }
    }
    if let [(reason, _)] = reasons.as_slice() {
        return (*reason).to_owned();
    }
    let of = machines.len();
    let parts: Vec<_> =
        reasons.iter().map(|(reason, count)| format!("{reason} ({count} of {of} machines)")).collect();
    parts.join("; ")
}

fn exit_code(machines: &[MachineOutcome], fail_on: Severity) -> ExitCode {
    machines.iter().map(|machine| exit_code_of(machine, fail_on)).fold(ExitCode::Clean, ExitCode::worst)
}

/// Warnings have no proof, so they never fail a build.
fn exit_code_of(machine: &MachineOutcome, fail_on: Severity) -> ExitCode {
    match machine.verdict {
        MachineVerdict::Invalid => ExitCode::Usage,
        MachineVerdict::BaselineFailed => ExitCode::BaselineFailed,
        MachineVerdict::Unknown => ExitCode::Inconclusive,
        MachineVerdict::Clean | MachineVerdict::Violated => {
            let counts = machine
                .findings
                .iter()
                .any(|finding| finding.counts() && finding.violation.severity >= fail_on);
            if counts { ExitCode::Finding } else { ExitCode::Clean }
        }
    }
}
