//! Journeys of `bdd`: what is selected, what is said of features that are wrong, what comes out, and how it ends.

use rstest::rstest;
use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::{Ended, run};
use tempfile::TempDir;

/// A call that is retried twice.
const CALL: &str = r#"{ "StartAt": "Charge", "States": { "Charge": { "Type": "Task", "End": true,
    "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "charge" },
    "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2 }] } } }"#;

/// Two scenarios that pass.
const SOUND: &str = r#"@payments
Feature: Payments
  Background:
    Given the state machine "call.asl.json"

  @quick
  Scenario: nothing goes wrong
    Then the execution succeeds

  Scenario Outline: throttled <n> times
    When Charge is throttled <n> times
    Then Charge is attempted <attempts> times

    @few
    Examples:
      | n | attempts |
      | 1 | 2        |
      # Rows may have comments between them.
      | 2 | 3        |
"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder for the test");
    for (name, text) in [("call.asl.json", CALL)].iter().chain(files) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of the test");
        std::fs::write(path, text).expect("a file of the test");
    }
    folder
}

/// Runs one feature.
fn bdd(text: &str, arguments: &[&str]) -> Ended {
    let folder = folder(&[("a.feature", text)]);
    run(folder.path(), &[&["bdd"], arguments].concat())
}

/// The names of the scenarios that ran.
fn ran(ended: &Ended) -> Vec<&str> {
    ended.out.lines().filter_map(|line| line.strip_prefix("  ok     ")).collect()
}

#[rstest]
#[case::everything(&[], &["nothing goes wrong", "throttled 1 times", "throttled 2 times"])]
#[case::a_tag_of_the_feature(&["--tags", "@payments"], &["nothing goes wrong", "throttled 1 times", "throttled 2 times"])]
#[case::a_tag(&["--tags", "@quick"], &["nothing goes wrong"])]
#[case::without_the_at(&["--tags", "not quick"], &["throttled 1 times", "throttled 2 times"])]
#[case::a_tag_of_examples(&["--tags", "@payments and @few"], &["throttled 1 times", "throttled 2 times"])]
#[case::a_name(&["--name", "2 times"], &["throttled 2 times"])]
#[case::a_regular_expression(&["--name", "^no|1"], &["nothing goes wrong", "throttled 1 times"])]
#[case::both(&["--name", "no", "--tags", "@few"], &[])]
#[case::a_line(&["a.feature:7"], &["nothing goes wrong"])]
#[case::a_line_of_a_step(&["a.feature:8"], &["nothing goes wrong"])]
#[case::the_line_of_its_tags(&["a.feature:6"], &["nothing goes wrong"])]
#[case::an_outline(&["a.feature:10"], &["throttled 1 times", "throttled 2 times"])]
#[case::a_row(&["a.feature:19"], &["throttled 2 times"])]
#[case::two_lines(&["a.feature:7:17"], &["nothing goes wrong", "throttled 1 times"])]
#[case::the_background(&["a.feature:4"], &["nothing goes wrong", "throttled 1 times", "throttled 2 times"])]
fn scenarios_are_selected(#[case] arguments: &[&str], #[case] names: &[&str]) {
    let ended = bdd(SOUND, arguments);
    assert_eq!(ran(&ended), names, "{}{}", ended.out, ended.err);
    let code = if names.is_empty() { ExitCode::NothingSelected } else { ExitCode::Clean };
    assert_eq!(ended.code, code);
}

#[test]
fn the_summary_counts() {
    let ended = bdd(SOUND, &[]);
    let last: Vec<&str> = ended.out.lines().rev().take(2).collect();
    assert_eq!(last[1], "3 scenarios: 3 passed");
    assert!(last[0].starts_with("3 executions, ") && last[0].ends_with(" of virtual time"), "{}", last[0]);
}

#[test]
fn folders_are_searched_in_the_order_of_names() {
    let scenario = |name: &str| {
        format!(
            "Feature: {name}\n  Scenario: {name}\n    Given the state machine \"../call.asl.json\"\n    Then the execution succeeds"
        )
    };
    let folder = folder(&[
        ("features/b.feature", &scenario("b")),
        ("features/a.feature", &scenario("a")),
        ("features/.hidden/c.feature", &scenario("c")),
        ("features/notes.txt", "no feature"),
        ("more/d.feature", &scenario("d")),
    ]);
    let ended = run(folder.path(), &["bdd"]);
    assert_eq!(ran(&ended), ["a", "b"], "{}{}", ended.out, ended.err);
    let ended = run(folder.path(), &["bdd", "more", "features/b.feature", "features"]);
    assert_eq!(ran(&ended), ["d", "b", "a"]);
}

#[rstest]
#[case::tags(&["--tags", "@a @b"], "`and` or `or` is missing before `@b`")]
#[case::name(&["--name", "("], "unclosed group")]
#[case::format(&["--format", "junitt"], "it is one of pretty, junit, json, with =FILE to write a file; did you mean `junit`?")]
#[case::two_formats(&["--format", "junit", "--format", "json"], "the formats junit and json go to the same place; write `--format json=FILE`")]
#[case::one_file(&["--format", "junit=x", "--format", "json=x"], "two formats go to x")]
#[case::backend(&["--backend", "simulater"], "there is no backend `simulater`; did you mean `simulator`?")]
fn wrong_options_are_explained(#[case] arguments: &[&str], #[case] message: &str) {
    let ended = bdd(SOUND, arguments);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.err.contains(message), "{}", ended.err);
}

#[test]
fn a_file_that_does_not_exist_keeps_no_other_from_running() {
    let ended = bdd(SOUND, &["a.featur", "a.feature"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert_eq!(ran(&ended).len(), 3);
    let error = "error: a.featur: there is no such file or folder; did you mean `a.feature`?\n";
    assert!(ended.out.contains(error), "{}", ended.out);
}

/// A feature with these lines as its only scenario, from line 4 on.
fn with(steps: &str) -> String {
    format!("Feature: f\n  Scenario: s\n    Given the state machine \"call.asl.json\"\n{steps}\n")
}

#[rstest]
#[case::an_empty_file("", "1:1: the file has no feature; begin it with `Feature: NAME`")]
#[case::only_a_comment("# later\n", "1:1: the file has no feature; begin it with `Feature: NAME`")]
#[case::no_heading(
    "  Scenario: s\n    Then the execution succeeds",
    "1:3: `Scenario` stands before `Feature:`; write `Feature: NAME` above it"
)]
#[case::a_misspelt_heading(
    "Featur: f\n",
    "1:1: a feature file begins with `Feature:`; did you mean `Feature:`?"
)]
#[case::no_scenario(
    "Feature: f\n  about it\n",
    "1:1: the feature has no scenario; write `Scenario: NAME` and its steps"
)]
#[case::two_features(
    "Feature: f\nScenario: s\nThen the execution succeeds\nFeature: g",
    "4:1: a file has one feature; put the second one into a file of its own, or make it a `Rule:`"
)]
#[case::a_misspelt_scenario(
    "Feature: f\n  Scenaro: s\n",
    "2:3: `Scenaro:` is no keyword; did you mean `Scenario:`?"
)]
#[case::a_step_above_all_scenarios(
    "Feature: f\n  Given the state machine \"x\"\n",
    "2:3: a step stands in a scenario; write `Scenario: NAME` above it"
)]
#[case::an_unknown_language(
    "# language: dee\nFeature: f\n",
    "1:1: Gherkin has no keywords in the language `dee`; did you mean `de`?"
)]
#[case::stray_tags(
    "Feature: f\n  Scenario: s\n  @slow\n    Then the execution succeeds",
    "3:3: the tags belong to nothing; tags stand above a feature, a rule, a scenario or examples"
)]
#[case::no_tag(
    "@a b\nFeature: f\n  Scenario: s\n    Then the execution succeeds",
    "1:1: `b` is no tag; a tag begins with `@`"
)]
#[case::a_background_that_comes_late(
    "Feature: f\n  Scenario: s\n    Then the execution succeeds\n  Background:\n",
    "4:3: the background does not stand here; write it above the first scenario"
)]
#[case::examples_of_nothing(
    "Feature: f\n  Examples:\n    | a |\n  Scenario: s\n    Then the execution succeeds",
    "2:3: `Examples:` belongs to no scenario; write it below a `Scenario Outline:`"
)]
#[case::a_misspelt_first_step(
    "Feature: f\n  Scenario: s\n    Gven the state machine \"x\"\n    Then the execution succeeds",
    "3:5: `Gven` is no keyword; did you mean `Given`?"
)]
#[case::a_misspelt_step(&with("    Thn the execution succeeds"), "4:5: `Thn` is no keyword; did you mean `Then`?")]
#[case::a_step_without_keyword(&with("    the execution succeeds"), "4:5: `the` is no keyword; begin the step with Given, When, Then, And or But")]
#[case::a_row_too_long(&with("    Given the input:\n      | a | b |\n      | 1 | 2 | 3 |"), "6:7: the row has 3 cells, the first row has 2; a bar within a cell is written `\\|`")]
#[case::a_row_too_short(&with("    Given the input:\n      | a | b |\n      | 1 |"), "6:7: the row has 1 cell, the first row has 2")]
#[case::a_row_without_an_end(&with("    Given the input:\n      | a | b"), "5:7: the row does not end with `|`")]
#[case::a_table_of_nothing(
    "Feature: f\n  Scenario: s\n    | a |\n",
    "3:5: the table belongs to no step; write it below its step"
)]
#[case::an_unclosed_text(&with("    Given the input:\n      \"\"\"\n      {}"), "5:7: the text that \"\"\" begins is never closed; end it with a line of \"\"\"")]
#[case::a_text_on_one_line(&with("    Given the input:\n      \"\"\"{}\"\"\"\n      \"\"\""), "5:7: the text begins on the line below the \"\"\"; only the kind of text may follow, as in \"\"\"json")]
#[case::a_text_of_nothing(
    "Feature: f\n  \"\"\"\n  \"\"\"\n  Scenario: s\n    Then the execution succeeds",
    "2:3: the text belongs to no step; write it below its step"
)]
#[case::an_outline_without_examples(
    "Feature: f\n  Scenario Outline: s\n    Then the execution succeeds",
    "2:3: the outline has no examples, so it proves nothing; write `Examples:` and a table below its steps"
)]
#[case::examples_without_a_table(
    "Feature: f\n  Scenario Outline: s\n    Then the execution succeeds\n    Examples:\n",
    "4:5: the examples have no table; write a heading and a row for each scenario: | column |"
)]
#[case::examples_without_rows(
    "Feature: f\n  Scenario Outline: s\n    Then the execution succeeds\n    Examples:\n      | n |\n",
    "4:5: the examples have no rows, so they prove nothing; write a row for each scenario below the heading"
)]
#[case::a_placeholder_without_column(
    "Feature: f\n  Scenario Outline: s\n    When Charge is throttled <tims> times\n    Examples:\n      | times |\n      | 1 |\n",
    "3:5: the examples have no column `tims`; did you mean `<times>`?"
)]
#[case::a_row_of_examples_that_is_too_short(
    "Feature: f\n  Scenario Outline: <b>\n    When Charge is throttled <b> times\n    Examples:\n      | a | b |\n      | 1 |\n",
    "6:7: the row has 1 cell, the first row has 2"
)]
#[case::a_step_below_examples(
    "Feature: f\n  Scenario Outline: s\n    Then the execution succeeds\n    Examples:\n      | n |\n      | 1 |\n    Then the execution succeeds",
    "7:5: a step cannot follow the examples; write it above them, or begin a `Scenario:`"
)]
fn a_feature_that_cannot_be_read_is_explained(#[case] text: &str, #[case] message: &str) {
    let ended = bdd(text, &[]);
    let errors: Vec<&str> = ended.out.lines().filter(|line| line.starts_with("error:")).collect();
    assert_eq!(errors.first(), Some(&&*format!("error: a.feature:{message}")), "{}{}", ended.out, ended.err);
    assert_eq!(ended.code, ExitCode::Usage);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let folder = folder(&[]);
    std::fs::write(folder.path().join("a.feature"), b"Feature: f\n  Scenario: \xff\n")
        .expect("a file of the test");
    let ended = run(folder.path(), &["bdd"]);
    let error = "error: a.feature:2:13: the file is no text in UTF-8; save the file in UTF-8\n";
    assert!(ended.out.starts_with(error), "{}", ended.out);
}

#[test]
fn every_problem_of_every_file_is_told_and_good_files_still_run() {
    let folder = folder(&[
        ("a.feature", "Feature: f\n  Scenaro: s\n    Given x\n  Scenario: t\n    Thn y\n    | a |\n"),
        ("b.feature", SOUND),
        ("c.feature", ""),
    ]);
    let ended = run(folder.path(), &["bdd"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert_eq!(ran(&ended).len(), 3, "{}", ended.out);
    let files: Vec<&str> =
        ended.out.lines().filter_map(|line| line.strip_prefix("error: ")?.split(": ").next()).collect();
    assert_eq!(files, ["a.feature:2:3", "a.feature:3:5", "a.feature:6:5", "c.feature:1:1"], "{}", ended.out);
}

#[rstest]
#[case::byte_order_mark(&format!("\u{feff}{SOUND}"))]
#[case::carriage_returns(&SOUND.replace('\n', "\r\n"))]
#[case::no_final_line_break(SOUND.trim_end())]
#[case::tabs(&SOUND.replace("  ", "\t"))]
fn odd_files_are_read(#[case] text: &str) {
    let ended = bdd(text, &[]);
    assert_eq!((ended.code, ran(&ended).len()), (ExitCode::Clean, 3), "{}{}", ended.out, ended.err);
}

#[test]
fn a_feature_may_speak_another_language() {
    let text = "# language: de\nFunktionalität: Zahlung\n  Grundlage:\n    Angenommen the state machine \"call.asl.json\"\n  \
                Szenario: gedrosselt\n    Wenn Charge is throttled once\n    Dann Charge is attempted twice\n    Und the execution succeeds\n";
    let ended = bdd(text, &[]);
    assert_eq!((ended.code, ran(&ended)), (ExitCode::Clean, vec!["gedrosselt"]), "{}", ended.out);
}

#[test]
fn texts_have_media_types_and_lose_their_indentation() {
    let text = with(
        "    And the input:\n      \"\"\"json\n        { \"a\": \"# no comment\" }\n      \"\"\"\n    Then the execution succeeds",
    );
    assert_eq!(bdd(&text, &[]).code, ExitCode::Clean, "{}", bdd(&text, &[]).out);
}

/// What is told of the only scenario of a feature.
#[rstest]
#[case::undefined(
    "    Then the executon succeeds",
    "a.feature:4: Then the executon succeeds\n         undefined  no sentence of the vocabulary is like this\n         near       the execution succeeds\n"
)]
#[case::an_unknown_state(
    "    When Chargee is throttled\n    Then the execution succeeds",
    "a.feature:4: When Chargee is throttled\n         cannot     there is no state `Chargee`; did you mean `Charge`?\n"
)]
#[case::nothing_asked(
    "    When Charge is throttled",
    "a.feature:2\n         cannot     the scenario asks for nothing, so it proves nothing; give it a Then\n"
)]
#[case::a_text_too_many(
    "    Then the execution succeeds\n    \"\"\"\n    x\n    \"\"\"",
    "a.feature:4: Then the execution succeeds\n         cannot     this step takes no text; remove what stands between the \"\"\"\n"
)]
#[case::a_table_too_many(
    "    Then the execution succeeds\n    | x |",
    "a.feature:4: Then the execution succeeds\n         cannot     this step takes no table; remove its rows\n"
)]
#[case::a_text_is_missing(
    "    And the input:\n    Then the execution succeeds",
    "a.feature:4: And the input:\n         cannot     this step needs a text; write it on the next lines, between two lines of \"\"\"\n"
)]
#[case::a_fault_that_strikes_nowhere(
    "    When Charge is throttled on visit 7\n    Then the execution succeeds",
    "a.feature:5: Then the execution succeeds\n         cannot     the fault"
)]
fn a_step_that_means_nothing_is_explained(#[case] steps: &str, #[case] told: &str) {
    let ended = bdd(&with(steps), &[]);
    assert!(ended.out.contains(&format!("         {told}")), "{told}\nis missing in\n{}", ended.out);
    assert_eq!(ended.code, ExitCode::Usage);
}

#[test]
fn lines_that_are_no_steps_are_told_of_all_scenarios_before_anything_runs() {
    let text = with(
        "    Then the executon succeeds\n    And Charge was atempted twice\n  Scenario: t\n    Then the execution succeds",
    );
    let ended = bdd(&text, &[]);
    assert_eq!(ended.out.matches("undefined").count(), 3, "{}", ended.out);
    assert!(ended.out.contains("near       Charge is attempted twice"), "{}", ended.out);
    assert!(ended.out.contains("\n0 executions, "), "{}", ended.out);
}

#[test]
fn an_empty_scenario_fails() {
    let ended = bdd("Feature: f\n  Scenario: s\n", &[]);
    assert!(
        ended.out.contains("the scenario has no steps, so it proves nothing; give it a Then"),
        "{}",
        ended.out
    );
    assert_eq!(ended.code, ExitCode::Usage);
}

#[test]
fn an_expectation_that_does_not_hold_is_told_with_its_witness_and_how_to_see_it_again() {
    let ended =
        bdd(&with("    When Charge is throttled 3 times\n    Then the execution succeeds"), &["--seed", "5"]);
    assert_eq!(ended.code, ExitCode::Finding);
    for part in [
        "  FAIL   s\n         a.feature:5: Then the execution succeeds\n",
        "\n         expected   the execution succeeds\n",
        "\n         happened   it ends as FAILED with Lambda.TooManyRequestsException",
        "\n         faults     Charge:throttling*3\n",
        "\n         again      sfn-chaos bdd --seed 5 a.feature:2\n",
        "\n1 scenario: 1 failed\n",
    ] {
        assert!(ended.out.contains(part), "{part}\nis missing in\n{}", ended.out);
    }
}

#[test]
fn fail_fast_leaves_out_the_same_scenarios_however_many_run_at_once() {
    let wanted = |n| if n == 5 || n == 7 { "Charge is attempted 9 times" } else { "the execution succeeds" };
    let scenarios = (0..12).map(|n| format!("  Scenario: number {n}\n    Then {}\n", wanted(n)));
    let background = "Feature: f\n  Background:\n    Given the state machine \"call.asl.json\"\n";
    let text = background.to_owned() + &scenarios.collect::<String>();
    let one = bdd(&text, &["--fail-fast", "--concurrency", "1"]);
    let many = bdd(&text, &["--fail-fast", "--concurrency", "8"]);
    assert_eq!(one.out, many.out);
    assert!(
        one.out.contains("12 scenarios: 5 passed, 1 failed, 6 left out after the first failure"),
        "{}",
        one.out
    );
    assert_eq!((one.code, many.code), (ExitCode::Finding, ExitCode::Finding));
}

#[test]
fn what_comes_out_does_not_depend_on_how_many_run_at_once() {
    let failing = SOUND.replace("| 2 | 3        |", "| 2 | 4        |");
    for format in ["pretty", "json"] {
        let one = bdd(&failing, &["--format", format, "--concurrency", "1"]);
        let many = bdd(&failing, &["--format", format, "--concurrency", "16"]);
        assert_eq!(one.out, many.out);
        assert_eq!(one.code, ExitCode::Finding);
    }
}

#[rstest]
#[case::for_another_backend("@backend:offline-test-state", &["--backend", "simulator"], "its tags say that it is for offline-test-state, not for simulator")]
fn a_scenario_for_another_backend_is_skipped_visibly(
    #[case] tag: &str,
    #[case] arguments: &[&str],
    #[case] why: &str,
) {
    let text = with("    Then the execution succeeds").replace("  Scenario", &format!("  {tag}\n  Scenario"));
    let ended = bdd(&text, arguments);
    assert!(ended.out.contains(&format!("  skip   s: {why}\n")), "{}", ended.out);
    assert!(ended.out.contains("1 scenario: 1 skipped"), "{}", ended.out);
    assert_eq!(ended.code, ExitCode::NothingSelected);
}

#[test]
fn a_backend_that_does_not_exist_is_refused() {
    let text =
        with("    Then the execution succeeds").replace("  Scenario", "  @backend:simulater\n  Scenario");
    let ended = bdd(&text, &[]);
    assert!(
        ended.out.contains("there is no backend `simulater`; did you mean `simulator`?"),
        "{}",
        ended.out
    );
    assert_eq!(ended.code, ExitCode::Usage);
}

#[test]
fn several_formats_come_out_of_one_run() {
    let failing = format!(
        "{}\n  Scenario: typo\n    Then the executon succeeds\n",
        SOUND.replace("| 2 | 3 ", "| 2 | 4 ")
    );
    let folder = folder(&[("a.feature", &failing), ("b.feature", "")]);
    let arguments = ["bdd", "--format", "junit=out/report.xml", "--format", "json:report.json"];
    let ended = run(folder.path(), &arguments);
    assert_eq!(ran(&ended).len(), 2, "{}", ended.out);
    let xml = std::fs::read_to_string(folder.path().join("out/report.xml")).expect("a report");
    for part in [
        r#"<testsuites name="features" tests="5" skipped="0" failures="1" errors="2""#,
        r#"<testsuite name="Payments" tests="4""#,
        r#"<testcase name="throttled 2 times" classname="Payments""#,
        r#"file="a.feature" line="19""#,
        r#"message="expected: Charge is attempted 4 times; happened: it is attempted 3 times" type="expectation""#,
        "again      sfn-chaos bdd a.feature:19",
        "there is no such step; the nearest is `the execution succeeds`",
        r#"type="unreadable""#,
    ] {
        assert!(xml.contains(part), "{part}\nis missing in\n{xml}");
    }
    let json = std::fs::read_to_string(folder.path().join("report.json")).expect("a report");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let elements = json[0]["elements"].as_array().expect("elements");
    let statuses: Vec<Vec<&str>> = elements
        .iter()
        .map(|element| element["steps"].as_array().expect("steps"))
        .map(|steps| steps.iter().filter_map(|step| step["result"]["status"].as_str()).collect())
        .collect();
    assert_eq!(
        statuses,
        [
            vec!["passed", "passed"],
            vec!["passed", "passed", "passed"],
            vec!["passed", "passed", "failed"],
            vec!["skipped", "undefined"]
        ]
    );
    let failed = &elements[2]["steps"][2]["sfn_chaos"];
    assert_eq!(failed["expected"], "Charge is attempted 4 times");
    assert_eq!(failed["witness"]["faults"], "Charge:throttling*2");
    assert_eq!(elements[2]["sfn_chaos"]["again"], "sfn-chaos bdd a.feature:19");
    assert_eq!(json[1]["elements"][0]["before"][0]["result"]["status"], "failed");
}
