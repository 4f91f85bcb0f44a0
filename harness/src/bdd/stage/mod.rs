//! What one scenario has set up, and the runs that came of it.

mod accepting;
mod change;
mod compiled;
mod lacking;
mod missing;
mod once;
mod premises;
mod expectation;
mod results;
mod scenarios;
mod setup;
mod searched;
mod shelf;
mod started;
mod startable;
mod struck;
mod subject;
mod swollen;
mod tally;
mod trouble;
mod visits;
mod witness;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::failed::{Failed, Wrong};
use crate::asl::StateId;
use crate::report::Values;
use crate::walk::Executor;

use accepting::Accepting;
pub(super) use change::{Change, To};
pub(super) use expectation::{Asked, Expectation, Met, Which};
pub(super) use lacking::lacking;
use missing::missing;
pub(super) use premises::Said;
pub(super) use results::{Results, Run};
pub(super) use setup::{Inputs, Setup, Wanted};
pub use shelf::Shelf;
pub(super) use shelf::{read, read_json};
pub(super) use subject::Subject;
pub(super) use swollen::scenario as swollen;
pub use tally::Tally;
pub(super) use trouble::{Calls, Quest, Spread, Strike, Swollen};

/// What all scenarios of one call share.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Everything random comes from it.
    pub seed: u64,
    /// Who executes the cases.
    pub executor: Executor,
    /// What becomes of snapshots that differ.
    pub snapshots: Snapshots,
    /// Whether reports show values of inputs and results; without it only their shape.
    pub show_values: bool,
    /// The day on which accepted findings are looked at.
    pub today: Date,
}

/// What becomes of snapshots that differ or are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Snapshots {
    /// They fail the step, and nothing is written.
    #[default]
    Compare,
    /// They fail the step, and what came out is written beside them, to be reviewed.
    Propose,
    /// They are written.
    Update,
}

/// The state of one scenario: what its sentences have set up so far.
#[derive(Debug)]
pub struct Stage {
    /// The feature file, as it was named.
    pub(super) feature: PathBuf,
    pub(super) terms: Arc<Terms>,
    /// Definitions that were read before, by any scenario.
    pub(super) shelf: Arc<Shelf>,
    pub(super) setup: Setup,
    /// The runs, once something has asked for them.
    results: Option<Arc<Results>>,
    /// Everything that ran so far.
    tally: Tally,
    /// Whether a sentence has asked for something.
    pub(super) has_asked: bool,
    /// Which execution of a run sentences speak of at the moment.
    pub(super) speaks_of: Which,
}

impl Stage {
    /// For a scenario of a feature file.
    pub fn new(feature: &Path, terms: Arc<Terms>, shelf: Arc<Shelf>) -> Self {
        Self {
            feature: feature.to_owned(),
            terms,
            shelf,
            setup: Setup::default(),
            results: None,
            tally: Tally::default(),
            has_asked: false,
            speaks_of: Which::default(),
        }
    }

    /// A file as a feature names it: by a path relative to the folder of the feature.
    pub(super) fn file(&self, what: &str, text: &str) -> Result<PathBuf, Failed> {
        let folder = self.feature.parent().unwrap_or(Path::new(""));
        let path = folder.join(text);
        if path.exists() { Ok(path) } else { Err(missing(what, folder, text).into()) }
    }

    /// The folder of the feature.
    fn folder(&self) -> &Path {
        let parent = self.feature.parent().filter(|folder| !folder.as_os_str().is_empty());
        parent.unwrap_or(Path::new("."))
    }

    /// Whether reports show values of inputs and results.
    pub(super) fn values(&self) -> Values {
        if self.terms.show_values { Values::Shown } else { Values::Redacted }
    }

    /// What is set up, to be changed; the runs so far are forgotten.
    pub(super) fn change(&mut self) -> &mut Setup {
        self.results = None;
        &mut self.setup
    }

    /// The machine that the scenario is about.
    pub(super) fn subject(&self) -> Result<Arc<Subject>, Failed> {
        let Some(wanted) = &self.setup.definition else {
            let wrong = Wrong::new("no state machine is named yet");
            return Err(wrong.help("begin with `Given the state machine \"FILE\"`").into());
        };
        self.shelf.subject(wanted, &self.setup.premises, self.folder())
    }

    /// A state by its name or path.
    pub(super) fn state(&self, place: &super::parameter::Place) -> Result<StateId, Failed> {
        self.subject()?.state(&place.0)
    }

    /// A task by its name or path.
    pub(super) fn task(&self, place: &super::parameter::Place) -> Result<StateId, Failed> {
        self.subject()?.task(&place.0)
    }

    /// The findings that are accepted, and until when is asked.
    fn accepting(&self, subject: &Subject) -> Accepting {
        Accepting { entries: subject.accepted.clone(), today: self.terms.today }
    }

    /// Everything that ran so far.
    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    /// The runs of what is set up; made once.
    pub(super) fn results(&mut self) -> Result<Arc<Results>, Failed> {
        self.has_asked = true;
        if let Some(results) = &self.results {
            return Ok(Arc::clone(results));
        }
        let results = Arc::new(Results::of(self)?);
        self.tally.add(&results);
        self.results = Some(Arc::clone(&results));
        Ok(results)
    }
}
