//! What an answer of TestState tells about a visit.

use std::sync::Arc;

use super::request::NOT_YET;
use crate::asl::{Kind, Machine, State, StateId};
use crate::sim::{Route, Told, Work};
use crate::value::{Number, Object, Value};

/// Reads an answer about a state; else what is wrong with it.
pub(super) fn told(answer: &Value, state: &State, machine: &Machine) -> Result<Told, String> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(Arc::<str>::from);
    let answer = Answer { whole: answer, data: answer.get("inspectionData"), machine };
    let error = text("error");
    let route = if error.as_deref() == Some(NOT_YET) {
        Route::Ready
    } else {
        answer.route(text("status").as_deref())?
    };
    let is_map = matches!(state.kind, Kind::Map(_));
    let list = |name: &str| match answer.inspected(name) {
        Some(Value::Array(items)) if is_map => Some(items),
        _ => None,
    };
    let arguments = answer.inspected("afterArguments").or_else(|| answer.inspected("afterParameters"));
    Ok(Told {
        route,
        error,
        cause: text("cause"),
        variables: answer.variables(),
        arguments: arguments.filter(|_| matches!(state.kind, Kind::Task(_))),
        items: list("afterItemsPath"),
        inputs: list("afterItemSelector"),
        batches: list("afterItemBatcher"),
        work: None,
    })
}

/// What a task came to that was really called, as its answer shows it.
pub(super) fn work(answer: &Value) -> Result<Work, String> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(Arc::<str>::from);
    // Recorded on AWS: the data of a call that failed has no result.
    let result = answer.get("inspectionData").and_then(|data| data.get("result")).and_then(Value::as_str);
    match (result, text("error")) {
        (Some(result), _) => {
            let result = Value::parse(result).map_err(|error| format!("its result is no JSON: {error}"))?;
            Ok(Work::Result(result))
        }
        (None, Some(error)) => Ok(Work::Error { error, cause: text("cause") }),
        (None, None) => Err("it has neither a result nor an error".to_owned()),
    }
}

/// Which retrier an answer names, and whether it was used up.
pub(super) fn retrier(told: &Told) -> Option<usize> {
    match told.route {
        Route::Retried { retrier, .. } => Some(retrier),
        Route::Caught { spent, .. } | Route::Failed { spent } => spent,
        Route::Ready | Route::Left { .. } => None,
    }
}

/// An answer while it is read.
struct Answer<'a> {
    whole: &'a Value,
    data: Option<&'a Value>,
    machine: &'a Machine,
}

impl Answer<'_> {
    fn route(&self, status: Option<&str>) -> Result<Route, String> {
        match status {
            Some("SUCCEEDED") => Ok(Route::Left { output: self.output()?, next: self.next()? }),
            Some("RETRIABLE") => Ok(Route::Retried {
                retrier: self.detail("retryIndex")?,
                delay_seconds: self.detail("retryBackoffIntervalSeconds")? as u64,
            }),
            Some("CAUGHT_ERROR") => Ok(Route::Caught {
                catcher: self.detail("catchIndex")?,
                spent: self.detail("retryIndex").ok(),
                output: self.output()?,
                next: self.next()?.ok_or("it names no `nextState` of the catcher")?,
            }),
            Some("FAILED") => Ok(Route::Failed { spent: self.detail("retryIndex").ok() }),
            Some(other) => Err(format!("its status `{other}` is not known")),
            None => Err("it has no `status`".to_owned()),
        }
    }

    fn output(&self) -> Result<Value, String> {
        let text = self.whole.get("output").and_then(Value::as_str).ok_or("it has no `output`")?;
        Value::parse(text).map_err(|error| format!("its output is no JSON: {error}"))
    }

    fn next(&self) -> Result<Option<StateId>, String> {
        let Some(name) = self.whole.get("nextState").and_then(Value::as_str) else { return Ok(None) };
        let state = self.machine.states.iter().find(|state| &*state.name == name);
        state.map(|state| Some(state.id)).ok_or_else(|| format!("there is no state `{name}`"))
    }

    /// A whole number of `errorDetails`.
    fn detail(&self, name: &str) -> Result<usize, String> {
        let number = self.data.and_then(|data| data.get("errorDetails")?.get(name)?.as_number());
        let number = number.map(Number::as_f64).filter(|number| *number >= 0.0);
        number.map(|number| number as usize).ok_or_else(|| format!("its `errorDetails` have no `{name}`"))
    }

    /// A payload at one point of the data flow.
    fn inspected(&self, name: &str) -> Option<Value> {
        Value::parse(self.data?.get(name)?.as_str()?).ok()
    }

    fn variables(&self) -> Option<Object> {
        self.inspected("variables")?.as_object().cloned()
    }
}
