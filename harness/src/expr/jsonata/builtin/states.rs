//! The functions that Step Functions adds to JSONata, and those that see the clock or draw numbers.

use super::super::item::{Item, List};
use super::super::run::Run;
use super::super::words::{Answer, Kind, Thrown};
use super::{Arguments, Builtin};
use crate::expr::intrinsic::host;
use crate::value::Value;

impl Run<'_> {
    pub(super) fn states_function(&self, builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        match builtin {
            Builtin::Millis => Ok(Item::Number(self.env.jsonata.now_ms() as f64)),
            Builtin::Uuid => Ok(Item::from(&host::uuid(self.env.random))),
            Builtin::Random => Ok(Item::Number(match arguments.number() {
                Some(seed) => java_random(seed as i64),
                None => (self.env.random.next_u64() >> 11) as f64 / (1u64 << 53) as f64,
            })),
            Builtin::Partition => Self::partition(arguments.list(), arguments.number()),
            Builtin::Range => self.stepped(arguments.number(), arguments.number(), arguments.number()),
            Builtin::Hash => {
                let (Some(data), Some(algorithm)) = (
                    arguments.next().into_value(self.env.jsonata),
                    arguments.next().into_value(self.env.jsonata),
                ) else {
                    return Ok(Item::Undefined);
                };
                host::hash(&data, &algorithm)
                    .map(|hash| Item::from(&hash))
                    .map_err(|text| Thrown::new("D3137").text(text))
            }
            _ => {
                let Item::Text(text) = arguments.next() else { return Ok(Item::Undefined) };
                Self::check_bytes(text.len())?;
                let parsed =
                    Value::parse(&text).map_err(|error| Thrown::new("D3137").text(error.to_string()))?;
                Ok(Item::from(&parsed))
            }
        }
    }

    /// AWS cuts fractions off.
    fn partition(list: Option<List>, size: Option<f64>) -> Answer<Item> {
        let (Some(list), Some(size)) = (list, size) else { return Ok(Item::Undefined) };
        let size = size.trunc();
        if size < 1.0 {
            return Err(Thrown::of(Kind::Bound("The chunk size must be a positive integer")));
        }
        let items: Vec<Item> = list.into_vec();
        let size = size.min(items.len().max(1) as f64) as usize;
        Ok(Item::list(items.chunks(size).map(|chunk| Item::list(chunk.to_vec())).collect()))
    }

    /// `$range(first, last, step)`: both ends belong to it, fractions are cut off. Recorded on AWS: a range of one
    /// number is that number.
    fn stepped(&self, first: Option<f64>, last: Option<f64>, step: Option<f64>) -> Answer<Item> {
        let (Some(first), Some(last), Some(step)) = (first, last, step) else { return Ok(Item::Undefined) };
        let (first, last, step) = (first.trunc(), last.trunc(), step.trunc());
        if step == 0.0 || (last - first) * step < 0.0 {
            return Ok(Item::Undefined);
        }
        let count = ((last - first) / step).floor() + 1.0;
        Self::check_items(if count > 1e9 { usize::MAX } else { count as usize })?;
        self.count_steps(count as usize)?;
        Ok(Item::sequence((0..count as u64).map(|at| Item::Number(first + at as f64 * step)).collect()))
    }
}

/// `new java.util.Random(seed).nextDouble()`.
// Measured on AWS (floci-io/floci issue 2662): `$random(42)` is 0.7275636800328681, as in Java.
fn java_random(seed: i64) -> f64 {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let mut state = (seed as u64 ^ MULTIPLIER) & MASK;
    let mut next = |bits: u32| {
        state = state.wrapping_mul(MULTIPLIER).wrapping_add(0xB) & MASK;
        state >> (48 - bits)
    };
    let high = next(26) << 27;
    (high + next(27)) as f64 / (1u64 << 53) as f64
}
