//! A number for the route that a run took: equal routes need not be followed twice.

use std::fmt;

use crate::history::{Detail, Handling, History};

/// Which states were entered, which events they had, which errors met which handlers; not when, not in which item
/// of a Map, and not with which data. The same on every computer and in every version of Rust.
pub fn signature(history: &History) -> u64 {
    let mut hash = Fnv::default();
    for event in &history.events {
        hash.number(event.state.map_or(0, |state| u64::from(state.0) + 1));
        hash.number(event.kind as u64);
        if let Detail::Failure(Some(error), _) = &event.detail {
            hash.text(error);
        }
    }
    for failure in &history.failures {
        hash.number(u64::from(failure.state.0));
        hash.text(&failure.error);
        match failure.handling {
            Handling::Retried { retrier, .. } => hash.numbers([1, retrier as u64]),
            Handling::Caught { catcher, spent } => {
                hash.numbers([2, catcher as u64, spent.map_or(0, |at| at as u64 + 1)]);
            }
            Handling::Uncaught { spent } => hash.numbers([3, spent.map_or(0, |at| at as u64 + 1)]),
            Handling::Tolerated => hash.number(4),
        }
    }
    for decision in &history.decisions {
        hash.numbers([u64::from(decision.state.0), decision.rule.map_or(0, |rule| rule as u64 + 1)]);
    }
    hash.text(history.outcome.status());
    hash.finish()
}

/// FNV-1a with 64 bits: short, well known, without a key.
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Takes a text in, with its length, so that `ab, c` is not `a, bc`.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        for byte in text.bytes() {
            self.byte(byte);
        }
    }

    /// Takes a number in.
    pub fn number(&mut self, number: u64) {
        for byte in number.to_le_bytes() {
            self.byte(byte);
        }
    }

    /// The hash so far.
    pub fn finish(self) -> u64 {
        self.0
    }

    fn numbers<const N: usize>(&mut self, numbers: [u64; N]) {
        for number in numbers {
            self.number(number);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
}

impl fmt::Display for Fnv {
    /// Eight hexadecimal digits: enough to tell the findings of one machine apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", (self.0 >> 32) ^ (self.0 & 0xffff_ffff))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_never_changes() {
        let mut hash = Fnv::default();
        hash.text("failure-swallowed");
        hash.number(7);
        assert_eq!(hash.to_string().len(), 8);
        assert_eq!(Fnv::default().finish(), 0xcbf2_9ce4_8422_2325);
    }

    #[test]
    fn texts_do_not_run_together() {
        let hash = |texts: [&str; 2]| {
            let mut hash = Fnv::default();
            for text in texts {
                hash.text(text);
            }
            hash.finish()
        };
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
    }
}
