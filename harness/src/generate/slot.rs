//! Where a place of the abstract data stands in one real run: in the input, or in the answer to which call.

use std::sync::Arc;

use super::result::api_of;
use super::{Origin, Scenario, place};
use crate::asl::{Machine, State, StateId};
use crate::catalog::conform::{self, Mode, Wrong};
use crate::history::{Event, EventId, EventType, History, StrandId, VirtualTime};
use crate::mock::{Answer, Reply};
use crate::model::{Model, PlaceId, Source, Step};
use crate::value::Value;

/// A moment of a run, as one strand lives it.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    event: EventId,
    at: VirtualTime,
    /// Which item of every enclosing Map.
    items: Vec<u32>,
}

/// A place with its position in one run.
pub(super) struct Slot {
    source: Source,
    /// Which call, from 0.
    invocation: usize,
    steps: Vec<Step>,
    items: Vec<u32>,
}

impl Moment {
    pub(super) fn of(history: &History, event: &Event) -> Self {
        Self { event: event.id, at: event.at, items: history.iteration(event.strand).0 }
    }

    /// The end of a run, as a strand sees it.
    pub(super) fn end(history: &History, strand: StrandId) -> Self {
        let event = EventId(u32::MAX / 2);
        Self { event, at: history.duration, items: history.iteration(strand).0 }
    }

    fn is_after(&self, scheduled: EventId, at: VirtualTime) -> bool {
        if self.event.child_index().is_some() || scheduled.child_index().is_some() {
            return at <= self.at;
        }
        scheduled < self.event
    }
}

impl Slot {
    /// Where the value that was at a place at this moment came from; none if the task was not called before.
    pub(super) fn find(model: &Model, history: &History, moment: &Moment, id: PlaceId) -> Option<Self> {
        let source = model.demands().place(id).source;
        let steps = model.demands().steps(id);
        let invocation = match source {
            Source::Input | Source::ItemReader(_) => 0,
            Source::Result(state) => last_call(history, moment, state)?,
            Source::Failure(_) => return None,
        };
        Some(Self { source, invocation, steps, items: moment.items.clone() })
    }

    /// The value there now.
    pub(super) fn get(&self, machine: &Machine, scenario: &Scenario) -> Option<Value> {
        match self.source {
            Source::Input => place::get(&scenario.input, &self.steps, &self.items),
            Source::Result(state) | Source::ItemReader(state) | Source::Failure(state) => {
                let sequence = scenario.script.answers.get(&machine.state(state).path)?;
                match &sequence.get(self.invocation)?.reply {
                    Reply::Return(result) => place::get(result, &self.steps, &self.items),
                    _ => None,
                }
            }
        }
    }

    /// The scenario with another value there, or with none; nothing if the call does not return a result, or if its API
    /// never gives a value of that type.
    pub(super) fn set(
        &self,
        machine: &Machine,
        scenario: &Scenario,
        value: Option<&Value>,
    ) -> Option<Scenario> {
        let mut changed = scenario.clone();
        if changed.origin == Origin::User {
            changed.origin = Origin::Varied;
        }
        match self.source {
            Source::Input => changed.input = place::set(&scenario.input, &self.steps, &self.items, value),
            Source::Result(state) | Source::ItemReader(state) | Source::Failure(state) => {
                let path = &machine.state(state).path;
                let sequence = scenario.script.answers.get(path)?;
                let answer = sequence.get(self.invocation)?;
                let Reply::Return(result) = &answer.reply else { return None };
                let result = place::set(result, &self.steps, &self.items, value);
                if !could_be_given(machine.state(state), &result) {
                    return None;
                }
                let answer = Answer { reply: Reply::Return(result), ..answer.clone() };
                let sequence = sequence.with_answer_at(self.invocation, answer)?;
                Arc::make_mut(&mut changed.script).answers.insert(path.clone(), sequence);
            }
        }
        Some(changed)
    }
}

/// Whether the types of a result are those of the API. Its words are left alone: services add to them.
fn could_be_given(state: &State, result: &Value) -> bool {
    let misfits = api_of(state).map(|api| conform::misfits(result, api, Mode::Present)).unwrap_or_default();
    !misfits.iter().any(|misfit| matches!(misfit.wrong, Wrong::Type(_)))
}

/// The number of the last call of a state before a moment; one in the same iteration if there is one.
fn last_call(history: &History, moment: &Moment, state: StateId) -> Option<usize> {
    let calls = history.attempts.iter().filter(|attempt| attempt.state == state).enumerate();
    let mut last: Option<(usize, bool)> = None;
    for (number, attempt) in calls.filter(|(_, attempt)| moment.is_after(attempt.scheduled, attempt.at)) {
        let items = history.iteration(attempt.strand).0;
        let related = items.starts_with(&moment.items) || moment.items.starts_with(&items);
        if related || last.is_none_or(|(_, related)| !related) {
            last = Some((number, related));
        }
    }
    last.map(|(number, _)| number)
}

/// All events, those of child executions included.
pub(super) fn events(history: &History) -> impl Iterator<Item = &Event> {
    history.events.iter().chain(&history.child_events)
}

/// Whether an event is the entry of a Choice state.
pub(super) fn enters_choice(event: &Event) -> bool {
    event.kind == EventType::ChoiceStateEntered
}
