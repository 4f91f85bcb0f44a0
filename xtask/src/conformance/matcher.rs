//! Compares answers as the recordings' own rules say, and nothing looser.

use serde_json::Value as Json;

/// The placeholders of one case.
pub(crate) struct Matcher {
    placeholders: Vec<String>,
}

impl Matcher {
    pub(crate) fn new(placeholders: &Json) -> Self {
        let mut placeholders: Vec<String> = match placeholders {
            Json::Array(items) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            Json::Object(map) => map.keys().cloned().collect(),
            _ => Vec::new(),
        };
        placeholders.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { placeholders }
    }

    /// Where two values differ, if they do.
    pub(crate) fn matches(&self, expected: &Json, actual: &Json) -> Result<(), String> {
        match (expected, actual) {
            (Json::String(theirs), _) if self.placeholders.iter().any(|name| name == theirs) => Ok(()),
            (Json::Object(theirs), Json::Object(ours)) => {
                for (key, value) in theirs {
                    let Some(our) = ours.get(key) else { return Err(format!(".{key}: missing")) };
                    if key != "timestamp" {
                        self.matches(value, our).map_err(|place| format!(".{key}{place}"))?;
                    }
                }
                match ours.keys().find(|key| !theirs.contains_key(*key)) {
                    Some(key) => Err(format!(".{key}: not expected")),
                    None => Ok(()),
                }
            }
            (Json::Array(theirs), Json::Array(ours)) if theirs.len() == ours.len() => {
                for (at, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                    self.matches(theirs, ours).map_err(|place| format!("[{at}]{place}"))?;
                }
                Ok(())
            }
            (Json::Number(theirs), Json::Number(ours)) if theirs.as_f64() == ours.as_f64() => Ok(()),
            (Json::String(theirs), Json::String(ours)) if self.text_matches(theirs, ours) => Ok(()),
            _ if expected == actual => Ok(()),
            _ => Err(format!(": expected {}, got {}", short(expected), short(actual))),
        }
    }

    fn text_matches(&self, expected: &str, actual: &str) -> bool {
        if expected == actual || self.like(expected, actual) {
            return true;
        }
        // Texts of payloads that stayed text are compared as JSON: the recorder respaced some of them.
        let decoded = (serde_json::from_str::<Json>(expected), serde_json::from_str::<Json>(actual));
        matches!(decoded, (Ok(theirs), Ok(ours))
            if !theirs.is_string() && self.matches(&theirs, &ours).is_ok())
    }

    /// Whether the text fits, where every placeholder stands for any text.
    fn like(&self, expected: &str, actual: &str) -> bool {
        let pieces = self.literals(expected);
        let [first, middle @ .., last] = pieces.as_slice() else { return false };
        let Some(rest) = actual.strip_prefix(first.as_str()) else { return false };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
        for piece in middle {
            let Some(at) = rest.find(piece.as_str()) else { return false };
            rest = &rest[at + piece.len()..];
        }
        true
    }

    /// The literal pieces between placeholders; one piece means there is no placeholder.
    fn literals(&self, expected: &str) -> Vec<String> {
        let mut pieces = vec![String::new()];
        let mut rest = expected;
        'text: while let Some(letter) = rest.chars().next() {
            for name in &self.placeholders {
                let before = expected[..expected.len() - rest.len()].chars().next_back();
                let after = rest.strip_prefix(name.as_str());
                if let Some(after) = after
                    && (name.starts_with('<') || (apart(before) && apart(after.chars().next())))
                {
                    pieces.push(String::new());
                    rest = after;
                    continue 'text;
                }
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(letter);
            }
            rest = &rest[letter.len_utf8()..];
        }
        pieces
    }
}

fn apart(letter: Option<char>) -> bool {
    letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
}

fn short(value: &Json) -> String {
    let text = value.to_string();
    if text.chars().count() > 160 {
        format!("{}…", text.chars().take(160).collect::<String>())
    } else {
        text
    }
}

/// A text that holds a JSON object becomes that object; not again inside it.
pub(crate) fn normalised(value: &Json) -> Json {
    match value {
        Json::String(text) if text.starts_with('{') => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        _ => value.clone(),
    }
}

/// The same for every field of an event.
pub(crate) fn normalised_event(value: &Json) -> Json {
    match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), normalised_event(value))).collect(),
        other => normalised(other),
    }
}
