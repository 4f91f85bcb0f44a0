//! What tasks get from executions that they start, in the shapes of the two integrations.

use crate::history::{History, Outcome, rfc3339};
use crate::mock::{Answer, FailingStep, Reply};
use crate::value::{Object, ObjectBuilder, Value};

use super::ChildExecution;
use super::api::Api;

const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";
/// Recorded on AWS: what a synchronous execution is billed for at least.
const BILLED_MS: u64 = 100;
const BILLED_MB: i64 = 64;

impl Api {
    /// The request is refused. Recorded on AWS: the optimised integration reports in the words of the SDK v1, the
    /// other one in those of v2.
    pub(super) fn refused(self, code: &str, message: &str) -> Answer {
        let reply = if self.is_sdk() {
            let cause = format!(
                "{message} (Service: Sfn, Status Code: 400, Request ID: {REQUEST_ID}) (SDK Attempt Count: 1)"
            );
            Reply::throw(format!("Sfn.{code}Exception"), cause)
        } else {
            let cause = format!(
                "{message} (Service: AWSStepFunctions; Status Code: 400; Error Code: {code}; Request ID: \
                 {REQUEST_ID}; Proxy: null)"
            );
            Reply::throw(format!("StepFunctions.{code}Exception"), cause)
        };
        Answer { step: FailingStep::Submit, ..Answer::with(reply) }
    }

    /// The answer to the start alone.
    pub(super) fn started(self, execution: &ChildExecution) -> Answer {
        Answer::of(self.start(execution))
    }

    /// The answer to the task; `left_ms` is how long the execution still runs.
    pub(super) fn answer(
        self,
        execution: &ChildExecution,
        history: &History,
        machine_arn: &str,
        left_ms: u64,
    ) -> Answer {
        if !self.awaits() {
            return self.started(execution);
        }
        let description = self.description(execution, history, machine_arn);
        let reply = if self == Self::SdkSync || history.outcome.succeeded() {
            Reply::Return(description)
        } else {
            Reply::throw("States.TaskFailed", description.to_json())
        };
        let submitted = (self != Self::SdkSync).then(|| self.start(execution));
        Answer { after_ms: left_ms, submitted, ..Answer::with(reply) }
    }

    /// `StartExecution`.
    fn start(self, execution: &ChildExecution) -> Value {
        let mut out = ObjectBuilder::with_capacity(4);
        out.push("ExecutionArn", execution.arn.as_str().into());
        if !self.is_sdk() {
            // Recorded on AWS: the optimised integration shows how its call went.
            out.push("SdkHttpMetadata", http_metadata(&execution.arn));
            let request = Object::from_iter([("RequestId", Value::from(REQUEST_ID))]);
            out.push("SdkResponseMetadata", request.into());
        }
        out.push("StartDate", self.time(execution.case.epoch_ms));
        out.finish().into()
    }

    /// `DescribeExecution` as `.sync` shows it, and the answer of `StartSyncExecution`. Recorded on AWS: the names in
    /// alphabetical order, Error and Cause of the execution where it has them.
    fn description(self, execution: &ChildExecution, history: &History, machine_arn: &str) -> Value {
        let (error, cause) = match &history.outcome {
            Outcome::Failed { error, cause } | Outcome::Aborted { error, cause } => {
                (error.as_deref(), cause.as_deref())
            }
            Outcome::TimedOut { .. } => (Some(crate::error::ErrorName::TIMEOUT), None),
            Outcome::Succeeded { .. } | Outcome::Unknown(_) => (None, None),
        };
        let included = || Value::from(Object::from_iter([("Included", Value::from(true))]));
        // Docs, "startExecution.sync:2": JSON where `.sync` has texts; a Cause is a text throughout.
        let parsed = self == Self::Sync2 && history.outcome.succeeded();
        let payload = |value: &Value| if parsed { value.clone() } else { value.to_json().into() };
        let mut out = ObjectBuilder::with_capacity(12);
        if self == Self::SdkSync {
            out.push("BillingDetails", billing(history.duration.0));
        }
        if let Some(cause) = cause {
            out.push("Cause", cause.into());
        }
        if let Some(error) = error {
            out.push("Error", error.into());
        }
        out.push("ExecutionArn", execution.arn.as_str().into());
        out.push("Input", payload(&execution.case.input));
        out.push("InputDetails", included());
        out.push("Name", Value::from(execution.case.execution_name.clone()));
        if let Outcome::Succeeded { output } = &history.outcome {
            out.push("Output", payload(output));
            out.push("OutputDetails", included());
        }
        out.push("StartDate", self.time(execution.case.epoch_ms));
        out.push("StateMachineArn", machine_arn.into());
        out.push("Status", history.outcome.status().into());
        let end_ms = i64::try_from(history.duration.0).unwrap_or(i64::MAX);
        out.push("StopDate", self.time(execution.case.epoch_ms.saturating_add(end_ms)));
        out.finish().into()
    }

    /// Milliseconds since 1970 in the optimised integration, a text in the other one.
    fn time(self, epoch_ms: i64) -> Value {
        if self.is_sdk() { rfc3339(epoch_ms).into() } else { epoch_ms.into() }
    }
}

/// Docs, "StartSyncExecution": in steps of 100 ms.
fn billing(duration_ms: u64) -> Value {
    let billed_ms = duration_ms.div_ceil(BILLED_MS).max(1).saturating_mul(BILLED_MS);
    Object::from_iter([
        ("BilledDurationInMilliseconds", Value::from(i64::try_from(billed_ms).unwrap_or(i64::MAX))),
        ("BilledMemoryUsedInMB", Value::from(BILLED_MB)),
    ])
    .into()
}

fn http_metadata(arn: &str) -> Value {
    // The body is `{"executionArn":"…","startDate":1.234567890123E9}`.
    let length = (arn.len() + 49).to_string();
    let header = [
        ("Content-Length", length.as_str()),
        ("Content-Type", "application/x-amz-json-1.0"),
        ("connection", "keep-alive"),
        ("x-amzn-RequestId", REQUEST_ID),
    ];
    let lists = header.map(|(name, value)| (name, Value::array(vec![value.into()])));
    let texts = header.map(|(name, value)| (name, Value::from(value)));
    Object::from_iter([
        ("AllHttpHeaders", Value::from(Object::from_iter(lists))),
        ("HttpHeaders", Value::from(Object::from_iter(texts))),
        ("HttpStatusCode", Value::from(200)),
    ])
    .into()
}
