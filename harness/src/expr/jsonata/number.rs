//! Numbers as JavaScript writes and rounds them.

use crate::value::Number;

/// The text of a number.
pub(super) fn text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    if number == 0.0 {
        return "0".into();
    }
    if (1e-6..1e21).contains(&number.abs()) {
        return number.to_string();
    }
    // ECMAScript, Number::toString: an exponent always has a sign.
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

/// The number as the simulator keeps it; `None` if it is none that JSON has.
pub(super) fn of(number: f64) -> Option<Number> {
    if !number.is_finite() {
        return None;
    }
    if number.fract() != 0.0 {
        return Some(Number::Float(number));
    }
    if number.abs() < 9_007_199_254_740_992.0 {
        return Some(Number::Int(number as i64));
    }
    // Beyond 2^53 JavaScript writes the shortest digits, filled up with zeros.
    Some(number.to_string().parse().map_or(Number::Float(number), Number::Int))
}

/// `Number(number.toPrecision(15))`, which `$string` and `&` write.
pub(super) fn to_15_digits(number: f64) -> f64 {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return number;
    }
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// Half a unit goes to the even neighbour, at `precision` decimal places.
pub(super) fn round(number: f64, precision: i32) -> f64 {
    let shifted = shift(number, precision);
    // `Math.round`: halves go up.
    let mut rounded = (shifted + 0.5).floor();
    if shifted.abs() >= 4_503_599_627_370_496.0 || shifted == 0.499_999_999_999_999_94 {
        rounded = shifted.round();
    }
    if (rounded - shifted).abs() == 0.5 && (rounded % 2.0).abs() == 1.0 {
        rounded -= 1.0;
    }
    let result = shift(rounded, -precision);
    if result == 0.0 { 0.0 } else { result }
}

/// Moves the decimal point in the text of a number, as jsonata 2.0.6 does to avoid errors of multiplication.
fn shift(number: f64, places: i32) -> f64 {
    if places == 0 || !number.is_finite() {
        return number;
    }
    let text = format!("{number:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return number };
    let exponent = exponent.parse::<i32>().unwrap_or(0).saturating_add(places);
    format!("{digits}e{exponent}").parse().unwrap_or(number)
}

/// The text of a whole number in another base.
pub(super) fn in_base(number: f64, base: u32) -> String {
    let mut rest = number.abs();
    let mut digits = Vec::new();
    while rest >= 1.0 {
        digits.push(char::from_digit((rest % f64::from(base)) as u32, base).unwrap_or('0'));
        rest = (rest / f64::from(base)).floor();
    }
    if digits.is_empty() {
        return "0".into();
    }
    if number < 0.0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}
