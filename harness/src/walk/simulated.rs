//! What TestState cannot show, read off a history that was walked.

use std::collections::BTreeSet;

use crate::asl::{Amount, DataPath, Jitter, Kind, Machine, MapItems, QueryLanguage, State, StateId};
use crate::error::Origin;
use crate::history::{
    Ending, EventId, EventType, ExecutionTimer, Handling, History, Outcome, Simulated, Strand,
};

/// What a history shows of it.
pub(super) fn after_the_fact(machine: &Machine, history: &History) -> Vec<Simulated> {
    let mut found = Vec::new();
    let mut note = |state, what: &str| found.push(Simulated { state, what: what.to_owned() });
    for what in of_execution(history) {
        note(None, what);
    }
    for attempt in &history.attempts {
        match &attempt.ending {
            Ending::Failed { origin: Origin::Heartbeat, .. } => {
                note(Some(attempt.state), "the missed heartbeat; TestState was given a timeout at its time");
            }
            Ending::Failed { .. } if timed_out(history, attempt.ended) => {
                note(
                    Some(attempt.state),
                    "its timer going off; TestState was given States.Timeout at that time",
                );
            }
            Ending::Open => note(Some(attempt.state), "that nobody answers"),
            Ending::Aborted => note(Some(attempt.state), "that it is cut off"),
            Ending::Failed { .. } | Ending::Succeeded(_) => {}
        }
    }
    for failure in &history.failures {
        let Handling::Retried { retrier, .. } = failure.handling else { continue };
        if machine.state(failure.state).retry.get(retrier).is_some_and(|it| it.jitter == Jitter::Full) {
            note(Some(failure.state), "the delay that its retrier draws (JitterStrategy FULL)");
        }
    }
    for state in entered(history) {
        for what in of_state(history, machine.state(state)) {
            note(Some(state), what);
        }
    }
    found
}

fn of_execution(history: &History) -> Vec<&'static str> {
    let mut found = Vec::new();
    match &history.outcome {
        Outcome::TimedOut { by: ExecutionTimer::Declared } => {
            found.push("the execution being ended by its TimeoutSeconds");
        }
        Outcome::TimedOut { by: ExecutionTimer::Longest } => {
            found.push("the execution being ended after the longest time that AWS lets it run");
        }
        Outcome::Aborted { .. } => found.push("the execution being stopped from outside"),
        Outcome::Succeeded { .. } | Outcome::Failed { .. } | Outcome::Unknown(_) => {}
    }
    if history.redrives > 0 {
        found.push("the redrive");
    }
    found
}

/// The states that were entered.
fn entered(history: &History) -> BTreeSet<StateId> {
    let events = history.events.iter().chain(&history.child_events);
    events
        .filter(|event| event.kind.name().ends_with("StateEntered"))
        .filter_map(|event| event.state)
        .collect()
}

fn timed_out(history: &History, ended: Option<EventId>) -> bool {
    let kind = ended.and_then(|id| history.event(id)).map(|event| event.kind);
    matches!(
        kind,
        Some(EventType::TaskTimedOut | EventType::LambdaFunctionTimedOut | EventType::ActivityTimedOut)
    )
}

fn of_state(history: &History, state: &State) -> Vec<&'static str> {
    let mut found = Vec::new();
    match &state.kind {
        // One that failed as it was entered has not waited.
        Kind::Wait(_) if history.failures.iter().any(|failure| failure.state == state.id) => {}
        Kind::Wait(_) => {
            found.push("how long it waits; TestState was asked about the same state without time to wait");
        }
        Kind::Task(task) => {
            let found_when_it_runs =
                |amount: &Option<Amount>| matches!(amount, Some(Amount::Path(_) | Amount::Jsonata(_)));
            if found_when_it_runs(&task.timeout) || found_when_it_runs(&task.heartbeat) {
                found.push("how long its timers run, which TestState does not show");
            }
        }
        Kind::Parallel { .. } => {
            if state.flow.parameters.is_some() || !matches!(state.flow.input_path, DataPath::All) {
                found.push("the input of its branches, which TestState does not show");
            }
            found.push("in which order in time its branches run");
        }
        Kind::Map(map) => {
            let is_jsonata = state.query_language == QueryLanguage::Jsonata;
            if is_jsonata && !matches!(map.items, MapItems::Input) && map.item_selector.is_none() {
                found.push("its items, which TestState does not show in JSONata");
            }
            if map.item_reader.is_some() {
                found.push("what its ItemReader reads");
            }
            if map.result_writer.is_some() {
                found.push("what its ResultWriter writes");
            }
            let inside = |of: &Strand| of.scope == map.processor;
            if history.strands.iter().filter(|strand| inside(strand)).count() > 1 {
                found.push("in which order in time its items run");
            }
        }
        Kind::Pass { .. } | Kind::Choice(_) | Kind::Succeed | Kind::Fail { .. } => {}
    }
    found
}
