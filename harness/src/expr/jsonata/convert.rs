//! Values of the simulator to values of JSONata and back.

use jsonata_core::value::JValue;

use crate::expr::Env;
use crate::value::{Number, Object, Value};

/// `$states`.
pub(super) fn states(env: &Env<'_>) -> JValue {
    let mut members = vec![("input", to_jsonata(env.input)), ("context", to_jsonata(&env.context.value()))];
    members.extend(env.states.result.map(|value| ("result", to_jsonata(value))));
    members.extend(env.states.error_output.map(|value| ("errorOutput", to_jsonata(value))));
    JValue::object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(super) fn to_jsonata(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(truth) => JValue::Bool(*truth),
        Value::Number(number) => JValue::Number(number.as_f64()),
        Value::String(text) => JValue::string(&**text),
        Value::Array(items) => JValue::array(items.iter().map(to_jsonata).collect()),
        Value::Object(members) => {
            JValue::object(members.iter().map(|(key, value)| (key.to_string(), to_jsonata(value))).collect())
        }
    }
}

/// `None` for what is undefined or a function.
pub(super) fn from_jsonata(value: &JValue) -> Option<Value> {
    Some(match value {
        JValue::Null => Value::Null,
        JValue::Bool(truth) => Value::Bool(*truth),
        JValue::Number(number) => Value::Number(number_of(*number)),
        JValue::String(text) => Value::from(&**text),
        JValue::Array(items) => Value::array(items.iter().filter_map(from_jsonata).collect()),
        JValue::Object(members) => Value::Object(
            members
                .iter()
                .filter_map(|(key, value)| Some((key.as_str(), from_jsonata(value)?)))
                .collect::<Object>(),
        ),
        _ => return None,
    })
}

/// JavaScript writes whole numbers without fraction.
fn number_of(number: f64) -> Number {
    if number.fract() == 0.0 && number.abs() < 9.0e18 {
        return Number::Int(format!("{number}").parse().unwrap_or(number as i64));
    }
    Number::Float(number)
}
