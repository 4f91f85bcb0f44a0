//! Pass, Succeed and Fail states: no work but their data flow.

use std::sync::Arc;

use crate::asl::{State, TextSource};
use crate::error::Origin;
use crate::expr::{EvalError, EvalErrorKind, Template};
use crate::history::StrandId;
use crate::value::Value;

use super::engine::Engine;
use super::failure::StateError;
use super::strand::Step;

impl Engine<'_> {
    /// A Pass state: `Result` as it is, or the arguments.
    pub(super) fn pass(&mut self, id: StrandId, state: &State, result: Option<&Value>) -> Step {
        let input = match self.effective_input(id, state) {
            Ok(input) => input,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let value = match result {
            Some(result) => Ok(result.clone()),
            None => self.arguments(id, state, &input),
        };
        match value {
            Ok(value) => self.complete(id, state, value),
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    /// A Succeed state.
    pub(super) fn succeed(&mut self, id: StrandId, state: &State) -> Step {
        match self.effective_input(id, state) {
            Ok(input) => self.complete(id, state, input),
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    /// A Fail state: its scope fails with the given error and cause.
    pub(super) fn fail_state(
        &mut self,
        id: StrandId,
        state: &State,
        error: Option<&TextSource>,
        cause: Option<&TextSource>,
    ) -> Step {
        let texts = (self.text(id, state, error, "ErrorPath"), self.text(id, state, cause, "CausePath"));
        match texts {
            (Ok(error), Ok(cause)) => {
                self.fail(id, StateError { error, cause, origin: Origin::Reported }, None)
            }
            (Err(error), _) | (_, Err(error)) => self.evaluation_failed(id, error),
        }
    }

    fn text(
        &self,
        id: StrandId,
        state: &State,
        source: Option<&TextSource>,
        field: &str,
    ) -> Result<Option<Arc<str>>, EvalError> {
        let template = match source {
            None => return Ok(None),
            Some(TextSource::Literal(text)) => return Ok(Some(text.clone())),
            Some(TextSource::Template(template)) => template,
        };
        let input = self.effective_input(id, state)?;
        if let Template::Jsonata(query) = template {
            return self.with_env(id, &input, |env| query.eval_text(env)).map(Some);
        }
        match self.with_env(id, &input, |env| template.eval_field(env, field))? {
            Value::String(text) => Ok(Some(text)),
            other => Err(EvalError {
                kind: EvalErrorKind::Type,
                cause: format!("The field '{field}' must be a string but was: {other}"),
            }),
        }
    }
}
