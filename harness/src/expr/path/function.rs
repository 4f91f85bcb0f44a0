//! Jayway's functions at the end of a path: `length() min() max() avg() stddev() sum() keys() concat()
//! append()`.

use super::Segment;
use super::select::Selection;
use crate::value::{Number, Value};

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionCall {
    pub(super) function: Function,
    pub(super) arguments: Vec<Argument>,
}

/// The functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Length,
    Keys,
    Concat,
    Append,
    Aggregate(Aggregation),
}

/// The functions of many numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregation {
    Min,
    Max,
    Avg,
    StdDev,
    Sum,
}

/// What a function is called with besides the value before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    /// A JSON literal.
    Literal(Value),
    /// `@.…`: a path that starts from the value before the function.
    Item(Vec<Segment>),
    /// `$.…`: a path that starts from the root.
    Root(Vec<Segment>),
}

impl Function {
    /// All of them by name.
    pub(super) const ALL: [(&'static str, Self); 9] = [
        ("length", Self::Length),
        ("min", Self::Aggregate(Aggregation::Min)),
        ("max", Self::Aggregate(Aggregation::Max)),
        ("avg", Self::Aggregate(Aggregation::Avg)),
        ("stddev", Self::Aggregate(Aggregation::StdDev)),
        ("sum", Self::Aggregate(Aggregation::Sum)),
        ("keys", Self::Keys),
        ("concat", Self::Concat),
        ("append", Self::Append),
    ];
}

impl FunctionCall {
    /// The name of the function.
    pub(super) fn name(&self) -> &'static str {
        Function::ALL.iter().find(|(_, function)| *function == self.function).map_or("", |(name, _)| name)
    }

    /// The result for `value`; none where Jayway refuses (an aggregation without numbers).
    pub(super) fn apply(&self, value: &Value, root: &Value) -> Option<Value> {
        let arguments = self.arguments.iter().flat_map(|argument| argument.values(value, root));
        match self.function {
            Function::Length => Some(length(arguments.into_iter().next().as_ref().unwrap_or(value))),
            Function::Keys => Some(keys(value)),
            Function::Concat => Some(concat(value, arguments)),
            Function::Append => Some(append(value, arguments)),
            Function::Aggregate(aggregation) => {
                let mut numbers = Vec::new();
                collect_numbers(value, &mut numbers);
                arguments.for_each(|argument| {
                    numbers.extend(argument.as_number().map(Number::as_f64));
                    collect_numbers(&argument, &mut numbers);
                });
                aggregation.of(&numbers).map(Value::from)
            }
        }
    }
}

impl Argument {
    fn values(&self, item: &Value, root: &Value) -> Vec<Value> {
        match self {
            Self::Literal(value) => vec![value.clone()],
            Self::Item(segments) => Selection::from_item(item, root, segments).unwrap_or_default(),
            Self::Root(segments) => Selection::of(root, segments).unwrap_or_default(),
        }
    }
}

fn length(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::from(items.len() as i64),
        Value::Object(object) => Value::from(object.len() as i64),
        _ => Value::Null,
    }
}

fn keys(value: &Value) -> Value {
    match value.as_object() {
        Some(object) => Value::array(object.iter().map(|(key, _)| Value::String(key.clone())).collect()),
        None => Value::Null,
    }
}

fn concat(value: &Value, arguments: impl Iterator<Item = Value>) -> Value {
    let mut text: String = value.as_array().unwrap_or_default().iter().filter_map(Value::as_str).collect();
    for argument in arguments {
        match &argument {
            Value::Array(items) => text.extend(items.iter().filter_map(Value::as_str)),
            other => text.extend(other.as_str()),
        }
    }
    Value::from(text)
}

fn append(value: &Value, arguments: impl Iterator<Item = Value>) -> Value {
    match value.as_array() {
        Some(items) => Value::array(items.iter().cloned().chain(arguments).collect()),
        None => value.clone(),
    }
}

fn collect_numbers(value: &Value, numbers: &mut Vec<f64>) {
    for item in value.as_array().unwrap_or_default() {
        numbers.extend(item.as_number().map(Number::as_f64));
    }
}

impl Aggregation {
    /// Jayway computes in doubles, whatever the numbers were.
    fn of(self, numbers: &[f64]) -> Option<f64> {
        if numbers.is_empty() {
            return None;
        }
        let count = numbers.len() as f64;
        let sum: f64 = numbers.iter().sum();
        Some(match self {
            Self::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Sum => sum,
            Self::Avg => sum / count,
            Self::StdDev => {
                let squares: f64 = numbers.iter().map(|number| number * number).sum();
                (squares / count - (sum / count) * (sum / count)).sqrt()
            }
        })
    }
}
