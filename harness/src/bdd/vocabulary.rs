//! All sentences, compiled once, and which of them a line of a feature is.

#[expect(clippy::disallowed_types, reason = "the crate wants a HashMap; nothing goes over it")]
use std::collections::HashMap;
use std::sync::OnceLock;

use cucumber_expressions::Expression;
use regex::{Regex, RegexSet};

use super::failed::Failed;
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
}

/// How many near sentences are shown for one that does not exist.
const NEAR_MAX: usize = 3;

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
        let compile = |step: &'static Step| {
            let regex = Expression::regex_with_parameters(step.expression, &parameters)
                .unwrap_or_else(|error| unreachable!("`{}` is no expression: {error}", step.expression));
            (regex, step)
        };
        let steps: Vec<_> = sections().iter().flat_map(|section| section.steps).map(compile).collect();
        let set = RegexSet::new(steps.iter().map(|(regex, _)| regex.as_str()))
            .expect("expressions that compile one by one compile together");
        Self { set, steps }
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

    /// The sentences that have most words in common with a line.
    fn near(&self, line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let distance = |example: &str| {
            let known: Vec<&str> = example.split_whitespace().collect();
            strsim::generic_damerau_levenshtein(&words, &known)
        };
        let mut near: Vec<(usize, &str)> = self
            .steps
            .iter()
            .map(|(_, step)| {
                let first = step.example.lines().next().unwrap_or_default();
                (distance(first).min(distance(step.expression)), step.expression)
            })
            .collect();
        near.sort_by_key(|(distance, _)| *distance);
        near.into_iter()
            .filter(|(distance, _)| *distance < words.len())
            .take(NEAR_MAX)
            .map(|(_, expression)| expression.to_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_the_sentence_that_it_is_an_example_of() {
        for step in sections().iter().flat_map(|section| section.steps) {
            let line = step.example.lines().next().unwrap();
            let found = Vocabulary::get().find(line).map(|(found, _)| found.expression);
            assert_eq!(found, Ok(step.expression), "{line}");
        }
    }
}
