//! Questions about some visits of a state: all of them, those in one item of a Map, or one visit of a loop.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Payload, PayloadRole, Retry};
use crate::asl::StateId;
use crate::history::{
    Attempt, EventId, EventType, FailureRecord, Handling, History, Iteration, StrandId, VirtualTime,
};

/// Some visits of a state. What is left open stands for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visits {
    /// The state.
    pub state: StateId,
    /// Which item of every enclosing Map, outermost first; those that are left out at the end are open, too.
    pub items: Vec<Option<u32>>,
    /// Which entry of the state in its items, from 1.
    pub visit: Option<u32>,
}

/// The time that an execution spends in a state, from one entry on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Where and when it begins.
    pub entry: Entry,
    /// When the state is left, by its end, a failure that it does not take, or the end of what runs beside it; none if
    /// the execution ends before.
    pub left: Option<VirtualTime>,
}

impl Visits {
    /// All visits of a state.
    pub fn all(state: StateId) -> Self {
        Self { state, items: Vec::new(), visit: None }
    }

    /// Whether a visit is among them.
    pub fn contains(&self, state: StateId, iteration: &Iteration, visit: u32) -> bool {
        let is_meant = |(wanted, item): (&Option<u32>, &u32)| wanted.is_none_or(|wanted| wanted == *item);
        self.state == state
            && self.visit.is_none_or(|wanted| wanted == visit)
            && self.items.iter().zip(&iteration.0).all(is_meant)
    }
}

impl Stay {
    /// When it ends, in an execution that lasts so long.
    pub fn until(&self, history: &History) -> VirtualTime {
        self.left.unwrap_or(history.duration)
    }
}

impl History {
    /// The entries among some visits, in order.
    pub fn entries_in(&self, visits: &Visits) -> Vec<Entry> {
        let is_meant = |entry: &Entry| visits.contains(entry.state, &entry.iteration, entry.visit);
        self.entries().into_iter().filter(is_meant).collect()
    }

    /// The attempts among some visits, in the order in which they were scheduled.
    pub fn attempts_in(&self, visits: &Visits) -> Vec<&Attempt> {
        let is_meant = |attempt: &&Attempt| {
            visits.contains(attempt.state, &self.iteration(attempt.strand), attempt.visit)
        };
        self.attempts_of(visits.state).filter(is_meant).collect()
    }

    /// The failures of a state in some of its visits, in order.
    pub fn failures_in(&self, visits: &Visits) -> Vec<&FailureRecord> {
        let entries = if visits.visit.is_some() { self.entries_of(visits.state) } else { Vec::new() };
        let is_meant = |record: &&FailureRecord| {
            let iteration = self.iteration(record.strand);
            let visit = match visits.visit {
                None => 0,
                Some(_) => self.visit_of(record, &iteration, &entries),
            };
            visits.contains(record.state, &iteration, visit)
        };
        self.failures_of(visits.state).filter(is_meant).collect()
    }

    /// Which visit of its state a failure belongs to; `entries` are those of the state.
    fn visit_of(&self, record: &FailureRecord, iteration: &Iteration, entries: &[Entry]) -> u32 {
        if let Some(attempt) = record.attempt.and_then(|attempt| self.attempts.get(attempt)) {
            return attempt.visit;
        }
        let before = |entry: &&Entry| entry.iteration == *iteration && entry.event <= record.event;
        entries.iter().filter(before).map(|entry| entry.visit).max().unwrap_or(1)
    }

    /// The payloads of one role among some visits, in order.
    pub fn payloads_in(&self, visits: &Visits, role: PayloadRole) -> Vec<Payload<'_>> {
        let is_meant = |payload: &Payload<'_>| {
            let state = payload.state.filter(|_| payload.role == role);
            state.is_some_and(|state| visits.contains(state, &payload.iteration, payload.visit))
        };
        self.payloads().filter(is_meant).collect()
    }

    /// How long the execution stayed in a state, for each of some visits, in order of the entries.
    pub fn stays_in(&self, visits: &Visits) -> Vec<Stay> {
        let mut stays = self.stays();
        stays.retain(|stay| visits.contains(stay.entry.state, &stay.entry.iteration, stay.entry.visit));
        stays
    }

    /// How long the execution stayed in every state, in order of the entries.
    pub fn stays(&self) -> Vec<Stay> {
        let mut entries: BTreeMap<EventId, Entry> =
            self.entries().into_iter().map(|entry| (entry.event, entry)).collect();
        let escapes: BTreeSet<EventId> = self.escapes().collect();
        let mut stays: Vec<Stay> = Vec::with_capacity(entries.len());
        let mut open: BTreeMap<StrandId, usize> = BTreeMap::new();
        for event in self.in_order() {
            if let Some(entry) = entries.remove(&event.id) {
                if let Some(before) = open.insert(event.strand, stays.len()) {
                    stays[before].left = Some(event.at);
                }
                stays.push(Stay { entry, left: None });
                continue;
            }
            let name = event.kind.name();
            let ends = name.ends_with("StateExited") || name.ends_with("StateAborted");
            let leaves = ends || escapes.contains(&event.id);
            let at = open.get(&event.strand).copied();
            let is_same = |at: &usize| event.state == Some(stays[*at].entry.state);
            if let Some(at) = at.filter(|at| leaves && is_same(at)) {
                stays[at].left = Some(event.at);
                open.remove(&event.strand);
            }
        }
        stays
    }

    /// The events that show failures which their states do not take.
    fn escapes(&self) -> impl Iterator<Item = EventId> {
        let escapes = |record: &&FailureRecord| matches!(record.handling, Handling::Uncaught { .. });
        self.failures.iter().filter(escapes).map(|record| record.event)
    }
}

/// How one visit of a state fared: its retries, and the failure at its end if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// The visit.
    pub entry: Entry,
    /// The retries in order.
    pub retries: Vec<Retry>,
    /// When the failure came that no retrier takes.
    pub failed: Option<VirtualTime>,
}

impl Course {
    /// Whether nothing failed.
    pub fn went_well(&self) -> bool {
        self.failed.is_none() && self.retries.is_empty()
    }

    /// How long it was tried, where it was given up.
    pub fn gave_up(&self) -> Option<VirtualTime> {
        Some(VirtualTime(self.failed?.0.saturating_sub(self.entry.at.0)))
    }
}

impl History {
    /// How some visits of a state fared, in the order of their entries.
    pub fn courses_in(&self, visits: &Visits) -> Vec<Course> {
        let of = |entry| Course { entry, retries: Vec::new(), failed: None };
        let entries = self.entries_in(visits);
        let mut courses: Vec<Course> = entries.iter().cloned().map(of).collect();
        for record in self.failures_in(visits) {
            let iteration = self.iteration(record.strand);
            let visit = self.visit_of(record, &iteration, &entries);
            let is_its =
                |course: &&mut Course| course.entry.iteration == iteration && course.entry.visit == visit;
            let Some(course) = courses.iter_mut().find(is_its) else { continue };
            match self.retry(record) {
                Some(retry) => course.retries.push(retry),
                None => course.failed = Some(record.at),
            }
        }
        courses
    }

    /// The types of the events that belong to a state, for each of some visits.
    pub fn events_in(&self, visits: &Visits) -> Vec<(Entry, Vec<EventType>)> {
        let mut entries: BTreeMap<EventId, Entry> =
            self.entries().into_iter().map(|entry| (entry.event, entry)).collect();
        let mut found: Vec<(Entry, Vec<EventType>)> = Vec::new();
        let mut open: BTreeMap<StrandId, usize> = BTreeMap::new();
        for event in self.in_order() {
            if let Some(entry) = entries.remove(&event.id) {
                open.insert(event.strand, found.len());
                found.push((entry, vec![event.kind]));
            } else if let Some((entry, kinds)) = open.get(&event.strand).map(|at| &mut found[*at])
                && event.state == Some(entry.state)
            {
                kinds.push(event.kind);
            }
        }
        found.retain(|(entry, _)| visits.contains(entry.state, &entry.iteration, entry.visit));
        found
    }

    /// The state of the top level that was entered last.
    pub fn last_state(&self) -> Option<StateId> {
        let top = self.events.iter().rev().filter(|event| event.strand == StrandId(0));
        let mut entered = top.filter(|event| event.kind.name().ends_with("StateEntered"));
        entered.find_map(|event| event.state)
    }
}
