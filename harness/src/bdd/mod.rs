//! Gherkin features: what platform teams write instead of Rust.
//!
//! ```text
//! .feature ──runner──> steps, by the vocabulary ──> stage: what is set up ──backend──> results: runs with histories
//!                                                     ^ Given, When                        │
//!                                                     words ──────────────────────── Then ─┘
//! ```
//!
//! A [`Step`] is one sentence of the vocabulary: an expression, and a function of the [`Stage`]. Sentences that set up
//! only write down what is wanted. The first sentence that asks for something runs it, once; what it asks must hold in
//! every run. Nothing here decides how a machine runs or what a finding is: that is `sim`, `oracle` and `campaign`.

mod draft;
mod failed;
mod near;
mod otherwise;
mod parameter;
mod runner;
mod snapshot;
mod stage;
mod step;
mod steps;
#[cfg(test)]
mod trial;
mod vocabulary;
mod words;

pub use crate::walk::Backend;
pub use draft::{DraftOrder, draft};
pub use failed::{Failed, Unmet, Witness, Wrong};
pub use parameter::{PARAMETERS, ParameterType};
pub use runner::{
    Fate, Order, Place, Pretty, Selection, Tags, Told, ToldFeature, ToldScenario, ToldStep, Unreadable,
    Verdict, json, junit, run,
};
pub use snapshot::{Album, Became, Kept};
pub use stage::{Shelf, Snapshots, Stage, Tally, Terms};
pub use step::{Arguments, Covers, Keyword, Step, Takes};
pub use steps::{StepsFormat, steps};
pub use vocabulary::{Section, Vocabulary, sections};
