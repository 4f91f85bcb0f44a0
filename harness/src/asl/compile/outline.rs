//! Scopes and states by number, before anything in them is read: every `Next` can then be resolved at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Place;
use crate::asl::{ScopeId, StateId};
use crate::load::Node;

/// All scopes and states of a definition.
#[derive(Debug, Default)]
pub(in crate::asl) struct Outline<'d> {
    /// Outer before inner.
    pub(in crate::asl) scopes: Vec<ScopeEntry<'d>>,
    /// In the order of the file.
    pub(in crate::asl) states: Vec<StateEntry<'d>>,
}

/// One scope.
#[derive(Debug)]
pub(in crate::asl) struct ScopeEntry<'d> {
    pub(in crate::asl) parent: Option<StateId>,
    pub(in crate::asl) branch: u32,
    pub(in crate::asl) place: Place<'d>,
    /// The first state of each name.
    pub(in crate::asl) names: BTreeMap<&'d str, StateId>,
    pub(in crate::asl) states: Vec<StateId>,
}

/// One state.
#[derive(Debug)]
pub(in crate::asl) struct StateEntry<'d> {
    pub(in crate::asl) name: &'d str,
    pub(in crate::asl) place: Place<'d>,
    pub(in crate::asl) path: Arc<str>,
    pub(in crate::asl) scope: ScopeId,
    /// The scopes inside it: branches, or the item processor.
    pub(in crate::asl) inner: Vec<ScopeId>,
}

impl<'d> Outline<'d> {
    pub(in crate::asl) fn of(root: &Place<'d>) -> Self {
        let mut outline = Self::default();
        outline.scope(None, 0, root.clone(), "");
        outline
    }

    pub(in crate::asl) fn scope_ids(&self) -> impl Iterator<Item = ScopeId> + use<> {
        (0..self.scopes.len() as u32).map(ScopeId)
    }

    pub(in crate::asl) fn state_ids(&self) -> impl Iterator<Item = StateId> + use<> {
        (0..self.states.len() as u32).map(StateId)
    }

    pub(in crate::asl) fn scope_entry(&self, id: ScopeId) -> &ScopeEntry<'d> {
        &self.scopes[id.0 as usize]
    }

    pub(in crate::asl) fn state(&self, id: StateId) -> &StateEntry<'d> {
        &self.states[id.0 as usize]
    }

    /// Whether a Fail state reports this error.
    pub(in crate::asl) fn fails_with(&self, error: &str) -> bool {
        let reported = |state: &StateEntry<'d>| state.place.node.get("Error").and_then(Node::as_str);
        self.states.iter().any(|state| reported(state) == Some(error))
    }

    fn scope(&mut self, parent: Option<StateId>, branch: u32, place: Place<'d>, prefix: &str) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        let states = place.get("States");
        self.scopes.push(ScopeEntry { parent, branch, place, names: BTreeMap::new(), states: Vec::new() });
        for (name, place) in states.iter().flat_map(Place::members) {
            let state = self.state_entry(id, name, &place, prefix);
            let scope = &mut self.scopes[id.0 as usize];
            scope.names.entry(name).or_insert(state);
            scope.states.push(state);
        }
        id
    }

    fn state_entry(&mut self, scope: ScopeId, name: &'d str, place: &Place<'d>, prefix: &str) -> StateId {
        let id = StateId(self.states.len() as u32);
        let path: Arc<str> = Arc::from(format!("{prefix}{name}"));
        self.states.push(StateEntry {
            name,
            place: place.clone(),
            path: path.clone(),
            scope,
            inner: Vec::new(),
        });
        let mut inner = Vec::new();
        for (at, branch) in place.get("Branches").iter().flat_map(Place::items).enumerate() {
            inner.push(self.scope(Some(id), at as u32, branch, &format!("{path}/branch[{at}]/")));
        }
        if let Some(processor) = ["ItemProcessor", "Iterator"].iter().find_map(|field| place.get(field)) {
            inner.push(self.scope(Some(id), 0, processor, &format!("{path}/")));
        }
        self.states[id.0 as usize].inner = inner;
        id
    }
}
