//! Executing cases on a backend.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Ask, Backend, Cannot, Halt, Offline, Settings, Walked, walk_with};
use crate::asl::Machine;
use crate::history::{History, Outcome, Simulated, Unknown};
use crate::mock::Script;
use crate::sim::{self, Case};

/// Executes cases on one backend; clones ask the same TestState.
#[derive(Clone, Default)]
pub struct Executor {
    backend: Backend,
    /// Who is asked, and how; none for the simulator.
    asks: Option<(Arc<dyn Ask>, Settings)>,
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Executor").field(&self.backend.name()).finish()
    }
}

impl Executor {
    /// The deterministic simulator.
    pub fn simulator() -> Self {
        Self::default()
    }

    /// This program's own TestState.
    pub fn offline() -> Self {
        Self::asking(Backend::OfflineTestState, Arc::new(Offline::default()))
    }

    /// Whoever answers for a backend, asked as that backend is.
    pub fn asking(backend: Backend, ask: Arc<dyn Ask>) -> Self {
        let settings = match backend {
            Backend::Simulator | Backend::OfflineTestState => Settings::default(),
            Backend::TestState => Settings::remote(),
        };
        Self { backend, asks: Some((ask, settings)) }
    }

    /// The same, asked in this way; the simulator is not asked.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.asks = self.asks.map(|(ask, _)| (ask, settings));
        self
    }

    /// The backend.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Who is asked; none for the simulator.
    pub fn asked(&self) -> Option<&dyn Ask> {
        self.asks.as_ref().map(|(ask, _)| &**ask)
    }

    /// Executes a case with the answers of a script.
    ///
    /// # Errors
    ///
    /// What the backend cannot execute, or that it does not answer.
    pub fn execute(&self, machine: &Machine, case: &Case, script: &Script) -> Result<History, Halt> {
        self.walk(machine, case, script).map(|walked| walked.history)
    }

    /// The same, with the number of requests; the simulator makes none.
    ///
    /// # Errors
    ///
    /// What the backend cannot execute, or that it does not answer.
    pub fn walk(&self, machine: &Machine, case: &Case, script: &Script) -> Result<Walked, Halt> {
        match &self.asks {
            None => Ok(Walked { history: sim::run(machine, case, &mut script.responder()), calls: 0 }),
            Some((ask, settings)) => walk_with(settings, machine, case, script, &**ask),
        }
    }

    /// The same, where there has to be a history: what the backend cannot execute is simulated and marked as a whole;
    /// without an answer the outcome is Unknown.
    pub fn history(&self, machine: &Machine, case: &Case, script: &Script) -> History {
        match self.execute(machine, case, script) {
            Ok(history) => history,
            Err(Halt::Cannot(cannot)) => simulated(machine, case, script, &cannot),
            Err(Halt::Unanswered(why)) => unanswered(machine, case, script, &why),
        }
    }
}

fn simulated(machine: &Machine, case: &Case, script: &Script, cannot: &Cannot) -> History {
    let mut history = sim::run(machine, case, &mut script.responder());
    history.simulated = vec![Simulated { state: None, what: format!("the whole execution: {cannot}") }];
    history
}

fn unanswered(machine: &Machine, case: &Case, script: &Script, why: &str) -> History {
    let mut history = sim::run(machine, case, &mut script.responder());
    history.outcome = Outcome::Unknown(Unknown {
        construct: "TestState gave no answer".to_owned(),
        detail: why.to_owned(),
        pointer: Arc::from(""),
    });
    history
}

/// The executors that a call has, by their backends.
#[derive(Clone, Debug)]
pub struct Executors(BTreeMap<Backend, Executor>);

impl Default for Executors {
    /// Those that need nobody else.
    fn default() -> Self {
        let all = [Executor::simulator(), Executor::offline()];
        Self(all.into_iter().map(|executor| (executor.backend(), executor)).collect())
    }
}

impl Executors {
    /// The same with one more, in place of the one for its backend.
    #[must_use]
    pub fn with(mut self, executor: Executor) -> Self {
        self.0.insert(executor.backend(), executor);
        self
    }

    /// The one for a backend; none if the call has none.
    pub fn of(&self, backend: Backend) -> Option<&Executor> {
        self.0.get(&backend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::compile_text;
    use crate::fault::Plan;
    use crate::generate::complete;
    use crate::model::Model;
    use crate::value::Value;
    use crate::walk::AskError;

    const WAITING: &str = r#"{"StartAt": "Book", "States": {"Book": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": "q", "MessageBody": "m"}}}}"#;

    fn case(plan: &str) -> (Arc<Machine>, Case, Script) {
        let machine = Arc::new(compile_text("machine", WAITING).unwrap());
        let plan = Plan::parse(plan, &machine).unwrap();
        let script = complete(&Model::new(Arc::clone(&machine)), &Script::default());
        (machine, Case { plan, ..Case::new(Value::empty_object()) }, script)
    }

    #[test]
    fn what_a_backend_cannot_execute_is_simulated_and_marked() {
        let (machine, case, script) = case("@execution:started-again");
        let history = Executor::offline().history(&machine, &case, &script);
        let events = |history: &History| format!("{:?}", history.events);
        assert_eq!(events(&history), events(&Executor::simulator().history(&machine, &case, &script)));
        let mark = history.simulated[0].display(&machine).to_string();
        assert!(mark.starts_with("the whole execution: a second "), "{mark}");
    }

    #[test]
    fn without_an_answer_the_outcome_is_unknown() {
        let (machine, case, script) = case("");
        let silent = |_: &Value| Err(AskError::Unanswered("nobody is there".into()));
        let executor = Executor::asking(Backend::TestState, Arc::new(silent));
        let history = executor.history(&machine, &case, &script);
        let Outcome::Unknown(unknown) = history.outcome else { panic!("{:?}", history.outcome) };
        assert_eq!(unknown.detail, "nobody is there");
    }
}
