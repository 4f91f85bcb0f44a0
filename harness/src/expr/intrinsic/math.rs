//! Functions of numbers.

use crate::expr::Random;
use crate::value::{Number, Value};

/// AWS developer guide, `States.MathAdd`: integers between -2147483648 and 2147483647.
const INTEGERS: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// Recorded on AWS: each number is rounded, halves up (-1.5 becomes -1), then they are added.
pub(super) fn add(first: &Value, second: &Value) -> Result<Value, String> {
    Ok(Value::from(integer(first, "first argument")? + integer(second, "second argument")?))
}

/// AWS developer guide: the first number can be drawn, the end cannot.
pub(super) fn random(first: &Value, end: &Value, random: &Random) -> Result<Value, String> {
    let first = integer(first, "start number")?;
    let end = integer(end, "end number")?;
    let last_offset = u64::try_from(end - first - 1)
        .map_err(|_| format!("The start number {first} must be less than the end number {end}"))?;
    let offset = random.up_to(last_offset);
    Ok(Value::from(first + i64::try_from(offset).unwrap_or(0)))
}

/// The integer nearest to a number, as Java rounds.
pub(super) fn integer(value: &Value, what: &str) -> Result<i64, String> {
    let rounded = match value.as_number() {
        Some(Number::Int(int)) => int,
        Some(Number::Float(float)) => (float + 0.5).floor() as i64,
        None => return Err(format!("The {what} must be a number, but it is of type {}", value.type_name())),
    };
    if INTEGERS.contains(&rounded) {
        Ok(rounded)
    } else {
        Err(format!("The {what} must be an integer between {} and {}", INTEGERS.start(), INTEGERS.end()))
    }
}
