//! The shape that `GetExecutionHistory` gives: field names, ids, payloads as JSON texts, times in RFC 3339.

use std::sync::Arc;

use crate::asl::{Kind, Machine, State};
use crate::catalog::Service;
use crate::sim::Identity;
use crate::value::{Object, ObjectBuilder, Value};

use super::{Detail, Event, EventType, History, Scheduled};

/// The events of the execution itself, as AWS writes them. `epoch_ms` is the wall-clock time of the virtual start.
pub fn events(history: &History, machine: &Machine, epoch_ms: i64) -> Vec<Value> {
    events_as(history, machine, epoch_ms, &Identity::default())
}

fn events_as(history: &History, machine: &Machine, epoch_ms: i64, identity: &Identity) -> Vec<Value> {
    history.events.iter().map(|event| wire_event(event, machine, epoch_ms, identity)).collect()
}

/// What `run` prints: status, decoded output, error, cause and events; what TestState could not show of them as
/// `simulated`; of a second execution, the first one as `before`.
pub fn execution(history: &History, machine: &Machine, epoch_ms: i64) -> Value {
    execution_as(history, machine, epoch_ms, &Identity::default())
}

/// The same, with the account, region and role that the run had.
pub fn execution_as(history: &History, machine: &Machine, epoch_ms: i64, identity: &Identity) -> Value {
    let mut out = ObjectBuilder::with_capacity(5);
    out.push("status", history.outcome.status().into());
    let (output, error, cause) = match &history.outcome {
        super::Outcome::Succeeded { output } => (output.clone(), None, None),
        super::Outcome::Failed { error, cause } | super::Outcome::Aborted { error, cause } => {
            (Value::Null, error.clone(), cause.clone())
        }
        super::Outcome::TimedOut { .. } => (Value::Null, None, None),
        super::Outcome::Unknown(unknown) => {
            (Value::Null, Some(Arc::from("Unknown")), Some(Arc::from(unknown.to_string())))
        }
    };
    out.push("output", output);
    out.push("error", error.map_or(Value::Null, Value::from));
    out.push("cause", cause.map_or(Value::Null, Value::from));
    let before = history.before.as_deref();
    let starts_after_ms =
        before.map_or(0, |before| i64::try_from(before.starts_after_ms).unwrap_or(i64::MAX));
    let own_epoch_ms = epoch_ms.saturating_add(starts_after_ms);
    out.push("events", Value::array(events_as(history, machine, own_epoch_ms, identity)));
    if !history.simulated.is_empty() {
        out.push("simulated", simulated(history, machine));
    }
    if let Some(before) = before {
        out.push("before", execution_as(&before.history, machine, epoch_ms, identity));
    }
    out.finish().into()
}

/// What no answer of TestState stands behind.
fn simulated(history: &History, machine: &Machine) -> Value {
    let one = |part: &super::Simulated| {
        let mut out = ObjectBuilder::with_capacity(2);
        out.push("state", part.state.map_or(Value::Null, |id| machine.state(id).path.clone().into()));
        out.push("what", part.what.as_str().into());
        out.finish().into()
    };
    Value::array(history.simulated.iter().map(one).collect())
}

fn wire_event(event: &Event, machine: &Machine, epoch_ms: i64, identity: &Identity) -> Value {
    let state = event.state.map(|id| machine.state(id));
    let mut out = ObjectBuilder::with_capacity(5);
    let time = epoch_ms.saturating_add(i64::try_from(event.at.0).unwrap_or(i64::MAX));
    out.push("timestamp", super::event::rfc3339(time).into());
    out.push("type", event.kind.name().into());
    out.push("id", i64::from(event.id.0).into());
    out.push("previousEventId", i64::from(event.previous.0).into());
    if let Some((key, details)) = details(event, state, machine, identity) {
        out.push(key, details.into());
    }
    out.finish().into()
}

/// The name and content of the `…EventDetails` member.
fn details(
    event: &Event,
    state: Option<&State>,
    machine: &Machine,
    identity: &Identity,
) -> Option<(String, Object)> {
    let mut details = ObjectBuilder::with_capacity(6);
    match &event.detail {
        Detail::None => {}
        Detail::Input(input) => {
            push_payload(&mut details, "input", input);
            if event.kind == EventType::ExecutionStarted {
                details.push("roleArn", identity.role_arn(&machine.name).into());
            }
        }
        Detail::Output(output, assigned) => {
            push_payload(&mut details, "output", output);
            if let Some(assigned) = assigned {
                let variables = assigned.iter().map(|(name, value)| (name.clone(), value.to_json().into()));
                details.push("assignedVariables", variables.collect::<Object>().into());
                details.push("assignedVariablesDetails", not_truncated());
            }
        }
        Detail::Failure(error, cause) => {
            for (name, text) in [("error", error), ("cause", cause)] {
                if let Some(text) = text {
                    details.push(name, text.clone().into());
                }
            }
        }
        Detail::Evaluation { location, cause } => {
            details.push("cause", cause.clone().into());
            details.push("error", crate::error::ErrorName::QUERY_EVALUATION.into());
            if let Some(location) = location {
                details.push("location", location.clone().into());
            }
            if let Some(state) = state {
                details.push("state", state.name.clone().into());
            }
        }
        Detail::Scheduled(scheduled) => push_scheduled(&mut details, event.kind, scheduled, state, identity),
        Detail::Worker(name) => {
            if let Some(name) = name {
                details.push("workerName", name.clone().into());
            }
        }
        Detail::Length(length) => details.push("length", (*length as i64).into()),
        Detail::Iteration(name, index) => {
            details.push("name", name.clone().into());
            details.push("index", (*index as i64).into());
        }
        Detail::MapRun(arn) => details.push("mapRunArn", arn.clone().into()),
        Detail::Redriven(count) => details.push("redriveCount", i64::from(*count).into()),
    }
    push_place(&mut details, event.kind, state);
    let key = details_key(event.kind)?;
    Some((key, details.finish()))
}

/// The state's name in Entered and Exited events, the called service in those of a task.
fn push_place(details: &mut ObjectBuilder, kind: EventType, state: Option<&State>) {
    let (Some(state), name) = (state, kind.name()) else { return };
    if name.ends_with("StateEntered") || name.ends_with("StateExited") {
        details.push("name", state.name.clone().into());
    } else if name.starts_with("Task")
        && !name.ends_with("Aborted")
        && let Some((resource_type, resource)) = resource(state)
    {
        details.push("resourceType", resource_type.into());
        details.push("resource", resource.into());
    }
}

fn push_scheduled(
    details: &mut ObjectBuilder,
    kind: EventType,
    scheduled: &Scheduled,
    state: Option<&State>,
    identity: &Identity,
) {
    if kind == EventType::TaskScheduled {
        details.push("region", identity.region.to_string().into());
        details.push("parameters", scheduled.parameters.to_json().into());
    } else {
        if let Some(Kind::Task(task)) = state.map(|state| &state.kind) {
            details.push("resource", task.resource.clone().into());
        }
        push_payload(details, "input", &scheduled.parameters);
    }
    // API reference: Lambda's event has no heartbeat.
    let heartbeat = scheduled.heartbeat_seconds.filter(|_| kind != EventType::LambdaFunctionScheduled);
    for (name, seconds) in
        [("timeoutInSeconds", scheduled.timeout_seconds), ("heartbeatInSeconds", heartbeat)]
    {
        if let Some(seconds) = seconds {
            details.push(name, i64::try_from(seconds).unwrap_or(i64::MAX).into());
        }
    }
    if let Some(role) = scheduled.credentials.as_ref().and_then(|credentials| credentials.get("RoleArn")) {
        details.push("taskCredentials", Object::from_iter([("roleArn", role.clone())]).into());
    }
}

/// `("lambda", "invoke.waitForTaskToken")`, `("aws-sdk:s3", "getObject")`
fn resource(state: &State) -> Option<(String, String)> {
    let task = state.task()?;
    let integration = &task.integration;
    let suffix = match integration.pattern {
        crate::catalog::Pattern::RequestResponse => "",
        crate::catalog::Pattern::Sync => ".sync",
        crate::catalog::Pattern::Sync2 => ".sync:2",
        crate::catalog::Pattern::Callback => ".waitForTaskToken",
    };
    let service = match integration.kind {
        Service::Sdk => format!("aws-sdk:{}", integration.service),
        Service::Optimized | Service::Http => integration.service.to_string(),
        Service::LambdaArn | Service::Activity | Service::Unresolved => return None,
    };
    Some((service, format!("{}{suffix}", integration.action)))
}

fn push_payload(details: &mut ObjectBuilder, name: &str, value: &Value) {
    details.push(name, value.to_json().into());
    details.push(format!("{name}Details"), not_truncated());
}

fn not_truncated() -> Value {
    Object::from_iter([("truncated", Value::from(false))]).into()
}

/// API reference, "HistoryEvent": which member carries the details of an event type; some types have none.
fn details_key(kind: EventType) -> Option<String> {
    let name = kind.name();
    let stem = match kind {
        EventType::LambdaFunctionStarted
        | EventType::MapRunAborted
        | EventType::MapRunSucceeded
        | EventType::MapStateSucceeded
        | EventType::MapStateFailed
        | EventType::ParallelStateStarted
        | EventType::ParallelStateSucceeded
        | EventType::ParallelStateFailed => return None,
        _ if name.ends_with("StateAborted") => return None,
        _ if name.ends_with("StateEntered") => "stateEntered".to_owned(),
        _ if name.ends_with("StateExited") => "stateExited".to_owned(),
        _ => format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..]),
    };
    Some(format!("{stem}EventDetails"))
}
