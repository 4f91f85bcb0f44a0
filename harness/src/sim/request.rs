//! Requests that Step Functions refuses before it makes the call, as far as that is known.

use crate::asl::{QueryLanguage, State, Task};
use crate::expr::{EvalError, EvalErrorKind};
use crate::value::Value;

/// What is wrong with the evaluated request of a task, in AWS's words.
pub(super) fn refused(state: &State, task: &Task, request: &Value) -> Option<EvalError> {
    if (&*task.integration.service, &*task.integration.action) != ("apigateway", "invoke") {
        return None;
    }
    let fault = ["Headers", "QueryParameters"].into_iter().find_map(|field| lists(request, field))?;
    let field = match state.query_language {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    };
    let cause = format!("The {field} '{}' could not be used to start the Task: [{fault}]", request.to_json());
    Some(EvalError { kind: EvalErrorKind::Type, cause })
}

/// Recorded on AWS for `Headers`, and docs, "Call API Gateway": each member is a list of texts.
fn lists(request: &Value, field: &str) -> Option<String> {
    let members = request.get(field)?.as_object()?;
    let refused = members.iter().any(|(_, member)| !matches!(member, Value::Array(_) | Value::Null));
    refused.then(|| format!("The value of the field '{field}' has an invalid format"))
}
