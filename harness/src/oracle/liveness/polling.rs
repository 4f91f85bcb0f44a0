//! `polling-unbounded` and `history-limit`: a loop that nothing ends.
//!
//! A loop with a pause and a call polls: if the polled thing never ends, the loop goes on until the history is full
//! (25,000 events) or the execution's timer fires. A loop without a pause fills the history with its own work.
//!
//! Exempt: a loop that counts its rounds leaves by itself, so no run shows it. Where another answer of somebody's own
//! code can end the loop too (a function that counts, say), nothing is known. A status that *is* an end and is polled
//! all the same is `answer-unhandled`.

use std::collections::BTreeSet;

use crate::asl::{Kind, State, StateId};
use crate::catalog::{self, ErrorClass};
use crate::diagnose::{fix, route};
use crate::fault::Class;
use crate::generate::Origin;
use crate::history::{Attempt, Decision, Ending, EventId, ExecutionTimer, Outcome};
use crate::model::{Loop, Source};
use crate::oracle::trace;
use crate::oracle::{Judgement, RuleId, Run, Severity, Violation};

/// Rounds before a loop counts as going on for ever.
const ROUNDS: usize = 3;

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    let full = trace::reached_event_limit(run.history);
    let timed_out = matches!(run.history.outcome, Outcome::TimedOut { .. });
    let Some(round) = last_round(run) else {
        if full && !is_invented(run) {
            out.violated(history_limit(run, None));
        }
        return;
    };
    if !full && (!timed_out || is_stuck_elsewhere(run)) {
        out.holds(if round.looped.polls() { RuleId::PollingUnbounded } else { RuleId::HistoryLimit });
        return;
    }
    // Invented data that goes round without any fault says more about the data.
    if answered(run, &round) || is_invented(run) {
        return;
    }
    if round.looped.polls() {
        if ends_by_own_code(run, &round) {
            return out.unknown(RuleId::PollingUnbounded);
        }
        out.violated(polling(run, &round));
    } else if full {
        out.violated(history_limit(run, Some(&round)));
    }
}

/// The loop that went round last.
struct Round<'a> {
    choice: &'a State,
    looped: &'a Loop,
    /// Where the decision led.
    back: StateId,
}

/// The last decision that led back into a loop which it could have left.
fn last_round<'a>(run: &Run<'a>) -> Option<Round<'a>> {
    let machine = &run.model.machine;
    let decisions = &run.history.decisions;
    let mut seen = BTreeSet::new();
    decisions.iter().rev().find_map(|decision| {
        if !seen.insert((decision.state, decision.strand)) {
            return None;
        }
        let choice = machine.state(decision.state);
        let looped = run.model.graph.loop_of(decision.state)?;
        let back = taken(choice, decision)?;
        let stays = looped.contains(back);
        let could_leave = choice.successors().iter().any(|(_, next)| !looped.contains(*next));
        let rounds =
            decisions.iter().filter(|other| other.state == choice.id && other.strand == decision.strand);
        (stays && could_leave && rounds.count() >= ROUNDS).then_some(Round { choice, looped, back })
    })
}

/// Where a decision led.
pub(super) fn taken(choice: &State, decision: &Decision) -> Option<StateId> {
    let Kind::Choice(rules) = &choice.kind else { return None };
    match decision.rule {
        Some(rule) => rules.rules.get(rule).map(|rule| rule.next),
        None => rules.default,
    }
}

/// Whether another task was silent to the end; then it, and not the loop, kept the execution open.
fn is_stuck_elsewhere(run: &Run<'_>) -> bool {
    run.history.attempts.iter().any(|attempt| attempt.ending == Ending::Open && attempt.injected.is_some())
}

fn is_invented(run: &Run<'_>) -> bool {
    run.case.plan.is_empty() && run.origin != Origin::User
}

/// Whether the polled thing said that it has ended, so that the answer is what the loop does not handle.
fn answered(run: &Run<'_>, round: &Round<'_>) -> bool {
    run.history.injected.iter().any(|injected| {
        let Class::Status(status) = &injected.class else { return false };
        let state = run.history.attempts[injected.attempt].state;
        let task = run.model.machine.state(state).task();
        let named = task.and_then(|task| catalog::status_named(&task.integration, status));
        round.looped.contains(state) && named.is_some_and(|(known, word)| known.ends().any(|end| end == word))
    })
}

/// The tasks whose answers the plan holds back, of those in the loop.
fn held_back(run: &Run<'_>, round: &Round<'_>) -> BTreeSet<StateId> {
    let held = run.history.injected.iter().filter(|injected| matches!(injected.class, Class::Status(_)));
    held.map(|injected| run.history.attempts[injected.attempt].state)
        .filter(|state| round.looped.contains(*state))
        .collect()
}

/// Whether a Choice of the loop looks at the answer of another task, somebody's own code, that could end the loop.
fn ends_by_own_code(run: &Run<'_>, round: &Round<'_>) -> bool {
    let (machine, demands, held) = (&run.model.machine, run.model.demands(), held_back(run, round));
    let own_code = |state: StateId| run.model.is_own_code(state);
    let leaves = |state: StateId| {
        let choice = machine.state(state);
        matches!(choice.kind, Kind::Choice(_))
            && choice.successors().iter().any(|(_, next)| !round.looped.contains(*next))
    };
    let choices = round.looped.states.iter().filter(|state| leaves(**state));
    let places = choices.flat_map(|state| demands.choice(*state)).flat_map(|dependency| &dependency.places);
    !held.is_empty()
        && places.map(|place| demands.place(*place).source).any(|source| match source {
            Source::Result(state) => {
                round.looped.contains(state) && !held.contains(&state) && own_code(state)
            }
            _ => false,
        })
}

fn last_poll<'a>(run: &Run<'a>, round: &Round<'_>) -> Option<&'a Attempt> {
    run.history.attempts.iter().rev().find(|attempt| round.looped.contains(attempt.state))
}

fn polling(run: &Run<'_>, round: &Round<'_>) -> Violation {
    let declared = matches!(run.history.outcome, Outcome::TimedOut { by: ExecutionTimer::Declared });
    let severity = if declared { Severity::High.milder() } else { Severity::High };
    let machine = &run.model.machine;
    let is_message = |id: &StateId| run.model.is_signal(*id);
    let held = held_back(run, round);
    let asked = round.looped.tasks.iter().filter(|id| !is_message(id));
    let polled = asked.filter(|id| held.is_empty() || held.contains(id));
    let polled: Vec<&str> = polled.map(|id| fix::name_of(machine, *id)).collect();
    let end = if declared {
        "Only the timer of the whole execution ended it, and then no handler runs"
    } else if trace::reached_event_limit(run.history) {
        "It ended when the history was full, with an error that nothing can catch"
    } else {
        "It ended only after the longest time that the service allows"
    };
    // The counter has to be quicker than the timer of the execution.
    let decided = run.history.decisions.iter().filter(|decision| decision.state == round.choice.id).count();
    let rounds_max = if declared { decided / 2 } else { usize::MAX };
    let mut states: Vec<StateId> = round.looped.tasks.iter().chain(&round.looped.waits).copied().collect();
    states.sort_unstable();
    Violation {
        states,
        route: "never-ends>polled-for-ever".to_owned(),
        title: format!("Nothing ends the loop while no answer of {} is final", fix::listed(&polled)),
        why: format!(
            "Nothing counts the rounds, and every answer that is not final leads back into the loop. {end}: {} in \
             this run.",
            run.history.duration
        ),
        fix: route::count_rounds(machine, round.choice, round.back, rounds_max),
        ..base(run, RuleId::PollingUnbounded, severity, Some(round))
    }
}

fn history_limit(run: &Run<'_>, round: Option<&Round<'_>>) -> Violation {
    // How often invented answers send a loop round proves little.
    let severity = if run.origin == Origin::User { Severity::Medium } else { Severity::Low };
    Violation {
        route: "events>limit".to_owned(),
        title: "The execution can fill its history, and fails then".to_owned(),
        why: format!(
            "A history holds 25,000 events. This run filled it in {}, and failed with an error that nothing can \
             catch.",
            run.history.duration
        ),
        fix: fix::words(
            "Do the rounds in child executions, or in a distributed Map: each has a history of its own.",
        ),
        ..base(run, RuleId::HistoryLimit, severity, round)
    }
}

fn base(run: &Run<'_>, rule: RuleId, severity: Severity, round: Option<&Round<'_>>) -> Violation {
    let history = run.history;
    let poll = round.and_then(|round| last_poll(run, round));
    let last = history.events.iter().rev().find_map(|event| event.state);
    let state = round.map(|round| round.choice.id).or(last);
    let (error, cause) = match &history.outcome {
        Outcome::Failed { error, cause } => (error.clone(), cause.clone()),
        _ => (None, None),
    };
    let machine = &run.model.machine;
    let blank = trace::advice(rule, severity, machine.state(state.unwrap_or(StateId(0))));
    let end = EventId(history.events.len() as u32);
    Violation {
        class: if error.is_some() { ErrorClass::Runtime } else { ErrorClass::Timeout },
        state,
        site: poll.map(|attempt| history.site(attempt)),
        events: poll.map(|attempt| attempt.scheduled).into_iter().chain([end]).collect(),
        error,
        cause,
        ..blank
    }
}
