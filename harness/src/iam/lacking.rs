//! The policies of a machine's role, held against what the machine needs.

use std::collections::BTreeMap;
use std::path::Path;

use super::policy::{Audit, Grants, PolicyError, PolicyRef, audit};
use super::{Settings, Survey, survey};
use crate::asl;
use crate::load::{self, Definition, LoadError, LoadOptions};

/// Which policies belong to a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolePolicies {
    /// Inline and managed ones.
    pub policies: Vec<PolicyRef>,
    /// The permission boundary.
    pub boundary: Option<PolicyRef>,
}

/// Why a role cannot be held against a machine.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// There is a boundary, and no policy.
    #[error("a permission boundary allows nothing by itself; give the role's policies with --policy")]
    BoundaryAlone,
    /// A policy cannot be read.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The definition cannot be read once more.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl RolePolicies {
    /// What they allow the role of a machine; none where nobody gave any.
    pub fn grants(&self, machine: &str) -> Result<Option<Grants>, RoleError> {
        match (self.policies.is_empty(), &self.boundary) {
            (true, Some(_)) => Err(RoleError::BoundaryAlone),
            (true, None) => Ok(None),
            (false, boundary) => Ok(Some(Grants::load(&self.policies, boundary.as_ref(), machine)?)),
        }
    }
}

/// What the role of a machine lacks; none where its policies are not known. `path` and `values` are what the definition
/// was loaded from and with.
pub fn lacking(
    definition: &Definition,
    path: &Path,
    values: &BTreeMap<String, String>,
    role: &RolePolicies,
) -> Result<Option<(Audit, Survey)>, RoleError> {
    lacking_in(definition, values, role, |options| load::definitions(path, options))
}

/// The same for a definition that `reload` gives once more, with region and account as placeholders: those that the
/// simulator plays are not those of the role.
pub fn lacking_in(
    definition: &Definition,
    values: &BTreeMap<String, String>,
    role: &RolePolicies,
    reload: impl FnOnce(&LoadOptions) -> Result<Vec<Definition>, LoadError>,
) -> Result<Option<(Audit, Survey)>, RoleError> {
    let Some(grants) = role.grants(&definition.name)? else { return Ok(None) };
    let pseudo = ["AWS::Partition", "AWS::Region", "AWS::AccountId"];
    let mut substitutions: BTreeMap<String, String> =
        pseudo.map(|name| (name.to_owned(), format!("${{{name}}}"))).into();
    substitutions.extend(values.clone());
    let found = reload(&LoadOptions { substitutions })?;
    let same = |found: &Definition| found.name == definition.name && found.source == definition.source;
    let Some(definition) = found.into_iter().find(same) else { return Ok(None) };
    let Some(machine) = asl::compile(&definition).machine else { return Ok(None) };
    let survey = survey(&machine, &Settings::of(&definition));
    Ok(Some((audit(&survey, &grants), survey)))
}

/// What nobody can tell from the policies alone, in a sentence; none where everything is decided.
pub fn undecided(audit: &Audit, survey: &Survey) -> Vec<String> {
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
