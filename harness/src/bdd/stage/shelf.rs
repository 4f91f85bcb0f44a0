//! Definitions that are read and compiled once, however many scenarios are about them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::setup::Wanted;
use super::{Setup, Subject};
use crate::asl::MachineType;
use crate::bdd::failed::Failed;

/// Everything that decides what a definition is compiled to.
type Key = (Wanted, BTreeMap<String, String>, Option<MachineType>);

/// The definitions of one call.
#[derive(Debug, Default)]
pub struct Shelf {
    subjects: Mutex<BTreeMap<Key, Result<Arc<Subject>, Failed>>>,
}

impl Shelf {
    /// The machine that is wanted, read at the first time.
    pub(super) fn subject(&self, wanted: &Wanted, setup: &Setup) -> Result<Arc<Subject>, Failed> {
        let key = (wanted.clone(), setup.substitutions.clone(), setup.machine_type);
        // Held while a definition is compiled, so that no two scenarios compile the same one.
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        let load = || Subject::load(wanted, setup).map(Arc::new);
        subjects.entry(key).or_insert_with(load).clone()
    }
}
