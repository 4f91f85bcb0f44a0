//! How many attempts a fault lasts that is told by what the retriers of its task make of it.

use std::sync::Arc;

use super::offer::{Consequence, Meeting, Moment};
use super::{Burst, Class, Lasting};
use crate::asl::State;
use crate::model::Model;

impl Lasting {
    /// How many attempts that is for a class of faults at a task, by the retriers that take what it is reported as.
    pub(crate) fn of(self, model: &Model, state: &State, class: &Class) -> Result<Burst, NoLength> {
        match self {
            Self::Once => return Ok(Burst::Attempts(1)),
            Self::Forever => return Ok(Burst::Forever),
            Self::LastSurvivable | Self::Exhausting => {}
        }
        let Some(task) = state.task() else { return Err(NoLength::Answered) };
        let consequence = Consequence::of(class, task);
        let Some((error, _)) = &consequence.error else {
            let never = consequence.moment == Moment::Never;
            return Err(if never { NoLength::NeverEnds } else { NoLength::Answered });
        };
        let retries = Meeting::of(model, state, &consequence).retries;
        self.among(&retries).ok_or_else(|| NoLength::NotRetried(Arc::clone(error)))
    }
}

/// Why retriers do not decide how long a fault lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoLength {
    /// The call answers, so that there is nothing to retry.
    Answered,
    /// Nothing ends the attempt.
    NeverEnds,
    /// No retrier of the task takes this error.
    NotRetried(Arc<str>),
}
