//! Choice operators by name.

use std::sync::Arc;

use super::{Comparison, Operand, Timestamp};
use crate::expr::Path;
use crate::spelling;
use crate::value::{Number, Value};

/// Every comparison operator of a Choice rule; `And`, `Or` and `Not` are none.
pub const OPERATORS: [&str; 39] = [
    "StringEquals",
    "StringEqualsPath",
    "StringLessThan",
    "StringLessThanPath",
    "StringGreaterThan",
    "StringGreaterThanPath",
    "StringLessThanEquals",
    "StringLessThanEqualsPath",
    "StringGreaterThanEquals",
    "StringGreaterThanEqualsPath",
    "StringMatches",
    "NumericEquals",
    "NumericEqualsPath",
    "NumericLessThan",
    "NumericLessThanPath",
    "NumericGreaterThan",
    "NumericGreaterThanPath",
    "NumericLessThanEquals",
    "NumericLessThanEqualsPath",
    "NumericGreaterThanEquals",
    "NumericGreaterThanEqualsPath",
    "BooleanEquals",
    "BooleanEqualsPath",
    "TimestampEquals",
    "TimestampEqualsPath",
    "TimestampLessThan",
    "TimestampLessThanPath",
    "TimestampGreaterThan",
    "TimestampGreaterThanPath",
    "TimestampLessThanEquals",
    "TimestampLessThanEqualsPath",
    "TimestampGreaterThanEquals",
    "TimestampGreaterThanEqualsPath",
    "IsNull",
    "IsPresent",
    "IsNumeric",
    "IsString",
    "IsBoolean",
    "IsTimestamp",
];

/// An operator that does not exist, or whose operand does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OperatorError {
    /// What is wrong, lower case.
    pub message: String,
    /// The nearest operator, if the name is unknown.
    pub suggestion: Option<&'static str>,
}

impl OperatorError {
    fn operand(message: String) -> Self {
        Self { message, suggestion: None }
    }

    fn unknown(name: &str) -> Self {
        let suggestion = spelling::nearest(name, OPERATORS);
        Self { message: format!("no comparison operator `{name}`"), suggestion }
    }
}

impl Comparison {
    /// The comparison with this name, `…Path` included.
    pub fn from_operator(name: &str, operand: &Value) -> Result<Self, OperatorError> {
        let wanted = Wanted { operator: name, operand };
        let comparison = match name.strip_suffix("Path").unwrap_or(name) {
            "StringEquals" => Self::StringEquals(wanted.text()?),
            "StringLessThan" => Self::StringLessThan(wanted.text()?),
            "StringGreaterThan" => Self::StringGreaterThan(wanted.text()?),
            "StringLessThanEquals" => Self::StringLessThanEquals(wanted.text()?),
            "StringGreaterThanEquals" => Self::StringGreaterThanEquals(wanted.text()?),
            "NumericEquals" => Self::NumericEquals(wanted.number()?),
            "NumericLessThan" => Self::NumericLessThan(wanted.number()?),
            "NumericGreaterThan" => Self::NumericGreaterThan(wanted.number()?),
            "NumericLessThanEquals" => Self::NumericLessThanEquals(wanted.number()?),
            "NumericGreaterThanEquals" => Self::NumericGreaterThanEquals(wanted.number()?),
            "BooleanEquals" => Self::BooleanEquals(wanted.truth()?),
            "TimestampEquals" => Self::TimestampEquals(wanted.timestamp()?),
            "TimestampLessThan" => Self::TimestampLessThan(wanted.timestamp()?),
            "TimestampGreaterThan" => Self::TimestampGreaterThan(wanted.timestamp()?),
            "TimestampLessThanEquals" => Self::TimestampLessThanEquals(wanted.timestamp()?),
            "TimestampGreaterThanEquals" => Self::TimestampGreaterThanEquals(wanted.timestamp()?),
            _ => return Self::without_path(name, &wanted),
        };
        Ok(comparison)
    }

    /// The operators that have no `…Path` twin.
    fn without_path(name: &str, wanted: &Wanted<'_>) -> Result<Self, OperatorError> {
        match name {
            "StringMatches" => {
                let pattern = wanted.literal("a string", |value| value.as_str().map(Arc::from))?;
                Ok(Self::StringMatches(pattern))
            }
            "IsNull" => wanted.switch().map(Self::IsNull),
            "IsPresent" => wanted.switch().map(Self::IsPresent),
            "IsNumeric" => wanted.switch().map(Self::IsNumeric),
            "IsString" => wanted.switch().map(Self::IsString),
            "IsBoolean" => wanted.switch().map(Self::IsBoolean),
            "IsTimestamp" => wanted.switch().map(Self::IsTimestamp),
            _ => Err(OperatorError::unknown(name)),
        }
    }
}

/// An operand on its way to the type that its operator wants.
struct Wanted<'a> {
    operator: &'a str,
    operand: &'a Value,
}

impl Wanted<'_> {
    fn text(&self) -> Result<Operand<Arc<str>>, OperatorError> {
        self.operand("a string", |value| value.as_str().map(Arc::from))
    }

    fn number(&self) -> Result<Operand<Number>, OperatorError> {
        self.operand("a number", Value::as_number)
    }

    fn truth(&self) -> Result<Operand<bool>, OperatorError> {
        self.operand("true or false", Value::as_bool)
    }

    fn timestamp(&self) -> Result<Operand<Timestamp>, OperatorError> {
        let wanted = "a timestamp such as 2016-03-14T01:59:00Z";
        self.operand(wanted, |value| value.as_str().and_then(Timestamp::parse))
    }

    fn switch(&self) -> Result<bool, OperatorError> {
        self.literal("true or false", Value::as_bool)
    }

    fn operand<T>(
        &self,
        what: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Operand<T>, OperatorError> {
        if !self.operator.ends_with("Path") {
            return self.literal(what, read).map(Operand::Literal);
        }
        let text = self.literal("a path", |value| value.as_str().map(str::to_owned))?;
        let path = Path::parse(&text).map_err(|error| {
            OperatorError::operand(format!("{} needs a path, but `{text}` is none: {error}", self.operator))
        })?;
        Ok(Operand::Path(path))
    }

    fn literal<T>(&self, what: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T, OperatorError> {
        read(self.operand).ok_or_else(|| {
            OperatorError::operand(format!("{} needs {what}, not {}", self.operator, self.operand))
        })
    }
}
