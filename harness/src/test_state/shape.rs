//! Whether a mocked result may come from the API that it stands in for.

use super::{ApiError, Validation};
use crate::catalog::Integration;
use crate::catalog::models::{Bounds, Kind, Shape, result_shape};
use crate::value::{Object, Value};

/// Refuses a result that the API cannot give, as strictly as is asked. What is not known of an API is allowed.
pub(super) fn check_result(
    result: &Value,
    integration: &Integration,
    validation: Validation,
) -> Result<(), ApiError> {
    if validation == Validation::None {
        return Ok(());
    }
    // A call that answers nothing has nothing to hold a result against.
    let Some(shape) = result_shape(integration).shape().filter(|shape| shape.members().len() > 0) else {
        return Ok(());
    };
    let Some(object) = result.as_object() else {
        return Err(ApiError::validation("Mocked result must be a JSON object."));
    };
    structure(object, shape, validation == Validation::Strict)
}

/// Recorded on AWS: a member that the API does not have is no error.
fn structure(object: &Object, shape: Shape, strict: bool) -> Result<(), ApiError> {
    for member in shape.members() {
        match object.get(member.name).filter(|value| !value.is_null()) {
            Some(value) => check(member.name, value, member.shape, strict)?,
            None if member.required && strict => {
                return Err(misfit(&format!("Required field '{}' is missing", member.name)));
            }
            None => {}
        }
    }
    Ok(())
}

fn check(field: &str, value: &Value, shape: Shape, strict: bool) -> Result<(), ApiError> {
    match (shape.kind(), value) {
        (Kind::Document, _) | (Kind::Boolean, Value::Bool(_)) => Ok(()),
        (Kind::String | Kind::Timestamp | Kind::Blob, Value::String(text)) => word(field, text, shape),
        (Kind::Integer | Kind::Long | Kind::Float | Kind::Double, Value::Number(number)) => {
            range(field, number.as_f64(), shape.bounds())
        }
        (Kind::List(item), Value::Array(items)) => {
            items.iter().try_for_each(|value| check(field, value, item, strict))
        }
        (Kind::Map { value: item, .. }, Value::Object(object)) => {
            object.iter().try_for_each(|(key, value)| check(key, value, item, strict))
        }
        (Kind::Structure, Value::Object(object)) => structure(object, shape, strict),
        (kind, _) => Err(misfit(&format!("Field '{field}' must be {}", expected(kind)))),
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::String | Kind::Timestamp | Kind::Blob => "a string",
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double => "a number",
        Kind::Boolean => "a boolean",
        Kind::List(_) => "an array",
        Kind::Map { .. } | Kind::Structure => "an object",
        Kind::Document => "JSON",
    }
}

fn word(field: &str, text: &str, shape: Shape) -> Result<(), ApiError> {
    if shape.words().len() == 0 {
        return length(field, text.chars().count() as f64, shape.bounds());
    }
    if shape.words().any(|word| word == text) {
        return Ok(());
    }
    Err(misfit(&format!("Field '{field}' is not an expected value")))
}

fn length(field: &str, length: f64, bounds: Bounds) -> Result<(), ApiError> {
    if bounds.min.is_some_and(|min| length < min) {
        return Err(misfit(&format!("Field '{field}' is smaller than the minimum length")));
    }
    if bounds.max.is_some_and(|max| length > max) {
        return Err(misfit(&format!("Field '{field}' exceeds the maximum length")));
    }
    Ok(())
}

fn range(field: &str, number: f64, bounds: Bounds) -> Result<(), ApiError> {
    if bounds.min.is_some_and(|min| number < min) {
        return Err(misfit(&format!("Field '{field}' is less than the minimum value")));
    }
    if bounds.max.is_some_and(|max| number > max) {
        return Err(misfit(&format!("Field '{field}' exceeds the maximum value")));
    }
    Ok(())
}

fn misfit(what: &str) -> ApiError {
    ApiError::validation(format!("Mock result schema validation error: {what}"))
}
