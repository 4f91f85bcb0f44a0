//! Transitions, as AWS looks at them: targets that are missing, states that nothing names, no end at all.

use std::collections::{BTreeMap, BTreeSet};

use super::Diagnostic;
use super::owner::language_of;
use crate::load::{Document, Node, NodeKind};

const MISSING_TARGET: &str = "MISSING_TRANSITION_TARGET";

/// Everything that is wrong with transitions and names. Reported: missing targets stand before what they leave
/// unreachable.
pub(super) fn diagnose(document: &Document) -> Vec<Diagnostic> {
    let mut found = Found::default();
    found.scope(&document.root, "", true);
    let Found { duplicates, missing, ends, unnamed, .. } = found;
    [duplicates, missing, ends, unnamed].concat()
}

#[derive(Default)]
struct Found {
    names: BTreeSet<String>,
    labels: BTreeMap<String, String>,
    duplicates: Vec<Diagnostic>,
    missing: Vec<Diagnostic>,
    ends: Vec<Diagnostic>,
    unnamed: Vec<Diagnostic>,
}

impl Found {
    fn scope(&mut self, scope: &Node, at: &str, top: bool) {
        let states: Vec<(&str, &Node)> = scope
            .get("States")
            .and_then(Node::members)
            .unwrap_or_default()
            .iter()
            .map(|member| (member.key.as_str(), &member.value))
            .collect();
        let known: BTreeSet<&str> = states.iter().map(|(name, _)| *name).collect();
        let mut named: BTreeSet<&str> = BTreeSet::new();
        if let Some(start) = scope.get("StartAt").and_then(Node::as_str) {
            self.target(start, &known, &format!("{at}/StartAt"));
            named.insert(start);
        }
        for (name, state) in &states {
            let place = format!("{at}/States/{name}");
            if !self.names.insert((*name).to_owned()) {
                let message = format!("Duplicate State name: {name}");
                self.duplicates.push(Diagnostic::error("DUPLICATE_STATE_NAME", message, &place));
            }
            self.label(state, &place);
            for (target, place) in targets(state, &place) {
                self.target(target, &known, &place);
                named.insert(target);
            }
            self.inner(state, &place);
        }
        // Reported: only the top level needs an end, and without one nothing is called unreachable there.
        if top && !states.iter().any(|(_, state)| is_end(state)) {
            let message = "Workflow has no terminal state";
            self.ends
                .push(Diagnostic { location: None, ..Diagnostic::error("MISSING_END_STATE", message, "") });
            return;
        }
        // Reported: a state counts as reachable once any transition of its scope names it.
        for (name, _) in states.iter().filter(|(name, _)| !named.contains(name)) {
            let message = format!("State \"{name}\" is not reachable.");
            self.unnamed.push(Diagnostic::error(MISSING_TARGET, message, format!("{at}/States/{name}")));
        }
    }

    fn inner(&mut self, state: &Node, place: &str) {
        for (index, branch) in
            state.get("Branches").and_then(Node::items).unwrap_or_default().iter().enumerate()
        {
            self.scope(branch, &format!("{place}/Branches[{index}]"), false);
        }
        for field in ["ItemProcessor", "Iterator"] {
            if let Some(processor) = state.get(field) {
                self.scope(processor, &format!("{place}/{field}"), false);
            }
        }
    }

    fn target(&mut self, target: &str, known: &BTreeSet<&str>, place: &str) {
        if !known.contains(target) {
            let message = format!("Missing 'Next' target: {target}");
            self.missing.push(Diagnostic::error(MISSING_TARGET, message, place));
        }
    }

    fn label(&mut self, state: &Node, place: &str) {
        let Some(label) = state.get("Label").and_then(Node::as_str) else { return };
        let place = format!("{place}/Label");
        if self.labels.insert(label.to_owned(), place.clone()).is_some() {
            let message = format!("Duplicate Label name: {label}");
            self.duplicates.push(Diagnostic::error("DUPLICATE_LABEL_NAME", message, place));
        }
    }
}

/// Whether a state ends its scope.
fn is_end(state: &Node) -> bool {
    let ends = |end: &Node| matches!(end.kind, NodeKind::Bool(true));
    matches!(state.get("Type").and_then(Node::as_str), Some("Succeed" | "Fail"))
        || state.get("End").is_some_and(ends)
}

/// Every state that a state names, and where.
fn targets<'n>(state: &'n Node, place: &str) -> Vec<(&'n str, String)> {
    let mut targets = Vec::new();
    for field in ["Next", "Default"] {
        if let Some(target) = state.get(field).and_then(Node::as_str) {
            targets.push((target, format!("{place}/{field}")));
        }
    }
    for list in ["Choices", "Catch"] {
        for (index, entry) in state.get(list).and_then(Node::items).unwrap_or_default().iter().enumerate() {
            if let Some(target) = entry.get("Next").and_then(Node::as_str) {
                targets.push((target, format!("{place}/{list}[{index}]/Next")));
            }
        }
    }
    targets
}

/// Every state of a definition with the language it uses, outer before inner.
pub(super) fn states(document: &Document) -> Vec<(&str, &Node, crate::asl::QueryLanguage)> {
    let mut found = Vec::new();
    let machine = language_of(&document.root).unwrap_or_default();
    let mut open = vec![&document.root];
    while let Some(scope) = open.pop() {
        for member in scope.get("States").and_then(Node::members).unwrap_or_default() {
            let state = &member.value;
            found.push((member.key.as_str(), state, language_of(state).unwrap_or(machine)));
            open.extend(state.get("Branches").and_then(Node::items).unwrap_or_default());
            open.extend(["ItemProcessor", "Iterator"].iter().filter_map(|field| state.get(field)));
        }
    }
    found
}
