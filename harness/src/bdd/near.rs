//! Which sentences a line that is none was meant to be, written as its author would write them: with the states,
//! numbers and texts of the line.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;

use super::parameter::PARAMETERS;

/// A line in words; what stands in quotes is one word.
pub(super) struct Line<'t> {
    words: Vec<&'t str>,
    /// Which spans of words are texts of which parameter.
    spans: BTreeMap<&'static str, Vec<(usize, usize)>>,
}

/// One way to write a sentence: its optional parts are there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wording {
    tokens: Vec<Token>,
}

/// What stands between blanks in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// One of these words.
    Word(Vec<String>),
    /// The parameter with this name, and what stands before and behind it in the same word.
    Parameter { name: String, before: String, behind: String },
}

/// What differs costs; these are the costs.
mod cost {
    /// A word of the sentence that the line lacks.
    pub(super) const MISSING: f64 = 1.0;
    /// A word of the line that the sentence has not.
    pub(super) const SURPLUS: f64 = 0.8;
    /// A parameter that is there: less than a word that is there, more than nothing.
    pub(super) const PARAMETER: f64 = 0.1;
    /// A word where a parameter should be, which is no text of it.
    pub(super) const STRANGER: f64 = 0.7;
}

/// Words this much alike count as the same word with a slip; others are different words.
const ALIKE_MIN: f64 = 0.5;

/// Parameters are at most so many words.
const SPAN_MAX: usize = 8;

/// How far a sentence is from a line, and the sentence with the line's own words.
pub(super) struct Near {
    /// Costs, in parts of the longer one.
    pub(super) distance: f64,
    /// As the author of the line would write it.
    pub(super) text: String,
}

impl<'t> Line<'t> {
    /// Splits a line.
    pub(super) fn of(text: &'t str) -> Self {
        let word = Regex::new(r#""[^"]*"\S*|\S+"#).expect("a constant expression");
        let words: Vec<&str> = word.find_iter(text).map(|found| found.as_str()).collect();
        let mut spans = BTreeMap::new();
        for (name, regex) in patterns() {
            let mut found = Vec::new();
            for from in 0..words.len() {
                for to in from + 1..=words.len().min(from + SPAN_MAX) {
                    let text = words[from..to].join(" ");
                    // `{extent}` begins with a blank.
                    if regex.is_match(&text) || regex.is_match(&format!(" {text}")) {
                        found.push((from, to));
                    }
                }
            }
            spans.insert(*name, found);
        }
        Self { words, spans }
    }

    fn is_span(&self, name: &str, from: usize, to: usize) -> bool {
        self.spans.get(name).is_some_and(|spans| spans.contains(&(from, to)))
    }
}

fn patterns() -> &'static [(&'static str, Regex)] {
    static PATTERNS: OnceLock<Vec<(&str, Regex)>> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let whole = |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).expect("patterns compile");
        PARAMETERS.iter().map(|parameter| (parameter.name, whole(parameter.pattern))).collect()
    })
}

impl Wording {
    /// Every way to write an expression.
    pub(super) fn all(expression: &str) -> Vec<Self> {
        let mut texts = vec![String::new()];
        let mut rest = expression;
        while let Some(at) = rest.find('(').filter(|at| !rest[..*at].ends_with('\\')) {
            let Some(end) = rest[at..].find(')').map(|end| at + end) else { break };
            let (before, inside) = (&rest[..at], &rest[at + 1..end]);
            texts = texts
                .iter()
                .flat_map(|text| [format!("{text}{before}"), format!("{text}{before}{inside}")])
                .collect();
            rest = &rest[end + 1..];
        }
        texts.iter().map(|text| Self { tokens: tokens(&format!("{text}{rest}")) }).collect()
    }

    /// How near it is to a line. `examples` are the texts of its parameters in the example of the sentence.
    pub(super) fn near(&self, line: &Line<'_>, examples: &[&str]) -> Near {
        let (words, tokens) = (line.words.len(), self.tokens.len());
        // The least cost of the first tokens against the first words, and how many words the last token took.
        let mut least = vec![vec![(f64::INFINITY, 0_usize); words + 1]; tokens + 1];
        for (taken, cell) in least[0].iter_mut().enumerate() {
            *cell = (taken as f64 * cost::SURPLUS, 1);
        }
        for (at, token) in self.tokens.iter().enumerate() {
            for to in 0..=words {
                let mut best = (least[at][to].0 + token.missing(), 0);
                let span_max = token.span_max().min(to);
                for span in 1..=span_max {
                    let total = least[at][to - span].0 + token.cost(line, to - span, to);
                    if total < best.0 {
                        best = (total, span);
                    }
                }
                // A surplus word behind the token.
                if to > 0 && least[at + 1][to - 1].0 + cost::SURPLUS < best.0 {
                    best = (least[at + 1][to - 1].0 + cost::SURPLUS, SURPLUS_WORD);
                }
                least[at + 1][to] = best;
            }
        }
        let distance = least[tokens][words].0 / words.max(tokens).max(1) as f64;
        Near { distance, text: self.told(line, &least, examples) }
    }

    /// The sentence with the words of the line for its parameters.
    fn told(&self, line: &Line<'_>, least: &[Vec<(f64, usize)>], examples: &[&str]) -> String {
        let mut parts = Vec::new();
        let (mut at, mut to) = (self.tokens.len(), line.words.len());
        let mut parameters =
            self.tokens.iter().filter(|token| matches!(token, Token::Parameter { .. })).count();
        while at > 0 {
            let span = least[at][to].1;
            if span == SURPLUS_WORD {
                to -= 1;
                continue;
            }
            let token = &self.tokens[at - 1];
            let from = to - span;
            if matches!(token, Token::Parameter { .. }) {
                parameters -= 1;
            }
            parts.push(token.told(line, from, to, examples.get(parameters).copied().unwrap_or_default()));
            (at, to) = (at - 1, from);
        }
        parts.reverse();
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }
}

/// Marks a word of the line that no token took.
const SURPLUS_WORD: usize = usize::MAX;

/// The words of a sentence without optional parts.
fn tokens(text: &str) -> Vec<Token> {
    let text = text.replace("{extent}", " {extent}");
    let token = |word: &str| match (word.find('{'), word.find('}')) {
        (Some(open), Some(close)) if open < close => Token::Parameter {
            name: word[open + 1..close].to_owned(),
            before: plain(&word[..open]),
            behind: plain(&word[close + 1..]),
        },
        _ => Token::Word(word.split('/').map(plain).collect()),
    };
    text.split_whitespace().map(token).collect()
}

fn plain(word: &str) -> String {
    word.replace('\\', "")
}

impl Token {
    fn missing(&self) -> f64 {
        match self {
            Self::Parameter { name, .. } if name == "extent" => 0.0,
            Self::Word(_) | Self::Parameter { .. } => cost::MISSING,
        }
    }

    fn span_max(&self) -> usize {
        match self {
            Self::Word(_) => 1,
            Self::Parameter { .. } => SPAN_MAX,
        }
    }

    /// What it costs to take some words of a line for it.
    fn cost(&self, line: &Line<'_>, from: usize, to: usize) -> f64 {
        match self {
            Self::Word(words) => {
                let likeness = |word: &String| likeness(line.words[from], word);
                let most = words.iter().map(likeness).fold(0.0, f64::max);
                if most >= ALIKE_MIN { 1.0 - most } else { cost::MISSING + cost::SURPLUS / 2.0 }
            }
            Self::Parameter { name, before, behind } => {
                let bare = before.is_empty() && behind.is_empty();
                match to - from {
                    _ if bare && line.is_span(name, from, to) => cost::PARAMETER,
                    1 if name != "extent" => cost::STRANGER,
                    _ => f64::INFINITY,
                }
            }
        }
    }

    /// The token with the words that it took, if they fit; else as its sentence or its example has it.
    fn told(&self, line: &Line<'_>, from: usize, to: usize, example: &str) -> String {
        match self {
            Self::Word(words) => {
                let like = |word: &&String| likeness(line.words.get(from).copied().unwrap_or_default(), word);
                let nearest = words.iter().max_by(|one, other| like(one).total_cmp(&like(other)));
                nearest.cloned().unwrap_or_default()
            }
            Self::Parameter { name, before, behind } => {
                let own = line.words[from..to].join(" ");
                let text = if from < to && line.is_span(name, from, to) { &own } else { example.trim() };
                let text = if from == to && name == "extent" { "" } else { text };
                format!("{before}{text}{behind}")
            }
        }
    }
}

/// From 0 to 1; a difference in case alone is a small one.
fn likeness(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    strsim::normalized_damerau_levenshtein(&one.to_lowercase(), &other.to_lowercase()).min(0.95)
}
