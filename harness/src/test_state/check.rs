//! What the service checks before it runs a state: which states need a mock, which refuse one, what a mock must be.

use super::shape::check_result;
use super::{ApiError, Mock, Request};
use crate::asl::{Kind, State};
use crate::catalog::{Pattern, Service};
use crate::value::Value;

/// Checks of the request that need no definition.
pub(super) fn check_request(request: &Request) -> Result<(), ApiError> {
    if let Some(mock) = &request.mock {
        if mock.result.is_some() && mock.error.is_some() {
            return Err(ApiError::validation(
                "A test mock should have only one of the following fields: [result, errorOutput].",
            ));
        }
        if request.reveal_secrets {
            return Err(ApiError::validation(
                "TestState does not support RevealSecrets when a mock is specified.",
            ));
        }
    } else if request.configuration.map_iteration_failure_count.is_some() {
        return Err(ApiError::validation(
            "Map iteration failure count can only be specified when a mock is specified",
        ));
    } else if request.context.is_some() {
        // Docs, "TestState": a context may only be specified with a mock.
        return Err(ApiError::validation("A Context object can only be specified when a mock is specified"));
    }
    match request.role_arn.as_deref() {
        Some(arn) if !arn.starts_with("arn:") => {
            let message = format!("Invalid Arn: 'Invalid ARN prefix: {arn}'");
            Err(ApiError { code: "InvalidArn", message })
        }
        _ => Ok(()),
    }
}

/// Whether a state of this kind can be tested with a mock, or without one.
pub(super) fn check_kind(request: &Request, state: &State) -> Result<(), ApiError> {
    let kind = &state.kind;
    let mockable = matches!(kind, Kind::Task(_) | Kind::Map(_) | Kind::Parallel { .. });
    if request.mock.is_some() {
        return if mockable {
            Ok(())
        } else {
            let kind = kind.type_name();
            Err(ApiError::validation(format!(
                "State type '{kind}' is not supported when a mock is specified"
            )))
        };
    }
    let Kind::Task(task) = kind else {
        return if mockable {
            Err(ApiError::definition(
                "TestState API does not support Map or Parallel states. Supported state types include: [Task, \
                 Wait, Pass, Succeed, Fail, Choice]",
            ))
        } else {
            Ok(())
        };
    };
    // Docs, "TestState": activities and tasks that wait need a mock.
    if task.integration.kind == Service::Activity {
        return Err(ApiError::definition("TestState API does not support Activity tasks"));
    }
    if task.integration.pattern != Pattern::RequestResponse {
        let suffix = task.integration.pattern.suffix();
        return Err(ApiError::definition(format!(
            "TestState API does not support the {suffix} service integration pattern"
        )));
    }
    if request.role_arn.is_none() {
        return Err(ApiError::validation("RoleArn must be specified when testing a Task state"));
    }
    Ok(())
}

/// The mocked result, if it may stand in for the work of the state.
pub(super) fn mocked_result(
    request: &Request,
    mock: &Mock,
    state: &State,
) -> Result<Option<Value>, ApiError> {
    let Some(text) = &mock.result else { return Ok(None) };
    let result = Value::parse(text).map_err(|_| ApiError::validation("Mocked result must be valid JSON"))?;
    match &state.kind {
        Kind::Map(map) if map.result_writer.is_some() => {
            if result.as_object().is_none() {
                return Err(ApiError::validation("Mocked result must be a JSON object."));
            }
        }
        Kind::Map(_) => {
            let count = list_of(&result)?.len() as u64;
            check_failures(request, count)?;
        }
        Kind::Parallel { branches } => {
            if list_of(&result)?.len() != branches.len() {
                return Err(ApiError::validation(
                    "Mocked result must contain the same number of items as number of Parallel branches.",
                ));
            }
        }
        Kind::Task(task) => check_result(&result, &task.integration, mock.validation)?,
        Kind::Pass { .. } | Kind::Choice(_) | Kind::Wait(_) | Kind::Succeed | Kind::Fail { .. } => {}
    }
    Ok(Some(result))
}

fn list_of(result: &Value) -> Result<&[Value], ApiError> {
    result.as_array().ok_or_else(|| ApiError::validation("Mocked result must be an array."))
}

/// No more iterations can have failed than there are.
pub(super) fn check_failures(request: &Request, iterations: u64) -> Result<(), ApiError> {
    match request.configuration.map_iteration_failure_count {
        Some(failed) if failed > iterations => Err(ApiError::validation(
            "Map iteration failure count must be less than or equal to the number of Map iterations",
        )),
        _ => Ok(()),
    }
}
