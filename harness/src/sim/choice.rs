//! Choice states: the first rule that holds decides.

use crate::asl::{Choice, QueryLanguage, State};
use crate::error::ErrorName;
use crate::expr::EvalError;
use crate::history::{Decision, StrandId};
use crate::value::Value;

use super::engine::Engine;
use super::failure::StateError;
use super::strand::{Step, at};

impl Engine<'_> {
    pub(super) fn choose(&mut self, id: StrandId, state: &State, choice: &Choice) -> Step {
        let input = match self.effective_input(id, state) {
            Ok(input) => input,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let rule = match self.first_rule(id, choice, &input) {
            Ok(rule) => rule,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let visit = self.strands[at(id)].visit;
        self.history.decisions.push(Decision { state: state.id, strand: id, visit, rule });
        let chosen = rule.map(|index| &choice.rules[index]);
        let Some(next) = chosen.map(|rule| rule.next).or(choice.default) else {
            return self.unmatched(id, state);
        };
        let assign = match chosen {
            Some(rule) => rule.assign.as_ref(),
            None => state.assign.as_ref(),
        };
        let assigned = match self.assign(id, assign, &input) {
            Ok(assigned) => assigned,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let output = match (state.query_language, chosen.and_then(|rule| rule.output.as_ref())) {
            (QueryLanguage::Jsonata, Some(template)) => self.with_env(id, &input, |env| template.eval(env)),
            _ => self.choice_output(id, state, &input),
        };
        match output {
            Ok(output) => self.exit(id, state, output, assigned, Some(next)),
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    fn first_rule(&self, id: StrandId, choice: &Choice, input: &Value) -> Result<Option<usize>, EvalError> {
        self.with_env(id, input, |env| {
            for (index, rule) in choice.rules.iter().enumerate() {
                if rule.rule.holds(env)? {
                    return Ok(Some(index));
                }
            }
            Ok(None)
        })
    }

    fn choice_output(&self, id: StrandId, state: &State, input: &Value) -> Result<Value, EvalError> {
        match (&state.flow.output, &state.flow.output_path) {
            (Some(template), _) => self.with_env(id, input, |env| template.eval(env)),
            (None, crate::asl::DataPath::All) => Ok(input.clone()),
            (None, crate::asl::DataPath::Nothing) => Ok(Value::empty_object()),
            (None, crate::asl::DataPath::Path(path)) => self.with_env(id, input, |env| path.eval(env)),
        }
    }

    /// Reported on AWS: the error is States.Runtime, not the specification's States.NoChoiceMatched.
    fn unmatched(&mut self, id: StrandId, state: &State) -> Step {
        let cause = format!(
            "An error occurred while executing the state '{}' (entered at the event id #{}). \
             Failed to transition out of the state. The state does not point to a next state.",
            state.name,
            self.strands[at(id)].entered.0
        );
        self.fail(id, StateError::interpreter(ErrorName::RUNTIME, cause), None)
    }
}
