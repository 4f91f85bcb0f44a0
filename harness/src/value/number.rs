//! Numbers as Step Functions keeps them: integers apart from fractions.

use std::fmt::Write as _;

/// A JSON number. Integers beyond 64 bits become fractions, as in any IEEE double.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A whole number written without fraction or exponent.
    Int(i64),
    /// Any other finite number.
    Float(f64),
}

impl Number {
    /// The value as a double.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }

    /// The value as an integer, if it has no fraction and fits.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(int),
            Self::Float(float) if float.fract() == 0.0 && float.abs() < 9.0e18 => Some(float as i64),
            Self::Float(_) => None,
        }
    }

    /// Numerical order; integers are compared exactly.
    pub fn compare(self, other: Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            // Numbers of JSON are finite, and -0.0 is no less than 0.0.
            _ => self.as_f64().partial_cmp(&other.as_f64()).unwrap_or(std::cmp::Ordering::Equal),
        }
    }

    /// Appends the JSON text: `7`, `1.5`, `100.0`.
    pub fn write_json(self, out: &mut String) {
        match self {
            Self::Int(int) => {
                let _ = write!(out, "{int}");
            }
            Self::Float(float) if float.is_finite() => {
                let _ = write!(out, "{float:?}");
            }
            Self::Float(_) => out.push_str("null"),
        }
    }

    pub(super) fn json_len(self) -> usize {
        match self {
            Self::Int(int) => usize::from(int < 0) + digits(int.unsigned_abs()),
            Self::Float(_) => {
                let mut text = String::with_capacity(24);
                self.write_json(&mut text);
                text.len()
            }
        }
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            _ => self.as_f64() == other.as_f64(),
        }
    }
}
