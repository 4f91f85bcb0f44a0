//! The scenario library: every flaw is found, and the repaired twins are left in peace.

use std::collections::BTreeSet;

use rstest::rstest;
use sfn_chaos::asl::compile;
use sfn_chaos::oracle::RuleId;
use sfn_chaos::sim::{self, Case};
use sfn_chaos_tests::scenario::{self, Version};

#[rstest]
fn a_scenario_loads_without_a_problem(#[values(Version::Flawed, Version::Repaired)] version: Version) {
    for folder in scenario::names() {
        let compiled = compile(&scenario::definition(&folder, version));
        assert_eq!(compiled.problems, [], "{folder}, {version}");
    }
}

#[test]
fn the_library_shows_every_rule() {
    let shown: BTreeSet<RuleId> =
        scenario::names().iter().flat_map(|name| scenario::expected(name).flawed).map(|f| f.rule).collect();
    let missing: Vec<_> = RuleId::ALL.iter().filter(|rule| !shown.contains(rule)).collect();
    assert!(missing.is_empty(), "no scenario shows {missing:?}");
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
