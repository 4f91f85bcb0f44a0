//! The values worth trying at each path that rules look at: both sides of every boundary.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::witness::Sight;
use crate::expr::{Comparison, Path, Rule, Timestamp};
use crate::model::{Right, Uses, operand};
use crate::value::{Number, Value};

/// A path that rules look at, and the values worth trying there.
pub(super) struct Variable {
    pub(super) text: Arc<str>,
    pub(super) path: Path,
    pub(super) order: usize,
    pub(super) values: Vec<Option<Value>>,
}

/// The paths of some rules, by their text.
#[derive(Default)]
pub(super) struct Candidates(pub(super) BTreeMap<Arc<str>, Variable>);

impl Candidates {
    /// Adds what one rule looks at.
    pub(super) fn of_rule(&mut self, rule: &Rule, sight: &Sight) {
        match rule {
            Rule::And(rules) | Rule::Or(rules) => {
                for rule in rules {
                    self.of_rule(rule, sight);
                }
            }
            Rule::Not(rule) => self.of_rule(rule, sight),
            Rule::Jsonata(condition) => self.of_rule(condition.outline(), sight),
            Rule::Test { variable, comparison } => match operand(comparison).1 {
                Right::Path(other) => {
                    let (left, right) = (sight.get(variable), sight.get(other));
                    self.add(variable, right.iter().flat_map(|value| values(comparison, Some(value))));
                    self.add(other, left.iter().flat_map(|value| values(comparison, Some(value))));
                    if left.is_none() && right.is_none() {
                        self.add(variable, pair(comparison).into_iter().map(Some));
                        self.add(other, pair(comparison).into_iter().map(Some));
                    }
                }
                Right::Literal(literal) => self.add(variable, values(comparison, Some(&literal))),
                Right::Nothing => self.add(variable, values(comparison, None)),
            },
        }
    }

    fn add(&mut self, path: &Path, values: impl IntoIterator<Item = Option<Value>>) {
        let order = self.0.len();
        let variable = self.0.entry(path.text().clone()).or_insert_with(|| Variable {
            text: path.text().clone(),
            path: path.clone(),
            order,
            values: Vec::new(),
        });
        for value in values {
            if !variable.values.contains(&value) {
                variable.values.push(value);
            }
        }
    }
}

/// Both sides of every boundary of a comparison, those that make it true first.
fn values(comparison: &Comparison, right: Option<&Value>) -> Vec<Option<Value>> {
    use Comparison as C;
    let number = |offset: i64| right.and_then(Value::as_number).map(|number| shifted(number, offset));
    let text = |text: &str| Some(Value::from(text));
    let longer = || right.and_then(Value::as_str).map(|text| Value::from(format!("{text}x")));
    let moment = |offset: i64| right.and_then(Value::as_str).and_then(|text| moved(text, offset));
    let same = || right.cloned();
    let found = match comparison {
        C::StringEquals(_) | C::StringMatches(_) => vec![same(), text("something-else")],
        C::StringLessThan(_) => vec![text(""), same()],
        C::StringGreaterThan(_) => vec![longer(), same()],
        C::StringLessThanEquals(_) => vec![same(), longer()],
        C::StringGreaterThanEquals(_) => vec![same(), text("")],
        C::NumericLessThan(_) => vec![number(-1), number(0)],
        C::NumericGreaterThan(_) => vec![number(1), number(0)],
        C::NumericLessThanEquals(_) => vec![number(0), number(-1), number(1)],
        C::NumericEquals(_) | C::NumericGreaterThanEquals(_) => vec![number(0), number(1), number(-1)],
        C::BooleanEquals(_) => vec![same(), right.and_then(Value::as_bool).map(|truth| Value::from(!truth))],
        C::TimestampEquals(_) | C::TimestampLessThanEquals(_) | C::TimestampGreaterThanEquals(_) => {
            vec![moment(0), moment(-1), moment(1)]
        }
        C::TimestampLessThan(_) => vec![moment(-1), moment(0)],
        C::TimestampGreaterThan(_) => vec![moment(1), moment(0)],
        C::IsPresent(true) => return vec![text("present"), Some(Value::empty_object()), None],
        C::IsPresent(false) => return vec![None, text("present")],
        C::IsNull(wanted) => ordered(*wanted, Some(Value::Null), text("present")),
        C::IsNumeric(wanted) => ordered(*wanted, Some(Value::from(1)), text("text")),
        C::IsString(wanted) => ordered(*wanted, text("text"), Some(Value::from(1))),
        C::IsBoolean(wanted) => ordered(*wanted, Some(Value::from(true)), text("text")),
        C::IsTimestamp(wanted) => ordered(*wanted, text("2026-01-02T00:00:00Z"), text("text")),
    };
    // A comparison whose literal has another type gives nothing; that is not "absent".
    found.into_iter().flatten().map(Some).collect()
}

fn ordered(wanted: bool, yes: Option<Value>, no: Option<Value>) -> Vec<Option<Value>> {
    if wanted { vec![yes, no] } else { vec![no, yes] }
}

/// Two values of the type that a comparison wants, for both sides of a `…Path` operator.
fn pair(comparison: &Comparison) -> Vec<Value> {
    let uses = operand(comparison).0;
    if uses.contains(Uses::NUMBER) {
        vec![Value::from(1), Value::from(2), Value::from(3)]
    } else if uses.contains(Uses::BOOLEAN) {
        vec![Value::from(true), Value::from(false)]
    } else if uses.contains(Uses::TIMESTAMP) {
        vec![Value::from("2026-01-02T00:00:00Z"), Value::from("2026-01-03T00:00:00Z")]
    } else {
        vec![Value::from("a"), Value::from("b")]
    }
}

fn shifted(number: Number, offset: i64) -> Value {
    match number {
        Number::Int(int) => Value::from(int.saturating_add(offset)),
        Number::Float(float) => Value::from(float + offset as f64),
    }
}

/// A point in time so many seconds later.
fn moved(text: &str, seconds: i64) -> Option<Value> {
    let nanos = Timestamp::parse(text)?.nanos + i128::from(seconds) * 1_000_000_000;
    let moment = jiff::Timestamp::from_nanosecond(nanos).ok()?;
    Some(Value::from(moment.to_string()))
}
