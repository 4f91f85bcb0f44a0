//! Wait states, and numbers that a state finds when it runs.

use crate::asl::{Amount, State, Wait};
use crate::expr::{EvalError, EvalErrorKind, Query, Timestamp};
use crate::history::StrandId;
use crate::value::Value;

use super::Question;
use super::engine::Engine;
use super::strand::{Phase, Step, at};

/// Recorded on AWS: a Wait until 24,856 days from now is refused while it runs, so the bound is 2^31 - 1 seconds.
const WAIT_SECONDS_MAX: f64 = 2_147_483_647.0;
const TOO_LONG: &str = "Wait state delay is too long.";

impl Engine<'_> {
    pub(super) fn pause(&mut self, id: StrandId, state: &State, wait: &Wait) -> Step {
        let delay = self.effective_input(id, state).and_then(|input| self.wait_ms(id, wait, &input));
        let question = if delay.is_ok() { Question::Alone } else { Question::Before };
        if !self.consult(id, state, question) {
            return Step::End;
        }
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
            Wait::Timestamp(text) => timestamp(text, "Timestamp", "").and_then(|time| self.until(&time)),
            Wait::TimestampPath(path) => {
                let value = self.with_env(id, input, |env| path.eval(env))?;
                let time = timestamp(value.as_str().unwrap_or(""), "TimestampPath", path.text())?;
                self.until(&time)
            }
            Wait::TimestampJsonata(query) => {
                let text = self.with_env(id, input, |env| query.eval_text(env))?;
                let Some(timestamp) = Timestamp::parse(&text) else {
                    let field =
                        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time";
                    return Err(query.refused(format!("{field} format string: {text}")));
                };
                self.until(&timestamp).map_err(|error| query.refused(error.cause))
            }
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
            Amount::Jsonata(query) => {
                let seconds = self.whole_amount(id, amount, input, "Seconds")?;
                if seconds as f64 > WAIT_SECONDS_MAX {
                    return Err(query.refused(TOO_LONG.to_owned()));
                }
                return Ok(seconds.saturating_mul(1000));
            }
        };
        if seconds < 0.0 {
            return Err(invalid(format!("The SecondsPath parameter references a negative value: {place}")));
        }
        if seconds > WAIT_SECONDS_MAX {
            return Err(invalid(TOO_LONG.to_owned()));
        }
        Ok((seconds * 1000.0) as u64)
    }

    /// The milliseconds from now until a time; none if it is over.
    fn until(&self, timestamp: &Timestamp) -> Result<u64, EvalError> {
        let target_ms = timestamp.nanos.div_euclid(1_000_000);
        let now_ms = i128::from(self.case.epoch_ms) + i128::from(self.clock.now().0);
        let delay_ms = u64::try_from(target_ms - now_ms).unwrap_or(0);
        if delay_ms as f64 > WAIT_SECONDS_MAX * 1000.0 {
            return Err(invalid(TOO_LONG.to_owned()));
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
                number_of(&value).ok_or_else(|| {
                    let shown = value.as_str().map_or_else(|| value.to_json(), ToOwned::to_owned);
                    let kind = if field == "ToleratedFailurePercentagePath" { "float" } else { "integer" };
                    invalid(format!(
                        "The {field} field refers to value \"{shown}\" which is not a valid {kind}: {}",
                        path.text()
                    ))
                })
            }
            Amount::Jsonata(query) => {
                self.with_env(id, input, |env| query.eval_number(env)).map(crate::value::Number::as_f64)
            }
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
        let number = self.integer(id, amount, input, field)?;
        u64::try_from(number).map_err(|_| match amount {
            // Docs, "Handling errors in JSONata expressions": out of range is an error of the evaluation.
            Amount::Jsonata(query) => query.refused(format!("{} cannot be negative.", query.location())),
            _ => invalid(format!("{} cannot be negative.", field.trim_end_matches("Path"))),
        })
    }

    /// A whole number.
    pub(super) fn integer(
        &self,
        id: StrandId,
        amount: &Amount,
        input: &Value,
        field: &str,
    ) -> Result<i64, EvalError> {
        let place = match amount {
            Amount::Path(path) => path.text().to_string(),
            Amount::Literal(_) => String::new(),
            Amount::Jsonata(query) => return self.query_whole(id, query, input),
        };
        let number = self.amount(id, amount, input, field)?;
        if number.fract() != 0.0 {
            return Err(invalid(format!(
                "The {field} field refers to value \"{number}\" which is not a valid integer: {place}"
            )));
        }
        Ok(number as i64)
    }

    /// The whole number that a JSONata expression gives.
    fn query_whole(&self, id: StrandId, query: &Query, input: &Value) -> Result<i64, EvalError> {
        let number = self.with_env(id, input, |env| query.eval_number(env))?;
        if number.as_f64().fract() != 0.0 {
            return Err(query.unexpected_type("integer", &Value::Number(number)));
        }
        Ok(number.as_f64() as i64)
    }
}

/// Recorded on AWS: a text that says a number is one.
fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number.as_f64()),
        Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn timestamp(text: &str, field: &str, path: &str) -> Result<Timestamp, EvalError> {
    Timestamp::parse(text).ok_or_else(|| {
        invalid(format!(
            "The {field} parameter does not reference a valid ISO-8601 extended offset date-time format string: \
             {path} == {text}"
        ))
    })
}

fn invalid(cause: String) -> EvalError {
    EvalError { kind: EvalErrorKind::Type, cause }
}
