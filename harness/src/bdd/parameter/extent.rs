//! Where exactly a fault strikes, and for how long: ` in item 3 twice`.

use super::{Parameter, ParameterType};

/// What follows the words of a fault; nothing means the first attempt of the first visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::bdd) struct Extent {
    /// The item of the innermost Map, from 0.
    pub(in crate::bdd) item: Option<u32>,
    /// Which entry of the state, from 1.
    pub(in crate::bdd) visit: Option<u32>,
    /// For how long.
    pub(in crate::bdd) lasts: Lasts,
}

/// For how long a fault lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::bdd) enum Lasts {
    /// So many attempts.
    Attempts(u32),
    /// As many as the retriers that take it survive.
    Survivable,
    /// One more.
    Exhausting,
    /// Every attempt.
    Forever,
    /// One.
    #[default]
    Unsaid,
}

impl Parameter for Extent {
    const TYPE: ParameterType = ParameterType {
        name: "extent",
        pattern: r"(?: (?:in item \d+|on visit \d+|once|twice|\d+ times|every time|until its retries are spent|as often as its retries survive))*",
        about: "Where exactly a fault strikes and for how long; may be left out, and then it is the first attempt. \
                Items count from 0, visits and times from 1.",
        examples: &[
            "",
            " twice",
            " 3 times",
            " every time",
            " until its retries are spent",
            " as often as its retries survive",
            " in item 3",
            " on visit 2 twice",
        ],
    };

    fn read(text: &str) -> Result<Self, String> {
        let mut extent = Self::default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut rest = &words[..];
        while !rest.is_empty() {
            rest = extent.take(rest)?;
        }
        Ok(extent)
    }
}

impl Extent {
    /// Takes one phrase, and gives back what follows it.
    fn take<'w, 't>(&mut self, words: &'w [&'t str]) -> Result<&'w [&'t str], String> {
        let number = |text: &str| text.parse::<u32>().map_err(|_| format!("`{text}` is too large a number"));
        match words {
            ["in", "item", item, rest @ ..] => {
                once(&mut self.item, number(item)?, "item")?;
                Ok(rest)
            }
            ["on", "visit", visit, rest @ ..] => {
                once(&mut self.visit, number(visit)?.max(1), "visit")?;
                Ok(rest)
            }
            ["once", rest @ ..] => self.lasts(Lasts::Attempts(1), rest),
            ["twice", rest @ ..] => self.lasts(Lasts::Attempts(2), rest),
            ["every", "time", rest @ ..] => self.lasts(Lasts::Forever, rest),
            ["until", "its", "retries", "are", "spent", rest @ ..] => self.lasts(Lasts::Exhausting, rest),
            ["as", "often", "as", "its", "retries", "survive", rest @ ..] => {
                self.lasts(Lasts::Survivable, rest)
            }
            [count, "times", rest @ ..] => match number(count)? {
                0 => Err("a fault that strikes 0 times is none; leave the step out".to_owned()),
                count => self.lasts(Lasts::Attempts(count), rest),
            },
            _ => Err(format!("`{}` does not say where or for how long", words.join(" "))),
        }
    }

    fn lasts<'w, 't>(&mut self, lasts: Lasts, rest: &'w [&'t str]) -> Result<&'w [&'t str], String> {
        if self.lasts != Lasts::Unsaid {
            return Err("the step says twice for how long".to_owned());
        }
        self.lasts = lasts;
        Ok(rest)
    }
}

fn once(slot: &mut Option<u32>, value: u32, what: &str) -> Result<(), String> {
    match slot.replace(value) {
        Some(_) => Err(format!("the step names two {what}s")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("", Extent::default())]
    #[case::all(" in item 3 on visit 2 twice", Extent { item: Some(3), visit: Some(2), lasts: Lasts::Attempts(2) })]
    #[case::spent(" until its retries are spent", Extent { lasts: Lasts::Exhausting, ..Extent::default() })]
    fn phrases_in_any_order(#[case] text: &str, #[case] extent: Extent) {
        assert_eq!(Extent::read(text), Ok(extent));
    }

    #[rstest]
    #[case::twice_the_same(" once twice", "the step says twice for how long")]
    #[case::never(" 0 times", "a fault that strikes 0 times is none; leave the step out")]
    #[case::two_items(" in item 1 in item 2", "the step names two items")]
    fn contradictions_are_refused(#[case] text: &str, #[case] message: &str) {
        assert_eq!(Extent::read(text), Err(message.to_owned()));
    }
}
