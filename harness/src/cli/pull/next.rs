//! What is written of a value, and the command that comes next, such that it can be pasted into a shell.

use std::path::Path;

use crate::value::{Object, Value};

/// What a redacted file says of itself; readers of histories and descriptions skip it.
const REDACTED: &str = "values of inputs, outputs, parameters and variables are replaced by others of the same size; names, \
                        ARNs, error and cause are as they were";

/// A history as `GetExecutionHistory` answers it, with a line for each event.
pub(super) fn history(events: &[Value], redacted: bool) -> String {
    let lines: Vec<String> = events.iter().map(Value::to_json).collect();
    let head =
        if redacted { format!("\"redacted\":{},", Value::from(REDACTED).to_json()) } else { String::new() };
    format!("{{{head}\"events\":[\n{}\n]}}\n", lines.join(",\n"))
}

/// A description with a line for each member.
pub(super) fn description(value: &Value, redacted: bool) -> String {
    let own = redacted.then(|| ("redacted", Value::from(REDACTED).to_json()));
    let members = value.as_object().into_iter().flat_map(Object::iter);
    let members = members.map(|(key, value)| (&**key, value.to_json()));
    let lines: Vec<String> = own
        .into_iter()
        .chain(members)
        .map(|(key, text)| format!("  {}: {text}", Value::from(key).to_json()))
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// A command line.
pub(super) fn command<'w>(program: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().fold(program.to_owned(), |line, word| line + " " + &shell(word))
}

/// A path as text.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// A word that no shell reads otherwise.
fn shell(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:=@+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted() {
        let words = ["diagnose", "my files/run 'a'.json", "--definition", "order.asl.json"];
        assert_eq!(
            command("cargo xtask", words),
            r"cargo xtask diagnose 'my files/run '\''a'\''.json' --definition order.asl.json"
        );
    }
}
