//! Asking about a state: where in its visit, and what is known by then.

use std::sync::Arc;

use crate::asl::{Kind, State};
use crate::error::{ErrorName, Origin};
use crate::expr::ContextObject as _;
use crate::history::{Detail, Outcome, StrandId};
use crate::value::Value;

use super::context::StrandContext;
use super::engine::Engine;
use super::failure::Source;
use super::flow::oversized_cause;
use super::probe::Work;
use super::strand::at;
use super::task::AttemptEnd;
use super::{Question, Route, Told, Visit};

impl Engine<'_> {
    /// Asks about the visit of a strand; what is told waits there until the state is left. False if the run ends here.
    pub(super) fn consult(&mut self, id: StrandId, state: &State, question: Question<'_>) -> bool {
        if self.teller.is_none() {
            return true;
        }
        let context = self.whole_context(id);
        self.consult_in(id, state, question, context)
    }

    /// The same, in the context of another moment.
    pub(super) fn consult_in(
        &mut self,
        id: StrandId,
        state: &State,
        question: Question<'_>,
        context: Value,
    ) -> bool {
        let Some(teller) = self.teller.take() else { return true };
        let strand = &mut self.strands[at(id)];
        strand.retries.resize(state.retry.len(), 0);
        let (input, variables, retries) = (&strand.input, &strand.variables, &*strand.retries);
        let answer = teller(&Visit { state, input, variables, context, retries, question });
        self.teller = Some(teller);
        match answer {
            Ok(told) => {
                self.strands[at(id)].told = told.map(Box::new);
                true
            }
            Err(unknown) => {
                self.end(Outcome::Unknown(unknown));
                false
            }
        }
    }

    /// The context object of a strand.
    pub(super) fn whole_context(&self, id: StrandId) -> Value {
        StrandContext { engine: self, strand: id, item: self.strands[at(id)].item.as_ref() }.value()
    }

    /// What is told about a state that does its work by itself.
    pub(super) fn consult_alone(&mut self, id: StrandId, state: &State) -> bool {
        match state.kind {
            Kind::Pass { .. } | Kind::Choice(_) | Kind::Succeed | Kind::Fail { .. } => {
                self.teller.is_none() || self.consult(id, state, Question::Alone)
            }
            // These ask when they know more of their work.
            Kind::Wait(_) | Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_) => true,
        }
    }

    /// What is told about a Parallel or Map state whose strands came to this.
    pub(super) fn consult_whole(
        &mut self,
        id: StrandId,
        state: &State,
        work: &Work,
        source: Option<Source>,
    ) -> bool {
        if self.teller.is_none() || !matches!(state.kind, Kind::Parallel { .. } | Kind::Map(_)) {
            return true;
        }
        let caused_by = match source {
            Some(Source::Inside(record)) => {
                Some(self.machine.state(self.history.failures[record].state).name.clone())
            }
            Some(Source::Attempt(_)) | None => None,
        };
        let container = self.strands[at(id)].container.map(|container| &self.containers[container.0]);
        let failed_items = container.and_then(|it| it.run.as_ref()).map(|run| run.tolerance.failed);
        let question = Question::After {
            work,
            origin: Origin::Reported,
            caused_by: caused_by.as_deref(),
            failed_items: failed_items.filter(|failed| *failed > 0),
        };
        self.consult(id, state, question)
    }

    /// What was told about the visit of a strand, once.
    pub(super) fn told(&mut self, id: StrandId) -> Option<Told> {
        self.strands[at(id)].told.take().map(|told| *told)
    }

    /// What is told about the items of a Map, if its work can begin.
    pub(super) fn told_items(&mut self, id: StrandId) -> Option<Told> {
        let waiting = self.strands[at(id)].told.as_ref()?;
        if waiting.route == Route::Ready { self.told(id) } else { None }
    }

    /// What is told about an attempt that is going to end like this; its request is the one that is told.
    pub(super) fn consult_attempt(
        &mut self,
        id: StrandId,
        state: &State,
        attempt: usize,
        end: Option<&AttemptEnd>,
        context: Value,
    ) -> bool {
        let failed = |error: &str, cause: Option<Arc<str>>| Work::Error { error: Arc::from(error), cause };
        let (work, origin) = match end {
            // Nobody can be asked about a failure without a name.
            Some(AttemptEnd::Error { error: None, .. }) => return true,
            None => (None, Origin::Reported),
            Some(AttemptEnd::Result(value)) if value.json_len() > self.limits().payload_bytes_max => {
                (Some(failed(ErrorName::DATA_LIMIT, Some(oversized_cause(state).into()))), Origin::Reported)
            }
            Some(AttemptEnd::Result(value)) => (Some(Work::Result(value.clone())), Origin::Reported),
            Some(AttemptEnd::Error { error: Some(error), cause, .. }) => {
                (Some(failed(error, cause.clone())), Origin::Reported)
            }
            Some(AttemptEnd::TimedOut) => (Some(failed(ErrorName::TIMEOUT, None)), Origin::Reported),
            Some(AttemptEnd::HeartbeatMissed) => (Some(failed(ErrorName::TIMEOUT, None)), Origin::Heartbeat),
        };
        let question = match &work {
            Some(work) => Question::After { work, origin, caused_by: None, failed_items: None },
            None => Question::Before,
        };
        if !self.consult_in(id, state, question, context) {
            return false;
        }
        self.correct_request(id, attempt);
        if work.is_none() {
            self.strands[at(id)].told = None;
        }
        true
    }

    /// The request of the task that is under way, as told.
    pub(super) fn correct_request(&mut self, id: StrandId, attempt: usize) {
        let told = self.strands[at(id)].told.as_mut();
        let Some(arguments) = told.and_then(|told| told.arguments.take()) else { return };
        let attempt = &mut self.history.attempts[attempt];
        if attempt.parameters == arguments {
            return;
        }
        let event = match attempt.scheduled.child_index() {
            Some(index) => self.history.child_events.get_mut(index),
            None => self.history.events.get_mut(attempt.scheduled.0.saturating_sub(1) as usize),
        };
        if let Some(Detail::Scheduled(scheduled)) = event.map(|event| &mut event.detail) {
            scheduled.parameters = arguments.clone();
        }
        attempt.parameters = arguments;
    }
}
