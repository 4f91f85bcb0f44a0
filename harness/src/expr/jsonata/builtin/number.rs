//! Functions of numbers and truth.

use super::super::item::Item;
use super::super::number;
use super::super::run::{Run, numeric};
use super::super::words::{Answer, Thrown};
use super::{Arguments, Builtin};

impl Run<'_> {
    pub(super) fn number_function(builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        let first = arguments.next();
        match builtin {
            _ if first.is_undefined() => return Ok(first),
            Builtin::Boolean => return Ok(Item::Bool(Self::truth(&first)?)),
            Builtin::Not => return Ok(Item::Bool(!Self::truth(&first)?)),
            Builtin::Number => return cast(first),
            _ => {}
        }
        let Item::Number(number) = first else { return Ok(Item::Undefined) };
        let second = arguments.number();
        Ok(Item::Number(match builtin {
            Builtin::Floor => number.floor(),
            Builtin::Ceil => number.ceil(),
            Builtin::Round => number::round(number, second.unwrap_or(0.0).trunc() as i32),
            Builtin::Abs => number.abs(),
            Builtin::Sqrt if number < 0.0 => return Err(Thrown::new("D3060").value(first).index(1)),
            Builtin::Sqrt => number.sqrt(),
            Builtin::Power => {
                let power = number.powf(second.unwrap_or(f64::NAN));
                if !power.is_finite() {
                    let exponent = second.map_or(Item::Undefined, Item::Number);
                    return Err(Thrown::new("D3061").value(first).second(exponent).index(1));
                }
                power
            }
            _ => return format_base(number, second),
        }))
    }
}

fn format_base(number: f64, radix: Option<f64>) -> Answer<Item> {
    let radix = radix.map_or(10.0, |radix| number::round(radix, 0));
    if !(2.0..=36.0).contains(&radix) {
        return Err(Thrown::new("D3100").value(Item::Number(radix)));
    }
    Ok(Item::from(number::in_base(number::round(number, 0), radix as u32)))
}

/// `$number`
fn cast(item: Item) -> Answer<Item> {
    let number = match &item {
        Item::Number(_) => numeric(&item).ok().flatten().or(item.as_number()),
        Item::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Item::Text(text) => decimal(text).or_else(|| in_other_base(text)),
        _ => None,
    };
    number.map(Item::Number).ok_or_else(|| Thrown::new("D3030").value(item).index(1))
}

/// `-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?`
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) || !exponent.is_none_or(digits) {
        return None;
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// `0x1F`, `0o17` and `0b11`
fn in_other_base(text: &str) -> Option<f64> {
    let digits = text.get(2..)?;
    let base = match text.get(..2)? {
        "0x" | "0X" => 16,
        "0o" | "0O" => 8,
        "0b" | "0B" => 2,
        _ => return None,
    };
    let value =
        |sum: f64, digit: char| digit.to_digit(base).map(|digit| sum * f64::from(base) + f64::from(digit));
    if digits.is_empty() { None } else { digits.chars().try_fold(0.0, value) }
}
