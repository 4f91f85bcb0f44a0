//! The policies that the command line names.

use std::path::Path;

use super::args::PolicyArgs;
use super::selection::folder_join;
use crate::iam::RolePolicies;
use crate::iam::policy::PolicyRef;

/// The policies of the command line, relative to its folder; else the others.
pub(super) fn given(args: &PolicyArgs, folder: &Path, others: &RolePolicies) -> RolePolicies {
    let join = |policy: &PolicyRef| PolicyRef { file: folder_join(folder, &policy.file), ..policy.clone() };
    let policies: Vec<PolicyRef> = args.policies.iter().map(join).collect();
    RolePolicies {
        policies: if policies.is_empty() { others.policies.clone() } else { policies },
        boundary: args.boundary.as_ref().map(join).or_else(|| others.boundary.clone()),
    }
}
