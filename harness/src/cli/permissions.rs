//! The policies of a machine's role, held against what the machine needs.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::PolicyArgs;
use super::failure::Failure;
use super::selection::folder_join;
use crate::asl;
use crate::iam::policy::{Audit, Grants, PolicyRef, audit};
use crate::iam::{Settings, Survey, survey};
use crate::load::{self, Definition, LoadOptions};

/// Which policies belong to a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RolePolicies {
    /// Inline and managed ones.
    pub(super) policies: Vec<PolicyRef>,
    /// The permission boundary.
    pub(super) boundary: Option<PolicyRef>,
}

impl RolePolicies {
    /// Those of the command line, relative to its folder; else the others.
    pub(super) fn given(args: &PolicyArgs, folder: &Path, others: &Self) -> Self {
        let join =
            |policy: &PolicyRef| PolicyRef { file: folder_join(folder, &policy.file), ..policy.clone() };
        let policies: Vec<PolicyRef> = args.policies.iter().map(join).collect();
        Self {
            policies: if policies.is_empty() { others.policies.clone() } else { policies },
            boundary: args.boundary.as_ref().map(join).or_else(|| others.boundary.clone()),
        }
    }

    /// What they allow the role of a machine; none where nobody gave any.
    pub(super) fn grants(&self, machine: &str) -> Result<Option<Grants>, Failure> {
        if self.policies.is_empty() {
            return match &self.boundary {
                Some(_) => Err(Failure::Usage(
                    "a permission boundary allows nothing by itself; give the role's policies with --policy"
                        .to_owned(),
                )),
                None => Ok(None),
            };
        }
        Ok(Some(Grants::load(&self.policies, self.boundary.as_ref(), machine)?))
    }
}

/// What the role of a machine lacks; none where its policies are not known. `path` and `values` are what the definition
/// was loaded from and with.
pub(super) fn lacking(
    definition: &Definition,
    path: &Path,
    values: &BTreeMap<String, String>,
    policies: &RolePolicies,
) -> Result<Option<(Audit, Survey)>, Failure> {
    let Some(grants) = policies.grants(&definition.name)? else { return Ok(None) };
    let Some(definition) = with_open_account(definition, path, values)? else { return Ok(None) };
    let Some(machine) = asl::compile(&definition).machine else { return Ok(None) };
    let survey = survey(&machine, &Settings::of(&definition));
    Ok(Some((audit(&survey, &grants), survey)))
}

/// The definition once more, with region and account as placeholders: those that the simulator plays are not those of
/// the role.
fn with_open_account(
    definition: &Definition,
    path: &Path,
    values: &BTreeMap<String, String>,
) -> Result<Option<Definition>, Failure> {
    let pseudo = ["AWS::Partition", "AWS::Region", "AWS::AccountId"];
    let mut substitutions: BTreeMap<String, String> =
        pseudo.map(|name| (name.to_owned(), format!("${{{name}}}"))).into();
    substitutions.extend(values.clone());
    let found = load::definitions(path, &LoadOptions { substitutions })?;
    let same = |found: &Definition| found.name == definition.name && found.source == definition.source;
    Ok(found.into_iter().find(same))
}

/// What nobody can tell from the policies alone, in a sentence; none where everything is decided.
pub(super) fn undecided(audit: &Audit, survey: &Survey) -> Vec<String> {
    let mut texts = Vec::new();
    if !audit.undecided.is_empty() {
        let first = &audit.undecided[0];
        let count = audit.undecided.len();
        let (permissions, are) = if count == 1 { ("permission", "is") } else { ("permissions", "are") };
        texts.push(format!(
            "{count} {permissions} {are} not decided by the role's policies alone and taken as given ({}: {}); `iam \
             DEF --policy FILE` lists all",
            first.actions.join(", "),
            first.reason
        ));
    }
    if !survey.unknown.is_empty() {
        let count = survey.unknown.len();
        let calls = if count == 1 { "call" } else { "calls" };
        texts.push(format!("the permissions that {count} {calls} need are not known and taken as given"));
    }
    texts
}
