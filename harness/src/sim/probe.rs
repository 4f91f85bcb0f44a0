//! One state by itself, as the TestState API runs it: what stands in for its surroundings, and what its data went
//! through. The state runs by the same rules as in an execution; a probe only watches, and stops at its border.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::{Machine, Map, State, StateId};
use crate::expr::{EvalError, Variables};
use crate::history::{History, Outcome, StrandId};
use crate::mock::{Answer, Call, Reply, Responder};
use crate::value::{Array, Value};

use super::Case;
use super::distributed::{THRESHOLD_CAUSE, THRESHOLD_EXCEEDED};
use super::engine::Engine;
use super::failure::StateError;
use super::map_run::MapRun;
use super::strand::{Item, Step, at};

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
    /// What the item reader of a Map state has read, if that is known.
    pub read_items: Option<Array>,
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

    /// A Map state, whose iterations are not run.
    pub(super) fn probe_map(&mut self, id: StrandId, state: &State, map: &Map) -> Step {
        let exceeded = self.effective_input(id, state).and_then(|input| self.probe_items(id, map, &input));
        match exceeded {
            Ok(false) => self.finish_work(id, state),
            Ok(true) => {
                let cause = Some(Arc::from(THRESHOLD_CAUSE));
                self.fail(id, StateError::reported(Arc::from(THRESHOLD_EXCEEDED), cause), None)
            }
            Err(error) => self.evaluation_failed(id, error),
        }
    }

    /// Evaluates what a Map state evaluates before its first iteration; whether too many iterations have failed.
    fn probe_items(&mut self, id: StrandId, map: &Map, input: &Value) -> Result<bool, EvalError> {
        let concurrency = match &map.max_concurrency {
            Some(amount) => self.whole_amount(id, amount, input, "MaxConcurrencyPath")?,
            None => 0,
        };
        self.note(Stage::MaxConcurrency, &Value::from(concurrency as i64));
        let tolerance = self.tolerance(id, map, input)?;
        if let Some(count) = tolerance.as_ref().and_then(|tolerance| tolerance.count) {
            self.note(Stage::ToleratedFailureCount, &Value::from(count as i64));
        }
        if let Some(percentage) = tolerance.as_ref().and_then(|tolerance| tolerance.percentage) {
            self.note(Stage::ToleratedFailurePercentage, &Value::from(percentage));
        }
        let items = self.probed_items(id, map, input)?;
        let count = items.as_ref().map(|items| items.len());
        if let Some(items) = items {
            self.note(Stage::Items, &Value::Array(items.clone()));
            self.probe_inputs(id, map, input, &items)?;
        }
        let (Some(failed), Some(mut tolerance)) = (self.failed_items(), tolerance) else { return Ok(false) };
        // Recorded on AWS: without a threshold in the definition, failed iterations alone do not fail the state.
        if tolerance.count.is_none() && tolerance.percentage.is_none() {
            return Ok(false);
        }
        tolerance.failed = failed;
        Ok(tolerance.exceeded(count.or_else(|| self.count_of_results()).unwrap_or(0)))
    }

    /// The items of a Map state; none if nobody knows what its reader reads.
    fn probed_items(&mut self, id: StrandId, map: &Map, input: &Value) -> Result<Option<Array>, EvalError> {
        let Some(reader) = &map.item_reader else {
            return self.map_items(id, map, input).map(|found| Some(found.list));
        };
        if let Some(template) = &reader.parameters {
            self.with_env(id, input, |env| template.eval(env))?;
        }
        Ok(self.probe.as_ref().and_then(|probing| probing.given.read_items.clone()))
    }

    /// The inputs of the iterations.
    fn probe_inputs(
        &mut self,
        id: StrandId,
        map: &Map,
        input: &Value,
        items: &Array,
    ) -> Result<(), EvalError> {
        if map.item_selector.is_some() {
            let selected: Result<Vec<_>, _> = items
                .iter()
                .enumerate()
                .map(|(at, item)| {
                    let item = Item { index: at as u32, value: item.clone(), key: None, source: None };
                    self.selected(id, map, input, item)
                })
                .collect();
            self.note(Stage::ItemSelector, &Value::array(selected?));
        }
        if let Some(batcher) = &map.item_batcher {
            let batching = self.batching(id, batcher, input)?;
            let batches = self.batched(id, map, input, items, &MapRun::default(), &batching)?;
            self.note(Stage::ItemBatcher, &Value::Array(batches));
        }
        Ok(())
    }

    fn failed_items(&self) -> Option<u64> {
        self.probe.as_ref()?.given.failed_items
    }

    fn count_of_results(&self) -> Option<usize> {
        match self.probe.as_ref()?.given.work.as_ref()? {
            Work::Result(value) => value.as_array().map(<[Value]>::len),
            Work::Error { .. } => None,
        }
    }

    /// The work of a Parallel or Map state comes to what the probe says.
    fn finish_work(&mut self, id: StrandId, state: &State) -> Step {
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
        let given = Probe { state, context, variables, work, retries, failed_items: None, read_items: None };
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
