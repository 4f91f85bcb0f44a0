//! How a denial is told where it is known which permission is missing: the Cause names the action and the resource.

use std::sync::Arc;

use crate::asl::StateId;
use crate::catalog::{self, Denial};
use crate::model::Model;

/// The Cause of a denial at each task whose role lacks a permission.
pub fn denials(model: &Model) -> Arc<[(StateId, Arc<str>)]> {
    let mut causes: Vec<(StateId, Arc<str>)> = Vec::new();
    for denied in model.denied.iter().filter(|denied| denied.certain) {
        let Some(state) = denied.state.filter(|state| causes.iter().all(|(known, _)| known != state)) else {
            continue;
        };
        let (Some(task), Some(action)) = (model.machine.state(state).task(), denied.actions.first()) else {
            continue;
        };
        let resource = denied.resources.first().filter(|resource| *resource != "*");
        let denial = Denial {
            role: "StepFunctionsExecutionRole".to_owned(),
            action: action.clone(),
            resource: resource.map(|resource| here(resource)),
        };
        if let Some(fault) = catalog::denied(&task.integration, Some(&denial)) {
            causes.push((state, fault.cause.into()));
        }
    }
    causes.into()
}

/// An ARN in the account that the simulator plays.
fn here(resource: &str) -> String {
    resource
        .replace("${AWS::Partition}", "aws")
        .replace("${AWS::Region}", "us-east-1")
        .replace("${AWS::AccountId}", "123456789012")
}
