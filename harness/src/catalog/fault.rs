//! What a task reports when something goes wrong: the error name and a Cause in the form recorded on AWS.

use serde_json::json;

use super::class::means_two_things;
use super::integration::{Integration, Service};
use super::representative::of_kind;
use super::status;
use super::table;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The service rejects the call because there are too many.
    Throttling,
    /// The service fails for reasons of its own.
    ServiceError,
    /// The call never reaches the service, or its answer never comes back.
    Connection,
    /// The role may not make the call.
    PermissionDenied,
    /// What is named in the request does not exist.
    NotFound,
    /// The request is refused as malformed.
    Invalid,
    /// The function ran into its own timeout. Lambda only.
    FunctionTimeout,
    /// The service answers 200, but part of the work is not done, and Step Functions makes an error of it.
    PartialFailure,
    /// The job that `.sync` waits for ended, but not well.
    JobFailed,
}

impl FaultKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Throttling,
        Self::ServiceError,
        Self::Connection,
        Self::PermissionDenied,
        Self::NotFound,
        Self::Invalid,
        Self::FunctionTimeout,
        Self::PartialFailure,
        Self::JobFailed,
    ];
}

/// A failure as Step Functions reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// `Error`
    pub error: String,
    /// `Cause`
    pub cause: String,
    /// Whether the name also stands for trouble of another kind, such as `Lambda.AWSLambdaException`.
    pub ambiguous: bool,
}

/// Everything of [`FaultKind`] that can happen to the integration, as it is reported.
pub fn errors(integration: &Integration) -> Vec<Fault> {
    FaultKind::ALL.into_iter().filter_map(|kind| fault(integration, kind)).collect()
}

/// How the integration reports a fault; `None` if it cannot happen to it, or if nobody knows how it is reported.
pub fn fault(integration: &Integration, kind: FaultKind) -> Option<Fault> {
    let (error, cause) = match kind {
        FaultKind::JobFailed => {
            let statuses = status::job(integration)?;
            return job_failed(integration, statuses.failure.first()?);
        }
        FaultKind::FunctionTimeout if integration.is_lambda() => (
            "Sandbox.Timedout".to_owned(),
            json!({"errorType": "Sandbox.Timedout",
                   "errorMessage": format!("RequestId: {REQUEST_ID} Error: Task timed out after 3.00 seconds")})
            .to_string(),
        ),
        FaultKind::PartialFailure if integration.is("events", "putEvents") => (
            "EventBridge.FailedEntry".to_owned(),
            json!({"Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "Internal failure"}],
                   "FailedEntryCount": 1})
            .to_string(),
        ),
        FaultKind::PartialFailure if integration.is("ecs", "runTask") && integration.waits() => (
            "AmazonECS.Unknown".to_owned(),
            json!({"Failures": [{"Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/default",
                                 "Reason": "RESOURCE:CPU"}], "Tasks": []})
            .to_string(),
        ),
        FaultKind::FunctionTimeout | FaultKind::PartialFailure => return None,
        _ => call_fault(integration, kind)?,
    };
    Some(Fault { kind, ambiguous: means_two_things(&error), error, cause })
}

/// An error of the work itself: what a function throws, or a worker reports. `None` where nobody but AWS answers.
pub fn application_error(integration: &Integration, error: &str) -> Option<(String, String)> {
    // Recorded on AWS: Error is the function's errorType, Cause its payload as JSON.
    if integration.is_lambda() {
        let payload = json!({"errorMessage": format!("{error} was raised"), "errorType": error, "trace": []});
        return Some((error.to_owned(), payload.to_string()));
    }
    integration.is_answered_by_worker().then(|| (error.to_owned(), format!("{error} was reported")))
}

/// How a job that ended with this status is reported; `None` if the integration is no job.
pub fn job_failed(integration: &Integration, status: &str) -> Option<Fault> {
    let statuses = status::job(integration)?;
    let cause = if integration.is("states", "startExecution") {
        execution_cause(status)
    } else if integration.is("ecs", "runTask") {
        // Docs, "Amazon ECS": a task fails by the exit code of a container; its status is always STOPPED.
        json!({"Containers": [{"ExitCode": 1, "LastStatus": "STOPPED", "Name": "main"}], "LastStatus": "STOPPED",
               "StopCode": status, "StoppedReason": "Essential container in task exited"})
        .to_string()
    } else {
        statuses.result_with(status)
    };
    Some(Fault { kind: FaultKind::JobFailed, error: "States.TaskFailed".to_owned(), cause, ambiguous: false })
}

/// Recorded on AWS: the Cause is the child's DescribeExecution, with the child's Error and Cause if it has them.
fn execution_cause(status: &str) -> String {
    let mut child = json!({
        "ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:child:run", "Input": "{}",
        "InputDetails": {"Included": true}, "Name": "run", "StartDate": 0,
        "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Status": status,
        "StopDate": 1});
    match status {
        "FAILED" => {
            child["Error"] = json!("ChildFailed");
            child["Cause"] = json!("The child failed.");
        }
        "TIMED_OUT" => child["Error"] = json!("States.Timeout"),
        _ => {}
    }
    child.to_string()
}

const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

/// Error and Cause of a fault of the call itself.
fn call_fault(integration: &Integration, kind: FaultKind) -> Option<(String, String)> {
    match integration.kind {
        Service::Activity => None,
        Service::Http => http_fault("States.Http.StatusCode.", kind),
        Service::Optimized if integration.is("apigateway", "invoke") => http_fault("ApiGateway.", kind),
        Service::Optimized if integration.is("eks", "call") || integration.is("eks", "runJob") => {
            http_fault("EKS.", kind)
        }
        Service::Sdk => sdk_fault(integration, kind),
        Service::LambdaArn | Service::Unresolved => optimized_fault("lambda", "invoke", kind),
        Service::Optimized => optimized_fault(&integration.service, &integration.action, kind),
    }
}

/// Recorded on AWS, and docs, "Call HTTPS APIs": the status is in the name, the Cause is the body.
fn http_fault(prefix: &str, kind: FaultKind) -> Option<(String, String)> {
    let (status, text) = match kind {
        FaultKind::Throttling => (429, "Too Many Requests"),
        FaultKind::ServiceError => (503, "Service Unavailable"),
        FaultKind::PermissionDenied => (403, "Forbidden"),
        FaultKind::NotFound => (404, "Not Found"),
        FaultKind::Invalid => (400, "Bad Request"),
        FaultKind::Connection if prefix.starts_with("States.") => {
            return Some((
                "States.Http.Socket".to_owned(),
                "The endpoint did not respond within 60 seconds.".to_owned(),
            ));
        }
        _ => return None,
    };
    Some((format!("{prefix}{status}"), json!({"message": text}).to_string()))
}

fn optimized_fault(service: &str, action: &str, kind: FaultKind) -> Option<(String, String)> {
    let known = table::optimized().get(service)?;
    let action = known.actions.get(action)?;
    let prefix = &known.prefix;
    if kind == FaultKind::Connection {
        return Some((format!("{prefix}.SdkClientException"), CONNECTION_RESET.to_owned()));
    }
    let base = known.base.as_deref()?;
    // The naming rules of the AWS SDK for Java 1.x: AmazonDynamoDB is the one client with a version.
    let client = if base == "AmazonDynamoDB" { "AmazonDynamoDBv2" } else { base };
    // Access denied has no class of its own in the SDK v1 of most services: only a modelled one is preferred.
    let own = of_kind(action.errors(), "", kind);
    let code = own.map_or_else(|| unmodelled(kind).to_owned(), |name| format!("{name}Exception"));
    let cause = format!(
        "{} (Service: {client}; Status Code: {}; Error Code: {code}; Request ID: {REQUEST_ID}; Proxy: null)",
        message(kind),
        http_status(kind, &code)
    );
    Some((format!("{prefix}.{}Exception", own.unwrap_or(base)), cause))
}

fn sdk_fault(integration: &Integration, kind: FaultKind) -> Option<(String, String)> {
    let known = table::sdk().get(&*integration.service)?;
    let prefix = known.prefix?;
    if kind == FaultKind::Connection {
        return Some((format!("{prefix}.SdkClientException"), CONNECTION_RESET.to_owned()));
    }
    let own = of_kind(known.exceptions(), &integration.action, kind);
    let cause = format!(
        "{} (Service: {prefix}, Status Code: {}, Request ID: {REQUEST_ID}) (SDK Attempt Count: 1)",
        message(kind),
        http_status(kind, own.unwrap_or_default())
    );
    // Recorded on AWS: a code without a class becomes the service's base exception, `DynamoDb.DynamoDbException`.
    Some((format!("{prefix}.{}Exception", own.unwrap_or(prefix)), cause))
}

const CONNECTION_RESET: &str = "Unable to execute HTTP request: Connection reset";

fn message(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Throttling => "Rate exceeded",
        FaultKind::PermissionDenied => "User is not authorized to perform this action",
        FaultKind::NotFound => "Requested resource not found",
        FaultKind::Invalid => "1 validation error detected",
        _ => "The service failed to process the request",
    }
}

/// The error code of a fault without a class of its own.
fn unmodelled(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Throttling => "ThrottlingException",
        FaultKind::PermissionDenied => "AccessDeniedException",
        FaultKind::NotFound => "ResourceNotFoundException",
        FaultKind::Invalid => "ValidationException",
        _ => "InternalFailure",
    }
}

fn http_status(kind: FaultKind, code: &str) -> u16 {
    match kind {
        // The status is all that the SDK's base exception tells.
        FaultKind::Throttling if code.is_empty() || code.starts_with("TooManyRequests") => 429,
        FaultKind::NotFound if code.is_empty() => 404,
        FaultKind::PermissionDenied => 403,
        FaultKind::NotFound if code.starts_with("NoSuch") => 404,
        FaultKind::Throttling | FaultKind::NotFound | FaultKind::Invalid => 400,
        _ => 500,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use FaultKind::{
        Connection, FunctionTimeout, Invalid, JobFailed, NotFound, PartialFailure, PermissionDenied,
        ServiceError, Throttling,
    };

    fn of(resource: &str, kind: FaultKind) -> Option<Fault> {
        fault(&Integration::parse(resource).unwrap(), kind)
    }

    #[rstest]
    #[case::lambda("arn:aws:states:::lambda:invoke", Throttling, "Lambda.TooManyRequestsException")]
    #[case::lambda("arn:aws:states:::lambda:invoke", ServiceError, "Lambda.ServiceException")]
    #[case::lambda("arn:aws:states:::lambda:invoke", Connection, "Lambda.SdkClientException")]
    #[case::lambda("arn:aws:states:::lambda:invoke", PermissionDenied, "Lambda.AWSLambdaException")]
    #[case::lambda("arn:aws:states:::lambda:invoke", NotFound, "Lambda.ResourceNotFoundException")]
    #[case::lambda("arn:aws:states:::lambda:invoke", FunctionTimeout, "Sandbox.Timedout")]
    #[case::a_function(
        "arn:aws:lambda:eu-west-1:1:function:f",
        Throttling,
        "Lambda.TooManyRequestsException"
    )]
    #[case::unresolved("${Task}", ServiceError, "Lambda.ServiceException")]
    #[case::table(
        "arn:aws:states:::dynamodb:putItem",
        Throttling,
        "DynamoDB.ProvisionedThroughputExceededException"
    )]
    #[case::table("arn:aws:states:::dynamodb:putItem", PermissionDenied, "DynamoDB.AmazonDynamoDBException")]
    #[case::table("arn:aws:states:::dynamodb:putItem", Invalid, "DynamoDB.AmazonDynamoDBException")]
    #[case::queue("arn:aws:states:::sqs:sendMessage", ServiceError, "SQS.AmazonSQSException")]
    #[case::queue("arn:aws:states:::sqs:sendMessage", Throttling, "SQS.RequestThrottledException")]
    #[case::topic("arn:aws:states:::sns:publish", NotFound, "SNS.NotFoundException")]
    #[case::bus("arn:aws:states:::events:putEvents", PartialFailure, "EventBridge.FailedEntry")]
    #[case::container("arn:aws:states:::ecs:runTask.sync", PartialFailure, "AmazonECS.Unknown")]
    #[case::job("arn:aws:states:::glue:startJobRun.sync", JobFailed, "States.TaskFailed")]
    #[case::endpoint("arn:aws:states:::http:invoke", Throttling, "States.Http.StatusCode.429")]
    #[case::endpoint("arn:aws:states:::http:invoke", Connection, "States.Http.Socket")]
    #[case::api("arn:aws:states:::apigateway:invoke", ServiceError, "ApiGateway.503")]
    #[case::kubernetes("arn:aws:states:::eks:call", PermissionDenied, "EKS.403")]
    #[case::sdk_table("arn:aws:states:::aws-sdk:dynamodb:putItem", Connection, "DynamoDb.SdkClientException")]
    #[case::sdk_object("arn:aws:states:::aws-sdk:s3:getObject", NotFound, "S3.NoSuchKeyException")]
    #[case::sdk_instance("arn:aws:states:::aws-sdk:ec2:runInstances", PermissionDenied, "Ec2.Ec2Exception")]
    #[case::sdk_database(
        "arn:aws:states:::aws-sdk:rds:describeDBInstances",
        NotFound,
        "Rds.DbInstanceNotFoundException"
    )]
    #[case::sdk_database(
        "arn:aws:states:::aws-sdk:rds:describeDBInstances",
        PermissionDenied,
        "Rds.RdsException"
    )]
    #[case::sdk_analyzer(
        "arn:aws:states:::aws-sdk:accessanalyzer:getAnalyzer",
        PermissionDenied,
        "AccessAnalyzer.AccessDeniedException"
    )]
    fn a_fault_has_the_name_that_the_integration_reports(
        #[case] resource: &str,
        #[case] kind: FaultKind,
        #[case] error: &str,
    ) {
        assert_eq!(of(resource, kind).map(|fault| fault.error).as_deref(), Some(error));
    }

    #[rstest]
    #[case::an_activity_makes_no_call("arn:aws:states:us-east-1:1:activity:a", Throttling)]
    #[case::a_table_is_no_job("arn:aws:states:::dynamodb:putItem", JobFailed)]
    #[case::a_job_not_waited_for("arn:aws:states:::glue:startJobRun", JobFailed)]
    #[case::a_queue_has_no_code("arn:aws:states:::sqs:sendMessage", FunctionTimeout)]
    fn what_cannot_happen_is_no_fault(#[case] resource: &str, #[case] kind: FaultKind) {
        assert_eq!(of(resource, kind), None);
    }

    #[test]
    fn causes_have_the_form_of_the_sdk_that_makes_the_call() {
        let one = of("arn:aws:states:::sns:publish", NotFound).unwrap();
        assert_eq!(
            one.cause,
            "Requested resource not found (Service: AmazonSNS; Status Code: 400; Error Code: NotFoundException; \
             Request ID: 11111111-2222-3333-4444-555555555555; Proxy: null)"
        );
        let two = of("arn:aws:states:::aws-sdk:dynamodb:putItem", NotFound).unwrap();
        assert_eq!(
            two.cause,
            "Requested resource not found (Service: DynamoDb, Status Code: 400, \
             Request ID: 11111111-2222-3333-4444-555555555555) (SDK Attempt Count: 1)"
        );
    }

    #[test]
    fn the_cause_of_a_failed_job_is_the_job() {
        let job = of("arn:aws:states:::athena:startQueryExecution.sync", JobFailed).unwrap();
        assert_eq!(job.cause, r#"{"QueryExecution":{"Status":{"State":"FAILED"}}}"#);
        let child = Integration::parse("arn:aws:states:::states:startExecution.sync:2").unwrap();
        let cause = job_failed(&child, "TIMED_OUT").unwrap().cause;
        assert!(cause.contains(r#""Error":"States.Timeout""#), "{cause}");
    }

    #[test]
    fn names_with_two_meanings_say_so() {
        assert!(of("arn:aws:states:::sqs:sendMessage", ServiceError).unwrap().ambiguous);
        assert!(!of("arn:aws:states:::sqs:sendMessage", Throttling).unwrap().ambiguous);
    }

    #[test]
    fn every_fault_has_the_class_that_it_is_injected_for() {
        use crate::catalog::{ErrorClass, class_of_failure};
        let resources =
            ["lambda:invoke", "dynamodb:putItem", "sqs:sendMessage", "sns:publish", "aws-sdk:s3:getObject"];
        for resource in resources {
            for fault in errors(&Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap()) {
                let expected = match fault.kind {
                    Throttling => ErrorClass::Throttling,
                    ServiceError | Connection => ErrorClass::Transient,
                    PermissionDenied => ErrorClass::Permission,
                    NotFound => ErrorClass::NotFound,
                    Invalid => ErrorClass::Validation,
                    FunctionTimeout => ErrorClass::Timeout,
                    PartialFailure | JobFailed => continue,
                };
                assert_eq!(class_of_failure(&fault.error, &fault.cause), expected, "{resource}: {fault:?}");
            }
        }
    }
}
