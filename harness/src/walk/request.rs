//! A TestState request about one visit of a state.

use std::sync::Arc;

use super::Live;
use super::reads::Reads;
use crate::asl::{Kind, State};
use crate::catalog::Pattern;
use crate::expr::Variables;
use crate::sim::{Question, Visit, Work};
use crate::value::{Object, ObjectBuilder, Value};

/// The error that stands in for work that has not been done yet: what a state does before it is all that is asked.
pub(super) const NOT_YET: &str = "sfn-chaos.NotYet";

/// What is asked about a visit, whatever the definition and the name of the state in it; `retries` is how often the retrier was used that will take the
/// failure.
pub(super) fn question(visit: &Visit<'_>, reads: &Reads, retries: u32) -> Object {
    let mut request = ObjectBuilder::with_capacity(6);
    request.push("input", Value::from(visit.input.to_json()));
    request.push("inspectionLevel", "DEBUG".into());
    if visit.variables.iter().len() > 0 {
        request.push("variables", Value::from(variables(visit.variables).to_json()));
    }
    let mock = mock(visit);
    // Docs, "TestState": a context object may only be given with a mock.
    if mock.is_some()
        && let Some(context) = context(visit, reads)
    {
        request.push("context", Value::from(Value::from(context).to_json()));
    }
    let configuration = configuration(visit.question, retries);
    if let Some(mock) = mock {
        request.push("mock", mock);
    }
    if let Some(configuration) = configuration {
        request.push("stateConfiguration", configuration);
    }
    request.finish()
}

/// The whole request; a definition that is one state needs no name.
pub(super) fn request(definition: Value, name: Option<&Arc<str>>, question: &Object) -> Value {
    let mut request = ObjectBuilder::with_capacity(8);
    request.push("definition", definition);
    if let Some(name) = name {
        request.push("stateName", Value::from(name.clone()));
    }
    for (name, value) in question.iter() {
        request.push(name.clone(), value.clone());
    }
    request.finish().into()
}

/// The request that calls the task for real.
pub(super) fn live_request(definition: Value, name: &Arc<str>, question: &Object, live: &Live) -> Value {
    let mut question = question.clone();
    question.insert("roleArn", Value::from(live.role_arn.clone()));
    request(definition, Some(name), &question)
}

/// Whether TestState takes a mock for this kind of state. Docs, "TestState".
pub(super) fn takes_mock(state: &State) -> bool {
    matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_))
}

/// The variables as one object.
pub(super) fn variables(variables: &Variables) -> Value {
    variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Object>().into()
}

/// What stands in for the work of the state.
fn mock(visit: &Visit<'_>) -> Option<Value> {
    let mut mock = ObjectBuilder::with_capacity(2);
    match visit.question {
        Question::Alone | Question::Real => return None,
        Question::Before if !takes_mock(visit.state) => return None,
        Question::Before => mock.push("errorOutput", error_output(NOT_YET, None)),
        Question::After { work: Work::Result(value), .. } => {
            mock.push("result", Value::from(value.to_json()));
        }
        Question::After { work: Work::Error { error, cause }, .. } => {
            mock.push("errorOutput", error_output(error, cause.as_deref()));
        }
    }
    // A fault may make of a result what its API would not give.
    mock.push("fieldValidationMode", "NONE".into());
    Some(mock.finish().into())
}

fn error_output(error: &str, cause: Option<&str>) -> Value {
    let mut output = ObjectBuilder::with_capacity(2);
    output.push("error", error.into());
    if let Some(cause) = cause {
        output.push("cause", cause.into());
    }
    output.finish().into()
}

/// What the state reads of the context object, as far as the API takes it: so equal visits are equal requests, although
/// every visit has a time of its own.
///
/// Recorded on AWS: no member has to be there, not even one, and the state sees those that are given and no other.
fn context(visit: &Visit<'_>, reads: &Reads) -> Option<Object> {
    let mut context = reads.of_context(visit.context.as_object()?)?;
    context.remove("Map");
    // Recorded on AWS: only a task that waits for its end may be given a token.
    let waits = |kind: &Kind| matches!(kind, Kind::Task(task) if task.integration.pattern != Pattern::RequestResponse);
    if !waits(&visit.state.kind) {
        context.remove("Task");
    }
    Some(context)
}

fn configuration(question: Question<'_>, retries: u32) -> Option<Value> {
    let mut configuration = ObjectBuilder::with_capacity(3);
    if retries > 0 {
        configuration.push("retrierRetryCount", Value::from(i64::from(retries)));
    }
    if let Question::After { caused_by: Some(state), .. } = question {
        configuration.push("errorCausedByState", state.into());
    }
    if let Question::After { failed_items: Some(failed), work, .. } = question
        && !is_shorter(work, failed)
    {
        configuration
            .push("mapIterationFailureCount", Value::from(i64::try_from(failed).unwrap_or(i64::MAX)));
    }
    let configuration = configuration.finish();
    (!configuration.is_empty()).then(|| configuration.into())
}

/// Recorded on AWS: no more iterations may have failed than the mocked result has items; it holds only those that did
/// not.
fn is_shorter(work: &Work, failed: u64) -> bool {
    matches!(work, Work::Result(Value::Array(items)) if (items.len() as u64) < failed)
}
