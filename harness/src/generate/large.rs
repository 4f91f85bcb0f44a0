//! Answers as large as the service gives them where the request says nothing of their size: a whole object, a page of
//! a megabyte.

use std::sync::Arc;

use super::result::literals;
use super::{Origin, Scenario};
use crate::asl::{State, StateId};
use crate::catalog::{Service, asks_for_few};
use crate::history::{Ending, History};
use crate::mock::{Answer, Reply, Script, Sequence, Then};
use crate::model::Model;
use crate::value::Value;

/// Where the bytes of such an answer are: a text, or a list.
///
/// API references: an object of S3 has up to 5 TB; `Scan` of DynamoDB gives up to 1 MB, `FilterLogEvents` and
/// `GetLogEvents` too; `GetQueryResults` of Athena gives 1,000 rows. A query is bounded by its key more often than not.
fn place(state: &State) -> Option<&'static [&'static str]> {
    let integration = &state.task()?.integration;
    if !matches!(integration.kind, Service::Optimized | Service::Sdk) {
        return None;
    }
    Some(match (&*integration.service, &*integration.action) {
        ("s3", "getObject") => &["Body"],
        ("dynamodb", "scan") => &["Items"],
        ("athena", "getQueryResults") => &["ResultSet", "Rows"],
        ("cloudwatchlogs", "filterLogEvents" | "getLogEvents") => &["Events"],
        _ => return None,
    })
}

/// The scenario with a large answer of a task, for each task that a run called and whose request asks for no less.
pub fn large_answers(
    model: &Model,
    scenario: &Scenario,
    history: &History,
    limit: usize,
) -> Vec<(StateId, Scenario)> {
    let states = model.machine.states.iter().filter_map(|state| Some((state, place(state)?)));
    let called = states.filter(|(state, _)| {
        let request = state.flow.parameters.as_ref().map(literals).unwrap_or_default();
        let answered = |attempt: &crate::history::Attempt| matches!(attempt.ending, Ending::Succeeded(_));
        !asks_for_few(&request)
            && history.attempts.iter().any(|attempt| attempt.state == state.id && answered(attempt))
    });
    called.filter_map(|(state, place)| Some((state.id, with_large(scenario, state, place, limit)?))).collect()
}

fn with_large(scenario: &Scenario, state: &State, place: &[&str], limit: usize) -> Option<Scenario> {
    let mut script = Script::clone(&scenario.script);
    let sequence = script.answers.get(&state.path)?;
    let Answer { reply: Reply::Return(result), .. } = sequence.get(0)? else { return None };
    let large = enlarged(result, place, limit)?;
    let answer = Answer { reply: Reply::Return(large), ..sequence.get(0)?.clone() };
    let sequence = Sequence { calls: vec![answer], then: Then::Repeat, by: sequence.by };
    script.answers.insert(state.path.clone(), sequence);
    Some(Scenario {
        name: format!("{}, a large answer of {}", scenario.name, state.path),
        input: scenario.input.clone(),
        script: Arc::new(script),
        origin: if scenario.origin == Origin::User { Origin::Varied } else { scenario.origin },
    })
}

/// A list with copies of its first entry, a text with more of itself, until it is larger than the limit.
fn enlarged(value: &Value, place: &[&str], limit: usize) -> Option<Value> {
    let Some((name, rest)) = place.split_first() else {
        return match value {
            Value::Array(items) => {
                let entry = items.first()?;
                Some(Value::array(vec![entry.clone(); limit / entry.json_len().max(1) + 1]))
            }
            Value::String(_) => Some(Value::from("x".repeat(limit + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        };
    };
    let mut object = value.as_object()?.clone();
    let inner = enlarged(object.get(name)?, rest, limit)?;
    object.insert(*name, inner);
    Some(Value::Object(object))
}
