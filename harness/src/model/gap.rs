//! Reads that nobody outside can provide: generated data must not provide them either, so that a run shows them.
//!
//! What is found here is no finding: another way through the machine, or a question before the read, may make it sound.
//! It says only that a run that fails at the read fails for a reason of the definition, not of the generated data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Demands, Graph, PlaceId, Source, Step};
use crate::asl::{Edge, Kind, Machine, ResultPath, ScopeId, State, StateId};
use crate::catalog::conform::answers_like_the_api;
use crate::catalog::models::{self, Shape, result_shape};
use crate::expr::{ReferencePath, Segment};
use crate::value::Key;

/// Why nothing outside provides what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// The definition makes the value itself, or an API gives it, without what is read of it.
    NotMade,
    /// The definition writes it on other ways only.
    Elsewhere,
}

/// All of them, of one machine.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    found: BTreeMap<(StateId, Arc<str>), Gap>,
    variables: BTreeMap<(StateId, Arc<str>), BTreeSet<Key>>,
    written: BTreeSet<Key>,
}

/// What one look at the data flow tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Looked {
    /// Expressions of which a part is not made.
    pub(super) not_made: BTreeSet<(StateId, Arc<str>)>,
    /// The members of the state's input that each path begins with.
    pub(super) members: BTreeSet<(StateId, Key, Arc<str>)>,
    /// The variables of each expression.
    pub(super) variables: BTreeMap<(StateId, Arc<str>), BTreeSet<Key>>,
}

impl Gaps {
    pub(super) fn new(machine: &Machine, graph: &Graph, looked: Looked) -> Self {
        let written = written_first(machine, graph, &looked);
        let elsewhere = looked
            .members
            .into_iter()
            .filter(|(state, name, _)| written.contains(name) && sees_outer_data(machine, *state));
        let mut found: BTreeMap<_, _> =
            elsewhere.map(|(state, _, path)| ((state, path), Gap::Elsewhere)).collect();
        found.extend(looked.not_made.into_iter().map(|key| (key, Gap::NotMade)));
        Self { found, variables: looked.variables, written }
    }

    /// The expressions of a state that may read what nothing outside provides.
    pub fn at(&self, state: StateId) -> impl Iterator<Item = (&Arc<str>, Gap)> {
        let of_state = self.found.iter().filter(move |((at, _), _)| *at == state);
        of_state.map(|((_, path), gap)| (path, *gap))
    }

    /// The expressions of a state that read variables, and which.
    pub fn variables_at(&self, state: StateId) -> impl Iterator<Item = (&Arc<str>, &BTreeSet<Key>)> {
        let of_state = self.variables.iter().filter(move |((at, _), _)| *at == state);
        of_state.map(|((_, path), names)| (path, names))
    }

    /// Whether the machine writes this member of its data before it reads it, so that no input brings it.
    pub fn is_written_first(&self, name: &Key) -> bool {
        self.written.contains(name)
    }
}

/// The members that some way through the machine writes before anything reads them. What is read before it is written,
/// such as a counter that starts in the input, is not among them.
fn written_first(machine: &Machine, graph: &Graph, looked: &Looked) -> BTreeSet<Key> {
    let mut readers: BTreeMap<&Key, BTreeSet<StateId>> = BTreeMap::new();
    for (state, name, _) in looked.members.iter().filter(|(state, ..)| sees_outer_data(machine, *state)) {
        let outermost = machine.enclosing(*state).last().map_or(*state, |outer| outer.id);
        readers.entry(name).or_default().insert(outermost);
    }
    let is_written = |name: &&Key| {
        let readers = &readers[*name];
        let mut seen = BTreeSet::new();
        let mut open = vec![machine.scope(ScopeId::TOP).start];
        while let Some(at) = open.pop() {
            if readers.contains(&at) || !seen.insert(at) {
                continue;
            }
            if writes(machine.state(at), name) {
                return true;
            }
            open.extend(graph.successors(at).iter().map(|(_, next): &(Edge, StateId)| *next));
        }
        false
    };
    readers.keys().copied().filter(is_written).cloned().collect()
}

/// Whether a state's data may be that of the top level: items of a Map are other data.
fn sees_outer_data(machine: &Machine, state: StateId) -> bool {
    machine.enclosing(state).all(|outer| matches!(outer.kind, Kind::Parallel { .. }))
}

/// Whether the state, or one of its catchers, puts something at this member.
fn writes(state: &State, name: &Key) -> bool {
    let at = |path: &ResultPath| matches!(path, ResultPath::At(path) if begins_with(path, name));
    let works =
        matches!(state.kind, Kind::Task(_) | Kind::Pass { .. } | Kind::Parallel { .. } | Kind::Map(_));
    (works && at(&state.flow.result_path)) || state.catch.iter().any(|catcher| at(&catcher.result_path))
}

fn begins_with(path: &ReferencePath, name: &Key) -> bool {
    matches!(path.segments().first(), Some(Segment::Field(first)) if first == name)
}

/// Whether what stands at a place never has a member of this name: an API does not give it, an error output has none.
pub(super) fn never_has(machine: &Machine, demands: &Demands, place: PlaceId, name: &str) -> bool {
    match demands.place(place).source {
        Source::Result(task) => shape_at(machine.state(task), &demands.steps(place)).is_some_and(|shape| {
            // Recorded on AWS: optimized integrations add `SdkHttpMetadata` and `SdkResponseMetadata`.
            matches!(shape.kind(), models::Kind::Structure)
                && shape.member(name).is_none()
                && !name.starts_with("Sdk")
        }),
        Source::Failure(_) => demands.steps(place).is_empty() && !matches!(name, "Error" | "Cause"),
        Source::Input | Source::ItemReader(_) => false,
    }
}

/// The shape at a place of a task's result, where an API says it.
pub fn shape_at(task: &State, steps: &[Step]) -> Option<Shape> {
    let integration = &task.task()?.integration;
    let whole = result_shape(integration).shape().filter(|_| answers_like_the_api(integration))?;
    steps.iter().try_fold(whole, |shape, step| match (shape.kind(), step) {
        (models::Kind::Structure, Step::Field(name)) => Some(shape.member(name)?.shape),
        (models::Kind::Map { value, .. }, Step::Field(_)) => Some(value),
        (models::Kind::List(item), Step::Index(_) | Step::Each) => Some(item),
        _ => None,
    })
}
