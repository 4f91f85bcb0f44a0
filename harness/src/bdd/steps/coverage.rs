//! Which sentences inject a fault, and which ask for a rule.

use crate::bdd::sections;
use crate::bdd::step::{Covers, Keyword, Step};
use crate::fault::{Class, Incident};
use crate::oracle::RuleId;

/// Names of all classes of faults, those without an argument first.
pub(super) fn classes() -> Vec<&'static str> {
    Class::PLAIN.iter().map(Class::name).chain(Class::NAMES_WITH_ARGUMENT).collect()
}

/// Names of everything that can happen to an execution as a whole.
pub(super) fn incidents() -> Vec<&'static str> {
    let all = [
        Incident::Aborted { after_ms: 0 },
        Incident::Redriven,
        Incident::STARTED_AGAIN,
        Incident::DeliveredTwice,
    ];
    all.into_iter().map(Incident::name).collect()
}

/// The sentences that inject faults of a class, and of this class alone.
pub(super) fn of_class(name: &str) -> Vec<String> {
    saying(|covers| *covers == Covers::Class(known(name)))
}

/// The sentences that make this happen to an execution.
pub(super) fn of_incident(name: &str) -> Vec<String> {
    saying(|covers| *covers == Covers::Incident(known(name)))
}

/// The sentences that ask for a rule: those for it alone, then those that name a rule.
pub(super) fn of_rule(rule: RuleId) -> Vec<String> {
    let own = saying(|covers| *covers == Covers::Rule(rule));
    let naming = steps().filter(|step| step.covers.contains(&Covers::EveryRule));
    // With one parameter, the rule, they can be written out.
    let naming = naming.filter(|step| step.expression.matches('{').count() == 1);
    let naming = naming.filter(|step| step.expression.contains("{rule}"));
    own.into_iter().chain(naming.map(|step| step.expression.replace("{rule}", rule.name()))).collect()
}

/// The sentences that search over every class of faults.
pub(super) fn of_every_class() -> Vec<String> {
    steps()
        .filter(|step| step.keyword == Keyword::When && step.covers.contains(&Covers::EveryClass))
        .map(|step| step.expression.to_owned())
        .collect()
}

fn saying(is_meant: impl Fn(&Covers) -> bool) -> Vec<String> {
    steps().filter(|step| step.covers.iter().any(&is_meant)).map(|step| step.expression.to_owned()).collect()
}

fn steps() -> impl Iterator<Item = &'static Step> {
    sections().iter().flat_map(|section| section.steps)
}

/// The same name with the lifetime that [`Covers`] wants.
fn known(name: &str) -> &'static str {
    classes().into_iter().chain(incidents()).find(|known| *known == name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_faults_has_a_sentence() {
        let without: Vec<_> = classes().into_iter().filter(|name| of_class(name).is_empty()).collect();
        assert_eq!(without, [""; 0]);
    }

    #[test]
    fn everything_that_happens_to_executions_has_a_sentence() {
        let without: Vec<_> = incidents().into_iter().filter(|name| of_incident(name).is_empty()).collect();
        assert_eq!(without, [""; 0]);
    }

    #[test]
    fn every_rule_has_a_sentence() {
        let without: Vec<_> = RuleId::ALL.iter().filter(|rule| of_rule(**rule).is_empty()).collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn sentences_cover_what_there_is() {
        for step in steps() {
            for covers in step.covers {
                match covers {
                    Covers::Class(name) => assert!(classes().contains(name), "{}: {name}", step.expression),
                    Covers::Incident(name) => {
                        assert!(incidents().contains(name), "{}: {name}", step.expression);
                    }
                    Covers::Rule(_) | Covers::EveryClass | Covers::EveryRule => {}
                }
            }
        }
    }
}
