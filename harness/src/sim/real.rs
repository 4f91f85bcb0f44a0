//! An attempt whose work is really done by whoever is asked. Time stays virtual: the answer comes as soon as any other.

use crate::asl::{State, Task};
use crate::error::ErrorName;
use crate::history::{Site, StrandId};
use crate::mock::FailingStep;
use crate::value::Value;

use super::engine::Engine;
use super::probe::Work;
use super::strand::{Phase, Step, at};
use super::task::{AttemptEnd, Course};
use super::{Question, Route};

impl Engine<'_> {
    /// The attempt, if it is really made: no fault strikes it, and whoever is asked tells what it came to.
    pub(super) fn real_attempt(
        &mut self,
        id: StrandId,
        state: &State,
        task: &Task,
        attempt: usize,
        site: &Site,
        context: Option<&Value>,
    ) -> Option<Step> {
        let number = self.history.attempts[attempt].number;
        if self.case.plan.fault_at(site, number).is_some() {
            return None;
        }
        if !self.consult_in(id, state, Question::Real, context?.clone()) {
            return Some(Step::End);
        }
        let work = self.strands[at(id)].told.as_mut()?.work.take()?;
        self.correct_request(id, attempt);
        self.strands[at(id)].told.take_if(|told| told.route == Route::Ready);
        let applied = matches!(work, Work::Result(_));
        self.history.attempts[attempt].applied = applied;
        let end = match work {
            Work::Result(value) => AttemptEnd::Result(value),
            Work::Error { error, cause: None } if &*error == ErrorName::TIMEOUT => AttemptEnd::TimedOut,
            Work::Error { error, cause } => {
                AttemptEnd::Error { error: Some(error), cause, step: FailingStep::Work }
            }
        };
        let course = self.started(id, task, Course::of(0, Some(end), true, applied));
        self.strands[at(id)].phase = Phase::Attempting { attempt, end: course.end };
        self.set_timer(id, self.case.task_ms);
        Some(if self.has_ended() { Step::End } else { Step::Block })
    }
}
