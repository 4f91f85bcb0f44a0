//! Parity on the command line: what is printed, and how it ends.

use std::path::Path;

use rstest::rstest;
use sfn_chaos_tests::program::{Ended, run};
use sfn_chaos_tests::scenario;
use tempfile::TempDir;

const ORDER: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]}}}"#;

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("order.asl.json"), ORDER).expect("a file");
    folder
}

fn parity(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["parity"], arguments].concat())
}

#[test]
fn our_own_test_state_agrees_with_the_simulator() {
    let folder = folder();
    let ended = parity(folder.path(), &["order.asl.json", "--backend", "offline-test-state", "--cases", "5"]);
    assert_eq!(ended.code.code(), 0, "{}{}", ended.out, ended.err);
    let first = ended.out.lines().next().expect("a line for the machine");
    assert!(
        first.starts_with("order (") && first.contains(": 5 of ") && first.contains(" 1 state asked"),
        "{first}"
    );
    assert!(
        ended.out.ends_with("agree with offline-test-state in everything; 0 disagreements\n"),
        "{}",
        ended.out
    );
}

#[test]
fn the_report_for_programs_has_a_version_and_is_the_same_each_time() {
    let folder = scenario::library().join("order-payment");
    let told = || {
        let ended = parity(
            &folder,
            &["repaired.asl.json", "--backend", "offline-test-state", "--format", "json", "--cases", "9"],
        );
        assert_eq!(ended.code.code(), 0, "{}", ended.err);
        ended.out
    };
    let report: serde_json::Value = serde_json::from_str(&told()).expect("JSON");
    assert_eq!(report["version"], 1);
    assert_eq!(report["machines"][0]["agreeing"], report["machines"][0]["requests"]);
    assert_eq!(told(), told());
}

#[rstest]
#[case::who_would_answer(&["order.asl.json", "--backend", "simulator"], 2, "parity compares the simulator with")]
#[case::a_plan_that_fits_nothing(
    &["order.asl.json", "--backend", "offline-test-state", "--faults", "Chrge:throttling"], 2, "Charge"
)]
#[case::nothing_there(&["empty", "--backend", "offline-test-state"], 5, "no")]
#[case::no_case(&["order.asl.json", "--backend", "offline-test-state", "--cases", "0"], 3, "")]
fn what_cannot_be_compared(#[case] arguments: &[&str], #[case] code: u8, #[case] says: &str) {
    let folder = folder();
    std::fs::create_dir(folder.path().join("empty")).expect("a folder");
    let ended = parity(folder.path(), arguments);
    assert_eq!(ended.code.code(), code, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains(says), "{}", ended.err);
}

#[cfg(not(feature = "aws"))]
#[test]
fn a_build_without_aws_says_how_to_get_one() {
    let folder = folder();
    let ended = parity(folder.path(), &["order.asl.json"]);
    assert_eq!(ended.code.code(), 2);
    assert!(ended.err.contains("--features aws"), "{}", ended.err);
}
