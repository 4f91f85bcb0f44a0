//! How a denial is told where it is known which permission is missing: the Cause names the action and the resource.

use std::sync::Arc;

use super::{Class, Injection, injection};
use crate::asl::StateId;
use crate::model::Model;

/// The Cause of a denial at each task whose role lacks a permission.
pub fn denials(model: &Model) -> Arc<[(StateId, Arc<str>)]> {
    let mut causes: Vec<(StateId, Arc<str>)> = Vec::new();
    for denied in model.denied.iter().filter(|denied| denied.certain) {
        let Some(state) = denied.state.filter(|state| causes.iter().all(|(known, _)| known != state)) else {
            continue;
        };
        let Some(task) = model.machine.state(state).task() else { continue };
        let Injection::Fail { cause, .. } = injection(&Class::PermissionDenied, task) else { continue };
        let (Some(action), Some(resource)) = (denied.actions.first(), denied.resources.first()) else {
            continue;
        };
        causes.push((state, naming(&cause, action, resource).into()));
    }
    causes.into()
}

/// What a denial says that does not name anything.
const NAMELESS: &str = "User is not authorized to perform this action";

/// IAM guide, "Troubleshoot access denied error messages": who, which action, which resource, and why.
fn naming(cause: &str, action: &str, resource: &str) -> String {
    let message = format!(
        "User: arn:aws:sts::123456789012:assumed-role/StepFunctionsExecutionRole/execution is not authorized to perform: \
         {action} on resource: {resource} because no identity-based policy allows the {action} action"
    );
    cause.replacen(NAMELESS, &message, 1)
}
