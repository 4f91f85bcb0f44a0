//! Words of a fixed set: endings, severities, rules.

use super::{Parameter, ParameterType};
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
