//! Wait states, and numbers that a state finds when it runs.

use crate::asl::{Amount, State, Wait};
use crate::expr::{EvalError, EvalErrorKind, Timestamp};
use crate::history::StrandId;
use crate::value::Value;

use super::engine::Engine;
use super::strand::{Phase, Step, at};

/// Recorded on AWS: a Wait until 24,856 days from now is refused while it runs, so the bound is 2^31 - 1 seconds.
const WAIT_SECONDS_MAX: f64 = 2_147_483_647.0;

impl Engine<'_> {
    pub(super) fn pause(&mut self, id: StrandId, state: &State, wait: &Wait) -> Step {
        let delay = self.effective_input(id, state).and_then(|input| self.wait_ms(id, wait, &input));
        match delay {
            Ok(delay_ms) => {
                self.strands[at(id)].phase = Phase::Pausing;
                self.set_timer(id, delay_ms);
                Step::Block
            }
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    /// The pause is over.
    pub(super) fn wake(&mut self, id: StrandId, state: &State) -> Step {
        match self.effective_input(id, state) {
            Ok(input) => self.complete(id, state, input),
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    fn wait_ms(&self, id: StrandId, wait: &Wait, input: &Value) -> Result<u64, EvalError> {
        match wait {
            Wait::Seconds(amount) => self.wait_seconds(id, amount, input),
            Wait::Timestamp(text) => self.until(text, "Timestamp", ""),
            Wait::TimestampPath(path) => {
                let value = self.with_env(id, input, |env| path.eval(env))?;
                self.until(value.as_str().unwrap_or(""), "TimestampPath", path.text())
            }
            Wait::TimestampJsonata(text) => Err(unsupported(text)),
        }
    }

    fn wait_seconds(&self, id: StrandId, amount: &Amount, input: &Value) -> Result<u64, EvalError> {
        let (seconds, place) = match amount {
            Amount::Literal(seconds) => (*seconds, String::new()),
            Amount::Path(path) => {
                let found = self.with_env(id, input, |env| path.lookup(env))?;
                let Some(value) = found else {
                    return Err(invalid(format!(
                        "The SecondsPath parameter does not reference an input value: {}",
                        path.text()
                    )));
                };
                let place = format!("{} == {value}", path.text());
                let Some(seconds) = value.as_i64() else {
                    return Err(invalid(format!(
                        "The SecondsPath parameter cannot be parsed as a long value: {place}"
                    )));
                };
                (seconds as f64, place)
            }
            Amount::Jsonata(text) => return Err(unsupported(text)),
        };
        if seconds < 0.0 {
            return Err(invalid(format!("The SecondsPath parameter references a negative value: {place}")));
        }
        if seconds > WAIT_SECONDS_MAX {
            return Err(invalid("Wait state delay is too long.".to_owned()));
        }
        Ok((seconds * 1000.0) as u64)
    }

    fn until(&self, text: &str, field: &str, path: &str) -> Result<u64, EvalError> {
        let Some(timestamp) = Timestamp::parse(text) else {
            return Err(invalid(format!(
                "The {field} parameter does not reference a valid ISO-8601 extended offset date-time format \
                 string: {path} == {text}"
            )));
        };
        let target_ms = timestamp.nanos.div_euclid(1_000_000);
        let now_ms = i128::from(self.case.epoch_ms) + i128::from(self.clock.now().0);
        let delay_ms = u64::try_from(target_ms - now_ms).unwrap_or(0);
        if delay_ms as f64 > WAIT_SECONDS_MAX * 1000.0 {
            return Err(invalid("Wait state delay is too long.".to_owned()));
        }
        Ok(delay_ms)
    }

    /// A number of a `…Seconds`, `Max…` or `Tolerated…` field.
    pub(super) fn amount(
        &self,
        id: StrandId,
        amount: &Amount,
        input: &Value,
        field: &str,
    ) -> Result<f64, EvalError> {
        match amount {
            Amount::Literal(number) => Ok(*number),
            Amount::Path(path) => {
                let value = self.with_env(id, input, |env| path.eval(env))?;
                value.as_number().map(crate::value::Number::as_f64).ok_or_else(|| {
                    let shown = value.as_str().map_or_else(|| value.to_json(), ToOwned::to_owned);
                    invalid(format!(
                        "The {field} field refers to value \"{shown}\" which is not a valid integer: {}",
                        path.text()
                    ))
                })
            }
            Amount::Jsonata(text) => Err(unsupported(text)),
        }
    }

    /// A whole number that must not be negative.
    pub(super) fn whole_amount(
        &self,
        id: StrandId,
        amount: &Amount,
        input: &Value,
        field: &str,
    ) -> Result<u64, EvalError> {
        let number = self.amount(id, amount, input, field)?;
        let place = match amount {
            Amount::Path(path) => path.text().to_string(),
            Amount::Literal(_) | Amount::Jsonata(_) => String::new(),
        };
        if number.fract() != 0.0 {
            return Err(invalid(format!(
                "The {field} field refers to value \"{number}\" which is not a valid integer: {place}"
            )));
        }
        if number < 0.0 {
            return Err(invalid(format!("{} cannot be negative.", field.trim_end_matches("Path"))));
        }
        Ok(number as u64)
    }
}

fn invalid(cause: String) -> EvalError {
    EvalError { kind: EvalErrorKind::Type, cause }
}

fn unsupported(text: &str) -> EvalError {
    EvalError { kind: EvalErrorKind::Unsupported, cause: format!("JSONata expression {text}") }
}
