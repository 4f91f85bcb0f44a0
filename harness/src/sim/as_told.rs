//! Following what is told about a state: it leaves, waits for a retry, goes to a catcher or fails as told.

use std::sync::Arc;

use crate::asl::{Choice, Edge, Jitter, Kind, State, StateId};
use crate::error::{ErrorName, Origin, backoff_ms, first_catcher, first_retrier};
use crate::history::{Assigned, Decision, Handling, StrandId};
use crate::value::Object;

use super::engine::Engine;
use super::failure::{Source, StateError};
use super::strand::{Phase, Step, at};
use super::{Route, Told};

impl Engine<'_> {
    /// An evaluation failed here, which counts only if nobody told otherwise; `location` is the field.
    pub(super) fn evaluation_as_told(
        &mut self,
        id: StrandId,
        state: &State,
        told: Told,
        location: Option<Arc<str>>,
    ) -> Step {
        match told.route {
            Route::Ready => self.contradiction(state, "is told to work where the simulator sees a failure"),
            // How long it would wait is not told.
            Route::Left { .. } if matches!(state.kind, Kind::Wait(_)) => {
                self.contradiction(state, "is told to have waited, and the simulator cannot tell how long")
            }
            Route::Left { .. } => self.leave_as_told(id, state, told),
            Route::Retried { .. } | Route::Caught { .. } | Route::Failed { .. } => {
                self.tell_evaluation(id, state, &told, location);
                self.fail_as_told(id, state, told, None, None)
            }
        }
    }

    /// Nothing failed here, which counts only if nobody told otherwise.
    pub(super) fn leave_as_told(&mut self, id: StrandId, state: &State, mut told: Told) -> Step {
        match std::mem::take(&mut told.route) {
            Route::Left { output, next } => {
                let edge = self.edge_taken(id, state, next);
                let assigned = self.assigned_as_told(state, edge, told.variables.as_ref());
                match assigned {
                    Ok(assigned) => self.exit(id, state, output, assigned, next),
                    Err(name) => self.untold_variable(state, &name),
                }
            }
            Route::Ready => self.contradiction(state, "is told to wait for its work, which is done"),
            route => self.evaluation_as_told(id, state, Told { route, ..told }, None),
        }
    }

    /// The state has failed as told. `here` is the failure as it was found here, if it was.
    pub(super) fn fail_as_told(
        &mut self,
        id: StrandId,
        state: &State,
        told: Told,
        here: Option<&StateError>,
        source: Option<Source>,
    ) -> Step {
        let error = self.error_as_told(id, &told, here);
        match told.route {
            Route::Ready => self.contradiction(state, "is told to wait for its work, which has failed"),
            Route::Left { .. } => self.leave_as_told(id, state, told),
            Route::Retried { retrier, delay_seconds } => {
                let record = self.record_failure(id, &error, source);
                self.back_off_as_told(id, state, retrier, delay_seconds, record)
            }
            Route::Caught { catcher, spent, output, next } => {
                let record = self.record_failure(id, &error, source);
                self.history.failures[record].handling = Handling::Caught { catcher, spent };
                self.show_failed(id, state, &error);
                match self.assigned_as_told(state, Some(Edge::Catch(catcher)), told.variables.as_ref()) {
                    Ok(assigned) => self.exit(id, state, output, assigned, Some(next)),
                    Err(name) => self.untold_variable(state, &name),
                }
            }
            Route::Failed { spent } => {
                let passed_on = here.filter(|here| source.is_some() && here.error != error.error);
                if let Some(here) = passed_on {
                    self.record_caught(id, state, here, source);
                }
                let record = self.record_failure(id, &error, source.filter(|_| passed_on.is_none()));
                if passed_on.is_none() {
                    self.show_failed(id, state, &error);
                }
                self.history.failures[record].handling = Handling::Uncaught { spent };
                self.pass_up(id, error, record)
            }
        }
    }

    /// The failure of the work was caught, and the catcher failed.
    fn record_caught(&mut self, id: StrandId, state: &State, here: &StateError, source: Option<Source>) {
        let record = self.record_failure(id, here, source);
        let rules = self.case.rules;
        if let Some(catcher) = first_catcher(&state.catch, here.failure(), rules) {
            let spent = first_retrier(&state.retry, here.failure(), rules);
            self.history.failures[record].handling = Handling::Caught { catcher, spent };
        }
        self.show_failed(id, state, here);
    }

    fn error_as_told(&self, id: StrandId, told: &Told, here: Option<&StateError>) -> StateError {
        let from_inside = here.is_some_and(|here| here.cause == told.cause);
        let cause = told.cause.as_ref();
        let cause = cause.map(|cause| if from_inside { cause.clone() } else { self.with_entry(id, cause) });
        let same = here.filter(|here| here.error == told.error);
        let uncaught = matches!(told.route, Route::Failed { .. });
        let origin = match (same, told.error.as_deref()) {
            (Some(here), _) => here.origin,
            // What the interpreter itself fails with is what no handler takes.
            (None, Some(ErrorName::RUNTIME | ErrorName::DATA_LIMIT)) if uncaught => Origin::Interpreter,
            (None, _) => Origin::Reported,
        };
        StateError { error: told.error.clone(), cause, origin }
    }

    /// A cause that names the event at which the state was entered: here that is another one.
    fn with_entry(&self, id: StrandId, cause: &Arc<str>) -> Arc<str> {
        const ENTERED: &str = "(entered at the event id #";
        let Some((before, rest)) = cause.split_once(ENTERED) else { return cause.clone() };
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        Arc::from(format!("{before}{ENTERED}{}{rest}", self.strands[at(id)].entered.0))
    }

    fn tell_evaluation(&mut self, id: StrandId, state: &State, told: &Told, location: Option<Arc<str>>) {
        if told.error.as_deref() != Some(ErrorName::QUERY_EVALUATION) {
            return;
        }
        let cause = self.with_entry(id, &told.cause.clone().unwrap_or_default());
        let field = || Some(Arc::from(cause.split_once("for the field '")?.1.split_once('\'')?.0));
        let location = location.or_else(field);
        self.emit_evaluation_failed(id, state, location, cause);
    }

    fn back_off_as_told(
        &mut self,
        id: StrandId,
        state: &State,
        index: usize,
        told_seconds: u64,
        record: usize,
    ) -> Step {
        let Some(retrier) = state.retry.get(index) else {
            return self.contradiction(state, "is told to use a retrier that it does not have");
        };
        let retries = &mut self.strands[at(id)].retries;
        retries.resize(state.retry.len(), 0);
        let retry = retries[index];
        retries[index] += 1;
        let declared_ms = backoff_ms(retrier, retry);
        let delay_ms = match retrier.jitter {
            // The delay is told in whole seconds; the definition says how it goes on.
            Jitter::None if declared_ms.abs_diff(told_seconds.saturating_mul(1000)) < 1000 => declared_ms,
            Jitter::None => told_seconds.saturating_mul(1000),
            // What is drawn elsewhere is another number each time.
            Jitter::Full => self.random.up_to(declared_ms),
        };
        self.history.failures[record].handling =
            Handling::Retried { retrier: index, retry: retry + 1, delay_ms };
        self.strands[at(id)].phase = Phase::BackingOff;
        self.set_timer(id, delay_ms);
        Step::Block
    }

    /// Which edge leads to where a state goes; a decision that was made otherwise here is corrected.
    fn edge_taken(&mut self, id: StrandId, state: &State, next: Option<StateId>) -> Option<Edge> {
        let Kind::Choice(choice) = &state.kind else { return None };
        let strand = &self.strands[at(id)];
        let (visit, next) = (strand.visit, next?);
        let made = self.history.decisions.iter_mut().rev().find(|made| made.strand == id);
        let made = made.filter(|made| (made.state, made.visit) == (state.id, visit));
        let rule = match &made {
            Some(made) if target(choice, made.rule) == Some(next) => made.rule,
            _ => choice.rules.iter().position(|rule| rule.next == next),
        };
        match made {
            Some(made) => made.rule = rule,
            None => self.history.decisions.push(Decision { state: state.id, strand: id, visit, rule }),
        }
        Some(rule.map_or(Edge::Default, Edge::Rule))
    }

    /// The variables that a state assigned, with their values as told; else the name of one that is not told.
    fn assigned_as_told(
        &self,
        state: &State,
        edge: Option<Edge>,
        told: Option<&Object>,
    ) -> Result<Assigned, String> {
        let pointer = match edge {
            Some(Edge::Catch(at)) => format!("{}/Catch/{at}/Assign", state.pointer),
            Some(Edge::Rule(at)) => format!("{}/Choices/{at}/Assign", state.pointer),
            Some(Edge::Next | Edge::Default) | None => format!("{}/Assign", state.pointer),
        };
        let Some(members) = self.machine.document.node(&pointer).and_then(|node| node.members()) else {
            return Ok(None);
        };
        let names = members.iter().map(|member| member.key.strip_suffix(".$").unwrap_or(&member.key));
        let value = |name: &str| {
            let value = told.and_then(|told| told.get(name)).ok_or_else(|| name.to_owned())?;
            Ok((Arc::from(name), value.clone()))
        };
        names.map(value).collect::<Result<Arc<[_]>, String>>().map(Some)
    }

    fn untold_variable(&mut self, state: &State, name: &str) -> Step {
        self.contradiction(state, &format!("assigns the variable `{name}`, whose value is not told"))
    }

    /// What is told does not fit what happened here.
    fn contradiction(&mut self, state: &State, what: &str) -> Step {
        let detail = format!("`{}` {what}", state.path);
        self.give_up("contradicting answer", detail, &state.pointer);
        Step::End
    }
}

/// Where a decision leads.
fn target(choice: &Choice, rule: Option<usize>) -> Option<StateId> {
    match rule {
        Some(rule) => choice.rules.get(rule).map(|rule| rule.next),
        None => choice.default,
    }
}
