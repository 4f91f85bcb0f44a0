//! What becomes of a failure: the state's retriers, then its catchers, then the enclosing state.

use std::sync::Arc;

use crate::asl::{Catcher, Jitter, Kind, QueryLanguage, Retrier, State};
use crate::contested::Contested;
use crate::error::{ErrorName, Failure, Origin, backoff_ms, first_catcher, first_retrier};
use crate::expr::{EvalError, EvalErrorKind, States, Template};
use crate::history::{Detail, EventType, FailureRecord, Handling, StrandId};
use crate::value::{ObjectBuilder, Value};

use super::engine::Engine;
use super::flow::assigned;
use super::probe::Work;
use super::strand::{Phase, Step, at};

/// An error and its cause while they look for a handler.
#[derive(Clone, Debug)]
pub(super) struct StateError {
    /// Absent where a Fail state names none.
    pub(super) error: Option<Arc<str>>,
    pub(super) cause: Option<Arc<str>>,
    pub(super) origin: Origin,
}

impl StateError {
    /// The interpreter itself failed; no handler is asked.
    pub(super) fn interpreter(error: &str, cause: String) -> Self {
        Self { error: Some(Arc::from(error)), cause: Some(Arc::from(cause)), origin: Origin::Interpreter }
    }

    /// A failure that handlers may take.
    pub(super) fn reported(error: Arc<str>, cause: Option<Arc<str>>) -> Self {
        Self { error: Some(error), cause, origin: Origin::Reported }
    }

    pub(super) fn failure(&self) -> Failure<'_> {
        Failure { error: self.error.as_deref().unwrap_or(""), origin: self.origin }
    }
}

/// Where a failure comes from: an attempt of a task, or a failure inside a Parallel or Map state.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Attempt(usize),
    Inside(usize),
}

impl Engine<'_> {
    /// The state of a strand has failed.
    pub(super) fn fail(&mut self, id: StrandId, error: StateError, source: Option<Source>) -> Step {
        if self.has_ended() {
            return Step::End;
        }
        let state = self.state(id);
        if let (Some(name), Some(_)) = (&error.error, &source) {
            let work = Work::Error { error: name.clone(), cause: error.cause.clone() };
            if !self.consult_whole(id, state, &work, source) {
                return Step::End;
            }
        }
        if let Some(told) = self.told(id) {
            return self.fail_as_told(id, state, told, Some(&error), source);
        }
        let record = self.record_failure(id, &error, source);
        // ASL spec, "Retrier": the first retrier that lists the error decides; once it is spent, Catch is next.
        let retrier = first_retrier(&state.retry, error.failure(), self.case.rules);
        let mut spent = None;
        if let Some(index) = retrier {
            if let Some(retry) = self.take_retry(id, state, index) {
                return self.back_off(id, &state.retry[index], index, retry, record);
            }
            spent = Some(index);
        }
        self.show_failed(id, state, &error);
        let Some(index) = first_catcher(&state.catch, error.failure(), self.case.rules) else {
            self.history.failures[record].handling = Handling::Uncaught { spent };
            return self.pass_up(id, error, record);
        };
        self.history.failures[record].handling = Handling::Caught { catcher: index, spent };
        self.caught(id, state, &state.catch[index], &error)
    }

    /// Recorded on AWS: a runtime error of a Map or Parallel itself shows no …StateFailed.
    pub(super) fn show_failed(&mut self, id: StrandId, state: &State, error: &StateError) {
        if error.origin != Origin::Interpreter
            && let Some(kind) = container_failed(&state.kind)
        {
            self.emit(id, kind, Detail::None);
        }
    }

    pub(super) fn record_failure(
        &mut self,
        id: StrandId,
        error: &StateError,
        source: Option<Source>,
    ) -> usize {
        let strand = &self.strands[at(id)];
        let (attempt, echo_of) = match source {
            Some(Source::Attempt(attempt)) => (Some(attempt), None),
            Some(Source::Inside(record)) => (None, Some(record)),
            None => (None, None),
        };
        self.history.failures.push(FailureRecord {
            event: strand.last,
            state: strand.state,
            strand: id,
            at: self.clock.now(),
            error: error.error.clone().unwrap_or_else(|| Arc::from("")),
            cause: error.cause.clone(),
            origin: error.origin,
            attempt,
            echo_of,
            handling: Handling::Uncaught { spent: None },
        });
        self.history.failures.len() - 1
    }

    /// Uses up one retry of a retrier; `None` if it has none left. Gives the number of the retry, from 0.
    fn take_retry(&mut self, id: StrandId, state: &State, retrier: usize) -> Option<u32> {
        let before = self.retries_before();
        let counts = &mut self.strands[at(id)].retries;
        counts.resize(state.retry.len(), 0);
        let used = counts[retrier].saturating_add(before);
        if used >= state.retry[retrier].attempts_max {
            return None;
        }
        counts[retrier] += 1;
        Some(used)
    }

    fn back_off(&mut self, id: StrandId, retrier: &Retrier, index: usize, retry: u32, record: usize) -> Step {
        let full = backoff_ms(retrier, retry);
        let delay_ms = match retrier.jitter {
            Jitter::None => full,
            // Docs, "Retry": FULL draws the delay between 0 and the computed one.
            Jitter::Full => self.random.up_to(full),
        };
        self.history.failures[record].handling =
            Handling::Retried { retrier: index, retry: retry + 1, delay_ms };
        if self.probe.is_some() {
            return self.stop_at_retry(record);
        }
        self.strands[at(id)].phase = Phase::BackingOff;
        self.set_timer(id, delay_ms);
        Step::Block
    }

    /// The delay is over: the state's work starts anew.
    pub(super) fn retry(&mut self, id: StrandId, state: &State) -> Step {
        match &state.kind {
            Kind::Task(task) => self.attempt(id, state, task),
            Kind::Parallel { branches } => self.enter_parallel(id, state, branches),
            Kind::Map(map) => self.enter_map(id, state, map),
            Kind::Pass { .. } | Kind::Choice(_) | Kind::Wait(_) | Kind::Succeed | Kind::Fail { .. } => {
                unreachable!("only Task, Parallel and Map states have retriers")
            }
        }
    }

    fn caught(&mut self, id: StrandId, state: &State, catcher: &Catcher, error: &StateError) -> Step {
        let error_output = error_output(error);
        let left = match state.query_language {
            QueryLanguage::Jsonata => {
                let states = States { result: None, error_output: Some(&error_output) };
                let eval = |template: &Template| self.with_states(id, states, |env| template.eval(env));
                assigned(catcher.assign.as_ref(), eval).and_then(|assigned| {
                    let output = catcher.output.as_ref().map(eval).transpose()?;
                    Ok((output.unwrap_or_else(|| error_output.clone()), assigned))
                })
            }
            QueryLanguage::JsonPath => {
                let eval = |template: &Template| self.with_env(id, &error_output, |env| template.eval(env));
                assigned(catcher.assign.as_ref(), eval).and_then(|assigned| {
                    // ASL spec, "Catcher": only the catcher's own ResultPath applies; OutputPath and
                    // ResultSelector do not.
                    Ok((self.merge(id, &catcher.result_path, error_output.clone())?, assigned))
                })
            }
        };
        match left {
            Ok((output, assigned)) => self.exit(id, state, output, assigned, Some(catcher.next)),
            Err(error) => self.catcher_failed(id, error),
        }
    }

    /// A catcher's own fields cannot be evaluated: it does not catch that, nor does another one of its state.
    fn catcher_failed(&mut self, id: StrandId, error: EvalError) -> Step {
        match self.evaluation_error(id, error) {
            Some(error) => {
                let record = self.record_failure(id, &error, None);
                self.pass_up(id, error, record)
            }
            None => Step::End,
        }
    }

    /// An evaluation failed: as its state's handlers see it.
    pub(super) fn evaluation_failed(&mut self, id: StrandId, error: EvalError) -> Step {
        if let Some(told) = self.told(id) {
            let location = match error.kind {
                EvalErrorKind::Query(location) => location,
                _ => None,
            };
            return self.evaluation_as_told(id, self.state(id), told, location);
        }
        match self.evaluation_error(id, error) {
            Some(error) => self.fail(id, error, None),
            None => Step::End,
        }
    }

    /// What a failed evaluation is for handlers; none if the run ends here, because nobody knows what AWS does.
    fn evaluation_error(&mut self, id: StrandId, error: EvalError) -> Option<StateError> {
        let state = self.state(id);
        if error.kind == EvalErrorKind::Unsupported {
            self.give_up("expression", error.cause, &state.pointer);
            return None;
        }
        let cause = format!(
            "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
            state.name,
            self.strands[at(id)].entered.0,
            error.cause
        );
        let EvalErrorKind::Query(location) = error.kind else {
            return Some(self.runtime_error(&error.kind, cause));
        };
        let cause: Arc<str> = Arc::from(cause);
        self.emit_evaluation_failed(id, state, location, cause.clone());
        Some(StateError::reported(Arc::from(ErrorName::QUERY_EVALUATION), Some(cause)))
    }

    /// The interpreter's own failure: `States.Runtime`, unless the reserved names are to be reported.
    fn runtime_error(&self, kind: &EvalErrorKind, cause: String) -> StateError {
        let reserved = match kind {
            EvalErrorKind::MissingPath(_) => "States.ParameterPathFailure",
            EvalErrorKind::Intrinsic => "States.IntrinsicFailure",
            EvalErrorKind::NoChoice => "States.NoChoiceMatched",
            EvalErrorKind::Type | EvalErrorKind::Query(_) | EvalErrorKind::Unsupported => ErrorName::RUNTIME,
        };
        if reserved != ErrorName::RUNTIME && self.case.rules.departs(Contested::ReservedNames) {
            return StateError::reported(Arc::from(reserved), Some(Arc::from(cause)));
        }
        StateError::interpreter(ErrorName::RUNTIME, cause)
    }

    /// Recorded on AWS: what fails while a state is entered follows the event before it, as the entry does; only a
    /// Wait state has been entered when it looks at its time.
    pub(super) fn emit_evaluation_failed(
        &mut self,
        id: StrandId,
        state: &State,
        location: Option<Arc<str>>,
        cause: Arc<str>,
    ) {
        let strand = &mut self.strands[at(id)];
        if strand.last == strand.entered && !matches!(state.kind, Kind::Wait(_)) {
            strand.last = strand.entered_after;
        }
        self.emit(id, EventType::EvaluationFailed, Detail::Evaluation { location, cause });
    }

    /// No handler of the state took it.
    pub(super) fn pass_up(&mut self, id: StrandId, error: StateError, record: usize) -> Step {
        let strand = &self.strands[at(id)];
        match strand.parent {
            // Recorded on AWS: a runtime error ends the execution from inside a branch, whatever encloses it. The
            // child execution of a distributed Map is an execution of its own.
            Some((container, slot)) if error.origin != Origin::Interpreter || strand.child.is_some() => {
                self.strands[at(id)].phase = Phase::Done;
                self.child_failed(container, slot, id, error, record);
                if self.has_ended() { Step::End } else { Step::Block }
            }
            _ => self.fail_execution(id, &error),
        }
    }
}

/// What a catcher sees. Recorded on AWS: after a timeout `Cause` is the empty text; a failure without an error name
/// gives null for both.
fn error_output(error: &StateError) -> Value {
    let mut output = ObjectBuilder::with_capacity(2);
    output.push("Error", error.error.clone().map_or(Value::Null, Value::from));
    let cause = match (&error.error, &error.cause) {
        (_, Some(cause)) => Value::from(cause.clone()),
        (Some(_), None) => Value::from(""),
        (None, None) => Value::Null,
    };
    output.push("Cause", cause);
    output.finish().into()
}

fn container_failed(kind: &Kind) -> Option<EventType> {
    match kind {
        Kind::Parallel { .. } => Some(EventType::ParallelStateFailed),
        Kind::Map(_) => Some(EventType::MapStateFailed),
        _ => None,
    }
}
