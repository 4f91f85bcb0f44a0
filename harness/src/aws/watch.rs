//! Sees every attempt of a call: how many there were, what throttled them, and the answer as it came over the wire.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sfn::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};

use super::failure::is_throttling;

/// What is done about an attempt, beside sending it.
pub(super) type OnAttempt = Arc<dyn Fn(Attempt) + Send + Sync>;

/// Something that happens to an attempt of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The first one leaves.
    Sent,
    /// Another one leaves.
    SentAgain,
    /// The service was asked too much.
    Throttled,
}

/// Watches one call.
#[derive(Clone)]
pub(super) struct Watch {
    seen: Arc<Mutex<Seen>>,
    on_attempt: OnAttempt,
}

#[derive(Debug, Default)]
struct Seen {
    attempts: u32,
    body: String,
}

impl Watch {
    /// Tells every attempt.
    pub(super) fn telling(on_attempt: OnAttempt) -> Self {
        Self { seen: Arc::default(), on_attempt }
    }

    /// Tells nobody.
    pub(super) fn quiet() -> Self {
        Self::telling(Arc::new(|_| {}))
    }

    /// The body of the last answer. The SDK has read it into its own types; what these do not know would be lost.
    pub(super) fn body(&self) -> String {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner).body)
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.attempts += 1;
        (self.on_attempt)(if seen.attempts == 1 { Attempt::Sent } else { Attempt::SentAgain });
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
        if !response.status().is_success() {
            let named = response.headers().get("x-amzn-errortype");
            let named = named.map(|code| code.split(':').next().unwrap_or(code).to_owned());
            let code = named.or_else(|| code(&body)).unwrap_or_default();
            if response.status().as_u16() == 429 || is_throttling(&code) {
                (self.on_attempt)(Attempt::Throttled);
            }
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).body = body.into_owned();
        Ok(())
    }
}

/// The `__type` of an error, without its namespace.
fn code(body: &str) -> Option<String> {
    let body = crate::value::Value::parse(body).ok()?;
    let full = body.get("__type")?.as_str()?;
    Some(full.rsplit('#').next().unwrap_or(full).to_owned())
}
