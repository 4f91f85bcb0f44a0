//! What a cause says besides its JSON: the message of a function, why a container or a job ended, and the place in the
//! code.

use crate::value::Value;

/// Longer messages are left to the cause, which stands beside them.
const MESSAGE_MAX: usize = 300;
/// Members in which services and functions say in words what went wrong.
const MESSAGES: [&str; 10] = [
    "errorMessage",
    "ErrorMessage",
    "StatusReason",
    "StoppedReason",
    "StateChangeReason",
    "FailureReason",
    "ErrorDetails",
    "Reason",
    "Message",
    "message",
];

/// What a cause in JSON says in words, each thing once: exit codes and reasons of containers first. Nothing where the
/// cause is no JSON, or is the description of a child execution, which has a failure of its own.
pub(super) fn lines(cause: &str) -> Vec<String> {
    let Some(value) = parsed(cause).filter(|value| value.get("ExecutionArn").is_none()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    containers(&value, &mut found);
    messages(&value, 0, &mut found);
    found
}

/// The JSON of a cause, also behind the words that Step Functions puts before it.
fn parsed(cause: &str) -> Option<Value> {
    const RETURNED: &str = "Returned payload: ";
    let text = cause.split_once(RETURNED).map_or(cause, |(_, payload)| payload);
    Value::parse(text).ok().filter(|value| value.as_object().is_some())
}

/// Containers of ECS and Batch that did not end with 0.
fn containers(value: &Value, found: &mut Vec<String>) {
    let listed = value.get("Containers").and_then(Value::as_array).unwrap_or_default();
    for container in listed.iter().chain(value.get("Container")) {
        let text = |name: &str| container.get(name).and_then(Value::as_str);
        let code = container.get("ExitCode").and_then(Value::as_i64).filter(|code| *code != 0);
        let (code, reason) = match (code, text("Reason")) {
            (None, None) => continue,
            (Some(code), None) => (format!("exit code {code}{}", signal(code)), String::new()),
            (Some(code), Some(reason)) => (format!("exit code {code}"), format!(", {reason}")),
            (None, Some(reason)) => (reason.to_owned(), String::new()),
        };
        let name = text("Name").map(|name| format!(" `{name}`")).unwrap_or_default();
        push(format!("container{name}: {code}{reason}"), found);
    }
}

/// What the common exit codes mean: above 128 a signal ended the process.
fn signal(code: i64) -> &'static str {
    match code {
        137 => " (killed: mostly out of memory)",
        139 => " (segmentation fault)",
        143 => " (terminated from outside)",
        _ => "",
    }
}

/// Messages, wherever they stand: jobs of EMR, CodeBuild and Athena have them further inside.
fn messages(value: &Value, depth: usize, found: &mut Vec<String>) {
    const DEPTH_MAX: usize = 5;
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(object) => {
            for (name, member) in object.iter() {
                match member.as_str() {
                    Some(text) if MESSAGES.contains(&&**name) => message(text, found),
                    Some(_) => {}
                    // Told with their exit codes already.
                    None if matches!(&**name, "Containers" | "Container") => {}
                    None => messages(member, depth + 1, found),
                }
            }
        }
        Value::Array(items) => items.items().iter().for_each(|item| messages(item, depth + 1, found)),
        _ => {}
    }
}

fn message(text: &str, found: &mut Vec<String>) {
    let text = text.trim();
    if !text.is_empty() && text.chars().count() <= MESSAGE_MAX {
        push(text.to_owned(), found);
    }
}

fn push(line: String, found: &mut Vec<String>) {
    const LINES_MAX: usize = 5;
    if found.len() < LINES_MAX && !found.iter().any(|known| known.contains(&line)) {
        found.push(line);
    }
}

/// Whether the process was killed for its memory.
pub(super) fn is_out_of_memory(cause: &str) -> bool {
    const WORDS: [&str; 4] = ["OutOfMemory", "signal: killed", "out of memory", "JavaScript heap"];
    let exited = lines(cause).iter().any(|line| line.contains("exit code 137"));
    exited || WORDS.iter().any(|words| cause.contains(words))
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
        assert_eq!(lines(cause), ["m"]);
    }

    #[rstest]
    #[case::a_container(
        r#"{"Containers":[{"ExitCode":0,"Name":"a"},{"ExitCode":137,"Name":"b","Reason":"OutOfMemoryError"}],
            "StoppedReason":"Essential container in task exited"}"#,
        &["container `b`: exit code 137, OutOfMemoryError", "Essential container in task exited"])]
    #[case::a_batch_job(
        r#"{"Attempts":[{"Container":{"ExitCode":1},"StatusReason":"s"}],"Container":{"ExitCode":1},"StatusReason":"s"}"#,
        &["container: exit code 1", "s"])]
    #[case::a_step(r#"{"Step":{"Status":{"FailureDetails":{"Reason":"Unknown Error."},"State":"FAILED"}}}"#,
        &["Unknown Error."])]
    #[case::a_build(
        r#"{"Build":{"Phases":[{"PhaseType":"BUILD","Contexts":[{"Message":"npm test: exit status 1"}]}]}}"#,
        &["npm test: exit status 1"])]
    #[case::behind_words(
        r#"The cause could not be determined. Returned payload: {"errorMessage":"signal: killed"}"#,
        &["signal: killed"])]
    #[case::plain_words("Rate exceeded", &[])]
    fn a_cause_is_read_for_what_it_says(#[case] cause: &str, #[case] expected: &[&str]) {
        assert_eq!(lines(cause), expected);
    }
}
