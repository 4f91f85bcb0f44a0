//! What happened: plain data that reporters draw.

use std::path::PathBuf;

use super::Unreadable;
use crate::bdd::failed::Failed;

/// All features of one call.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// In the order of the files.
    pub features: Vec<ToldFeature>,
    /// Files that could not be used.
    pub unreadable: Vec<Unreadable>,
}

/// One feature.
#[derive(Clone, Debug)]
pub struct ToldFeature {
    /// Its file.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// Its scenarios, those of outlines filled in.
    pub scenarios: Vec<ToldScenario>,
}

/// One scenario.
#[derive(Clone, Debug)]
pub struct ToldScenario {
    /// The rule it stands below, if any.
    pub rule: Option<String>,
    /// Its name.
    pub name: String,
    /// Line of its heading, from 1.
    pub line: usize,
    /// Its own tags, without `@`.
    pub tags: Vec<String>,
    /// Its steps that were begun, those of backgrounds first.
    pub steps: Vec<ToldStep>,
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
    /// How it failed; none where it passed.
    pub failed: Option<Failed>,
}

/// What became of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
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

impl ToldScenario {
    /// What became of it.
    pub fn verdict(&self) -> Verdict {
        let of = |failed: &Failed| match failed {
            Failed::Unmet(_) => Verdict::Failed,
            Failed::Wrong(_) | Failed::Undefined(_) | Failed::Ambiguous(_) => Verdict::Wrong,
            Failed::Inconclusive(_) => Verdict::Inconclusive,
            Failed::Skipped(_) => Verdict::Skipped,
            Failed::Defect(_) => Verdict::Defect,
        };
        self.steps.iter().filter_map(|step| step.failed.as_ref()).map(of).max().unwrap_or(Verdict::Passed)
    }
}

impl Told {
    /// All scenarios.
    pub fn scenarios(&self) -> impl Iterator<Item = &ToldScenario> {
        self.features.iter().flat_map(|feature| &feature.scenarios)
    }
}
