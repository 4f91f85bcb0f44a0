//! One state by itself, as the TestState API runs it: what stands in for its surroundings, and what its data went
//! through. The state runs by the same rules as in an execution; a probe only watches, and stops at its border.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Machine, State, StateId};
use crate::expr::Variables;
use crate::history::{History, Outcome, StrandId};
use crate::mock::{Answer, Call, Reply, Responder};
use crate::value::Value;

use super::Case;
use super::engine::Engine;
use super::failure::StateError;
use super::strand::{Step, at};

/// What stands in for the surroundings of a state.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The state.
    pub state: StateId,
    /// The whole context object.
    pub context: Value,
    /// The variables that it finds.
    pub variables: Variables,
    /// What its work comes to; none for a state that works by itself.
    pub work: Option<Work>,
    /// How often the retrier that takes its failure has been used before.
    pub retries: u32,
    /// How many iterations of a Map state have failed.
    pub failed_items: Option<u64>,
    /// What the item reader of a Map state finds, as it stands in S3, if that is known.
    pub reader_data: Option<Arc<str>>,
}

/// What the work of a Task, Map or Parallel state comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// It succeeds with this result.
    Result(Value),
    /// It fails.
    Error {
        /// Error name.
        error: Arc<str>,
        /// Cause.
        cause: Option<Arc<str>>,
    },
}

/// A point of the data flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// After `InputPath`.
    InputPath,
    /// After `Parameters`, or JSONata's `Arguments`.
    Arguments,
    /// What the work came to.
    Result,
    /// After `ResultSelector`.
    ResultSelector,
    /// After `ResultPath`.
    ResultPath,
    /// The items of a Map state, after `ItemsPath` or `Items`.
    Items,
    /// The items, after `ItemSelector`.
    ItemSelector,
    /// The items that `ItemsPointer` of a reader points to.
    ItemsPointer,
    /// The batches, after `ItemBatcher`.
    ItemBatcher,
    /// `MaxConcurrency`; 0 when absent.
    MaxConcurrency,
    /// `ToleratedFailureCount`, where there is one.
    ToleratedFailureCount,
    /// `ToleratedFailurePercentage`, where there is one.
    ToleratedFailurePercentage,
}

/// What a probe has seen.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The execution of the one state. Where a retrier takes the failure, the history ends there.
    pub history: History,
    /// The values at the points of the data flow that were reached.
    pub stages: BTreeMap<Stage, Value>,
    /// Where it would go.
    pub next: Option<StateId>,
    /// All variables that are set in the end.
    pub variables: Variables,
}

/// A probe at work.
#[derive(Debug)]
pub(super) struct Probing {
    pub(super) given: Probe,
    stages: RefCell<BTreeMap<Stage, Value>>,
    next: Option<StateId>,
}

/// Runs one state of a machine.
pub fn probe(machine: &Machine, case: &Case, probe: Probe) -> Observation {
    let mut responder = Double(probe.work.clone());
    let mut engine = Engine::new(machine, case, &mut responder);
    engine.probe = Some(Box::new(Probing { given: probe, stages: RefCell::default(), next: None }));
    engine.drive();
    let probing = engine.probe.take().expect("it was set above, and nothing takes it away");
    Observation {
        variables: std::mem::take(&mut engine.strands[0].variables),
        stages: probing.stages.into_inner(),
        next: probing.next,
        history: engine.history,
    }
}

/// Stands in for the service that a task calls.
struct Double(Option<Work>);

impl Responder for Double {
    fn answer(&mut self, _: Call<'_>) -> Answer {
        let reply = match self.0.clone() {
            Some(Work::Result(value)) => Reply::Return(value),
            Some(Work::Error { error, cause }) => Reply::Throw { error: Some(error), cause },
            None => Reply::Unmocked("what the service answers is not known here; give a mock".to_owned()),
        };
        Answer { after_ms: 1, ..Answer::with(reply) }
    }
}

impl Engine<'_> {
    /// Shows a value to the probe, if there is one.
    #[inline]
    pub(super) fn note(&self, stage: Stage, value: &Value) {
        if let Some(probing) = &self.probe {
            probing.stages.borrow_mut().insert(stage, value.clone());
        }
    }

    /// Retries that were used before the run.
    pub(super) fn retries_before(&self) -> u32 {
        self.probe.as_ref().map_or(0, |probing| probing.given.retries)
    }

    /// The state is done and would go on to another one.
    pub(super) fn stop_before(&mut self, next: StateId, output: Value) -> Step {
        if let Some(probing) = &mut self.probe {
            probing.next = Some(next);
        }
        self.end(Outcome::Succeeded { output });
        Step::End
    }

    /// The state has failed and would be retried.
    pub(super) fn stop_at_retry(&mut self, record: usize) -> Step {
        let failure = &self.history.failures[record];
        let (error, cause) = (Some(failure.error.clone()), failure.cause.clone());
        self.end(Outcome::Failed { error, cause });
        Step::End
    }

    /// A Parallel state, whose branches are not run.
    pub(super) fn probe_parallel(&mut self, id: StrandId, state: &State) -> Step {
        let arguments = self.effective_input(id, state).and_then(|input| self.arguments(id, state, &input));
        match arguments {
            Ok(_) => self.finish_work(id, state),
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    /// The work of a Parallel or Map state comes to what the probe says.
    pub(super) fn finish_work(&mut self, id: StrandId, state: &State) -> Step {
        match self.probe.as_ref().and_then(|probing| probing.given.work.clone()) {
            Some(Work::Result(value)) => self.complete(id, state, value),
            Some(Work::Error { error, cause }) => self.fail(id, StateError::reported(error, cause), None),
            None => {
                let detail = "what its children come to is not known here; give a mock".to_owned();
                self.give_up("unmocked children", detail, &state.pointer);
                Step::End
            }
        }
    }

    /// The strand that a probe starts with.
    pub(super) fn prepare_probe(&mut self, id: StrandId) {
        if let Some(probing) = &self.probe {
            let state = self.machine.state(probing.given.state);
            let strand = &mut self.strands[at(id)];
            strand.scope = state.scope;
            strand.state = state.id;
            strand.variables = probing.given.variables.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::compile_text;

    fn observe(state: &str, work: Option<Work>, retries: u32) -> Observation {
        let text = format!(
            r#"{{"StartAt": "Z", "States": {{"S": {state}, "Z": {{"Type": "Pass", "Next": "S"}},
                "T": {{"Type": "Succeed"}}}}}}"#
        );
        let machine = compile_text("machine", &text).unwrap();
        let state = machine.find("S").unwrap().id;
        let (context, variables) = (Value::empty_object(), Variables::default());
        let case = Case::new(Value::parse(r#"{"items": [1, 2]}"#).unwrap());
        let given = Probe { state, context, variables, work, retries, failed_items: None, reader_data: None };
        probe(&machine, &case, given)
    }

    const RETRIED: &str = r#"{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
        "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["E"], "Next": "T"}], "End": true}"#;

    fn failing() -> Work {
        Work::Error { error: Arc::from("E"), cause: None }
    }

    #[test]
    fn a_probe_stops_before_the_next_state() {
        let seen = observe(r#"{"Type": "Pass", "Result": 1, "Next": "T"}"#, None, 0);
        assert_eq!((seen.next.is_some(), seen.history.outcome.status()), (true, "SUCCEEDED"));
        assert_eq!(seen.stages[&Stage::ResultPath], Value::from(1));
    }

    #[test]
    fn a_probe_stops_before_a_retry_until_the_retrier_is_spent() {
        use crate::history::Handling;

        let handling =
            [0, 1, 2].map(|retries| observe(RETRIED, Some(failing()), retries).history.failures[0].handling);
        assert_eq!(
            handling,
            [
                Handling::Retried { retrier: 0, retry: 1, delay_ms: 1_000 },
                Handling::Retried { retrier: 0, retry: 2, delay_ms: 2_000 },
                Handling::Caught { catcher: 0, spent: Some(0) },
            ]
        );
    }

    #[test]
    fn no_iteration_of_a_map_is_run() {
        let map = r#"{"Type": "Map", "ItemsPath": "$.items", "Next": "T", "ItemProcessor":
            {"StartAt": "I", "States": {"I": {"Type": "Fail"}}}}"#;
        let seen = observe(map, Some(Work::Result(Value::from("done"))), 0);
        assert_eq!(seen.history.outcome, Outcome::Succeeded { output: Value::from("done") });
        assert_eq!(seen.stages[&Stage::Items], Value::array(vec![Value::from(1), Value::from(2)]));
    }
}
