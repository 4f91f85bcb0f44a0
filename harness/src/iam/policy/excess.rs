//! What a role may do and no state needs: actions that nobody calls, and wildcards wider than the calls.
//!
//! Only what the definition shows to be superfluous. Logs and traces are switched on beside the definition, so that
//! their actions are never superfluous; calls that are not known may need whatever they like of their service.

use super::document::Reach;
use super::evaluate::place;
use super::{Effect, Grants, Pattern, Selection, Statement};
use crate::iam::{Resource, Role, Survey};

/// More than is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// The policy.
    pub policy: String,
    /// The statement, with its place.
    pub statement: String,
    /// What is too much.
    pub what: Surplus,
}

/// What is too much in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surplus {
    /// No state needs any of it.
    Statement,
    /// These actions are not needed.
    Actions(Vec<String>),
    /// A wildcard among the actions is wider than needed; these are enough.
    Wildcard {
        /// As it is written.
        written: String,
        /// What the states call.
        enough: Vec<String>,
    },
    /// A resource is wider than needed; these are enough.
    Resource {
        /// As it is written.
        written: String,
        /// What the states use.
        enough: Vec<String>,
    },
}

/// Docs, "Using CloudWatch Logs to log execution history" and "Trace Step Functions request data in AWS X-Ray".
const BESIDE_THE_DEFINITION: [&str; 12] = [
    "logs:CreateLogDelivery",
    "logs:CreateLogStream",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutLogEvents",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "xray:*",
    "kms:*",
];

/// One action on one resource that a state needs, or may need.
struct Use<'s> {
    action: &'s str,
    pattern: Pattern,
    resource: &'s Resource,
}

/// Everything superfluous, in the order of the policies.
pub(super) fn find(survey: &Survey, grants: &Grants) -> Vec<Excess> {
    let own = survey.needs.iter().filter(|need| need.role == Role::Execution);
    let uses: Vec<Use<'_>> = own
        .flat_map(|need| {
            need.actions.iter().flat_map(|action| {
                need.resources.iter().map(move |resource| Use {
                    action,
                    pattern: Pattern::new(&resource.to_string()),
                    resource,
                })
            })
        })
        .collect();
    let mut found = Vec::new();
    // A resource behind a placeholder is a function more often than not; what other calls need, nobody knows.
    let unresolved = survey.unknown.iter().any(|call| call.integration.contains("${"));
    let unknown = survey.unknown.iter().any(|call| !call.integration.contains("${"));
    for policy in &grants.policies {
        for statement in policy.statements.iter().flatten().filter(|one| one.effect == Effect::Allow) {
            let surplus = of_statement(statement, &uses, &Doubt { unresolved, unknown });
            found.extend(surplus.into_iter().map(|what| Excess {
                policy: policy.name.clone(),
                statement: place(statement),
                what,
            }));
        }
    }
    found
}

/// Calls whose needs are not known.
struct Doubt {
    unresolved: bool,
    unknown: bool,
}

fn of_statement(statement: &Statement, uses: &[Use<'_>], doubt: &Doubt) -> Vec<Surplus> {
    let Selection::Only(actions) = &statement.actions else { return Vec::new() };
    let used_by = |action: &Pattern| -> Vec<&Use<'_>> {
        let is_used = |one: &&Use<'_>| {
            action.covers(&Pattern::action(one.action))
                && statement.resources.reach(&one.pattern) != Reach::Nothing
        };
        uses.iter().filter(is_used).collect()
    };
    let spared = |action: &Pattern| {
        let beside = BESIDE_THE_DEFINITION.iter().any(|known| Pattern::action(known).covers(action));
        let function = action.meets(&Pattern::action("lambda:InvokeFunction"));
        beside || doubt.unknown || (doubt.unresolved && function)
    };
    let mut surplus = Vec::new();
    let unused: Vec<&Pattern> =
        actions.iter().filter(|action| used_by(action).is_empty() && !spared(action)).collect();
    if !unused.is_empty() && unused.len() == actions.len() {
        return vec![Surplus::Statement];
    }
    if !unused.is_empty() {
        surplus.push(Surplus::Actions(unused.iter().map(|action| action.text().to_owned()).collect()));
    }
    for action in actions.iter().filter(|action| action.has_wildcard() && !spared(action)) {
        let enough = distinct(used_by(action).into_iter().map(|one| one.action.to_owned()));
        if !enough.is_empty() {
            surplus.push(Surplus::Wildcard { written: action.text().to_owned(), enough });
        }
    }
    let all: Vec<&Use<'_>> = actions.iter().flat_map(used_by).collect();
    surplus.extend(wide_resources(statement, &all));
    surplus
}

/// Wildcards over names, where every name that is used is known; those over regions and accounts are a habit.
fn wide_resources(statement: &Statement, uses: &[&Use<'_>]) -> Vec<Surplus> {
    let Selection::Only(resources) = &statement.resources else { return Vec::new() };
    let mut surplus = Vec::new();
    for resource in resources.iter().filter(|resource| has_wide_name(resource)) {
        let used = uses.iter().filter(|one| resource.covers(&one.pattern));
        let enough: Vec<&Resource> = used.map(|one| one.resource).collect();
        let is_known = |one: &&Resource| one.is_bound() && one.arn().is_some();
        if !enough.is_empty() && enough.iter().all(is_known) {
            let enough = distinct(enough.into_iter().map(ToString::to_string));
            // Somebody who has written as much already has nothing to gain.
            if enough.iter().all(|text| text != resource.text()) {
                surplus.push(Surplus::Resource { written: resource.text().to_owned(), enough });
            }
        }
    }
    surplus
}

/// Whether the name in an ARN has a wildcard; the objects of a bucket and the versions of a function are one thing.
fn has_wide_name(resource: &Pattern) -> bool {
    let parts: Vec<&str> = resource.text().splitn(6, ':').collect();
    let name = match parts[..] {
        ["arn", _, "s3", _, _, name] => name.strip_suffix("/*").unwrap_or(name),
        ["arn", _, "lambda", _, _, name] => name.strip_suffix(":*").unwrap_or(name),
        ["arn", _, _, _, _, name] => name,
        _ => resource.text(),
    };
    name.contains('*')
}

fn distinct(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = Vec::new();
    items.for_each(|item| {
        if !known.contains(&item) {
            known.push(item);
        }
    });
    known
}
