//! Rules on which the documentation of AWS and recordings of it disagree, or which changed over the years: one table of
//! switches. The default follows the newest recordings; what only documentation knows is documentation's.

use std::fmt;

/// One contested rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Contested {
    /// Whether wildcards match a task result that is too large.
    DataLimit,
    /// Whether `States.TaskFailed` matches a missed heartbeat.
    HeartbeatTaskFailed,
    /// What the history calls a missed heartbeat.
    HeartbeatName,
    /// Whether reserved names such as `States.NoChoiceMatched` are reported.
    ReservedNames,
    /// What a Parallel state reports when a branch fails.
    BranchFailed,
    /// Whether the context object has `Execution.RedriveCount`.
    RedriveCount,
    /// Which event the end of a distributed Map follows.
    MapExit,
}

/// What is known of a contested rule.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Which rule.
    pub rule: Contested,
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// The question that it answers.
    pub question: &'static str,
    /// The default first, then the other one.
    pub choices: [Choice; 2],
}

/// One answer to a contested rule.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// `recorded`, `documented`, `older`, …
    pub name: &'static str,
    /// What happens then.
    pub says: &'static str,
    /// Who says so.
    pub source: &'static str,
}

const fn choice(name: &'static str, says: &'static str, source: &'static str) -> Choice {
    Choice { name, says, source }
}

/// Every contested rule, in the order of [`Contested`].
pub const TABLE: &[Entry] = &[
    Entry {
        rule: Contested::DataLimit,
        name: "data-limit",
        question: "Do `States.ALL` and `States.TaskFailed` match a task result over 256 KiB \
                   (`States.DataLimitExceeded`)?",
        choices: [
            choice(
                "recorded",
                "yes, it is caught",
                "recordings of 2024, Lambda function and `lambda:invoke`",
            ),
            choice("documented", "no, only its own name does", "developer guide, \"Error names\""),
        ],
    },
    Entry {
        rule: Contested::HeartbeatTaskFailed,
        name: "heartbeat-task-failed",
        question: "Does `States.TaskFailed` match a missed heartbeat?",
        choices: [
            choice(
                "as-timeout",
                "no: the history shows `States.Timeout`, which it leaves out",
                "recordings of 2024 for the name",
            ),
            choice(
                "documented",
                "yes: it matches every name but `States.Timeout`",
                "developer guide, \"Error names\"",
            ),
        ],
    },
    Entry {
        rule: Contested::HeartbeatName,
        name: "heartbeat-name",
        question: "What does the history call a missed heartbeat?",
        choices: [
            choice("recorded", "`States.Timeout`; its own name matches as well", "recordings of 2024"),
            choice("documented", "`States.HeartbeatTimeout`", "Amazon States Language, \"Task State\""),
        ],
    },
    Entry {
        rule: Contested::ReservedNames,
        name: "reserved-names",
        question: "Are `States.NoChoiceMatched`, `States.IntrinsicFailure` and `States.ParameterPathFailure` \
                   reported?",
        choices: [
            choice(
                "recorded",
                "no: they are `States.Runtime`, which nothing matches",
                "recordings of 2023 to 2025; developer guide since 2024",
            ),
            choice("specified", "yes, and handlers may list them", "Amazon States Language, appendix A"),
        ],
    },
    Entry {
        rule: Contested::BranchFailed,
        name: "branch-failed",
        question: "What does a Parallel state report when a branch fails?",
        choices: [
            choice("recorded", "the error of the branch", "recordings of 2023"),
            choice(
                "specified",
                "`States.BranchFailed`, with the cause of the branch",
                "Amazon States Language, appendix A",
            ),
        ],
    },
    Entry {
        rule: Contested::RedriveCount,
        name: "redrive-count",
        question: "Does the context object have `Execution.RedriveCount`?",
        choices: [
            choice(
                "recorded",
                "yes, unless `StartSyncExecution` started the execution",
                "recordings since 2024",
            ),
            choice("older", "no", "recordings before redrive came, in November 2023"),
        ],
    },
    Entry {
        rule: Contested::MapExit,
        name: "map-exit",
        question: "Which event does `MapStateExited` of a distributed Map follow?",
        choices: [
            choice("recorded", "`MapRunStarted`", "newer recordings"),
            choice("older", "`MapRunSucceeded`", "older recordings"),
        ],
    },
];

/// Which choice is in force for each contested rule.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// One bit a rule, set where it departs from its default.
    departures: u8,
}

impl Rules {
    /// Whether the other choice than the default is in force.
    pub fn departs(self, rule: Contested) -> bool {
        self.departures & 1 << rule as u8 != 0
    }

    /// These rules, with one of them as named by a choice of the table.
    pub fn with(self, name: &str, choice: &str) -> Result<Self, String> {
        let Some(entry) = TABLE.iter().find(|entry| entry.name == name) else {
            let names: Vec<_> = TABLE.iter().map(|entry| entry.name).collect();
            return Err(format!("there is no contested rule `{name}`; there is {}", names.join(", ")));
        };
        let bit = 1 << entry.rule as u8;
        let [default, other] = entry.choices.map(|choice| choice.name);
        match choice {
            _ if choice == default => Ok(Self { departures: self.departures & !bit }),
            _ if choice == other => Ok(Self { departures: self.departures | bit }),
            _ => Err(format!("`{name}` is `{default}` or `{other}`, not `{choice}`")),
        }
    }

    /// The rules that depart from their default, with the name of the choice that is in force.
    pub fn departures(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        TABLE
            .iter()
            .filter(move |entry| self.departs(entry.rule))
            .map(|entry| (entry.name, entry.choices[1].name))
    }
}

impl std::str::FromStr for Rules {
    type Err = String;

    /// `NAME=CHOICE`, or several of them between commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').filter(|part| !part.is_empty());
        parts.map(str::trim).try_fold(Self::default(), |rules, part| match part.split_once('=') {
            Some((name, choice)) => rules.with(name.trim(), choice.trim()),
            None => Err(format!("expected NAME=CHOICE, found `{part}`")),
        })
    }
}

impl fmt::Display for Rules {
    /// `data-limit=documented,map-exit=older`; nothing where all are as by default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.departures().enumerate().try_for_each(|(at, (name, choice))| {
            write!(f, "{}{name}={choice}", if at == 0 { "" } else { "," })
        })
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({self})")
    }
}

/// The page of docs/ that shows the table.
pub fn page() -> String {
    let head = "# Contested rules\n\n\
        On these rules the documentation of AWS and recordings of it disagree, or AWS changed them over the years. The\n\
        simulator follows the newest recordings (the first row of each); `run --rule NAME=CHOICE` and `[rules]` of\n\
        `chaos.toml` choose otherwise.\n";
    TABLE.iter().fold(head.to_owned(), |page, entry| {
        let choices = entry.choices.map(|choice| {
            let Choice { name, says, source } = choice;
            format!("| `{name}` | {says} | {source} |\n")
        });
        let (name, question, rows) = (entry.name, entry.question, choices.concat());
        format!(
            "{page}\n## `{name}`\n\n{question}\n\n| choice | what happens | source |\n|---|---|---|\n{rows}"
        )
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_rule_stands_at_its_place_in_the_table() {
        for (at, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.rule as usize, at, "{}", entry.name);
            assert_ne!(entry.choices[0].name, entry.choices[1].name);
        }
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        let text = "data-limit=documented,map-exit=older";
        let rules: Rules = text.parse().unwrap();
        assert!(rules.departs(Contested::DataLimit) && !rules.departs(Contested::BranchFailed));
        assert_eq!(rules.to_string(), text);
        assert_eq!(rules.with("map-exit", "recorded").unwrap().to_string(), "data-limit=documented");
        assert_eq!("".parse(), Ok(Rules::default()));
    }

    #[rstest]
    #[case::a_rule("data-limits=older", "there is no contested rule `data-limits`; there is data-limit, ")]
    #[case::a_choice("map-exit=newer", "`map-exit` is `recorded` or `older`, not `newer`")]
    #[case::no_choice("map-exit", "expected NAME=CHOICE, found `map-exit`")]
    fn what_is_unknown_is_named(#[case] text: &str, #[case] message: &str) {
        let error = text.parse::<Rules>().unwrap_err();
        assert!(error.starts_with(message), "{error}");
    }

    #[test]
    fn the_page_of_the_documentation_is_that_of_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/simulator-rules.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(written, page(), "docs/simulator-rules.md is out of date; run `cargo xtask schema`");
    }
}
