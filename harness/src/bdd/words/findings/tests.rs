//! Sentences about findings, told and broken.

use rstest::rstest;

use crate::bdd::trial::Trial;

/// A charge without a retrier, whose every failure is hidden.
const HIDDEN: &str = r#"{ "StartAt": "Charge", "States": {
    "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName": "charge" }, "End": true,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Shipped" }] },
    "Shipped": { "Type": "Succeed" } } }"#;

fn play(steps: &str) -> Result<(), String> {
    Trial::of(HIDDEN).play(&format!("When Charge is throttled\n{steps}"))
}

#[rstest]
#[case::of_a_rule("Then there is a finding of failure-swallowed")]
#[case::at_a_state("Then there is a finding of failure-swallowed at Charge")]
#[case::severe("Then there is a high finding of failure-swallowed")]
#[case::severe_at_a_state("Then there is a high finding of failure-swallowed at Charge")]
#[case::not_of_another_rule("Then there is no finding of effect-repeated")]
#[case::not_there("Then there is no finding of failure-swallowed at Shipped")]
#[case::not_at_a_state("Then there is no finding at Shipped")]
#[case::none_graver("Then there are no findings above high")]
#[case::all(
    "Then the findings are:\n| rule | severity |\n| transient-not-retried | |\n| failure-swallowed | high |"
)]
#[case::all_with_states(
    "Then the findings are:\n| state | rule |\n| Charge | failure-swallowed |\n| Charge | transient-not-retried |"
)]
fn what_is_found(#[case] steps: &str) {
    assert_eq!(play(steps), Ok(()));
}

#[rstest]
#[case::any(
    "Then there are no findings",
    "there are no findings: expected that there are no findings, but there are 2"
)]
#[case::hidden(
    "Then every failure is visible",
    "every failure is visible: expected that every failure is visible, but there is one"
)]
#[case::at_a_state(
    "Then there is no finding at Charge",
    "there is no finding at Charge: expected that there is no finding at Charge, but there are 2"
)]
#[case::milder(
    "Then there is a low finding of failure-swallowed",
    "there is a low finding of failure-swallowed: expected that there is a low finding of failure-swallowed, but \
     what is found are others"
)]
#[case::no_such_state(
    "Then there is no finding at Chargee",
    "there is no finding at Chargee: there is no state `Chargee` in machine.asl.json; did you mean `Charge`?"
)]
#[case::no_such_rule(
    "Then there is no finding of failure-swalowed",
    "there is no finding of failure-swalowed: there is no rule `failure-swalowed`; did you mean `failure-swallowed`?"
)]
#[case::table(
    "Then the findings are:\n| rule |\n| failure-swallowed |\n| effect-repeated |",
    "the findings are:: expected that the findings are those of the table, but there is no finding of \
     effect-repeated; there is a finding that the table does not have"
)]
#[case::table_without_rules(
    "Then the findings are:\n| severity |\n| high |",
    "the findings are:: the table of findings needs the column `rule`; its first row is | rule | severity | state |"
)]
fn what_is_not_as_expected(#[case] steps: &str, #[case] expected: &str) {
    assert_eq!(play(steps), Err(expected.to_owned()));
}

#[test]
fn graver_findings_are_none_that_are_allowed() {
    let told = play("Then there are no findings above note").unwrap_err();
    assert!(told.contains("expected that there are no findings above note, but there"), "{told}");
}

#[test]
fn a_failure_is_needed_before_one_can_be_visible() {
    let told = Trial::of(HIDDEN).play("Then every failure is visible").unwrap_err();
    assert!(told.contains("nothing fails in any run"), "{told}");
}

#[test]
fn a_finding_is_told_with_what_to_change() {
    let (_, failed) = Trial::of(HIDDEN)
        .failed("When Charge is throttled\nThen there is no finding of failure-swallowed")
        .unwrap();
    let crate::bdd::Failed::Unmet(unmet) = failed else { panic!("{failed:?}") };
    assert!(unmet.details[0].starts_with("HIGH Charge failure-swallowed: "), "{:?}", unmet.details);
    assert!(unmet.details.iter().any(|line| line.starts_with("  fix  ")), "{:?}", unmet.details);
}

/// An entry of `chaos.toml` for one rule. A trial takes place on 2026-01-01.
fn accepting(rule: &str, expires: &str) -> String {
    format!(
        "[[accepted]]\nmachine = \"machine\"\nrule = \"{rule}\"\nstate = \"Charge\"\nreason = \"known\"\n\
         expires = \"{expires}\"\n"
    )
}

fn played_with(toml: &str, steps: &str) -> Result<(), String> {
    Trial::of(HIDDEN).file("chaos.toml", toml).play(steps)
}

const BROKEN: &str = "Then there is no finding of failure-swallowed";
const SEARCHED: &str = "When everything that can go wrong goes wrong\n";

#[rstest]
#[case::one_rule(BROKEN)]
#[case::at_the_state("Then there is no finding of failure-swallowed at Charge")]
#[case::a_severity("Then there are no findings above medium")]
#[case::seen("Then every failure is visible")]
#[case::not_in_the_table("Then the findings are:\n| rule |\n| transient-not-retried |")]
#[case::in_the_table("Then the findings are:\n| rule |\n| transient-not-retried |\n| failure-swallowed |")]
#[case::asked_for("Then there is a finding of failure-swallowed")]
fn what_is_accepted_breaks_no_sentence_to_its_last_day(#[case] steps: &str) {
    let steps = format!("When Charge is throttled\n{steps}");
    for expires in ["2026-01-01", "never"] {
        assert_eq!(played_with(&accepting("failure-swallowed", expires), &steps), Ok(()));
    }
}

#[rstest]
#[case::one_rule(BROKEN)]
#[case::a_severity("Then there are no findings above medium")]
#[case::seen("Then every failure is visible")]
#[case::the_table("Then the findings are:\n| rule |\n| transient-not-retried |")]
fn what_has_expired_counts_again(#[case] steps: &str) {
    let steps = format!("When Charge is throttled\n{steps}");
    assert!(played_with(&accepting("failure-swallowed", "2025-12-31"), &steps).is_err());
}

#[rstest]
#[case::in_force("2026-01-01", true)]
#[case::expired("2025-12-31", false)]
fn a_search_leaves_out_what_is_accepted(#[case] expires: &str, #[case] holds: bool) {
    let steps = format!("{SEARCHED}{BROKEN} at Charge");
    assert_eq!(played_with(&accepting("failure-swallowed", expires), &steps).is_ok(), holds);
}

#[test]
fn a_failure_tells_what_is_accepted_beside_it_and_what_was() {
    let toml = format!(
        "{}{}",
        accepting("failure-swallowed", "never"),
        accepting("transient-not-retried", "2025-12-31")
    );
    let trial = Trial::of(HIDDEN).file("chaos.toml", &toml);
    let (_, failed) = trial.failed("When Charge is throttled\nThen there are no findings").unwrap();
    let crate::bdd::Failed::Unmet(unmet) = failed else { panic!("{failed:?}") };
    assert_eq!(unmet.happened, "there is one, beside one that is accepted");
    assert!(unmet.details[0].contains("transient-not-retried"), "{:?}", unmet.details);
    let note = unmet.details.iter().find(|line| line.starts_with("  note")).expect("what was accepted");
    assert!(note.contains("accepted until 2025-12-31, which has passed, so that it counts again"), "{note}");
}

#[test]
fn a_snapshot_is_the_same_on_every_day() {
    let diagnosis = |expires: &str| {
        let trial = Trial::of(HIDDEN).file("chaos.toml", &accepting("failure-swallowed", expires));
        let (mut stage, _) =
            trial.staged("When Charge is throttled\nThen there is a finding of failure-swallowed");
        crate::bdd::snapshot::diagnosis(&stage.results().unwrap())
    };
    assert_eq!(diagnosis("2026-01-01"), diagnosis("2025-12-31"));
}
