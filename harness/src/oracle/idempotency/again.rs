//! `effect-repeated`, by a second delivery or a redrive.
//!
//! Docs, "Execution guarantees": asynchronous Express workflows run at least once, so that what nothing guards can be
//! done twice with no fault at all. Whether an Express workflow is started asynchronously the definition does not say:
//! medium. A redrive runs the failed task again, whose work may have been done: low, somebody decides on it.
//!
//! A second execution with the same input repeats an effect although the workflow means to work once: it looks for a
//! record, or writes one under a condition, in a table or state that is called so, and the second execution does not
//! meet it. Without such a claim a second execution is free to do the work again.
//!
//! Exempt: everything but effects that are known to do their work once more.

use super::guard::{Because, Repetition, repetition};
use super::proposal::proposal;
use crate::asl::{Machine, State, Task};
use crate::catalog::ErrorClass;
use crate::diagnose::fix;
use crate::fault::Incident;
use crate::history::{Attempt, Before, Ending, EventType, FailureRecord, Handling, History};
use crate::mock::World;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation, trace};
use crate::value::Value;

const RULE: RuleId = RuleId::EffectRepeated;

/// Judges a second delivery.
pub(super) fn delivered(run: &Run<'_>, before: &Before, out: &mut Judgement) {
    if run.case.plan.repetition() != Some(Incident::DeliveredTwice) {
        return;
    }
    for first in before.history.attempts.iter().filter(|attempt| attempt.applied) {
        let Some(second) = same_call(&before.history, first, run.history) else { continue };
        pair(run, first, second, Severity::Medium, out);
    }
}

/// Words in the name of a table or state that say that work is done once.
const ONCE: [&str; 6] = ["idempoten", "dedup", "duplicate", "already", "processed", "once"];

/// The tasks that look for a record of finished work, or write one.
pub(crate) fn claims(machine: &Machine) -> impl Iterator<Item = &State> {
    machine.states.iter().filter(|state| {
        let Some(task) = state.task() else { return false };
        let integration = &task.integration;
        let is_guard = &*integration.service == "dynamodb"
            && ["getItem", "putItem", "updateItem", "query"].contains(&&*integration.action);
        let fields = ["Parameters", "Arguments"].iter();
        let written = || {
            fields
                .clone()
                .find_map(|field| machine.document.node(&format!("{}/{field}/TableName", state.pointer)))
        };
        is_guard && {
            let table = written().map(crate::load::Node::to_value);
            let table = table.as_ref().and_then(Value::as_str).unwrap_or_default();
            let names = format!("{} {table}", state.name).to_lowercase();
            ONCE.iter().any(|word| names.contains(word))
        }
    })
}

/// Judges a second execution after a first one that succeeded.
pub(super) fn repeated(run: &Run<'_>, before: &Before, out: &mut Judgement) {
    let machine = &run.model.machine;
    let (first, second) = (&before.history, run.history);
    let is_second = matches!(run.case.plan.repetition(), Some(Incident::StartedAgain { .. }));
    let both = [first, second].iter().all(|history| history.outcome.succeeded());
    if !is_second || !both || !first.injected.is_empty() || !before.met.is_empty() {
        return;
    }
    let looked = |state: &&State| {
        [first, second].iter().all(|history| history.attempts.iter().any(|attempt| attempt.state == state.id))
    };
    let Some(guard) = claims(machine).find(looked) else { return };
    let Some(guarded) = first.attempts.iter().find(|attempt| attempt.state == guard.id) else { return };
    let table = guarded.parameters.get("TableName");
    let world = World::after(machine, first);
    let writes = |attempt: &&Attempt| {
        let writes = machine.state(attempt.state).task().is_some_and(World::can_hold);
        attempt.applied && writes && attempt.parameters.get("TableName") == table
    };
    let writer = first.attempts.iter().find(writes);
    let runs_code = first.attempts.iter().any(|attempt| run.model.is_own_code(attempt.state));
    // Code may write the record where the definition does not.
    if writer.is_none() && runs_code {
        return out.unknown(RULE);
    }
    let is_guard = |attempt: &Attempt| attempt.parameters.get("TableName") == table;
    let effects = first.attempts.iter().filter(|attempt| attempt.applied && !is_guard(attempt));
    let worst = effects
        .filter_map(|attempt| {
            let again = same_call(first, attempt, second)?;
            let state = machine.state(attempt.state);
            let found = repetition(run, state, state.task()?, attempt, again)?;
            let severity = match found.because {
                Because::Undeclared => Severity::Medium,
                _ if found.severity >= Severity::High => Severity::High,
                _ => return None,
            };
            Some((severity, attempt, again))
        })
        .max_by_key(|(severity, attempt, _)| (*severity, std::cmp::Reverse(attempt.scheduled)));
    let Some((severity, attempt, again)) = worst else { return out.holds(RULE) };
    let at = writer.map_or(guard, |writer| machine.state(writer.state));
    let wrote = match writer {
        Some(writer) => {
            let other = world.touched(at, &writer.parameters) != world.touched(guard, &guarded.parameters);
            let why = if other && at.id != guard.id {
                "another key than is looked for"
            } else {
                "another key each time"
            };
            format!("`{}` writes the record under {why}", at.name)
        }
        None => "no state writes that record".to_owned(),
    };
    let effect = &machine.state(attempt.state).name;
    out.violated(Violation {
        class: ErrorClass::Unknown,
        route: "guard>never-met".to_owned(),
        title: format!("A second execution with the same input does the work of `{effect}` again"),
        why: format!(
            "`{}` is there so that the work is done once, but {wrote}. The next execution with the same input meets              nothing and calls `{effect}` again.",
            guard.name
        ),
        fix: fix::words(format!(
            "Write the record with the key that `{}` asks for, one that is the same for the same input.",
            guard.name
        )),
        events: vec![again.scheduled],
        ..trace::advice(RULE, severity, at)
    });
}

/// Judges a redrive.
pub(super) fn redriven(run: &Run<'_>, out: &mut Judgement) {
    let Some(redriven) = run.history.events.iter().find(|event| event.kind == EventType::ExecutionRedriven)
    else {
        return;
    };
    let attempts = &run.history.attempts;
    for (at, second) in attempts.iter().enumerate().filter(|(_, attempt)| attempt.scheduled > redriven.id) {
        let site = run.history.site(second);
        let first = attempts[..at]
            .iter()
            .rev()
            .find(|attempt| attempt.scheduled < redriven.id && run.history.site(attempt) == site);
        // What a retry repeats already is one finding, with the retry.
        let first = first.filter(|first| !is_retried(run, first));
        if let Some(first) = first.filter(|first| first.applied && second.applied) {
            pair(run, first, second, Severity::Low, out);
        }
    }
}

/// Whether a retrier of the state took the lost answer.
fn is_retried(run: &Run<'_>, first: &Attempt) -> bool {
    let retried = |record: &&FailureRecord| match record.handling {
        Handling::Retried { .. } => true,
        Handling::Caught { spent, .. } | Handling::Uncaught { spent } => spent.is_some(),
        Handling::Tolerated => false,
    };
    run.history.failures.iter().filter(|record| record.state == first.state).any(|record| retried(&record))
}

/// The call of the second execution that is the same as this one of the first.
fn same_call<'a>(history: &History, first: &Attempt, second: &'a History) -> Option<&'a Attempt> {
    let site = history.site(first);
    second
        .attempts
        .iter()
        .find(|attempt| attempt.number == first.number && attempt.applied && second.site(attempt) == site)
}

fn pair(run: &Run<'_>, first: &Attempt, second: &Attempt, severity: Severity, out: &mut Judgement) {
    let state = run.model.machine.state(first.state);
    let Some(task) = state.task() else { return };
    match repetition(run, state, task, first, second) {
        Some(found) if found.severity >= Severity::High => {
            out.violated(violation(run, &Repetition { severity, ..found }, second, state, task));
        }
        _ => out.holds(RULE),
    }
}

fn violation(run: &Run<'_>, found: &Repetition, second: &Attempt, state: &State, task: &Task) -> Violation {
    let is_delivery = run.case.plan.repetition().is_some();
    let call = task.called();
    let key = match &found.because {
        Because::KeyMadeAnew(member) | Because::AnotherThing(member) => {
            format!("`{member}` is another one each time")
        }
        Because::KeyMissing(key) => format!("the declared key `{key}` is not in the request"),
        _ => "nothing in the request tells the service that it is the same work".to_owned(),
    };
    let (route, title, why) = if is_delivery {
        (
            "delivered-twice",
            format!("A second run of the same Express execution repeats {call}"),
            format!(
                "Asynchronous Express workflows run at least once: the same input can be worked on twice without any \
                 failure. `{}` is called in both runs, and {key}.",
                state.name
            ),
        )
    } else {
        (
            Violation::REDRIVEN,
            format!("A redrive after a lost answer repeats {call}"),
            format!(
                "The service did the work, only the answer did not arrive, and the execution failed. A redrive goes on \
                 with `{}`, and {key}.",
                state.name
            ),
        )
    };
    let failure = run.history.failures.iter().find(|failure| failure.state == state.id);
    let is_answered = matches!(second.ending, Ending::Succeeded(_));
    Violation {
        class: ErrorClass::Timeout,
        route: route.to_owned(),
        title,
        why,
        error: failure.map(|failure| failure.error.clone()),
        cause: failure.and_then(|failure| failure.cause.clone()),
        fix: proposal(run, state, task, found),
        events: if is_answered { vec![second.scheduled] } else { Vec::new() },
        ..trace::violation_at(run, RULE, found.severity, second)
    }
}
