//! What the places and calls of a history are called.

use std::sync::Arc;

use super::timeline::{Timeline, VisitId};
use crate::asl::{Machine, State};
use crate::catalog::Integration;
use crate::value::Value;

impl Timeline<'_> {
    /// The state with what encloses it and in which items: `Fulfil/branch[1]/ShipAll[3]/Ship`. Which branch of a
    /// Parallel it is only the definition tells.
    pub(super) fn path(&self, visit: VisitId, machine: Option<&Machine>) -> String {
        let mut thread = self.visits[visit].thread;
        let mut parts = vec![self.visits[visit].name.to_string()];
        let mut inner = visit;
        while let Some(owner) = self.threads[thread].owner {
            let item = self.threads[thread].item.map(|item| format!("[{item}]")).unwrap_or_default();
            let branch = machine.and_then(|machine| branch_of(machine, &self.visits[inner].name));
            parts.extend(branch);
            parts.push(format!("{}{item}", self.visits[owner].name));
            inner = owner;
            thread = self.visits[owner].thread;
        }
        parts.reverse();
        parts.join("/")
    }

    /// What a task calls, from the request it was scheduled with.
    pub(super) fn integration(&self, visit: VisitId) -> Option<Integration> {
        let scheduled = self.visits[visit].attempts.iter().find_map(|attempt| attempt.scheduled);
        let event = self.event(scheduled?);
        let resource = event.resource.as_deref()?;
        let arn = match event.resource_type.as_deref() {
            Some(service) => format!("arn:aws:states:::{service}:{resource}"),
            None => resource.to_owned(),
        };
        Integration::parse(&arn).ok()
    }

    /// The request of an attempt.
    pub(super) fn request(&self, visit: VisitId) -> Option<Value> {
        let scheduled = self.visits[visit].attempts.iter().rev().find_map(|attempt| attempt.scheduled)?;
        let event = self.event(scheduled);
        event.parameters.as_ref().or(event.input.as_ref())?.value()
    }

    /// The run of a distributed Map.
    pub(super) fn map_run(&self, visit: VisitId) -> Option<Arc<str>> {
        self.visits[visit].events.iter().rev().find_map(|at| self.event(*at).map_run_arn.clone())
    }

    /// The state of the definition.
    pub(super) fn state<'m>(&self, visit: VisitId, machine: Option<&'m Machine>) -> Option<&'m State> {
        let name = &self.visits[visit].name;
        machine?.states.iter().find(|state| state.name == *name)
    }

    /// The name of a state.
    pub(super) fn name(&self, visit: VisitId) -> Arc<str> {
        self.visits[visit].name.clone()
    }
}

/// `branch[1]`, for a state in a branch of a Parallel.
fn branch_of(machine: &Machine, name: &str) -> Option<String> {
    let state = machine.states.iter().find(|state| &*state.name == name)?;
    let scope = machine.scope(state.scope);
    let parent = machine.state(scope.parent?);
    matches!(parent.kind, crate::asl::Kind::Parallel { .. }).then(|| format!("branch[{}]", scope.branch))
}

/// `` `A`, `B` and `C` ``
pub(super) fn and(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// `` `A` or `B` ``
pub(super) fn or(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}
