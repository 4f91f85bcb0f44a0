//! `effect-lost-on-timeout`: the work was done, its answer was lost or came too late, and the workflow goes on as if it
//! had not been done.
//!
//! A catcher takes the timeout, and behind it either another way does the same work again (a second provider charges
//! too), or the failure path takes back what other steps did, or writes down that the work failed, and leaves this one.
//!
//! Declared effects are critical where they are done another way, and high else; known ones are at most medium, because
//! losing an answer is rare, and functions, endpoints, workers and holders of tokens are low: whether they did anything
//! only their code knows. Of those only what the definition shows to be undone, or done another way, is judged.
//!
//! Exempt: an alert and a Fail state; a failure path that undoes this step or asks first what became of it; calls that
//! only read or leave things as a second one would; a step of the failure path that may undo it.

use crate::asl::StateId;
use crate::catalog::{Effect, ErrorClass, Pattern};
use crate::diagnose::fix;
use crate::fault::Class;
use crate::history::{Attempt, Ending, FailureRecord, Handling};
use crate::load::Node;
use crate::oracle::trace::{self, Fate};
use crate::oracle::visibility::swallowed::{self, Caught};
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};
use crate::value::Value;

const RULE: RuleId = RuleId::EffectLostOnTimeout;

/// What the workflow does as if the work had not been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GoesOn {
    /// This step does the work another way.
    AnotherWay(StateId),
    /// This one takes back what another step did.
    TakesBackOthers(StateId),
    /// This one changes something for the failure's sake.
    WritesFailure(StateId),
}

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for (index, record, attempt) in trace::task_failures(run) {
        if !attempt.applied || !is_answer_lost(run, attempt) {
            continue;
        }
        let Fate::Caught { record: taken, catcher } = trace::fate(run.history, index) else { continue };
        let effect = run.model.effect_of(attempt.state, &attempt.parameters);
        if matches!(effect, Effect::None | Effect::Repeatable | Effect::Notification)
            || run.model.graph.is_failure_path(attempt.state)
            || run.model.is_harmless_by_name(attempt.state)
        {
            continue;
        }
        let caught = Caught { record, taken, catcher, state: run.model.machine.state(taken.state) };
        let Some(goes_on) = goes_on(run, &caught, attempt) else {
            out.holds(RULE);
            continue;
        };
        // Where the retries of a timeout were spent too, somebody has tried to hear of it.
        let was_retried = matches!(record.handling, Handling::Caught { spent: Some(_), .. });
        if was_retried || trace::done_later(run.history, record) || is_covered(run, taken, attempt) {
            out.holds(RULE);
        } else if may_cover(run, taken) {
            out.unknown(RULE);
        } else if let Some(severity) = severity(run, &caught, attempt, &effect, goes_on) {
            out.violated(violation(run, &caught, attempt, severity, goes_on));
        }
    }
}

/// Whether the work was done for certain and nobody heard of it.
fn is_answer_lost(run: &Run<'_>, attempt: &Attempt) -> bool {
    let class = attempt.injected.map(|index| &run.history.injected[index].class);
    matches!(class, Some(Class::LostAnswer | Class::CallbackLate))
}

fn goes_on(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt) -> Option<GoesOn> {
    let model = run.model;
    let changes = |later: &&Attempt| {
        matches!(later.ending, Ending::Succeeded(_))
            && later.state != attempt.state
            && trace::is_new(run, later.state)
            && !model.is_signal_with(later.state, &later.parameters)
            && !matches!(model.effect_of(later.state, &later.parameters), Effect::None | Effect::Notification)
    };
    let after = || trace::attempts_after(run.history, caught.taken).filter(changes);
    if swallowed::is_fallback(run, caught)
        && let Some(other) = after().find(|later| !model.is_harmless_by_name(later.state))
    {
        return Some(GoesOn::AnotherWay(other.state));
    }
    let undo = after().find(|later| model.is_undo(later.state));
    undo.map(|later| GoesOn::TakesBackOthers(later.state))
        .or_else(|| after().next().map(|later| GoesOn::WritesFailure(later.state)))
}

/// Whether the failure path takes the effect back, or asks first what became of it.
fn is_covered(run: &Run<'_>, taken: &FailureRecord, attempt: &Attempt) -> bool {
    let undo = run.model.undo_of(attempt.state);
    trace::attempts_after(run.history, taken).any(|later| {
        let undoes = undo.is_some_and(|undo| undo.by.contains(&later.state));
        let asks = trace::is_new(run, later.state) && asks(run, later);
        undoes || asks
    })
}

/// Whether a call only reads, by what is known of it or by its name.
fn asks(run: &Run<'_>, later: &Attempt) -> bool {
    let name = run.model.machine.state(later.state).name.to_lowercase();
    run.model.effect_of(later.state, &later.parameters) == Effect::None
        || [
            "check",
            "query",
            "verify",
            "lookup",
            "look up",
            "get",
            "find",
            "reconcil",
            "inspect",
            "status of",
        ]
        .iter()
        .any(|word| name.contains(word))
}

fn may_cover(run: &Run<'_>, taken: &FailureRecord) -> bool {
    trace::attempts_after(run.history, taken).any(|later| run.model.may_undo_anything(later.state))
}

fn severity(
    run: &Run<'_>,
    caught: &Caught<'_>,
    attempt: &Attempt,
    effect: &Effect,
    goes_on: GoesOn,
) -> Option<Severity> {
    let declared = run.model.declaration(attempt.state, &attempt.parameters).unwrap_or_default();
    let is_declared = declared.effect == Some(Effect::Unguarded) || declared.undone_by.is_some();
    let waits = run
        .model
        .machine
        .state(attempt.state)
        .task()
        .is_some_and(|task| task.integration.pattern == Pattern::Callback);
    let is_told = trace::announcement(run, caught.taken).is_some() || trace::may_tell(run, caught.taken);
    // Of own code only what the definition itself undoes elsewhere, or does another way, is known to matter.
    let is_guess = (waits || *effect == Effect::Unknown) && run.model.undo_of(attempt.state).is_none();
    let worst = match goes_on {
        GoesOn::AnotherWay(_) if is_declared => Severity::Critical,
        _ if is_declared => Severity::High,
        // Whether a token was worked on, or a function did anything, the definition does not show.
        GoesOn::WritesFailure(_) if waits || *effect == Effect::Unknown => return None,
        GoesOn::TakesBackOthers(_) if is_guess && (!waits || decides(run, attempt)) => return None,
        _ if waits || *effect == Effect::Unknown => return Some(Severity::Low),
        GoesOn::AnotherWay(_) | GoesOn::TakesBackOthers(_) => Severity::Medium,
        GoesOn::WritesFailure(_) => Severity::Low,
    };
    Some(if is_told { worst.milder() } else { worst })
}

/// Whether a name says that somebody is asked for a decision; that is no work that could be lost.
fn decides(run: &Run<'_>, attempt: &Attempt) -> bool {
    let name = run.model.machine.state(attempt.state).name.to_lowercase();
    [
        "approv", "review", "confirm", "wait", "ask", "decision", "decide", "manual", "human", "consent",
        "sign", "verif",
    ]
    .iter()
    .any(|word| name.contains(word))
}

fn violation(
    run: &Run<'_>,
    caught: &Caught<'_>,
    attempt: &Attempt,
    severity: Severity,
    goes_on: GoesOn,
) -> Violation {
    let machine = &run.model.machine;
    let name = fix::name_of(machine, attempt.state);
    let (then, how) = match goes_on {
        GoesOn::AnotherWay(other) => {
            (format!("`{}` does the work another way", fix::name_of(machine, other)), "another-way")
        }
        GoesOn::TakesBackOthers(other) => (
            format!(
                "`{}` takes back what other steps did, but nothing this one",
                fix::name_of(machine, other)
            ),
            "taken-back",
        ),
        GoesOn::WritesFailure(other) => {
            (format!("`{}` goes on as if nothing had been done", fix::name_of(machine, other)), "written-off")
        }
    };
    let is_late =
        attempt.injected.is_some_and(|index| run.history.injected[index].class == Class::CallbackLate);
    let lost = if is_late {
        "the token came back after the timer had fired"
    } else {
        "only the answer did not arrive"
    };
    let kind = if severity <= Severity::Low { "undeclared" } else { "known" };
    Violation {
        state: Some(attempt.state),
        states: if caught.state.id == attempt.state { Vec::new() } else { vec![caught.state.id] },
        class: ErrorClass::Timeout,
        route: format!("answer-lost>{how}>{kind}"),
        events: vec![caught.record.event, caught.taken.event],
        title: format!("`{name}` may have done its work although it timed out, and {then}"),
        why: format!(
            "The work of `{name}` was done, {lost}. Catch[{}] of `{}` takes `{}` for a failure: {then}. What was done \
             stays.",
            caught.catcher, caught.state.name, caught.record.error
        ),
        fix: proposal(run, caught, attempt),
        pointer: format!("{}/Catch/{}", caught.state.pointer, caught.catcher),
        ..trace::violation(run, RULE, severity, caught.record)
    }
}

fn proposal(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt) -> Fix {
    let machine = &run.model.machine;
    let name = fix::name_of(machine, attempt.state);
    if let Some(fix) = undo_first(run, caught, attempt) {
        return fix;
    }
    match run.model.undo_of(attempt.state).and_then(|undo| undo.by.first()) {
        Some(undo) => fix::words(format!(
            "After a timeout, ask first what became of the work of `{name}`, or lead through `{}`, which must bear \
             that there is nothing to undo.",
            fix::name_of(machine, *undo)
        )),
        None => fix::words(format!(
            "After a timeout, ask first what became of the work of `{name}`, or retry it with an idempotency key \
             before its failure is taken for one."
        )),
    }
}

/// A catcher for this error alone that leads to the state which undoes the work, and from there to a Fail state.
fn undo_first(run: &Run<'_>, caught: &Caught<'_>, attempt: &Attempt) -> Option<Fix> {
    let (model, machine) = (run.model, &run.model.machine);
    let graph = &model.graph;
    let undo = model.undo_of(attempt.state)?.by.iter().map(|id| machine.state(*id)).find(|undo| {
        undo.scope == caught.state.scope && graph.can_end_badly(undo.id) && !graph.can_end_well(undo.id)
    })?;
    let at = format!("{}/Catch/{}", caught.state.pointer, caught.catcher);
    let Some(Value::Object(mut catcher)) = machine.document.node(&at).map(Node::to_value) else {
        return None;
    };
    catcher.insert("ErrorEquals", fix::names([&*caught.taken.error]));
    catcher.insert("Next", Value::from(undo.name.clone()));
    let text = format!(
        "Where `{}` says that nobody knows what became of `{}`, lead through `{}` first, which must bear that there is \
         nothing to undo; or ask for the result before.",
        caught.taken.error,
        fix::name_of(machine, attempt.state),
        undo.name
    );
    // The error leaves the catcher that names it.
    let errors = &caught.state.catch[caught.catcher].errors;
    let named = errors.iter().position(|name| name.as_str() == &*caught.taken.error);
    let patch = match named {
        Some(_) if errors.len() == 1 => {
            vec![fix::replace(format!("{at}/Next"), Value::from(undo.name.clone()))]
        }
        Some(index) => {
            vec![fix::remove(format!("{at}/ErrorEquals/{index}")), fix::add(at, catcher.into())]
        }
        None => vec![fix::add(at, catcher.into())],
    };
    Some(fix::patch(text, patch))
}
