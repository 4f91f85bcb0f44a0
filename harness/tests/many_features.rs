//! The scenarios that are there to be timed: they are alike to none, and all of them pass.

#![cfg(feature = "bdd")]

#[path = "../examples/many_features/scenarios.rs"]
mod scenarios;

use std::process::Command;

/// Twice as many as there are kinds, so that each kind is there with other numbers.
const COUNT: usize = 50;

#[test]
fn every_scenario_that_is_timed_passes() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    scenarios::write(folder.path(), COUNT).expect("the features are written");
    let bdd = Command::new(env!("CARGO_BIN_EXE_sfn-chaos")).arg("bdd").arg(folder.path()).output();
    let bdd = bdd.expect("the program runs");
    let told = String::from_utf8_lossy(&bdd.stdout);
    assert_eq!(bdd.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&bdd.stderr));
    assert!(told.contains(&format!("\n{COUNT} scenarios: {COUNT} passed\n")), "{told}");
}
