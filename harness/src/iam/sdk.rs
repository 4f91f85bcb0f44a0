//! Calls of the SDK: by the table, by the optimized integration of the same call, else by the models of the API.

use super::form::{Form, Step};
use super::glob::{Glob, Piece};
use super::members::{Named, Namer};
use super::need::{Need, Resource, Standing};
use super::survey::{Call, Surveyor};
use super::{arns, table};
use crate::catalog::Integration;
use crate::catalog::models::{self, Access, Operation, Permission};

/// Services that the optimized integrations call otherwise.
const TWINS: [(&str, &str); 6] = [
    ("sfn", "states"),
    ("eventbridge", "events"),
    ("bedrockruntime", "bedrock"),
    ("emrcontainers", "emr-containers"),
    ("emrserverless", "emr-serverless"),
    ("emr", "elasticmapreduce"),
];

/// What a call of the SDK needs.
pub(super) fn needs(surveyor: &mut Surveyor<'_>, integration: &Integration, call: &Call) {
    let (service, action) = (&*integration.service, &*integration.action);
    let twin = TWINS.iter().find(|(sdk, _)| *sdk == service).map_or(service, |(_, name)| name);
    let rows = table::rows(&format!("aws-sdk:{service}:{action}"));
    if let Some(rows) = rows.or_else(|| table::rows(&format!("{twin}:{action}"))) {
        return surveyor.rows(rows, call);
    }
    let operation = models::service(service).and_then(|service| service.operation(action));
    match operation.map(|operation| (operation, operation.iam())) {
        Some((operation, Some(permission))) => {
            by_model(surveyor, operation, permission, call);
            if let Some(rows) = table::rows(&format!("+aws-sdk:{service}:{action}")) {
                surveyor.rows(rows, call);
            }
        }
        Some((_, None)) => surveyor.unknown(
            &call.integration,
            "the Service Authorization Reference names no action for this operation; look it up and add it yourself",
        ),
        None => surveyor.unknown(&call.integration, "the catalogue does not know this operation"),
    }
}

/// What the models tell, for each role of the call.
fn by_model(surveyor: &mut Surveyor<'_>, operation: Operation, permission: Permission, call: &Call) {
    let state = surveyor.state.name.clone();
    let namer =
        Namer { settings: surveyor.reader.settings, request: &call.request, state: &state, operation };
    let mut remarks = Vec::new();
    let resources = resources(&namer, permission, &mut remarks);
    let actions = actions(permission, &call.request);
    let because = format!("calls {}", operation.name());
    for role in &call.roles {
        let need = Need {
            state: Some(surveyor.state.id),
            role: role.clone(),
            actions: actions.clone(),
            resources: resources.clone(),
            condition: Vec::new(),
            because: because.clone(),
            integration: call.integration.clone(),
            certain: true,
            standing: Standing::Granted,
            remarks: remarks.clone(),
        };
        let passed = passed_roles(&namer, permission.prefix(), &need);
        surveyor.survey.needs.push(need);
        surveyor.survey.needs.extend(passed);
    }
}

fn actions(permission: Permission, request: &Form) -> Vec<String> {
    let prefix = permission.prefix();
    let all = permission.actions().filter(|action| partiql(action, request));
    all.map(|action| format!("{prefix}:{action}")).collect()
}

/// Docs of DynamoDB, "IAM security policies with PartiQL": a statement needs the action of its first word.
fn partiql(action: &str, request: &Form) -> bool {
    let Some(verb) = action.strip_prefix("PartiQL") else { return true };
    let statement = request.at(&[Step::Member("Statement")]).into_iter().next().flatten();
    match statement {
        Some(Form::Text(statement)) if !statement.head().is_empty() => {
            let first = statement.head().split_whitespace().next().unwrap_or_default();
            first.eq_ignore_ascii_case(verb)
        }
        _ => true,
    }
}

fn resources(namer: &Namer<'_>, permission: Permission, remarks: &mut Vec<String>) -> Vec<Resource> {
    let types: Vec<_> = permission
        .resources()
        // A bucket stands for itself; who calls through an access point has its ARN there.
        .filter(|kind| !kind.name.starts_with("accesspoint"))
        .flat_map(|kind| kind.arn_formats().map(move |format| (kind, format)))
        .collect();
    if types.is_empty() {
        let actions: Vec<_> =
            permission.actions().map(|action| format!("{}:{action}", permission.prefix())).collect();
        let why = format!("{} cannot be restricted to a resource", actions.join(", "));
        return vec![Resource::Any { why }];
    }
    let named: Vec<Named> = types.iter().map(|(kind, format)| namer.name(kind.name, format)).collect();
    let some_given = named.iter().any(|named| named.given);
    let mut globs: Vec<Glob> = Vec::new();
    for ((kind, _), named) in types.iter().zip(&named) {
        // Of several required types an action needs each or any. One that the request could name and does not is
        // not meant where it names another one.
        let meant = named.given || kind.required && !(some_given && named.could_be_given);
        if meant && !named.refuted {
            globs.extend(named.arns.iter().cloned());
        }
        remarks.extend(named.remark.iter().filter(|_| meant).cloned());
    }
    if globs.is_empty() {
        let lists = namer.operation.access() == Some(Access::List);
        let Some(first) = named.first().filter(|_| lists) else {
            let kinds: Vec<_> = types.iter().map(|(kind, _)| kind.name).collect();
            let kinds = kinds.join(", ");
            let why = format!("the request names nothing that the call could be restricted to ({kinds})");
            return vec![Resource::Any { why }];
        };
        globs.clone_from(&first.arns);
    }
    let mut resources: Vec<Resource> = Vec::new();
    for glob in globs {
        let resource = Resource::Arn(namer.settings.in_template(&glob));
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    resources
}

/// Roles that the request hands to the service. IAM guide, "Grant a user permissions to pass a role to a service":
/// whoever sets the role of a resource needs `iam:PassRole` for it.
fn passed_roles(namer: &Namer<'_>, prefix: &str, need: &Need) -> Option<Need> {
    let changes = matches!(namer.operation.access(), Some(Access::Write | Access::Permissions));
    if !changes || matches!(prefix, "sts" | "iam") {
        return None;
    }
    let mut roles = Vec::new();
    role_members(namer.request, 0, &mut roles);
    let mut resources: Vec<Resource> = Vec::new();
    for (name, form) in roles {
        let what = format!("the {} of state {}", arns::noun(&name, ""), namer.state);
        for glob in form.globs(&arns::lower_first(&name), &what) {
            let resource = Resource::Arn(namer.settings.in_template(&role_arn(namer, glob)));
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    if resources.is_empty() {
        return None;
    }
    Some(Need {
        actions: vec!["iam:PassRole".to_owned()],
        resources,
        because: "hands a role to the service".to_owned(),
        certain: false,
        remarks: vec!["needed if the service works as this role".to_owned()],
        ..need.clone()
    })
}

/// A role by its ARN, or by a text that stands for one.
fn role_arn(namer: &Namer<'_>, role: Glob) -> Glob {
    let settings = namer.settings;
    if arns::is_arn(&role, settings) || matches!(role.pieces().first(), Some(Piece::Placeholder(_))) {
        return role;
    }
    settings.arn_in("iam", &Glob::default(), &settings.account, &Glob::from("role/").then(&role))
}

/// Members named for the ARN of a role, near the top of the request.
fn role_members(form: &Form, depth: u8, found: &mut Vec<(String, Form)>) {
    let Form::Object(members) = form else { return };
    for (name, member) in members {
        if name.ends_with("RoleArn") || name.ends_with("RoleARN") {
            found.push((name.clone(), member.clone()));
        } else if depth < 2 {
            role_members(member, depth + 1, found);
        }
    }
}
