//! What goes back: answers, and refusals in the form of the protocol that was spoken.

use crate::value::{Object, Value};

/// AWS JSON 1.0 protocol, "Content-Type".
const JSON: &str = "application/x-amz-json-1.0";

/// One answer.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    /// The status of HTTP.
    pub(super) status: u16,
    /// `Content-Type`
    pub(super) content: &'static str,
    /// `X-Amzn-Errortype`; none for an answer that is no refusal.
    pub(super) code: Option<&'static str>,
    /// `Allow`
    pub(super) allow: Option<&'static str>,
    /// The body.
    pub(super) body: String,
}

impl Reply {
    /// An answer.
    pub(super) fn json(body: &Value) -> Self {
        Self { status: 200, content: JSON, code: None, allow: None, body: body.to_json() }
    }

    /// An answer of an API that speaks XML, or a refusal.
    pub(super) fn xml(status: u16, body: String) -> Self {
        Self { status, content: "text/xml", code: None, allow: None, body }
    }

    /// A refusal, as the service sends it. AWS JSON 1.0 protocol, "Operation error serialization".
    pub(super) fn refused(code: &'static str, message: &str) -> Self {
        let members = [("__type", Value::from(code)), ("message", Value::from(message))];
        Self { status: 400, code: Some(code), ..Self::json(&Object::from_iter(members).into()) }
    }

    /// More was sent than any request can need.
    pub(super) fn too_large(bytes_max: usize) -> Self {
        let message = format!("the request is longer than {bytes_max} bytes, more than TestState can take");
        Self { status: 413, ..Self::refused("RequestEntityTooLargeException", &message) }
    }

    /// A method that the path does not have.
    pub(super) fn wrong_method(allowed: &'static str) -> Self {
        let message = format!("this path takes {allowed}");
        Self { status: 405, allow: Some(allowed), ..Self::refused("UnknownOperationException", &message) }
    }

    /// A panic. Its message is on standard error.
    pub(super) fn defect() -> Self {
        let message = "this is a defect of sfn-chaos, please report it with the request";
        Self { status: 500, ..Self::refused("SfnChaosDefect", message) }
    }
}
