//! Whoever answers TestState requests.

use crate::history::Unknown;
use crate::test_state::{Desk, Refusal, Request};
use crate::value::Value;

/// Answers requests of the TestState API.
pub trait Ask {
    /// Answers one request, in the form of the API: `{"definition": …, "stateName": …, "input": …}`.
    fn ask(&mut self, request: &Value) -> Result<Value, AskError>;
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
}

impl<F: FnMut(&Value) -> Result<Value, AskError>> Ask for F {
    fn ask(&mut self, request: &Value) -> Result<Value, AskError> {
        self(request)
    }
}

/// This program's own TestState, without any network.
#[derive(Clone, Debug, Default)]
pub struct Offline(Desk);

impl Ask for Offline {
    fn ask(&mut self, request: &Value) -> Result<Value, AskError> {
        let answered =
            Request::parse(request).map_err(Refusal::from).and_then(|request| self.0.answer(&request));
        match answered {
            Ok(response) => Ok(response.to_json()),
            Err(Refusal::Api(error)) => {
                Err(AskError::Refused { code: error.code.to_owned(), message: error.message })
            }
            Err(Refusal::Unknown(unknown)) => Err(AskError::Unknown(unknown)),
        }
    }
}
