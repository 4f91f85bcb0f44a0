//! An answer, and which points of the data flow it shows for which state.

use std::sync::Arc;

use crate::asl::{Kind, QueryLanguage, State};
use crate::history::Handling;
use crate::sim::{Observation, Stage};
use crate::value::{Object, ObjectBuilder, Value};

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The state succeeded.
    Succeeded,
    /// It failed, and nothing took the failure.
    Failed,
    /// It failed, and a retrier would run it again.
    Retriable,
    /// It failed, and a catcher took the failure.
    CaughtError,
}

/// The answer to a TestState request.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// `status`
    pub status: Status,
    /// `output`
    pub output: Option<Value>,
    /// `error`
    pub error: Option<Arc<str>>,
    /// `cause`
    pub cause: Option<Arc<str>>,
    /// `nextState`
    pub next_state: Option<Arc<str>>,
    /// `inspectionData`, payloads as JSON texts; absent at the level INFO.
    pub inspection_data: Option<Object>,
    /// Texts that payloads came in.
    pub(super) texts: Texts,
}

/// Recorded on AWS: a payload that passes through unchanged keeps the spacing that it came with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Texts(Vec<(Value, String)>);

impl Texts {
    /// Remembers a payload by its text.
    pub(super) fn keep(&mut self, value: &Value, text: &str) {
        if matches!(value, Value::Array(_) | Value::Object(_)) {
            self.0.push((value.clone(), text.to_owned()));
        }
    }

    fn of(&self, value: &Value) -> Value {
        let json = value.to_json();
        // Equal objects may have their members in another order.
        let kept = self.0.iter().find(|(kept, _)| kept == value && kept.to_json() == json);
        Value::from(kept.map_or(json, |(_, text)| text.clone()))
    }
}

/// What `inspectionData` shows of a JSONPath state.
const JSONPATH: [(Stage, &str); 12] = [
    (Stage::InputPath, "afterInputPath"),
    (Stage::Arguments, "afterParameters"),
    (Stage::Result, "result"),
    (Stage::ResultSelector, "afterResultSelector"),
    (Stage::ResultPath, "afterResultPath"),
    (Stage::Items, "afterItemsPath"),
    (Stage::ItemsPointer, "afterItemsPointer"),
    (Stage::ItemSelector, "afterItemSelector"),
    (Stage::ItemBatcher, "afterItemBatcher"),
    (Stage::MaxConcurrency, "maxConcurrency"),
    (Stage::ToleratedFailureCount, "toleratedFailureCount"),
    (Stage::ToleratedFailurePercentage, "toleratedFailurePercentage"),
];

/// What it shows of a JSONata state.
const JSONATA: [(Stage, &str); 8] = [
    (Stage::Arguments, "afterArguments"),
    (Stage::Result, "result"),
    (Stage::ItemsPointer, "afterItemsPointer"),
    (Stage::ItemSelector, "afterItemSelector"),
    (Stage::ItemBatcher, "afterItemBatcher"),
    (Stage::MaxConcurrency, "maxConcurrency"),
    (Stage::ToleratedFailureCount, "toleratedFailureCount"),
    (Stage::ToleratedFailurePercentage, "toleratedFailurePercentage"),
];

impl Status {
    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Retriable => "RETRIABLE",
            Self::CaughtError => "CAUGHT_ERROR",
        }
    }
}

impl Response {
    pub(super) fn of(status: Status, output: Option<Value>) -> Self {
        let texts = Texts::default();
        Self { status, output, error: None, cause: None, next_state: None, inspection_data: None, texts }
    }

    /// The same, with payloads in the texts that they came in.
    pub(super) fn with_texts(self, texts: Texts) -> Self {
        Self { texts, ..self }
    }

    /// The answer as the API gives it: payloads are JSON texts.
    pub fn to_json(&self) -> Value {
        let mut json = ObjectBuilder::with_capacity(6);
        if let Some(output) = &self.output {
            json.push("output", self.texts.of(output));
        }
        let texts = [("error", &self.error), ("cause", &self.cause), ("nextState", &self.next_state)];
        for (name, value) in texts {
            if let Some(value) = value {
                json.push(name, Value::from(value.clone()));
            }
        }
        if let Some(data) = &self.inspection_data {
            json.push("inspectionData", Value::Object(data.clone()));
        }
        json.push("status", Value::from(self.status.name()));
        json.finish().into()
    }

    /// Fills `inspectionData`.
    pub(super) fn inspect(&mut self, state: &State, input: &Value, seen: &Observation) {
        let mut data = ObjectBuilder::default();
        data.push("input", self.texts.of(input));
        let names = match state.query_language {
            QueryLanguage::JsonPath => JSONPATH.as_slice(),
            QueryLanguage::Jsonata => JSONATA.as_slice(),
        };
        for (stage, name) in names.iter().filter(|(stage, _)| shows(state, *stage)) {
            match seen.stages.get(stage) {
                Some(number @ Value::Number(_)) if is_number(*stage) => data.push(*name, number.clone()),
                Some(value) => data.push(*name, self.texts.of(value)),
                None => {}
            }
        }
        // Recorded on AWS: a Fail state shows its input as the input after a path that it cannot have.
        if matches!(state.kind, Kind::Fail { .. }) && state.query_language == QueryLanguage::JsonPath {
            data.push("afterInputPath", self.texts.of(input));
        }
        // Recorded on AWS: nothing is said of variables where there are none.
        if seen.variables.iter().len() > 0 {
            let members = seen.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
            let variables = Value::from(members.collect::<Object>());
            data.push("variables", Value::from(variables.to_json()));
        }
        if let Some(details) = error_details(seen) {
            data.push("errorDetails", details);
        }
        self.inspection_data = Some(data.finish());
    }
}

/// Recorded on AWS: which points of the data flow are shown depends on the kind of state.
fn shows(state: &State, stage: Stage) -> bool {
    use Stage::{Arguments, InputPath, Result, ResultPath, ResultSelector};

    let is_jsonata = state.query_language == QueryLanguage::Jsonata;
    match &state.kind {
        Kind::Task(_) => true,
        Kind::Pass { .. } if is_jsonata => false,
        Kind::Pass { result: Some(_) } => matches!(stage, Result | ResultSelector | ResultPath),
        Kind::Pass { result: None } => matches!(stage, InputPath | Arguments | ResultSelector | ResultPath),
        Kind::Choice(_) | Kind::Wait(_) | Kind::Succeed | Kind::Fail { .. } => stage == InputPath,
        Kind::Map(map) if stage == Stage::Items => map.item_reader.is_none(),
        Kind::Parallel { .. } | Kind::Map(_) => !matches!(stage, InputPath | Arguments | Result),
    }
}

fn is_number(stage: Stage) -> bool {
    matches!(stage, Stage::MaxConcurrency | Stage::ToleratedFailureCount | Stage::ToleratedFailurePercentage)
}

/// Which handler took the failure; none where no handler lists it.
fn error_details(seen: &Observation) -> Option<Value> {
    let index = |index: usize| Value::from(index as i64);
    let mut details = ObjectBuilder::with_capacity(2);
    match seen.history.failures.last()?.handling {
        Handling::Retried { retrier, delay_ms, .. } => {
            let seconds = i64::try_from(delay_ms / 1000).unwrap_or(i64::MAX);
            details.push("retryIndex", index(retrier));
            details.push("retryBackoffIntervalSeconds", Value::from(seconds));
        }
        Handling::Caught { catcher, spent } => {
            details.push("catchIndex", index(catcher));
            if let Some(spent) = spent {
                details.push("retryIndex", index(spent));
            }
        }
        Handling::Uncaught { spent } => details.push("retryIndex", index(spent?)),
        Handling::Tolerated => return None,
    }
    Some(details.finish().into())
}
