//! The types of what stands in braces in a sentence: how each is written, and how it is read.

mod extent;
mod datum;
mod name;
mod time;
mod value;
mod word;

pub(super) use datum::{Datum, EventKind};
pub(super) use extent::{Extent, Items, Lasts};
pub(super) use name::{Error, Place, Places};
pub(super) use time::{Span, Spans};
pub(super) use value::{Count, Json, Path, Sentence, Size, Text, Times};

/// One type, for compiling sentences and for the docs.
#[derive(Clone, Copy, Debug)]
pub struct ParameterType {
    /// What stands in braces.
    pub name: &'static str,
    /// Which texts it takes, as a regular expression without groups that capture.
    pub pattern: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Texts that it takes.
    pub examples: &'static [&'static str],
}

/// What a text of a type means.
pub(in crate::bdd) trait Parameter: Sized {
    /// The type.
    const TYPE: ParameterType;

    /// Reads a text that has the pattern; says what is wrong with it where it means nothing.
    fn read(text: &str) -> Result<Self, String>;
}

/// Every type, in the order of the docs.
pub const PARAMETERS: &[ParameterType] = &[
    Place::TYPE,
    Places::TYPE,
    Extent::TYPE,
    Error::TYPE,
    Times::TYPE,
    Count::TYPE,
    Span::TYPE,
    Spans::TYPE,
    Size::TYPE,
    Path::TYPE,
    Json::TYPE,
    Text::TYPE,
    Datum::TYPE,
    EventKind::TYPE,
    Sentence::TYPE,
    word::Ending::TYPE,
    FaultClass::TYPE,
    Word::TYPE,
    crate::oracle::Severity::TYPE,
    crate::oracle::RuleId::TYPE,
];

pub(super) use word::{Ending, FaultClass, Word};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_the_pattern_of_its_type() {
        for parameter in PARAMETERS {
            let regex = regex::Regex::new(&format!("^(?:{})$", parameter.pattern)).unwrap();
            assert_eq!(regex.captures_len(), 1, "{} captures", parameter.name);
            for example in parameter.examples {
                assert!(regex.is_match(example), "{}: {example}", parameter.name);
            }
        }
    }
}
