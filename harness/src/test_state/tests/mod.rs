//! What the service answers, rule by rule.

mod flow;
mod handlers;
mod map;
mod refused;
mod shapes;

use super::{Refusal, Request, answer};
use crate::value::Value;

/// The answer to a request, as the API gives it.
fn told(request: &str) -> Value {
    let request = Request::parse(&Value::parse(request).unwrap()).unwrap();
    answer(&request).unwrap().to_json()
}

/// The answer to a request about one state; `rest` are the other fields of the request.
fn of_state(state: &str, rest: &str) -> Value {
    told(&format!(r#"{{"definition": {state}, {rest}}}"#))
}

/// Code and text of the refusal.
fn refusal(request: &str) -> (String, String) {
    let request = Value::parse(request).unwrap();
    let answer = Request::parse(&request).map_err(Refusal::from).and_then(|request| answer(&request));
    match answer.unwrap_err() {
        Refusal::Api(error) => (error.code.to_owned(), error.message),
        Refusal::Unknown(unknown) => ("Unknown".to_owned(), unknown.construct),
    }
}

fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}
