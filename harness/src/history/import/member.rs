//! Members of exported objects, whatever the casing: `previousEventId`, `PreviousEventId`, `previous_event_id`.

use std::sync::Arc;

use jiff::Timestamp;

use crate::value::{Number, Object, Value};

/// The member of this name, which is given in camel case. The exact spelling wins; `null` counts as absent, as SDKs
/// write out what is not set.
pub(super) fn member<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    let found = object.get(name).or_else(|| {
        let same = |(key, _): &(&crate::value::Key, &Value)| is_same(key, name);
        object.iter().find(same).map(|(_, value)| value)
    });
    found.filter(|value| !value.is_null())
}

/// Whether two spellings differ in case and underscores alone.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> Vec<u8> {
        text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase()).collect()
    };
    one.eq_ignore_ascii_case(other) || (one.contains('_') && plain(one) == plain(other))
}

/// A text; of any other value its JSON, because some tools decode payloads.
pub(super) fn text(object: &Object, name: &str) -> Option<Arc<str>> {
    member(object, name).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_json().into(),
    })
}

/// A whole number, also as a text: logs write them so.
pub(super) fn whole(object: &Object, name: &str) -> Option<u64> {
    match member(object, name)? {
        Value::Number(number) => u64::try_from(number.as_i64()?).ok(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A truth value, also as a text.
pub(super) fn truth(object: &Object, name: &str) -> Option<bool> {
    match member(object, name)? {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A point in time, in milliseconds since 1970: ISO 8601, or seconds or milliseconds as a number.
pub(super) fn time_ms(object: &Object, name: &str) -> Option<i64> {
    match member(object, name)? {
        Value::Number(number) => Some(number_ms(*number)),
        Value::String(text) => {
            let number = text.trim().parse::<f64>().ok().map(|number| number_ms(Number::Float(number)));
            number.or_else(|| {
                let text = text.trim().replace(" UTC", "Z");
                text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
            })
        }
        _ => None,
    }
}

/// The first CLI and most SDKs write seconds, logs and JavaScript milliseconds; in between lie 3,000 years.
fn number_ms(number: Number) -> i64 {
    const SECONDS_MAX: f64 = 100_000_000_000.0;
    let number = number.as_f64();
    if number < SECONDS_MAX { (number * 1000.0).round() as i64 } else { number as i64 }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::of_the_second_cli(r#""2026-01-01T00:00:01.500000+00:00""#)]
    #[case::of_python(r#""2026-01-01 00:00:01.500000+00:00""#)]
    #[case::of_ruby(r#""2026-01-01 00:00:01.5 UTC""#)]
    #[case::of_javascript(r#""2026-01-01T00:00:01.500Z""#)]
    #[case::of_the_first_cli("1767225601.5")]
    #[case::in_milliseconds("1767225601500")]
    #[case::in_logs(r#""1767225601500""#)]
    fn a_time_is_read_in_every_form(#[case] written: &str) {
        let event = Value::parse(&format!(r#"{{"Timestamp":{written}}}"#)).unwrap();
        assert_eq!(time_ms(event.as_object().unwrap(), "timestamp"), Some(1_767_225_601_500));
    }

    #[rstest]
    #[case("previousEventId", true)]
    #[case("PreviousEventId", true)]
    #[case("previous_event_id", true)]
    #[case("eventId", false)]
    fn casing_does_not_matter(#[case] written: &str, #[case] found: bool) {
        let event = Value::parse(&format!(r#"{{"{written}":"7"}}"#)).unwrap();
        assert_eq!(whole(event.as_object().unwrap(), "previousEventId").is_some(), found);
    }
}
