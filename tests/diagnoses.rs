//! The wording of diagnoses: one snapshot for each rule, the first finding of the scenario library that shows it.

use std::sync::Arc;

use rstest::rstest;
use sfn_chaos::campaign::{Campaign, MachineOutcome};
use sfn_chaos::oracle::{RuleId, Severity};
use sfn_chaos::report::{Colour, Console, Detail, Replay, Values};
use sfn_chaos_tests::scenario::{self, Version};

#[rstest]
#[case(RuleId::TransientNotRetried)]
#[case(RuleId::PermanentErrorRetried)]
#[case(RuleId::ErrorNameNeverMatches)]
#[case(RuleId::RetryBudget)]
#[case(RuleId::FailureUncaught)]
#[case(RuleId::CatchShadowed)]
#[case(RuleId::HandlerLosesInput)]
#[case(RuleId::HandlerFails)]
#[case(RuleId::FailureSwallowed)]
#[case(RuleId::FailureOnlyRecorded)]
#[case(RuleId::PartialSuccessIgnored)]
#[case(RuleId::CallbackUnbounded)]
#[case(RuleId::TaskUnbounded)]
#[case(RuleId::PollingUnbounded)]
#[case(RuleId::AnswerUnhandled)]
#[case(RuleId::ExecutionUnbounded)]
#[case(RuleId::HistoryLimit)]
#[case(RuleId::EffectRepeated)]
#[case(RuleId::RecordLeftBehind)]
#[case(RuleId::PayloadExceedsLimit)]
#[case(RuleId::EffectLostOnTimeout)]
#[case(RuleId::CompensationIncomplete)]
#[case(RuleId::ItemFailureDiscardsSiblings)]
#[case(RuleId::PermissionMissing)]
#[case(RuleId::PermissionRetried)]
#[case(RuleId::PermissionDenialHidden)]
#[case(RuleId::MissingPath)]
#[case(RuleId::ChoiceUnmatched)]
#[case(RuleId::Intent)]
fn a_diagnosis_says_what_breaks_why_and_what_to_change(#[case] rule: RuleId) {
    let text = first_finding(rule).unwrap_or_else(|| panic!("the scenario library shows no {rule}"));
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(rule.name(), text);
    });
}

/// The first finding of a rule, as the console tells it: the folders by name, the most severe first.
fn first_finding(rule: RuleId) -> Option<String> {
    let shows =
        |folder: &String| scenario::expected(folder).flawed.iter().any(|finding| finding.rule == rule);
    let folder = scenario::names().into_iter().find(shows)?;
    let outcome = outcome_of(&folder);
    let library = scenario::library().display().to_string();
    let mut all = outcome.findings.iter().chain(&outcome.warnings);
    let mut finding = all.find(|finding| finding.violation.rule == rule)?.clone();
    // Before lines are broken: the folder of the checkout may be longer or shorter.
    finding.violation.why = finding.violation.why.replace(&library, "scenarios");
    let console = Console {
        program: "cargo xtask".to_owned(),
        values: Values::Shown,
        detail: Detail::Everything,
        colour: Colour::Plain,
        fail_on: Severity::Medium,
        replay: Replay::Search(Vec::new()),
    };
    let mut text = Vec::new();
    console.finding(&outcome, &finding, &mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    Some(text.replace(&library, "scenarios"))
}

fn outcome_of(folder: &str) -> MachineOutcome {
    let examples = scenario::examples(folder, Version::Flawed);
    let machine = Arc::new(scenario::machine(folder, Version::Flawed));
    let declarations = scenario::declarations(folder, Version::Flawed);
    let campaign = Campaign::new(machine).declarations(declarations);
    let campaign = campaign.inputs(examples.inputs).mocks(examples.scripts);
    campaign.permissions(scenario::denied(folder, Version::Flawed), Vec::new()).run()
}
