//! What all states have: type, language, transition.

use std::sync::Arc;

use super::{Compiler, Place, StateType, fields};
use crate::asl::{Kind, QueryLanguage, State, StateId, Transition};

/// The state that is being compiled.
#[derive(Clone, Debug)]
pub(super) struct Current<'d> {
    pub(super) id: StateId,
    pub(super) place: Place<'d>,
    pub(super) kind: StateType,
    pub(super) language: QueryLanguage,
}

impl<'d> Compiler<'d> {
    pub(super) fn state(&mut self, id: StateId, machine_language: QueryLanguage) -> Option<State> {
        let place = self.outline.state(id).place.clone();
        self.state_pointer_len = place.pointer.len();
        // As long as it is not known where a state goes, it is taken for an end.
        self.terminal[id.0 as usize] = true;
        if !self.object(&place) {
            return None;
        }
        let language = self.state_language(&place, machine_language);
        let Some(kind) = self.state_type(&place) else {
            place.get("Next").and_then(|next| self.go(id, &next));
            return None;
        };
        self.terminal[id.0 as usize] = matches!(kind, StateType::Succeed | StateType::Fail);
        if let Some(comment) = place.get("Comment") {
            self.text(&comment);
        }
        let current = Current { id, place, kind, language };
        let owner = format!("a {} state", kind.name());
        self.known_fields(&current.place, fields::of_state(kind), language, &owner);
        let flow = self.flow(&current);
        let assign = self.assign(&current.place, language);
        let next = self.transition(&current);
        let retry = self.retry(&current);
        let catch = self.catch(&current);
        let kind = self.kind(&current);
        let entry = self.outline.state(id);
        Some(State {
            id,
            name: Arc::from(entry.name),
            scope: entry.scope,
            pointer: Arc::from(&*entry.place.pointer),
            path: entry.path.clone(),
            query_language: language,
            flow: flow?,
            assign,
            next: next?,
            retry: retry?,
            catch: catch?,
            kind: kind?,
        })
    }

    /// Recorded on AWS: a state may switch from JSONPath to JSONata, not back.
    fn state_language(&mut self, place: &Place<'d>, machine: QueryLanguage) -> QueryLanguage {
        let own = self.query_language(place);
        if own == Some(QueryLanguage::JsonPath)
            && machine == QueryLanguage::Jsonata
            && let Some(field) = place.get("QueryLanguage")
        {
            let message = "a state cannot use JSONPath when the whole machine uses JSONata";
            let problem = self.problems.error("query-language", field.span(), &field.pointer, message);
            problem.suggestion =
                Some("make JSONPath the machine's language and set JSONata on the other states".to_owned());
        }
        own.unwrap_or(machine)
    }

    fn state_type(&mut self, place: &Place<'d>) -> Option<StateType> {
        let at = self.required(place, "Type")?;
        let words = StateType::ALL.map(StateType::name);
        let text = self.text(&at)?;
        let kind = StateType::parse(text);
        if kind.is_none() {
            let nearest = self.problems.nearest(text, words);
            let message = format!("there is no state type `{text}`");
            let problem = self.problems.error("unknown-type", at.span(), &at.pointer, message);
            problem.suggestion = Some(match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("write {}", super::read::alternatives(&words)),
            });
        }
        kind
    }

    /// `Next` or `End`, exactly one of them, where the type has them at all.
    fn transition(&mut self, current: &Current<'d>) -> Option<Transition> {
        let place = &current.place;
        if !current.kind.has_transition() {
            return Some(Transition::End);
        }
        let (next, end) = (place.get("Next"), place.get("End"));
        match (next, end) {
            (Some(next), None) => self.go(current.id, &next).map(Transition::Next),
            // Reported: an `End` that is not true does not exclude `Next`.
            (Some(next), Some(end)) if matches!(end.node.kind, crate::load::NodeKind::Bool(false)) => {
                self.go(current.id, &next).map(Transition::Next)
            }
            (None, Some(end)) => self.end(current.id, &end),
            (Some(next), Some(end)) => {
                self.go(current.id, &next);
                self.end(current.id, &end);
                self.exclusive(&end, "Next");
                None
            }
            (None, None) => {
                let message = "the state goes nowhere: `Next` or `End` is missing";
                let problem = self.problems.error("missing-field", place.key_span, &place.pointer, message);
                problem.suggestion = Some("add `\"End\": true` or a `Next`".to_owned());
                self.terminal[current.id.0 as usize] = true;
                None
            }
        }
    }

    fn end(&mut self, id: StateId, at: &Place<'d>) -> Option<Transition> {
        use crate::load::NodeKind;
        self.terminal[id.0 as usize] = true;
        match at.node.kind {
            NodeKind::Bool(true) => Some(Transition::End),
            NodeKind::Bool(false) => {
                let message = "`End` must be true; a state that goes on has `Next` instead";
                self.problems.error("wrong-type", at.span(), &at.pointer, message);
                None
            }
            _ => {
                self.wrong_type(at, "true");
                None
            }
        }
    }

    /// The target of a transition, noted for the checks of the graph.
    pub(super) fn go(&mut self, from: StateId, at: &Place<'d>) -> Option<StateId> {
        let scope = self.outline.state(from).scope;
        let target = self.target(scope, at);
        // A misspelt target would make the meant state unreachable, which is no second mistake.
        let meant = target.map_or_else(|meant| meant, Some);
        self.edges[from.0 as usize].extend(meant);
        self.terminal[from.0 as usize] |= meant.is_none();
        target.ok()
    }

    fn kind(&mut self, current: &Current<'d>) -> Option<Kind> {
        match current.kind {
            StateType::Task => self.task(current),
            StateType::Pass => {
                Some(Kind::Pass { result: current.place.get("Result").map(|at| at.node.to_value()) })
            }
            StateType::Choice => self.choice(current).map(Kind::Choice),
            StateType::Wait => self.wait(current).map(Kind::Wait),
            StateType::Succeed => Some(Kind::Succeed),
            StateType::Fail => Some(self.fail(current)),
            StateType::Parallel => self.parallel(current),
            StateType::Map => self.map(current),
        }
    }

    fn parallel(&mut self, current: &Current<'d>) -> Option<Kind> {
        let branches = self.required(&current.place, "Branches")?;
        if !self.list(&branches) {
            return None;
        }
        if branches.items().next().is_none() {
            let message = "`Branches` must not be empty";
            self.problems.error("missing-field", branches.key_span, &branches.pointer, message);
        }
        for branch in branches.items() {
            self.known_fields(&branch, &fields::BRANCH, QueryLanguage::JsonPath, "a branch");
        }
        Some(Kind::Parallel { branches: self.outline.state(current.id).inner.clone() })
    }
}
