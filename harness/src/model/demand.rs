//! What a machine reads of the data that comes from outside: the execution's input, the results of its tasks, the
//! items of its readers. A tree of places for each source, with what each place is used for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::asl::{Machine, StateId};
use crate::value::{Key, Value};

/// Where data comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The execution's input.
    Input,
    /// The result of a task, before `ResultSelector`.
    Result(StateId),
    /// The list that the `ItemReader` of a Map state reads.
    ItemReader(StateId),
    /// The error output of a state that a catcher passes on.
    Failure(StateId),
}

/// One step from a place to a place inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A member of an object.
    Field(Key),
    /// The item of a list with this index.
    Index(u32),
    /// Any item of a list.
    Each,
    /// The value of a JSON text (`States.StringToJson`).
    Parsed,
    /// How many items a list has (`States.ArrayLength`).
    Length,
    /// The parts of a text between any of these characters (`States.StringSplit`).
    Split(Key),
}

/// A place in the data, by its position in [`Demands`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(u32);

/// A place in the data, and what it is used for.
#[derive(Clone, Debug)]
pub struct Place {
    /// Whose data it is.
    pub source: Source,
    /// The place around it, and the step from there; none for the whole.
    pub parent: Option<(PlaceId, Step)>,
    /// The places inside it that are read.
    pub children: BTreeMap<Step, PlaceId>,
    /// What this very place is used for.
    pub uses: Uses,
    /// Literals that Choice rules and filters compare it with, each once, in the order they were met.
    pub literals: Vec<Value>,
    depth: u8,
}

/// What a place is used for, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses(u16);

/// What the machine reads, from every source.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    places: Vec<Place>,
    roots: BTreeMap<Source, PlaceId>,
    choices: BTreeMap<StateId, Vec<Dependency>>,
    reads: BTreeMap<StateId, BTreeMap<Arc<str>, Vec<PlaceId>>>,
    items: BTreeMap<StateId, Vec<PlaceId>>,
}

/// A path that rules of a Choice state look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The path as written.
    pub path: Arc<str>,
    /// The rules that look at it, by index.
    pub rules: Vec<usize>,
    /// Where its value may come from; empty if the machine makes it itself.
    pub places: Vec<PlaceId>,
}

/// Deeper places are not told apart: only a loop that wraps its own data gets there.
const DEPTH_MAX: u8 = 24;
/// More literals than this say nothing new.
const LITERALS_MAX: usize = 64;

impl Uses {
    /// Read as it is; it must exist.
    pub const READ: Self = Self(1);
    /// Part of a text.
    pub const TEXT: Self = Self(1 << 1);
    /// A number.
    pub const NUMBER: Self = Self(1 << 2);
    /// A truth value.
    pub const BOOLEAN: Self = Self(1 << 3);
    /// A list.
    pub const LIST: Self = Self(1 << 4);
    /// An object.
    pub const OBJECT: Self = Self(1 << 5);
    /// A text that holds JSON.
    pub const JSON_TEXT: Self = Self(1 << 6);
    /// A point in time.
    pub const TIMESTAMP: Self = Self(1 << 7);
    /// A number of seconds, positive and whole.
    pub const SECONDS: Self = Self(1 << 8);
    /// A Choice rule asks whether it is there.
    pub const PRESENCE: Self = Self(1 << 9);
    /// A Choice rule asks whether it is null.
    pub const NULLITY: Self = Self(1 << 10);
    /// Base64.
    pub const BASE64: Self = Self(1 << 11);
    /// A filter of a path compares it; every literal wants an item of its own.
    pub const FILTERED: Self = Self(1 << 12);

    /// Whether all of these are in the set.
    pub fn contains(self, uses: Self) -> bool {
        self.0 & uses.0 == uses.0
    }

    /// Both sets.
    #[must_use]
    pub fn with(self, uses: Self) -> Self {
        Self(self.0 | uses.0)
    }

    /// Whether the place must exist for the machine to work.
    pub fn needs_presence(self) -> bool {
        self.0 & !(Self::PRESENCE.0 | Self::NULLITY.0) != 0
    }

    /// Whether nothing is known.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Demands {
    /// The place itself.
    pub fn place(&self, id: PlaceId) -> &Place {
        &self.places[id.0 as usize]
    }

    /// The whole data of a source, if anything of it is looked at.
    pub fn root(&self, source: Source) -> Option<PlaceId> {
        self.roots.get(&source).copied()
    }

    /// All sources that are looked at.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        self.roots.keys().copied()
    }

    /// The steps from the whole data of its source to a place.
    pub fn steps(&self, id: PlaceId) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some((parent, step)) = &self.place(at).parent {
            steps.push(step.clone());
            at = *parent;
        }
        steps.reverse();
        steps
    }

    /// The paths that the rules of a Choice state look at.
    pub fn choice(&self, state: StateId) -> &[Dependency] {
        self.choices.get(&state).map_or(&[], Vec::as_slice)
    }

    /// The paths that a state evaluates, and where their values may come from.
    pub fn reads_of(&self, state: StateId) -> impl Iterator<Item = (&Arc<str>, &[PlaceId])> + Clone {
        let paths = self.reads.get(&state).into_iter().flatten();
        paths.map(|(path, places)| (path, places.as_slice()))
    }

    /// Where the list that a Map state iterates over may come from.
    pub fn items(&self, map: StateId) -> &[PlaceId] {
        self.items.get(&map).map_or(&[], Vec::as_slice)
    }

    /// Whether a place, or something inside it, is used (and not only asked for).
    pub fn is_needed(&self, id: PlaceId) -> bool {
        let place = self.place(id);
        place.uses.needs_presence() || place.children.values().any(|child| self.is_needed(*child))
    }

    /// Whether a place, or something inside it, is used or asked for. Others are only passed on.
    pub fn is_looked_at(&self, id: PlaceId) -> bool {
        let place = self.place(id);
        !place.uses.is_empty() || place.children.values().any(|child| self.is_looked_at(*child))
    }

    /// `input.order.items[*].id`, `result of Charge: Payload.status`
    pub fn describe(&self, machine: &Machine, id: PlaceId) -> String {
        let mut text = match self.place(id).source {
            Source::Input => "input".to_owned(),
            Source::Result(state) => format!("result of {}", machine.state(state).path),
            Source::ItemReader(state) => format!("items read by {}", machine.state(state).path),
            Source::Failure(state) => format!("failure of {}", machine.state(state).path),
        };
        self.steps(id).iter().for_each(|step| text.push_str(&step.to_string()));
        text
    }

    pub(super) fn root_mut(&mut self, source: Source) -> PlaceId {
        if let Some(id) = self.roots.get(&source) {
            return *id;
        }
        let id = self.add(source, None, 0);
        self.roots.insert(source, id);
        id
    }

    /// The place one step inside another. It becomes a demand only when something is [`Self::used`] of it.
    pub(super) fn child(&mut self, parent: PlaceId, step: Step) -> PlaceId {
        let Place { source, depth, children, .. } = self.place(parent);
        if let Some(id) = children.get(&step) {
            return *id;
        }
        let (source, depth) = (*source, *depth);
        if depth >= DEPTH_MAX {
            return parent;
        }
        let id = self.add(source, Some((parent, step.clone())), depth + 1);
        self.places[parent.0 as usize].children.insert(step, id);
        id
    }

    pub(super) fn used(&mut self, id: PlaceId, uses: Uses) {
        let place = &mut self.places[id.0 as usize];
        place.uses = place.uses.with(uses);
    }

    pub(super) fn compared(&mut self, id: PlaceId, literal: &Value) {
        let literals = &mut self.places[id.0 as usize].literals;
        if literals.len() < LITERALS_MAX && !literals.contains(literal) {
            literals.push(literal.clone());
        }
    }

    pub(super) fn read_by(&mut self, state: StateId, path: &Arc<str>, places: &[PlaceId]) {
        let known = self.reads.entry(state).or_default().entry(path.clone()).or_default();
        for place in places {
            if !known.contains(place) {
                known.push(*place);
            }
        }
    }

    pub(super) fn iterates(&mut self, map: StateId, places: &[PlaceId]) {
        let known = self.items.entry(map).or_default();
        for place in places {
            if !known.contains(place) {
                known.push(*place);
            }
        }
    }

    pub(super) fn depends(&mut self, choice: StateId, rule: usize, path: &Arc<str>, places: &[PlaceId]) {
        let dependencies = self.choices.entry(choice).or_default();
        let at = dependencies.iter().position(|known| known.path == *path).unwrap_or_else(|| {
            dependencies.push(Dependency { path: path.clone(), rules: Vec::new(), places: Vec::new() });
            dependencies.len() - 1
        });
        let dependency = &mut dependencies[at];
        if !dependency.rules.contains(&rule) {
            dependency.rules.push(rule);
        }
        for place in places {
            if !dependency.places.contains(place) {
                dependency.places.push(*place);
            }
        }
    }

    fn add(&mut self, source: Source, parent: Option<(PlaceId, Step)>, depth: u8) -> PlaceId {
        // A definition of 1 MB has far fewer than 2^32 paths.
        let id = PlaceId(self.places.len() as u32);
        let (children, literals) = (BTreeMap::new(), Vec::new());
        self.places.push(Place { source, parent, children, uses: Uses::default(), literals, depth });
        id
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Each => f.write_str("[*]"),
            Self::Parsed => f.write_str("(as JSON)"),
            Self::Length => f.write_str("(length)"),
            Self::Split(separators) => write!(f, "(split at '{separators}')"),
        }
    }
}
