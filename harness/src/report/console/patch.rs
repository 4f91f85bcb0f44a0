//! A JSON Patch as a person would write it into the definition: which state, which field, what stands there.

use crate::oracle::PatchOperation;

/// Each operation: a line that says where, then the fields.
pub(super) fn lines(operations: &[PatchOperation]) -> Vec<String> {
    operations.iter().flat_map(operation).collect()
}

fn operation(operation: &PatchOperation) -> Vec<String> {
    let tokens: Vec<String> =
        operation.path.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    let (place, field) = split(&tokens);
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
    let text = serde_json::to_string_pretty(value).expect("a JSON value is JSON");
    let is_entry = field.is_some() && tokens.last().is_some_and(|last| is_index(last));
    let text = match field {
        Some(field) if !is_entry => format!("{field:?}: {text}"),
        _ => text,
    };
    lines.extend(text.lines().map(|line| format!("  {line}")));
    lines
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
    use crate::value::Value;

    #[rstest]
    #[case::a_field("add", "/States/Charge/TimeoutSeconds", Some("60"),
        &["in Charge, add TimeoutSeconds:", "  \"TimeoutSeconds\": 60"])]
    #[case::an_entry("add", "/States/Fulfil/Branches/0/States/Ship/Retry/-", Some("{}"),
        &["in Ship, add an entry at the end of Retry:", "  {}"])]
    #[case::an_entry_before_another("add", "/States/Ship/Catch/1", Some("[]"),
        &["in Ship, add an entry to Catch before number 2:", "  []"])]
    #[case::a_part_of_an_entry("replace", "/States/Ship/Retry/0/ErrorEquals", Some("[]"),
        &["in Ship, replace Retry.0.ErrorEquals:", "  []"])]
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
