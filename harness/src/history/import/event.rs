//! One event of an export.

use std::fmt;
use std::sync::Arc;

use super::member::{is_same, member, text, time_ms, truth, whole};
use crate::history::EventType;
use crate::value::{Object, Value};

/// One event as it was exported. Absent members are `None`, whatever the reason: the type has none, the export was
/// made without execution data, or the log level leaves it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// From 1.
    pub id: u64,
    /// The event that led to it; 0: none.
    pub previous: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// Its type.
    pub kind: RecordedType,
    /// The name of the state; of iterations the name of the Map state.
    pub name: Option<Arc<str>>,
    /// Which iteration.
    pub index: Option<u64>,
    /// How many items a Map has.
    pub length: Option<u64>,
    /// The error name.
    pub error: Option<Arc<str>>,
    /// The cause, as text.
    pub cause: Option<Arc<str>>,
    /// The field whose evaluation failed.
    pub location: Option<Arc<str>>,
    /// Input of an execution, a state, a function or an activity.
    pub input: Option<Payload>,
    /// Output of any of them.
    pub output: Option<Payload>,
    /// The request of a task.
    pub parameters: Option<Payload>,
    /// `invoke.waitForTaskToken`, or the ARN of a function or activity.
    pub resource: Option<Arc<str>>,
    /// `lambda`, `aws-sdk:s3`
    pub resource_type: Option<Arc<str>>,
    /// The region of the called service.
    pub region: Option<Arc<str>>,
    /// `TimeoutSeconds` in force.
    pub timeout_seconds: Option<u64>,
    /// `HeartbeatSeconds` in force.
    pub heartbeat_seconds: Option<u64>,
    /// The worker that took an activity.
    pub worker: Option<Arc<str>>,
    /// The role of the execution, or the one that a task assumes.
    pub role_arn: Option<Arc<str>>,
    /// The run of a distributed Map.
    pub map_run_arn: Option<Arc<str>>,
}

/// The type of an exported event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedType {
    /// One that this program knows.
    Known(EventType),
    /// A newer one; reports name it.
    Other(Arc<str>),
}

/// JSON that came with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// As exported.
    pub text: Arc<str>,
    /// Whether AWS cut it.
    pub truncated: bool,
}

impl Payload {
    /// The value, unless it was cut.
    pub fn value(&self) -> Option<Value> {
        if self.truncated { None } else { Value::parse(&self.text).ok() }
    }
}

impl RecordedType {
    /// The type, if it is known.
    pub fn known(&self) -> Option<EventType> {
        if let Self::Known(kind) = self { Some(*kind) } else { None }
    }
}

impl fmt::Display for RecordedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(kind) => f.write_str(kind.name()),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl Recorded {
    /// Its type, if it is known.
    pub fn known(&self) -> Option<EventType> {
        self.kind.known()
    }

    /// The name of its type.
    pub fn type_name(&self) -> &str {
        match &self.kind {
            RecordedType::Known(kind) => kind.name(),
            RecordedType::Other(name) => name,
        }
    }

    /// Reads an event of the API or of a log; the message says which member is missing or wrong. `position` stands
    /// for an id that is not given.
    pub(super) fn parse(object: &Object, position: u64) -> Result<Self, String> {
        let Some(kind) = text(object, "type") else { return Err("`type` is missing".to_owned()) };
        let number = |name: &str| match (member(object, name), whole(object, name)) {
            (None, _) => Ok(None),
            (Some(_), Some(number)) => Ok(Some(number)),
            (Some(other), None) => {
                Err(format!("`{name}` is no whole number but of type {}", other.type_name()))
            }
        };
        let id = number("id")?.unwrap_or(position);
        let previous = number("previousEventId")?.unwrap_or(0);
        let at_ms = time_ms(object, "timestamp").or_else(|| time_ms(object, "eventTimestamp"));
        let empty = Object::default();
        let details = details(object).unwrap_or(&empty);
        let kind = EventType::parse(&kind).map_or(RecordedType::Other(kind), RecordedType::Known);
        Ok(Self::with(details, Self::bare(id, previous, at_ms, kind)))
    }

    fn bare(id: u64, previous: u64, at_ms: Option<i64>, kind: RecordedType) -> Self {
        Self {
            id,
            previous,
            at_ms,
            kind,
            name: None,
            index: None,
            length: None,
            error: None,
            cause: None,
            location: None,
            input: None,
            output: None,
            parameters: None,
            resource: None,
            resource_type: None,
            region: None,
            timeout_seconds: None,
            heartbeat_seconds: None,
            worker: None,
            role_arn: None,
            map_run_arn: None,
        }
    }

    fn with(details: &Object, event: Self) -> Self {
        let credentials = member(details, "taskCredentials").and_then(Value::as_object);
        Self {
            name: text(details, "name").or_else(|| text(details, "state")),
            index: whole(details, "index"),
            length: whole(details, "length"),
            error: text(details, "error"),
            cause: text(details, "cause"),
            location: text(details, "location"),
            input: payload(details, "input"),
            output: payload(details, "output"),
            parameters: payload(details, "parameters"),
            resource: text(details, "resource"),
            resource_type: text(details, "resourceType"),
            region: text(details, "region"),
            timeout_seconds: whole(details, "timeoutInSeconds"),
            heartbeat_seconds: whole(details, "heartbeatInSeconds"),
            worker: text(details, "workerName"),
            role_arn: text(details, "roleArn")
                .or_else(|| credentials.and_then(|credentials| text(credentials, "roleArn"))),
            map_run_arn: text(details, "mapRunArn"),
            ..event
        }
    }
}

/// The `…EventDetails` of the API, or the `details` of a log. SDKs with empty members of other types are no trap:
/// those are `null`.
fn details(object: &Object) -> Option<&Object> {
    let is_details = |key: &str| {
        let plain = key.replace('_', "").to_ascii_lowercase();
        plain.ends_with("eventdetails") || is_same(key, "details")
    };
    object.iter().filter(|(key, _)| is_details(key)).find_map(|(_, value)| value.as_object())
}

fn payload(details: &Object, name: &str) -> Option<Payload> {
    let about = member(details, &format!("{name}Details")).and_then(Value::as_object);
    let truncated = about.and_then(|about| truth(about, "truncated")).unwrap_or(false);
    let text = text(details, name)?;
    // `describe-execution` and some exporters write an empty text where data was left out.
    if text.is_empty() { None } else { Some(Payload { text, truncated }) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn parse(text: &str) -> Result<Recorded, String> {
        Recorded::parse(Value::parse(text).unwrap().as_object().unwrap(), 9)
    }

    #[rstest]
    #[case::of_the_cli(
        r#"{"timestamp":1.5,"type":"TaskFailed","id":5,"previousEventId":4,
            "taskFailedEventDetails":{"resourceType":"lambda","resource":"invoke","error":"E","cause":"C"}}"#
    )]
    #[case::of_go(
        r#"{"Timestamp":"1970-01-01T00:00:01.5Z","Type":"TaskFailed","Id":5,"PreviousEventId":4,
            "TaskScheduledEventDetails":null,
            "TaskFailedEventDetails":{"ResourceType":"lambda","Resource":"invoke","Error":"E","Cause":"C"}}"#
    )]
    #[case::of_ruby(
        r#"{"timestamp":"1970-01-01 00:00:01.5 UTC","type":"TaskFailed","id":5,"previous_event_id":4,
            "task_failed_event_details":{"resource_type":"lambda","resource":"invoke","error":"E","cause":"C"}}"#
    )]
    #[case::of_a_log(
        r#"{"id":"5","type":"TaskFailed","details":{"resourceType":"lambda","resource":"invoke","error":"E",
            "cause":"C"},"previous_event_id":"4","event_timestamp":"1500","execution_arn":"a"}"#
    )]
    fn an_event_is_read_in_every_casing(#[case] text: &str) {
        let event = parse(text).unwrap();
        assert_eq!((event.id, event.previous, event.known()), (5, 4, Some(EventType::TaskFailed)));
        let texts = [&event.error, &event.cause, &event.resource_type, &event.resource];
        assert_eq!(texts.map(|text| text.as_deref()), [Some("E"), Some("C"), Some("lambda"), Some("invoke")]);
    }

    #[test]
    fn a_decoded_payload_is_text_again_and_an_unknown_type_keeps_its_name() {
        let event = parse(
            r#"{"type":"StateDreamt","stateDreamtEventDetails":{"input":{"a":1},"inputDetails":{"truncated":true}}}"#,
        )
        .unwrap();
        assert_eq!((event.id, event.type_name(), event.known()), (9, "StateDreamt", None));
        assert_eq!(event.input, Some(Payload { text: r#"{"a":1}"#.into(), truncated: true }));
    }

    #[rstest]
    #[case(r#"{"id":1}"#, "`type` is missing")]
    #[case(r#"{"id":[],"type":"TaskFailed"}"#, "`id` is no whole number but of type array")]
    fn what_is_wrong_is_named(#[case] text: &str, #[case] message: &str) {
        assert_eq!(parse(text).unwrap_err(), message);
    }
}
