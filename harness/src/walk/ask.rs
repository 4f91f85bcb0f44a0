//! Whoever answers TestState requests.

use std::sync::{Arc, Mutex, PoisonError};

use crate::history::Unknown;
use crate::test_state::{Desk, Refusal, Request};
use crate::value::Value;

/// Answers requests of the TestState API, of several threads.
pub trait Ask: Send + Sync {
    /// Answers one request, in the form of the API: `{"definition": …, "stateName": …, "input": …}`.
    fn ask(&self, request: &Value) -> Result<Value, AskError>;

    /// Answers a request without a mock that calls a task: what that does is done. So no answer is one of before, nothing
    /// is sent a second time, and who has no answer says whether the task may have been called. Whoever is not made for
    /// it refuses.
    fn act(&self, request: &Value) -> Result<Value, AskError> {
        let _ = request;
        Err(AskError::Unanswered("nothing was called: whoever is asked calls no tasks".into()))
    }
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The API refuses it.
    #[error("{code}: {message}")]
    Refused {
        /// `ValidationException`, `InvalidDefinition`, …
        code: String,
        /// As the API says it.
        message: String,
    },
    /// Nobody here knows what the API would answer.
    #[error("{0}")]
    Unknown(Unknown),
    /// There is no answer to be had: why, and what to do.
    #[error("{0}")]
    Unanswered(Arc<str>),
}

impl<F: Fn(&Value) -> Result<Value, AskError> + Send + Sync> Ask for F {
    fn ask(&self, request: &Value) -> Result<Value, AskError> {
        self(request)
    }
}

/// This program's own TestState, without any network.
#[derive(Debug, Default)]
pub struct Offline(Mutex<Desk>);

impl Ask for Offline {
    fn ask(&self, request: &Value) -> Result<Value, AskError> {
        let answer =
            |request: Request| self.0.lock().unwrap_or_else(PoisonError::into_inner).answer(&request);
        let answered = Request::parse(request).map_err(Refusal::from).and_then(answer);
        match answered {
            Ok(response) => Ok(response.to_json()),
            Err(Refusal::Api(error)) => {
                Err(AskError::Refused { code: error.code.to_owned(), message: error.message })
            }
            Err(Refusal::Unknown(unknown)) => Err(AskError::Unknown(unknown)),
        }
    }
}
