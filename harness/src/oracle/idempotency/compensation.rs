//! `compensation-incomplete`: an execution ends in failure, and an effect stays that the definition knows how to undo.
//!
//! What undoes what is declared, shown by the calls, or said by the names ([`crate::model::Undo`]). A run proves that the
//! effect was completed, that the execution failed, and that the way it took leads to no state that undoes it. `state`
//! is where that way begins: the state whose catcher leads elsewhere, or that has none; a compensation whose catcher
//! leaves the rest of the chain out; the Choice that decides past it.
//!
//! Left to others: a failure that escapes catchers (`failure-uncaught`), a compensation that breaks without a catcher
//! or by its data (`handler-fails`, `handler-loses-input`), a wait that nothing bounds (`callback-unbounded` and its
//! like).
//!
//! Exempt: an undoing step that ran and failed itself; what a later step has completed (`ConfirmBooking`); an effect
//! whose own answer led to where nothing is undone; a step of the failure path that may undo it, though the definition
//! does not show it; the last steps, which tell or write down what was done.

use std::collections::BTreeMap;

use crate::asl::{Kind, ScopeId, State, StateId};
use crate::catalog::{self, Effect, ErrorClass, Pattern};
use crate::diagnose::fix;
use crate::error::ErrorName;
use crate::history::{Attempt, Ending, ExecutionTimer, FailureRecord, Handling, History, Outcome, StrandId};
use crate::model::{Evidence, Undo};
use crate::oracle::routing::escape;
use crate::oracle::trace;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

use super::ledger::{self, Entry};
use super::take_back;

const RULE: RuleId = RuleId::CompensationIncomplete;

/// Where a run turned away from undoing an effect.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn<'a> {
    /// A catcher leads elsewhere.
    Caught { record: &'a FailureRecord, catcher: usize },
    /// No catcher took the failure.
    Uncaught { record: &'a FailureRecord },
    /// A Choice decided so.
    Decided { choice: StateId },
    /// The time of the execution was up while this one waited.
    TimedOut { attempt: &'a Attempt },
}

/// What became of an effect that was not undone.
enum Fate<'a> {
    /// It was lost here.
    Lost(Turn<'a>),
    /// Nothing is wrong, or another rule says what.
    Fine,
    /// A step may have undone it; the definition does not show it.
    Unknown,
}

/// Where an execution turned to failure, and the effects that it left there.
type Left<'a> = (Turn<'a>, Vec<(Entry<'a>, &'a Undo)>);

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    if !run.model.undoes_anything() || matches!(run.history.outcome, Outcome::Aborted { .. }) {
        return;
    }
    let mut lost: BTreeMap<(StateId, usize), Left<'_>> = BTreeMap::new();
    for (entry, undo) in ledger::undoable(run) {
        if entry.completed.is_none() {
            continue;
        }
        match fate(run, &entry, undo) {
            Fate::Lost(turn) => {
                let key = turn.key();
                lost.entry(key).or_insert_with(|| (turn, Vec::new())).1.push((entry, undo));
            }
            Fate::Fine => out.holds(RULE),
            Fate::Unknown => out.unknown(RULE),
        }
    }
    for (turn, lost) in lost.values() {
        out.violated(violation(run, turn, lost));
    }
}

fn fate<'a>(run: &Run<'a>, entry: &Entry<'_>, undo: &Undo) -> Fate<'a> {
    if entry.undone.is_some() || entry.was_tried || matches!(run.history.outcome, Outcome::Unknown(_)) {
        return Fate::Fine;
    }
    let Some(turn) = turn(run, entry, undo) else { return Fate::Fine };
    let completes = |attempt: &Attempt| {
        attempt.at >= entry.last().ended_at
            && matches!(attempt.ending, Ending::Succeeded(_))
            && run.model.completes(attempt.state, entry.state)
    };
    if run.history.attempts.iter().any(completes)
        || is_last_word(run, turn.state(), undo)
        || ledger::was_refused(run, entry, undo)
    {
        return Fate::Fine;
    }
    if after(run, &turn).any(|attempt| may_undo(run, attempt)) {
        return Fate::Unknown;
    }
    Fate::Lost(turn)
}

/// The first point from which no way leads to undoing an effect, in an execution or an item that fails.
fn turn<'a>(run: &Run<'a>, entry: &Entry<'_>, undo: &Undo) -> Option<Turn<'a>> {
    let history = run.history;
    let ended_at = entry.last().ended_at;
    let is_near = |strand: StrandId| is_near(run, strand, entry, undo);
    let later = |record: &FailureRecord| {
        record.at >= ended_at
            && is_near(record.strand)
            && record.attempt.is_none_or(|attempt| history.attempts[attempt].at >= ended_at)
    };
    let mut was_caught = false;
    for record in history.failures.iter().filter(|record| later(record)) {
        let Handling::Caught { catcher, .. } = record.handling else { continue };
        let next = run.model.machine.state(record.state).catch[catcher].next;
        if !rejoins(run, record) && !is_meant(run, record, catcher) {
            let led =
                !run.model.graph.is_failure_path(record.state) || run.model.leads_to(record.state, &undo.by);
            if led && !leads(run, next, undo) {
                return Some(Turn::Caught { record, catcher });
            }
            was_caught = true;
        }
    }
    match &history.outcome {
        Outcome::Failed { .. } => end(run, entry, undo, was_caught),
        Outcome::TimedOut { by: ExecutionTimer::Declared } => timed_out(run, undo),
        _ => None,
    }
}

/// Whether what happens in a strand concerns an effect. What is undone in its own item or branch stays when that one
/// ends well, whatever becomes of the others.
fn is_near(run: &Run<'_>, strand: StrandId, entry: &Entry<'_>, undo: &Undo) -> bool {
    let machine = &run.model.machine;
    let scope = machine.state(entry.state).scope;
    let is_own = |by: &StateId| {
        machine.state(*by).scope == scope || machine.enclosing(*by).any(|outer| outer.scope == scope)
    };
    if scope != ScopeId::TOP && undo.by.iter().all(is_own) {
        return trace::is_inside(run.history, strand, entry.strand);
    }
    trace::related(run.history, strand, entry.strand)
}

/// Whether a catcher names an error of the work, and the execution ends well: that is an answer, not a failure.
fn is_meant(run: &Run<'_>, record: &FailureRecord, catcher: usize) -> bool {
    let catcher = &run.model.machine.state(record.state).catch[catcher];
    let is_answer = |name: &str| {
        !name.starts_with("States.")
            && !matches!(
                catalog::class_of(name),
                ErrorClass::Transient | ErrorClass::Throttling | ErrorClass::Permission
            )
    };
    run.history.outcome.succeeded() && catcher.errors.iter().all(|name| is_answer(name.as_str()))
}

/// Whether the way behind a catcher leads to undoing an effect, also by failing the scope it is in.
fn leads(run: &Run<'_>, next: StateId, undo: &Undo) -> bool {
    let model = run.model;
    model.leads_to(next, &undo.by)
        || model.graph.can_end_badly(next)
            && model
                .machine
                .enclosing(next)
                .any(|outer| outer.catch.iter().any(|catcher| model.leads_to(catcher.next, &undo.by)))
}

/// Whether the work went on as usual after a failure was caught.
fn rejoins(run: &Run<'_>, record: &FailureRecord) -> bool {
    let entered = |event: &&crate::history::Event| {
        event.id > record.event && event.strand == record.strand && event.at >= record.at
    };
    let machine = &run.model.machine;
    let scope = machine.state(record.state).scope;
    let is_usual = |state: StateId| {
        state != record.state
            && machine.state(state).scope == scope
            && !run.model.graph.is_failure_path(state)
    };
    let events = events_of(run.history, record);
    events.iter().filter(entered).filter_map(|event| event.state).any(is_usual)
}

fn events_of<'a>(history: &'a History, record: &FailureRecord) -> &'a [crate::history::Event] {
    if record.event.child_index().is_some() { &history.child_events } else { &history.events }
}

/// Where an execution turned away whose last failure nothing took.
fn end<'a>(run: &Run<'a>, entry: &Entry<'_>, undo: &Undo, was_caught: bool) -> Option<Turn<'a>> {
    let history = run.history;
    let mut at = history.failures.len().checked_sub(1)?;
    let mut chain = vec![at];
    while let Some(inner) = history.failures[at].echo_of {
        chain.push(inner);
        at = inner;
    }
    let record = &history.failures[at];
    // `failure-uncaught` asks the same.
    let is_timer = &*record.error == ErrorName::TIMEOUT;
    let is_caught_somewhere = chain.iter().any(|at| {
        let state = run.model.machine.state(history.failures[*at].state);
        !state.catch.is_empty() && (is_timer || !escape::names_results(run, state))
    });
    if trace::is_runtime(record)
        || !matches!(record.handling, Handling::Uncaught { .. })
        || !is_near(run, record.strand, entry, undo)
    {
        return None;
    }
    if matches!(run.model.machine.state(record.state).kind, Kind::Fail { .. }) {
        return decided(run, entry, undo, was_caught);
    }
    if was_caught {
        return None;
    }
    // Other rules say what is wrong there.
    let is_of_others = is_caught_somewhere || run.model.graph.is_failure_path(record.state);
    (record.attempt.is_some() && !is_of_others).then_some(Turn::Uncaught { record })
}

/// The last Choice that could have led to undoing an effect, and did not.
///
/// After a failure only what the machine itself has written decides; what tasks answered is invented.
fn decided<'a>(run: &Run<'a>, entry: &Entry<'_>, undo: &Undo, was_caught: bool) -> Option<Turn<'a>> {
    let demands = run.model.demands();
    let is_certain = |state: StateId| {
        !was_caught || demands.choice(state).iter().all(|dependency| dependency.places.is_empty())
    };
    run.history.decisions.iter().rev().find_map(|decision| {
        let state = run.model.machine.state(decision.state);
        let Kind::Choice(choice) = &state.kind else { return None };
        let next = decision.rule.map_or(choice.default, |rule| Some(choice.rules[rule].next))?;
        let turns = is_near(run, decision.strand, entry, undo)
            && is_certain(state.id)
            && !leads(run, next, undo)
            && run.model.can_lead_to(state.id, &undo.by);
        turns.then_some(Turn::Decided { choice: state.id })
    })
}

/// A task with a timer of its own was cut off by that of the execution.
fn timed_out<'a>(run: &Run<'a>, undo: &Undo) -> Option<Turn<'a>> {
    run.history.attempts.iter().rev().find_map(|attempt| {
        let state = run.model.machine.state(attempt.state);
        let has_timer = state.task().is_some_and(|task| task.timeout.is_some());
        let catches = state.catch.iter().any(|catcher| run.model.leads_to(catcher.next, &undo.by));
        (attempt.ending == Ending::Open && has_timer && catches).then_some(Turn::TimedOut { attempt })
    })
}

/// Whether nothing but telling and writing down comes from here on.
fn is_last_word(run: &Run<'_>, state: StateId, undo: &Undo) -> bool {
    let model = run.model;
    let is_slight = |state: &State| {
        let Some(task) = state.task() else { return true };
        // A message with a token asks for work.
        let waits = task.integration.pattern == Pattern::Callback;
        !waits
            && (matches!(model.effect(state.id), Effect::Notification)
                || model.is_signal(state.id)
                || model.is_harmless_by_name(state.id)
                || writes_status(state))
    };
    let here = model.machine.state(state);
    here.task().is_some()
        && is_slight(here)
        && !model.leads_to(state, &undo.by)
        && model.graph.downstream(state).iter().all(|next| is_slight(model.machine.state(*next)))
}
/// Whether a name says that the state writes down how far the work has got.
fn writes_status(state: &State) -> bool {
    let name = state.name.to_lowercase();
    ["update", "mark", "status", "set ", "complete", "finish", "metric", "summary"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether a step of the failure path may undo things in a way that the definition does not show.
fn may_undo(run: &Run<'_>, attempt: &Attempt) -> bool {
    let name = run.model.machine.state(attempt.state).name.to_lowercase();
    let handles = ["recover", "handlefail", "handle fail", "handleerror", "handle error", "failurehandler"]
        .iter()
        .any(|word| name.contains(word));
    run.model.may_undo_anything(attempt.state) || (handles && run.model.is_own_code(attempt.state))
}

/// The attempts after a turn.
fn after<'a>(run: &Run<'a>, turn: &Turn<'a>) -> Box<dyn Iterator<Item = &'a Attempt> + 'a> {
    match *turn {
        Turn::Caught { record, .. } | Turn::Uncaught { record } => {
            Box::new(trace::attempts_after(run.history, record))
        }
        Turn::Decided { .. } => {
            let graph = &run.model.graph;
            Box::new(run.history.attempts.iter().filter(|attempt| graph.is_failure_path(attempt.state)))
        }
        Turn::TimedOut { .. } => Box::new(std::iter::empty()),
    }
}

impl Turn<'_> {
    /// Where the definition should change.
    pub(super) fn state(&self) -> StateId {
        match self {
            Self::Caught { record, .. } | Self::Uncaught { record } => record.state,
            Self::Decided { choice } => *choice,
            Self::TimedOut { attempt } => attempt.state,
        }
    }

    fn key(&self) -> (StateId, usize) {
        let which = match self {
            Self::Caught { catcher, .. } => *catcher,
            Self::Uncaught { .. } | Self::Decided { .. } | Self::TimedOut { .. } => usize::MAX,
        };
        (self.state(), which)
    }
}

fn violation(run: &Run<'_>, turn: &Turn<'_>, lost: &[(Entry<'_>, &Undo)]) -> Violation {
    let machine = &run.model.machine;
    let mut states: Vec<StateId> = lost.iter().map(|(entry, _)| entry.state).collect();
    states.sort_unstable();
    states.dedup();
    let named = |states: &[StateId]| {
        let names: Vec<&str> = states.iter().map(|state| fix::name_of(machine, *state)).collect();
        fix::listed(&names)
    };
    let mut undoing: Vec<StateId> = lost.iter().filter_map(|(_, undo)| undo.by.first().copied()).collect();
    undoing.sort_unstable();
    undoing.dedup();
    let (effects, undoing) = (named(&states), named(&undoing));
    let is_told = is_told(run, turn);
    let severity = severity(run, turn, lost, is_told);
    let (how, route) = way(run, turn, &undoing);
    let told = if is_told { " Somebody is told, and has to undo it by hand." } else { "" };
    let one = |of: &[StateId]| if of.len() == 1 { "stays" } else { "stay" };
    let base = match turn {
        Turn::Caught { record, .. } | Turn::Uncaught { record } => {
            trace::violation(run, RULE, severity, root(run.history, record))
        }
        Turn::Decided { .. } | Turn::TimedOut { .. } => Violation {
            error: outcome_error(run.history),
            site: run
                .history
                .injected
                .last()
                .map(|injected| run.history.site(&run.history.attempts[injected.attempt])),
            ..trace::advice(RULE, severity, machine.state(turn.state()))
        },
    };
    let mut events: Vec<_> = lost.iter().filter_map(|(entry, _)| entry.last().ended).take(1).collect();
    events.extend(&base.events);
    let pointer = match turn {
        Turn::Caught { record, catcher } => {
            format!("{}/Catch/{catcher}", machine.state(record.state).pointer)
        }
        _ => machine.state(turn.state()).pointer.to_string(),
    };
    Violation {
        state: Some(turn.state()),
        class: if matches!(turn, Turn::TimedOut { .. }) { ErrorClass::Timeout } else { base.class },
        states: states.iter().copied().filter(|state| *state != turn.state()).collect(),
        // A thing that is given back on the good way only is one finding, wherever the failure was.
        route: match turn {
            Turn::Caught { catcher, .. } => format!("{route}>Catch[{catcher}]"),
            Turn::Uncaught { .. } => format!("{route}>{undoing}"),
            Turn::Decided { .. } | Turn::TimedOut { .. } => route.to_owned(),
        },
        events,
        title: format!("What {effects} did {} when the execution fails here", one(&states)),
        why: format!(
            "{effects} had done the work. {how} {undoing} never {}, so what was done {}.{told}",
            if undoing.contains("` and `") { "run" } else { "runs" },
            one(&[turn.state()])
        ),
        fix: take_back::proposal(run, turn, lost),
        pointer,
        ..base
    }
}

/// The failure that an echo passes on.
fn root<'a>(history: &'a History, record: &'a FailureRecord) -> &'a FailureRecord {
    let mut at = record;
    while let Some(inner) = at.echo_of {
        at = &history.failures[inner];
    }
    at
}

fn outcome_error(history: &History) -> Option<std::sync::Arc<str>> {
    if let Outcome::Failed { error, .. } = &history.outcome { error.clone() } else { None }
}

/// How the run turned away, in a sentence, and in a stable form.
fn way(run: &Run<'_>, turn: &Turn<'_>, undoing: &str) -> (String, &'static str) {
    let machine = &run.model.machine;
    let name = fix::name_of(machine, turn.state());
    match turn {
        Turn::Caught { record, catcher } => {
            let next = fix::name_of(machine, machine.state(record.state).catch[*catcher].next);
            (
                format!(
                    "Then `{}` failed with `{}`, and Catch[{catcher}] of `{name}` goes to `{next}`, from where no way \
                     leads to {undoing}.",
                    fix::name_of(machine, root(run.history, record).state),
                    record.error
                ),
                "caught",
            )
        }
        Turn::Uncaught { record } => {
            (format!("Then `{name}` failed with `{}`, and no catcher takes it.", record.error), "uncaught")
        }
        Turn::Decided { .. } => {
            (format!("Then `{name}` chose a way that ends in failure without undoing it."), "decided")
        }
        Turn::TimedOut { .. } => (
            format!("Then the time of the execution was up while `{name}` waited, and no handler runs."),
            "timed-out",
        ),
    }
}

fn is_told(run: &Run<'_>, turn: &Turn<'_>) -> bool {
    match turn {
        Turn::Caught { record, .. } => {
            // A message that fails in this run is sent in others.
            let is_signal = |attempt: &Attempt| {
                run.model.is_signal_with(attempt.state, &attempt.parameters)
                    && trace::is_new(run, attempt.state)
            };
            trace::announcement(run, record).is_some()
                || trace::may_tell(run, record)
                || trace::attempts_after(run.history, record).any(is_signal)
        }
        Turn::Uncaught { .. } | Turn::TimedOut { .. } => false,
        Turn::Decided { .. } => after(run, turn).any(|attempt| {
            matches!(attempt.ending, Ending::Succeeded(_))
                && run.model.is_signal_with(attempt.state, &attempt.parameters)
        }),
    }
}

fn severity(run: &Run<'_>, turn: &Turn<'_>, lost: &[(Entry<'_>, &Undo)], is_told: bool) -> Severity {
    let is_declared = |(entry, undo): &(Entry<'_>, &Undo)| {
        let declared = run.model.declaration(entry.state, &entry.last().parameters);
        undo.evidence == Evidence::Declared
            || declared.is_some_and(|declared| declared.effect == Some(Effect::Unguarded))
    };
    let worst = if lost.iter().any(is_declared) { Severity::Critical } else { Severity::High };
    // A message in the middle of the work seldom fails for good.
    let is_message = *run.model.effect(turn.state()) == Effect::Notification;
    if is_told || is_message { worst.milder() } else { worst }
}
