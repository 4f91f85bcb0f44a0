//! What a JSON document is: pages of a history, events of a log in its many wrappings, a description of an execution,
//! or something else that is named.

use super::error::EXPORT;
use super::member::{member, text};
use super::{ImportError, MapRun, Payload, Status};
use crate::value::{Object, Value};

/// What one document holds.
pub(super) enum Part {
    /// Events of the API, from pages or bare.
    Events {
        /// In the order of the document.
        events: Vec<Value>,
        /// Whether a token for more comes with them.
        has_more: bool,
        /// What else was said: `run --format json` of this program writes the status beside the events.
        status: Option<Status>,
    },
    /// Events of a log.
    Log(Vec<Value>),
    /// `DescribeExecution`, or what starts a synchronous execution and returns its end.
    Status(Status),
    /// `DescribeMapRun`
    MapRun(MapRun),
}

/// Says what a document is.
pub(super) fn part(file: &str, document: &Value) -> Result<Part, ImportError> {
    let refused = |looks_like: String, advice: String| {
        Err(ImportError::NotAHistory { file: file.to_owned(), looks_like, advice })
    };
    match document {
        Value::Array(items) => list(file, items),
        Value::Object(object) => object_part(file, object),
        _ => refused("a single value".to_owned(), format!("export the history with `{EXPORT}`")),
    }
}

/// Whether this is an execution event as CloudWatch Logs keeps it.
pub(super) fn is_log_event(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        member(object, "type").is_some()
            && (member(object, "executionArn").is_some() || member(object, "details").is_some())
    })
}

fn list(file: &str, items: &[Value]) -> Result<Part, ImportError> {
    let (mut all, mut more, mut from_log) = (Vec::new(), false, false);
    for item in items {
        match part(file, item)? {
            Part::Events { events, has_more, .. } => {
                all.extend(events);
                more = has_more;
            }
            Part::Log(events) => {
                all.extend(events);
                from_log = true;
            }
            other @ (Part::Status(_) | Part::MapRun(_)) => return Ok(other),
        }
    }
    Ok(if from_log { Part::Log(all) } else { Part::Events { events: all, has_more: more, status: None } })
}

fn object_part(file: &str, object: &Object) -> Result<Part, ImportError> {
    if let Some(events) = member(object, "events").and_then(Value::as_array) {
        return page(file, object, events);
    }
    if let Some(rows) = member(object, "results").and_then(Value::as_array) {
        return insights(file, rows);
    }
    if let Some(message) = object.get("@message").or_else(|| object.get("message")) {
        return Ok(Part::Log(message_event(message).into_iter().collect()));
    }
    let whole = Value::from(object.clone());
    if is_log_event(&whole) {
        return Ok(Part::Log(vec![whole]));
    }
    if member(object, "type").is_some() && member(object, "id").is_some() {
        return Ok(Part::Events { events: vec![whole], has_more: false, status: None });
    }
    if let Some(run) = MapRun::parse(object) {
        return Ok(Part::MapRun(run));
    }
    if let Some(status) = Status::parse(object) {
        return Ok(Part::Status(status));
    }
    let (looks_like, advice) = other(object);
    Err(ImportError::NotAHistory { file: file.to_owned(), looks_like, advice })
}

fn page(file: &str, object: &Object, events: &[Value]) -> Result<Part, ImportError> {
    let wrapped = |event: &&Value| event.get("message").is_some() && event.get("type").is_none();
    if events.first().as_ref().is_some_and(wrapped) {
        let found: Vec<_> = events.iter().filter_map(|event| message_event(event.get("message")?)).collect();
        if found.is_empty() {
            let looks_like = "a log without execution events".to_owned();
            let advice = "name the log group of the state machine, and a log level of ALL".to_owned();
            return Err(ImportError::NotAHistory { file: file.to_owned(), looks_like, advice });
        }
        return Ok(Part::Log(found));
    }
    let has_more = ["nextToken", "nextForwardToken"].iter().any(|name| member(object, name).is_some());
    Ok(Part::Events { events: events.to_vec(), has_more, status: Status::parse(object) })
}

/// The answer of `aws logs get-query-results`.
fn insights(file: &str, rows: &[Value]) -> Result<Part, ImportError> {
    let events: Vec<_> = rows.iter().filter_map(insights_row).collect();
    if events.is_empty() && !rows.is_empty() {
        return Err(ImportError::NotAHistory {
            file: file.to_owned(),
            looks_like: "an answer of Logs Insights without `@message`".to_owned(),
            advice:
                "let the query return the events whole: `fields @message | filter execution_arn = \"ARN\"`"
                    .to_owned(),
        });
    }
    Ok(Part::Log(events))
}

/// A row of `aws logs get-query-results`: a list of fields.
fn insights_row(row: &Value) -> Option<Value> {
    let fields = row.as_array()?;
    let message = fields.iter().find(|field| field.get("field").and_then(Value::as_str) == Some("@message"));
    message_event(message?.get("value")?)
}

/// The event in a message: its text, or already decoded.
fn message_event(message: &Value) -> Option<Value> {
    let event = match message {
        Value::String(text) => Value::parse(text).ok()?,
        other => other.clone(),
    };
    is_log_event(&event).then_some(event)
}

impl Status {
    /// What a description says; none where there is no status.
    pub(super) fn parse(object: &Object) -> Option<Self> {
        let status = text(object, "status")?.to_string();
        let known = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];
        if !known.contains(&&*status) {
            return None;
        }
        Some(Self {
            status,
            execution_arn: text(object, "executionArn"),
            error: text(object, "error"),
            cause: text(object, "cause"),
            input: text(object, "input").map(|text| Payload { text, truncated: false }),
            name: text(object, "name"),
        })
    }
}

/// What else a document may be, and what to do instead.
fn other(object: &Object) -> (String, String) {
    let has = |name: &str| member(object, name).is_some();
    let export = format!("export the history with `{EXPORT}`");
    if object.get("StartAt").is_some() || object.get("States").is_some() {
        ("a state machine definition".to_owned(), "give it with --definition".to_owned())
    } else if has("stateMachineArn") && has("definition") {
        ("an answer of DescribeStateMachine".to_owned(), "give its definition with --definition".to_owned())
    } else if has("executions") {
        ("an answer of ListExecutions".to_owned(), export)
    } else if has("executionArn") && has("startDate") {
        ("an answer of StartExecution".to_owned(), export)
    } else if object.get("Statement").is_some() {
        ("an IAM policy".to_owned(), "give it with --policy".to_owned())
    } else if object.get("Resources").is_some() {
        ("a template".to_owned(), "give it with --definition".to_owned())
    } else if has("logGroups") || has("logStreams") {
        ("a list of logs".to_owned(), "export its events with `aws logs filter-log-events`".to_owned())
    } else if object.is_empty() {
        ("an empty object".to_owned(), export)
    } else {
        let names: Vec<_> = object.iter().take(4).map(|(name, _)| format!("`{name}`")).collect();
        (format!("an object with {}", names.join(", ")), export)
    }
}
