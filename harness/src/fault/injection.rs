//! What a fault does to one attempt of a task: realistic for the integration, never more than AWS would do.

use std::sync::Arc;

use super::Class;
use crate::asl::{Amount, Task};
use crate::catalog::{self, FaultKind, Integration, Pattern, Service};
use crate::error::ErrorName;
use crate::value::Value;

/// What becomes of an attempt instead of its normal answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Injection {
    /// It fails with this error after so long.
    Fail {
        /// Error name as Step Functions reports it.
        error: Arc<str>,
        /// Cause in the recorded form.
        cause: Arc<str>,
        /// Virtual milliseconds until the failure.
        after_ms: u64,
        /// Whether the service did the work before the failure.
        applied: bool,
    },
    /// It never answers; only a timer of the task or the execution ends it.
    Silence {
        /// Whether the service did the work (or the message was sent) all the same.
        applied: bool,
        /// Whether heartbeats go on.
        heartbeats: bool,
    },
    /// It answers normally, but only after its timers have fired.
    Late,
    /// It answers normally, twice; the second answer finds the token used.
    Twice,
    /// It answers with a result too large to pass on.
    Oversized,
    /// It answers normally, but this member of the result has this value.
    Member {
        /// Fields from the root of the result; list items are `0`.
        path: Vec<Arc<str>>,
        /// The value.
        value: Value,
    },
    /// It answers, but without the member at this path, see [`super::without`].
    Without {
        /// `Item`, `Items[0]`
        path: Arc<str>,
    },
    /// It answers, but part of the work is not done, as this member of the answer says.
    PartlyDone {
        /// The member that the plan names.
        member: Arc<str>,
    },
}

/// What a fault of this class does to an attempt of this task.
pub fn injection(class: &Class, task: &Task) -> Injection {
    let integration = &task.integration;
    match class {
        Class::Throttling => rejected(integration, FaultKind::Throttling),
        Class::ServiceError => rejected(integration, FaultKind::ServiceError),
        Class::PermissionDenied => rejected(integration, FaultKind::PermissionDenied),
        Class::Timeout => unanswered(task, Work::Undone),
        Class::LostAnswer => unanswered(task, Work::Done),
        Class::LostAnswerAs(error) => answered_as(integration, error),
        Class::LostHeartbeat => {
            Injection::Silence { applied: integration.pattern == Pattern::Callback, heartbeats: false }
        }
        Class::ApplicationError(error) => reported(integration, error, Work::Undone),
        Class::CallbackFailed(error) => reported(integration, error, Work::Done),
        // Nobody works on a lost token, so nobody sends heartbeats either.
        Class::CallbackMissing => Injection::Silence { applied: true, heartbeats: false },
        Class::CallbackLate => Injection::Late,
        Class::CallbackDuplicate => Injection::Twice,
        Class::JobFails => job_fails(integration),
        // A job has no heartbeat to lose; the worker of an activity that went away sends none.
        Class::JobNeverEnds => Injection::Silence { applied: true, heartbeats: integration.is_job() },
        Class::OversizedResult => Injection::Oversized,
        Class::Status(status) => match ended_badly(integration, status) {
            Some(injection) => injection,
            None => status_member(integration, status),
        },
        Class::MissingMember(path) => Injection::Without { path: path.clone() },
        Class::PartialSuccess(member) => partly_done(integration, member),
    }
}

/// How long a failure takes that nothing holds up. Not zero: a loop that only fails must get through its time.
pub(super) const REFUSAL_MS: u64 = 50;

/// Whether the service did the work before things went wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Done,
    Undone,
}

/// The service says no at once.
fn rejected(integration: &Integration, kind: FaultKind) -> Injection {
    let (error, cause) = call_error(integration, kind);
    fail(error, cause, REFUSAL_MS, Work::Undone)
}

/// No answer comes. A timer of the task ends it, or else what the other side is known to bear.
fn unanswered(task: &Task, work: Work) -> Injection {
    let integration = &task.integration;
    let silence = Injection::Silence { applied: work == Work::Done, heartbeats: true };
    let waits = integration.pattern != Pattern::RequestResponse;
    let Some(limit_seconds) = limit_of_the_other_side(integration).filter(|_| !waits) else { return silence };
    let timer_first = match &task.timeout {
        Some(Amount::Literal(seconds)) => *seconds <= limit_seconds as f64,
        Some(Amount::Path(_) | Amount::Jsonata(_)) => true,
        None => false,
    };
    if timer_first {
        return silence;
    }
    let (error, cause) = match integration.kind {
        // A function that did its work and whose answer got lost on the way is a broken connection.
        _ if integration.is_lambda() && work == Work::Undone => function_timeout(limit_seconds),
        Service::Http => call_error(integration, FaultKind::Connection),
        _ => {
            let (error, _) = call_error(integration, FaultKind::Connection);
            (error, "Unable to execute HTTP request: Read timed out".into())
        }
    };
    fail(error, cause, limit_seconds * 1000, work)
}

/// The work is done, and the call fails with this error all the same.
fn answered_as(integration: &Integration, error: &ErrorName) -> Injection {
    let (name, cause) = call_error(integration, FaultKind::Connection);
    if name == error.as_str() {
        return fail(name, cause, REFUSAL_MS, Work::Done);
    }
    reported(integration, error, Work::Done)
}

/// Recorded on AWS: the Cause is the payload of the runtime, as for any error of a function.
fn function_timeout(seconds: u64) -> (String, String) {
    let message = format!("RequestId: {REQUEST_ID} Error: Task timed out after {seconds}.00 seconds");
    let payload = serde_json::json!({ "errorType": "Sandbox.Timedout", "errorMessage": message });
    ("Sandbox.Timedout".to_owned(), payload.to_string())
}

const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

/// After how many seconds the other side of a call, or the client in between, gives up by itself.
///
/// Docs, "Lambda quotas": a function runs for at most 900 seconds. Docs, "Call HTTPS APIs": 60 seconds. The client
/// of the other calls is not documented; it is taken to be as patient as the one for HTTPS.
fn limit_of_the_other_side(integration: &Integration) -> Option<u64> {
    match integration.kind {
        Service::LambdaArn | Service::Unresolved => Some(900),
        Service::Optimized if integration.is_lambda() => Some(900),
        Service::Optimized | Service::Sdk | Service::Http => Some(60),
        Service::Activity => None,
    }
}

/// A function, a worker or whoever holds the token reports an error of its own.
fn reported(integration: &Integration, error: &ErrorName, work: Work) -> Injection {
    let (error, cause) = catalog::application_error(integration, error.as_str())
        .unwrap_or_else(|| (error.to_string(), format!("{error} was reported")));
    fail(error, cause, REFUSAL_MS, work)
}

fn job_fails(integration: &Integration) -> Injection {
    match catalog::fault(integration, FaultKind::JobFailed) {
        Some(fault) => fail(fault.error, fault.cause, REFUSAL_MS, Work::Done),
        None => fail(ErrorName::TASK_FAILED.into(), r#"{"Status":"FAILED"}"#.into(), REFUSAL_MS, Work::Done),
    }
}

/// A job behind `.sync` that ended with this status, if Step Functions makes an error of it.
fn ended_badly(integration: &Integration, status: &str) -> Option<Injection> {
    catalog::statuses(integration).filter(|known| known.failure.contains(&status))?;
    let fault = catalog::job_failed(integration, status)?;
    Some(fail(fault.error, fault.cause, REFUSAL_MS, Work::Done))
}

/// `ABORTED` stands where the API has its status; `Payload.status=RUNNING` says itself where it stands.
fn status_member(integration: &Integration, status: &str) -> Injection {
    let at_path = |path: &str| path.split('.').map(Arc::from).collect();
    if let Some((path, value)) = status.split_once('=') {
        let scalar = Value::parse(value).ok().filter(|value| value.as_object().is_none());
        return Injection::Member {
            path: at_path(path),
            value: scalar.unwrap_or_else(|| Value::from(value)),
        };
    }
    let path = catalog::statuses(integration).map_or("Status", |statuses| &statuses.path);
    Injection::Member { path: at_path(&path.replace("[]", ".0")), value: Value::from(status) }
}

/// Step Functions makes an error of some answers of this kind; the others are results.
fn partly_done(integration: &Integration, member: &Arc<str>) -> Injection {
    match catalog::fault(integration, FaultKind::PartialFailure) {
        Some(fault) => fail(fault.error, fault.cause, REFUSAL_MS, Work::Undone),
        None => Injection::PartlyDone { member: member.clone() },
    }
}

/// Error and Cause of a failed call; by the naming rules of the SDK where the catalogue does not know the service.
pub(super) fn call_error(integration: &Integration, kind: FaultKind) -> (String, String) {
    if let Some(fault) = catalog::fault(integration, kind) {
        return (fault.error, fault.cause);
    }
    let mut letters = integration.service.chars();
    let first = letters.next().unwrap_or('A').to_ascii_uppercase();
    let prefix: String = std::iter::once(first).chain(letters).collect();
    let (name, text) = match kind {
        FaultKind::Throttling => ("ThrottlingException".to_owned(), "Rate exceeded"),
        FaultKind::PermissionDenied => {
            ("AccessDeniedException".to_owned(), "User is not authorized to perform this action")
        }
        FaultKind::Connection => ("SdkClientException".to_owned(), "Unable to execute HTTP request"),
        _ => (format!("{prefix}Exception"), "The service failed to process the request"),
    };
    let status = if kind == FaultKind::ServiceError { 500 } else { 400 };
    let details = format!("(Service: {prefix}, Status Code: {status}, Request ID: {REQUEST_ID})");
    (format!("{prefix}.{name}"), format!("{text} {details}"))
}

fn fail(error: String, cause: String, after_ms: u64, work: Work) -> Injection {
    Injection::Fail { error: error.into(), cause: cause.into(), after_ms, applied: work == Work::Done }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn task(resource: &str) -> Task {
        let integration = Integration::parse(resource).unwrap();
        Task { resource: resource.into(), integration, timeout: None, heartbeat: None, credentials: None }
    }

    fn with_timeout(resource: &str, seconds: f64) -> Task {
        Task { timeout: Some(Amount::Literal(seconds)), ..task(resource) }
    }

    const FUNCTION: &str = "arn:aws:states:::lambda:invoke";
    const TABLE: &str = "arn:aws:states:::dynamodb:putItem";
    const UNKNOWN: &str = "arn:aws:states:::aws-sdk:newservice:doIt";
    const QUEUE_TOKEN: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    const JOB: &str = "arn:aws:states:::glue:startJobRun.sync";
    const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

    #[rstest]
    #[case::throttled(Class::Throttling, FUNCTION, "Lambda.TooManyRequestsException", 50, false)]
    #[case::a_function_is_cut_by_its_limit(Class::Timeout, FUNCTION, "Sandbox.Timedout", 900_000, false)]
    #[case::an_endpoint(Class::Timeout, "arn:aws:states:::http:invoke", "States.Http.Socket", 60_000, false)]
    #[case::a_table(Class::Timeout, TABLE, "DynamoDB.SdkClientException", 60_000, false)]
    #[case::a_table_that_wrote(Class::LostAnswer, TABLE, "DynamoDB.SdkClientException", 60_000, true)]
    #[case::a_service_unheard_of(Class::Throttling, UNKNOWN, "Newservice.ThrottlingException", 50, false)]
    #[case::its_own_error(
        Class::ApplicationError(ErrorName::new("Declined")),
        FUNCTION,
        "Declined",
        50,
        false
    )]
    #[case::a_token(Class::CallbackFailed(ErrorName::new("Declined")), QUEUE_TOKEN, "Declined", 50, true)]
    #[case::a_job(Class::JobFails, JOB, "States.TaskFailed", 50, true)]
    #[case::a_job_with_its_end(Class::Status("TIMEOUT".into()), JOB, "States.TaskFailed", 50, true)]
    #[case::a_part_of_which_an_error_is_made(
        Class::PartialSuccess("FailedEntryCount".into()),
        "arn:aws:states:::events:putEvents",
        "EventBridge.FailedEntry",
        50,
        false
    )]
    fn a_failure_is_the_one_that_the_integration_reports(
        #[case] class: Class,
        #[case] resource: &str,
        #[case] expected: &str,
        #[case] expected_after_ms: u64,
        #[case] expected_applied: bool,
    ) {
        let Injection::Fail { error, after_ms, applied, .. } = injection(&class, &task(resource)) else {
            panic!("a failure")
        };
        assert_eq!((&*error, after_ms, applied), (expected, expected_after_ms, expected_applied));
    }

    #[test]
    fn each_bad_end_of_a_job_is_in_its_cause() {
        let Injection::Fail { cause, .. } = injection(&Class::Status("TIMEOUT".into()), &task(JOB)) else {
            panic!("a failure")
        };
        assert_eq!(&*cause, r#"{"JobRunState":"TIMEOUT"}"#);
    }

    #[rstest]
    #[case::its_timer_ends_it(Class::Timeout, with_timeout(FUNCTION, 30.0), false, true)]
    #[case::the_work_was_done(Class::LostAnswer, with_timeout(TABLE, 30.0), true, true)]
    #[case::nothing_bounds_a_callback(Class::Timeout, task(QUEUE_TOKEN), false, true)]
    #[case::the_message_was_sent(Class::CallbackMissing, task(QUEUE_TOKEN), true, false)]
    #[case::a_worker_that_dies(Class::LostHeartbeat, task(ACTIVITY), false, false)]
    #[case::a_job_without_end(Class::JobNeverEnds, task(JOB), true, true)]
    fn silence_is_ended_by_timers_only(
        #[case] class: Class,
        #[case] task: Task,
        #[case] applied: bool,
        #[case] heartbeats: bool,
    ) {
        assert_eq!(injection(&class, &task), Injection::Silence { applied, heartbeats });
    }

    #[test]
    fn a_timer_behind_the_limit_of_a_function_never_fires() {
        assert!(matches!(
            injection(&Class::Timeout, &with_timeout(FUNCTION, 3600.0)),
            Injection::Fail { after_ms: 900_000, .. }
        ));
    }

    #[rstest]
    #[case::the_api_has_it("failed", "DbInstances/0/DbInstanceStatus", Value::from("failed"))]
    #[case::the_class_says("Payload.jobs.0.state=RUNNING", "Payload/jobs/0/state", Value::from("RUNNING"))]
    #[case::truth_values_stay_such("Payload.done=false", "Payload/done", Value::from(false))]
    #[case::texts_can_be_quoted("Payload.code=\"7\"", "Payload/code", Value::from("7"))]
    fn a_status_is_put_where(#[case] status: &str, #[case] expected: &str, #[case] expected_value: Value) {
        let task = task("arn:aws:states:::aws-sdk:rds:describeDBInstances");
        let Injection::Member { path, value } = injection(&Class::Status(status.into()), &task) else {
            panic!("a member")
        };
        assert_eq!((path.join("/").as_str(), value), (expected, expected_value));
    }
}
