//! Virtual time: `2 hours`, `1 h 30 min`, `2, 4 and 8 seconds`.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::{Parameter, ParameterType};

/// A duration in virtual milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::bdd) struct Span {
    /// Milliseconds.
    pub(in crate::bdd) ms: u64,
}

/// Durations in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Spans(pub(in crate::bdd) Vec<Span>);

/// Units with the words for them.
const UNITS: [(u64, &[&str]); 5] = [
    (1, &["ms", "millisecond", "milliseconds"]),
    (1_000, &["s", "second", "seconds"]),
    (60_000, &["min", "minute", "minutes"]),
    (3_600_000, &["h", "hour", "hours"]),
    (86_400_000, &["d", "day", "days"]),
];

impl fmt::Display for Span {
    /// Exactly, and as short as that can be: `2 s`, `1.25 s`, `1 h 30 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ms < 1_000 {
            return write!(f, "{} ms", self.ms);
        }
        let mut rest = self.ms;
        let mut gap = "";
        for (unit, words) in UNITS.iter().skip(2).rev() {
            if rest >= *unit {
                write!(f, "{gap}{} {}", rest / unit, words[0])?;
                (rest, gap) = (rest % unit, " ");
            }
        }
        match (rest / 1_000, rest % 1_000) {
            (0, 0) => Ok(()),
            (seconds, 0) => write!(f, "{gap}{seconds} s"),
            (seconds, ms) => write!(f, "{gap}{seconds}.{} s", format!("{ms:03}").trim_end_matches('0')),
        }
    }
}

impl Parameter for Span {
    const TYPE: ParameterType = ParameterType {
        name: "duration",
        pattern: r"\d+(?:\.\d+)? ?(?:ms|milliseconds?|s|seconds?|min|minutes?|h|hours?|d|days?)(?:(?: and)? \d+(?:\.\d+)? ?(?:ms|milliseconds?|s|seconds?|min|minutes?|h|hours?|d|days?))*",
        about: "Virtual time.",
        examples: &["350 ms", "90 seconds", "1 h 30 min", "2 hours", "7 days"],
    };

    fn read(text: &str) -> Result<Self, String> {
        static PART: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(\d+(?:\.\d+)?) ?([a-z]+)").expect("a constant expression"));
        let mut ms = 0_f64;
        for found in PART.captures_iter(text) {
            let unit = unit(&found[2]).ok_or_else(|| format!("`{}` is no unit of time", &found[2]))?;
            ms += found[1].parse::<f64>().map_err(|_| format!("`{}` is no number", &found[1]))? * unit as f64;
        }
        Ok(Self { ms: ms.round() as u64 })
    }
}

impl Parameter for Spans {
    const TYPE: ParameterType = ParameterType {
        name: "durations",
        pattern: r"\d+(?:\.\d+)?(?: ?[a-z]+)?(?:(?:, and |, | and )\d+(?:\.\d+)?(?: ?[a-z]+)?)*",
        about: "Durations in an order. A unit that is left out is the one that follows.",
        examples: &["2 seconds", "2, 4 and 8 seconds", "30 s and 1 min"],
    };

    fn read(text: &str) -> Result<Self, String> {
        static PART: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(\d+(?:\.\d+)?)(?: ?(ms|[a-z]{1,12}))?").expect("a constant expression")
        });
        let parts: Vec<(String, Option<String>)> = PART
            .captures_iter(text)
            .map(|found| (found[1].to_owned(), found.get(2).map(|unit| unit.as_str().to_owned())))
            .map(|(number, unit)| (number, unit.filter(|unit| unit != "and")))
            .collect();
        let mut following: Option<&str> = None;
        let mut spans = Vec::with_capacity(parts.len());
        for (number, unit) in parts.iter().rev() {
            following = unit.as_deref().or(following);
            let unit =
                following.ok_or_else(|| format!("the unit of `{text}` is missing, such as `seconds`"))?;
            spans.push(Span::read(&format!("{number} {unit}"))?);
        }
        spans.reverse();
        Ok(Self(spans))
    }
}

fn unit(word: &str) -> Option<u64> {
    UNITS.iter().find(|(_, words)| words.contains(&word)).map(|(ms, _)| *ms)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::ms("350 ms", 350)]
    #[case::several("1 h 30 min", 5_400_000)]
    #[case::and("1 hour and 1 second", 3_601_000)]
    #[case::a_fraction("1.5 seconds", 1_500)]
    fn a_duration(#[case] text: &str, #[case] ms: u64) {
        assert_eq!(Span::read(text), Ok(Span { ms }));
    }

    #[rstest]
    #[case::one_unit("2, 4 and 8 seconds", &[2_000, 4_000, 8_000])]
    #[case::units("30 s and 1 min", &[30_000, 60_000])]
    fn durations(#[case] text: &str, #[case] ms: &[u64]) {
        assert_eq!(Spans::read(text), Ok(Spans(ms.iter().map(|ms| Span { ms: *ms }).collect())));
    }

    #[rstest]
    #[case::ms(350, "350 ms")]
    #[case::seconds(2_000, "2 s")]
    #[case::a_fraction(1_250, "1.25 s")]
    #[case::nothing_is_rounded(3_630_050, "1 h 30.05 s")]
    #[case::days(90_000_000, "1 d 1 h")]
    fn a_duration_is_told_exactly(#[case] ms: u64, #[case] told: &str) {
        assert_eq!(Span { ms }.to_string(), told);
    }

    #[test]
    fn a_unit_is_needed() {
        assert_eq!(Spans::read("2, 4"), Err("the unit of `2, 4` is missing, such as `seconds`".to_owned()));
    }
}
