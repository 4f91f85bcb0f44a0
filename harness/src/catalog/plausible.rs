//! A small plausible value of a shape: what the model requires, what a person would expect of it, and no more.
//!
//! A value says that all went well: statuses are words of success, lists of failures are empty, there is no next page.
//! It is the same at every call, and it always fits its shape.

use super::models::{Bounds, Kind, Member, Shape};
use super::outcome;
use crate::value::{Object, Value};

/// Structures that are deeper have what is required only.
const DEPTH_TOLD: u8 = 3;
/// Lists that are deeper are as short as may be.
const DEPTH_LISTS: u8 = 5;
/// Only a shape that requires itself gets there; no service answers with one.
const DEPTH_MAX: u8 = 16;
/// An answer with more members than this is told by those that say what it is about.
const MEMBERS_WIDE: usize = 10;
/// Members that the model does not require, of a structure inside the answer.
const MEMBERS_TOLD: usize = 6;

/// When things began that are over now, and when they ended; things that end do so later.
const BEGAN: &str = "2026-01-01T00:00:00Z";
const ENDED: &str = "2026-01-01T00:01:00Z";
const WILL_END: &str = "2026-12-31T00:00:00Z";

/// A value of this shape for a member of this name; `ordinal` tells the items of a list apart.
pub fn plausible(shape: Shape, name: &str, ordinal: usize) -> Value {
    value(shape, &words(name), ordinal, 1)
}

/// What a call answers.
pub(super) fn answer(shape: Shape) -> Value {
    value(shape, &[], 0, 0)
}

/// A value with the members that its shape requires and it does not have.
pub(super) fn completed(known: &Value, shape: Shape) -> Value {
    match (shape.kind(), known) {
        (Kind::List(item), Value::Array(items)) => {
            Value::array(items.iter().map(|known| completed(known, item)).collect())
        }
        (Kind::Map { value, .. }, Value::Object(object)) => {
            Value::Object(object.iter().map(|(key, known)| (key.clone(), completed(known, value))).collect())
        }
        (Kind::Structure, Value::Object(object)) => {
            let mut object = object.clone();
            for member in shape.members() {
                match object.get(member.name) {
                    Some(known) => {
                        let whole = completed(known, member.shape);
                        object.insert(member.name, whole);
                    }
                    None if member.required => _ = object.insert(member.name, part(member, 1)),
                    None => {}
                }
            }
            Value::Object(object)
        }
        _ => known.clone(),
    }
}

fn value(shape: Shape, name: &[String], ordinal: usize, depth: u8) -> Value {
    match shape.kind() {
        Kind::String => string(shape, name, ordinal),
        Kind::Timestamp => Value::from(time(name)),
        Kind::Blob => Value::from(fitted(blob(name), shape.bounds())),
        Kind::Integer | Kind::Long => whole(number(name), shape.bounds()),
        Kind::Float | Kind::Double => fraction(number(name), shape.bounds()),
        Kind::Boolean => Value::from(truth(name)),
        Kind::Document => Value::empty_object(),
        Kind::List(item) => list(shape, item, name, depth),
        Kind::Map { key, value } => map(shape, key, value, depth),
        Kind::Structure => structure(shape, depth),
    }
}

fn structure(shape: Shape, depth: u8) -> Value {
    if depth >= DEPTH_MAX {
        return Value::empty_object();
    }
    if shape.is_union() {
        let simple = shape.members().find(|member| is_scalar(member.shape));
        let only = simple.or_else(|| shape.members().next()).into_iter();
        return Value::Object(only.map(|member| (member.name, part(member, depth))).collect());
    }
    let is_wide = depth > 0 || shape.members().len() > MEMBERS_WIDE;
    let mut told = 0;
    let expected = |member: &Member| {
        let wanted = if is_wide { is_telling(*member, depth) } else { is_expected(*member) };
        told += usize::from(wanted && !member.required);
        member.required || (wanted && (depth == 0 || told <= MEMBERS_TOLD))
    };
    let members = shape.members().filter(expected);
    Value::Object(members.map(|member| (member.name, part(member, depth))).collect::<Object>())
}

fn part(member: Member, depth: u8) -> Value {
    value(member.shape, &words(member.name), 0, depth + 1)
}

fn is_scalar(shape: Shape) -> bool {
    !matches!(shape.kind(), Kind::List(_) | Kind::Map { .. } | Kind::Structure | Kind::Document)
}

/// Whether an answer that is in order has this member.
fn is_expected(member: Member) -> bool {
    let words = words(member.name);
    if is_continuation(member.name) {
        return false;
    }
    // That nothing failed is said by lists and counts, not by texts.
    !tells_of_failure(&words)
        || matches!(member.shape.kind(), Kind::List(_) | Kind::Map { .. } | Kind::Integer | Kind::Long)
}

/// Whether a person would look for this member in a structure of many.
fn is_telling(member: Member, depth: u8) -> bool {
    const TELLING: [&str; 15] = [
        "arn",
        "id",
        "identifier",
        "key",
        "name",
        "state",
        "status",
        "type",
        "count",
        "size",
        "url",
        "version",
        "value",
        "time",
        "date",
    ];
    let words = words(member.name);
    if depth > DEPTH_TOLD || is_continuation(member.name) || tells_of_failure(&words) {
        return false;
    }
    let last = words.last().map_or("", String::as_str);
    match member.shape.kind() {
        Kind::Structure => depth <= 1 || matches!(last, "state" | "status"),
        Kind::List(item) => depth <= 1 && matches!(item.kind(), Kind::Structure),
        Kind::Map { .. } | Kind::Document | Kind::Blob => depth == 0,
        _ => TELLING.contains(&last),
    }
}

/// Whether a member is there only while there is more to fetch.
pub fn is_continuation(name: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        "nexttoken",
        "nextpagetoken",
        "continuationtoken",
        "lastevaluatedkey",
        "nextmarker",
        "nextpage",
        "nextforwardtoken",
        "paginationtoken",
        "marker",
    ];
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn tells_of_failure(words: &[String]) -> bool {
    const FAILURE: [&str; 18] = [
        "error",
        "errors",
        "errored",
        "exception",
        "exceptions",
        "fail",
        "failed",
        "failure",
        "failures",
        "faults",
        "invalid",
        "rejected",
        "unprocessed",
        "unsuccessful",
        "unauthorized",
        "warning",
        "warnings",
        "unrecognized",
    ];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.iter().any(|word| FAILURE.contains(word))
        || matches!(words[..], [.., "reason" | "exit"] | [.., "status" | "state", "message"])
        || matches!(
            words[..],
            [.., "reason", "code" | "message"] | ["not", "found", ..] | [.., "not", "found"]
        )
}

fn list(shape: Shape, item: Shape, name: &[String], depth: u8) -> Value {
    let Bounds { min, max } = shape.bounds();
    let least = min.unwrap_or(0.0).max(0.0) as usize;
    let wanted =
        usize::from(depth <= DEPTH_LISTS && !tells_of_failure(name) && max.is_none_or(|max| max >= 1.0));
    let singular = singular(name);
    // A list of lists is a table: the inner list is a row.
    let items = (0..wanted.max(least)).map(|ordinal| value(item, &singular, ordinal, depth + 1));
    Value::array(items.collect())
}

fn map(shape: Shape, key: Shape, inner: Shape, depth: u8) -> Value {
    let least = shape.bounds().min.unwrap_or(0.0).max(0.0) as usize;
    let keys: Vec<&str> = key.words().collect();
    let name = |at: usize| match keys.get(at) {
        Some(word) => (*word).to_owned(),
        None => fitted(&format!("key-{}", at + 1), key.bounds()),
    };
    let member = |at: usize| (name(at), value(inner, &[], at, depth + 1));
    Value::Object((0..least).map(member).collect())
}

fn string(shape: Shape, name: &[String], ordinal: usize) -> Value {
    if shape.words().len() > 0 {
        let well = outcome::well_meaning(shape.words());
        return Value::from(well.or_else(|| shape.words().next()).unwrap_or_default());
    }
    Value::from(fitted(&text(shape, name, ordinal), shape.bounds()))
}

/// A text by the name of its member.
fn text(shape: Shape, name: &[String], ordinal: usize) -> String {
    let number = ordinal + 1;
    let slug = if name.is_empty() { "value".to_owned() } else { name.join("-") };
    let (before, last) = match name {
        [] => ("", ""),
        [only] => ("", only.as_str()),
        [.., before, last] => (before.as_str(), last.as_str()),
    };
    match last {
        "arn" => {
            let kind = name[..name.len() - 1].join("-");
            let kind = if kind.is_empty() { "thing".to_owned() } else { kind };
            format!("arn:aws:{}:us-east-1:123456789012:{kind}/{kind}-{number}", shape.arn_service())
        }
        "id" if matches!(before, "account" | "owner") => "123456789012".to_owned(),
        "account" | "owner" => "123456789012".to_owned(),
        "id" | "identifier" if matches!(before, "message" | "event" | "request") => {
            format!("3f1a6f7e-6f0c-4c56-9d1c-5a0d7f3b2c{:02}", 10 + number % 90)
        }
        "region" => "us-east-1".to_owned(),
        "zone" if before == "availability" => "us-east-1a".to_owned(),
        "url" | "uri" | "endpoint" if before == "queue" => {
            format!("https://sqs.us-east-1.amazonaws.com/123456789012/queue-{number}")
        }
        "url" | "uri" | "path" | "location" if name.iter().any(|word| word == "s3") => {
            format!("s3://bucket/key-{number}")
        }
        "url" | "uri" | "endpoint" | "link" => format!("https://example.com/{slug}/{number}"),
        "email" => format!("user{number}@example.com"),
        "tag" if before == "e" => format!("\"{number:032x}\""),
        "policy" | "document" | "json" | "body" | "payload" | "input" | "output" => "{}".to_owned(),
        "status" | "state" => "SUCCEEDED".to_owned(),
        "time" | "timestamp" | "date" | "at" => time(name).to_owned(),
        "n" | "version" => number.to_string(),
        _ => format!("{slug}-{number}"),
    }
}

/// A text with as many characters as it must have, and no more than it may have.
fn fitted(text: &str, Bounds { min, max }: Bounds) -> String {
    let least = min.unwrap_or(0.0).max(0.0) as usize;
    let most = max.map_or(usize::MAX, |max| max.max(0.0) as usize);
    let length = text.chars().count();
    if length > most {
        return text.chars().take(most).collect();
    }
    text.chars().chain(std::iter::repeat_n('0', least.saturating_sub(length))).collect()
}

fn time(name: &[String]) -> &'static str {
    let has = |words: &[&str]| name.iter().any(|word| words.contains(&word.as_str()));
    if has(&["expiration", "expiry", "expires", "expire", "until", "after", "deadline", "next"]) {
        WILL_END
    } else if has(&[
        "end",
        "ended",
        "stop",
        "stopped",
        "completed",
        "completion",
        "finished",
        "last",
        "modified",
        "updated",
        "update",
    ]) {
        ENDED
    } else {
        BEGAN
    }
}

fn blob(name: &[String]) -> &'static str {
    match name.last().map_or("", String::as_str) {
        // What a caller put there: mostly JSON.
        "body" | "payload" => "{}",
        _ => "dGV4dA==",
    }
}

fn number(name: &[String]) -> f64 {
    let last = name.last().map_or("", String::as_str);
    if tells_of_failure(name) {
        return 0.0;
    }
    match last {
        "code" => 200.0,
        "size" | "length" | "bytes" => 1024.0,
        "confidence" | "percent" | "percentage" | "progress" => 100.0,
        _ => 1.0,
    }
}

fn whole(number: f64, Bounds { min, max }: Bounds) -> Value {
    let number = max.map_or(number, |max| number.min(max.floor()));
    let number = min.map_or(number, |min| number.max(min.ceil()));
    // Bounds of 64 bits lose their last digits as fractions, and saturate.
    Value::from(number as i64)
}

fn fraction(number: f64, Bounds { min, max }: Bounds) -> Value {
    let number = max.map_or(number, |max| number.min(max));
    Value::from(min.map_or(number, |min| number.max(min)))
}

fn truth(name: &[String]) -> bool {
    const TRUE: [&str; 9] =
        ["active", "enabled", "healthy", "included", "ok", "success", "successful", "succeeded", "valid"];
    name.iter().any(|word| TRUE.contains(&word.as_str()))
}

fn singular(name: &[String]) -> Vec<String> {
    let mut name = name.to_vec();
    if let Some(last) = name.last_mut() {
        if let Some(stem) = last.strip_suffix("ies") {
            *last = format!("{stem}y");
        } else if let Some(stem) = last.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'u'])) {
            *last = stem.to_owned();
        }
    }
    name
}

/// `MD5OfBody` → `md5`, `of`, `body`; `JobRunId` → `job`, `run`, `id`; `ETag` → `e`, `tag`
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, c) in letters.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let after_lower = at > 0 && (letters[at - 1].is_lowercase() || letters[at - 1].is_numeric());
        let before_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = c.is_uppercase() && (after_lower || (at > 0 && before_lower));
        if words.is_empty() || starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::catalog::conform::{self, Mode};
    use crate::catalog::models;

    fn answer_of(service: &str, action: &str) -> String {
        let operation = models::service(service).and_then(|service| service.operation(action)).unwrap();
        answer(operation.output()).to_json()
    }

    #[rstest]
    #[case::nothing("sqs", "deleteMessage", "{}")]
    #[case::required_members("sfn", "startExecution",
        r#"{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution/execution-1","StartDate":"2026-01-01T00:00:00Z"}"#)]
    #[case::no_next_page("sfn", "listActivities",
        r#"{"Activities":[{"ActivityArn":"arn:aws:states:us-east-1:123456789012:activity/activity-1","Name":"name-1","CreationDate":"2026-01-01T00:00:00Z"}]}"#)]
    #[case::nothing_failed("sqs", "deleteMessageBatch", r#"{"Successful":[{"Id":"id-1"}],"Failed":[]}"#)]
    #[case::counts_of_failures(
        "firehose",
        "putRecordBatch",
        r#"{"FailedPutCount":0,"Encrypted":false,"RequestResponses":[{"RecordId":"record-id-1"}]}"#
    )]
    #[case::what_a_person_would_look_for("glue", "getJobBookmark", r#"{"JobBookmarkEntry":{"JobName":"job-name-1","Version":1,"PreviousRunId":"previous-run-id-1","RunId":"run-id-1"}}"#)]
    fn a_call_answers(#[case] service: &str, #[case] action: &str, #[case] expected: &str) {
        assert_eq!(answer_of(service, action), expected);
    }

    #[rstest]
    #[case("MD5OfMessageBody", &["md5", "of", "message", "body"])]
    #[case("ETag", &["e", "tag"])]
    #[case("SSEKMSKeyId", &["ssekms", "key", "id"])]
    #[case("JobRunId", &["job", "run", "id"])]
    fn a_name_has_words(#[case] name: &str, #[case] expected: &[&str]) {
        assert_eq!(words(name), expected);
    }

    #[test]
    fn what_is_required_is_added_inside_too() {
        let shape =
            models::service("batch").and_then(|service| service.operation("describeJobs")).unwrap().output();
        let known = Value::parse(r#"{"Jobs":[{"JobId":"7"}]}"#).unwrap();
        let whole = completed(&known, shape);
        assert_eq!(conform::check(&whole, shape, Mode::Strict), Ok(()), "{whole}");
        assert_eq!(whole.to_json().matches(r#""JobId":"7""#).count(), 1, "{whole}");
    }

    #[test]
    fn every_answer_fits_its_shape() {
        let mut count = 0;
        let services = models::names().filter_map(models::service);
        for operation in services.flat_map(models::Service::operations) {
            let (shape, result) = (operation.output(), answer(operation.output()));
            let fits = conform::check(&result, shape, Mode::Strict);
            assert_eq!(fits, Ok(()), "{operation:?}: {result}");
            count += 1;
        }
        assert!(count > 19_000, "{count}");
    }
}
