//! The context object of the state under test: as given, or what the service makes up.

use super::definition::MACHINE_NAME;
use super::{ApiError, Request};
use crate::asl::{Kind, Machine, MachineType, MapMode, StateId};
use crate::catalog::Pattern;
use crate::history::rfc3339;
use crate::sim::{Case, Identity};
use crate::value::{Object, Value};

/// What a member of a given context object must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Text,
    Number,
    Any,
}

/// The members that a given context object may have.
const MEMBERS: [(&str, &[(&str, Member)]); 4] = [
    (
        "Execution",
        &[
            ("Id", Member::Text),
            ("Input", Member::Any),
            ("Name", Member::Text),
            ("RoleArn", Member::Text),
            ("StartTime", Member::Text),
            ("RedriveCount", Member::Number),
            ("RedriveTime", Member::Text),
        ],
    ),
    ("State", &[("EnteredTime", Member::Text), ("Name", Member::Text), ("RetryCount", Member::Number)]),
    ("StateMachine", &[("Id", Member::Text), ("Name", Member::Text)]),
    ("Task", &[("Token", Member::Text)]),
];

/// The context object that a request gives, checked.
pub(super) fn given(text: &str, pattern: Option<Pattern>) -> Result<Value, ApiError> {
    let context = Value::parse(text).map_err(|_| refused("must be valid JSON"))?;
    let Some(members) = context.as_object() else { return Err(refused("must be a JSON object")) };
    for (name, value) in members.iter() {
        check_member(name, value, pattern)?;
    }
    Ok(context)
}

fn check_member(name: &str, value: &Value, pattern: Option<Pattern>) -> Result<(), ApiError> {
    if name == "Map" {
        return Err(refused("'Map' field is not supported when mocking a Context object"));
    }
    let known = MEMBERS.iter().find(|(known, _)| *known == name);
    // Recorded on AWS: only a task that waits has a token.
    let waits = pattern.is_some_and(|pattern| pattern != Pattern::RequestResponse);
    let Some((_, members)) = known.filter(|_| name != "Task" || waits) else {
        return Err(refused(&format!("Field '{name}' is not allowed")));
    };
    let Some(object) = value.as_object() else {
        return Err(refused(&format!("{name} must be an object")));
    };
    for (member, value) in object.iter() {
        let Some((_, kind)) = members.iter().find(|(known, _)| *known == &**member) else {
            return Err(refused(&format!("Field '{name}.{member}' is not allowed")));
        };
        let expected = match (kind, value) {
            (Member::Any, _) | (Member::Text, Value::String(_)) | (Member::Number, Value::Number(_)) => {
                continue;
            }
            (Member::Text, _) => "a string",
            (Member::Number, _) => "a number",
        };
        return Err(refused(&format!("{name}.{member} must be {expected}")));
    }
    Ok(())
}

fn refused(what: &str) -> ApiError {
    ApiError::validation(format!("Invalid Context object provided: {what}"))
}

/// What the service makes up. Recorded on AWS: an Express execution, without the members about redriving.
pub(super) fn made_up(request: &Request, machine: &Machine, state: StateId, case: &Case) -> Value {
    let time = Value::from(rfc3339(case.epoch_ms));
    let name = Value::from(case.execution_name.clone());
    let execution = Object::from_iter([
        ("Id", Value::from(execution_arn(&case.identity, &case.execution_name))),
        ("Input", case.input.clone()),
        ("Name", name),
        // Recorded on AWS: null where no role is given.
        ("RoleArn", request.role_arn.as_deref().map_or(Value::Null, Value::from)),
        ("StartTime", time.clone()),
    ]);
    let state_machine = Object::from_iter([
        ("Id", Value::from(case.identity.machine_arn(MACHINE_NAME))),
        ("Name", Value::from(MACHINE_NAME)),
    ]);
    let here = Object::from_iter([
        ("Name", Value::from(machine.state(state).name.clone())),
        ("EnteredTime", time),
        ("RetryCount", Value::from(0)),
    ]);
    let mut context = Object::from_iter([
        ("Execution", execution.into()),
        ("StateMachine", state_machine.into()),
        ("State", here.into()),
    ]);
    if machine.state(state).task().is_some_and(|task| task.integration.pattern == Pattern::Callback) {
        let token = Value::from(format!("token-{}-1", case.execution_name));
        context.insert("Task", Object::from_iter([("Token", token)]).into());
    }
    if let Some(item) = item(machine, state, &case.input) {
        context.insert("Map", Object::from_iter([("Item", item)]).into());
    }
    context.into()
}

/// Docs, "TestState": a state inside a Map works on the first item, and that is its input.
fn item(machine: &Machine, state: StateId, input: &Value) -> Option<Value> {
    let map = machine.enclosing(state).find_map(|around| match &around.kind {
        Kind::Map(map) => Some(map),
        _ => None,
    })?;
    let mut item = Object::from_iter([("Index", Value::from(0)), ("Value", input.clone())]);
    if map.mode != MapMode::Inline && map.item_reader.is_none() {
        item.insert("Source", Value::from("STATE_DATA"));
    }
    Some(item.into())
}

/// Recorded on AWS: without the id that the ARN of a real Express execution ends with.
fn execution_arn(identity: &Identity, name: &str) -> String {
    let arn = identity.execution_arn(MachineType::Express, MACHINE_NAME, name);
    let end = arn.rfind(&format!(":{name}")).map_or(arn.len(), |at| at + 1 + name.len());
    arn[..end].to_owned()
}
