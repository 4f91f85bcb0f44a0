//! What a function's cause says besides its JSON: the message, and the place in the code.

use crate::value::Value;

/// Longer messages are left to the cause, which stands beside them.
const MESSAGE_MAX: usize = 200;

/// The message of a Lambda function's error, or of a job.
pub(super) fn message(cause: &str) -> Option<String> {
    let value = Value::parse(cause).ok()?;
    let names = ["errorMessage", "ErrorMessage", "StatusReason", "StoppedReason", "FailureReason", "message"];
    let text = names.iter().find_map(|name| value.get(name)?.as_str())?;
    let line = text.lines().next().unwrap_or_default().trim();
    let is_short = !line.is_empty() && line.chars().count() <= MESSAGE_MAX;
    is_short.then(|| line.to_owned())
}

/// The innermost place in the user's own code, by the stack trace of Python, Node.js or Java.
pub(super) fn frame(cause: &str) -> Option<String> {
    let value = Value::parse(cause).ok()?;
    let lines = |name: &str| -> Vec<String> {
        let items = value.get(name).and_then(Value::as_array).unwrap_or_default();
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let trace = lines("stackTrace");
    // Python lists the innermost frame last; code of the runtime and of layers lies elsewhere.
    if let Some(found) = trace.iter().rev().find_map(|line| python(line)) {
        return Some(found);
    }
    let trace = if trace.is_empty() { lines("trace") } else { trace };
    trace
        .iter()
        .find_map(|line| node(line))
        .or_else(|| trace.first().cloned().filter(|line| line.contains(".java:")))
}

/// `  File "/var/task/handler.py", line 2, in handler`
fn python(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("File \"/var/task/")?;
    let (file, rest) = rest.split_once("\", line ")?;
    let number = rest.split([',', '\n']).next()?;
    Some(format!("{file}:{number}"))
}

/// `    at handler (/var/task/index.js:12:9)`
fn node(line: &str) -> Option<String> {
    let rest = line.split_once("/var/task/")?.1;
    let place = rest.trim_end_matches(')');
    (!place.contains("node_modules")).then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::python(
        r#"{"errorMessage":"m","stackTrace":["  File \"/var/task/app.py\", line 7, in handler\n    pay()\n","  File \"/var/task/pay.py\", line 2, in pay\n","  File \"/opt/lib.py\", line 9, in x\n"]}"#,
        Some("pay.py:2"))]
    #[case::node(
        r#"{"errorMessage":"m","trace":["Error: m","    at x (/var/task/node_modules/y/i.js:1:1)","    at handler (/var/task/index.js:12:9)"]}"#,
        Some("index.js:12:9"))]
    #[case::nothing(r#"{"errorMessage":"m"}"#, None)]
    fn a_stack_trace_has_a_place_in_the_users_code(#[case] cause: &str, #[case] expected: Option<&str>) {
        assert_eq!(frame(cause).as_deref(), expected);
        assert_eq!(message(cause).as_deref(), Some("m"));
    }
}
