//! Equal requests at the same time: one thread asks, the others wait for its answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::cache::{Kept, Key};

/// What became of a request: what was answered, or why nothing was.
pub(super) type Outcome = Result<Kept, Arc<str>>;

/// The requests that are on their way.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<BTreeMap<Key, Arc<Flight>>>);

/// One of them.
#[derive(Debug, Default)]
pub(super) struct Flight {
    outcome: Mutex<Option<Outcome>>,
    landed: Condvar,
}

/// What a thread is to do about its request.
pub(super) enum Seat<'f> {
    /// It asks.
    First(Leading<'f>),
    /// Another one asks.
    Next(Arc<Flight>),
}

/// The thread that asks. Should it die, the others are told.
pub(super) struct Leading<'f> {
    flights: &'f Flights,
    key: Key,
    flight: Arc<Flight>,
}

impl Flights {
    pub(super) fn join(&self, key: &Key) -> Seat<'_> {
        let mut flights = locked(&self.0);
        if let Some(flight) = flights.get(key) {
            return Seat::Next(Arc::clone(flight));
        }
        let flight = Arc::<Flight>::default();
        flights.insert(key.clone(), Arc::clone(&flight));
        Seat::First(Leading { flights: self, key: key.clone(), flight })
    }
}

impl Flight {
    /// The outcome, when it is there.
    pub(super) fn wait(&self) -> Outcome {
        let mut outcome = locked(&self.outcome);
        loop {
            if let Some(outcome) = &*outcome {
                return outcome.clone();
            }
            outcome = self.landed.wait(outcome).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn land(&self, outcome: Outcome) {
        locked(&self.outcome).get_or_insert(outcome);
        self.landed.notify_all();
    }
}

impl Leading<'_> {
    /// Tells the others.
    pub(super) fn land(self, outcome: Outcome) {
        self.flight.land(outcome);
    }
}

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        locked(&self.flights.0).remove(&self.key);
        self.flight.land(Err("the thread that asked ended before it had an answer".into()));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cache::{Cache, Keeping, Scope};
    use crate::value::Value;

    fn key(request: &str) -> Key {
        let scope =
            Scope { account: "111122223333".to_owned(), region: "eu-west-1".to_owned(), endpoint: None };
        Cache::new(&scope, Keeping::InMemory).key(&Value::parse(request).unwrap())
    }

    #[test]
    fn one_asks_and_the_others_have_its_answer() {
        let flights = Flights::default();
        let Seat::First(leading) = flights.join(&key("{}")) else { panic!("nobody asks yet") };
        let Seat::Next(waiting) = flights.join(&key("{}")) else { panic!("one asks already") };
        assert!(matches!(flights.join(&key("[]")), Seat::First(_)), "another request is another call");
        let outcome: Outcome = Ok(Kept::Answer(Value::from(1)));
        leading.land(outcome.clone());
        assert_eq!(waiting.wait(), outcome);
        assert!(matches!(flights.join(&key("{}")), Seat::First(_)), "it is over");
    }

    #[test]
    fn nobody_waits_for_a_thread_that_has_ended() {
        let flights = Flights::default();
        let Seat::First(leading) = flights.join(&key("{}")) else { panic!("nobody asks yet") };
        let Seat::Next(waiting) = flights.join(&key("{}")) else { panic!("one asks already") };
        drop(leading);
        assert_eq!(waiting.wait(), Err("the thread that asked ended before it had an answer".into()));
    }
}
