//! The command that shows a finding again.

use super::redact::Redactor;
use crate::campaign::{Finding, MachineOutcome};

/// A `run` with the smallest input and plan; none where no run proves the finding, or where the input is redacted.
/// A case file (`--save-cases`) holds the values themselves.
pub(super) fn command(
    program: &str,
    outcome: &MachineOutcome,
    finding: &Finding,
    redactor: &Redactor<'_>,
) -> Option<String> {
    let machine = outcome.machine.as_deref()?;
    finding.history.as_ref()?;
    let input = finding.case.input.to_json();
    if redactor.value(&finding.case.input).to_json() != input {
        return None;
    }
    let plan = finding.case.plan.display(machine).to_string();
    let faults = if plan.is_empty() { String::new() } else { format!(" --faults {}", quoted(&plan)) };
    let source = quoted(&outcome.source);
    Some(format!("{program} run {source} --input {}{faults}", quoted(&input)))
}

/// A word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_quotes_stays_one_word() {
        assert_eq!(quoted("a/b.json"), "a/b.json");
        assert_eq!(quoted("it's {}"), r"'it'\''s {}'");
    }
}
