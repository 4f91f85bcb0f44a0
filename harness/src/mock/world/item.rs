//! An item of a table, as far as requests have shown it.

use crate::expr::Timestamp;
use crate::value::{Object, Value};

/// An item: attributes as DynamoDB writes them, `{"S": "a"}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Item {
    /// Those that are known.
    pub(super) attributes: Object,
    /// Whether there are no others.
    pub(super) is_whole: bool,
}

/// What is known of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Attribute<'i> {
    /// Its value.
    Is(&'i Value),
    /// It is not there.
    Missing,
    /// Nothing.
    Unknown,
}

impl Item {
    /// The attribute at a path of names, into maps.
    pub(super) fn attribute(&self, path: &[String]) -> Attribute<'_> {
        let Some((first, rest)) = path.split_first() else { return Attribute::Unknown };
        let Some(mut at) = self.attributes.get(first) else {
            return if self.is_whole { Attribute::Missing } else { Attribute::Unknown };
        };
        for name in rest {
            let Some(map) = at.get("M").and_then(Value::as_object) else { return Attribute::Missing };
            match map.get(name) {
                Some(inner) => at = inner,
                None => return Attribute::Missing,
            }
        }
        Attribute::Is(at)
    }

    /// Whether a time to live is over, or nobody can say when it will be. Docs, "Time to Live": the attribute holds
    /// seconds since 1970; which attribute it is, the table knows. A name that says so is believed.
    pub(super) fn is_expired(&self, now_ms: i64) -> bool {
        let lives = |name: &str| {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            let plain = plain.to_ascii_lowercase();
            plain == "ttl" || plain.contains("expir") || plain.contains("timetolive")
        };
        let is_over = |value: &Value| match value.get("N").and_then(Value::as_str) {
            Some(text) => text.parse::<f64>().map_or(true, |seconds| seconds * 1000.0 <= now_ms as f64),
            // A text is no time to live; a condition may read it.
            None => false,
        };
        self.attributes.iter().any(|(name, value)| lives(name) && is_over(value))
    }
}

/// An attribute's value as an instant, in milliseconds since 1970: RFC 3339, or a number of seconds or milliseconds
/// of this century.
pub(super) fn instant_ms(value: &Value) -> Option<i64> {
    let number = |text: &str| {
        let number = text.parse::<f64>().ok()?;
        match number {
            1e9..1e11 => Some((number * 1000.0) as i64),
            1e11..1e14 => Some(number as i64),
            _ => None,
        }
    };
    if let Some(text) = value.get("S").and_then(Value::as_str) {
        let stamp = Timestamp::parse(text).and_then(|time| i64::try_from(time.nanos / 1_000_000).ok());
        return stamp.or_else(|| number(text));
    }
    value.get("N").and_then(Value::as_str).and_then(number)
}
