//! The scenario library: every flaw is found, and the repaired twins are left in peace.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use rstest::rstest;
use sfn_chaos::asl::compile;
use sfn_chaos::campaign::{Campaign, Finding, MachineOutcome};
use sfn_chaos::oracle::RuleId;
use sfn_chaos::sim::{self, Case};
use sfn_chaos_tests::scenario::{self, ExpectedFinding, Version};

#[rstest]
#[case::athena_report("athena-report")]
#[case::catalogue_import("catalogue-import")]
#[case::express_events("express-events")]
#[case::fan_out("fan-out")]
#[case::human_approval("human-approval")]
#[case::invoice_once("invoice-once")]
#[case::job_polling("job-polling")]
#[case::lake_refresh("lake-refresh")]
#[case::nightly_pipeline("nightly-pipeline")]
#[case::order_payment("order-payment")]
#[case::parallel_enrichment("parallel-enrichment")]
#[case::support_agent("support-agent")]
#[case::ticket_sale("ticket-sale")]
#[case::trip_saga("trip-saga")]
fn flaws_are_found_and_the_repaired_twin_is_left_in_peace(#[case] folder: &str) {
    let expected = scenario::expected(folder);
    let flawed = outcome_of(folder, Version::Flawed);
    let missing: Vec<_> = expected.flawed.iter().filter(|expected| !shows(&flawed, expected)).collect();
    assert!(missing.is_empty(), "{folder}: not found: {missing:#?}\nfound:\n{}", listed(&flawed));
    let repaired = outcome_of(folder, Version::Repaired);
    repaired.assert_no_finding_above(expected.repaired_severity_at_most);
}

#[test]
fn every_scenario_is_a_case() {
    let cases = [
        "athena-report",
        "catalogue-import",
        "express-events",
        "fan-out",
        "human-approval",
        "invoice-once",
        "job-polling",
        "lake-refresh",
        "nightly-pipeline",
        "order-payment",
        "parallel-enrichment",
        "support-agent",
        "ticket-sale",
        "trip-saga",
    ];
    assert_eq!(scenario::names(), cases, "add the new folder to the cases of this file");
}

#[test]
fn the_library_shows_every_rule() {
    let shown: BTreeSet<RuleId> =
        scenario::names().iter().flat_map(|name| scenario::expected(name).flawed).map(|f| f.rule).collect();
    let missing: Vec<_> = RuleId::ALL.iter().filter(|rule| !shown.contains(rule)).collect();
    assert!(missing.is_empty(), "no scenario shows {missing:?}");
}

#[rstest]
fn a_scenario_loads_without_a_problem(#[values(Version::Flawed, Version::Repaired)] version: Version) {
    for folder in scenario::names() {
        let compiled = compile(&scenario::definition(&folder, version));
        assert_eq!(compiled.problems, [], "{folder}, {version}");
    }
}

#[rstest]
fn the_first_example_of_a_scenario_goes_well(#[values(Version::Flawed, Version::Repaired)] version: Version) {
    for folder in scenario::names() {
        let machine = scenario::machine(&folder, version);
        let examples = scenario::examples(&folder, version);
        let (_, input) = &examples.inputs[0];
        let (_, script) = &examples.scripts[0];
        let history = sim::run(&machine, &Case::new(input.clone()), &mut script.responder());
        assert!(history.outcome.succeeded(), "{folder}, {version}: {:?}", history.outcome);
    }
}

/// What `cargo xtask chaos` finds: all phases, the examples that lie beside the definition.
fn outcome_of(folder: &str, version: Version) -> MachineOutcome {
    let examples = scenario::examples(folder, version);
    let machine = Arc::new(scenario::machine(folder, version));
    let declarations = scenario::declarations(folder, version);
    let campaign = Campaign::new(machine).declarations(declarations);
    let campaign = campaign.inputs(examples.inputs).mocks(examples.scripts);
    campaign.permissions(scenario::denied(folder, version), Vec::new()).run()
}

/// Whether a finding, or advice, is the expected one. One cause can show at several states.
fn shows(outcome: &MachineOutcome, expected: &ExpectedFinding) -> bool {
    let machine = outcome.machine.as_ref().expect("the definition is valid");
    outcome.findings.iter().chain(&outcome.warnings).any(|finding| {
        let violation = &finding.violation;
        let mut states = violation.state.iter().chain(&violation.states);
        let at_state = match &expected.state {
            Some(name) => states.any(|state| *machine.state(*state).name == **name),
            None => violation.state.is_none(),
        };
        violation.rule == expected.rule && violation.severity >= expected.severity_at_least && at_state
    })
}

/// One line for each finding.
fn listed(outcome: &MachineOutcome) -> String {
    let machine = outcome.machine.as_ref().expect("the definition is valid");
    let mut text = String::new();
    let mut line = |kind: &str, finding: &Finding| {
        let violation = &finding.violation;
        let state = violation.state.map_or("the machine", |state| &machine.state(state).path);
        let _ =
            writeln!(text, "  {kind}{} {} {state}: {}", violation.severity, violation.rule, violation.title);
    };
    outcome.findings.iter().for_each(|finding| line("", finding));
    outcome.warnings.iter().for_each(|finding| line("advice: ", finding));
    text
}
