//! The compiled state machine: states by number, transitions resolved, paths and templates parsed once.
//!
//! Everything a simulator, a static analysis or a fix needs, and nothing about files; where a field stands in
//! the user's file is asked of [`Machine::locate`] by JSON pointer.

mod handlers;
mod map;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::catalog::{Integration, Service};
use crate::expr::{Path, Query, ReferencePath, Rule, Template};
use crate::load::{Definition, Document, Location, Node, Packaging, SourceFile, Substitution, parse_json};
use crate::value::Value;

pub use handlers::{Catcher, Jitter, Retrier};
pub use map::{ItemBatcher, ItemReader, Map, MapItems, MapMode, ResultWriter};

/// A state, by its position in [`Machine::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// A set of states that run in one thread: the top level, one branch, or one item processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The top level of the machine.
    pub const TOP: Self = Self(0);
}

/// How an execution is run and billed; it decides limits and allowed integration patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum MachineType {
    /// Up to a year, exactly once, 25,000 events.
    #[default]
    Standard,
    /// Up to five minutes, at least once.
    Express,
}

/// Which expression language a state uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryLanguage {
    /// `$.a.b`, payload templates and `States.*` functions.
    #[default]
    JsonPath,
    /// `{% … %}`
    Jsonata,
}

/// A whole definition, ready to run.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Name used in ARNs, reports and mock files.
    pub name: Arc<str>,
    /// Declared by the packaging (SAM `Type`, CloudFormation `StateMachineType`), if at all.
    pub declared_type: Option<MachineType>,
    /// `TimeoutSeconds` of the definition.
    pub timeout_seconds: Option<u64>,
    /// Language of the top level.
    pub query_language: QueryLanguage,
    /// The top level first, then branches and item processors, outer before inner.
    pub scopes: Vec<Scope>,
    /// All states of all scopes, in the order of the file.
    pub states: Vec<State>,
    /// The text it came from, for locations.
    pub document: Arc<Document>,
    /// What is known of its placeholders.
    pub substitutions: Arc<BTreeMap<String, Substitution>>,
}

/// States that run in one thread.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The Parallel or Map state that contains it; none for the top level.
    pub parent: Option<StateId>,
    /// Which branch of the Parallel state it is; 0 for a Map's processor and the top level.
    pub branch: u32,
    /// `StartAt`
    pub start: StateId,
    /// In the order of the file.
    pub states: Vec<StateId>,
}

/// One state.
#[derive(Clone, Debug)]
pub struct State {
    /// Its position in [`Machine::states`].
    pub id: StateId,
    /// The name, unique in the machine as AWS demands.
    pub name: Arc<str>,
    /// The thread it runs in.
    pub scope: ScopeId,
    /// Where it is defined, as a JSON pointer from the root of the definition: `/States/Charge`.
    pub pointer: Arc<str>,
    /// Where it is for people: `Fulfil/branch[1]/Ship`, `ShipAll/Ship`, or just the name at the top level.
    pub path: Arc<str>,
    /// Language of this state's fields.
    pub query_language: QueryLanguage,
    /// `InputPath` to `OutputPath`.
    pub flow: Flow,
    /// `Assign`: new values of variables, evaluated when the state succeeds.
    pub assign: Option<Template>,
    /// Where it goes when it succeeds; `End` for Succeed and Fail, the `Default` of a Choice is in its kind.
    pub next: Transition,
    /// `Retry`, in order.
    pub retry: Vec<Retrier>,
    /// `Catch`, in order.
    pub catch: Vec<Catcher>,
    /// What it does.
    pub kind: Kind,
}

/// Where a state goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// `Next`
    Next(StateId),
    /// `End: true`, or a terminal state.
    End,
}

/// How data passes through a state (JSONPath fields; JSONata uses `parameters` for `Arguments` and `output`).
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// `InputPath`; `$` when absent.
    pub input_path: DataPath,
    /// `Parameters` or `Arguments` (of a Map: the legacy `Parameters`, see [`Map::item_selector`]).
    pub parameters: Option<Template>,
    /// `ResultSelector`
    pub result_selector: Option<Template>,
    /// `ResultPath`
    pub result_path: ResultPath,
    /// `OutputPath`; `$` when absent.
    pub output_path: DataPath,
    /// JSONata `Output`
    pub output: Option<Template>,
}

/// `InputPath` or `OutputPath`.
#[derive(Clone, Debug, Default)]
pub enum DataPath {
    /// Absent or `$`: everything.
    #[default]
    All,
    /// `null`: the empty object.
    Nothing,
    /// A selection.
    Path(Path),
}

/// `ResultPath`: where the result goes in the state's raw input.
#[derive(Clone, Debug, Default)]
pub enum ResultPath {
    /// Absent or `$`: the result replaces the input.
    #[default]
    Replace,
    /// `null`: the result is dropped, the input stays.
    Discard,
    /// The result is put there.
    At(ReferencePath),
}

/// What a state does.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Work done by another service.
    Task(Box<Task>),
    /// Data passed on, or `Result`.
    Pass {
        /// `Result`: taken as it is.
        result: Option<Value>,
    },
    /// A decision.
    Choice(Choice),
    /// A pause.
    Wait(Wait),
    /// The end of its scope, well.
    Succeed,
    /// The end of its scope, badly.
    Fail {
        /// `Error`, `ErrorPath`
        error: Option<TextSource>,
        /// `Cause`, `CausePath`
        cause: Option<TextSource>,
    },
    /// Several scopes at once.
    Parallel {
        /// `Branches`, in order.
        branches: Vec<ScopeId>,
    },
    /// One scope for each item.
    Map(Box<Map>),
}

impl Kind {
    /// The `Type` in the definition.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Task(_) => "Task",
            Self::Pass { .. } => "Pass",
            Self::Choice(_) => "Choice",
            Self::Wait(_) => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail { .. } => "Fail",
            Self::Parallel { .. } => "Parallel",
            Self::Map(_) => "Map",
        }
    }
}

/// A Task state's own fields.
#[derive(Clone, Debug)]
pub struct Task {
    /// The `Resource` text, placeholders as they were.
    pub resource: Arc<str>,
    /// What the resource means: service, action and pattern.
    pub integration: Integration,
    /// `TimeoutSeconds`, `TimeoutSecondsPath`
    pub timeout: Option<Amount>,
    /// `HeartbeatSeconds`, `HeartbeatSecondsPath`
    pub heartbeat: Option<Amount>,
    /// `Credentials`
    pub credentials: Option<Template>,
}

/// A number that is written down, or found when the state runs.
#[derive(Clone, Debug)]
pub enum Amount {
    /// A literal.
    Literal(f64),
    /// A `…Path` field.
    Path(Path),
    /// A JSONata expression.
    Jsonata(Arc<Query>),
}

/// A text that is written down, or found when the state runs.
#[derive(Clone, Debug)]
pub enum TextSource {
    /// A literal.
    Literal(Arc<str>),
    /// A `…Path` field that holds a path or an intrinsic function.
    Template(Template),
}

/// A Choice state's rules.
#[derive(Clone, Debug)]
pub struct Choice {
    /// `Choices`, in order.
    pub rules: Vec<ChoiceRule>,
    /// `Default`
    pub default: Option<StateId>,
}

/// One entry of `Choices`.
#[derive(Clone, Debug)]
pub struct ChoiceRule {
    /// The condition.
    pub rule: Rule,
    /// `Next`
    pub next: StateId,
    /// `Assign` of this rule.
    pub assign: Option<Template>,
    /// JSONata `Output` of this rule.
    pub output: Option<Template>,
}

/// How long a Wait state waits.
#[derive(Clone, Debug)]
pub enum Wait {
    /// `Seconds`, `SecondsPath`
    Seconds(Amount),
    /// `Timestamp`
    Timestamp(Arc<str>),
    /// `TimestampPath`
    TimestampPath(Path),
    /// JSONata `Timestamp`
    TimestampJsonata(Arc<Query>),
}

impl Machine {
    /// The state with this number.
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.0 as usize]
    }

    /// The scope with this number.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// The first state with this name, or whose path is this text.
    pub fn find(&self, name_or_path: &str) -> Option<&State> {
        self.states
            .iter()
            .find(|state| &*state.path == name_or_path)
            .or_else(|| self.states.iter().find(|state| &*state.name == name_or_path))
    }

    /// The same machine with another tree in place of its definition, to be compiled.
    pub fn redefined(&self, root: &Node) -> Definition {
        let text = root.to_json();
        let document = match parse_json(&text) {
            Ok(root) => {
                let file = Arc::new(SourceFile::new(self.document.file.name.clone(), text));
                Document { file, root, pointer: String::new() }
            }
            // A placeholder that only YAML can hold: the tree stays with the places that it has.
            Err(_) => Document { root: root.clone(), ..(*self.document).clone() },
        };
        Definition {
            name: self.name.to_string(),
            source: self.document.file.name.clone().into(),
            declared_type: self.declared_type,
            document,
            substitutions: (*self.substitutions).clone(),
            packaging: Packaging::default(),
            problems: Vec::new(),
        }
    }

    /// The Parallel and Map states around a state, innermost first.
    pub fn enclosing(&self, id: StateId) -> impl Iterator<Item = &State> {
        let mut scope = self.state(id).scope;
        std::iter::from_fn(move || {
            let parent = self.state(self.scope(scope).parent?);
            scope = parent.scope;
            Some(parent)
        })
    }

    /// File, line and column of a field, by JSON pointer from the root of the definition. The nearest
    /// enclosing field that exists, if that one does not.
    pub fn locate(&self, pointer: &str) -> Location {
        self.document.locate(pointer)
    }
}

impl Task {
    /// What it calls, for people: `lambda:invoke`; of a placeholder without a value the resource as it stands.
    pub fn called(&self) -> String {
        match self.integration.kind {
            Service::Unresolved => format!("`{}`", self.resource),
            _ => self.integration.to_string(),
        }
    }
}

impl State {
    /// The Task's own fields, if it is one.
    pub fn task(&self) -> Option<&Task> {
        if let Kind::Task(task) = &self.kind { Some(task) } else { None }
    }

    /// Every state that may come directly after this one in the same scope, with the reason.
    pub fn successors(&self) -> Vec<(Edge, StateId)> {
        let mut edges = Vec::new();
        if let Kind::Choice(choice) = &self.kind {
            edges.extend(choice.rules.iter().enumerate().map(|(at, rule)| (Edge::Rule(at), rule.next)));
            edges.extend(choice.default.map(|next| (Edge::Default, next)));
        } else if let Transition::Next(next) = self.next {
            edges.push((Edge::Next, next));
        }
        edges.extend(self.catch.iter().enumerate().map(|(at, catcher)| (Edge::Catch(at), catcher.next)));
        edges
    }
}

/// Why one state follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// `Next`
    Next,
    /// The rule with this index.
    Rule(usize),
    /// `Default`
    Default,
    /// The catcher with this index.
    Catch(usize),
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standard => "STANDARD",
            Self::Express => "EXPRESS",
        })
    }
}

impl fmt::Display for QueryLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JsonPath => "JSONPath",
            Self::Jsonata => "JSONata",
        })
    }
}
