//! Both are asked, theirs is followed, and every exchange is kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::compare::{Compared, compare};
use crate::asl::{Machine, State, StateId};
use crate::value::Value;
use crate::walk::{Ask, AskError, Offline};

/// One request, both answers, and how far they agree.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) request: Value,
    pub(super) state: Option<StateId>,
    pub(super) theirs: Result<Value, AskError>,
    pub(super) compared: Compared,
    /// What the walk goes on with.
    followed: Result<Value, AskError>,
}

/// Both of them, asked about one machine from any number of threads; equal requests once.
pub(super) struct Both<'a> {
    machine: &'a Machine,
    ours: Offline,
    theirs: &'a dyn Ask,
    known: Mutex<BTreeMap<String, Arc<Exchange>>>,
}

impl<'a> Both<'a> {
    pub(super) fn new(machine: &'a Machine, theirs: &'a dyn Ask) -> Self {
        Self { machine, ours: Offline::default(), theirs, known: Mutex::default() }
    }

    fn exchange(&self, request: &Value) -> Arc<Exchange> {
        let text = request.to_json();
        if let Some(known) = locked(&self.known).get(&text) {
            return Arc::clone(known);
        }
        let ours = self.ours.ask(request);
        let theirs = self.theirs.ask(request);
        let state = state(request, self.machine);
        let compared = compare(&ours, &theirs, state);
        // Who is refused knows nothing of the states that follow; ours does.
        let followed = match (&ours, &theirs) {
            (Ok(_), Err(AskError::Refused { .. })) => ours,
            _ => theirs.clone(),
        };
        let state = state.map(|state| state.id);
        let is_answered = !matches!(theirs, Err(AskError::Unanswered(_)));
        let exchange = Arc::new(Exchange { request: request.clone(), state, theirs, compared, followed });
        if is_answered {
            locked(&self.known).insert(text, Arc::clone(&exchange));
        }
        exchange
    }

    /// Asks for one case.
    pub(super) fn for_case(&self) -> Asking<'_> {
        Asking { both: self, exchanges: Mutex::default() }
    }
}

/// The requests of one case.
pub(super) struct Asking<'a> {
    both: &'a Both<'a>,
    exchanges: Mutex<Vec<Arc<Exchange>>>,
}

impl Asking<'_> {
    /// In the order in which they were asked.
    pub(super) fn exchanges(self) -> Vec<Arc<Exchange>> {
        self.exchanges.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ask for Asking<'_> {
    fn ask(&self, request: &Value) -> Result<Value, AskError> {
        let exchange = self.both.exchange(request);
        let followed = exchange.followed.clone();
        locked(&self.exchanges).push(exchange);
        followed
    }
}

fn state<'m>(request: &Value, machine: &'m Machine) -> Option<&'m State> {
    let name = request.get("stateName")?.as_str()?;
    machine.states.iter().find(|state| &*state.name == name)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
