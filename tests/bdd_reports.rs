//! What reports of `bdd` hold of failures, for the programs that read them.

use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::run;
use tempfile::TempDir;

/// A call whose failures end the execution.
const CALL: &str = r#"{ "StartAt": "Charge", "States": { "Charge": { "Type": "Task", "End": true,
    "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "charge" } } } }"#;

/// A call whose failures nobody sees.
const HIDDEN: &str = r#"{ "StartAt": "Charge", "States": { "Done": { "Type": "Pass", "End": true },
    "Charge": { "Type": "Task", "Next": "Done", "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
    "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "charge" },
    "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2 }] } } }"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder for the test");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file of the test");
    }
    folder
}

#[test]
fn reports_say_what_is_found_and_which_run_shows_it() {
    let text = r#"Feature: f
  Scenario: found
    Given the state machine "hidden.asl.json"
    When Charge is throttled every time
    Then there are no findings
  Scenario: declined
    Given the state machine "call.asl.json"
    When Charge fails with Declined because "no money" every time
    Then the execution succeeds
  @backend:offline-test-state
  Scenario: elsewhere
    Given the state machine "call.asl.json"
    Then the execution succeeds
"#;
    let folder = folder(&[("a.feature", text), ("call.asl.json", CALL), ("hidden.asl.json", HIDDEN)]);
    let reports = ["--format", "junit=r.xml", "--format", "json=r.json", "--backend", "simulator"];
    let ended = run(folder.path(), &[&["bdd"], &reports[..]].concat());
    assert_eq!(ended.code, ExitCode::Finding, "{}{}", ended.out, ended.err);
    let read = |name| std::fs::read_to_string(folder.path().join(name)).expect("a report");
    let (xml, json) = (read("r.xml"), read("r.json"));
    for part in [
        r#"<testsuite name="f" tests="3" skipped="1" errors="0" failures="2""#,
        r#"<failure message="expected: there are no findings; happened: there is one" type="expectation">"#,
        "HIGH Charge failure-swallowed: ",
        "with Charge:throttling*forever\n",
        "it ends as FAILED with Declined: {&quot;errorMessage&quot;:&quot;no money&quot;,",
        r#"<skipped message="its tags say that it is for offline-test-state, not for simulator""#,
    ] {
        assert!(xml.contains(part), "{part}\nis missing in\n{xml}");
    }
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let failed = |scenario: usize| &json[0]["elements"][scenario]["steps"][2]["sfn_chaos"];
    let found = &failed(0)["findings"][0];
    let members = ["rule", "severity", "state", "faults", "runs"].map(|name| found[name].to_string());
    let expected =
        [r#""failure-swallowed""#, r#""high""#, r#""Charge""#, r#""Charge:throttling*forever""#, "1"];
    assert_eq!(members, expected);
    assert_eq!(failed(1)["findings"], serde_json::json!([]));
    assert_eq!(failed(1)["witness"]["faults"], "Charge:error(Declined)*forever");
    assert_eq!(json[0]["elements"][2]["before"][0]["result"]["status"], "skipped");
}

/// GitLab takes test cases with the same class and name for one.
#[test]
fn every_test_case_of_a_junit_report_has_a_name_of_its_own() {
    let scenario =
        "  Scenario: s\n    Given the state machine \"call.asl.json\"\n    Then the execution succeeds\n";
    let (two, other) = (format!("Feature: f\n{scenario}{scenario}"), format!("Feature: g\n{scenario}"));
    let files = [("a.feature", &*two), ("b.feature", &two), ("c.feature", &other), ("call.asl.json", CALL)];
    let folder = folder(&files);
    let ended = run(folder.path(), &["bdd", "--format", "junit"]);
    let cases = ended.out.lines().filter_map(|line| line.trim().strip_prefix("<testcase "));
    let names: Vec<&str> = cases.filter_map(|case| case.split(" time=").next()).collect();
    let expected = [
        r#"name="s (line 2)" classname="f (a.feature)""#,
        r#"name="s (line 5)" classname="f (a.feature)""#,
        r#"name="s (line 2)" classname="f (b.feature)""#,
        r#"name="s (line 5)" classname="f (b.feature)""#,
        r#"name="s" classname="g""#,
    ];
    assert_eq!((names.as_slice(), ended.code), (expected.as_slice(), ExitCode::Clean), "{}", ended.out);
}
