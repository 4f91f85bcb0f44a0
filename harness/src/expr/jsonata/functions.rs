//! The functions that Step Functions adds to JSONata.

use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::convert::{from_jsonata, to_jsonata};
use crate::expr::Random;
use crate::expr::intrinsic::host;
use crate::value::Value;

/// Makes them known to an evaluator.
pub(super) fn register(
    evaluator: &mut Evaluator,
    random: &Rc<Random>,
    now_ms: i64,
) -> Result<(), EvaluatorError> {
    evaluator.register_fn("partition", |args: &[JValue]| {
        let [list, size] = values(args)?;
        answer(host::partition(&list, &size))
    })?;
    evaluator.register_fn("range", |args: &[JValue]| {
        let [first, last, step] = values(args)?;
        answer(host::range(&first, &last, &step)).map(|range| match range.as_array() {
            Some(items) => JValue::sequence(items.clone()).unwrap_sequence(),
            None => range,
        })
    })?;
    evaluator.register_fn("hash", |args: &[JValue]| {
        let [data, algorithm] = values(args)?;
        answer(host::hash(&data, &algorithm))
    })?;
    evaluator.register_fn("parse", |args: &[JValue]| {
        let [text] = values(args)?;
        answer(host::from_text(&text))
    })?;
    let stream = Rc::clone(random);
    evaluator.register_fn("uuid", move |_: &[JValue]| Ok(to_jsonata(&host::uuid(&stream))))?;
    let stream = Rc::clone(random);
    evaluator.register_fn_override("random", move |args: &[JValue]| {
        let bits = match args.first().and_then(JValue::as_f64) {
            Some(seed) => Random::new(seed.to_bits()).next_u64(),
            None => stream.next_u64(),
        };
        Ok(JValue::Number((bits >> 11) as f64 / (1u64 << 53) as f64))
    })?;
    evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(JValue::Number(now_ms as f64)))?;
    evaluator.register_fn_override("eval", |_: &[JValue]| {
        Err(EvaluatorError::EvaluationError("T1006: Attempted to invoke a non-function".into()))
    })
}

fn values<const N: usize>(args: &[JValue]) -> Result<[Value; N], EvaluatorError> {
    let values: Vec<Value> = args.iter().filter_map(from_jsonata).collect();
    values.try_into().map_err(|_| {
        EvaluatorError::TypeError("T0410: Argument 1 of function does not match function signature".into())
    })
}

fn answer(answer: Result<Value, String>) -> Result<JValue, EvaluatorError> {
    answer.map(|value| to_jsonata(&value)).map_err(EvaluatorError::EvaluationError)
}
