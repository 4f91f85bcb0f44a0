//! The JSON of what a case is expected to show: a finding of a search, or the failure of a real execution.

use serde::{Deserialize, Serialize};

use super::{CaseError, Expected};
use crate::oracle::RuleId;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedPart {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<FailurePart>,
}

/// How a real execution failed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FailurePart {
    status: String,
    error: Option<String>,
    ended_with: Option<String>,
}

impl ExpectedPart {
    pub(super) fn of(expected: &Expected) -> Self {
        match expected.clone() {
            Expected::Finding { finding, rule, state } => {
                Self { finding: Some(finding), rule: Some(rule.name().to_owned()), state, failure: None }
            }
            Expected::Failure { status, state, error, ended_with } => {
                let failure = Some(FailurePart { status, error, ended_with });
                Self { finding: None, rule: None, state, failure }
            }
        }
    }

    pub(super) fn into_expected(self) -> Result<Expected, CaseError> {
        let Self { finding, rule, state, failure } = self;
        if let Some(FailurePart { status, error, ended_with }) = failure {
            return Ok(Expected::Failure { status, state, error, ended_with });
        }
        let (Some(finding), Some(name)) = (finding, rule) else {
            let message = "`expected` has neither `finding` and `rule` nor `failure`";
            return Err(CaseError::Syntax(message.to_owned()));
        };
        let rule = RuleId::ALL.iter().find(|rule| rule.name() == name).copied();
        let rule =
            rule.ok_or_else(|| CaseError::Syntax(format!("`expected.rule`: there is no rule `{name}`")))?;
        Ok(Expected::Finding { finding, rule, state })
    }
}
