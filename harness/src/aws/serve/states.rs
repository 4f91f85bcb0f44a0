//! The operations of Step Functions: a body in the form of AWS JSON 1.0, and what the offline desk says to it.

use std::sync::{Mutex, PoisonError};

use super::reply::Reply;
use crate::asl::{MachineType, ProblemSeverity, verdict};
use crate::test_state::{ApiError, DEFINITION_MAX, Desk, Fields, Refusal, Request};
use crate::value::{Object, Value};

/// Docs, "ValidateStateMachineDefinition", `maxResults`: at most and by default.
const DIAGNOSTICS_MAX: u64 = 100;

/// The members of a TestState request that are objects.
const STRUCTURES: [&str; 3] = ["mock", "errorOutput", "stateConfiguration"];

/// The members that are JSON in a text. [`Request::parse`] takes the JSON itself, which no client can send to AWS.
const TEXTS: [&str; 6] = ["definition", "input", "variables", "context", "result", "mapItemReaderData"];

/// Answers, with the definitions that were asked about before.
#[derive(Debug, Default)]
pub(super) struct States {
    /// Desks that nobody sits at: each answers one request at a time, and there are as many as threads.
    desks: Mutex<Vec<Desk>>,
}

impl States {
    /// `TestState`
    pub(super) fn test_state(&self, body: &str) -> Reply {
        let request = match sent(body).and_then(|value| Request::parse(&value)) {
            Ok(request) => request,
            Err(error) => return refused(&error),
        };
        // A panic in here loses one desk, and nothing else.
        let mut desk = self.desks().pop().unwrap_or_default();
        let answer = desk.answer(&request);
        self.desks().push(desk);
        match answer {
            Ok(response) => Reply::json(&response.to_json()),
            Err(Refusal::Api(error)) => refused(&error),
            Err(Refusal::Unknown(unknown)) => {
                let message = format!("the simulator does not model what AWS would do here: {unknown}");
                Reply::refused("SfnChaosNotModelled", &message)
            }
        }
    }

    /// `ValidateStateMachineDefinition`
    #[expect(clippy::unused_self, reason = "it stands beside the operation that needs the desks")]
    pub(super) fn validate(&self, body: &str) -> Reply {
        match sent(body).and_then(|value| validated(&value)) {
            Ok(answer) => Reply::json(&answer),
            Err(error) => refused(&error),
        }
    }

    fn desks(&self) -> std::sync::MutexGuard<'_, Vec<Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn validated(request: &Value) -> Result<Value, ApiError> {
    let fields = Fields::of(request, "", &["definition", "type", "severity", "maxResults"])?;
    let definition = fields
        .text("definition", 1, DEFINITION_MAX)?
        .ok_or_else(|| ApiError::constraint("definition", "Member must not be null"))?;
    let types = [("STANDARD", MachineType::Standard), ("EXPRESS", MachineType::Express)];
    let machine_type = fields.word("type", &types)?.unwrap_or(MachineType::Standard);
    // Docs, "ValidateStateMachineDefinition", `severity`: the default is ERROR, and WARNING lists both.
    let shows_warnings = fields.word("severity", &[("ERROR", false), ("WARNING", true)])?.unwrap_or(false);
    let count_max = match fields.count("maxResults")? {
        Some(0) | None => DIAGNOSTICS_MAX,
        Some(count) if count > DIAGNOSTICS_MAX => {
            let constraint = format!("Member must have value less than or equal to {DIAGNOSTICS_MAX}");
            return Err(ApiError::constraint("maxResults", &constraint));
        }
        Some(count) => count,
    };
    let mut found = verdict::diagnose_text(&definition, machine_type);
    let is_error = |diagnostic: &verdict::Diagnostic| diagnostic.severity == ProblemSeverity::Error;
    let result = if found.iter().any(is_error) { "FAIL" } else { "OK" };
    found.retain(|diagnostic| shows_warnings || is_error(diagnostic));
    let shown = found.iter().take(count_max as usize).map(verdict::Diagnostic::to_value).collect();
    let members = [
        ("result", Value::from(result)),
        ("diagnostics", Value::array(shown)),
        ("truncated", Value::from(found.len() as u64 > count_max)),
    ];
    Ok(Object::from_iter(members).into())
}

/// A code of clients is none that a service sends: what a client would not have sent cannot be read.
fn refused(error: &ApiError) -> Reply {
    match error.code {
        "ParamValidation" => Reply::refused("SerializationException", &error.message),
        code => Reply::refused(code, &error.message),
    }
}

/// The body as its members: what is null is not there, and payloads are texts.
fn sent(body: &str) -> Result<Value, ApiError> {
    let unreadable = |message: String| ApiError { code: "SerializationException", message };
    let value = Value::parse(body).map_err(|error| unreadable(format!("the body is no JSON: {error}")))?;
    match value.as_object() {
        Some(members) => Ok(present(members).map_err(unreadable)?.into()),
        None => Err(unreadable("the body is no JSON object".to_owned())),
    }
}

fn present(members: &Object) -> Result<Object, String> {
    let mut kept = Object::default();
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let value = match value {
            Value::Object(inner) if STRUCTURES.contains(&&**name) => present(inner)?.into(),
            value if TEXTS.contains(&&**name) && value.as_str().is_none() => {
                return Err(format!(
                    "`{name}` is of the type {}, where a text is expected",
                    value.type_name()
                ));
            }
            value => value.clone(),
        };
        kept.insert(name.clone(), value);
    }
    Ok(kept)
}
