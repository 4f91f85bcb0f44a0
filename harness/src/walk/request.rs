//! A TestState request about one visit of a state.

use super::reads::Reads;
use crate::asl::{Kind, Machine, State};
use crate::catalog::Pattern;
use crate::expr::Variables;
use crate::sim::{Question, Visit, Work};
use crate::value::{Object, ObjectBuilder, Value};

/// The error that stands in for work that has not been done yet: what a state does before it is all that is asked.
pub(super) const NOT_YET: &str = "sfn-chaos.NotYet";

/// The definition as requests carry it.
pub(super) fn definition_text(machine: &Machine) -> String {
    machine.document.root.to_value().to_json()
}

/// What is asked about a visit, without the definition; `retries` is how often the retrier was used that will take the
/// failure.
pub(super) fn question(visit: &Visit<'_>, reads: Reads, retries: u32) -> Object {
    let mut request = ObjectBuilder::with_capacity(7);
    request.push("stateName", Value::from(visit.state.name.clone()));
    request.push("input", Value::from(visit.input.to_json()));
    request.push("inspectionLevel", "DEBUG".into());
    if visit.variables.iter().len() > 0 {
        request.push("variables", Value::from(variables(visit.variables).to_json()));
    }
    let mock = mock(visit);
    // Docs, "TestState": a context object may only be given with a mock. It is given where it is read, so that equal
    // visits are equal requests.
    if mock.is_some() && reads.context {
        request.push("context", Value::from(context(visit).to_json()));
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

/// The whole request.
pub(super) fn request(definition: Value, question: &Object) -> Value {
    let mut request = ObjectBuilder::with_capacity(8);
    request.push("definition", definition);
    for (name, value) in question.iter() {
        request.push(name.clone(), value.clone());
    }
    request.finish().into()
}

/// The definition in which a Wait state does not wait.
///
/// Docs, "TestState": a test runs for up to five minutes; a Wait state would wait them.
pub(super) fn without_waiting(machine: &Machine, state: &State) -> String {
    let definition = machine.document.root.to_value();
    let names: Vec<_> = state.pointer.split('/').skip(1).map(unescaped).collect();
    changed(&definition, &names).to_json()
}

/// A token of a JSON pointer as a name.
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

fn changed(value: &Value, names: &[String]) -> Value {
    let Some((name, rest)) = names.split_first() else { return at_once(value) };
    match value {
        Value::Object(members) => {
            let mut members = members.clone();
            if let Some(member) = members.get(name) {
                let member = changed(member, rest);
                members.insert(name.as_str(), member);
            }
            members.into()
        }
        Value::Array(items) => {
            let mut items = items.clone();
            if let Some((at, item)) = name.parse().ok().and_then(|at: usize| Some((at, items.get(at)?))) {
                let item = changed(item, rest);
                items.set(at, item);
            }
            Value::Array(items)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn at_once(wait: &Value) -> Value {
    let times = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
    let members = wait.as_object().into_iter().flat_map(Object::iter);
    let kept = members.filter(|(name, _)| !times.contains(&&***name));
    let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
    kept.chain([("Seconds".into(), Value::from(0))]).collect::<Object>().into()
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
        Question::Alone => return None,
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

/// The context object as far as the API takes it.
fn context(visit: &Visit<'_>) -> Value {
    let Value::Object(mut context) = visit.context.clone() else { return Value::empty_object() };
    context.remove("Map");
    // Recorded on AWS: only a task that waits for its end may be given a token.
    let waits = |kind: &Kind| matches!(kind, Kind::Task(task) if task.integration.pattern != Pattern::RequestResponse);
    if !waits(&visit.state.kind) {
        context.remove("Task");
    }
    context.into()
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
