//! `iam`: the policies that state machines need.

use std::collections::BTreeMap;

use super::args::{IamArgs, PolicyFormat};
use super::failure::Failure;
use super::permissions;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::asl::{self, Machine};
use crate::iam::policy::{Audit, audit};
use crate::iam::{self, Document, Glob, RolePolicies, Settings, Survey};
use crate::load::{self, Definition, LoadOptions};
use crate::report::{Permissions, RoleReport, missing_policy, permissions_json, policy, role_json};

/// One machine and what it needs.
struct Found {
    definition: Definition,
    machine: Machine,
    survey: Survey,
    documents: Vec<Document>,
}

pub(super) fn iam(args: &IamArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    if !args.role.policies.is_empty() || args.role.boundary.is_some() {
        return role(args, streams);
    }
    let mut code = ExitCode::Clean;
    let mut found = Vec::new();
    for definition in definitions(args, streams)? {
        let Some(machine) = compiled(&definition, streams)? else {
            code = ExitCode::Usage;
            continue;
        };
        let survey = iam::survey(&machine, &settings(args, &definition));
        if !survey.unknown.is_empty() {
            code = code.worst(ExitCode::Inconclusive);
        }
        let documents = iam::documents(&machine, &survey);
        found.push(Found { definition, machine, survey, documents });
    }
    print(args, &found, streams)?;
    Ok(code)
}

/// Holds the policies of the role against what each machine needs.
fn role(args: &IamArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let policies = permissions::given(&args.role, &streams.folder, &RolePolicies::default());
    let mut code = ExitCode::Clean;
    let mut found = Vec::new();
    for definition in definitions(args, streams)? {
        let Some(grants) = policies.grants(&definition.name)? else { continue };
        let Some(machine) = compiled(&definition, streams)? else {
            code = ExitCode::Usage;
            continue;
        };
        let survey = iam::survey(&machine, &settings(args, &definition));
        let audit = audit(&survey, &grants);
        code = code.worst(code_of(&audit, &survey));
        found.push((definition, machine, survey, audit));
    }
    let reports: Vec<RoleReport<'_>> = found
        .iter()
        .map(|(definition, machine, survey, audit)| RoleReport {
            machine,
            name: &definition.name,
            source: definition.source.display().to_string(),
            survey,
            audit,
        })
        .collect();
    match (args.format, &reports[..]) {
        (PolicyFormat::Json, _) => writeln!(streams.out, "{}", role_json(&reports))?,
        (PolicyFormat::Human, _) => {
            let texts: Vec<String> = reports.iter().map(RoleReport::text).collect();
            write!(streams.out, "{}", texts.join("\n"))?;
        }
        (PolicyFormat::Policy, [only]) => {
            let policy = missing_policy(only.audit);
            let text = serde_json::to_string_pretty(&policy).expect("a policy has only text and lists");
            writeln!(streams.out, "{text}")?;
        }
        (PolicyFormat::Policy, several) => {
            let message = format!(
                "--format policy prints one policy and there are {}; choose one with --state-machine-name",
                several.len()
            );
            return Err(Failure::Usage(message));
        }
    }
    Ok(code)
}

/// A permission that is surely missing is a finding; what nobody can decide is a doubt.
fn code_of(audit: &Audit, survey: &Survey) -> ExitCode {
    if audit.missing.iter().any(|gap| gap.certain) {
        return ExitCode::Finding;
    }
    let open = !audit.missing.is_empty() || !audit.undecided.is_empty() || !survey.unknown.is_empty();
    if open { ExitCode::Inconclusive } else { ExitCode::Clean }
}

/// The machine of a definition; its problems are printed where AWS would refuse it.
fn compiled(definition: &Definition, streams: &mut Streams<'_>) -> Result<Option<Machine>, Failure> {
    let compiled = asl::compile(definition);
    if compiled.machine.is_none() {
        write!(streams.err, "{}", asl::render(&compiled.problems, &definition.document))?;
        writeln!(streams.err, "error: AWS would refuse `{}`", definition.name)?;
    }
    Ok(compiled.machine)
}

/// The definitions of the command line; where there are several and one is named, that one.
fn definitions(args: &IamArgs, streams: &Streams<'_>) -> Result<Vec<Definition>, Failure> {
    let options = LoadOptions { substitutions: substitutions(args) };
    let mut all = Vec::new();
    for path in &args.paths {
        all.extend(load::definitions(&folder_join(&streams.folder, path), &options)?);
    }
    let Some(name) = args.state_machine_name.as_ref().filter(|_| all.len() > 1) else { return Ok(all) };
    let names: Vec<_> = all.iter().map(|definition| definition.name.clone()).collect();
    all.retain(|definition| definition.name == *name);
    if all.is_empty() {
        let message = format!("--state-machine-name: no machine `{name}`; there is {}", names.join(", "));
        return Err(Failure::Usage(message));
    }
    Ok(all)
}

/// Pseudo parameters stay visible where they are not given.
fn substitutions(args: &IamArgs) -> BTreeMap<String, String> {
    let given = [
        ("AWS::Partition", &args.partition),
        ("AWS::Region", &args.region),
        ("AWS::AccountId", &args.account),
    ];
    let pseudo = given
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.clone().unwrap_or_else(|| format!("${{{name}}}"))));
    pseudo.chain(args.substitutions.iter().cloned()).collect()
}

fn settings(args: &IamArgs, definition: &Definition) -> Settings {
    let mut settings = Settings::of(definition);
    // A name that chooses a machine of a template is not the one it is deployed under.
    let chosen = definition.packaging.logical_id.is_some();
    let deployed = args.state_machine_name.clone().filter(|name| !chosen || *name != definition.name);
    let all = [
        (&mut settings.partition, &args.partition),
        (&mut settings.region, &args.region),
        (&mut settings.account, &args.account),
        (&mut settings.machine_name, &deployed),
    ];
    for (setting, given) in all {
        if let Some(text) = given {
            *setting = Glob::parse(text);
        }
    }
    let extras = &mut settings.extras;
    extras.logging |= args.logging;
    extras.tracing |= args.tracing;
    extras.redrive |= args.redrive;
    if let Some(key) = &args.kms_key {
        extras.kms_key = Some(Glob::parse(key));
    }
    settings
}

fn print(args: &IamArgs, found: &[Found], streams: &mut Streams<'_>) -> Result<(), Failure> {
    if args.format == PolicyFormat::Policy {
        return print_policy(found, streams);
    }
    let all: Vec<Permissions<'_>> = found
        .iter()
        .map(|found| Permissions {
            machine: &found.machine,
            name: &found.definition.name,
            source: found.definition.source.display().to_string(),
            survey: &found.survey,
            documents: &found.documents,
        })
        .collect();
    if args.format == PolicyFormat::Json {
        return Ok(writeln!(streams.out, "{}", permissions_json(&all))?);
    }
    for (at, machine) in all.iter().enumerate() {
        if at > 0 {
            writeln!(streams.out)?;
        }
        write!(streams.out, "{}", machine.text())?;
    }
    Ok(())
}

/// The document of the one execution role, and a word on what it does not say.
fn print_policy(found: &[Found], streams: &mut Streams<'_>) -> Result<(), Failure> {
    let found = match found {
        [] => return Ok(()),
        [only] => only,
        several => {
            let names: Vec<_> = several.iter().map(|found| found.definition.name.as_str()).collect();
            let message = format!(
                "--format policy prints one policy and there are {}; choose one with --state-machine-name ({})",
                several.len(),
                names.join(", ")
            );
            return Err(Failure::Usage(message));
        }
    };
    let execution = &found.documents[0];
    let text = serde_json::to_string_pretty(&policy(execution)).expect("a policy has only text and lists");
    writeln!(streams.out, "{text}")?;
    let open = execution.statements.iter().filter(|statement| !statement.is_bound()).count();
    if open > 0 {
        writeln!(streams.err, "note: {open} statements have a <supply …> to be replaced")?;
    }
    for call in &found.survey.unknown {
        let state = &found.machine.state(call.state).path;
        writeln!(streams.err, "note: {state} is not in the policy: {}", call.why)?;
    }
    if found.documents.len() > 1 {
        writeln!(streams.err, "note: tasks assume other roles; --format json has their policies, too")?;
    }
    Ok(())
}
