//! What the judges say of the runs.

mod asked;
mod table;
#[cfg(test)]
mod tests;

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Place;
use crate::bdd::step::{Arguments, Covers, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::oracle::{RuleId, Severity};
pub(super) use asked::unmet;
use asked::{demand, fails_anywhere, forbid, is_at, judged};
use table::exactly;

pub(super) const SECTION: Section = Section {
    name: "Findings",
    about: "What the judges of `chaos` say of the scenario: of its runs with the faults that it injects, or of the \
            whole search where it searches. Several runs with the same cause are one finding. A finding that \
            `chaos.toml` accepts is told where others are, and breaks no sentence until the day on which it expires; one \
            that asks for it finds it. A rule that never applies is not broken: \
            `chaos` says which rules applied, and what the runs of a search reached.",
    steps: &[
        Step {
            keyword: Keyword::Then,
            expression: "there are no findings",
            about: "No rule is broken, not even as a note.",
            example: "there are no findings",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: none,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there are no findings above {severity}",
            about: "Findings of this severity and milder ones may be there, graver ones not.",
            example: "there are no findings above low",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: none_above,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there is no finding of {rule}",
            about: "No run breaks the rule.",
            example: "there is no finding of failure-swallowed",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: none_of,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there is no finding of {rule} at {state}",
            about: "No run shows that the rule is broken at this state.",
            example: "there is no finding of effect-repeated at ChargePayment",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: none_of_at,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there is no finding at {state}",
            about: "Nothing is found that should be changed at this state.",
            example: "there is no finding at ChargePayment",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: none_at,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there is a finding of {rule}",
            about: "A run breaks the rule.",
            example: "there is a finding of transient-not-retried",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: one_of,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there is a finding of {rule} at {state}",
            about: "A run breaks the rule, and this is a state to change.",
            example: "there is a finding of effect-repeated at ChargePayment",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: one_of_at,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there is a {severity} finding of {rule}",
            about: "A run breaks the rule, and it matters so much.",
            example: "there is a critical finding of effect-repeated",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: one_severe,
        },
        Step {
            keyword: Keyword::Then,
            expression: "there is a {severity} finding of {rule} at {state}",
            about: "A run breaks the rule, it matters so much, and this is a state to change.",
            example: "there is a critical finding of effect-repeated at ChargePayment",
            takes: Takes::Nothing,
            covers: &[Covers::EveryRule],
            run: one_severe_at,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the findings are:",
            about: "These and no others, in any order. The table has the columns `rule`, `severity` and `state`, the \
                    last two only if wanted; an empty severity is any, and an empty state the machine as a whole.",
            example: "the findings are:\n| rule                  | severity | state         |\n| transient-not-retried | medium   | ChargePayment |",
            takes: Takes::Table,
            covers: &[Covers::EveryRule],
            run: exactly,
        },
        Step {
            keyword: Keyword::Then,
            expression: "every failure is visible",
            about: "No failure is hidden behind SUCCEEDED: it ends the execution, or somebody is told. Fails where \
                    nothing fails at all.",
            example: "every failure is visible",
            takes: Takes::Nothing,
            covers: &[
                Covers::Rule(RuleId::FailureSwallowed),
                Covers::Rule(RuleId::PartialSuccessIgnored),
                Covers::Rule(RuleId::PermissionDenialHidden),
            ],
            run: visible,
        },
    ],
};

/// The rules that a failure breaks which nobody sees. What is announced and succeeds all the same is seen.
const HIDING: [RuleId; 3] =
    [RuleId::FailureSwallowed, RuleId::PartialSuccessIgnored, RuleId::PermissionDenialHidden];

fn none(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    forbid(stage, "there are no findings", |_| true)
}

fn none_above(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let severity: Severity = arguments.get(0)?;
    let expected = format!("there are no findings above {severity}");
    forbid(stage, &expected, |finding| finding.violation.severity > severity)
}

fn none_of(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let rule: RuleId = arguments.get(0)?;
    forbid(stage, &format!("there is no finding of {rule}"), |finding| finding.violation.rule == rule)?;
    judged(stage, &[rule])
}

fn none_of_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (rule, place): (RuleId, Place) = (arguments.get(0)?, arguments.get(1)?);
    let state = stage.state(&place)?;
    let expected = format!("there is no finding of {rule} at {}", place.0);
    forbid(stage, &expected, |finding| finding.violation.rule == rule && is_at(finding, state))?;
    judged(stage, &[rule])
}

fn none_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let place: Place = arguments.get(0)?;
    let state = stage.state(&place)?;
    forbid(stage, &format!("there is no finding at {}", place.0), |finding| is_at(finding, state))
}

fn one_of(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let rule: RuleId = arguments.get(0)?;
    demand(stage, &format!("there is a finding of {rule}"), |finding| finding.violation.rule == rule)
}

fn one_of_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (rule, place): (RuleId, Place) = (arguments.get(0)?, arguments.get(1)?);
    let state = stage.state(&place)?;
    let expected = format!("there is a finding of {rule} at {}", place.0);
    demand(stage, &expected, |finding| finding.violation.rule == rule && is_at(finding, state))
}

fn one_severe(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (severity, rule): (Severity, RuleId) = (arguments.get(0)?, arguments.get(1)?);
    demand(stage, &format!("there is a {severity} finding of {rule}"), |finding| {
        (finding.violation.rule, finding.violation.severity) == (rule, severity)
    })
}

fn one_severe_at(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (severity, rule): (Severity, RuleId) = (arguments.get(0)?, arguments.get(1)?);
    let place: Place = arguments.get(2)?;
    let state = stage.state(&place)?;
    demand(stage, &format!("there is a {severity} finding of {rule} at {}", place.0), |finding| {
        (finding.violation.rule, finding.violation.severity) == (rule, severity) && is_at(finding, state)
    })
}

fn visible(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    let results = stage.results()?;
    if !fails_anywhere(&results) {
        let wrong = Wrong::new("nothing fails in any run, so there is no failure that could be seen");
        return Err(wrong.help("say before what goes wrong: `When STATE is throttled every time`").into());
    }
    forbid(stage, "every failure is visible", |finding| HIDING.contains(&finding.violation.rule))?;
    judged(stage, &HIDING)
}
