//! The data flow around a state: `InputPath` before its work, `ResultSelector` to `OutputPath` after it.

use crate::asl::{DataPath, Kind, QueryLanguage, ResultPath, State, Transition};
use crate::error::ErrorName;
use crate::expr::{Env, EvalError, States, Template};
use crate::history::{Assigned, Detail, EventType, StrandId};
use crate::value::Value;

use super::engine::Engine;
use super::failure::StateError;
use super::probe::{Stage, Work};
use super::strand::{Step, at};

/// Docs, "Passing data between states with variables": all variables of an execution together; those of one
/// `Assign` share the limit of payloads.
const VARIABLES_BYTES_MAX: usize = 10 * 1024 * 1024;

impl Engine<'_> {
    /// The state's input after `InputPath`.
    pub(super) fn effective_input(&self, id: StrandId, state: &State) -> Result<Value, EvalError> {
        let input = self.select(id, &state.flow.input_path, &self.strands[at(id)].input)?;
        self.note(Stage::InputPath, &input);
        Ok(input)
    }

    /// What a state works with: `Parameters` or `Arguments` over the effective input.
    pub(super) fn arguments(&self, id: StrandId, state: &State, input: &Value) -> Result<Value, EvalError> {
        let arguments = match &state.flow.parameters {
            Some(template) => self.with_env(id, input, |env| template.eval(env))?,
            None => input.clone(),
        };
        self.note(Stage::Arguments, &arguments);
        Ok(arguments)
    }

    /// What a data path selects.
    pub(super) fn select(&self, id: StrandId, path: &DataPath, input: &Value) -> Result<Value, EvalError> {
        match path {
            DataPath::All => Ok(input.clone()),
            // ASL spec, "InputPath": null gives the empty object.
            DataPath::Nothing => Ok(Value::empty_object()),
            DataPath::Path(path) => self.with_env(id, input, |env| path.eval(env)),
        }
    }

    /// The work of a state succeeded: its result goes through the rest of the data flow, and on.
    pub(super) fn complete(&mut self, id: StrandId, state: &State, result: Value) -> Step {
        if self.teller.is_some() && !self.consult_whole(id, state, &Work::Result(result.clone()), None) {
            return Step::End;
        }
        match self.output(id, state, result) {
            Ok((output, assigned)) => self.leave(id, state, output, assigned),
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    fn output(&self, id: StrandId, state: &State, result: Value) -> Result<(Value, Assigned), EvalError> {
        let flow = &state.flow;
        self.note(Stage::Result, &result);
        if state.query_language == QueryLanguage::Jsonata {
            return self.jsonata_output(id, state, result);
        }
        let selected = match &flow.result_selector {
            Some(template) => self.with_env(id, &result, |env| template.eval(env))?,
            None => result,
        };
        self.note(Stage::ResultSelector, &selected);
        // Recorded on AWS: Assign sees the result before ResultPath puts it into the input.
        let assigned = assigned(state.assign.as_ref(), |template| {
            self.with_env(id, &selected, |env| template.eval(env))
        })?;
        let merged = self.merge(id, &flow.result_path, selected)?;
        self.note(Stage::ResultPath, &merged);
        Ok((self.select(id, &flow.output_path, &merged)?, assigned))
    }

    /// Docs, "Transforming data with JSONata": `Output` and `Assign` see the raw input and, where the state has
    /// work of its own, its result; without `Output` the result is the output.
    fn jsonata_output(
        &self,
        id: StrandId,
        state: &State,
        result: Value,
    ) -> Result<(Value, Assigned), EvalError> {
        let works = matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_));
        let states = States { result: works.then_some(&result), error_output: None };
        let eval = |template: &Template| self.with_states(id, states, |env| template.eval(env));
        let assigned = assigned(state.assign.as_ref(), eval)?;
        let output = state.flow.output.as_ref().map(eval).transpose()?;
        Ok((output.unwrap_or(result), assigned))
    }

    /// Evaluates something in a JSONata state, with more than its input in `$states`.
    pub(super) fn with_states<T>(
        &self,
        id: StrandId,
        states: States<'_>,
        evaluate: impl FnOnce(&Env<'_>) -> T,
    ) -> T {
        let input = &self.strands[at(id)].input;
        self.with_env(id, input, |env| evaluate(&Env { states, ..*env }))
    }

    /// ASL spec, "ResultPath": combined with the raw input of the state.
    pub(super) fn merge(&self, id: StrandId, path: &ResultPath, result: Value) -> Result<Value, EvalError> {
        let raw = &self.strands[at(id)].input;
        match path {
            ResultPath::Replace => Ok(result),
            ResultPath::Discard => Ok(raw.clone()),
            ResultPath::At(path) => path.put(raw, result),
        }
    }

    /// Leaves the state with its final output.
    fn leave(&mut self, id: StrandId, state: &State, output: Value, assigned: Assigned) -> Step {
        let next = match state.next {
            Transition::Next(next) => Some(next),
            Transition::End => None,
        };
        self.exit(id, state, output, assigned, next)
    }

    /// Writes the Exited event and goes to `next`, or ends the scope.
    pub(super) fn exit(
        &mut self,
        id: StrandId,
        state: &State,
        output: Value,
        assigned: Assigned,
        next: Option<crate::asl::StateId>,
    ) -> Step {
        if let Some(told) = self.told(id) {
            return self.leave_as_told(id, state, told);
        }
        if output.json_len() > self.limits().payload_bytes_max || !self.set_variables(id, &assigned) {
            return self.fail(id, oversized(state), None);
        }
        if let Some(kind) = exited_type(&state.kind) {
            self.emit(id, kind, Detail::Output(output.clone(), assigned));
        }
        match next {
            _ if self.has_ended() => Step::End,
            Some(next) if self.probe.is_some() => self.stop_before(next, output),
            Some(next) => Step::Goto(next, output),
            None => Step::Finish(output),
        }
    }

    /// Sets variables; false if they are larger than AWS keeps them.
    fn set_variables(&mut self, id: StrandId, assigned: &Assigned) -> bool {
        let Some(assigned) = assigned else { return true };
        let bytes: usize = assigned.iter().map(|(_, value)| value.json_len()).sum();
        if bytes > self.limits().payload_bytes_max {
            return false;
        }
        let variables = &mut self.strands[at(id)].variables;
        for (name, value) in assigned.iter() {
            variables.set(name.clone(), value.clone());
        }
        variables.iter().map(|(_, value)| value.json_len()).sum::<usize>() <= VARIABLES_BYTES_MAX
    }
}

/// The new values of variables that `Assign` gives. Recorded on AWS: nothing else in the state sees them.
pub(super) fn assigned(
    template: Option<&Template>,
    eval: impl FnOnce(&Template) -> Result<Value, EvalError>,
) -> Result<Assigned, EvalError> {
    let Some(template) = template else { return Ok(None) };
    match eval(template)? {
        Value::Object(object) => {
            Ok(Some(object.iter().map(|(name, value)| (name.clone(), value.clone())).collect()))
        }
        _ => unreachable!("the compiler lets nothing but an object be Assign"),
    }
}

/// Recorded on AWS: an oversized output ends the execution at once; no handler sees it.
pub(super) fn oversized(state: &State) -> StateError {
    StateError::interpreter(ErrorName::DATA_LIMIT, oversized_cause(state))
}

pub(super) fn oversized_cause(state: &State) -> String {
    format!(
        "The state/task '{}' returned a result with a size exceeding the maximum number of bytes service limit.",
        state.name
    )
}

fn exited_type(kind: &Kind) -> Option<EventType> {
    Some(match kind {
        Kind::Task(_) => EventType::TaskStateExited,
        Kind::Pass { .. } => EventType::PassStateExited,
        Kind::Choice(_) => EventType::ChoiceStateExited,
        Kind::Wait(_) => EventType::WaitStateExited,
        Kind::Succeed => EventType::SucceedStateExited,
        Kind::Parallel { .. } => EventType::ParallelStateExited,
        Kind::Map(_) => EventType::MapStateExited,
        Kind::Fail { .. } => return None,
    })
}
