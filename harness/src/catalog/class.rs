//! What kind of trouble an error name stands for, and so whether trying again makes sense.

use std::fmt;

use serde::Serialize;

/// What kind of trouble an error stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// A fault of service or network; safe to try again after a while.
    Transient,
    /// Too many calls; try again more slowly.
    Throttling,
    /// The outcome is unknown; try again only what may happen twice.
    Timeout,
    /// A limit of the account or resource; trying again helps if it drains.
    Quota,
    /// IAM, resource policy, credentials.
    Permission,
    /// The named resource does not exist.
    NotFound,
    /// The request is malformed.
    Validation,
    /// The definition, the data or the function's code is wrong.
    Logic,
    /// A condition or the state of the resource is in the way.
    Conflict,
    /// A payload is too large.
    DataLimit,
    /// The interpreter cannot go on; never retried or caught.
    Runtime,
    /// The name does not tell.
    Unknown,
}

impl ErrorClass {
    /// All classes.
    pub const ALL: [Self; 12] = [
        Self::Transient,
        Self::Throttling,
        Self::Timeout,
        Self::Quota,
        Self::Permission,
        Self::NotFound,
        Self::Validation,
        Self::Logic,
        Self::Conflict,
        Self::DataLimit,
        Self::Runtime,
        Self::Unknown,
    ];

    /// The stable name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Throttling => "throttling",
            Self::Timeout => "timeout",
            Self::Quota => "quota",
            Self::Permission => "permission",
            Self::NotFound => "not-found",
            Self::Validation => "validation",
            Self::Logic => "logic",
            Self::Conflict => "conflict",
            Self::DataLimit => "data-limit",
            Self::Runtime => "runtime",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The class of an error by its name alone. A name that can mean two things has its usual class, or `Unknown`;
/// [`class_of_failure`] reads the Cause as well.
pub fn class_of(error: &str) -> ErrorClass {
    if let Some((_, class)) = EXACT.iter().find(|(name, _)| *name == error) {
        return *class;
    }
    if let Some(class) = by_status(error) {
        return class;
    }
    let (prefix, name) = error.rsplit_once('.').unwrap_or(("", error));
    let stem = name.strip_suffix("Exception").unwrap_or(name);
    if let Some((_, class)) = OWN.iter().find(|((owner, own), _)| *owner == prefix && *own == stem) {
        return *class;
    }
    match family(stem) {
        ErrorClass::Unknown if is_of_a_service(prefix, name) => by_ending(stem),
        class => class,
    }
}

/// Whether a name looks like an exception of AWS: functions may call theirs what they like.
fn is_of_a_service(prefix: &str, name: &str) -> bool {
    name.ends_with("Exception")
        && prefix.starts_with(|first: char| first.is_ascii_uppercase())
        && !prefix.contains('.')
}

/// What the end of an exception's name tells: `DbInstanceNotFound`.
fn by_ending(stem: &str) -> ErrorClass {
    let ends = |endings: &[&str]| endings.iter().any(|ending| stem.ends_with(ending));
    if ends(&["NotFound", "DoesNotExist"]) {
        ErrorClass::NotFound
    } else if ends(&["AccessDenied"]) {
        ErrorClass::Permission
    } else if ends(&["AlreadyExists", "InUse"]) {
        ErrorClass::Conflict
    } else if ends(&["LimitExceeded", "QuotaExceeded"]) {
        ErrorClass::Quota
    } else {
        ErrorClass::Unknown
    }
}

/// The class of a failure: by its name, and by the HTTP status in the Cause where the name means two things.
pub fn class_of_failure(error: &str, cause: &str) -> ErrorClass {
    if error == "EventBridge.FailedEntry" {
        let transient = ["ThrottlingException", "InternalFailure", "InternalException"];
        let again = transient.iter().any(|code| cause.contains(code));
        return if again { ErrorClass::Transient } else { ErrorClass::Validation };
    }
    // Recorded on AWS: how a role in `Credentials` that cannot be assumed is reported.
    if error == "States.TaskFailed" && cause.contains(" is not authorized to assume the task state's role") {
        return ErrorClass::Permission;
    }
    if !means_two_things(error) {
        return class_of(error);
    }
    class_of_cause(cause).unwrap_or_else(|| class_of(error))
}

/// The class by the error code, the message or the HTTP status in a Cause alone, for names that say nothing.
pub fn class_of_cause(cause: &str) -> Option<ErrorClass> {
    let by_code = error_code(cause).map(family).filter(|class| *class != ErrorClass::Unknown);
    by_code.or_else(|| said(cause)).or_else(|| status_code(cause).map(class_of_status))
}

/// What the message of a Cause says, where neither code nor status do: many services answer 400 to whatever they
/// refuse.
fn said(cause: &str) -> Option<ErrorClass> {
    let message = cause.split_once(" (Service: ").map_or(cause, |(message, _)| message).to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["not authorized to", "access denied", "accessdenied"]) {
        Some(ErrorClass::Permission)
    } else if says(&["rate exceeded", "throttl", "too many requests"]) {
        Some(ErrorClass::Throttling)
    } else if says(&["not found", "does not exist", "name or service not known"]) {
        Some(ErrorClass::NotFound)
    } else {
        None
    }
}

/// Whether a name stands both for faults that pass and for errors that do not.
///
/// Base exceptions of a service collect every code without a class, access denied and server faults alike.
pub fn means_two_things(error: &str) -> bool {
    if matches!(
        error,
        "SQS.SdkClientException" | "AmazonECS.Unknown" | "Lambda.Unknown" | "EventBridge.FailedEntry"
    ) {
        return true;
    }
    let Some((prefix, name)) = error.split_once('.') else { return false };
    let Some(stem) = name.strip_suffix("Exception") else { return false };
    let bare = stem.strip_prefix("Amazon").or_else(|| stem.strip_prefix("AWS")).unwrap_or(stem);
    // `AWSGlueDataBrew` belongs to `DataBrew`.
    !bare.is_empty() && bare.strip_prefix("Glue").filter(|rest| !rest.is_empty()).unwrap_or(bare) == prefix
}

/// `States.Http.StatusCode.429`, `ApiGateway.403`, `EKS.409`.
fn by_status(error: &str) -> Option<ErrorClass> {
    let status = ["States.Http.StatusCode.", "ApiGateway.", "EKS."]
        .into_iter()
        .find_map(|prefix| error.strip_prefix(prefix))?;
    let status: u16 = status.parse().ok()?;
    Some(class_of_status(status))
}

/// Docs, "Call HTTPS APIs": 429 and 5xx are worth another try; RFC 9110 for the rest.
fn class_of_status(status: u16) -> ErrorClass {
    match status {
        429 => ErrorClass::Throttling,
        401 | 403 => ErrorClass::Permission,
        404 => ErrorClass::NotFound,
        408 => ErrorClass::Timeout,
        409 => ErrorClass::Conflict,
        300..=499 => ErrorClass::Validation,
        500..=599 => ErrorClass::Transient,
        _ => ErrorClass::Unknown,
    }
}

/// The number after `Status Code:`.
fn status_code(cause: &str) -> Option<u16> {
    let rest = cause.split_once("Status Code: ")?.1;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

/// The text after `Error Code:`, without `Exception`.
fn error_code(cause: &str) -> Option<&str> {
    let code = cause.split_once("Error Code: ")?.1.split(';').next()?;
    Some(code.strip_suffix("Exception").unwrap_or(code))
}

/// The class of an exception that means the same in every service.
fn family(stem: &str) -> ErrorClass {
    let belongs = |names: &str| names.split_whitespace().any(|name| name.eq_ignore_ascii_case(stem));
    FAMILIES.iter().find(|(_, names)| belongs(names)).map_or(ErrorClass::Unknown, |(class, _)| *class)
}

/// Names that are looked up as they are.
const EXACT: [(&str, ErrorClass); 21] = [
    ("States.Timeout", ErrorClass::Timeout),
    ("States.HeartbeatTimeout", ErrorClass::Timeout),
    ("States.Http.Socket", ErrorClass::Timeout),
    ("Sandbox.Timedout", ErrorClass::Timeout),
    ("Lambda.Unknown", ErrorClass::Timeout),
    ("States.Permissions", ErrorClass::Permission),
    ("States.DataLimitExceeded", ErrorClass::DataLimit),
    ("States.Runtime", ErrorClass::Runtime),
    ("Runtime.ExitError", ErrorClass::Logic),
    ("Runtime.OutOfMemory", ErrorClass::Logic),
    ("States.QueryEvaluationError", ErrorClass::Logic),
    ("States.ExceedToleratedFailureThreshold", ErrorClass::Logic),
    ("AmazonECS.Unknown", ErrorClass::Transient),
    ("Events.ConnectionResource.InternalError", ErrorClass::Transient),
    ("Events.ConnectionResource.ConcurrentModification", ErrorClass::Transient),
    ("Events.ConnectionResource.AuthInProgress", ErrorClass::Transient),
    ("Events.ConnectionResource.AccessDenied", ErrorClass::Permission),
    ("Events.ConnectionResource.ResourceNotFound", ErrorClass::NotFound),
    ("Events.ConnectionResource.InvalidConnectionState", ErrorClass::Conflict),
    ("Events.ConnectionResource.InvalidPrivateConnectionState", ErrorClass::Conflict),
    ("java.lang.NullPointerException", ErrorClass::Logic),
];

/// Names that mean something else in one service than in all others.
const OWN: [((&str, &str), ErrorClass); 14] = [
    (("Lambda", "AWSLambda"), ErrorClass::Transient),
    (("Lambda", "ClientExecutionTimeout"), ErrorClass::Timeout),
    (("Lambda", "ResourceConflict"), ErrorClass::Transient),
    (("Lambda", "EFSMountTimeout"), ErrorClass::Transient),
    (("ECS", "AmazonECS"), ErrorClass::Transient),
    (("ECS", "Client"), ErrorClass::Validation),
    (("EKS", "Client"), ErrorClass::Validation),
    (("Batch", "AWSBatch"), ErrorClass::Transient),
    (("Batch", "Client"), ErrorClass::Validation),
    (("DynamoDB", "AmazonDynamoDB"), ErrorClass::Validation),
    (("Sfn", "InvalidToken"), ErrorClass::Logic),
    (("Sfn", "TaskDoesNotExist"), ErrorClass::Logic),
    (("Sfn", "TaskTimedOut"), ErrorClass::Logic),
    (("Glue", "ConcurrentRunsExceeded"), ErrorClass::Quota),
];

/// Exceptions that mean the same in every service, without `Exception`; the first family wins.
/// Sources: botocore 1.44.5 retry lists and API models (Apache-2.0), AWS common errors, names of the language runtimes.
const FAMILIES: [(ErrorClass, &str); 9] = [
    (
        ErrorClass::Throttling,
        "Throttling Throttled ThrottledClient RequestThrottled TooManyRequests ProvisionedThroughputExceeded RequestLimitExceeded \
         BandwidthLimitExceeded SlowDown EC2Throttled KmsThrottled KmsThrottling EKSRequestThrottled",
    ),
    (
        ErrorClass::Transient,
        "InternalServer InternalServerError InternalService InternalServiceError InternalFailure InternalError Internal \
         Service ServiceFailure ServiceUnavailable ServiceInternalError Server PriorRequestNotComplete SdkClient ModelNotReady ModelError \
         DependencyFailed ReplicatedWriteConflict TransactionConflict TransactionInProgress RequestTimeout \
         ModelTimeout OperationTimeout EC2Unexpected ENILimitReached ENINotReady SubnetIPAddressLimitReached \
         EFSMountConnectivity EFSIO SnapStartNotReady SnapStartTimeout ResourceNotReady CodeArtifactUserPending \
         S3FilesMountTimeout S3FilesMountConnectivity ConnectionError ECONNRESET ECONNREFUSED",
    ),
    (ErrorClass::Timeout, "TaskTimedOut TimeoutError ETIMEDOUT"),
    (
        ErrorClass::Quota,
        "LimitExceeded ServiceQuotaExceeded ResourceLimitExceeded ResourceNumberLimitExceeded AccountLimitExceeded \
         ConcurrentRunsExceeded ExecutionLimitExceeded TooManyTags ItemCollectionSizeLimitExceeded",
    ),
    (
        ErrorClass::Permission,
        "AccessDenied Unauthorized UnauthorizedOperation NotAuthorized Forbidden AuthorizationError ExpiredToken \
         InvalidSignature UnrecognizedClient OptInRequired KmsOptInRequired MissingAuthenticationToken EC2AccessDenied \
         KmsAccessDenied KmsDisabled KmsInvalidState KmsNotFound",
    ),
    (
        ErrorClass::NotFound,
        "ResourceNotFound NotFound EntityNotFound NoSuchKey NoSuchBucket NoSuchUpload QueueDoesNotExist \
         StateMachineDoesNotExist ExecutionDoesNotExist ActivityDoesNotExist TaskDoesNotExist ClusterNotFound \
         DbInstanceNotFound ParameterNotFound NoSuchEntity",
    ),
    (
        ErrorClass::Conflict,
        "ConditionalCheckFailed TransactionCanceled Conflict ResourceInUse ResourceConflict ResourceAlreadyExists \
         AlreadyExists ConcurrentModification ExecutionAlreadyExists IdempotentParameterMismatch DuplicateItem \
         BucketAlreadyExists BucketAlreadyOwnedByYou InvalidState PreconditionFailed",
    ),
    (
        ErrorClass::Validation,
        "Validation InvalidParameter InvalidParameterValue InvalidParameterCombination InvalidRequest InvalidInput \
         InvalidArgument BadRequest MalformedPolicyDocument InvalidArn InvalidName InvalidToken InvalidExecutionInput \
         InvalidOutput UnsupportedOperation UnprocessableEntity Serialization InvalidRequestContent RequestTooLarge \
         UnsupportedMediaType InvalidRuntime InvalidZipFile InvalidSecurityGroupID InvalidSubnetID RecursiveInvocation \
         SerializedRequestEntityTooLarge",
    ),
    (
        ErrorClass::Logic,
        "TypeError ReferenceError SyntaxError RangeError KeyError IndexError AttributeError NameError ValueError \
         ZeroDivisionError AssertionError",
    ),
];

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_throttled_function("Lambda.TooManyRequestsException", ErrorClass::Throttling)]
    #[case::a_throttled_table("DynamoDB.ProvisionedThroughputExceededException", ErrorClass::Throttling)]
    #[case::any_service("AccessAnalyzer.ThrottlingException", ErrorClass::Throttling)]
    #[case::a_server_fault("Lambda.ServiceException", ErrorClass::Transient)]
    #[case::a_connection_fault("SNS.SdkClientException", ErrorClass::Transient)]
    #[case::a_base_exception_by_its_usual_meaning("Lambda.AWSLambdaException", ErrorClass::Transient)]
    #[case::acronyms_in_both_spellings("SNS.KMSAccessDeniedException", ErrorClass::Permission)]
    #[case::a_quota("Glue.ConcurrentRunsExceededException", ErrorClass::Quota)]
    #[case::a_condition("DynamoDB.ConditionalCheckFailedException", ErrorClass::Conflict)]
    #[case::a_missing_object("S3.NoSuchKeyException", ErrorClass::NotFound)]
    #[case::a_missing_thing("Rds.DbSnapshotNotFoundException", ErrorClass::NotFound)]
    #[case::a_denial_in_a_service("DatabaseMigration.S3AccessDeniedException", ErrorClass::Permission)]
    #[case::a_functions_own_missing_thing("OrderNotFoundException", ErrorClass::Unknown)]
    #[case::a_functions_own_missing_thing("com.acme.OrderNotFoundException", ErrorClass::Unknown)]
    #[case::an_http_status("States.Http.StatusCode.503", ErrorClass::Transient)]
    #[case::a_throttling_status("ApiGateway.429", ErrorClass::Throttling)]
    #[case::a_denying_status("EKS.401", ErrorClass::Permission)]
    #[case::a_function_timeout("Sandbox.Timedout", ErrorClass::Timeout)]
    #[case::a_token_of_the_past("Sfn.TaskTimedOutException", ErrorClass::Logic)]
    #[case::a_bug("TypeError", ErrorClass::Logic)]
    #[case::a_name_of_the_functions_own("PaymentDeclined", ErrorClass::Unknown)]
    #[case::the_interpreter("States.Runtime", ErrorClass::Runtime)]
    #[case::a_failed_job("States.TaskFailed", ErrorClass::Unknown)]
    fn a_name_has_a_class(#[case] error: &str, #[case] expected: ErrorClass) {
        assert_eq!(class_of(error), expected);
    }

    #[rstest]
    #[case::a_denial(
        "x (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: 1)",
        ErrorClass::Permission
    )]
    #[case::a_server_fault(
        "x (Service: AWSLambda; Status Code: 500; Error Code: Oops; Request ID: 1)",
        ErrorClass::Transient
    )]
    #[case::a_rejected_request("x (Service: Rds, Status Code: 400, Request ID: 1)", ErrorClass::Validation)]
    #[case::a_denial_with_the_status_of_any_mistake(
        "User: x is not authorized to perform: y because z (Service: Rds, Status Code: 400, Request ID: 1)",
        ErrorClass::Permission
    )]
    #[case::too_many_calls(
        "Rate exceeded (Service: Rds, Status Code: 400, Request ID: 1)",
        ErrorClass::Throttling
    )]
    #[case::no_details("something", ErrorClass::Transient)]
    fn the_cause_tells_the_two_meanings_of_a_name_apart(#[case] cause: &str, #[case] expected: ErrorClass) {
        assert_eq!(class_of_failure("Lambda.AWSLambdaException", cause), expected);
    }

    #[rstest]
    #[case("Lambda.AWSLambdaException", true)]
    #[case("SQS.AmazonSQSException", true)]
    #[case("DataBrew.AWSGlueDataBrewException", true)]
    #[case("Glue.AWSGlueException", true)]
    #[case("Rds.RdsException", true)]
    #[case("Rds.ThrottlingException", false)]
    #[case("Lambda.TooManyRequestsException", false)]
    #[case("Exception", false)]
    fn base_exceptions_mean_two_things(#[case] error: &str, #[case] expected: bool) {
        assert_eq!(means_two_things(error), expected);
    }
}
