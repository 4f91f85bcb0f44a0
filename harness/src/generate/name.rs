//! Plausible values by the name of a member and by what it is used for.

use crate::catalog::outcome_rank;
use crate::model::Uses;
use crate::value::Value;

/// A point in time after the start of every virtual run.
const TIME: &str = "2026-01-02T00:00:00Z";
/// Long enough to be seen in a history, short enough for every timer.
const SECONDS: i64 = 5;

/// Names that end like this hold numbers.
const NUMBERS: &[&str] = &[
    "count",
    "total",
    "amount",
    "price",
    "cost",
    "quantity",
    "qty",
    "size",
    "length",
    "number",
    "num",
    "index",
    "age",
    "limit",
    "max",
    "min",
    "seconds",
    "minutes",
    "hours",
    "days",
    "delay",
    "timeout",
    "weight",
    "score",
    "percent",
    "percentage",
    "rate",
    "retries",
    "attempts",
    "offset",
    "page",
    "year",
    "month",
    "day",
    "balance",
    "duration",
    "step",
    "code",
    "port",
    "confidence",
];
/// Names that end like this hold points in time.
const TIMES: &[&str] = &["time", "timestamp", "date", "at", "until", "expiry", "expires", "deadline"];
/// Names that start like this hold truth values.
const TRUTHS: &[&str] =
    &["is", "has", "should", "can", "enable", "enabled", "valid", "success", "ok", "bool"];

/// A value for a member with this name; `ordinal` tells the items of a list apart.
pub(super) fn value(name: &str, uses: Uses, ordinal: usize) -> Value {
    let number = i64::try_from(ordinal).unwrap_or(0) + 1;
    if uses.contains(Uses::SECONDS) {
        Value::from(SECONDS)
    } else if uses.contains(Uses::TIMESTAMP) {
        Value::from(TIME)
    } else if uses.contains(Uses::NUMBER) {
        Value::from(number)
    } else if uses.contains(Uses::BOOLEAN) {
        Value::from(true)
    } else if uses.contains(Uses::JSON_TEXT) {
        Value::from("{}")
    } else if uses.contains(Uses::OBJECT) {
        Value::empty_object()
    } else if uses.contains(Uses::BASE64) {
        Value::from("dGV4dA==")
    } else if uses.contains(Uses::TEXT) {
        text(name, ordinal)
    } else {
        by_name(name, ordinal)
    }
}

/// Nothing but the name is known.
fn by_name(name: &str, ordinal: usize) -> Value {
    let number = i64::try_from(ordinal).unwrap_or(0) + 1;
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let first = words.first().map_or("", String::as_str);
    if NUMBERS.contains(&last) {
        Value::from(number)
    } else if TRUTHS.contains(&first) {
        Value::from(true)
    } else {
        text(name, ordinal)
    }
}

fn text(name: &str, ordinal: usize) -> Value {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let slug = if words.is_empty() { "value".to_owned() } else { words.join("-") };
    let number = ordinal + 1;
    Value::from(match last {
        "n" => number.to_string(),
        "url" | "uri" | "endpoint" | "link" => format!("https://example.com/{slug}/{number}"),
        "email" | "mail" => format!("user{number}@example.com"),
        "arn" => format!("arn:aws:service:us-east-1:123456789012:{slug}/{number}"),
        "region" => "us-east-1".to_owned(),
        "account" => "123456789012".to_owned(),
        "status" | "state" => "SUCCEEDED".to_owned(),
        _ if TIMES.contains(&last) => TIME.to_owned(),
        _ => format!("{slug}-{number}"),
    })
}

/// `orderId`, `order_id`, `OrderID` → `order`, `id`
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            lower_before = false;
            words.push(String::new());
            continue;
        }
        if words.is_empty() || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        lower_before = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Which of the literals that a value is compared with means that all is well; none if none of them does.
pub(super) fn preferred(literals: &[Value]) -> Option<&Value> {
    let rank = |literal: &Value| match literal.as_str() {
        Some(text) => outcome_rank(text),
        None => outcome_rank(&literal.to_json()),
    };
    let ranked = literals.iter().filter_map(|literal| Some((rank(literal)?, literal)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, literal)| literal)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("orderId", Uses::READ, r#""order-id-1""#)]
    #[case("ItemCount", Uses::READ, "1")]
    #[case("is_valid", Uses::READ, "true")]
    #[case("callback_url", Uses::TEXT, r#""https://example.com/callback-url/1""#)]
    #[case("amount", Uses::TEXT, r#""amount-1""#)]
    #[case("anything", Uses::NUMBER, "1")]
    #[case("wakeAt", Uses::TIMESTAMP, r#""2026-01-02T00:00:00Z""#)]
    #[case("N", Uses::READ, r#""1""#)]
    fn a_name_and_a_use_make_a_value(#[case] name: &str, #[case] uses: Uses, #[case] json: &str) {
        assert_eq!(value(name, uses, 0).to_json(), json);
    }

    #[rstest]
    #[case(&["FAILED", "SUCCEEDED", "RUNNING"], Some("SUCCEEDED"))]
    #[case(&["REJECTED", "gold"], Some("gold"))]
    #[case(&["FAILED", "IN_PROGRESS"], None)]
    fn the_literal_that_means_well(#[case] literals: &[&str], #[case] expected: Option<&str>) {
        let literals: Vec<_> = literals.iter().map(|text| Value::from(*text)).collect();
        assert_eq!(preferred(&literals).and_then(Value::as_str), expected);
    }
}
