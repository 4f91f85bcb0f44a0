//! What happened: plain data that reporters draw. Laid out before anything runs, filled in as scenarios end.

use std::path::PathBuf;
use std::time::Duration;

use super::Unreadable;
use crate::bdd::Kept;
use crate::bdd::failed::Failed;
use crate::bdd::stage::Tally;

/// All features of one call.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// In the order of the files.
    pub features: Vec<ToldFeature>,
    /// Files that could not be used.
    pub unreadable: Vec<Unreadable>,
    /// The snapshots that scenarios asked for, by their files.
    pub snapshots: Vec<Kept>,
    /// Snapshots beside the features that no scenario asked for.
    pub unreferenced: Vec<PathBuf>,
}

/// One feature.
#[derive(Clone, Debug)]
pub struct ToldFeature {
    /// Its file, as it was named.
    pub path: PathBuf,
    /// `Feature`, or the word of its language.
    pub keyword: String,
    /// Its name.
    pub name: String,
    /// What stands below its name.
    pub description: String,
    /// Line of its heading, from 1.
    pub line: usize,
    /// Its tags, without `@`.
    pub tags: Vec<String>,
    /// Its selected scenarios, those of outlines filled in.
    pub scenarios: Vec<ToldScenario>,
}

/// One scenario.
#[derive(Clone, Debug)]
pub struct ToldScenario {
    /// The rule it stands below, if any.
    pub rule: Option<String>,
    /// `Scenario`, `Scenario Outline`, or the word of its language.
    pub keyword: String,
    /// Its name.
    pub name: String,
    /// What stands below its name.
    pub description: String,
    /// Line of its heading, from 1; of an outline, the line of its row.
    pub line: usize,
    /// Its tags with those of its feature and its rule, without `@`.
    pub tags: Vec<String>,
    /// Why it was not begun, where that is no matter of one step.
    pub problem: Option<Failed>,
    /// Its steps, those of backgrounds first.
    pub steps: Vec<ToldStep>,
    /// Its executions.
    pub tally: Tally,
    /// How long it took by the clock, for formats that demand it.
    pub took: Duration,
    /// Not run, because an earlier scenario failed and the rest was not wanted.
    pub left_out: bool,
}

/// One step.
#[derive(Clone, Debug)]
pub struct ToldStep {
    /// `Given`, `And`, …
    pub keyword: String,
    /// The line without its keyword.
    pub text: String,
    /// Its line in the file, from 1.
    pub line: usize,
    /// The text below it.
    pub doc_string: Option<String>,
    /// The table below it.
    pub table: Vec<Vec<String>>,
    /// It stands in a background.
    pub in_background: bool,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was not begun.
    Unreached,
    /// It did what it says.
    Passed,
    /// It did not.
    Failed(Failed),
}

/// What became of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It was left out after a failure, as asked for.
    LeftOut,
    /// Every step passed.
    Passed,
    /// The backend cannot run it.
    Skipped,
    /// A run could not be judged.
    Inconclusive,
    /// An expectation does not hold.
    Failed,
    /// A step cannot be carried out as it is written.
    Wrong,
    /// A defect of this program.
    Defect,
}

impl ToldStep {
    /// Why it failed, if it did.
    pub fn failed(&self) -> Option<&Failed> {
        match &self.fate {
            Fate::Failed(failed) => Some(failed),
            Fate::Unreached | Fate::Passed => None,
        }
    }
}

impl ToldScenario {
    /// Everything that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Failed> {
        self.problem.iter().chain(self.steps.iter().filter_map(ToldStep::failed))
    }

    /// What became of it.
    pub fn verdict(&self) -> Verdict {
        if self.left_out {
            return Verdict::LeftOut;
        }
        let of = |failed: &Failed| match failed {
            Failed::Unmet(_) => Verdict::Failed,
            Failed::Wrong(_) | Failed::Undefined(_) | Failed::Ambiguous(_) => Verdict::Wrong,
            Failed::Inconclusive(_) => Verdict::Inconclusive,
            Failed::Skipped(_) => Verdict::Skipped,
            Failed::Defect(_) => Verdict::Defect,
        };
        self.failures().map(of).max().unwrap_or(Verdict::Passed)
    }

    /// Forgets what it did: it counts as left out.
    pub(super) fn leave_out(&mut self) {
        self.left_out = true;
        self.problem = None;
        self.tally = Tally::default();
        self.took = Duration::ZERO;
        self.steps.iter_mut().for_each(|step| step.fate = Fate::Unreached);
    }
}

impl Verdict {
    /// Whether it fails a build: an expectation does not hold, or something cannot be carried out.
    pub fn is_failure(self) -> bool {
        match self {
            Self::Failed | Self::Wrong | Self::Defect => true,
            Self::LeftOut | Self::Passed | Self::Skipped | Self::Inconclusive => false,
        }
    }
}

impl Told {
    /// All scenarios.
    pub fn scenarios(&self) -> impl Iterator<Item = &ToldScenario> {
        self.features.iter().flat_map(|feature| &feature.scenarios)
    }
}
