//! Which of a service's exceptions stands for a kind of fault.

use super::exceptions::{Client, Exception};
use super::fault::FaultKind;

/// The exception that a fault of this kind is reported with; `None` where it is the base exception.
///
/// First among those that the operation declares; else one that any call may meet, whichever operation of the service
/// declares it. Among several missing things the one that the action names is meant: `DbInstanceNotFound` of
/// `describeDBInstances`.
pub(super) fn of_kind(client: Client, action: &str, kind: FaultKind) -> Option<Exception> {
    let usual = usual(kind);
    let declared: Vec<_> = client.declared().collect();
    let named = |exceptions: &[Exception]| {
        usual.iter().find_map(|name| exceptions.iter().find(|found| found.stem() == *name).cloned())
    };
    // Docs, tutorial "Gather Amazon S3 bucket info": a bucket that may not be accessed is `S3.S3Exception`. The class
    // `AccessDenied` is declared by `UpdateObjectEncryption` alone.
    let is_borrowed = !(client.prefix == "S3" && kind == FaultKind::PermissionDenied);
    let is_usable = |found: &Exception| is_borrowed && is_common(found.stem());
    let common = || client.of_service().filter(is_usable).collect::<Vec<_>>();
    if kind == FaultKind::NotFound {
        return declared.iter().find(|found| is_named(found, action)).cloned().or_else(|| named(&declared));
    }
    named(&declared).or_else(|| named(&common()))
}

/// Whether any call of a service may meet this exception, without `Exception`, whether it declares it or not: the
/// front of every service answers with its code.
pub(super) fn is_common(stem: &str) -> bool {
    COMMON.contains(&stem)
}

fn usual(kind: FaultKind) -> &'static [&'static str] {
    match kind {
        FaultKind::Throttling => &THROTTLING,
        FaultKind::ServiceError => &SERVICE_ERROR,
        FaultKind::PermissionDenied => &DENIED,
        FaultKind::NotFound => &NOT_FOUND,
        FaultKind::Invalid => &INVALID,
        FaultKind::Connection
        | FaultKind::FunctionTimeout
        | FaultKind::PartialFailure
        | FaultKind::JobFailed => &[],
    }
}

/// Whether the thing that is missing is what the action is about.
fn is_named(exception: &Exception, action: &str) -> bool {
    let thing = exception.stem().strip_suffix("NotFound").unwrap_or_default();
    !thing.is_empty() && action.to_ascii_lowercase().contains(&thing.to_ascii_lowercase())
}

/// AWS, "Common Errors" of each API reference.
const COMMON: [&str; 12] = [
    "AccessDenied",
    "ExpiredToken",
    "IncompleteSignature",
    "InternalFailure",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "RequestTimeout",
    "ServiceUnavailable",
    "Throttling",
    "UnrecognizedClient",
    "Validation",
];

const THROTTLING: [&str; 9] = [
    "TooManyRequests",
    "ProvisionedThroughputExceeded",
    "Throttling",
    "RequestThrottled",
    "Throttled",
    "RequestLimitExceeded",
    "SlowDown",
    "ThrottledClient",
    "EC2Throttled",
];

const SERVICE_ERROR: [&str; 12] = [
    "Service",
    "InternalServer",
    "InternalServerError",
    "InternalService",
    "InternalServiceError",
    "InternalFailure",
    "InternalError",
    "Internal",
    "Server",
    "ServiceUnavailable",
    "ServiceFailure",
    "ServiceInternalError",
];

/// SNS answers `AuthorizationError` where others deny access.
const DENIED: [&str; 2] = ["AccessDenied", "AuthorizationError"];

const NOT_FOUND: [&str; 9] = [
    "ResourceNotFound",
    "NotFound",
    "EntityNotFound",
    "QueueDoesNotExist",
    "StateMachineDoesNotExist",
    "ClusterNotFound",
    "NoSuchKey",
    "NoSuchBucket",
    "NoSuchEntity",
];

const INVALID: [&str; 9] = [
    "Validation",
    "InvalidParameterValue",
    "InvalidParameter",
    "InvalidRequest",
    "InvalidInput",
    "InvalidArgument",
    "BadRequest",
    "InvalidRequestContent",
    "Client",
];

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::catalog::Integration;
    use FaultKind::{Invalid, NotFound, PermissionDenied, ServiceError, Throttling};

    #[rstest]
    #[case::declared("dynamodb:putItem", Throttling, Some("ProvisionedThroughputExceededException"))]
    #[case::declared("dynamodb:putItem", ServiceError, Some("InternalServerErrorException"))]
    #[case::of_no_operation("dynamodb:putItem", PermissionDenied, None)]
    #[case::of_another_operation("glue:startJobRun", PermissionDenied, Some("AccessDeniedException"))]
    #[case::of_a_new_operation_only("aws-sdk:s3:putObject", PermissionDenied, None)]
    #[case::by_another_name("sns:publish", PermissionDenied, Some("AuthorizationErrorException"))]
    #[case::named_by_the_action(
        "aws-sdk:rds:describeDBInstances",
        NotFound,
        Some("DbInstanceNotFoundException")
    )]
    #[case::what_is_missing_is_not_borrowed("aws-sdk:rds:describeEvents", NotFound, None)]
    #[case::malformed("aws-sdk:secretsmanager:getSecretValue", Invalid, Some("InvalidParameterException"))]
    #[case::no_exceptions_at_all("aws-sdk:ec2:runInstances", Throttling, None)]
    fn an_exception_stands_for_its_kind(
        #[case] call: &str,
        #[case] kind: FaultKind,
        #[case] expected: Option<&str>,
    ) {
        let integration = Integration::parse(&format!("arn:aws:states:::{call}")).unwrap();
        let client = Client::of(&integration).unwrap();
        let found = of_kind(client, &integration.action, kind);
        assert_eq!(found.as_ref().map(|found| &*found.name), expected);
    }
}
