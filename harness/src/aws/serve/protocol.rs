//! Which operation a request means. No sockets here: a request in, a reply out.

use std::sync::atomic::{AtomicU64, Ordering};

use super::identity;
use super::reply::Reply;
use super::states::States;
use crate::spelling::nearest;
use crate::value::{Object, Value};

/// The header `X-Amz-Target` of Step Functions up to the name of the operation.
const PREFIX: &str = "AWSStepFunctions.";

const TEST_STATE: &str = "TestState";
const VALIDATE: &str = "ValidateStateMachineDefinition";
const CALLER: &str = "GetCallerIdentity";

/// Everything that is answered.
pub(super) const OPERATIONS: [&str; 3] = [TEST_STATE, VALIDATE, CALLER];

/// Where somebody can see that answers are given.
const HEALTH: &str = "/health";

/// A request that arrived whole.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) verb: Verb,
    pub(super) path: String,
    /// `X-Amz-Target`
    pub(super) target: Option<String>,
    /// `Content-Type`
    pub(super) content: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Post,
    Get,
    Other,
}

/// Everything that answers.
#[derive(Debug, Default)]
pub(super) struct Service {
    states: States,
    answered: AtomicU64,
}

impl Service {
    /// What is sent back.
    pub(super) fn answer(&self, asked: &Asked, id: &str) -> Reply {
        match (asked.path.as_str(), asked.verb) {
            ("/", Verb::Post) => self.operation(asked, id),
            ("/", _) => Reply::wrong_method("POST"),
            (HEALTH, Verb::Get) => Reply::json(&health()),
            (HEALTH, _) => Reply::wrong_method("GET"),
            (path, _) => {
                let message =
                    format!("nothing is at {path}; requests of the API go to /, and {HEALTH} says how it is");
                Reply { status: 404, ..Reply::refused("UnknownOperationException", &message) }
            }
        }
    }

    fn operation(&self, asked: &Asked, id: &str) -> Reply {
        let Ok(body) = std::str::from_utf8(&asked.body) else {
            return Reply::refused("SerializationException", "the body is no UTF-8");
        };
        let Some(target) = &asked.target else {
            return match &asked.content {
                Some(content) if content.starts_with("application/x-www-form-urlencoded") => {
                    identity::answer(body, id)
                }
                _ => unknown("the request has no header X-Amz-Target", None),
            };
        };
        match target.strip_prefix(PREFIX) {
            Some(TEST_STATE) => self.states.test_state(body),
            Some(VALIDATE) => self.states.validate(body),
            name => unknown(&format!("`{target}` is not served here"), Some(name.unwrap_or(target))),
        }
    }

    /// The id of the next answer. They count up: nothing here is left to chance.
    pub(super) fn next_id(&self) -> String {
        let number = self.answered.fetch_add(1, Ordering::Relaxed) + 1;
        format!("00000000-0000-4000-8000-{number:012x}")
    }
}

/// Docs, "Common errors": `UnknownOperationException`. The text is ours.
fn unknown(what: &str, name: Option<&str>) -> Reply {
    let near = name.and_then(|name| nearest(name, OPERATIONS));
    let near = near.map(|near| format!(", did you mean {near}?")).unwrap_or_default();
    let message = format!("{what}{near}; sfn-chaos answers {}", OPERATIONS.join(", "));
    Reply::refused("UnknownOperationException", &message)
}

fn health() -> Value {
    let operations = Value::array(OPERATIONS.iter().map(|name| Value::from(*name)).collect());
    let members = [
        ("status", Value::from("ok")),
        ("program", Value::from("sfn-chaos")),
        ("version", Value::from(env!("CARGO_PKG_VERSION"))),
        ("operations", operations),
    ];
    Object::from_iter(members).into()
}
