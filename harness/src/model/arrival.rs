//! Which errors can come to the handlers of a state: what its integration reports, or what leaves the states inside.

use crate::asl::{Kind, Machine, Map, MapMode, QueryLanguage, ScopeId, State, Task, TextSource};
use crate::catalog::{self, can_report, suggest};
use crate::contested::Rules;
use crate::error::{ErrorName, Failure, Origin, first_catcher};
use crate::spelling;

/// The question, for one machine.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) machine: &'a Machine,
    pub(super) rules: Rules,
    /// Whether catchers of states inside are taken into account.
    pub(super) through: Through,
}

/// What stands between a failure inside and the handlers of the state around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// The catchers of the states inside.
    Catchers,
    /// Nothing: whether the failure happens at all.
    Nothing,
}

impl<'a> Arrival<'a> {
    /// Whether an error with this name can come to the handlers of the state; `Some(false)` only when it is certain.
    pub(super) fn at(self, state: &State, name: &str) -> Option<bool> {
        match &state.kind {
            Kind::Task(task) => of_task(state, task, name),
            _ if of_fields(state, name) => None,
            Kind::Parallel { branches } => any(branches.iter().map(|branch| self.out_of(*branch, name))),
            Kind::Map(map) => match &map.mode {
                MapMode::Distributed(_) => of_distributed_map(map, name),
                MapMode::Inline => self.out_of(map.processor, name),
            },
            Kind::Pass { .. } | Kind::Choice(_) | Kind::Wait(_) | Kind::Succeed => Some(false),
            Kind::Fail { error, .. } => match error {
                Some(TextSource::Literal(error)) => Some(**error == *name),
                Some(TextSource::Template(_)) => None,
                None => Some(false),
            },
        }
    }

    /// Whether an error with this name can leave the states of a branch or an iteration.
    fn out_of(self, scope: ScopeId, name: &str) -> Option<bool> {
        let states = &self.machine.scope(scope).states;
        any(states.iter().map(|id| {
            let state = self.machine.state(*id);
            match self.at(state, name) {
                Some(false) => Some(false),
                _ if self.through == Through::Catchers && is_caught(state, name, self.rules) => Some(false),
                arrives => arrives,
            }
        }))
    }

    /// The name that was meant at this state, where there is a good guess that can come to its handlers.
    pub(super) fn meant(self, state: &State, name: &str) -> Option<String> {
        if let Kind::Task(task) = &state.kind {
            return suggest(&task.integration, name);
        }
        let own = catalog::suggest_own(name);
        let inside = self.inside(state).into_iter().find_map(|inner| match &inner.kind {
            Kind::Task(task) => suggest(&task.integration, name),
            Kind::Fail { error: Some(TextSource::Literal(error)), .. } => {
                spelling::slip(name, [&**error]).filter(|near| *near != name).map(str::to_owned)
            }
            _ => None,
        });
        own.or(inside).filter(|meant| self.at(state, meant) != Some(false))
    }

    /// All states inside a Parallel or Map state.
    fn inside(self, state: &State) -> Vec<&'a State> {
        let outer = state.id;
        let states = self.machine.states.iter();
        states.filter(|inner| self.machine.enclosing(inner.id).any(|around| around.id == outer)).collect()
    }
}

/// Whether something can, or something may.
fn any(arrivals: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(false);
    for arrives in arrivals {
        match arrives {
            Some(true) => return arrives,
            Some(false) => {}
            None => all = None,
        }
    }
    all
}

fn of_task(state: &State, task: &Task, name: &str) -> Option<bool> {
    match name {
        ErrorName::HEARTBEAT_TIMEOUT => Some(task.heartbeat.is_some()),
        ErrorName::TIMEOUT => Some(task.timeout.is_some() || task.heartbeat.is_some()),
        // Docs, "Transforming data": only JSONata is evaluated so.
        ErrorName::QUERY_EVALUATION => Some(state.query_language == QueryLanguage::Jsonata),
        _ => can_report(&task.integration, name),
    }
}

/// What the fields of a state with states inside can bring about.
fn of_fields(state: &State, name: &str) -> bool {
    match name {
        ErrorName::DATA_LIMIT => true,
        ErrorName::QUERY_EVALUATION => state.query_language == QueryLanguage::Jsonata,
        _ => false,
    }
}

/// Docs, "Distributed Map": items fail as child executions; the Map itself fails because there are too many of them,
/// or because of what it does itself: read the items, start the children, write the results.
fn of_distributed_map(map: &Map, name: &str) -> Option<bool> {
    if catalog::is_of_maps(name) {
        return Some(match name {
            "States.ItemReaderFailed" => map.item_reader.is_some(),
            "States.ResultWriterFailed" => map.result_writer.is_some(),
            _ => true,
        });
    }
    match name {
        ErrorName::TIMEOUT | ErrorName::HEARTBEAT_TIMEOUT | ErrorName::QUERY_EVALUATION => Some(false),
        _ if name.starts_with("States.") => catalog::suggest_own(name).map(|_| false),
        // What a denial of its own calls is reported as is not known.
        _ if ["S3.", "StepFunctions.", "Sfn."].iter().any(|prefix| name.starts_with(prefix)) => None,
        _ => Some(false),
    }
}

/// Whether a catcher of the state takes every failure with this name.
fn is_caught(state: &State, name: &str, rules: Rules) -> bool {
    let failure = match name {
        ErrorName::HEARTBEAT_TIMEOUT => Failure { error: ErrorName::TIMEOUT, origin: Origin::Heartbeat },
        _ => Failure { error: name, origin: Origin::Reported },
    };
    first_catcher(&state.catch, failure, rules).is_some()
}
