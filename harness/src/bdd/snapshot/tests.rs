//! Snapshots: proposed, written, compared, each once.

use crate::bdd::Snapshots;
use crate::bdd::trial::Trial;

const CHARGE: &str = r#"{ "StartAt": "Charge", "States": { "Charge": { "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "charge" }, "End": true } } }"#;

const STEPS: &str = "When Charge is throttled\nThen the diagnosis matches snapshot \"throttled\"";

#[test]
fn a_snapshot_is_proposed_then_written_then_compared() {
    let trial = Trial::of(CHARGE);
    let file = trial.path().join("snapshots/trial__throttled.snap");
    let pending = trial.path().join("snapshots/trial__throttled.snap.new");
    let trial = trial.with_snapshots(Snapshots::Compare);
    assert!(trial.play(STEPS).unwrap_err().contains("there is no snapshot"));
    assert!(!pending.exists());
    let trial = trial.with_snapshots(Snapshots::Propose);
    assert!(trial.play(STEPS).unwrap_err().contains("there is no such snapshot yet"));
    assert!(pending.exists() && !file.exists());
    let trial = trial.with_snapshots(Snapshots::Update);
    assert_eq!(trial.play(STEPS), Ok(()));
    assert!(file.exists() && !pending.exists());
    let trial = trial.with_snapshots(Snapshots::Compare);
    assert_eq!(trial.play(STEPS), Ok(()));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&trial.path().display().to_string()), "{text}");
    std::fs::write(&file, text.replace("Charge", "Refund")).unwrap();
    assert!(trial.play(STEPS).unwrap_err().contains("but it differs"));
}

#[test]
fn a_snapshot_is_of_one_thing() {
    let trial = Trial::of(CHARGE).with_snapshots(Snapshots::Update);
    let steps = format!("{STEPS}\nThen the history matches snapshot \"throttled\"");
    assert!(trial.play(&steps).unwrap_err().contains("stands for something else"));
}

#[test]
fn histories_and_policies_have_snapshots_too() {
    let trial = Trial::of(CHARGE).with_snapshots(Snapshots::Update);
    let steps = "When Charge is throttled\nThen the history matches snapshot \"events\"\n\
                 Then the minimal policy matches snapshot \"policy\"";
    assert_eq!(trial.play(steps), Ok(()));
    let text = |name: &str| std::fs::read_to_string(trial.path().join("snapshots").join(name)).unwrap();
    assert!(text("trial__events.snap").contains("Lambda.TooManyRequestsException"));
    assert!(text("trial__policy.snap").contains("\"lambda:InvokeFunction\""));
}

#[test]
fn the_diagnosis_says_and_proposes() {
    let trial = Trial::of(CHARGE);
    let play = |step: &str| trial.play(&format!("When Charge is throttled\nThen {step}"));
    assert_eq!(play("the diagnosis says \"not retried\""), Ok(()));
    assert_eq!(play("the diagnosis proposes \"Lambda.TooManyRequestsException\""), Ok(()));
    assert!(play("the diagnosis says \"a full moon\"").unwrap_err().contains("it does not"));
}
