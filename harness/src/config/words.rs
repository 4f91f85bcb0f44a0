//! The words that the command line and `chaos.toml` share: severities, phases, rules.

use crate::advice::AdviceId;
use crate::catalog::conform::Mode;
use crate::oracle::{RuleId, Severity};
use crate::search::Phase;
use crate::spelling;

/// The phase of this name. `baseline` runs always and is no choice.
pub fn phase(text: &str) -> Result<Phase, String> {
    let found = Phase::ALL.into_iter().find(|phase| phase.name() == text);
    found.ok_or_else(|| unknown("phase", text, Phase::ALL.iter().map(|phase| phase.name())))
}

/// How mocked results are held against the APIs that they stand in for.
pub fn mock_validation(text: &str) -> Result<Mode, String> {
    let found = Mode::ALL.into_iter().find(|mode| mode.name() == text);
    found.ok_or_else(|| unknown("mock validation", text, Mode::ALL.iter().map(|mode| mode.name())))
}

/// The severity of this name.
pub fn severity(text: &str) -> Result<Severity, String> {
    let found = Severity::ALL.into_iter().find(|severity| severity.name() == text);
    found.ok_or_else(|| unknown("severity", text, Severity::ALL.iter().map(|severity| severity.name())))
}

/// The advice of this id.
pub(super) fn advice(text: &str) -> Result<AdviceId, String> {
    let found = AdviceId::ALL.iter().find(|id| id.name() == text).copied();
    found.ok_or_else(|| unknown("advice", text, AdviceId::ALL.iter().map(|id| id.name())))
}

/// The rule of this id, or all rules of the property of this name.
pub fn rules(text: &str) -> Result<Vec<RuleId>, String> {
    let named = |rule: &&RuleId| rule.name() == text || rule.property().name() == text;
    let found: Vec<_> = RuleId::ALL.iter().filter(named).copied().collect();
    if found.is_empty() {
        let ids = RuleId::ALL.iter().map(|rule| rule.name());
        let mut properties: Vec<_> = RuleId::ALL.iter().map(|rule| rule.property().name()).collect();
        properties.dedup();
        return Err(unknown("rule or property", text, ids.chain(properties)));
    }
    Ok(found)
}

/// `unknown key `foo`; did you mean `bar`?`, or what there is.
pub(super) fn unknown<'n>(
    what: &str,
    text: &str,
    names: impl IntoIterator<Item = &'n str> + Clone,
) -> String {
    if let Some(name) = spelling::nearest(text, names.clone()) {
        return format!("unknown {what} `{text}`; did you mean `{name}`?");
    }
    let names: Vec<_> = names.into_iter().collect();
    format!("unknown {what} `{text}`; there is {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_stands_for_its_rules() {
        let found = rules("visibility").unwrap();
        assert!(found.iter().all(|rule| rule.property() == RuleId::FailureSwallowed.property()));
        assert!(found.contains(&RuleId::FailureSwallowed) && found.contains(&RuleId::PartialSuccessIgnored));
    }

    #[test]
    fn a_misspelt_word_gets_the_nearest_one() {
        assert_eq!(severity("hgih").unwrap_err(), "unknown severity `hgih`; did you mean `high`?");
        assert_eq!(phase("zzz").unwrap_err(), "unknown phase `zzz`; there is singles, pairs, again, explore");
    }
}
