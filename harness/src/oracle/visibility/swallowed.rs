//! `failure-swallowed` and `failure-only-recorded`: a failure that looks like success.
//!
//! `failure-swallowed`: a task failed for good, a catcher took it, the execution ended as SUCCEEDED, and nothing
//! told. It is milder where the error reached somebody's table or the output. With a message it is
//! `failure-only-recorded`, a note: who looks at the status alone is misled.
//!
//! Exempt, because the branch is meant:
//! - a catcher that names the error (`ConditionalCheckFailed`, `OrderNotFound`): only wildcards, timers, denials and
//!   faults of services are judged;
//! - the work was done after all: by the same state later, or by another one that gives the same result to the same
//!   next state (a fallback, a note);
//! - a notification or metric that may be lost;
//! - a step of the failure path that may tell somebody, though the definition does not show it (a resource behind a
//!   placeholder, a function named for it): this is unknown, not a violation;
//! - a failure inside the failure path, which the first failure already accounts for.

use crate::asl::{Edge, Kind, MachineType, MapMode, ResultPath, State, StateId, Transition};
use crate::catalog::{self, Effect, ErrorClass, Pattern};
use crate::contested::Rules;
use crate::diagnose::{fix, route};
use crate::error::{ErrorName, Failure, matches};
use crate::history::{Attempt, Ending, FailureRecord, Outcome};

use crate::oracle::trace::{self, Fate};
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation, permission};

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (index, record, attempt) in trace::task_failures(run) {
        let Fate::Caught { record: taken, catcher } = trace::fate(run.history, index) else { continue };
        let caught = Caught { record, taken, catcher, state: run.model.machine.state(taken.state) };
        match &run.history.outcome {
            Outcome::Succeeded { output } => {
                if !is_meant(run, &caught, attempt) {
                    let recorded = trace::mentions(output, record) || is_recorded(run, &caught);
                    judge_success(run, &caught, attempt, recorded, out);
                }
            }
            Outcome::Unknown(_) => out.unknown(RuleId::FailureSwallowed),
            Outcome::Failed { .. } | Outcome::TimedOut { .. } | Outcome::Aborted { .. } => {
                out.holds(RuleId::FailureSwallowed);
            }
        }
    }
}

/// A failure that a catcher took.
pub(in crate::oracle) struct Caught<'a> {
    /// The failure of the task.
    pub(in crate::oracle) record: &'a FailureRecord,
    /// The same failure as it met the catcher.
    pub(in crate::oracle) taken: &'a FailureRecord,
    /// Index of the catcher.
    pub(in crate::oracle) catcher: usize,
    /// The state with the catcher.
    pub(in crate::oracle) state: &'a State,
}

impl Caught<'_> {
    /// The first state of the failure path.
    pub(in crate::oracle) fn next(&self) -> StateId {
        self.state.catch[self.catcher].next
    }

    /// The entry of `ErrorEquals` that matched.
    pub(in crate::oracle) fn name(&self, rules: Rules) -> Option<&ErrorName> {
        let failure = Failure { error: &self.taken.error, origin: self.taken.origin };
        self.state.catch[self.catcher].errors.iter().find(|name| matches(name, failure, rules))
    }
}

fn is_meant(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt) -> bool {
    let names_the_error = caught.name(run.case.rules).is_some_and(|name| {
        !matches!(
            name.as_str(),
            ErrorName::ALL | ErrorName::TASK_FAILED | ErrorName::TIMEOUT | ErrorName::HEARTBEAT_TIMEOUT
        ) && !matches!(
            catalog::class_of(name.as_str()),
            ErrorClass::Transient | ErrorClass::Throttling | ErrorClass::Permission
        )
    });
    names_the_error
        || may_be_lost(run, attempt)
        || trace::done_later(run.history, caught.record)
        || run.model.graph.is_failure_path(attempt.state)
}

/// Whether the task only tells somebody; a single message may be lost.
pub(in crate::oracle) fn may_be_lost(run: &Run<'_>, attempt: &Attempt) -> bool {
    run.model.machine.state(attempt.state).task().is_some_and(|task| {
        // A message with a token, or to a queue, asks for work, and the work was not done.
        task.integration.pattern == Pattern::RequestResponse
            && run.model.effect_of(attempt.state, &attempt.parameters) == Effect::Notification
    })
}

/// Whether the failure left a trace: its text in a later request, or a step with an effect for its sake.
pub(in crate::oracle) fn is_recorded(run: &Run<'_>, caught: &Caught<'_>) -> bool {
    let has_effect = |state: &StateId| *run.model.effect(*state) != Effect::None;
    // Asked of the graph first: a sibling may have cut this run off before the step.
    let graph = &run.model.graph;
    let way = std::iter::once(caught.next()).chain(graph.downstream(caught.next()));
    if way.filter(|state| graph.is_failure_only(*state)).any(|state| has_effect(&state)) {
        return true;
    }
    trace::attempts_after(run.history, caught.taken).any(|later| {
        matches!(later.ending, Ending::Succeeded(_))
            && run.model.effect_of(later.state, &later.parameters) != Effect::None
            && (trace::is_new(run, later.state) || trace::mentions(&later.parameters, caught.record))
    })
}

fn judge_success(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt, recorded: bool, out: &mut Judgement) {
    if let Some(signal) = trace::announcement(run, caught.taken) {
        out.holds(RuleId::FailureSwallowed);
        out.violated(only_recorded(run, caught, signal));
        return;
    }
    if trace::may_tell(run, caught.taken) {
        return out.unknown(RuleId::FailureSwallowed);
    }
    // Where only a denial is hidden, or only a denial matters, that is the finding.
    if permission::hidden_way(run, caught, attempt).is_some() {
        return out.holds(RuleId::FailureSwallowed);
    }
    let severity = severity(run, caught, attempt, recorded);
    out.violated(swallowed(run, caught, severity, recorded));
}

fn severity(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt, recorded: bool) -> Severity {
    if is_fallback(run, caught) {
        return Severity::Note;
    }
    if trace::only_measures(run, attempt) {
        return Severity::Low;
    }
    // Whoever calls an Express workflow gets its output.
    if recorded && run.case.machine_type == MachineType::Express {
        return Severity::Low;
    }
    let item = trace::in_map(run, caught.state.id) && !is_distributed(run, caught.state.id);
    if item && reaches_later_work(run, caught) {
        return Severity::Note;
    }
    let expected_timer = caught
        .name(run.case.rules)
        .is_some_and(|name| matches!(name.as_str(), ErrorName::TIMEOUT | ErrorName::HEARTBEAT_TIMEOUT));
    let reads = run.model.effect_of(attempt.state, &attempt.parameters) == Effect::None;
    let worst = if recorded { Severity::High } else { Severity::Critical };
    if expected_timer && recorded {
        return Severity::Note;
    }
    // The result of an item says so, and whether anybody reads it is not known; a loop comes back to the work.
    if expected_timer || item || comes_back(run, caught) {
        return Severity::Medium;
    }
    if reads { worst.milder() } else { worst }
}

pub(in crate::oracle) fn comes_back(run: &Run<'_>, caught: &Caught<'_>) -> bool {
    run.model.graph.loop_of(caught.state.id).is_some_and(|looped| looped.contains(caught.next()))
}

fn is_distributed(run: &Run<'_>, state: StateId) -> bool {
    let outer = run.model.machine.enclosing(state).find_map(|outer| match &outer.kind {
        Kind::Map(map) => Some(map.mode),
        _ => None,
    });
    matches!(outer, Some(MapMode::Distributed(_)))
}

/// Whether the failure path does the same work another way: a task of it puts its result where the failed one would
/// have put its own, and goes on where that one would have gone on.
pub(in crate::oracle) fn is_fallback(run: &Run<'_>, caught: &Caught<'_>) -> bool {
    let Transition::Next(goal) = caught.state.next else { return false };
    let mut at = caught.next();
    for _ in 0..run.model.machine.states.len() {
        let state = run.model.machine.state(at);
        let next = match (&state.kind, &state.next) {
            // A Choice may look at the error first.
            (Kind::Choice(choice), _) => choice.default,
            (_, Transition::Next(next)) => Some(*next),
            _ => None,
        };
        let Some(next) = next else { return false };
        if next == goal {
            let replaces =
                state.task().is_some() || matches!(state.kind, Kind::Parallel { .. } | Kind::Map(_));
            return replaces && same_place(&state.flow.result_path, &caught.state.flow.result_path);
        }
        if !run.model.graph.is_failure_only(at) {
            return false;
        }
        at = next;
    }
    false
}

fn same_place(one: &ResultPath, other: &ResultPath) -> bool {
    match (one, other) {
        (ResultPath::Replace, ResultPath::Replace) => true,
        (ResultPath::At(one), ResultPath::At(other)) => one.text() == other.text(),
        _ => false,
    }
}

/// Whether work after the Map saw another value than without the failure: the mark in the item's result was read.
fn reaches_later_work(run: &Run<'_>, caught: &Caught<'_>) -> bool {
    let map_of = |state: StateId| run.model.machine.enclosing(state).last().map(|outer| outer.id);
    let map = map_of(caught.state.id);
    trace::attempts_after(run.history, caught.taken)
        .filter(|later| later.strand != caught.taken.strand && map_of(later.state) != map)
        .any(|later| {
            let before = run.baseline.attempts.iter().find(|attempt| attempt.state == later.state);
            before.is_none_or(|before| before.parameters != later.parameters)
        })
}

fn swallowed(run: &Run<'_>, caught: &Caught<'_>, severity: Severity, recorded: bool) -> Violation {
    let machine = &run.model.machine;
    let next = fix::name_of(machine, caught.next());
    let name = &machine.state(caught.record.state).name;
    let trace_left = match recorded {
        true if is_recorded(run, caught) => {
            "Its error is written down on the way, but neither the status nor a message says so."
        }
        true => "Its error is left in the output, but neither the status nor a message says so.",
        false => "Neither the status nor a message nor a record says so.",
    };
    Violation {
        state: Some(caught.state.id),
        class: trace::class_of(run.history, caught.record),
        route: format!("{next}>{}SUCCEEDED", if severity == Severity::Note { "meant>" } else { "" }),
        events: vec![caught.record.event, caught.taken.event],
        title: format!("`{}` is caught, and the execution ends as SUCCEEDED", caught.record.error),
        why: format!(
            "`{name}` fails for good, Catch[{}] of `{}` goes to `{next}`, and the execution ends as SUCCEEDED. {trace_left} \
             Alarms on failed executions stay silent.",
            caught.catcher, caught.state.name
        ),
        fix: if severity > Severity::Low { end_badly(run, caught) } else { end_badly_in_words(run, caught) },
        pointer: format!("{}/Catch/{}", caught.state.pointer, caught.catcher),
        ..trace::violation(run, RuleId::FailureSwallowed, severity, caught.record)
    }
}

fn only_recorded(run: &Run<'_>, caught: &Caught<'_>, signal: &Attempt) -> Violation {
    let machine = &run.model.machine;
    let next = fix::name_of(machine, caught.next());
    Violation {
        state: Some(caught.state.id),
        class: trace::class_of(run.history, caught.record),
        route: format!("{next}>signalled>SUCCEEDED"),
        events: vec![caught.record.event, signal.scheduled],
        title: format!("`{}` is announced, but the execution ends as SUCCEEDED", caught.record.error),
        why: format!(
            "`{}` tells of the failure. Whoever looks at the status of executions, or calls this one and waits, sees \
             a success.",
            fix::name_of(machine, signal.state)
        ),
        fix: end_badly(run, caught),
        pointer: format!("{}/Catch/{}", caught.state.pointer, caught.catcher),
        ..trace::violation(run, RuleId::FailureOnlyRecorded, Severity::Note, caught.record)
    }
}

/// A Fail state at the end of the failure path, where that end belongs to it alone.
pub(in crate::oracle) fn end_badly(run: &Run<'_>, caught: &Caught<'_>) -> Fix {
    let machine = &run.model.machine;
    let in_items = !trace::at_top(caught.state);
    let own_end = own_end(run, caught.next()).filter(|_| !in_items);
    let own_end = own_end.and_then(|end| fix::end_in_fail(machine, machine.state(end)));
    let instead = || {
        let replaces = in_items || is_meant_as_detour(run, caught);
        let entry = (caught.state, caught.catcher);
        (!replaces).then(|| route::fail_instead(machine, &run.model.graph, entry, caught.next())).flatten()
    };
    own_end.or_else(instead).unwrap_or_else(|| end_badly_in_words(run, caught))
}

fn end_badly_in_words(run: &Run<'_>, caught: &Caught<'_>) -> Fix {
    fix::words(format!(
        "End the way through `{}` in a Fail state, or send a message there, so that the failure shows.",
        fix::name_of(&run.model.machine, caught.next())
    ))
}

/// Whether the failure path does what the task could not: the same work another way, the work again, or what has to be
/// done where a reading task found nothing. A Fail state would take that away.
fn is_meant_as_detour(run: &Run<'_>, caught: &Caught<'_>) -> bool {
    is_fallback(run, caught)
        || comes_back(run, caught)
        || *run.model.effect(caught.record.state) == Effect::None
}

/// The end of the failure path, if nothing but failures comes there.
fn own_end(run: &Run<'_>, first: StateId) -> Option<StateId> {
    let mut at = first;
    for _ in 0..run.model.machine.states.len() {
        if !run.model.graph.is_failure_only(at) {
            return None;
        }
        let mut ways =
            run.model.graph.successors(at).iter().filter(|(edge, _)| !matches!(edge, Edge::Catch(_)));
        match (ways.next(), ways.next()) {
            (None, _) => return Some(at),
            (Some((_, next)), None) => at = *next,
            (Some(_), Some(_)) => return None,
        }
    }
    None
}
