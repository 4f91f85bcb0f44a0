//! The state under test: alone in a definition, or one of a whole state machine.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ApiError, Request};
use crate::asl::{self, Machine, MachineType, StateId, verdict};
use crate::value::{Object, ObjectBuilder, Value};

/// Recorded on AWS: what a state is called that was sent without a name.
const NAME: &str = "StateName";

/// Name of the machine in ARNs.
pub(super) const MACHINE_NAME: &str = "TestState";

/// Definitions that are kept once they are compiled; walks ask about the same one again and again.
const KEPT_MAX: usize = 16;

/// Compiled definitions by their text.
#[derive(Clone, Debug, Default)]
pub(super) struct Compiled(Vec<(String, Arc<Machine>)>);

impl Compiled {
    /// The machine that holds the state under test, and the state.
    pub(super) fn read(&mut self, request: &Request) -> Result<(Arc<Machine>, StateId), ApiError> {
        let Some(name) = &request.state_name else {
            let (machine, state) = read(request)?;
            return Ok((Arc::new(machine), state));
        };
        if let Some((_, machine)) = self.0.iter().find(|(text, _)| *text == request.definition) {
            return Ok((Arc::clone(machine), find(machine, name)?));
        }
        let (machine, state) = read(request)?;
        let machine = Arc::new(machine);
        self.0.truncate(KEPT_MAX - 1);
        self.0.insert(0, (request.definition.clone(), Arc::clone(&machine)));
        Ok((machine, state))
    }
}

fn find(machine: &Machine, name: &str) -> Result<StateId, ApiError> {
    let state = machine.states.iter().find(|state| &*state.name == name).map(|state| state.id);
    state.ok_or_else(|| ApiError::validation("State not found in definition"))
}

fn read(request: &Request) -> Result<(Machine, StateId), ApiError> {
    let definition = Value::parse(&request.definition).map_err(|_| refused(&request.definition))?;
    let (text, name) = match &request.state_name {
        Some(name) => (request.definition.clone(), name.as_str()),
        None => (alone(&definition).to_json(), NAME),
    };
    let mut machine = asl::compile_text(MACHINE_NAME, &text).map_err(|_| refused(&text))?;
    // A test of one state is bounded by the API alone.
    machine.timeout_seconds = None;
    let state = find(&machine, name)?;
    Ok((machine, state))
}

/// A machine around one state. Recorded on AWS: the states that it goes to need not be there.
fn alone(state: &Value) -> Value {
    let mut states = ObjectBuilder::default();
    states.push(NAME, state.clone());
    for target in targets(state).into_iter().filter(|target| *target != NAME) {
        let succeed = Object::from_iter([("Type", Value::from("Succeed"))]);
        states.push(target, succeed.into());
    }
    let mut machine = ObjectBuilder::with_capacity(2);
    machine.push("StartAt", Value::from(NAME));
    machine.push("States", states.finish().into());
    machine.finish().into()
}

/// Every state that this one names.
fn targets(state: &Value) -> BTreeSet<&str> {
    let own = ["Next", "Default"].into_iter().filter_map(|field| state.get(field));
    let lists = ["Choices", "Catch"].into_iter().filter_map(|field| state.get(field)?.as_array());
    let listed = lists.flatten().filter_map(|entry| entry.get("Next"));
    own.chain(listed).filter_map(Value::as_str).collect()
}

/// What the service says of a definition that it refuses, in the words of `CreateStateMachine`.
fn refused(text: &str) -> ApiError {
    let nothing = Value::empty_object();
    let request = verdict::Request {
        operation: verdict::Operation::CreateStateMachine,
        machine_type: MachineType::Standard,
        definition: Some(text),
        input: None,
        parameters: &nothing,
    };
    let message = request.judge().message;
    ApiError::definition(message.unwrap_or_else(|| "Invalid State Machine Definition".to_owned()))
}
