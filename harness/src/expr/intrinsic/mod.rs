//! The intrinsic functions of Amazon States Language, `States.*`.

mod array;
mod encode;
mod json;
mod math;
mod string;
mod syntax;

use std::sync::Arc;

/// Functions that JSONata of Step Functions has, too.
pub(super) mod host {
    pub(in crate::expr) use super::encode::{hash, uuid};
}

pub(super) use string::java_text;
pub(super) use syntax::parse;

use super::env::checked_depth;
use super::{Env, EvalError, EvalErrorKind, Random, Template};
use crate::value::Value;

/// A call of an intrinsic function.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which function.
    pub function: Function,
    /// Literals, paths and nested calls.
    pub arguments: Vec<Template>,
    /// As written.
    pub text: Arc<str>,
    /// Where the `{}` of a literal first argument stand, for `States.Format`.
    holes: Option<Holes>,
}

/// Where `{}` stands in a text.
type Holes = Arc<[usize]>;

/// The intrinsic functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// `States.Array`: its arguments as a list.
    Array,
    /// `States.ArrayContains(list, value)`
    ArrayContains,
    /// `States.ArrayGetItem(list, index)`
    ArrayGetItem,
    /// `States.ArrayLength(list)`
    ArrayLength,
    /// `States.ArrayPartition(list, size)`: chunks.
    ArrayPartition,
    /// `States.ArrayRange(first, last, step)`
    ArrayRange,
    /// `States.ArrayUnique(list)`
    ArrayUnique,
    /// `States.Base64Decode(text)`
    Base64Decode,
    /// `States.Base64Encode(text)`
    Base64Encode,
    /// `States.Format('… {} …', value, …)`
    Format,
    /// `States.Hash(text, algorithm)`
    Hash,
    /// `States.JsonMerge(object, object, false)`
    JsonMerge,
    /// `States.JsonToString(value)`
    JsonToString,
    /// `States.MathAdd(number, number)`
    MathAdd,
    /// `States.MathRandom(first, end)`
    MathRandom,
    /// `States.StringSplit(text, separators)`
    StringSplit,
    /// `States.StringToJson(text)`
    StringToJson,
    /// `States.UUID()`
    Uuid,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Array,
        Self::ArrayContains,
        Self::ArrayGetItem,
        Self::ArrayLength,
        Self::ArrayPartition,
        Self::ArrayRange,
        Self::ArrayUnique,
        Self::Base64Decode,
        Self::Base64Encode,
        Self::Format,
        Self::Hash,
        Self::JsonMerge,
        Self::JsonToString,
        Self::MathAdd,
        Self::MathRandom,
        Self::StringSplit,
        Self::StringToJson,
        Self::Uuid,
    ];

    /// The name as written in a definition: `States.Format`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Array => "States.Array",
            Self::ArrayContains => "States.ArrayContains",
            Self::ArrayGetItem => "States.ArrayGetItem",
            Self::ArrayLength => "States.ArrayLength",
            Self::ArrayPartition => "States.ArrayPartition",
            Self::ArrayRange => "States.ArrayRange",
            Self::ArrayUnique => "States.ArrayUnique",
            Self::Base64Decode => "States.Base64Decode",
            Self::Base64Encode => "States.Base64Encode",
            Self::Format => "States.Format",
            Self::Hash => "States.Hash",
            Self::JsonMerge => "States.JsonMerge",
            Self::JsonToString => "States.JsonToString",
            Self::MathAdd => "States.MathAdd",
            Self::MathRandom => "States.MathRandom",
            Self::StringSplit => "States.StringSplit",
            Self::StringToJson => "States.StringToJson",
            Self::Uuid => "States.UUID",
        }
    }

    /// How few and how many arguments it takes.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Self::Array => (0, usize::MAX),
            Self::Format => (1, usize::MAX),
            Self::Uuid => (0, 0),
            Self::ArrayLength
            | Self::ArrayUnique
            | Self::Base64Decode
            | Self::Base64Encode
            | Self::JsonToString
            | Self::StringToJson => (1, 1),
            Self::ArrayContains
            | Self::ArrayGetItem
            | Self::ArrayPartition
            | Self::Hash
            | Self::MathAdd
            | Self::StringSplit => (2, 2),
            Self::MathRandom => (2, 3),
            Self::ArrayRange | Self::JsonMerge => (3, 3),
        }
    }
}

impl Call {
    /// The result of the function. Reported from AWS: an error names the whole expression, not the inner call
    /// that failed.
    pub fn eval(&self, env: &Env<'_>) -> Result<Value, EvalError> {
        self.compute(env).map_err(|error| match error.kind {
            EvalErrorKind::Unsupported | EvalErrorKind::Query(_) => error,
            _ => EvalError {
                cause: format!("The function '{}' had the following error: {}", self.text, error.cause),
                ..error
            },
        })
    }

    fn compute(&self, env: &Env<'_>) -> Result<Value, EvalError> {
        let arguments = self.arguments.iter().map(|argument| match argument {
            Template::Call(call) => call.compute(env),
            Template::Path(path) => path.eval_argument(env),
            other => other.eval(env),
        });
        let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
        let refused = |cause| EvalError { kind: EvalErrorKind::Intrinsic, cause };
        self.apply(&arguments, env.random).map_err(refused).and_then(checked_depth)
    }

    /// The parser has checked how many arguments there are; a wrong number here is an error all the same.
    fn apply(&self, arguments: &[Value], random: &Random) -> Result<Value, String> {
        match (self.function, arguments) {
            (Function::Array, items) => Ok(Value::array(items.to_vec())),
            (Function::ArrayContains, [list, value]) => array::contains(list, value),
            (Function::ArrayGetItem, [list, index]) => array::get_item(list, index),
            (Function::ArrayLength, [list]) => array::length(list),
            (Function::ArrayPartition, [list, size]) => array::partition(list, size),
            (Function::ArrayRange, [first, last, step]) => array::range(first, last, step),
            (Function::ArrayUnique, [list]) => array::unique(list),
            (Function::Base64Decode, [text]) => encode::base64_decode(text),
            (Function::Base64Encode, [text]) => encode::base64_encode(text),
            (Function::Format, [template, values @ ..]) => {
                string::format(template, self.holes.as_deref(), values)
            }
            (Function::Hash, [data, algorithm]) => encode::hash(data, algorithm),
            (Function::JsonMerge, [first, second, deep]) => json::merge(first, second, deep),
            (Function::JsonToString, [value]) => Ok(Value::from(value.to_json())),
            (Function::MathAdd, [first, second]) => math::add(first, second),
            (Function::MathRandom, [first, end]) => math::random(first, end, random),
            (Function::MathRandom, [first, end, seed]) => {
                math::random(first, end, &Random::new(math::integer(seed, "seed")? as u64))
            }
            (Function::StringSplit, [text, separators]) => string::split(text, separators),
            (Function::StringToJson, [text]) => json::from_text(text),
            (Function::Uuid, []) => Ok(encode::uuid(random)),
            (function, arguments) => {
                Err(format!("{} does not take {} arguments", function.name(), arguments.len()))
            }
        }
    }
}

/// The text of an argument that must be one.
fn text<'v>(value: &'v Value, what: &str) -> Result<&'v str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("The {what} must be a string, but it is of type {}", value.type_name()))
}

/// The items of an argument that must be a list.
fn list(value: &Value) -> Result<&[Value], String> {
    value.as_array().ok_or_else(|| {
        format!("The first argument must be an array, but it is of type {}", value.type_name())
    })
}

#[cfg(test)]
mod tests;
