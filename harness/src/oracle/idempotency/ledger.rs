//! The effects ledger of one run: what was done, whether its answer arrived, whether it was done again or undone.

use std::collections::BTreeMap;

use crate::asl::{Kind, StateId};
use crate::fault::Class;
use crate::history::{Attempt, Ending, StrandId};
use crate::model::Undo;
use crate::oracle::Run;

/// One effect by its logical identity: the state, in which items, in which visit.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    /// The state.
    pub(super) state: StateId,
    /// The thread.
    pub(super) strand: StrandId,
    /// The attempts that did the work; more than one: it was repeated.
    pub(super) applied: Vec<&'a Attempt>,
    /// The attempt whose answer arrived.
    pub(super) completed: Option<&'a Attempt>,
    /// The attempt that took it back.
    pub(super) undone: Option<&'a Attempt>,
    /// Whether an attempt to take it back was made, and failed.
    pub(super) was_tried: bool,
}

impl Entry<'_> {
    /// The last attempt that did the work.
    pub(super) fn last(&self) -> &Attempt {
        self.applied.last().expect("an entry is made of an attempt that did the work")
    }
}

/// The effects of a run that can be undone, in the order in which they were first tried.
pub(super) fn undoable<'a>(run: &Run<'a>) -> Vec<(Entry<'a>, &'a Undo)> {
    let known = |entry: Entry<'a>| {
        let undo = run.model.undo_of(entry.state)?;
        Some((entry, undo))
    };
    entries(run)
        .into_iter()
        .filter_map(known)
        .map(|(entry, undo)| (taken_back(run, entry, undo), undo))
        .collect()
}

/// Of a state that does its work for many items, the first few show all.
const ALIKE_MAX: usize = 16;

/// Every effect that was applied in a run.
fn entries<'a>(run: &Run<'a>) -> Vec<Entry<'a>> {
    let mut known: BTreeMap<(StateId, StrandId, u32), usize> = BTreeMap::new();
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut alike: BTreeMap<StateId, usize> = BTreeMap::new();
    for attempt in run.history.attempts.iter().filter(|attempt| attempt.applied) {
        let count = alike.entry(attempt.state).or_default();
        *count += 1;
        if *count > ALIKE_MAX {
            continue;
        }
        let at = *known.entry((attempt.state, attempt.strand, attempt.visit)).or_insert_with(|| {
            entries.push(Entry {
                state: attempt.state,
                strand: attempt.strand,
                applied: Vec::new(),
                completed: None,
                undone: None,
                was_tried: false,
            });
            entries.len() - 1
        });
        let entry = &mut entries[at];
        entry.applied.push(attempt);
        if matches!(attempt.ending, Ending::Succeeded(_)) && !says_otherwise(run, attempt) {
            entry.completed = Some(attempt);
        }
    }
    entries
}

/// Whether the answer was made to say that things went another way.
fn says_otherwise(run: &Run<'_>, attempt: &Attempt) -> bool {
    attempt.injected.is_some_and(|index| {
        matches!(
            run.history.injected[index].class,
            Class::Status(_) | Class::MissingMember(_) | Class::PartialSuccess(_)
        )
    })
}

fn taken_back<'a>(run: &Run<'a>, mut entry: Entry<'a>, undo: &Undo) -> Entry<'a> {
    let last = entry.last();
    let (after, scope) = (last.ended_at, run.model.machine.state(entry.state).scope);
    for attempt in &run.history.attempts {
        let is_same_thread =
            run.model.machine.state(attempt.state).scope != scope || attempt.strand == entry.strand;
        if !undo.by.contains(&attempt.state) || attempt.at < after || !is_same_thread {
            continue;
        }
        match attempt.ending {
            Ending::Succeeded(_) => entry.undone = Some(attempt),
            Ending::Failed { .. } | Ending::Open | Ending::Aborted => entry.was_tried = true,
        }
    }
    entry
}

/// Whether the answer itself led to where nothing is undone: `DECLINED` leaves nothing to take back.
pub(super) fn was_refused(run: &Run<'_>, entry: &Entry<'_>, undo: &Undo) -> bool {
    let demands = run.model.demands();
    run.history.decisions.iter().any(|decision| {
        let Kind::Choice(choice) = &run.model.machine.state(decision.state).kind else { return false };
        let is_own = demands.choice(decision.state).iter().any(|dependency| {
            let source = |place| demands.place(place).source;
            dependency.places.iter().any(|place| source(*place) == crate::model::Source::Result(entry.state))
        });
        let next = match decision.rule {
            Some(rule) => Some(choice.rules[rule].next),
            None => choice.default,
        };
        is_own && next.is_some_and(|next| !run.model.can_lead_to(next, &undo.by))
    })
}
