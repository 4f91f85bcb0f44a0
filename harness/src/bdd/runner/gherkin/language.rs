//! The keywords of a language.

use cucumber::gherkin::StepType;

/// Every language, a line each.
const LANGUAGES: &str = include_str!("languages.txt");

/// The keywords of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Language {
    steps: Vec<(StepWord, &'static str)>,
    headings: Vec<(Heading, &'static str)>,
}

/// What a step begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepWord {
    /// A keyword with a meaning of its own.
    Type(StepType),
    /// `And`, `But` or `*`: like the step before.
    Same,
}

/// What a heading is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    Feature,
    Background,
    Rule,
    Scenario,
    Outline,
    Examples,
}

impl Language {
    /// The language with a code such as `de`.
    pub(super) fn get(code: &str) -> Option<Self> {
        let line = lines().find(|line| line.split('\t').next() == Some(code))?;
        let columns: Vec<&'static str> = line.split('\t').skip(1).collect();
        let words = |at: usize| columns.get(at).into_iter().flat_map(|column| column.split('|'));
        let step = |at: usize, word: StepWord| words(at).map(move |text| (word, text));
        let heading = |at: usize, heading: Heading| words(at).map(move |text| (heading, text));
        let mut steps: Vec<_> = step(3, StepWord::Same)
            .chain(step(4, StepWord::Same))
            .chain(step(0, StepWord::Type(StepType::Given)))
            .chain(step(1, StepWord::Type(StepType::When)))
            .chain(step(2, StepWord::Type(StepType::Then)))
            .collect();
        // The longest word wins, `*` means the same as the step before, which stands first.
        steps.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        let headings = heading(5, Heading::Background)
            .chain(heading(6, Heading::Rule))
            .chain(heading(7, Heading::Scenario))
            .chain(heading(8, Heading::Outline))
            .chain(heading(9, Heading::Examples))
            .chain(heading(10, Heading::Feature))
            .collect();
        Some(Self { steps, headings })
    }

    /// The one of files that name none.
    pub(super) fn english() -> Self {
        Self::get("en").expect("English is one of the languages")
    }

    /// The codes of all languages.
    pub(super) fn codes() -> impl Iterator<Item = &'static str> {
        lines().filter_map(|line| line.split('\t').next())
    }

    /// The keyword that a line begins with, and what follows it.
    pub(super) fn step<'t>(&self, line: &'t str) -> Option<(StepWord, &'static str, &'t str)> {
        let found = self.steps.iter().find(|(_, word)| line.starts_with(word));
        found.map(|(word, text)| (*word, *text, line[text.len()..].trim()))
    }

    /// The heading that a line is, its keyword, and its name.
    pub(super) fn heading<'t>(&self, line: &'t str) -> Option<(Heading, &'static str, &'t str)> {
        let name = |word: &str| line.strip_prefix(word).and_then(|rest| rest.strip_prefix(':'));
        self.headings.iter().find_map(|(heading, word)| Some((*heading, *word, name(word)?.trim())))
    }

    /// The words that steps begin with, without `*` and blanks.
    pub(super) fn step_words(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().map(|(_, word)| word.trim()).filter(|word| *word != "*")
    }

    /// The words of headings.
    pub(super) fn heading_words(&self) -> impl Iterator<Item = &'static str> {
        self.headings.iter().map(|(_, word)| *word)
    }

    /// The usual word for a heading. `Scenario` is listed after `Example`, in every language.
    pub(super) fn word(&self, wanted: Heading) -> &'static str {
        let mut words = self.headings.iter().filter(|(heading, _)| *heading == wanted).map(|(_, word)| *word);
        let word = if wanted == Heading::Scenario { words.next_back() } else { words.next() };
        word.unwrap_or_default()
    }
}

fn lines() -> impl Iterator<Item = &'static str> {
    LANGUAGES.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_language_has_every_keyword() {
        for code in Language::codes() {
            let language = Language::get(code).unwrap();
            for heading in [Heading::Feature, Heading::Background, Heading::Rule, Heading::Scenario] {
                assert!(!language.word(heading).is_empty(), "{code}: {heading:?}");
            }
            assert!(language.steps.iter().all(|(_, word)| !word.trim().is_empty()), "{code}");
        }
        assert_eq!(Language::codes().count(), 77);
    }

    #[rstest]
    #[case::the_longest_keyword_wins("fr", "Étant donné que x", Some("x"))]
    #[case::no_blank_follows_in_some_languages("ja", "前提x", Some("x"))]
    #[case::a_blank_follows_in_others("en", "Givenx", None)]
    #[case::a_star_begins_any_step("de", "* x", Some("x"))]
    fn steps_of_languages(#[case] code: &str, #[case] line: &str, #[case] text: Option<&str>) {
        assert_eq!(Language::get(code).unwrap().step(line).map(|(_, _, text)| text), text);
    }
}
