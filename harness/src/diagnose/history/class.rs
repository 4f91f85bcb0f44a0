//! What kind of failure it is, and which timer fired.
//!
//! The name of the error decides where it means one thing; else the status code, the error code or the job's
//! description in the cause. What only a function's own name says is its own error: logic.

use std::fmt;

use super::failure::{Failure, FailureKind};
use super::said;
use super::shape::is_call_timeout;
use super::timeline::{Attempt, Timeline};
use crate::catalog::{self, ErrorClass, Integration};
use crate::error::ErrorName;
use crate::value::Value;

/// The timer that ended the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timer {
    /// `TimeoutSeconds` of the state.
    State {
        /// As it was in force.
        seconds: Option<u64>,
    },
    /// `HeartbeatSeconds` of the state.
    Heartbeat {
        /// As it was in force.
        seconds: Option<u64>,
    },
    /// One of the two; without times they cannot be told apart.
    StateOrHeartbeat,
    /// The Lambda function's own timeout.
    Function {
        /// As its message says.
        seconds: Option<String>,
    },
    /// The job's own limit, or the child execution's.
    Job,
    /// The limit that Step Functions sets to a call of an HTTP endpoint.
    Endpoint,
    /// `TimeoutSeconds` of the whole definition, or the longest that AWS lets an execution run.
    Execution,
}

impl Timer {
    /// The stable name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::State { .. } => "state",
            Self::Heartbeat { .. } => "heartbeat",
            Self::StateOrHeartbeat => "state-or-heartbeat",
            Self::Function { .. } => "function",
            Self::Job => "job",
            Self::Endpoint => "endpoint",
            Self::Execution => "execution",
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |f: &mut fmt::Formatter<'_>, what: &str, seconds: &Option<u64>| match seconds {
            Some(seconds) => write!(f, "the state's {what} ({seconds} s)"),
            None => write!(f, "the state's {what}"),
        };
        match self {
            Self::State { seconds: limit } => seconds(f, "TimeoutSeconds", limit),
            Self::Heartbeat { seconds: limit } => seconds(f, "HeartbeatSeconds", limit),
            Self::StateOrHeartbeat => {
                f.write_str("the state's TimeoutSeconds or HeartbeatSeconds; the export has no times to tell")
            }
            Self::Function { seconds: Some(limit) } => {
                write!(f, "the Lambda function's own timeout ({limit} s)")
            }
            Self::Function { seconds: None } => f.write_str("the Lambda function's own timeout"),
            Self::Job => f.write_str("the limit of the job itself"),
            Self::Endpoint => f.write_str("the 60 s that Step Functions waits for an HTTP endpoint"),
            Self::Execution => f.write_str("the timeout of the whole execution"),
        }
    }
}

/// The class of a failure; the timer, where one fired.
pub(super) fn classify(
    timeline: &Timeline<'_>,
    failure: &Failure,
    integration: Option<&Integration>,
) -> (ErrorClass, Option<Timer>) {
    let error = failure.error.as_deref().unwrap_or_default();
    let cause = failure.cause.as_deref().unwrap_or_default();
    match failure.kind {
        FailureKind::ExecutionTimer => (ErrorClass::Timeout, Some(Timer::Execution)),
        FailureKind::Stopped => (ErrorClass::Unknown, None),
        FailureKind::Evaluation => (ErrorClass::Logic, None),
        FailureKind::Interpreter if cause.contains("maximum number of history events") => {
            (ErrorClass::Quota, None)
        }
        FailureKind::FailState => (own_words(error, cause, integration), None),
        FailureKind::Interpreter | FailureKind::Map => match named(error, cause) {
            ErrorClass::Unknown => (ErrorClass::Runtime, None),
            class => (class, None),
        },
        FailureKind::Call => match timer(timeline, failure, integration) {
            Some(timer) => (ErrorClass::Timeout, Some(timer)),
            None => (own_words(error, cause, integration), None),
        },
    }
}

/// The timer that a failed call shows.
fn timer(timeline: &Timeline<'_>, failure: &Failure, integration: Option<&Integration>) -> Option<Timer> {
    let event = timeline.event(failure.at);
    if event.known().is_some_and(is_call_timeout) {
        let attempts = &timeline.visits[failure.visit?].attempts;
        let attempt = attempts.iter().find(|attempt| attempt.ended == Some(failure.at));
        return Some(attempt.map_or(Timer::StateOrHeartbeat, |attempt| timer_of(timeline, attempt)));
    }
    let error = failure.error.as_deref().unwrap_or_default();
    let cause = failure.cause.as_deref().unwrap_or_default();
    // Lambda: "2026-01-01T00:00:00.000Z 8f5… Task timed out after 3.00 seconds".
    let own = cause.split_once("Task timed out after ");
    if error == "Sandbox.Timedout" || own.is_some() {
        let seconds = own.and_then(|(_, rest)| rest.split(' ').next()).map(str::to_owned);
        return Some(Timer::Function { seconds });
    }
    if error == "States.Http.Socket" {
        return Some(Timer::Endpoint);
    }
    let is_job = integration.is_some_and(Integration::is_job);
    if is_job && (error == "States.Timeout" || job_timed_out(cause)) {
        return Some(Timer::Job);
    }
    if error == "States.Timeout" { Some(Timer::StateOrHeartbeat) } else { None }
}

/// Recorded on AWS: a missed heartbeat is a `…TimedOut` with `States.Timeout` like any other; only the time tells.
pub(super) fn timer_of(timeline: &Timeline<'_>, attempt: &Attempt) -> Timer {
    let event = |at: Option<usize>| at.map(|at| timeline.event(at));
    let Some(scheduled) = event(attempt.scheduled) else { return Timer::StateOrHeartbeat };
    let (limit, beat) = (scheduled.timeout_seconds, scheduled.heartbeat_seconds);
    match (limit, beat) {
        (_, None) => Timer::State { seconds: limit },
        (None, Some(_)) => Timer::Heartbeat { seconds: beat },
        (Some(seconds), Some(_)) => {
            let from = event(attempt.started).and_then(|event| event.at_ms).or(scheduled.at_ms);
            let to = event(attempt.ended).and_then(|event| event.at_ms);
            match from.zip(to) {
                // Times of events are rounded; a second is more than they are off.
                Some((from, to))
                    if to.saturating_sub(from) >= (seconds as i64).saturating_sub(1).saturating_mul(1000) =>
                {
                    Timer::State { seconds: limit }
                }
                Some(_) => Timer::Heartbeat { seconds: beat },
                None => Timer::StateOrHeartbeat,
            }
        }
    }
}

/// The class by name and cause; what nobody else names is the work's own error.
fn own_words(error: &str, cause: &str, integration: Option<&Integration>) -> ErrorClass {
    let is_function = integration.is_some_and(Integration::is_lambda);
    // "Runtime exited with error: signal: killed": the process ended, not its time.
    if is_function
        && ["Runtime.ExitError", "Runtime exited", "Runtime.OutOfMemory"]
            .iter()
            .any(|said| cause.contains(said))
    {
        return ErrorClass::Logic;
    }
    let is_job = integration.is_some_and(Integration::is_job) && error == ErrorName::TASK_FAILED;
    let said = if is_job && nested_error(cause).is_none() { said::lines(cause) } else { Vec::new() };
    let said = said.join("\n");
    // A description of a job has many texts; only what it says of its end counts.
    let cause = if said.is_empty() { cause } else { &said };
    if is_job && LOST.iter().any(|words| cause.contains(words)) {
        return ErrorClass::Transient;
    }
    match named(error, cause) {
        ErrorClass::Unknown => {}
        class => return class,
    }
    // The name of an AWS service stands before a dot; a name without one is somebody's own.
    let foreign = integration.is_none_or(|integration| {
        integration.is_lambda() || integration.is_answered_by_worker() || integration.is_job()
    });
    if foreign || !error.contains('.') { ErrorClass::Logic } else { ErrorClass::Unknown }
}

/// The machine under a job was taken away, or was not there: another attempt gets another one.
const LOST: [&str; 5] = [
    "Host EC2 (instance",
    "Spot",
    "Timeout waiting for network interface provisioning",
    "Task failed to start due to capacity",
    "Capacity is unavailable",
];

/// What the name says, and then the cause.
fn named(error: &str, cause: &str) -> ErrorClass {
    if is_denial(cause) {
        return ErrorClass::Permission;
    }
    let class = catalog::class_of_failure(error, cause);
    if class != ErrorClass::Unknown {
        return class;
    }
    // botocore in a function: "An error occurred (ThrottlingException) when calling the PutItem operation".
    let code = cause.split_once("An error occurred (").and_then(|(_, rest)| rest.split(')').next());
    if let Some(class) = code.map(catalog::class_of).filter(|class| *class != ErrorClass::Unknown) {
        return class;
    }
    nested_error(cause)
        .map(|(error, cause)| named(&error, &cause))
        .filter(|class| *class != ErrorClass::Unknown)
        .or_else(|| catalog::class_of_cause(cause))
        .unwrap_or(ErrorClass::Unknown)
}

/// Whether a cause says that something may not be done.
pub(super) fn is_denial(cause: &str) -> bool {
    ["is not authorized to perform", "is not authorized to assume", "not authorized to create managed-rule"]
        .iter()
        .any(|words| cause.contains(words))
}

/// Error and cause of the child execution or job that a cause describes.
pub(super) fn nested_error(cause: &str) -> Option<(String, String)> {
    let value = Value::parse(cause).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    value.get("ExecutionArn")?;
    Some((text("Error").unwrap_or_default(), text("Cause").unwrap_or_default()))
}

/// Whether the description of a job or child execution says that its own time was over.
fn job_timed_out(cause: &str) -> bool {
    let Ok(value) = Value::parse(cause) else { return false };
    ["Status", "JobRunState", "BuildStatus", "State"].iter().any(|name| {
        let text = value.get(name).or_else(|| value.get("Build")?.get(name)).and_then(Value::as_str);
        matches!(text, Some("TIMED_OUT" | "TIMEOUT" | "TIMED_OUT_JOB"))
    }) || nested_error(cause).is_some_and(|(error, _)| error == "States.Timeout")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn call(resource: &str) -> Integration {
        Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap()
    }

    #[rstest]
    #[case::a_bug_of_the_function("lambda:invoke", "Exception", r#"{"errorMessage":"x"}"#, ErrorClass::Logic)]
    #[case::a_denial_inside_a_function(
        "lambda:invoke", "ClientError",
        r#"{"errorMessage":"An error occurred (AccessDeniedException) when calling the PutItem operation: User: arn:aws:sts::1:assumed-role/f/f is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:1:table/t"}"#,
        ErrorClass::Permission)]
    #[case::throttling_inside_a_function(
        "lambda:invoke",
        "ClientError",
        "An error occurred (ThrottlingException) when calling the PutItem operation: Rate exceeded",
        ErrorClass::Throttling
    )]
    #[case::a_child_that_failed("states:startExecution.sync:2", "States.TaskFailed",
        r#"{"ExecutionArn":"a","Error":"Lambda.TooManyRequestsException","Cause":"Rate exceeded","Status":"FAILED"}"#,
        ErrorClass::Throttling)]
    #[case::a_child_with_an_error_of_its_own(
        "states:startExecution.sync:2",
        "States.TaskFailed",
        r#"{"ExecutionArn":"a","Error":"NotPaid","Status":"FAILED"}"#,
        ErrorClass::Logic
    )]
    #[case::an_exception_that_is_not_listed(
        "aws-sdk:ec2:runInstances",
        "Ec2.SomethingNewException",
        "No (Service: Ec2, Status Code: 503, Request ID: 1)",
        ErrorClass::Transient
    )]
    #[case::a_host_that_went_away(
        "batch:submitJob.sync",
        "States.TaskFailed",
        r#"{"JobName":"not found","StatusReason":"Host EC2 (instance i-0a1b) terminated."}"#,
        ErrorClass::Transient
    )]
    #[case::a_job_whose_name_says_nothing(
        "batch:submitJob.sync",
        "States.TaskFailed",
        r#"{"JobName":"not found","StatusReason":"Essential container in task exited"}"#,
        ErrorClass::Logic
    )]
    #[case::a_function_that_was_killed(
        "lambda:invoke",
        "Lambda.Unknown",
        r#"Returned payload: {"errorMessage":"Error: Runtime exited with error: signal: killed"}"#,
        ErrorClass::Logic
    )]
    #[case::a_worker_s_own_word("sqs:sendMessage.waitForTaskToken", "Rejected", "no", ErrorClass::Logic)]
    fn a_failure_has_a_class(
        #[case] resource: &str,
        #[case] error: &str,
        #[case] cause: &str,
        #[case] expected: ErrorClass,
    ) {
        assert_eq!(own_words(error, cause, Some(&call(resource))), expected);
    }
}
