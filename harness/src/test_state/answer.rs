//! From a request to its answer: the checks in order, the run, and what is told of it.

use std::sync::Arc;

use super::check::{check_failures, check_kind, check_request, mocked_result};
use super::response::{Response, Status, Texts};
use super::{ApiError, InspectionLevel, Refusal, Request, context, definition};
use crate::asl::{Machine, MachineType, StateId, verdict};
use crate::error::ErrorName;
use crate::expr::Variables;
use crate::history::{Handling, Outcome};
use crate::sim::{self, Case, Observation, Probe, Stage, Work};
use crate::value::Value;

/// What AWS answers to a request.
pub fn answer(request: &Request) -> Result<Response, Refusal> {
    Desk::default().answer(request)
}

/// Answers many requests; the definitions that come again are compiled once.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    compiled: definition::Compiled,
}

impl Desk {
    /// What AWS answers to a request.
    pub fn answer(&mut self, request: &Request) -> Result<Response, Refusal> {
        check_request(request)?;
        let input = Value::parse(&request.input).map_err(|_| no_input(&request.input))?;
        let (machine, id) = self.compiled.read(request)?;
        answer_about(request, input, &machine, id)
    }
}

fn answer_about(
    request: &Request,
    input: Value,
    machine: &Machine,
    id: StateId,
) -> Result<Response, Refusal> {
    let state = machine.state(id);
    check_kind(request, state)?;
    let case = case(request, input);
    let probe = probe(request, machine, id, &case)?;
    let texts = texts(request, &case, &probe);
    let seen = sim::probe(machine, &case, probe);
    check_iterations(request, &seen)?;
    let mut response = ended(&seen)?.with_texts(texts);
    response.next_state = seen.next.map(|next| machine.state(next).name.clone());
    if request.inspection_level != InspectionLevel::Info {
        response.inspect(state, &case.input, &seen);
    }
    Ok(response)
}

/// What the service says of an input that is not JSON, in the words of `StartExecution`.
fn no_input(text: &str) -> ApiError {
    let nothing = Value::empty_object();
    let request = verdict::Request {
        operation: verdict::Operation::StartExecution,
        machine_type: MachineType::Standard,
        definition: None,
        input: Some(text),
        parameters: &nothing,
    };
    let message = request.judge().message;
    let message = message.unwrap_or_else(|| "Invalid State Machine Execution Input".to_owned());
    ApiError { code: "InvalidExecutionInput", message }
}

fn case(request: &Request, input: Value) -> Case {
    let mut case = Case::new(input);
    // Docs, "TestState": a test runs for up to five minutes, as an Express execution does.
    case.machine_type = MachineType::Express;
    case.execution_name = Arc::from("test");
    if let Some(arn) = &request.role_arn {
        if let Some(account) = arn.split(':').nth(4).filter(|account| !account.is_empty()) {
            case.identity.account = account.to_owned().into();
        }
        case.identity.role_arn = Some(arn.clone().into());
    }
    case
}

fn probe(request: &Request, machine: &Machine, id: StateId, case: &Case) -> Result<Probe, ApiError> {
    let state = machine.state(id);
    let context = match &request.context {
        Some(text) => context::given(text, state.task().map(|task| task.integration.pattern))?,
        None => context::made_up(request, machine, id, case),
    };
    let work = match &request.mock {
        Some(mock) => match (mocked_result(request, mock, state)?, &mock.error) {
            (Some(result), _) => Some(Work::Result(result)),
            (None, Some((error, cause))) => Some(Work::Error { error: error.clone(), cause: cause.clone() }),
            (None, None) => {
                return Err(ApiError::validation(
                    "A test mock should have one of the following fields: [result, errorOutput].",
                ));
            }
        },
        None => None,
    };
    Ok(Probe {
        state: id,
        context,
        variables: variables(request)?,
        work,
        retries: request.configuration.retrier_retry_count.unwrap_or(0),
        failed_items: request.configuration.map_iteration_failure_count,
        reader_data: request.configuration.map_item_reader_data.as_deref().map(Arc::from),
    })
}

fn variables(request: &Request) -> Result<Variables, ApiError> {
    let mut variables = Variables::default();
    let Some(text) = &request.variables else { return Ok(variables) };
    let refused = || ApiError::validation("Variables must be a valid JSON object");
    let values = Value::parse(text).map_err(|_| refused())?;
    for (name, value) in values.as_object().ok_or_else(refused)?.iter() {
        variables.set(name.clone(), value.clone());
    }
    Ok(variables)
}

fn texts(request: &Request, case: &Case, probe: &Probe) -> Texts {
    let mut texts = Texts::default();
    texts.keep(&case.input, &request.input);
    if let (Some(Work::Result(result)), Some(mock)) = (&probe.work, &request.mock) {
        texts.keep(result, mock.result.as_deref().unwrap_or_default());
    }
    texts
}

/// No more iterations can have failed than there are; a list of results has been counted before.
fn check_iterations(request: &Request, seen: &Observation) -> Result<(), ApiError> {
    let listed = request.mock.as_ref().and_then(|mock| mock.result.as_ref());
    let iterations = seen.stages.get(&Stage::ItemBatcher).or_else(|| seen.stages.get(&Stage::Items));
    let iterations = match iterations {
        Some(Value::Array(items)) if listed.is_none() => items.len(),
        Some(Value::Object(pairs)) if listed.is_none() => pairs.len(),
        _ => return Ok(()),
    };
    check_failures(request, iterations as u64)
}

/// How it ended.
fn ended(seen: &Observation) -> Result<Response, Refusal> {
    let mut response = match &seen.history.outcome {
        Outcome::Unknown(unknown) => return Err(Refusal::Unknown(unknown.clone())),
        Outcome::Succeeded { output } => Response::of(Status::Succeeded, Some(output.clone())),
        Outcome::Failed { error, cause } => {
            Response { error: error.clone(), cause: cause.clone(), ..Response::of(Status::Failed, None) }
        }
        Outcome::TimedOut { .. } | Outcome::Aborted { .. } => {
            let error = Some(Arc::from(ErrorName::TIMEOUT));
            Response { error, ..Response::of(Status::Failed, None) }
        }
    };
    let Some(failure) = seen.history.failures.last() else { return Ok(response) };
    match failure.handling {
        Handling::Retried { .. } => response.status = Status::Retriable,
        Handling::Caught { .. } if seen.next.is_some() => {
            response.status = Status::CaughtError;
            response.error = Some(failure.error.clone());
            response.cause.clone_from(&failure.cause);
        }
        Handling::Caught { .. } | Handling::Uncaught { .. } | Handling::Tolerated => {}
    }
    Ok(response)
}
