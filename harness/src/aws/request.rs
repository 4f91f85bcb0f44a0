//! A TestState request as the SDK sends it.
//!
//! Every field is carried, and a field that this version does not know is refused before anything is sent: what is left
//! out silently would be answered as if it had never been asked.

use aws_sdk_sfn::operation::test_state::TestStateInput;
use aws_sdk_sfn::types::{
    InspectionLevel, MockErrorOutput, MockInput, MockResponseValidationMode, TestStateConfiguration,
};

use crate::spelling::nearest;
use crate::value::{Object, Value};

const FIELDS: [&str; 10] = [
    "definition",
    "stateName",
    "roleArn",
    "input",
    "inspectionLevel",
    "revealSecrets",
    "variables",
    "context",
    "mock",
    "stateConfiguration",
];

/// Why a request cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to send a TestState request: `{place}` {what}")]
pub(super) struct Uncarried {
    place: String,
    what: String,
}

/// The request in the SDK's types.
pub(super) fn input(request: &Value) -> Result<TestStateInput, Uncarried> {
    let fields = Fields::of(request, "", &FIELDS)?;
    // What a connection adds to a request are secrets of whoever owns the connection; nobody here may see them.
    if fields.truth("revealSecrets")? == Some(true) {
        return Err(fields.wrong("revealSecrets", "is never sent as true; secrets are not revealed"));
    }
    TestStateInput::builder()
        .set_definition(fields.json_text("definition"))
        .set_state_name(fields.text("stateName")?)
        .set_role_arn(fields.text("roleArn")?)
        .set_input(fields.json_text("input"))
        .set_inspection_level(fields.text("inspectionLevel")?.map(|level| InspectionLevel::from(&*level)))
        .set_reveal_secrets(fields.truth("revealSecrets")?)
        .set_variables(fields.json_text("variables"))
        .set_context(fields.json_text("context"))
        .set_mock(fields.inner("mock").map(mock).transpose()?)
        .set_state_configuration(fields.inner("stateConfiguration").map(configuration).transpose()?)
        .build()
        .map_err(|error| fields.wrong("definition", &error.to_string()))
}

fn mock(value: &Value) -> Result<MockInput, Uncarried> {
    let fields = Fields::of(value, "mock.", &["result", "errorOutput", "fieldValidationMode"])?;
    let mode = fields.text("fieldValidationMode")?;
    Ok(MockInput::builder()
        .set_result(fields.json_text("result"))
        .set_error_output(fields.inner("errorOutput").map(error_output).transpose()?)
        .set_field_validation_mode(mode.map(|mode| MockResponseValidationMode::from(&*mode)))
        .build())
}

fn error_output(value: &Value) -> Result<MockErrorOutput, Uncarried> {
    let fields = Fields::of(value, "mock.errorOutput.", &["error", "cause"])?;
    Ok(MockErrorOutput::builder().set_error(fields.text("error")?).set_cause(fields.text("cause")?).build())
}

fn configuration(value: &Value) -> Result<TestStateConfiguration, Uncarried> {
    let known = ["retrierRetryCount", "errorCausedByState", "mapIterationFailureCount", "mapItemReaderData"];
    let fields = Fields::of(value, "stateConfiguration.", &known)?;
    Ok(TestStateConfiguration::builder()
        .set_retrier_retry_count(fields.count("retrierRetryCount")?)
        .set_error_caused_by_state(fields.text("errorCausedByState")?)
        .set_map_iteration_failure_count(fields.count("mapIterationFailureCount")?)
        .set_map_item_reader_data(fields.json_text("mapItemReaderData"))
        .build())
}

/// The members of one structure of the request.
struct Fields<'v> {
    object: &'v Object,
    /// `mock.`; empty at the top.
    place: &'static str,
}

impl<'v> Fields<'v> {
    fn of(value: &'v Value, place: &'static str, known: &[&str]) -> Result<Self, Uncarried> {
        let Some(object) = value.as_object() else {
            let name = if place.is_empty() { "request" } else { place.trim_end_matches('.') };
            return Err(Uncarried { place: name.to_owned(), what: "is no object".to_owned() });
        };
        let fields = Self { object, place };
        let Some((unknown, _)) = object.iter().find(|(name, _)| !known.contains(&&***name)) else {
            return Ok(fields);
        };
        let near = nearest(unknown, known.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(fields.wrong(unknown, &format!("is no field of the API{near}")))
    }

    fn wrong(&self, name: &str, what: &str) -> Uncarried {
        Uncarried { place: format!("{}{name}", self.place), what: what.to_owned() }
    }

    fn inner(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<String>, Uncarried> {
        let Some(value) = self.inner(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong(name, "is no text"))?;
        Ok(Some(text.to_owned()))
    }

    /// A JSON text, or the value that it would hold.
    fn json_text(&self, name: &str) -> Option<String> {
        self.object.get(name).map(|value| value.as_str().map_or_else(|| value.to_json(), str::to_owned))
    }

    fn truth(&self, name: &str) -> Result<Option<bool>, Uncarried> {
        let Some(value) = self.inner(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.wrong(name, "is neither true nor false"))
    }

    fn count(&self, name: &str) -> Result<Option<i32>, Uncarried> {
        let Some(value) = self.inner(name) else { return Ok(None) };
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
        number.map(Some).ok_or_else(|| self.wrong(name, "is no whole number of 32 bits"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn every_field_is_carried() {
        let request = value(
            r#"{"definition":"{}","stateName":"A","roleArn":"arn:aws:iam::111122223333:role/a","input":"{ }",
                "inspectionLevel":"DEBUG","revealSecrets":false,"variables":{"v":1},"context":"{}",
                "mock":{"result":[1],"errorOutput":{"error":"E","cause":"c"},"fieldValidationMode":"PRESENT"},
                "stateConfiguration":{"retrierRetryCount":1,"errorCausedByState":"B","mapIterationFailureCount":2,
                  "mapItemReaderData":"[]"}}"#,
        );
        let error = MockErrorOutput::builder().error("E").cause("c").build();
        let mock = MockInput::builder().result("[1]").error_output(error);
        let configuration = TestStateConfiguration::builder()
            .retrier_retry_count(1)
            .error_caused_by_state("B")
            .map_iteration_failure_count(2)
            .map_item_reader_data("[]");
        let expected = TestStateInput::builder()
            .definition("{}")
            .state_name("A")
            .role_arn("arn:aws:iam::111122223333:role/a")
            .input("{ }")
            .inspection_level(InspectionLevel::Debug)
            .reveal_secrets(false)
            .variables(r#"{"v":1}"#)
            .context("{}")
            .mock(mock.field_validation_mode(MockResponseValidationMode::Present).build())
            .state_configuration(configuration.build());
        assert_eq!(input(&request).unwrap(), expected.build().unwrap());
    }

    #[rstest]
    #[case::a_field(
        r#"{"definition":"{}","stateNme":"A"}"#,
        "`stateNme` is no field of the API; did you mean `stateName`?"
    )]
    #[case::a_field_inside(
        r#"{"definition":"{}","mock":{"reslt":"1"}}"#,
        "`mock.reslt` is no field of the API; did you mean `result`?"
    )]
    #[case::a_type(r#"{"definition":"{}","stateName":1}"#, "`stateName` is no text")]
    #[case::a_count(
        r#"{"definition":"{}","stateConfiguration":{"retrierRetryCount":1.5}}"#,
        "`stateConfiguration.retrierRetryCount` is no whole number of 32 bits"
    )]
    #[case::no_object("[]", "`request` is no object")]
    #[case::secrets(
        r#"{"definition":"{}","revealSecrets":true}"#,
        "`revealSecrets` is never sent as true; secrets are not revealed"
    )]
    fn what_cannot_be_sent_is_refused(#[case] request: &str, #[case] expected: &str) {
        let error = input(&value(request)).unwrap_err().to_string();
        assert_eq!(error, format!("failed to send a TestState request: {expected}"));
    }
}
