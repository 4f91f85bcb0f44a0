//! What a Choice operator says about the value it looks at.

use std::sync::Arc;

use super::super::demand::Uses;
use crate::expr::{Comparison, Operand, Path, Timestamp};
use crate::value::{Number, Value};

/// The right side of a comparison.
#[derive(Clone, Debug)]
pub enum Right<'c> {
    /// Written down; for `StringMatches` a text that matches.
    Literal(Value),
    /// A `…Path` operator.
    Path(&'c Path),
    /// None: the operator asks for a property.
    Nothing,
}

/// What the operator uses the value as, and its right side.
pub fn operand(comparison: &Comparison) -> (Uses, Right<'_>) {
    use Comparison as C;
    match comparison {
        C::StringEquals(text)
        | C::StringLessThan(text)
        | C::StringGreaterThan(text)
        | C::StringLessThanEquals(text)
        | C::StringGreaterThanEquals(text) => {
            (Uses::TEXT, right(text, |text: &Arc<str>| text.clone().into()))
        }
        C::StringMatches(pattern) => (Uses::TEXT, Right::Literal(matching(pattern).into())),
        C::NumericEquals(number)
        | C::NumericLessThan(number)
        | C::NumericGreaterThan(number)
        | C::NumericLessThanEquals(number)
        | C::NumericGreaterThanEquals(number) => {
            (Uses::NUMBER, right(number, |number: &Number| Value::from(*number)))
        }
        C::BooleanEquals(truth) => (Uses::BOOLEAN, right(truth, |truth: &bool| Value::from(*truth))),
        C::TimestampEquals(time)
        | C::TimestampLessThan(time)
        | C::TimestampGreaterThan(time)
        | C::TimestampLessThanEquals(time)
        | C::TimestampGreaterThanEquals(time) => {
            (Uses::TIMESTAMP, right(time, |time: &Timestamp| time.text.clone().into()))
        }
        C::IsPresent(_) => (Uses::PRESENCE, Right::Nothing),
        C::IsNull(_) => (Uses::NULLITY, Right::Nothing),
        // The path must lead somewhere, whatever the type is.
        C::IsNumeric(_) | C::IsString(_) | C::IsBoolean(_) | C::IsTimestamp(_) => {
            (Uses::READ, Right::Nothing)
        }
    }
}

fn right<T>(operand: &Operand<T>, value: impl Fn(&T) -> Value) -> Right<'_> {
    match operand {
        Operand::Literal(literal) => Right::Literal(value(literal)),
        Operand::Path(path) => Right::Path(path),
    }
}

/// A text that a `StringMatches` pattern matches: `*` stands for any text, `\\*` for a star.
fn matching(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '*' => text.push('x'),
            other => text.push(other),
        }
    }
    text
}
