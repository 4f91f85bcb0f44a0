//! A first feature for a definition: what the simulator shows today, to be read and changed by a person.
//!
//! Every sentence is said to a stage before it is written, and only what holds is kept, so that the feature passes as
//! it is.

mod expected;
mod faults;
mod page;
mod sentence;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::failed::{Failed, Wrong};
use super::stage::{Run, Shelf, Snapshots, Stage, Terms};
use super::step::Arguments;
use super::vocabulary::Vocabulary;
use crate::campaign::Campaign;
use crate::fault::Fault;
use crate::walk::Executor;
use page::{Page, Scene};

/// What the feature is to be about, and where it will lie.
#[derive(Clone, Debug)]
pub struct DraftOrder {
    /// The definition, by its whole path.
    pub definition: PathBuf,
    /// Which of several machines.
    pub name: Option<String>,
    /// The file of the feature, by its whole path.
    pub feature: PathBuf,
    /// The command that writes it, for its heading.
    pub command: String,
    /// Values of placeholders, which the feature says.
    pub substitutions: Vec<(String, String)>,
    /// The day on which accepted findings are looked at.
    pub today: Date,
}

/// Writes the feature.
pub fn draft(order: &DraftOrder) -> Result<String, Failed> {
    let folder = order.feature.parent().unwrap_or(Path::new("/"));
    let mut definition = relative(folder, &order.definition);
    if let Some(name) = &order.name {
        definition = format!("{definition}#{name}");
    }
    // Before the machine: without them it may be no definition.
    let mut background: Vec<String> =
        order.substitutions.iter().map(|(name, value)| sentence::placeholder(name, value)).collect();
    background.push(format!("the state machine {}", sentence::quoted(&definition)));
    let mut writer = Writer::new(order, background);
    let subject = writer.stage()?.subject()?;
    let name = order.name.clone().unwrap_or_else(|| subject.model.machine.name.to_string());
    let several = subject.several_mocks();
    if let Some((file, cases)) = &several {
        let mocks = format!("{}#{}", relative(folder, file), cases[0]);
        writer.background.push(format!("the mocks {}", sentence::quoted(&mocks)));
    }
    let mut page = Page::new(&name, &order.command, &writer.background);
    if let Some((_, cases)) = several {
        page.remark(&format!(
            "The mocks have other cases, which make other executions: {}.",
            cases[1..].join(", ")
        ));
    }
    let baseline = match writer.scene("nothing goes wrong", None) {
        Ok((scene, run)) => {
            page.add(scene);
            run
        }
        Err(reason) => {
            page.remark(&format!("The execution without faults cannot be described: {reason}"));
            return Ok(page.text());
        }
    };
    for task in faults::tasks(&subject.model, &baseline.history) {
        page.remark(&task.name);
        for fault in &task.faults {
            match writer.struck(fault) {
                Ok(scene) => page.add(scene),
                Err(reason) => page.omit(&fault.display(&subject.model.machine).to_string(), &reason),
            }
        }
    }
    let missed = faults::unreached(&subject.model, &baseline.history);
    if !missed.is_empty() {
        page.remark(&format!("Not reached without faults, so nothing strikes there: {}", missed.join(", ")));
    }
    Ok(page.text())
}

/// Says sentences to stages of the feature.
struct Writer {
    feature: PathBuf,
    background: Vec<String>,
    terms: Arc<Terms>,
    shelf: Arc<Shelf>,
}

impl Writer {
    fn new(order: &DraftOrder, background: Vec<String>) -> Self {
        let terms = Terms {
            seed: Campaign::SEED,
            executor: Executor::simulator(),
            snapshots: Snapshots::Compare,
            show_values: false,
            today: order.today,
        };
        let (terms, shelf) = (Arc::new(terms), Arc::new(Shelf::default()));
        Self { feature: order.feature.clone(), background, terms, shelf }
    }

    /// A scenario after its background.
    fn stage(&self) -> Result<Stage, Failed> {
        let mut stage = Stage::new(&self.feature, Arc::clone(&self.terms), Arc::clone(&self.shelf));
        self.background.iter().try_for_each(|line| say(&mut stage, line))?;
        Ok(stage)
    }

    /// A scenario with a fault, in the first words that mean it.
    fn struck(&self, fault: &Fault) -> Result<Scene, String> {
        let machine = self.stage().and_then(|stage| stage.subject()).map_err(|failed| failed.in_a_line())?;
        let mut reason = "no sentence means it".to_owned();
        for when in sentence::of_fault(fault, &machine.model.machine) {
            match self.scene(&when, Some(fault)) {
                Ok((scene, _)) => return Ok(scene),
                Err(other) => reason = other,
            }
        }
        Err(reason)
    }

    /// A scenario with what holds in it. The fault is the one that the sentence has to mean.
    fn scene(&self, when: &str, fault: Option<&Fault>) -> Result<(Scene, Run), String> {
        let failed = |failed: Failed| failed.in_a_line();
        let mut stage = self.stage().map_err(failed)?;
        say(&mut stage, when).map_err(failed)?;
        let results = stage.results().map_err(failed)?;
        let [run] = &results.runs[..] else { return Err("it does not stand for one run".to_owned()) };
        if run.case.plan.faults() != fault.map(std::slice::from_ref).unwrap_or_default() {
            return Err("the sentence means another fault".to_owned());
        }
        let mut then = Vec::new();
        for ways in expected::of_run(run, &results.arena.model) {
            // The first way of saying it that holds.
            let holds = ways.into_iter().find(|line| say(&mut stage, line).is_ok());
            then.extend(holds.filter(|line| !then.contains(line)));
        }
        if then.is_empty() {
            return Err("nothing can be said of how it ends".to_owned());
        }
        let findings = expected::findings(run, &results.arena.model.machine);
        Ok((Scene { when: when.to_owned(), then, findings }, run.clone()))
    }
}

/// Carries a sentence out.
fn say(stage: &mut Stage, line: &str) -> Result<(), Failed> {
    let (step, captures) = Vocabulary::get().find(line)?;
    let feature = stage.feature.clone();
    (step.run)(stage, &Arguments { captures, text: None, table: None, place: (&feature, 1) })
}

/// The way from a folder to a file, both by their whole paths.
fn relative(folder: &Path, file: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - same);
    let down = to[same..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

impl DraftOrder {
    /// `FILE#NAME`, as features name one of several machines.
    pub fn split(text: &str) -> (PathBuf, Option<String>) {
        match text.rsplit_once('#') {
            Some((file, name)) if !name.is_empty() => (PathBuf::from(file), Some(name.to_owned())),
            _ => (PathBuf::from(text), None),
        }
    }

    /// Refuses what cannot be the place of a feature.
    pub fn check(&self) -> Result<(), Wrong> {
        if self.feature.extension().is_some_and(|extension| extension == "feature") {
            return Ok(());
        }
        let wrong = Wrong::new(format!("{} is no name of a feature", self.feature.display()));
        Err(wrong.help("let it end in `.feature`, so that `bdd` finds it"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::beside("/a/b", "/a/b/order.asl.json", "order.asl.json")]
    #[case::below("/a", "/a/b/order.asl.json", "b/order.asl.json")]
    #[case::elsewhere("/a/features", "/a/b/order.asl.json", "../b/order.asl.json")]
    fn a_feature_names_the_definition_from_its_own_folder(
        #[case] folder: &str,
        #[case] file: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(relative(Path::new(folder), Path::new(file)), expected);
    }

    #[test]
    fn what_is_written_is_what_the_simulator_shows() {
        let folder = tempfile::tempdir().unwrap();
        let definition = folder.path().join("order.asl.json");
        let text = r#"{ "StartAt": "Charge", "States": {
            "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": { "FunctionName": "charge" }, "Next": "Done",
                "Retry": [{ "ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2 }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Refused" }] },
            "Refused": { "Type": "Fail", "Error": "Refused" },
            "Done": { "Type": "Succeed" } } }"#;
        std::fs::write(&definition, text).unwrap();
        let feature = folder.path().join("order.feature");
        let order = DraftOrder {
            definition,
            name: None,
            feature,
            command: "bdd new order.asl.json".to_owned(),
            substitutions: Vec::new(),
            today: jiff::civil::date(2026, 1, 1),
        };
        let text = draft(&order).unwrap();
        for expected in [
            "# Written by `bdd new order.asl.json`.",
            "  Background:\n    Given the state machine \"order.asl.json\"\n",
            "    When nothing goes wrong\n    Then the execution succeeds\n",
            "    When Charge is throttled twice\n    Then the execution ends as without the fault\n",
            "    When Charge is throttled 3 times\n    Then the execution fails with Refused\n",
            "    And Charge is attempted 3 times\n",
        ] {
            assert!(text.contains(expected), "{expected}\n---\n{text}");
        }
    }
}
