//! From a flat list of exported events to visits of states: which event belongs to which entry of which state, in
//! which iteration, and which attempts were made there.
//!
//! `previousEventId` is the only thread through a history, and it is not always inside the state that an event
//! belongs to: a Map starts its next iteration, retries and exits after the last event *inside* of it, and a failed
//! evaluation follows what came before the state (all recorded on AWS). Names decide where there are names.

use std::sync::Arc;

use super::shape::{Shape, StateKind};
use crate::history::EventType;
use crate::history::import::{Recorded, Recording};

/// An event, by its position in the recording.
pub(super) type At = usize;
/// An entry of a state, by its position in [`Timeline::visits`].
pub(super) type VisitId = usize;
/// A thread, by its position in [`Timeline::threads`].
pub(super) type ThreadId = usize;

/// The visits and threads of one recording.
#[derive(Debug)]
pub(super) struct Timeline<'r> {
    pub(super) recording: &'r Recording,
    /// In the order in which they were entered.
    pub(super) visits: Vec<Visit>,
    /// The top level first.
    pub(super) threads: Vec<Thread>,
    /// For each event its visit and thread.
    places: Vec<Place>,
}

/// One entry of a state.
#[derive(Debug)]
pub(super) struct Visit {
    /// The state's name.
    pub(super) name: Arc<str>,
    /// What its type is.
    pub(super) kind: StateKind,
    /// The thread it runs in.
    pub(super) thread: ThreadId,
    /// `…StateEntered`; none where a log leaves it out.
    pub(super) entered: Option<At>,
    /// `…StateExited`
    pub(super) exited: Option<At>,
    /// All events that are its own, those of inner states excluded.
    pub(super) events: Vec<At>,
    /// The calls it made.
    pub(super) attempts: Vec<Attempt>,
    /// How often a Parallel or Map started.
    pub(super) rounds: u32,
    /// Whether a Parallel or Map has succeeded or failed for good.
    closed: bool,
    /// Whether it was cut off.
    pub(super) aborted: bool,
}

/// One call of a task.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attempt {
    /// `…Scheduled`
    pub(super) scheduled: Option<At>,
    /// `…Started`
    pub(super) started: Option<At>,
    /// `TaskSubmitted`
    pub(super) submitted: Option<At>,
    /// `…Succeeded`, `…Failed`, `…TimedOut`
    pub(super) ended: Option<At>,
}

/// The top level, a branch, or one item of a Map.
#[derive(Debug)]
pub(super) struct Thread {
    /// The Parallel or Map that started it.
    pub(super) owner: Option<VisitId>,
    /// In which of its rounds.
    pub(super) round: u32,
    /// Which item of the Map.
    pub(super) item: Option<u64>,
    /// What it entered, in order.
    pub(super) visits: Vec<VisitId>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    visit: Option<VisitId>,
    thread: ThreadId,
}

impl<'r> Timeline<'r> {
    /// Puts the events of a recording in their places.
    pub(super) fn new(recording: &'r Recording) -> Self {
        let top = Thread { owner: None, round: 0, item: None, visits: Vec::new() };
        let places = Vec::with_capacity(recording.events.len());
        let mut timeline = Self { recording, visits: Vec::new(), threads: vec![top], places };
        for at in 0..recording.events.len() {
            let place = timeline.place(at);
            timeline.places.push(place);
            if let Some(visit) = place.visit {
                timeline.visits[visit].take(at, recording.events[at].known());
            }
        }
        timeline
    }

    /// The event.
    pub(super) fn event(&self, at: At) -> &'r Recorded {
        &self.recording.events[at]
    }

    /// The event with this id, if it was exported.
    pub(super) fn find(&self, id: u64) -> Option<At> {
        self.recording.events.binary_search_by_key(&id, |event| event.id).ok()
    }

    /// The event that led to this one.
    pub(super) fn previous(&self, at: At) -> Option<At> {
        self.find(self.event(at).previous).filter(|previous| *previous < at)
    }

    /// The visit that an event belongs to.
    pub(super) fn visit_of(&self, at: At) -> Option<VisitId> {
        self.places[at].visit
    }

    /// The Parallel and Map visits around a visit, the innermost first.
    pub(super) fn enclosing(&self, visit: VisitId) -> impl Iterator<Item = VisitId> {
        let mut thread = self.visits[visit].thread;
        std::iter::from_fn(move || {
            let owner = self.threads[thread].owner?;
            thread = self.visits[owner].thread;
            Some(owner)
        })
    }

    /// The visit before this one in its thread.
    pub(super) fn before(&self, visit: VisitId) -> Option<VisitId> {
        let visits = &self.threads[self.visits[visit].thread].visits;
        let at = visits.iter().position(|other| *other == visit)?;
        visits.get(at.checked_sub(1)?).copied()
    }

    /// The visit after this one in its thread.
    pub(super) fn after(&self, visit: VisitId) -> Option<VisitId> {
        let visits = &self.threads[self.visits[visit].thread].visits;
        let at = visits.iter().position(|other| *other == visit)?;
        visits.get(at + 1).copied()
    }

    fn place(&mut self, at: At) -> Place {
        let event = self.event(at);
        let before = self.previous(at).map(|previous| self.places[previous]).unwrap_or_default();
        let shape = event.known().map_or(Shape::Other, Shape::of);
        let named = |name: &Arc<str>| self.outward(before).find(|id| self.visits[*id].name == *name);
        match shape {
            Shape::Execution => Place::default(),
            Shape::Entered(kind) => self.enter(at, kind, before),
            Shape::Exited => {
                let found = event.name.as_ref().and_then(|name| named(name).or_else(|| self.open(name)));
                self.at_visit(found.or(before.visit), before)
            }
            Shape::Evaluation => {
                let found = event.name.as_ref().and_then(|name| self.evaluated(name, event.previous));
                self.at_visit(found.or(before.visit), before)
            }
            Shape::Iteration(started) => {
                let found =
                    event.name.as_ref().and_then(named).or_else(|| self.container(before, StateKind::Map));
                match found {
                    Some(map) if started => self.iterate(map, event.index),
                    found => self.at_visit(found, before),
                }
            }
            Shape::Container(kind) => {
                let found = self.container(before, kind);
                self.at_visit(found, before)
            }
            Shape::Attempt | Shape::Aborted | Shape::Other => match before.visit {
                Some(visit) => self.at_visit(Some(visit), before),
                None => self.at_visit(self.redriven(at), before),
            },
        }
    }

    /// The visit of the event before, and those around it, from the inside out.
    fn outward(&self, before: Place) -> impl Iterator<Item = VisitId> {
        let first = before.visit.or(self.threads[before.thread].owner);
        std::iter::successors(first, |id| self.threads[self.visits[*id].thread].owner)
    }

    /// The Parallel or Map that goes on or ends with an event after `before`.
    fn container(&self, before: Place, kind: StateKind) -> Option<VisitId> {
        self.outward(before)
            .find(|id| self.visits[*id].kind == kind && !self.visits[*id].closed)
            .or_else(|| self.visits.iter().rposition(|visit| visit.kind == kind && visit.exited.is_none()))
    }

    /// The last visit of this name that was not left yet.
    fn open(&self, name: &str) -> Option<VisitId> {
        self.visits.iter().rposition(|visit| &*visit.name == name && visit.exited.is_none())
    }

    /// The visit whose evaluation failed. Recorded on AWS: the event follows what came before the state was entered.
    fn evaluated(&self, name: &str, previous: u64) -> Option<VisitId> {
        let entered_after =
            |visit: &Visit| visit.entered.is_some_and(|entered| self.event(entered).previous == previous);
        self.visits
            .iter()
            .rposition(|visit| &*visit.name == name && visit.exited.is_none() && entered_after(visit))
            .or_else(|| self.open(name))
    }

    /// After a redrive the work goes on without another entry: where the same call was made before, or where the
    /// execution had failed.
    fn redriven(&self, at: At) -> Option<VisitId> {
        let previous = self.previous(at)?;
        if self.event(previous).known() != Some(EventType::ExecutionRedriven) {
            return None;
        }
        let event = self.event(at);
        let same_call = |visit: &Visit| {
            let scheduled = visit.last_attempt().and_then(|attempt| attempt.scheduled);
            scheduled.map(|at| self.event(at)).is_some_and(|before| {
                before.resource == event.resource
                    && before.resource_type == event.resource_type
                    && before.parameters == event.parameters
            })
        };
        let is_open = |visit: &Visit| visit.kind == StateKind::Task && visit.exited.is_none();
        let named = |visit: &VisitId| is_open(&self.visits[*visit]);
        let before = (0..previous).rev().find_map(|at| self.places[at].visit).filter(named);
        // Where pages are missing, an open state may be another one.
        let whole = self.recording.gaps.is_empty();
        let known = self.visits.iter().rposition(|visit| is_open(visit) && same_call(visit));
        known.or_else(|| before.filter(|_| whole))
    }

    fn at_visit(&self, visit: Option<VisitId>, before: Place) -> Place {
        Place { visit, thread: visit.map_or(before.thread, |visit| self.visits[visit].thread) }
    }

    fn enter(&mut self, at: At, kind: StateKind, before: Place) -> Place {
        let after = self.previous(at).and_then(|previous| self.event(previous).known());
        let thread = match (after.map(Shape::of), before.visit) {
            // Only the first state of a branch follows the start itself.
            (Some(Shape::Container(StateKind::Parallel)), Some(owner)) => self.start(owner, None),
            _ => before.thread,
        };
        let name = self.event(at).name.clone().unwrap_or_else(|| Arc::from("?"));
        let id = self.visits.len();
        self.visits.push(Visit {
            name,
            kind,
            thread,
            entered: Some(at),
            exited: None,
            events: Vec::new(),
            attempts: Vec::new(),
            rounds: 0,
            closed: false,
            aborted: false,
        });
        self.threads[thread].visits.push(id);
        Place { visit: Some(id), thread }
    }

    fn iterate(&mut self, map: VisitId, index: Option<u64>) -> Place {
        let thread = self.start(map, index);
        Place { visit: None, thread }
    }

    fn start(&mut self, owner: VisitId, item: Option<u64>) -> ThreadId {
        let round = self.visits[owner].rounds;
        self.threads.push(Thread { owner: Some(owner), round, item, visits: Vec::new() });
        self.threads.len() - 1
    }
}

impl Visit {
    /// The last call.
    pub(super) fn last_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    fn take(&mut self, at: At, kind: Option<EventType>) {
        self.events.push(at);
        let Some(kind) = kind else { return };
        let name = kind.name();
        match Shape::of(kind) {
            Shape::Exited => self.exited = Some(at),
            Shape::Aborted => self.aborted = true,
            Shape::Container(_) if name.ends_with("StateStarted") => {
                self.rounds += 1;
                self.closed = false;
            }
            Shape::Container(_) if name.ends_with("StateSucceeded") || name.ends_with("StateFailed") => {
                self.closed = true;
            }
            Shape::Container(_) if name.ends_with("Aborted") => self.aborted = true,
            Shape::Attempt => self.take_call(at, name),
            _ => {}
        }
    }

    fn take_call(&mut self, at: At, name: &str) {
        let is_open = self.attempts.last().is_some_and(|attempt| attempt.ended.is_none());
        if name.ends_with("Scheduled") || !is_open {
            self.attempts.push(Attempt::default());
        }
        let attempt = self.attempts.last_mut().expect("one was pushed");
        if name.ends_with("Scheduled") {
            attempt.scheduled = Some(at);
        } else if name.ends_with("Started") {
            attempt.started = Some(at);
        } else if name.ends_with("Submitted") {
            attempt.submitted = Some(at);
        } else {
            attempt.ended = Some(at);
        }
    }
}
