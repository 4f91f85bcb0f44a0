//! Compares answers as the recordings' own rules say, and nothing looser.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Fields whose texts hold JSON; the recorder respaced some of them, so what they hold is compared.
const PAYLOADS: &[&str] = &["input", "output", "parameters"];

/// The placeholders of one case, and what each of them stood for so far.
pub(crate) struct Matcher {
    /// Longest first.
    placeholders: Vec<String>,
    bound: RefCell<BTreeMap<String, String>>,
}

/// A part of an expected text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Placeholder(String),
}

impl Matcher {
    pub(crate) fn new(placeholders: &Json) -> Self {
        let mut placeholders: Vec<String> = match placeholders {
            Json::Array(items) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            Json::Object(map) => map.keys().cloned().collect(),
            _ => Vec::new(),
        };
        placeholders.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { placeholders, bound: RefCell::default() }
    }

    /// Where two values differ, if they do. A comparison that fails leaves no placeholder bound.
    pub(crate) fn matches(&self, expected: &Json, actual: &Json) -> Result<(), String> {
        self.matches_varying(expected, actual, actual)
    }

    /// The same, where `other` is the answer of a second run with another seed and another start: a value in which
    /// the two runs differ comes from a random function or the clock, so only its type is compared.
    pub(crate) fn matches_varying(&self, expected: &Json, actual: &Json, other: &Json) -> Result<(), String> {
        let before = self.bound.borrow().clone();
        let result = self.value(expected, actual, other, "");
        if result.is_err() {
            *self.bound.borrow_mut() = before;
        }
        result
    }

    fn value(&self, expected: &Json, actual: &Json, other: &Json, key: &str) -> Result<(), String> {
        match (expected, actual) {
            (Json::String(theirs), _) if self.placeholders.contains(theirs) => {
                let ours = actual.as_str().map_or_else(|| actual.to_string(), str::to_owned);
                if self.bind(theirs, &ours) {
                    return Ok(());
                }
                Err(format!(": {theirs} stood for something else before, now for {}", short(actual)))
            }
            (Json::Object(theirs), Json::Object(ours)) => {
                for (name, value) in theirs {
                    let Some(our) = ours.get(name) else { return Err(format!(".{name}: missing")) };
                    if name != "timestamp" {
                        self.value(value, our, &other[name], name)
                            .map_err(|place| format!(".{name}{place}"))?;
                    }
                }
                match ours.keys().find(|name| !theirs.contains_key(*name)) {
                    Some(name) => Err(format!(".{name}: not expected")),
                    None => Ok(()),
                }
            }
            (Json::Array(theirs), Json::Array(ours)) if theirs.len() == ours.len() => {
                for (at, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                    self.value(theirs, ours, &other[at], "").map_err(|place| format!("[{at}]{place}"))?;
                }
                Ok(())
            }
            (Json::Number(theirs), Json::Number(ours)) if theirs.as_f64() == ours.as_f64() => Ok(()),
            (Json::String(theirs), Json::String(ours)) if self.text_matches(theirs, ours) => Ok(()),
            _ if expected == actual || (varies(actual, other) && same_type(expected, actual)) => Ok(()),
            _ if PAYLOADS.contains(&key) => self.payload(expected, actual, other),
            _ => Err(format!(": expected {}, got {}", short(expected), short(actual))),
        }
    }

    /// Payloads that stayed text are compared as the JSON that they hold.
    fn payload(&self, expected: &Json, actual: &Json, other: &Json) -> Result<(), String> {
        let decoded = |value: &Json| value.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
        let (theirs, ours) = (decoded(expected), decoded(actual));
        if theirs.is_none() && ours.is_none() {
            return Err(format!(": expected {}, got {}", short(expected), short(actual)));
        }
        let other = decoded(other).unwrap_or_else(|| other.clone());
        let (theirs, ours) =
            (theirs.unwrap_or_else(|| expected.clone()), ours.unwrap_or_else(|| actual.clone()));
        self.value(&theirs, &ours, &other, "")
    }

    fn text_matches(&self, expected: &str, actual: &str) -> bool {
        expected == actual || self.like(&self.pieces(expected), actual)
    }

    /// Whether the text fits, where every placeholder stands for any text.
    fn like(&self, pieces: &[Piece], text: &str) -> bool {
        match pieces {
            [] => text.is_empty(),
            [Piece::Literal(literal), rest @ ..] => {
                text.strip_prefix(literal.as_str()).is_some_and(|text| self.like(rest, text))
            }
            [Piece::Placeholder(name)] => self.bind(name, text),
            [Piece::Placeholder(name), rest @ ..] => {
                let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                for end in ends {
                    if let Some(Piece::Literal(next)) = rest.first()
                        && !text[end..].starts_with(next.as_str())
                    {
                        continue;
                    }
                    let before = self.bound.borrow().clone();
                    if self.bind(name, &text[..end]) && self.like(rest, &text[end..]) {
                        return true;
                    }
                    *self.bound.borrow_mut() = before;
                }
                false
            }
        }
    }

    /// The same placeholder stands for the same value throughout a case, but for times, which are never compared,
    /// words that several fields share, and the one token that may name several machines.
    fn bind(&self, name: &str, value: &str) -> bool {
        let is_shared = !name.starts_with('<')
            || name == "<ArnPart_0idx>"
            || ["date", "time"].iter().any(|word| name.to_ascii_lowercase().contains(word));
        if is_shared {
            return true;
        }
        let mut bound = self.bound.borrow_mut();
        bound.entry(name.to_owned()).or_insert_with(|| value.to_owned()) == value
    }

    /// The parts of an expected text.
    fn pieces(&self, expected: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = expected;
        'text: while let Some(letter) = rest.chars().next() {
            let before = expected[..expected.len() - rest.len()].chars().next_back();
            for name in &self.placeholders {
                if let Some(after) = rest.strip_prefix(name.as_str())
                    && (name.starts_with('<') || (apart(before) && apart(after.chars().next())))
                {
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(Piece::Placeholder(name.clone()));
                    rest = after;
                    continue 'text;
                }
            }
            literal.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        pieces
    }
}

fn apart(letter: Option<char>) -> bool {
    letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
}

/// Whether a value changes from run to run. The other run lacks it where its form depends on chance, too.
fn varies(actual: &Json, other: &Json) -> bool {
    !actual.is_object() && !actual.is_array() && !other.is_null() && actual != other
}

fn same_type(one: &Json, other: &Json) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

fn short(value: &Json) -> String {
    let text = value.to_string();
    if text.chars().count() > 160 {
        format!("{}…", text.chars().take(160).collect::<String>())
    } else {
        text
    }
}

/// Texts that hold a JSON object become that object; not again inside it, and not the items of a list.
pub(crate) fn normalised(value: &Json) -> Json {
    match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), normalised(value))).collect(),
        Json::Array(items) => {
            let item = |item: &Json| if item.is_string() { item.clone() } else { normalised(item) };
            items.iter().map(item).collect()
        }
        Json::String(text) if text.starts_with('{') => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn differs(placeholders: &Json, expected: &Json, actual: &Json) -> bool {
        Matcher::new(placeholders).matches(expected, actual).is_err()
    }

    #[rstest]
    #[case::numbers_by_value(json!(1), json!(1.0), false)]
    #[case::booleans_exactly(json!(true), json!(1), true)]
    #[case::a_missing_key(json!({"a": 1}), json!({}), true)]
    #[case::a_key_too_many(json!({}), json!({"a": 1}), true)]
    #[case::key_order(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), false)]
    #[case::a_longer_list(json!([1]), json!([1, 2]), true)]
    #[case::a_payload_respaced(json!({"output": "[1,2]"}), json!({"output": "[1, 2]"}), false)]
    #[case::another_text_respaced(json!({"cause": "[1,2]"}), json!({"cause": "[1, 2]"}), true)]
    #[case::any_value(json!("<id>"), json!([1]), false)]
    #[case::any_text_inside(json!("run:<id>:1"), json!("run:abc:1"), false)]
    #[case::the_rest_is_literal(json!("run:<id>:1"), json!("run:abc:2"), true)]
    #[case::the_same_value_twice(json!(["<id>", "x<id>"]), json!(["a", "xa"]), false)]
    #[case::another_value(json!(["<id>", "x<id>"]), json!(["a", "xb"]), true)]
    #[case::a_word_alone(json!("role"), json!("anything"), false)]
    #[case::a_word_within_a_word(json!("roles are"), json!("anything"), true)]
    fn a_recording_and_an_answer(#[case] expected: Json, #[case] actual: Json, #[case] different: bool) {
        assert_eq!(differs(&json!(["<id>", "role"]), &expected, &actual), different);
    }

    #[test]
    fn what_varies_between_runs_is_compared_by_type() {
        let matcher = Matcher::new(&json!([]));
        let (expected, one, other) =
            (json!({"id": "x", "n": 1}), json!({"id": "a", "n": 1}), json!({"id": "b", "n": 1}));
        assert_eq!(matcher.matches_varying(&expected, &one, &other), Ok(()));
        assert!(matcher.matches_varying(&json!({"id": 1, "n": 1}), &one, &other).is_err());
        assert!(matcher.matches_varying(&json!({"id": "x", "n": 2}), &one, &other).is_err());
    }

    #[test]
    fn only_the_outer_text_becomes_an_object() {
        let value = json!({"input": "{\"a\":\"{}\"}", "list": ["{}"], "text": "[1]"});
        assert_eq!(normalised(&value), json!({"input": {"a": "{}"}, "list": ["{}"], "text": "[1]"}));
    }
}
