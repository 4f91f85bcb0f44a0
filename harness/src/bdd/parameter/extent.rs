//! Where exactly a fault strikes, and for how long: ` in item 3 twice`.

use super::value::times;
use super::{Parameter, ParameterType};

/// What follows the words of a fault; nothing means the first attempt of the first visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::bdd) struct Extent {
    /// In which items.
    pub(in crate::bdd) items: Items,
    /// Which entry of the state, from 1.
    pub(in crate::bdd) visit: Option<u32>,
    /// For how long.
    pub(in crate::bdd) lasts: Lasts,
}

/// In which items of a Map a fault strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::bdd) enum Items {
    /// Nothing is said: the first, or the one that the place names.
    #[default]
    Unsaid,
    /// This item of the innermost Map, from 0.
    One(u32),
    /// Every item.
    Every,
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
    /// This attempt alone, from 1.
    Attempt(u32),
    /// One.
    #[default]
    Unsaid,
}

impl Parameter for Extent {
    const TYPE: ParameterType = ParameterType {
        name: "extent",
        pattern: r"(?: (?:in item \d+|in every item|on visit \d+|on attempt \d+|once|twice|\d+(?:,\d{3})* times?|every time|until its retries are spent|as often as its retries survive))*",
        about: "Where exactly a fault strikes and for how long; may be left out, and then it is the first attempt, \
                or every one of what lasts by its nature (`never answers`, `is denied permission`, `nobody answers`). \
                Items count from 0; visits, attempts and times from 1. `3 times` are the first three calls, also where \
                the state is entered again for the next one. `every time` is every call, in every item unless one is \
                named. In a Map without a word about items it is the first item. `until its retries are spent` and `as \
                often as its retries survive` go by the retrier that takes this error.",
        examples: &[
            "",
            " twice",
            " 3 times",
            " every time",
            " until its retries are spent",
            " as often as its retries survive",
            " in item 3",
            " in every item",
            " on attempt 2",
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
            ["in", "item", item, rest @ ..] => self.items(Items::One(number(item)?), rest),
            ["in", "every", "item", rest @ ..] => self.items(Items::Every, rest),
            ["on", "visit", visit, rest @ ..] => match (self.visit, number(visit)?) {
                (Some(_), _) => Err("the step names two visits".to_owned()),
                (None, 0) => Err("visits count from 1".to_owned()),
                (None, visit) => {
                    self.visit = Some(visit);
                    Ok(rest)
                }
            },
            ["on", "attempt", attempt, rest @ ..] => match number(attempt)? {
                0 => Err("attempts count from 1".to_owned()),
                attempt => self.lasts(Lasts::Attempt(attempt), rest),
            },
            ["once", rest @ ..] => self.lasts(Lasts::Attempts(1), rest),
            ["twice", rest @ ..] => self.lasts(Lasts::Attempts(2), rest),
            ["every", "time", rest @ ..] => self.lasts(Lasts::Forever, rest),
            ["until", "its", "retries", "are", "spent", rest @ ..] => self.lasts(Lasts::Exhausting, rest),
            ["as", "often", "as", "its", "retries", "survive", rest @ ..] => {
                self.lasts(Lasts::Survivable, rest)
            }
            [count, "time" | "times", rest @ ..] => match times(count)? {
                0 => Err("a fault that strikes 0 times is none; leave the step out".to_owned()),
                count => self.lasts(Lasts::Attempts(count), rest),
            },
            _ => Err(format!("`{}` does not say where or for how long", words.join(" "))),
        }
    }

    fn items<'w, 't>(&mut self, items: Items, rest: &'w [&'t str]) -> Result<&'w [&'t str], String> {
        if self.items != Items::Unsaid {
            return Err("the step says twice in which items".to_owned());
        }
        self.items = items;
        Ok(rest)
    }

    fn lasts<'w, 't>(&mut self, lasts: Lasts, rest: &'w [&'t str]) -> Result<&'w [&'t str], String> {
        if self.lasts != Lasts::Unsaid {
            return Err("the step says twice for how long".to_owned());
        }
        self.lasts = lasts;
        Ok(rest)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("", Extent::default())]
    #[case::all(" in item 3 on visit 2 twice", Extent { items: Items::One(3), visit: Some(2), lasts: Lasts::Attempts(2) })]
    #[case::all_items(" in every item on attempt 2", Extent { items: Items::Every, lasts: Lasts::Attempt(2), ..Extent::default() })]
    #[case::one_time(" 1 time", Extent { lasts: Lasts::Attempts(1), ..Extent::default() })]
    #[case::many_times(" 1,000 times", Extent { lasts: Lasts::Attempts(1_000), ..Extent::default() })]
    #[case::spent(" until its retries are spent", Extent { lasts: Lasts::Exhausting, ..Extent::default() })]
    fn phrases_in_any_order(#[case] text: &str, #[case] extent: Extent) {
        assert_eq!(Extent::read(text), Ok(extent));
    }

    #[rstest]
    #[case::twice_the_same(" once twice", "the step says twice for how long")]
    #[case::never(" 0 times", "a fault that strikes 0 times is none; leave the step out")]
    #[case::two_items(" in item 1 in every item", "the step says twice in which items")]
    #[case::two_visits(" on visit 1 on visit 2", "the step names two visits")]
    #[case::no_visit(" on visit 0", "visits count from 1")]
    #[case::no_attempt(" on attempt 0", "attempts count from 1")]
    #[case::one_attempt_twice(" on attempt 2 twice", "the step says twice for how long")]
    fn contradictions_are_refused(#[case] text: &str, #[case] message: &str) {
        assert_eq!(Extent::read(text), Err(message.to_owned()));
    }
}
