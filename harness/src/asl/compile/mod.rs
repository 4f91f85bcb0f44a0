//! From a loaded document to a [`Machine`]: everything that is understood, and every problem.

mod choice;
mod data;
mod handlers;
mod map;
mod outline;
mod pause;
mod place;
mod read;
mod state;
mod task;

use std::sync::Arc;

pub(super) use outline::Outline;
pub(super) use place::Place;
use read::Limits;

use super::fields::{self, Fields, StateType};
use super::problems::Problems;
use super::{Machine, QueryLanguage, Scope, ScopeId, State, StateId, check};
use crate::load::{Definition, NodeKind, Problem};

/// The longest time that AWS takes for a number of seconds.
pub(super) const SECONDS_MAX: u32 = 99_999_999;

/// What became of a definition.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The machine, if AWS would accept it.
    pub machine: Option<Machine>,
    /// Everything that is wrong with it, in the order of the file.
    pub problems: Vec<Problem>,
}

/// Compiles a definition.
pub fn compile(definition: &Definition) -> Compiled {
    let mut compiler = Compiler::new(definition);
    let machine = compiler.machine();
    let machine = machine.filter(|_| !compiler.problems.any_error());
    Compiled { machine, problems: compiler.problems.finish() }
}

/// Compiles a text that is in no file. Warnings are dropped.
pub fn compile_text(name: &str, text: &str) -> Result<Machine, Vec<Problem>> {
    let compiled = compile(&Definition::from_text(name, text));
    compiled.machine.ok_or(compiled.problems)
}

/// A compilation on its way.
pub(super) struct Compiler<'d> {
    pub(super) definition: &'d Definition,
    pub(super) problems: Problems<'d>,
    pub(super) outline: Outline<'d>,
    /// Where each state can go, with wrong targets replaced by what was probably meant.
    pub(super) edges: Vec<Vec<StateId>>,
    /// `StartAt` of each scope, where it names a state.
    pub(super) starts: Vec<Option<StateId>>,
    /// States that end their scope.
    pub(super) terminal: Vec<bool>,
    /// Bytes of the JSON pointer to the state that is being compiled.
    pub(super) state_pointer_len: usize,
}

impl<'d> Compiler<'d> {
    fn new(definition: &'d Definition) -> Self {
        let document = &definition.document;
        let outline = Outline::of(&Place::root(document));
        Self {
            definition,
            problems: Problems::new(document, definition.problems.clone()),
            edges: vec![Vec::new(); outline.states.len()],
            starts: vec![None; outline.scopes.len()],
            terminal: vec![false; outline.states.len()],
            state_pointer_len: 0,
            outline,
        }
    }

    fn machine(&mut self) -> Option<Machine> {
        let root = self.outline.scope_entry(ScopeId::TOP).place.clone();
        if matches!(root.node.kind, NodeKind::Null) && self.problems.any_error() {
            return None;
        }
        if !self.object(&root) {
            return None;
        }
        check::keys::check(self);
        self.known_fields(&root, &fields::MACHINE, QueryLanguage::JsonPath, "a state machine");
        let query_language = self.query_language(&root).unwrap_or_default();
        // Reported: AWS accepts 0; what it means is not documented, and no limit is taken for it.
        let limits = Limits::whole(0, SECONDS_MAX, f64::from(SECONDS_MAX));
        let timeout = root.get("TimeoutSeconds").and_then(|at| self.number(&at, &limits));
        let timeout = timeout.filter(|seconds| *seconds > 0.0);
        let scopes: Vec<_> = self.outline.scope_ids().map(|id| self.scope(id)).collect();
        let states: Vec<_> = self.outline.state_ids().map(|id| self.state(id, query_language)).collect();
        check::names::check(self);
        check::labels::check(self);
        check::reader::check(self);
        check::request::check(self, query_language);
        check::jsonata::check(self, query_language);
        check::lookalike::check(self, query_language);
        check::graph::check(self);
        let states: Option<Vec<State>> = states.into_iter().collect();
        let scopes: Option<Vec<Scope>> = scopes.into_iter().collect();
        Some(Machine {
            name: Arc::from(&*self.definition.name),
            declared_type: self.definition.declared_type,
            timeout_seconds: timeout.map(|seconds| seconds as u64),
            query_language,
            scopes: scopes?,
            states: states?,
            document: Arc::new(self.definition.document.clone()),
            substitutions: Arc::new(self.definition.substitutions.clone()),
        })
    }

    fn scope(&mut self, id: ScopeId) -> Option<Scope> {
        let (place, parent, branch) = {
            let entry = self.outline.scope_entry(id);
            (entry.place.clone(), entry.parent, entry.branch)
        };
        if !self.object(&place) {
            return None;
        }
        let start = self.required(&place, "StartAt");
        let states = self.required(&place, "States")?;
        if self.object(&states) && self.outline.scope_entry(id).states.is_empty() {
            self.problems.error("missing-field", states.key_span, &states.pointer, "`States` has no state");
        }
        let start = self.target(id, &start?).ok();
        self.starts[id.0 as usize] = start;
        let start = start?;
        Some(Scope { parent, branch, start, states: self.outline.scope_entry(id).states.clone() })
    }

    /// Reports every member that is not among the known fields; a field of the other language is called that.
    pub(super) fn known_fields(
        &mut self,
        at: &Place<'d>,
        known: &'static Fields,
        language: QueryLanguage,
        owner: &str,
    ) {
        let other = match language {
            QueryLanguage::JsonPath => QueryLanguage::Jsonata,
            QueryLanguage::Jsonata => QueryLanguage::JsonPath,
        };
        for (name, field) in at.members() {
            if known.of(language).any(|known| known == name) {
                continue;
            }
            if known.of(other).any(|known| known == name) {
                let message = format!("`{name}` is a field of {other}, this state uses {language}");
                let problem = self.problems.error("query-language", field.key_span, &field.pointer, message);
                problem.suggestion = fields::counterpart(name).map(|field| format!("use `{field}`"));
                continue;
            }
            let nearest = self.problems.nearest(name, known.of(language));
            let message = format!("{owner} has no field `{name}`");
            let problem = self.problems.error("unknown-field", field.key_span, &field.pointer, message);
            problem.suggestion = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        }
    }

    /// `QueryLanguage`, if it is given.
    pub(super) fn query_language(&mut self, at: &Place<'d>) -> Option<QueryLanguage> {
        let field = at.get("QueryLanguage")?;
        match self.word(&field, &["JSONPath", "JSONata"])? {
            "JSONata" => Some(QueryLanguage::Jsonata),
            _ => Some(QueryLanguage::JsonPath),
        }
    }

    /// The state that a `Next`, `Default` or `StartAt` names in its own scope, or the one that was probably meant.
    pub(super) fn target(&mut self, scope: ScopeId, at: &Place<'d>) -> Result<StateId, Option<StateId>> {
        let name = self.text(at).ok_or(None)?;
        let names = &self.outline.scope_entry(scope).names;
        if let Some(id) = names.get(name) {
            return Ok(*id);
        }
        // That there is no state at all is reported; every name would be wrong.
        if names.is_empty() {
            return Err(None);
        }
        let nearest = self.problems.nearest(name, names.keys().copied());
        let shown = !self.problems.is_full();
        let elsewhere = self.outline.states.iter().find(|state| shown && state.name == name);
        let suggestion = match (elsewhere, nearest) {
            (Some(state), _) => Some(format!(
                "`{}` is in another scope; a state goes only to states of its own branch or item processor",
                state.path
            )),
            (None, Some(nearest)) => Some(format!("did you mean `{nearest}`?")),
            (None, None) => None,
        };
        let meant = nearest.and_then(|nearest| names.get(nearest).copied());
        let message = format!("{} names no state of its scope: `{name}`", at.label());
        let problem = self.problems.error("unknown-target", at.span(), &at.pointer, message);
        problem.suggestion = suggestion;
        Err(meant)
    }
}
