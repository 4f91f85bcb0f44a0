//! Whether what a task did is taken back by another one.

use crate::asl::{Machine, StateId};
use crate::bdd::words::phrase::time;
use crate::catalog::Effect;
use crate::history::{Attempt, Ending, History, Iteration, VirtualTime, Visits};
use crate::model::Model;

/// What became of the work of a task.
pub(super) enum Undone {
    /// There is none.
    NothingDone,
    /// All of it is taken back.
    Each,
    /// Some is left.
    Not(Left),
}

/// Work that is left.
pub(super) struct Left {
    items: Iteration,
    done_at: VirtualTime,
    /// The last attempt to take it back that failed: its error and when.
    failed: Option<(String, VirtualTime)>,
    /// Whether it was taken back before, and then done again.
    again: bool,
}

impl Left {
    /// `Charge did its work after 350 ms, and Refund is not attempted after that`
    pub(super) fn told(&self, _: &Machine, effect: &str, undo: &str) -> String {
        let items = if self.items.0.is_empty() { String::new() } else { format!(" for item {}", self.items) };
        let again = if self.again { " again" } else { "" };
        let done = format!("{effect} did its work{again}{items} after {}", time(self.done_at));
        match &self.failed {
            Some((error, at)) => format!("{done}, and {undo} fails with {error} after {}", time(*at)),
            None => format!("{done}, and {undo} is not attempted after that"),
        }
    }
}

/// When something happened: in which execution, and when in it.
type Moment = (usize, VirtualTime);

/// Whether all work of some visits is taken back by any of these, over all executions of a run.
pub(super) fn undone(history: &History, done: &Visits, by: &[Visits]) -> Undone {
    let executions = history.executions();
    let with = |visits: &Visits| attempts(&executions, visits);
    let work: Vec<_> = with(done).into_iter().filter(|(_, _, attempt)| attempt.applied).collect();
    let undos: Vec<_> = by.iter().flat_map(with).collect();
    if work.is_empty() {
        return Undone::NothingDone;
    }
    for (execution, items, attempt) in &work {
        let done_at: Moment = (*execution, attempt.ended_at);
        let later =
            undos.iter().filter(|(at, others, undo)| (*at, undo.at) >= done_at && is_about(items, others));
        let later: Vec<&Attempt> = later.map(|(_, _, undo)| *undo).collect();
        if later.iter().any(|undo| matches!(undo.ending, Ending::Succeeded(_))) {
            continue;
        }
        let failed = later.iter().rev().find_map(|undo| match &undo.ending {
            Ending::Failed { error, .. } => Some((error.to_string(), undo.ended_at)),
            Ending::Succeeded(_) | Ending::Aborted | Ending::Open => None,
        });
        let again = undos.iter().any(|(at, others, undo)| {
            (*at, undo.ended_at) <= (*execution, attempt.at)
                && is_about(items, others)
                && matches!(undo.ending, Ending::Succeeded(_))
        });
        return Undone::Not(Left { items: items.clone(), done_at: attempt.ended_at, failed, again });
    }
    Undone::Each
}

/// The attempts among some visits, each with its execution and its items.
fn attempts<'h>(executions: &[&'h History], visits: &Visits) -> Vec<(usize, Iteration, &'h Attempt)> {
    let mut found = Vec::new();
    for (at, execution) in executions.iter().enumerate() {
        let attempts = execution.attempts_in(visits).into_iter();
        found.extend(attempts.map(|attempt| (at, execution.iteration(attempt.strand), attempt)));
    }
    found
}

/// Whether what happens in some items is about others: the same, or those around them.
fn is_about(items: &Iteration, others: &Iteration) -> bool {
    items.0.iter().zip(&others.0).all(|(item, other)| item == other)
}

/// The tasks that did something in a run that one might want to undo: no reads, no messages, nothing that undoes itself.
pub(super) fn to_be_undone(model: &Model, history: &History) -> Vec<Visits> {
    let mut states: Vec<StateId> = Vec::new();
    for attempt in history.executions().iter().flat_map(|execution| &execution.attempts) {
        let effect = model.effect_of(attempt.state, &attempt.parameters);
        let declared = model.declaration(attempt.state, &attempt.parameters).unwrap_or_default();
        let is_meant = declared.effect.is_some() || declared.undone_by.is_some();
        let changes = !matches!(effect, Effect::None | Effect::Notification)
            && !model.is_signal_with(attempt.state, &attempt.parameters)
            && (is_meant || !model.is_harmless_by_name(attempt.state));
        let undoes = model.is_undo(attempt.state) || model.may_undo_anything(attempt.state);
        if attempt.applied && changes && !undoes && !states.contains(&attempt.state) {
            states.push(attempt.state);
        }
    }
    states.into_iter().map(Visits::all).collect()
}
