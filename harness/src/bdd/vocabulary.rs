//! All sentences, compiled once, and which of them a line of a feature is.

#[expect(clippy::disallowed_types, reason = "the crate wants a HashMap; nothing goes over it")]
use std::collections::HashMap;
use std::sync::OnceLock;

use cucumber_expressions::Expression;
use regex::{Regex, RegexSet, RegexSetBuilder};

use super::failed::Failed;
use super::near::{self, Wording};
use super::otherwise::OTHERWISE;
use super::parameter::PARAMETERS;
use super::step::Step;
use super::words;

/// Sentences about one thing.
#[derive(Debug)]
pub struct Section {
    /// The heading: `Faults of calls`.
    pub name: &'static str,
    /// What they are about, in a sentence.
    pub about: &'static str,
    /// In the order in which the docs list them.
    pub steps: &'static [Step],
}

/// Every section, in the order of the docs.
pub fn sections() -> &'static [&'static Section] {
    words::SECTIONS
}

/// The compiled sentences.
#[derive(Debug)]
pub struct Vocabulary {
    set: RegexSet,
    steps: Vec<(Regex, &'static Step)>,
    /// Other words for sentences, with the sentence that is meant.
    otherwise: Vec<(Regex, &'static str, &'static str)>,
}

/// All sentences at once need more than the crate grants; without it, it takes another way, two hundred times slower.
const SET_BYTES_MAX: usize = 32 << 20;

/// How many near sentences are shown for one that does not exist.
const NEAR_MAX: usize = 3;

/// Sentences that differ in more than this part of their words are not near.
const DISTANCE_MAX: f64 = 0.5;

/// The others are shown where they are not much further than the nearest.
const FURTHER: f64 = 1.25;
const FURTHER_MIN: f64 = 0.03;

impl Vocabulary {
    /// The one that there is.
    pub fn get() -> &'static Self {
        static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
        VOCABULARY.get_or_init(Self::compile)
    }

    fn compile() -> Self {
        #[expect(clippy::disallowed_types, reason = "the crate wants a HashMap; nothing goes over it")]
        let parameters: HashMap<&str, &str> =
            PARAMETERS.iter().map(|parameter| (parameter.name, parameter.pattern)).collect();
        let compile = |expression: &'static str| {
            Expression::regex_with_parameters(expression, &parameters)
                .unwrap_or_else(|error| unreachable!("`{expression}` is no expression: {error}"))
        };
        let all = sections().iter().flat_map(|section| section.steps);
        let steps: Vec<_> = all.map(|step| (compile(step.expression), step)).collect();
        let otherwise = OTHERWISE.iter().map(|(said, meant)| (compile(said), *said, *meant)).collect();
        let set = RegexSetBuilder::new(steps.iter().map(|(regex, _)| regex.as_str()))
            .dfa_size_limit(SET_BYTES_MAX)
            .build()
            .expect("expressions that compile one by one compile together");
        Self { set, steps, otherwise }
    }

    /// The sentence that a line is, without its keyword, and what the line says for each parameter.
    pub fn find<'t>(&self, line: &'t str) -> Result<(&'static Step, Vec<&'t str>), Failed> {
        let found: Vec<usize> = self.set.matches(line).into_iter().collect();
        match found[..] {
            [one] => {
                let (regex, step) = &self.steps[one];
                let captures = regex.captures(line).expect("the set says that it matches");
                let texts = captures.iter().skip(1);
                Ok((step, texts.map(|text| text.map_or("", |text| text.as_str())).collect()))
            }
            [] => Err(Failed::Undefined(self.near(line))),
            _ => {
                let several = found.iter().map(|at| self.steps[*at].1.expression.to_owned());
                Err(Failed::Ambiguous(several.collect()))
            }
        }
    }

    /// The regular expression that a sentence was compiled to.
    pub fn pattern(&self, step: &Step) -> &str {
        let own = self.steps.iter().find(|(_, known)| known.expression == step.expression);
        own.map_or("", |(regex, _)| regex.as_str())
    }

    /// The sentences that other words mean, with the words of the line.
    fn otherwise(&self, line: &near::Line<'_>) -> Vec<(f64, usize, String)> {
        let meant = |(at, (regex, said, meant)): (usize, &(Regex, &str, &str))| {
            let wordings = Wording::all(said).into_iter().map(|wording| wording.near(line, &[]));
            let nearest = wordings.min_by(|one, other| one.distance.total_cmp(&other.distance))?;
            // Words that take no place of the line mean nothing.
            let captures = regex.captures(&nearest.text)?;
            let texts = captures.iter().skip(1).map(|text| text.map_or("", |text| text.as_str()));
            Some((nearest.distance, self.steps.len() + at, filled(meant, texts)))
        };
        self.otherwise.iter().enumerate().filter_map(meant).collect()
    }

    /// The sentences that a line was most likely meant to be, with the words of the line for their parameters.
    fn near(&self, line: &str) -> Vec<String> {
        let line = near::Line::of(line);
        let nearest = |(at, (regex, step)): (usize, &(Regex, &'static Step))| {
            let example = step.example.lines().next().unwrap_or_default();
            let captures = regex.captures(example);
            let texts = captures.iter().flat_map(|captures| captures.iter().skip(1));
            let texts: Vec<&str> = texts.map(|text| text.map_or("", |text| text.as_str())).collect();
            let wordings =
                Wording::all(step.expression).into_iter().map(|wording| wording.near(&line, &texts));
            let nearest = wordings.min_by(|one, other| one.distance.total_cmp(&other.distance))?;
            // What the vocabulary does not take back is shown as the vocabulary has it.
            let is_sentence = regex.is_match(&nearest.text);
            let text = if is_sentence { nearest.text } else { step.expression.to_owned() };
            Some((nearest.distance, at, text))
        };
        let mut near: Vec<(f64, usize, String)> = self.steps.iter().enumerate().filter_map(nearest).collect();
        near.extend(self.otherwise(&line));
        near.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let limit = near.first().map_or(0.0, |(best, ..)| (best * FURTHER + FURTHER_MIN).min(DISTANCE_MAX));
        near.retain(|(distance, ..)| *distance <= limit);
        near.dedup_by(|one, other| one.2 == other.2);
        near.truncate(NEAR_MAX);
        near.into_iter().map(|(_, _, text)| text).collect()
    }
}

/// A sentence with texts in the places of its parameters.
fn filled<'t>(sentence: &str, mut texts: impl Iterator<Item = &'t str>) -> String {
    let parameter = Regex::new(r"\{\w+\}").expect("a constant expression");
    parameter.replace_all(sentence, |_: &regex::Captures<'_>| texts.next().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_example_is_the_sentence_that_it_is_an_example_of() {
        for step in sections().iter().flat_map(|section| section.steps) {
            let line = step.example.lines().next().unwrap();
            let found = Vocabulary::get().find(line).map(|(found, _)| found.expression);
            assert_eq!(found, Ok(step.expression), "{line}");
        }
    }

    #[rstest]
    #[case::a_slip("the executon succeeds", &["the execution succeeds"])]
    #[case::their_own_state("ChargeCustomer was throttled 3 times", &["ChargeCustomer is throttled 3 times"])]
    #[case::a_word_too_many("the execution finally succeeds", &["the execution succeeds"])]
    #[case::other_words("Pack never gets a callback", &["nobody answers the task token of Pack"])]
    #[case::other_words_with_a_slip("Pack never get a calback", &["nobody answers the task token of Pack"])]
    #[case::other_words_and_a_number("Charge was called 3 times", &["Charge is attempted 3 times"])]
    #[case::other_words_with_an_extent("Charge hangs twice", &["Charge never answers twice"])]
    #[case::nothing_like_it("a pigeon brings the parcel home safely", &[])]
    fn the_nearest_sentence_has_the_words_of_the_line(#[case] line: &str, #[case] first: &[&str]) {
        let Err(Failed::Undefined(near)) = Vocabulary::get().find(line) else {
            unreachable!("`{line}` is no sentence");
        };
        assert_eq!(&near[..near.len().min(1)], first);
    }

    /// Else a line would be told to be a sentence that is none.
    #[test]
    fn other_words_mean_a_sentence() {
        let vocabulary = Vocabulary::get();
        let example = |name: &str| match name {
            "state" => "Charge",
            "error" => "Declined",
            "times" => "twice",
            _ => "",
        };
        let parameter = Regex::new(r"\{(\w+)\}").unwrap();
        for (_, said, meant) in &vocabulary.otherwise {
            let names = |text: &str| -> Vec<String> {
                parameter.captures_iter(text).map(|found| found[1].to_owned()).collect()
            };
            assert_eq!(names(said), names(meant), "{said}");
            let texts: Vec<String> = names(meant).iter().map(|name| example(name).to_owned()).collect();
            let sentence = filled(meant, texts.iter().map(String::as_str));
            assert!(vocabulary.find(&sentence).is_ok(), "`{sentence}` is no sentence");
        }
    }
}
