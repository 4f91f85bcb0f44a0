//! Words of a fixed set: endings, severities, rules.

use super::{Parameter, ParameterType};
use crate::fault::Class;
use crate::oracle::{RuleId, Severity};
use crate::spelling::nearest;

/// How an execution ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Ending(pub(in crate::bdd) &'static str);

impl Ending {
    const ALL: [&'static str; 4] = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];
}

impl Parameter for Ending {
    const TYPE: ParameterType = ParameterType {
        name: "status",
        pattern: "[A-Z_]+",
        about: "How an execution ends.",
        examples: &["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
    };

    fn read(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|status| *status == text);
        known.map(Self).ok_or_else(|| unknown("no execution ends as", text, Self::ALL))
    }
}

/// A class of faults by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct FaultClass(pub(in crate::bdd) &'static str);

impl Parameter for FaultClass {
    const TYPE: ParameterType = ParameterType {
        name: "class",
        pattern: "[a-z]+(?:-[a-z]+)*",
        about: "A class of faults by its name, as in reports; `chaos list` shows those of a machine.",
        examples: &["throttling", "lost-answer", "error"],
    };

    fn read(text: &str) -> Result<Self, String> {
        let names = || Class::PLAIN.iter().map(Class::name).chain(Class::NAMES_WITH_ARGUMENT);
        let known = names().find(|name| *name == text);
        known.map(Self).ok_or_else(|| unknown("there is no class of faults", text, names()))
    }
}

/// A word that an API says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Word(pub(in crate::bdd) String);

impl Parameter for Word {
    const TYPE: ParameterType = ParameterType {
        name: "word",
        pattern: r#""[^"]+"|[A-Za-z][\w.=-]*"#,
        about: "A word as an API says it. Words with spaces stand in quotes.",
        examples: &["FAILED", "timed-out", "Payload.state=RUNNING", "\"In progress\""],
    };

    fn read(text: &str) -> Result<Self, String> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

impl Parameter for Severity {
    const TYPE: ParameterType = ParameterType {
        name: "severity",
        pattern: "[a-z]+",
        about: "How much a finding matters: `critical`, `high`, `medium`, `low` or `note`.",
        examples: &["critical", "high", "medium", "low", "note"],
    };

    fn read(text: &str) -> Result<Self, String> {
        crate::config::severity(text)
    }
}

impl Parameter for RuleId {
    const TYPE: ParameterType = ParameterType {
        name: "rule",
        pattern: "[a-z]+(?:-[a-z]+)*",
        about: "A rule by its id, see rules.md.",
        examples: &["failure-swallowed", "effect-repeated"],
    };

    fn read(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|rule| rule.name() == text);
        known
            .copied()
            .ok_or_else(|| unknown("there is no rule", text, Self::ALL.iter().map(|rule| rule.name())))
    }
}

fn unknown(what: &str, text: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    let near = nearest(text, known).map(|name| format!("; did you mean `{name}`?"));
    format!("{what} `{text}`{}", near.unwrap_or_default())
}
