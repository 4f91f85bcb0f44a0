//! The command that shows a finding again.

use std::path::{Component, Path, PathBuf};

use super::redact::Redactor;
use crate::campaign::{Finding, MachineOutcome};

/// Of a case file where one was written, else a `run` with the smallest input and plan. None where no run proves the
/// finding, or where the input must not be shown.
pub(super) fn command(
    program: &str,
    cases: Option<&Path>,
    outcome: &MachineOutcome,
    finding: &Finding,
    redactor: &Redactor<'_>,
) -> Option<String> {
    let machine = outcome.machine.as_deref()?;
    finding.history.as_ref()?;
    if let Some(folder) = cases {
        let file = folder.join(case_file(outcome, finding));
        return Some(format!("{program} chaos replay {}", quoted(&file.display().to_string())));
    }
    let input = finding.case.input.to_json();
    if redactor.value(&finding.case.input).to_json() != input {
        return None;
    }
    let plan = finding.case.plan.display(machine).to_string();
    let faults = if plan.is_empty() { String::new() } else { format!(" --faults {}", quoted(&plan)) };
    let source = quoted(&outcome.source);
    Some(format!("{program} run {source} --input {}{faults}", quoted(&input)))
}

/// The file of a finding's case, below the folder of all cases: the place of the definition, then the finding.
pub fn case_file(outcome: &MachineOutcome, finding: &Finding) -> PathBuf {
    let source = Path::new(&outcome.source);
    let mut file: PathBuf = source.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    file.set_extension("");
    if file.extension().is_some_and(|extension| extension == "asl") {
        file.set_extension("");
    }
    if !file.ends_with(&outcome.name) {
        file.push(tame(&outcome.name));
    }
    file.join(format!("{}.json", tame(&finding.id)))
}

/// A name that every file system takes.
fn tame(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    name.chars().map(|c| if allowed(c) { c } else { '-' }).collect()
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
