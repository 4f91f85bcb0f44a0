//! What a task reports when something goes wrong: the error name and a Cause in the form recorded on AWS.

use serde_json::json;

use super::cause::{self, Denial, REQUEST_ID};
use super::class::means_two_things;
use super::exceptions::Client;
use super::integration::{Integration, Service};
use super::representative::of_kind;
use super::status;

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
        FaultKind::PermissionDenied => return denied(integration, Denial::of(integration).as_ref()),
        _ => call_fault(integration, kind, None)?,
    };
    Some(Fault { kind, ambiguous: means_two_things(&error), error, cause })
}

/// How the integration reports an exception that its operation declares, or else, with this status, one without a class
/// of its own; `None` if it calls no API that is known.
pub fn declared_error(
    integration: &Integration,
    exception: &str,
    message: &str,
    status: u16,
) -> Option<(String, String)> {
    let client = Client::of(integration)?;
    let base = client.base?;
    let stem = exception.strip_suffix("Exception").unwrap_or(exception);
    let own = client.declared().find(|declared| declared.stem() == stem);
    let kind = FaultKind::Invalid;
    let cause = match integration.kind {
        Service::Sdk => cause::sdk(client, kind, own.as_ref(), message),
        _ => cause::optimized(&integration.service, client, kind, own.as_ref(), message)?,
    };
    Some(if let Some(own) = own {
        (client.full(&own.name), cause)
    } else {
        let cause = cause.replacen("Status Code: 400", &format!("Status Code: {status}"), 1);
        (client.full(&format!("{base}Exception")), cause)
    })
}

/// How the integration reports that the role may not make the call; without details, only that it may not.
///
/// A class of its own where the service has one, else its base exception: `Ecs.AccessDeniedException`,
/// `DynamoDB.AmazonDynamoDBException`. `None` where nobody knows, or where no call is made.
pub fn denied(integration: &Integration, denial: Option<&Denial>) -> Option<Fault> {
    let kind = FaultKind::PermissionDenied;
    let (error, cause) = call_fault(integration, kind, denial)?;
    Some(Fault { kind, ambiguous: means_two_things(&error), error, cause })
}

/// How it is reported that the execution's role may not assume the role in a task's `Credentials`.
pub fn role_not_assumed(role: &str, target: &str) -> Fault {
    Fault {
        kind: FaultKind::PermissionDenied,
        error: "States.TaskFailed".to_owned(),
        cause: cause::not_assumed(role, target),
        ambiguous: true,
    }
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

/// Error and Cause of a fault of the call itself.
fn call_fault(
    integration: &Integration,
    kind: FaultKind,
    denial: Option<&Denial>,
) -> Option<(String, String)> {
    if integration.kind == Service::Http {
        return http_fault(integration, "States.Http.StatusCode", kind, denial);
    }
    let client = Client::of(integration)?;
    let Some(base) = client.base else { return http_fault(integration, client.prefix, kind, denial) };
    if kind == FaultKind::Connection {
        return Some((client.full("SdkClientException"), cause::CONNECTION_RESET.to_owned()));
    }
    let own = of_kind(client, &integration.action, kind);
    let message = cause::message(kind, denial);
    let cause = match integration.kind {
        Service::Sdk => cause::sdk(client, kind, own.as_ref(), &message),
        _ => cause::optimized(&integration.service, client, kind, own.as_ref(), &message)?,
    };
    // Recorded on AWS: a code without a class becomes the service's base exception, `DynamoDb.DynamoDbException`.
    let error = match &own {
        Some(own) => client.full(&own.name),
        None => client.full(&format!("{base}Exception")),
    };
    Some((error, cause))
}

/// Recorded on AWS, and docs, "Call HTTPS APIs": the status is in the name, the Cause is the body.
fn http_fault(
    integration: &Integration,
    prefix: &str,
    kind: FaultKind,
    denial: Option<&Denial>,
) -> Option<(String, String)> {
    let (status, text) = match kind {
        FaultKind::Throttling => (429, "Too Many Requests"),
        FaultKind::ServiceError => (503, "Service Unavailable"),
        FaultKind::PermissionDenied => (403, "Forbidden"),
        FaultKind::NotFound => (404, "Not Found"),
        FaultKind::Invalid => (400, "Bad Request"),
        FaultKind::Connection if integration.kind == Service::Http => {
            return Some((
                "States.Http.Socket".to_owned(),
                "The endpoint did not respond within 60 seconds.".to_owned(),
            ));
        }
        _ => return None,
    };
    Some((format!("{prefix}.{status}"), cause::body(integration, text, denial)))
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

    #[rstest]
    #[case::a_query_protocol(
        "arn:aws:states:::sns:publish",
        NotFound,
        "Requested resource not found (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; \
         Request ID: 11111111-2222-3333-4444-555555555555; Proxy: null)"
    )]
    #[case::a_client_with_a_version(
        "arn:aws:states:::dynamodb:putItem",
        NotFound,
        "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; \
         Error Code: ResourceNotFoundException; Request ID: 11111111-2222-3333-4444-555555555555; Proxy: null)"
    )]
    #[case::a_code_without_an_ending(
        "arn:aws:states:::states:startExecution",
        NotFound,
        "Requested resource not found (Service: AWSStepFunctions; Status Code: 400; \
         Error Code: StateMachineDoesNotExist; Request ID: 11111111-2222-3333-4444-555555555555; Proxy: null)"
    )]
    #[case::the_newer_sdk(
        "arn:aws:states:::aws-sdk:dynamodb:putItem",
        NotFound,
        "Requested resource not found (Service: DynamoDb, Status Code: 400, \
         Request ID: 11111111-2222-3333-4444-555555555555) (SDK Attempt Count: 1)"
    )]
    #[case::a_denial(
        "arn:aws:states:::lambda:invoke",
        PermissionDenied,
        "User: arn:aws:sts::123456789012:assumed-role/StepFunctionsExecutionRole/abcdefghijklmnopqrstuvwxyzabcdef \
         is not authorized to perform: lambda:InvokeFunction on resource: \
         arn:aws:lambda:us-east-1:123456789012:function:example because no identity-based policy allows the \
         lambda:InvokeFunction action (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; \
         Request ID: 11111111-2222-3333-4444-555555555555; Proxy: null)"
    )]
    #[case::a_denial_of_the_newer_sdk(
        "arn:aws:states:::aws-sdk:sfn:startExecution",
        PermissionDenied,
        "User: arn:aws:sts::123456789012:assumed-role/StepFunctionsExecutionRole/abcdefghijklmnopqrstuvwxyzabcdef \
         is not authorized to perform: states:StartExecution on resource: \
         arn:aws:states:us-east-1:123456789012:stateMachine:example because no identity-based policy allows the \
         states:StartExecution action (Service: Sfn, Status Code: 400, \
         Request ID: 11111111-2222-3333-4444-555555555555) (SDK Attempt Count: 1)"
    )]
    fn a_cause_has_the_form_of_the_sdk_that_makes_the_call(
        #[case] resource: &str,
        #[case] kind: FaultKind,
        #[case] cause: &str,
    ) {
        assert_eq!(of(resource, kind).map(|fault| fault.cause).as_deref(), Some(cause));
    }

    #[rstest]
    #[case::as_it_is(
        "dynamodb:putItem",
        "dynamodb:PutItem",
        "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
        "is not authorized to perform: dynamodb:PutItem on resource: \
         arn:aws:dynamodb:us-east-1:123456789012:table/orders because no identity-based policy allows the \
         dynamodb:PutItem action (Service: "
    )]
    #[case::a_service_in_capitals(
        "sns:publish",
        "sns:Publish",
        "arn:aws:sns:us-east-1:123456789012:alerts",
        "perform: SNS:Publish on resource: arn:aws:sns:us-east-1:123456789012:alerts because"
    )]
    #[case::quoted(
        "aws-sdk:s3:getObject",
        "s3:GetObject",
        "arn:aws:s3:::data/in.json",
        "perform: s3:GetObject on resource: \"arn:aws:s3:::data/in.json\" because"
    )]
    #[case::the_answer_of_an_api("apigateway:invoke", "execute-api:Invoke",
        "arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/",
        r#"{"Message":"User: arn:aws:sts::123456789012:assumed-role/Orders/abcdefghijklmnopqrstuvwxyzabcdef is not authorized"#)]
    fn a_denial_names_role_action_and_resource(
        #[case] call: &str,
        #[case] action: &str,
        #[case] resource: &str,
        #[case] expected: &str,
    ) {
        let integration = Integration::parse(&format!("arn:aws:states:::{call}")).unwrap();
        let denial = Denial { role: "Orders".into(), action: action.into(), resource: Some(resource.into()) };
        let cause = denied(&integration, Some(&denial)).unwrap().cause;
        assert!(cause.contains(expected), "{cause}");
        assert!(cause.contains("assumed-role/Orders/"), "{cause}");
    }

    #[test]
    fn a_role_that_cannot_be_assumed_is_a_denial() {
        use crate::catalog::{ErrorClass, class_of_failure};
        let fault = role_not_assumed("arn:aws:iam::1:role/a", "arn:aws:iam::2:role/b");
        assert_eq!(class_of_failure(&fault.error, &fault.cause), ErrorClass::Permission);
        assert_eq!(
            fault.cause,
            "The role arn:aws:iam::1:role/a is not authorized to assume the task state's role, arn:aws:iam::2:role/b."
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
}
