//! Why a request has no answer.

use crate::history::Unknown;

/// What the service refuses, as it says it. Where a text was never seen on AWS it is our own; codes are AWS's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// `ValidationException`, `InvalidDefinition`, …
    pub code: &'static str,
    /// The text.
    pub message: String,
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The service refuses it.
    #[error("{0}")]
    Api(#[from] ApiError),
    /// The simulator cannot know what the service would answer.
    #[error("{0}")]
    Unknown(Unknown),
}

impl ApiError {
    /// The request, or the mock in it, breaks a rule.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self { code: "ValidationException", message: message.into() }
    }

    /// The definition, or a state that cannot be tested.
    pub(super) fn definition(message: impl Into<String>) -> Self {
        Self { code: "InvalidDefinition", message: message.into() }
    }

    /// A field that breaks a constraint of the API's model.
    pub(crate) fn constraint(place: &str, constraint: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value at '{place}' failed to satisfy constraint: {constraint}"
        ))
    }

    /// What a client library refuses before it sends anything.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self { code: "ParamValidation", message: message.into() }
    }
}
