//! Functions of lists.

use super::{list, math};
use crate::value::Value;

/// AWS developer guide, `States.ArrayRange`: the new array has at most 1000 elements.
const RANGE_MAX: usize = 1000;

pub(super) fn contains(items: &Value, value: &Value) -> Result<Value, String> {
    Ok(Value::from(list(items)?.contains(value)))
}

pub(super) fn length(items: &Value) -> Result<Value, String> {
    Ok(Value::from(list(items)?.len() as i64))
}

pub(super) fn get_item(items: &Value, index: &Value) -> Result<Value, String> {
    let items = list(items)?;
    let index = math::integer(index, "index")?;
    usize::try_from(index)
        .ok()
        .and_then(|index| items.get(index).cloned())
        .ok_or_else(|| format!("The index {index} is out of bounds for an array of length {}", items.len()))
}

/// AWS developer guide: a chunk size that is not an integer is rounded to the nearest.
pub(super) fn partition(items: &Value, size: &Value) -> Result<Value, String> {
    let items = list(items)?;
    let size = math::integer(size, "chunk size")?;
    match usize::try_from(size) {
        Ok(size) if size > 0 => {
            Ok(Value::array(items.chunks(size).map(|chunk| Value::array(chunk.to_vec())).collect()))
        }
        _ => Err(format!("The chunk size must be a positive integer, but it is {size}")),
    }
}

/// AWS developer guide: both ends belong to the range, and numbers that are not integers are rounded.
pub(super) fn range(first: &Value, last: &Value, step: &Value) -> Result<Value, String> {
    let first = math::integer(first, "first element")?;
    let last = math::integer(last, "final element")?;
    let step = math::integer(step, "increment")?;
    if step == 0 {
        return Err("The increment must not be zero".into());
    }
    let mut items = Vec::new();
    let mut next = Some(first);
    while let Some(number) = next.filter(|number| if step > 0 { *number <= last } else { *number >= last }) {
        if items.len() == RANGE_MAX {
            return Err(format!("The range has more than {RANGE_MAX} elements"));
        }
        items.push(Value::from(number));
        next = number.checked_add(step);
    }
    Ok(Value::array(items))
}

pub(super) fn unique(items: &Value) -> Result<Value, String> {
    let mut unique: Vec<Value> = Vec::new();
    for item in list(items)? {
        if !unique.contains(item) {
            unique.push(item.clone());
        }
    }
    Ok(Value::array(unique))
}
