//! An execution whose states are worked out elsewhere, by somebody who is asked about one state at a time.
//!
//! The engine keeps what nobody can be asked about: threads, time, faults, the history. What a state makes of its data,
//! which handler takes its failure and where it goes is as told; what the simulator itself makes of it counts only where
//! nobody answers.

use std::sync::Arc;

use crate::asl::{Machine, State, StateId};
use crate::error::Origin;
use crate::expr::Variables;
use crate::history::{History, Unknown};
use crate::mock::Responder;
use crate::value::{Array, Object, Value};

use super::Case;
use super::engine::Engine;
use super::probe::Work;

/// One visit of a state that somebody is asked about.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// The state.
    pub state: &'a State,
    /// Its raw input.
    pub input: &'a Value,
    /// The variables that it finds.
    pub variables: &'a Variables,
    /// The context object that it finds.
    pub context: Value,
    /// How often each of its retriers was used in this visit.
    pub retries: &'a [u32],
    /// What is asked.
    pub question: Question<'a>,
}

/// What is asked about a visit.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// What the state comes to; it has no work that anybody else does. Of a Wait state: once it has waited.
    Alone,
    /// What it works with: the request of a task, the items of a Map, the time of a Wait state.
    Before,
    /// What its work comes to, if whoever is asked has it really done; else nothing is told.
    Real,
    /// What it makes of what its work came to.
    After {
        /// The work.
        work: &'a Work,
        /// How a failure came about.
        origin: Origin,
        /// The state inside whose failure it is.
        caused_by: Option<&'a str>,
        /// How many children of a distributed Map have failed.
        failed_items: Option<u64>,
    },
}

/// What is told about a visit.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Where it goes from here.
    pub route: Route,
    /// The error, if it failed.
    pub error: Option<Arc<str>>,
    /// The cause, if it failed.
    pub cause: Option<Arc<str>>,
    /// All variables after it.
    pub variables: Option<Object>,
    /// The request of a task.
    pub arguments: Option<Value>,
    /// The items of a Map; none where they are not told.
    pub items: Option<Array>,
    /// What `ItemSelector` made of each of them.
    pub inputs: Option<Array>,
    /// What `ItemBatcher` made of them.
    pub batches: Option<Array>,
    /// What the work came to that was really done. The rest is about what the state makes of it; without a route, that
    /// is not told.
    pub work: Option<Work>,
}

/// Where a visit goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Route {
    /// Its work can begin.
    #[default]
    Ready,
    /// The state succeeded; without `next` its scope ends.
    Left {
        /// Its output.
        output: Value,
        /// Where it goes.
        next: Option<StateId>,
    },
    /// A retrier took the failure.
    Retried {
        /// Index in `Retry`.
        retrier: usize,
        /// The delay, in whole seconds.
        delay_seconds: u64,
    },
    /// A catcher took the failure.
    Caught {
        /// Index in `Catch`.
        catcher: usize,
        /// The retrier that was spent before.
        spent: Option<usize>,
        /// What the catcher makes of it.
        output: Value,
        /// Where it goes.
        next: StateId,
    },
    /// Nothing took the failure.
    Failed {
        /// The retrier that was spent before.
        spent: Option<usize>,
    },
}

/// Whoever is asked. Nothing told means that the simulator works it out by itself; what cannot go on is Unknown.
pub type Teller<'a> = dyn FnMut(&Visit<'_>) -> Result<Option<Told>, Unknown> + 'a;

/// Runs one execution as told.
pub fn run_told(
    machine: &Machine,
    case: &Case,
    responder: &mut dyn Responder,
    teller: &mut Teller<'_>,
) -> History {
    let mut engine = Engine::new(machine, case, responder);
    engine.teller = Some(teller);
    engine.run()
}
