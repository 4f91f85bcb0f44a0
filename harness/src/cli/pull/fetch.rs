//! `pull` with AWS: what is fetched, written and said.

use tokio::runtime::Runtime;

use super::args::{DefinitionArgs, ExecutionArgs, IntoArgs, PoliciesArgs, PullAction, PullArgs};
use super::files::{Files, safe};
use super::next::{command, description, history, shown};
use crate::aws::pull::{
    self, Execution, ExecutionArn, Kind, Machine, MachineArn, Named, Role, Unpulled, WrongArn,
};
use crate::aws::{self, Cleared, Environment};
use crate::cli::access_aws::flags;
use crate::cli::failure::Failure;
use crate::cli::{ExitCode, Streams};
use crate::history::redacted::{Quotes, Redaction};
use crate::report::counted;

pub(in crate::cli) fn pull(
    program: &str,
    args: &PullArgs,
    streams: &mut Streams<'_>,
) -> Result<ExitCode, Failure> {
    match &args.action {
        PullAction::Definition(args) => definition(program, args, streams),
        PullAction::Execution(args) => execution(program, args, streams),
        PullAction::Policies(args) => policies(program, args, streams),
    }
}

fn definition(program: &str, args: &DefinitionArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let named = Named::parse_machine(&args.machine)?;
    let region = region_of(&named);
    let runtime = runtime()?;
    let machines = runtime.block_on(async {
        let cleared = clear(&args.into, region, streams).await?;
        Ok::<_, Failure>(pull::machines(&cleared, &named).await?)
    })?;
    let mut files = Files::new(&args.into, &streams.folder);
    let written: Vec<Written> = machines.iter().map(|machine| Written::add(&mut files, machine)).collect();
    files.write()?;
    for (machine, written) in machines.iter().zip(&written) {
        written.tell(machine, streams)?;
    }
    for (machine, written) in machines.iter().zip(&written) {
        writeln!(streams.out, "next   {}", command(program, ["chaos", &written.definition]))?;
        if let Some(role) = machine.role_arn() {
            writeln!(streams.out, "       {}", command(program, ["pull", "policies", role]))?;
        }
    }
    Ok(ExitCode::Clean)
}

fn execution(program: &str, args: &ExecutionArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let arn = ExecutionArn::parse(&args.execution)?;
    let stem = safe(&arn.name);
    let runtime = runtime()?;
    let found = runtime.block_on(async {
        let cleared = clear(&args.into, Some(arn.account_and_region().1), streams).await?;
        Ok::<_, Failure>(pull::execution(&cleared, &arn, &stem).await?)
    })?;
    let Execution { mut events, mut described, machine } = found.clone();
    let mut quotes = Quotes::default();
    if !args.show_values {
        let definition = machine.as_ref().ok().map(|machine| machine.definition.as_str());
        events.push(described);
        (events, quotes) = Redaction::new(definition).redacted(&events);
        described = events.pop().unwrap_or_default();
    }
    let is_redacted = !args.show_values;
    let mut files = Files::new(&args.into, &streams.folder);
    let of_history = shown(&files.add(&stem, "history.json", history(&events, is_redacted)));
    let of_execution = shown(&files.add(&stem, "execution.json", description(&described, is_redacted)));
    let written = machine.as_ref().ok().map(|machine| Written::add(&mut files, machine));
    files.write()?;
    let values = if is_redacted { "values redacted" } else { "with all values" };
    let count = counted(events.len() as u64, "event");
    writeln!(streams.out, "wrote  {of_history} ({}, {count}, {values})", found.status())?;
    writeln!(streams.out, "wrote  {of_execution} ({values})")?;
    if let (Ok(machine), Some(written)) = (&machine, &written) {
        written.tell(machine, streams)?;
    }
    let mut words = vec!["diagnose", &of_history, &of_execution];
    words.extend(written.iter().flat_map(|written| ["--definition", &written.definition]));
    writeln!(streams.out, "next   {}", command(program, words))?;
    remarks(&found, quotes, streams)?;
    match &machine {
        Ok(_) => Ok(ExitCode::Clean),
        Err(why) => {
            writeln!(streams.err, "warning: the definition that ran is not fetched: {why}")?;
            Ok(ExitCode::Inconclusive)
        }
    }
}

/// What the files do not hold, or hold though one may not expect it.
fn remarks(found: &Execution, Quotes(quotes): Quotes, streams: &mut Streams<'_>) -> Result<(), Failure> {
    if quotes > 0 {
        let texts = counted(quotes as u64, "text");
        writeln!(
            streams.err,
            "note: {texts} under `error` and `cause` quote values that are redacted elsewhere; they are written as AWS has \
             them, because the diagnosis is made of them: look at them before you pass the files on"
        )?;
    }
    if found.redrives() > 0 {
        let times = counted(found.redrives().unsigned_abs(), "time");
        writeln!(
            streams.err,
            "note: it was redriven {times}; the history holds all of it, and so does the diagnosis"
        )?;
    }
    for run in found.map_runs() {
        writeln!(
            streams.err,
            "note: the items of a distributed Map are executions of their own; `aws stepfunctions list-executions \
             --map-run-arn {run} --status-filter FAILED` lists those that failed, `pull execution` fetches one"
        )?;
    }
    Ok(())
}

fn policies(program: &str, args: &PoliciesArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let role = args.role.as_deref().map(Named::parse_role).transpose()?;
    let of = args.machine.as_deref().map(Named::parse_machine).transpose()?;
    let region = of.as_ref().and_then(region_of);
    let runtime = runtime()?;
    let (role, place) = runtime.block_on(async {
        let cleared = clear(&args.into, region, streams).await?;
        let role = pull::role(&cleared, role.as_ref(), of.as_ref()).await?;
        let place = [cleared.settings().region.value.clone(), cleared.account().to_string()];
        Ok::<_, Failure>((role, place))
    })?;
    let role = role.ok_or_else(|| Failure::Usage("the machine names no role".to_owned()))?;
    let mut files = Files::new(&args.into, &streams.folder);
    let paths: Vec<String> = role
        .documents
        .iter()
        .map(|document| {
            let stem = format!("{}.{}.{}", role.name, document.kind.name(), document.name);
            shown(&files.add(&stem, "policy.json", with_newline(&document.text)))
        })
        .collect();
    files.write()?;
    for (document, path) in role.documents.iter().zip(&paths) {
        writeln!(streams.out, "wrote  {path} ({} policy of {})", document.kind.name(), role.name)?;
    }
    let definition = match &of {
        Some(Named::Arn(MachineArn { name, .. }) | Named::Name(name)) => {
            let name = format!("{}.asl.json", safe(name));
            if args.into.out.as_os_str() == "." { name } else { shown(&args.into.out.join(name)) }
        }
        None => "DEF".to_owned(),
    };
    tell_audit(program, &role, &paths, &definition, &place, streams)
}

/// Says how the policies are held against the calls of a definition.
fn tell_audit(
    program: &str,
    role: &Role,
    paths: &[String],
    definition: &str,
    [region, account]: &[String; 2],
    streams: &mut Streams<'_>,
) -> Result<ExitCode, Failure> {
    let grants = role.documents.iter().filter(|document| document.kind != Kind::Boundary).count();
    if grants == 0 {
        writeln!(streams.err, "note: {} has no policy that allows anything", role.name)?;
        return Ok(ExitCode::Clean);
    }
    let mut words = vec!["iam", definition];
    for (document, path) in role.documents.iter().zip(paths) {
        words.extend([if document.kind == Kind::Boundary { "--boundary" } else { "--policy" }, path]);
    }
    words.extend(["--region", region, "--account", account]);
    writeln!(streams.out, "next   {}", command(program, words))?;
    Ok(ExitCode::Clean)
}

/// The files of a definition.
struct Written {
    definition: String,
    described: String,
}

impl Written {
    fn add(files: &mut Files<'_>, machine: &Machine) -> Self {
        let definition = files.add(&machine.name, "asl.json", machine.definition.clone());
        let described = files.add(&machine.name, "described.json", description(&machine.described, false));
        Self { definition: shown(&definition), described: shown(&described) }
    }

    fn tell(&self, machine: &Machine, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let bytes = machine.definition.len();
        writeln!(streams.out, "wrote  {} ({bytes} bytes, as AWS has it)", self.definition)?;
        let kind = if machine.is_express() { "an Express workflow" } else { "a Standard workflow" };
        writeln!(
            streams.out,
            "wrote  {} (that it is {kind}, its role, logging and tracing)",
            self.described
        )?;
        Ok(())
    }
}

fn with_newline(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// The region of an ARN is the one to call, unless another is asked for.
fn region_of(named: &Named<MachineArn>) -> Option<&str> {
    match named {
        Named::Arn(arn) => Some(arn.account_and_region().1),
        Named::Name(_) => None,
    }
}

fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// No call but through the guard.
async fn clear(into: &IntoArgs, region: Option<&str>, streams: &Streams<'_>) -> Result<Cleared, Failure> {
    let mut flags = flags(&into.aws);
    flags.region = flags.region.or_else(|| region.map(str::to_owned));
    let cleared = aws::clear(&streams.folder, &flags, &Environment::of_process()).await;
    cleared.map_err(|refusal| Failure::Usage(refusal.to_string()))
}

impl From<WrongArn> for Failure {
    fn from(wrong: WrongArn) -> Self {
        Self::Usage(wrong.to_string())
    }
}

impl From<Unpulled> for Failure {
    fn from(why: Unpulled) -> Self {
        if why.is_unanswered() { Self::Unanswered(why.to_string()) } else { Self::Usage(why.to_string()) }
    }
}
