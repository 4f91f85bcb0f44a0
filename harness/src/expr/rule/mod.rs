//! The conditions of Choice states.

mod outline;
mod operator;
mod timestamp;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

pub use self::operator::{OPERATORS, OperatorError};
pub use self::timestamp::Timestamp;

use super::{Env, EvalError, EvalErrorKind, Path, Query};
use crate::value::{Number, Value};

/// A condition.
#[derive(Clone, Debug)]
pub enum Rule {
    /// All of them.
    And(Vec<Rule>),
    /// Any of them.
    Or(Vec<Rule>),
    /// Not this one.
    Not(Box<Rule>),
    /// One comparison of the value at a path.
    Test {
        /// `Variable`
        variable: Path,
        /// The operator with its operand.
        comparison: Comparison,
    },
    /// JSONata `Condition`.
    Jsonata(Arc<Condition>),
}

/// A condition in JSONata.
#[derive(Clone, Debug)]
pub struct Condition {
    query: Query,
    outline: Rule,
}

impl Condition {
    /// The condition that an expression is.
    pub fn new(query: Query) -> Self {
        let outline = outline::outline(&query.expression().sketch());
        Self { query, outline }
    }

    /// The expression that decides.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Its comparisons, as far as the operators of rules can say them; the rest holds always.
    pub fn outline(&self) -> &Rule {
        &self.outline
    }
}

/// What a value is compared with: written down, or found by a `…Path` operator.
#[derive(Clone, Debug)]
pub enum Operand<T> {
    /// A literal.
    Literal(T),
    /// The value at a path.
    Path(Path),
}

/// An operator with its operand.
#[derive(Clone, Debug)]
pub enum Comparison {
    /// `StringEquals`
    StringEquals(Operand<Arc<str>>),
    /// `StringLessThan`
    StringLessThan(Operand<Arc<str>>),
    /// `StringGreaterThan`
    StringGreaterThan(Operand<Arc<str>>),
    /// `StringLessThanEquals`
    StringLessThanEquals(Operand<Arc<str>>),
    /// `StringGreaterThanEquals`
    StringGreaterThanEquals(Operand<Arc<str>>),
    /// `StringMatches`: `*` matches any text, `\*` a star.
    StringMatches(Arc<str>),
    /// `NumericEquals`
    NumericEquals(Operand<Number>),
    /// `NumericLessThan`
    NumericLessThan(Operand<Number>),
    /// `NumericGreaterThan`
    NumericGreaterThan(Operand<Number>),
    /// `NumericLessThanEquals`
    NumericLessThanEquals(Operand<Number>),
    /// `NumericGreaterThanEquals`
    NumericGreaterThanEquals(Operand<Number>),
    /// `BooleanEquals`
    BooleanEquals(Operand<bool>),
    /// `TimestampEquals`
    TimestampEquals(Operand<Timestamp>),
    /// `TimestampLessThan`
    TimestampLessThan(Operand<Timestamp>),
    /// `TimestampGreaterThan`
    TimestampGreaterThan(Operand<Timestamp>),
    /// `TimestampLessThanEquals`
    TimestampLessThanEquals(Operand<Timestamp>),
    /// `TimestampGreaterThanEquals`
    TimestampGreaterThanEquals(Operand<Timestamp>),
    /// `IsNull`
    IsNull(bool),
    /// `IsPresent`
    IsPresent(bool),
    /// `IsNumeric`
    IsNumeric(bool),
    /// `IsString`
    IsString(bool),
    /// `IsBoolean`
    IsBoolean(bool),
    /// `IsTimestamp`
    IsTimestamp(bool),
}

impl Rule {
    /// Whether the condition holds. `And` and `Or` stop as soon as the answer is known.
    pub fn holds(&self, env: &Env<'_>) -> Result<bool, EvalError> {
        match self {
            Self::And(rules) => {
                for rule in rules {
                    if !rule.holds(env)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(rules) => {
                for rule in rules {
                    if rule.holds(env)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(rule) => Ok(!rule.holds(env)?),
            Self::Test { variable, comparison: Comparison::IsPresent(wanted) } => {
                Ok(variable.find(env)?.is_some() == *wanted)
            }
            Self::Test { variable, comparison } => comparison.holds(&*find(variable, env)?, env),
            Self::Jsonata(condition) => condition.query.eval_bool(env),
        }
    }
}

/// The value at `Variable` or at a `…Path` operand. AWS: a path that leads nowhere fails the execution,
/// whatever the operator; only `IsPresent` may ask.
fn find<'a>(path: &Path, env: &Env<'a>) -> Result<Cow<'a, Value>, EvalError> {
    path.find(env)?.ok_or_else(|| {
        let text = path.text();
        path.missing_because(format!(
            "Invalid path '{text}': The choice state's condition path references an invalid value."
        ))
    })
}

impl Comparison {
    /// Recorded on AWS: a value whose type does not fit the operator makes the comparison false, not an error.
    fn holds(&self, value: &Value, env: &Env<'_>) -> Result<bool, EvalError> {
        match self {
            Self::StringEquals(operand) => strings(value, operand, Relation::Equal, env),
            Self::StringLessThan(operand) => strings(value, operand, Relation::Less, env),
            Self::StringGreaterThan(operand) => strings(value, operand, Relation::Greater, env),
            Self::StringLessThanEquals(operand) => strings(value, operand, Relation::LessOrEqual, env),
            Self::StringGreaterThanEquals(operand) => strings(value, operand, Relation::GreaterOrEqual, env),
            Self::StringMatches(pattern) => Ok(value.as_str().is_some_and(|text| matches(text, pattern))),
            Self::NumericEquals(operand) => numbers(value, operand, Relation::Equal, env),
            Self::NumericLessThan(operand) => numbers(value, operand, Relation::Less, env),
            Self::NumericGreaterThan(operand) => numbers(value, operand, Relation::Greater, env),
            Self::NumericLessThanEquals(operand) => numbers(value, operand, Relation::LessOrEqual, env),
            Self::NumericGreaterThanEquals(operand) => numbers(value, operand, Relation::GreaterOrEqual, env),
            Self::BooleanEquals(operand) => booleans(value, operand, env),
            Self::TimestampEquals(operand) => timestamps(value, operand, Relation::Equal, env),
            Self::TimestampLessThan(operand) => timestamps(value, operand, Relation::Less, env),
            Self::TimestampGreaterThan(operand) => timestamps(value, operand, Relation::Greater, env),
            Self::TimestampLessThanEquals(operand) => timestamps(value, operand, Relation::LessOrEqual, env),
            Self::TimestampGreaterThanEquals(operand) => {
                timestamps(value, operand, Relation::GreaterOrEqual, env)
            }
            Self::IsNull(wanted) => Ok(value.is_null() == *wanted),
            // A value is at hand, so it is present.
            Self::IsPresent(wanted) => Ok(*wanted),
            Self::IsNumeric(wanted) => Ok(value.as_number().is_some() == *wanted),
            Self::IsString(wanted) => Ok(value.as_str().is_some() == *wanted),
            Self::IsBoolean(wanted) => Ok(value.as_bool().is_some() == *wanted),
            Self::IsTimestamp(wanted) => Ok(value.as_str().and_then(timestamp::nanos).is_some() == *wanted),
        }
    }
}

/// How two values must lie to each other.
#[derive(Clone, Copy)]
enum Relation {
    Equal,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

impl Relation {
    fn fits(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::Greater => order.is_gt(),
            Self::LessOrEqual => order.is_le(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// What a `…Path` operand of the wrong type means. Reported from AWS: it equals nothing, and there is no
    /// order to it.
    fn of_wrong_operand(self, path: &Path) -> Result<bool, EvalError> {
        match self {
            Self::Equal => Ok(false),
            Self::Less | Self::Greater | Self::LessOrEqual | Self::GreaterOrEqual => Err(EvalError {
                kind: EvalErrorKind::Type,
                cause: format!("Invalid value provided at path '{}'", path.text()),
            }),
        }
    }
}

fn strings(
    value: &Value,
    operand: &Operand<Arc<str>>,
    relation: Relation,
    env: &Env<'_>,
) -> Result<bool, EvalError> {
    let found;
    let other = match operand {
        Operand::Literal(text) => &**text,
        Operand::Path(path) => {
            found = find(path, env)?;
            let Some(text) = found.as_str() else { return relation.of_wrong_operand(path) };
            text
        }
    };
    Ok(value.as_str().is_some_and(|text| relation.fits(compare_text(text, other))))
}

fn numbers(
    value: &Value,
    operand: &Operand<Number>,
    relation: Relation,
    env: &Env<'_>,
) -> Result<bool, EvalError> {
    let other = match operand {
        Operand::Literal(number) => *number,
        Operand::Path(path) => {
            let Some(number) = find(path, env)?.as_number() else { return relation.of_wrong_operand(path) };
            number
        }
    };
    Ok(value.as_number().is_some_and(|number| relation.fits(number.compare(other))))
}

fn booleans(value: &Value, operand: &Operand<bool>, env: &Env<'_>) -> Result<bool, EvalError> {
    let other = match operand {
        Operand::Literal(truth) => Some(*truth),
        Operand::Path(path) => find(path, env)?.as_bool(),
    };
    Ok(value.as_bool().zip(other).is_some_and(|(a, b)| a == b))
}

fn timestamps(
    value: &Value,
    operand: &Operand<Timestamp>,
    relation: Relation,
    env: &Env<'_>,
) -> Result<bool, EvalError> {
    let other = match operand {
        Operand::Literal(timestamp) => timestamp.nanos,
        Operand::Path(path) => {
            let nanos = find(path, env)?.as_str().and_then(timestamp::nanos);
            let Some(nanos) = nanos else { return relation.of_wrong_operand(path) };
            nanos
        }
    };
    let nanos = value.as_str().and_then(timestamp::nanos);
    Ok(nanos.is_some_and(|nanos| relation.fits(nanos.cmp(&other))))
}

/// As Java orders texts: by UTF-16 units.
fn compare_text(a: &str, b: &str) -> Ordering {
    if a == b { Ordering::Equal } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

/// ASL spec, "StringMatches": `*` stands for any characters, `\*` for a star, `\\` for a backslash.
fn matches(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let (mut at, mut next) = (0, 0);
    // Where to go on with one more byte for the last star.
    let mut retry = None;
    loop {
        if pattern.get(next) == Some(&b'*') {
            next += 1;
            retry = Some((at, next));
            continue;
        }
        let escaped =
            pattern.get(next) == Some(&b'\\') && matches!(pattern.get(next + 1), Some(b'*' | b'\\'));
        let literal = pattern.get(next + usize::from(escaped));
        if at == text.len() && literal.is_none() {
            return true;
        }
        if literal.is_some() && text.get(at) == literal {
            at += 1;
            next += 1 + usize::from(escaped);
            continue;
        }
        match retry {
            Some((start, after_star)) if start < text.len() => {
                at = start + 1;
                next = after_star;
                retry = Some((at, after_star));
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests;
