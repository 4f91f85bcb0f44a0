//! Scenarios for tests of sentences: steps that are read and carried out as `bdd` does it, without the Cucumber crate.
//!
//! ```text
//! let trial = Trial::of(r#"{"StartAt": …}"#).file("order.json", r#"{"total": 42}"#);
//! assert_eq!(trial.play("Given the input \"order.json\"\nThen the execution succeeds"), Ok(()));
//! ```
//!
//! A definition that is given lies in `machine.asl.json` beside the feature, and the scenario begins with it.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::failed::Failed;
use super::runner::{on_stage, steps_of};
use super::stage::{Shelf, Snapshots, Stage, Terms};
use crate::walk::Executor;

/// A folder with files, for scenarios about them.
pub(in crate::bdd) struct Trial {
    folder: TempDir,
    background: String,
    terms: Terms,
}

impl Trial {
    /// An empty folder.
    pub(in crate::bdd) fn empty() -> Self {
        let terms = Terms {
            seed: 0,
            executor: Executor::simulator(),
            snapshots: Snapshots::Compare,
            show_values: true,
            today: jiff::civil::date(2026, 1, 1),
        };
        Self { folder: tempfile::tempdir().unwrap(), background: String::new(), terms }
    }

    /// A folder with a definition that every scenario is about.
    pub(in crate::bdd) fn of(definition: &str) -> Self {
        let trial = Self::empty().file("machine.asl.json", definition);
        Self { background: "Given the state machine \"machine.asl.json\"\n".to_owned(), ..trial }
    }

    /// With another file, by its path below the folder.
    pub(in crate::bdd) fn file(self, path: &str, text: &str) -> Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Whose reports show no values.
    pub(in crate::bdd) fn hiding_values(mut self) -> Self {
        self.terms.show_values = false;
        self
    }

    /// On another backend.
    pub(in crate::bdd) fn on(mut self, executor: Executor) -> Self {
        self.terms.executor = executor;
        self
    }

    /// With another mode for snapshots.
    pub(in crate::bdd) fn with_snapshots(self, snapshots: Snapshots) -> Self {
        Self { terms: Terms { snapshots, ..self.terms.clone() }, ..self }
    }

    /// The folder.
    pub(in crate::bdd) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Plays the steps of a scenario up to the first that does not pass, and says how that one fails: its line, and
    /// [`told`] of it. Paths are those below the folder.
    pub(in crate::bdd) fn play(&self, steps: &str) -> Result<(), String> {
        match self.failed(steps) {
            None => Ok(()),
            Some((line, failed)) => {
                let folder = format!("{}/", self.path().display());
                Err(format!("{line}: {}", told(&failed)).replace(&folder, ""))
            }
        }
    }

    /// The first step that does not pass, and how.
    pub(in crate::bdd) fn failed(&self, steps: &str) -> Option<(String, Failed)> {
        self.staged(steps).1
    }

    /// The stage after the last step that was carried out, and the step that did not pass.
    pub(in crate::bdd) fn staged(&self, steps: &str) -> (Stage, Option<(String, Failed)>) {
        let text = format!("Feature: a trial\n  Scenario: a scenario\n{}{steps}\n", self.background);
        let file = self.path().join("trial.feature");
        let mut stage = Stage::new(&file, Arc::new(self.terms.clone()), Arc::new(Shelf::default()));
        for step in steps_of(&text) {
            if let Err(failed) = on_stage(&mut stage, &step) {
                return (stage, Some((step.value, failed)));
            }
        }
        (stage, None)
    }
}

/// How a step fails, in a line.
pub(in crate::bdd) fn told(failed: &Failed) -> String {
    match failed {
        Failed::Unmet(unmet) => format!("expected that {}, but {}", unmet.expected, unmet.happened),
        Failed::Wrong(wrong) => wrong.to_string(),
        Failed::Undefined(near) => format!("undefined; near: {}", near.join(" | ")),
        Failed::Ambiguous(several) => format!("ambiguous: {}", several.join(" | ")),
        Failed::Inconclusive(why) => format!("inconclusive: {why}"),
        Failed::Skipped(why) => format!("skipped: {why}"),
        Failed::Defect(what) => format!("defect: {what}"),
    }
}

const CHARGE: &str = r#"{ "StartAt": "Charge", "States": { "Charge": { "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "charge" }, "End": true } } }"#;

#[test]
fn a_scenario_passes_or_fails_with_the_step_that_does_not() {
    let trial = Trial::of(CHARGE);
    assert_eq!(trial.play("When Charge is throttled\nThen Charge is attempted once"), Ok(()));
    let told = trial.play("When Charge is throttled\nThen the execution succeeds").unwrap_err();
    let expected =
        "the execution succeeds: expected that the execution succeeds, but it ends as FAILED with Lambda.";
    assert!(told.starts_with(expected), "{told}");
}

#[test]
fn a_file_lies_beside_the_feature() {
    let trial = Trial::of(CHARGE).file("inputs/odd.json", "{");
    let told = trial.play("Given the input \"inputs/odd.json\"").unwrap_err();
    assert!(
        told.starts_with("the input \"inputs/odd.json\": inputs/odd.json:1:1: the input is no JSON: "),
        "{told}"
    );
}
