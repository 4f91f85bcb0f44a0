//! The command that shows a finding again.

use std::path::{Component, Path, PathBuf};

use crate::campaign::{Finding, MachineOutcome};

/// How a finding is shown again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// By the same search, which finds the same: these words follow the definition.
    Search(Vec<String>),
    /// By its case file below this folder.
    Cases(PathBuf),
}

impl Replay {
    /// The command; none where no run proves the finding.
    pub(super) fn command(
        &self,
        program: &str,
        outcome: &MachineOutcome,
        finding: &Finding,
    ) -> Option<String> {
        finding.history.as_ref()?;
        Some(match self {
            Self::Search(arguments) => {
                let rule = finding.violation.rule.name();
                let mut command = format!("{program} chaos {} --rule {rule}", quoted(&outcome.source));
                for argument in arguments {
                    command.push(' ');
                    command.push_str(&quoted(argument));
                }
                command
            }
            Self::Cases(folder) => {
                let file = folder.join(Self::case_file(outcome, finding));
                format!("{program} chaos replay {}", quoted(&file.display().to_string()))
            }
        })
    }

    /// The file of a finding's case, below the folder of all cases: the place of the definition, then the finding.
    pub fn case_file(outcome: &MachineOutcome, finding: &Finding) -> PathBuf {
        let source = Path::new(&outcome.source);
        let normal = source.components().filter(|part| matches!(part, Component::Normal(_)));
        let mut file: PathBuf = normal.collect();
        file.set_extension("");
        if file.extension().is_some_and(|extension| extension == "asl") {
            file.set_extension("");
        }
        if !file.ends_with(&outcome.name) {
            file.push(tame(&outcome.name));
        }
        file.join(format!("{}.json", tame(&finding.id)))
    }
}

/// A name that every file system takes.
fn tame(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    name.chars().map(|c| if allowed(c) { c } else { '-' }).collect()
}

/// A word of a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
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
