//! A JSON Patch as a person would write it into the definition: which state, which field, what stands there.

use std::path::Path;

use crate::asl::Machine;
use crate::diagnose::diff;
use crate::oracle::PatchOperation;
use crate::value::{Key, Value};

/// A patch in the user's own file: a diff of its text where that can be edited in place, or else its operations in
/// words.
pub(in crate::report) fn shown(machine: &Machine, operations: &[PatchOperation]) -> Vec<String> {
    if operations.is_empty() {
        return Vec::new();
    }
    let document = &machine.document;
    let file = &document.file;
    let mut shown: Vec<String> = if let Some(diff) = diff(machine, operations) {
        // The place of the finding names the file; here the lines count.
        diff.lines().skip(2).map(str::to_owned).collect()
    } else {
        let place = (!document.pointer.is_empty()).then(|| format!("in {}:", document.pointer));
        place.into_iter().chain(lines(operations)).collect()
    };
    if Path::new(&file.name).components().any(|part| part.as_os_str() == "cdk.out") {
        shown.push("This file is generated: make the change in the program that it comes from.".to_owned());
    }
    shown
}

/// Each operation: a line that says where, then the fields.
pub(in crate::report) fn lines(operations: &[PatchOperation]) -> Vec<String> {
    operations.iter().flat_map(operation).collect()
}

/// A statement of a policy.
pub(super) fn statement(statement: &Value) -> Vec<String> {
    written(statement, 0).lines().map(|line| format!("  {line}")).collect()
}

fn operation(operation: &PatchOperation) -> Vec<String> {
    let tokens: Vec<String> =
        operation.path.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    let (place, field) = split(&tokens);
    if let (false, [], Some(state)) = (place.is_empty(), field, &operation.value) {
        let mut lines = vec![format!("{} the state {place}:", operation.op)];
        lines.extend(written(state, 0).lines().map(|line| format!("  {line}")));
        return lines;
    }
    if let (false, [], None) = (place.is_empty(), field, &operation.value) {
        return vec![format!("{} the state {place}", operation.op)];
    }
    let wherein = if place.is_empty() { "at the top level".to_owned() } else { format!("in {place}") };
    let (field, verb) = match (operation.op, field) {
        (_, [list, index]) => (Some(list), entry(operation.op, list, index)),
        (op, [field]) => (Some(field), format!("{op} {field}")),
        (op, rest) => (None, format!("{op} {}", rest.join("."))),
    };
    let mut lines = vec![format!("{wherein}, {verb}:")];
    let Some(value) = &operation.value else {
        lines[0].pop();
        return lines;
    };
    let text = written(value, 0);
    let is_entry = field.is_some() && tokens.last().is_some_and(|last| is_index(last));
    let text = match field {
        Some(field) if !is_entry => format!("{field:?}: {text}"),
        _ => text,
    };
    lines.extend(text.lines().map(|line| format!("  {line}")));
    lines
}

/// JSON as people write it: lists of plain values stay on one line where they fit.
fn written(value: &Value, depth: usize) -> String {
    const ONE_LINE_MAX: usize = 60;
    let is_plain = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
    let pad = "  ".repeat(depth + 1);
    let (open, close, members): (char, char, Vec<String>) = match value {
        Value::Object(object) if !object.is_empty() => {
            let member = |(key, value): (&Key, &Value)| {
                format!("{}: {}", Value::from(&**key).to_json(), written(value, depth + 1))
            };
            ('{', '}', object.iter().map(member).collect())
        }
        Value::Array(items) if items.items().iter().all(is_plain) && items.json_len() <= ONE_LINE_MAX => {
            let items: Vec<_> = items.items().iter().map(Value::to_json).collect();
            return format!("[{}]", items.join(", "));
        }
        Value::Array(items) => {
            ('[', ']', items.items().iter().map(|item| written(item, depth + 1)).collect())
        }
        _ => return value.to_json(),
    };
    let lines: Vec<_> = members.iter().map(|member| format!("{pad}{member}")).collect();
    format!("{open}\n{}\n{}{close}", lines.join(",\n"), "  ".repeat(depth))
}

/// `add an entry at the end of Retry`, `add an entry to Retry before number 2`, `replace entry 1 of Catch`
fn entry(op: &str, list: &str, index: &str) -> String {
    let number = index.parse::<usize>().map(|index| index + 1);
    match (op, number) {
        ("add", Err(_)) => format!("add an entry at the end of {list}"),
        ("add", Ok(1)) => format!("add an entry at the start of {list}"),
        ("add", Ok(number)) => format!("add an entry to {list} before number {number}"),
        (_, Ok(number)) => format!("{op} entry {number} of {list}"),
        (_, Err(_)) => format!("{op} {index} of {list}"),
    }
}

/// The state, and the field inside it. `/States/A/Branches/0/States/B/Retry/-` is `B`, `Retry/-`.
fn split(tokens: &[String]) -> (String, &[String]) {
    let Some(at) = tokens.iter().rposition(|token| token == "States") else { return (String::new(), tokens) };
    match tokens.get(at + 1) {
        Some(name) => (name.clone(), &tokens[at + 2..]),
        None => (String::new(), &tokens[at..]),
    }
}

fn is_index(token: &str) -> bool {
    token == "-" || token.parse::<usize>().is_ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_field("add", "/States/Charge/TimeoutSeconds", Some("60"),
        &["in Charge, add TimeoutSeconds:", "  \"TimeoutSeconds\": 60"])]
    #[case::an_entry("add", "/States/Fulfil/Branches/0/States/Ship/Retry/-", Some("{}"),
        &["in Ship, add an entry at the end of Retry:", "  {}"])]
    #[case::an_entry_before_another("add", "/States/Ship/Catch/1", Some("[]"),
        &["in Ship, add an entry to Catch before number 2:", "  []"])]
    #[case::lists_of_names("add", "/States/Ship/Catch/-", Some(r#"{"ErrorEquals":["A","B"],"Next":"C"}"#),
        &["in Ship, add an entry at the end of Catch:", "  {",
          "    \"ErrorEquals\": [\"A\", \"B\"],", "    \"Next\": \"C\"", "  }"])]
    #[case::a_part_of_an_entry("replace", "/States/Ship/Retry/0/ErrorEquals", Some("[]"),
        &["in Ship, replace Retry.0.ErrorEquals:", "  []"])]
    #[case::a_whole_state("add", "/States/Not Paid", Some(r#"{"Type":"Fail"}"#),
        &["add the state Not Paid:", "  {", "    \"Type\": \"Fail\"", "  }"])]
    #[case::nothing_to_write("remove", "/States/Ship/Catch/0", None, &["in Ship, remove entry 1 of Catch"])]
    #[case::the_machine("add", "/TimeoutSeconds", Some("60"),
        &["at the top level, add TimeoutSeconds:", "  \"TimeoutSeconds\": 60"])]
    fn a_patch_in_words(
        #[case] op: &'static str,
        #[case] path: &str,
        #[case] value: Option<&str>,
        #[case] expected: &[&str],
    ) {
        let value = value.map(|text| Value::parse(text).unwrap());
        assert_eq!(lines(&[PatchOperation { op, path: path.to_owned(), value }]), expected);
    }
}
