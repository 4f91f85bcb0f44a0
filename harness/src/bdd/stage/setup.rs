//! What the sentences of a scenario ask for, before anything runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::change::Change;
use super::premises::Premises;
use super::started::Startable;
use super::trouble::Trouble;
use crate::config::MocksRef;
use crate::mock::Answer;
use crate::sim::Start;
use crate::value::Value;

/// What is set up.
#[derive(Clone, Debug, Default)]
pub(in crate::bdd) struct Setup {
    /// The state machine.
    pub(in crate::bdd) definition: Option<Wanted>,
    /// What the feature says of the machine beside its definition.
    pub(in crate::bdd) premises: Premises,
    /// What the execution is started with.
    pub(in crate::bdd) inputs: Inputs,
    /// What is changed in every input, in this order.
    pub(in crate::bdd) input_changes: Vec<Change>,
    /// The mock file, where the feature names one.
    pub(in crate::bdd) mocks: Option<MocksRef>,
    /// What tasks answer by the feature, over the mock file; by the path of the state.
    pub(in crate::bdd) answers: BTreeMap<Arc<str>, Answered>,
    /// What is changed in every answer of a state, by its path.
    pub(in crate::bdd) answer_changes: Vec<(Arc<str>, Change)>,
    /// How long the answers of a state take, in virtual milliseconds, by its path.
    pub(in crate::bdd) delays: BTreeMap<Arc<str>, u64>,
    /// Objects of S3 by the feature, over those of the mock file: bucket, key, content.
    pub(in crate::bdd) objects: Vec<(String, String, Arc<[u8]>)>,
    /// How the execution is started besides.
    pub(in crate::bdd) start: Start,
    /// The machines that tasks start.
    pub(in crate::bdd) started: Vec<Startable>,
    /// What goes wrong.
    pub(in crate::bdd) trouble: Trouble,
    /// The seed, where the feature says one.
    pub(in crate::bdd) seed: Option<u64>,
}

impl Setup {
    /// About another machine: what names its states goes, the rest stays.
    pub(in crate::bdd) fn begin(&mut self, wanted: Wanted) {
        let premises = Premises { said: Vec::new(), ..std::mem::take(&mut self.premises) };
        *self = Self {
            definition: Some(wanted),
            premises,
            answers: BTreeMap::new(),
            answer_changes: Vec::new(),
            delays: BTreeMap::new(),
            started: Vec::new(),
            trouble: Trouble::default(),
            ..std::mem::take(self)
        };
    }

    /// With other inputs; what was changed in those before goes with them.
    pub(in crate::bdd) fn start_with(&mut self, inputs: Inputs) {
        self.inputs = inputs;
        self.input_changes.clear();
    }
}

/// Which definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::bdd) enum Wanted {
    /// In a file, and by its name where the file holds several.
    File { path: PathBuf, name: Option<String> },
    /// Written in a feature, from this line on.
    Text { feature: PathBuf, line: usize, text: String },
}

/// The answers of one state, in the order of its calls; further calls get the last one.
pub(in crate::bdd) type Answered = Vec<Answer>;

/// What the execution is started with.
#[derive(Clone, Debug, Default)]
pub(in crate::bdd) enum Inputs {
    /// The file beside the definition; without one, what the machine reads.
    #[default]
    Beside,
    /// These, each with a name.
    These(Vec<(String, Value)>),
    /// So many that the machine can read.
    Generated(usize),
}
