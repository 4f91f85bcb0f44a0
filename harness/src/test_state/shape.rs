//! Whether a mocked result may come from the API that it stands in for.

use super::{ApiError, Validation};
use crate::catalog::{Bounds, Integration, NamedShape, ResultShape, ShapeKind, ShapeMember, result_shape};
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
    let Some(shape) = result_shape(integration) else { return Ok(()) };
    let Some(object) = result.as_object() else {
        return Err(ApiError::validation("Mocked result must be a JSON object."));
    };
    let check = Check { shape, strict: validation == Validation::Strict };
    check.structure(object, &shape.members())
}

struct Check {
    shape: ResultShape,
    strict: bool,
}

impl Check {
    /// Recorded on AWS: a member that the API does not have is no error.
    fn structure(&self, object: &Object, members: &[ShapeMember]) -> Result<(), ApiError> {
        for member in members {
            match object.get(member.name).filter(|value| !value.is_null()) {
                Some(value) => self.value(member.name, value, member.kind)?,
                None if member.required && self.strict => {
                    return Err(misfit(&format!("Required field '{}' is missing", member.name)));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn value(&self, field: &str, value: &Value, kind: ShapeKind) -> Result<(), ApiError> {
        match (kind, value) {
            (ShapeKind::Any, _) | (ShapeKind::Bool, Value::Bool(_)) => Ok(()),
            (ShapeKind::Text(bounds), Value::String(text)) => {
                length(field, text.chars().count() as f64, bounds)
            }
            (ShapeKind::Number(bounds), Value::Number(number)) => range(field, number.as_f64(), bounds),
            (ShapeKind::List(item), Value::Array(items)) => {
                items.iter().try_for_each(|value| self.value(field, value, item.kind()))
            }
            (ShapeKind::Map(item), Value::Object(object)) => {
                object.iter().try_for_each(|(key, value)| self.value(key, value, item.kind()))
            }
            (ShapeKind::Named(name), _) => self.named(field, value, name),
            (ShapeKind::Bool, _) => Err(must_be(field, "a boolean")),
            (ShapeKind::Text(_), _) => Err(must_be(field, "a string")),
            (ShapeKind::Number(_), _) => Err(must_be(field, "a number")),
            (ShapeKind::List(_), _) => Err(must_be(field, "an array")),
            (ShapeKind::Map(_), _) => Err(must_be(field, "an object")),
        }
    }

    fn named(&self, field: &str, value: &Value, name: &str) -> Result<(), ApiError> {
        match (self.shape.named(name), value) {
            (Some(NamedShape::Structure(members)), Value::Object(object)) => self.structure(object, &members),
            (Some(NamedShape::Structure(_)), _) => Err(must_be(field, "an object")),
            (Some(NamedShape::Words(words)), Value::String(text)) => {
                if words.contains(&&**text) {
                    Ok(())
                } else {
                    Err(misfit(&format!("Field '{field}' is not an expected value")))
                }
            }
            (Some(NamedShape::Words(_)), _) => Err(must_be(field, "a string")),
            (None, _) => Ok(()),
        }
    }
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

fn must_be(field: &str, what: &str) -> ApiError {
    misfit(&format!("Field '{field}' must be {what}"))
}

fn misfit(what: &str) -> ApiError {
    ApiError::validation(format!("Mock result schema validation error: {what}"))
}
