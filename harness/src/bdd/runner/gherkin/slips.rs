//! Lines that were meant to be something else, and what.

use super::language::Language;
use crate::bdd::failed::Failed;
use crate::bdd::vocabulary::Vocabulary;
use crate::spelling::{edits, nearest, slip};

/// The heading that a line was meant to be: `Scenaro: x`, `scenario: x`, `Scenario x`.
pub(super) fn heading<'l>(line: &str, language: &'l Language) -> Option<&'l str> {
    let words = || language.heading_words();
    if let Some((before, _)) = line.split_once(':') {
        // `Rules:` in a description is an English word.
        let is_plural = |word: &str| before.strip_suffix('s') == Some(word);
        return slip(before.trim(), words()).filter(|word| !is_plural(word));
    }
    None
}

/// The keyword that a line was meant to begin with, where what follows is a sentence of the vocabulary.
pub(super) fn step<'l>(line: &str, language: &'l Language) -> Option<Slip<'l>> {
    if is_sentence(line) {
        return Some(Slip::NoKeyword);
    }
    let (first, rest) = line.split_once(char::is_whitespace)?;
    let first = first.trim_end_matches(':');
    if !is_sentence(rest.trim()) {
        return None;
    }
    let nearest = language.step_words().min_by_key(|word| edits(first, word));
    Some(nearest.map_or(Slip::NoKeyword, Slip::Keyword))
}

/// How a step was misspelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip<'l> {
    /// It begins with no keyword.
    NoKeyword,
    /// It was meant to begin with this one.
    Keyword(&'l str),
}

fn is_sentence(text: &str) -> bool {
    match Vocabulary::get().find(text) {
        Ok(_) | Err(Failed::Ambiguous(_)) => true,
        Err(_) => false,
    }
}

/// What a line may have been meant to begin with, among steps and headings.
pub(super) fn any(line: &str, language: &Language) -> Option<String> {
    if let Some(word) = heading(line, language) {
        return Some(format!("did you mean `{word}:`?"));
    }
    match step(line, language) {
        Some(Slip::NoKeyword) => return Some(format!("begin the step with {}", words(language))),
        Some(Slip::Keyword(word)) => return Some(format!("did you mean `{word}`?")),
        None => {}
    }
    let first = line.split_whitespace().next()?.trim_end_matches(':');
    if let Some(word) = language.heading_words().find(|word| edits(first, word) == 0) {
        return Some(format!("write `{word}:` with a colon"));
    }
    nearest(first, language.step_words()).map(|word| format!("did you mean `{word}`?"))
}

/// `Given, When, Then, And or But`
pub(super) fn words(language: &Language) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in ["Given", "When", "Then", "And", "But"] {
        if language.step_words().any(|known| known == word) {
            words.push(word);
        }
    }
    match words[..] {
        [ref first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => "a keyword of its language".to_owned(),
    }
}
