//! Choice states: the first rule that holds decides.

use crate::asl::{Choice, State};
use crate::expr::{EvalError, EvalErrorKind, Template};
use crate::history::{Decision, StrandId};
use crate::value::Value;

use super::engine::Engine;
use super::flow::assigned;
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
            return self.unmatched(id);
        };
        let assign = match chosen {
            Some(rule) => rule.assign.as_ref(),
            None => state.assign.as_ref(),
        };
        // Recorded on AWS: Assign and Output of the state itself belong to its Default.
        let output = match chosen {
            Some(rule) => rule.output.as_ref(),
            None => state.flow.output.as_ref(),
        };
        let eval = |template: &Template| self.with_env(id, &input, |env| template.eval(env));
        let left = assigned(assign, eval).and_then(|assigned| {
            let output = match output {
                Some(template) => eval(template)?,
                None => self.select(id, &state.flow.output_path, &input)?,
            };
            Ok((output, assigned))
        });
        match left {
            Ok((output, assigned)) => self.exit(id, state, output, assigned, Some(next)),
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

    /// Reported on AWS: the error is States.Runtime, not the specification's States.NoChoiceMatched.
    fn unmatched(&mut self, id: StrandId) -> Step {
        let cause =
            "Failed to transition out of the state. The state does not point to a next state.".to_owned();
        self.evaluation_failed(id, EvalError { kind: EvalErrorKind::NoChoice, cause })
    }
}
