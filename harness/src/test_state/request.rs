//! A request, read field by field; limits as in the API's model.

use std::borrow::Cow;
use std::sync::Arc;

use super::ApiError;
use crate::catalog::conform::Mode;
use crate::value::{Object, Value};

/// Characters of a definition.
pub(crate) const DEFINITION_MAX: usize = 1_048_576;
/// Characters of an input, a context, variables, a mocked result, or what an item reader reads.
const DATA_MAX: usize = 262_144;
const NAME_MAX: usize = 80;
const ERROR_MAX: usize = 256;
const CAUSE_MAX: usize = 32_768;

const FIELDS: [&str; 10] = [
    "definition",
    "roleArn",
    "input",
    "inspectionLevel",
    "revealSecrets",
    "variables",
    "stateName",
    "mock",
    "context",
    "stateConfiguration",
];
const MOCK_FIELDS: [&str; 3] = ["result", "errorOutput", "fieldValidationMode"];
const ERROR_FIELDS: [&str; 2] = ["error", "cause"];
const CONFIGURATION_FIELDS: [&str; 4] =
    ["retrierRetryCount", "errorCausedByState", "mapIterationFailureCount", "mapItemReaderData"];

/// A TestState request. Fields that the API takes as JSON text are texts still.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `definition`: one state, or a state machine if a state is named.
    pub definition: String,
    /// `stateName`
    pub state_name: Option<String>,
    /// `roleArn`
    pub role_arn: Option<String>,
    /// `input`; `{}` when absent.
    pub input: String,
    /// `variables`
    pub variables: Option<String>,
    /// `context`
    pub context: Option<String>,
    /// `inspectionLevel`
    pub inspection_level: InspectionLevel,
    /// `revealSecrets`
    pub reveal_secrets: bool,
    /// `mock`
    pub mock: Option<Mock>,
    /// `stateConfiguration`
    pub configuration: Configuration,
}

/// How much the answer tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectionLevel {
    /// The outcome.
    #[default]
    Info,
    /// The data flow, too.
    Debug,
    /// Recorded on AWS: the same for everything but HTTP tasks.
    Trace,
}

/// What stands in for the work of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mock {
    /// `result`
    pub result: Option<String>,
    /// `errorOutput`: error and cause.
    pub error: Option<(Arc<str>, Option<Arc<str>>)>,
    /// `fieldValidationMode`
    pub validation: Mode,
}

/// `stateConfiguration`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// `retrierRetryCount`
    pub retrier_retry_count: Option<u32>,
    /// `errorCausedByState`: taken, and without effect, as in every recording.
    pub error_caused_by_state: Option<String>,
    /// `mapIterationFailureCount`
    pub map_iteration_failure_count: Option<u64>,
    /// `mapItemReaderData`
    pub map_item_reader_data: Option<String>,
}

impl Request {
    /// Reads a request. Where the API takes JSON text, the value itself is taken as well.
    pub fn parse(request: &Value) -> Result<Self, ApiError> {
        let fields = Fields::of(request, "", &FIELDS)?;
        let definition = fields.json_text("definition", DEFINITION_MAX)?;
        Ok(Self {
            definition: definition
                .filter(|text| !text.is_empty())
                .ok_or_else(|| ApiError::constraint("definition", "Member must not be null"))?,
            state_name: fields.text("stateName", 1, NAME_MAX)?,
            role_arn: fields.text("roleArn", 1, 256)?,
            input: fields.json_text("input", DATA_MAX)?.unwrap_or_else(|| "{}".to_owned()),
            variables: fields.json_text("variables", DATA_MAX)?,
            context: fields.json_text("context", DATA_MAX)?,
            inspection_level: fields
                .word(
                    "inspectionLevel",
                    &[
                        ("INFO", InspectionLevel::Info),
                        ("DEBUG", InspectionLevel::Debug),
                        ("TRACE", InspectionLevel::Trace),
                    ],
                )?
                .unwrap_or_default(),
            reveal_secrets: fields.truth("revealSecrets")?,
            mock: fields.inner("mock").map(mock).transpose()?,
            configuration: match fields.inner("stateConfiguration") {
                Some(value) => configuration(value)?,
                None => Configuration::default(),
            },
        })
    }
}

fn mock(value: &Value) -> Result<Mock, ApiError> {
    let fields = Fields::of(value, "mock.", &MOCK_FIELDS)?;
    let error = match fields.inner("errorOutput") {
        Some(value) => {
            let fields = Fields::of(value, "mock.errorOutput.", &ERROR_FIELDS)?;
            // Docs, "MockErrorOutput": the error is required.
            let missing = || ApiError::constraint("mock.errorOutput.error", "Member must not be null");
            let error = fields.text("error", 0, ERROR_MAX)?.ok_or_else(missing)?;
            Some((Arc::from(error), fields.text("cause", 0, CAUSE_MAX)?.map(Arc::from)))
        }
        None => None,
    };
    let modes = [("STRICT", Mode::Strict), ("PRESENT", Mode::Present), ("NONE", Mode::None)];
    Ok(Mock {
        result: fields.json_text("result", DATA_MAX)?,
        error,
        validation: fields.word("fieldValidationMode", &modes)?.unwrap_or_default(),
    })
}

fn configuration(value: &Value) -> Result<Configuration, ApiError> {
    let fields = Fields::of(value, "stateConfiguration.", &CONFIGURATION_FIELDS)?;
    let retries = fields.count("retrierRetryCount")?;
    Ok(Configuration {
        retrier_retry_count: retries.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
        error_caused_by_state: fields.text("errorCausedByState", 1, NAME_MAX)?,
        map_iteration_failure_count: fields.count("mapIterationFailureCount")?,
        map_item_reader_data: fields.json_text("mapItemReaderData", DATA_MAX)?,
    })
}

/// The members of one structure of a request.
pub(crate) struct Fields<'v> {
    object: &'v Object,
    /// `mock.`; empty at the top.
    place: &'static str,
}

impl<'v> Fields<'v> {
    pub(crate) fn of(value: &'v Value, place: &'static str, known: &[&str]) -> Result<Self, ApiError> {
        let Some(object) = value.as_object() else {
            let name = if place.is_empty() { "request" } else { place.trim_end_matches('.') };
            return Err(ApiError::parameter(format!("Invalid type for parameter {name}: it is an object")));
        };
        match object.iter().find(|(name, _)| !known.contains(&&***name)) {
            Some((name, _)) => Err(ApiError::parameter(format!(
                "Unknown parameter in input: \"{place}{name}\", must be one of: {}",
                known.join(", ")
            ))),
            None => Ok(Self { object, place }),
        }
    }

    fn inner(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn wrong_type(&self, name: &str, expected: &str) -> ApiError {
        ApiError::parameter(format!("Invalid type for parameter {}{name}: it is {expected}", self.place))
    }

    pub(crate) fn text(&self, name: &str, min: usize, max: usize) -> Result<Option<String>, ApiError> {
        let Some(value) = self.inner(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong_type(name, "a text"))?;
        self.sized(name, text, min, max).map(Some)
    }

    /// A JSON text, or the value that it would hold.
    fn json_text(&self, name: &str, max: usize) -> Result<Option<String>, ApiError> {
        let Some(value) = self.object.get(name) else { return Ok(None) };
        let text = value.as_str().map_or_else(|| value.to_json().into(), Cow::Borrowed);
        self.sized(name, &text, 0, max).map(Some)
    }

    fn sized(&self, name: &str, text: &str, min: usize, max: usize) -> Result<String, ApiError> {
        // There are no more characters than bytes.
        if min <= 1 && text.len() >= min && text.len() <= max {
            return Ok(text.to_owned());
        }
        let length = text.chars().count();
        let place = format!("{}{name}", self.place);
        if length < min {
            let constraint = format!("Member must have length greater than or equal to {min}");
            return Err(ApiError::constraint(&place, &constraint));
        }
        if length > max {
            let constraint = format!("Member must have length less than or equal to {max}");
            return Err(ApiError::constraint(&place, &constraint));
        }
        Ok(text.to_owned())
    }

    pub(crate) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name, 0, NAME_MAX)? else { return Ok(None) };
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*meaning));
        }
        let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Err(ApiError::validation(format!(
            "1 validation error detected: Value '{text}' at '{}{name}' failed to satisfy constraint: \
             Member must satisfy enum value set: [{}]",
            self.place,
            known.join(", ")
        )))
    }

    fn truth(&self, name: &str) -> Result<bool, ApiError> {
        match self.inner(name) {
            Some(value) => value.as_bool().ok_or_else(|| self.wrong_type(name, "true or false")),
            None => Ok(false),
        }
    }

    pub(crate) fn count(&self, name: &str) -> Result<Option<u64>, ApiError> {
        let Some(value) = self.inner(name) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| self.wrong_type(name, "a whole number"))?;
        let negative = |_| {
            let place = format!("{}{name}", self.place);
            ApiError::constraint(&place, "Member must have value greater than or equal to 0")
        };
        u64::try_from(number).map(Some).map_err(negative)
    }
}
