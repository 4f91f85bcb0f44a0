//! Which error names an integration can report.
//!
//! `Some(false)` says that a retrier or catcher is dead code, so it needs a proof: a name that is reserved and never
//! reported, the prefix of another service, or a slip of the pen in a real name. All else is not known.

use super::class::{ErrorClass, class_of};
use super::correction::suggest;
use super::exceptions::Client;
use super::integration::{Integration, Service};
use super::representative::is_common;
use super::status::sdk_service;
use super::table::{self, Evidence};
use crate::spelling;

/// Names in the language specification that AWS never reports: it says `States.Runtime`, or the branch's own error.
///
/// Docs, "Error names": reserved for future use.
const RESERVED: [&str; 5] = [
    "States.BranchFailed",
    "States.IntrinsicFailure",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.ResultPathMatchFailure",
];

/// Names that Step Functions itself reports of tasks, and matchers.
pub(super) const INTERPRETER: [&str; 7] = [
    "States.ALL",
    "States.DataLimitExceeded",
    "States.HeartbeatTimeout",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.TaskFailed",
    "States.Timeout",
];

/// Names that Step Functions reports of distributed Maps only. Docs, "Error names".
pub(super) const OF_MAPS: [&str; 3] =
    ["States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed", "States.ResultWriterFailed"];

/// What Lambda reports beside the exceptions of its API model: the client, and what ends a function from outside.
const LAMBDA_EXTRA: [&str; 5] = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "Sandbox.Timedout",
];

/// Docs, "Call HTTPS APIs": what an EventBridge connection reports, behind `Events.ConnectionResource.`.
const CONNECTION: [&str; 7] = [
    "AccessDenied",
    "AuthInProgress",
    "ConcurrentModification",
    "InternalError",
    "InvalidConnectionState",
    "InvalidPrivateConnectionState",
    "ResourceNotFound",
];

/// Recorded on AWS: error codes without a class in their service, by the name after `aws-sdk:`.
const WITHOUT_CLASS: [(&str, &str); 2] =
    [("dynamodb", "ValidationException"), ("secretsmanager", "ValidationException")];

/// Whether a task with this integration can report this error name.
///
/// `Some(false)` only when it is certain; `None` when it is not known, which includes whatever functions and workers
/// may call their errors. Names that only a timer or a query language brings about are reported as far as the
/// integration goes.
///
/// ```
/// use sfn_chaos::catalog::{Integration, can_report};
///
/// let put = Integration::parse("arn:aws:states:::dynamodb:putItem")?;
/// assert_eq!(can_report(&put, "DynamoDB.ConditionalCheckFailedException"), Some(true));
/// assert_eq!(can_report(&put, "DynamoDb.ConditionalCheckFailedException"), Some(false));
/// # Ok::<(), String>(())
/// ```
pub fn can_report(integration: &Integration, error: &str) -> Option<bool> {
    if is_never_matched(error) || is_of_maps(error) {
        return Some(false);
    }
    if let Some(status) = error.strip_prefix("States.Http.StatusCode.") {
        return http_status(integration, status);
    }
    if error == "States.Http.Socket" {
        return own_name(integration, Service::Http);
    }
    if error.starts_with("Events.ConnectionResource.") {
        return own_name(integration, Service::Http).filter(|own| !own || is_known(integration, error));
    }
    if INTERPRETER.contains(&error) {
        return Some(true);
    }
    if let Some(status) = own_status(integration, error) {
        return Some(is_error_status(status));
    }
    if error.starts_with("States.") {
        return suggest(integration, error).map(|_| false);
    }
    if is_known(integration, error) {
        return Some(true);
    }
    if is_of_another_operation(integration, error) {
        return None;
    }
    if is_slip(integration, error) || is_without_class(integration, error) {
        return Some(false);
    }
    by_prefix(integration, error)
}

/// Whether no handler ever matches the name: Step Functions reserves it and reports another, or lets nothing match it.
pub fn is_never_matched(error: &str) -> bool {
    // Docs, "Error names": States.Runtime is reported, but never retried or caught.
    RESERVED.contains(&error) || error == "States.Runtime"
}

/// Whether only a distributed Map reports the name.
pub fn is_of_maps(error: &str) -> bool {
    OF_MAPS.contains(&error)
}

/// Whether a name with the right prefix is certainly none of the service's: its ending is missing, or it is one letter
/// away from a real one and not an exception that is common in AWS, which this service may have got in the meantime.
///
/// Of the 5,842 exceptions of the API models, 6 are one letter away from another one of their service.
fn is_slip(integration: &Integration, error: &str) -> bool {
    let Some((prefix, name)) = error.split_once('.') else { return false };
    let Some(meant) = suggest(integration, error) else { return false };
    let Some((own, real)) = meant.split_once('.') else { return false };
    if own != prefix || is_base(integration, name) {
        return false;
    }
    // Only SDK v2 and the recorded services have a spelling of acronyms that is certain.
    if real.eq_ignore_ascii_case(name) {
        return evidence(integration) == Some(Evidence::Recorded);
    }
    match name.strip_suffix("Exception") {
        Some(_) => class_of(name) == ErrorClass::Unknown && spelling::edits(real, name) == 1,
        None => true,
    }
}

/// Whether a name is the base exception of the service in either form. Which of them an optimized integration reports
/// is not certain where it was not recorded; an SDK integration has its own.
pub(super) fn is_base(integration: &Integration, name: &str) -> bool {
    let Some(stem) = name.strip_suffix("Exception") else { return false };
    let bare = stem.strip_prefix("Amazon").or_else(|| stem.strip_prefix("AWS")).unwrap_or(stem);
    let is_own = Client::of(integration).is_some_and(|client| bare.eq_ignore_ascii_case(client.prefix));
    let base = optimized_sibling(integration).and_then(|entry| entry.base.as_deref());
    is_own || base == Some(stem) || sdk_sibling(integration) == Some(stem)
}

pub(super) fn is_without_class(integration: &Integration, error: &str) -> bool {
    let service = sdk_service(&integration.service);
    prefix_is_of_service(integration, error)
        && error.split_once('.').is_some_and(|(_, name)| WITHOUT_CLASS.contains(&(service, name)))
}

pub(super) fn prefix_is_of_service(integration: &Integration, error: &str) -> bool {
    let prefix = error.split_once('.').map_or("", |(prefix, _)| prefix);
    let own = prefix_of(integration);
    own.is_some_and(|own| prefix.eq_ignore_ascii_case(own))
        || sibling(integration).is_some_and(|other| prefix.eq_ignore_ascii_case(other))
}

/// Whether the service has the exception, but for other operations than this one: models are not complete, and the
/// SDK knows the class wherever the service answers with it.
fn is_of_another_operation(integration: &Integration, error: &str) -> bool {
    let Some(client) = Client::of(integration) else { return false };
    error.split_once('.').is_some_and(|(prefix, name)| {
        prefix == client.prefix && client.of_service().any(|exception| exception.name == name)
    })
}

/// Whether the names of its errors are up to somebody's code.
pub(super) fn answers_in_its_own_words(integration: &Integration) -> bool {
    integration.is_lambda() || integration.is_answered_by_worker()
}

/// What is certain from the prefix of a name nobody has heard of.
fn by_prefix(integration: &Integration, error: &str) -> Option<bool> {
    if answers_in_its_own_words(integration) {
        return None;
    }
    let own = prefix_of(integration).filter(|_| integration.is_known())?;
    let Some((prefix, name)) = error.split_once('.') else {
        // Recorded on AWS: errors of service integrations always carry the prefix of the service.
        return Some(false);
    };
    let is_certain = evidence(integration) == Some(Evidence::Recorded);
    if prefix == own {
        // The SDK for Java 2.x ends every class in `Exception`, and has one base exception a service.
        let is_none = !name.ends_with("Exception") || is_base(integration, name);
        return (integration.kind == Service::Sdk && is_none).then_some(false);
    }
    if prefix_is_of_service(integration, error) {
        // Recorded on AWS: `DynamoDB.` when optimized, `DynamoDb.` by the SDK; where the prefix is only inferred,
        // the other spelling may be the real one.
        return is_certain.then_some(false);
    }
    (is_certain || is_prefix(prefix) || matches!(prefix, "Sandbox" | "Runtime")).then_some(false)
}

/// What the names of the integration's errors start with.
fn prefix_of(integration: &Integration) -> Option<&'static str> {
    match integration.kind {
        Service::Http => Some("States"),
        Service::Unresolved => None,
        _ => Client::of(integration).map(|client| client.prefix),
    }
}

/// How well the prefix is known.
fn evidence(integration: &Integration) -> Option<Evidence> {
    match integration.kind {
        Service::Http => Some(Evidence::Recorded),
        _ => Client::of(integration).map(|client| client.evidence),
    }
}

/// The prefix of the same service when it is called the other way.
fn sibling(integration: &Integration) -> Option<&'static str> {
    match integration.kind {
        Service::Optimized => sdk_sibling(integration),
        Service::Sdk => optimized_sibling(integration).map(|known| known.prefix.as_str()),
        Service::LambdaArn | Service::Activity | Service::Http | Service::Unresolved => None,
    }
}

fn sdk_sibling(integration: &Integration) -> Option<&'static str> {
    table::sdk().get(sdk_service(&integration.service))?.prefix
}

fn optimized_sibling(integration: &Integration) -> Option<&'static table::Optimized> {
    let service = sdk_service(&integration.service);
    table::optimized().iter().find(|(name, _)| sdk_service(name) == service).map(|(_, known)| known)
}

/// Whether some service's errors start with this.
fn is_prefix(prefix: &str) -> bool {
    table::optimized().values().any(|known| known.prefix == prefix)
        || table::sdk().values().any(|known| known.prefix == Some(prefix))
}

/// Whether a name of another kind of integration can come from here.
fn own_name(integration: &Integration, owner: Service) -> Option<bool> {
    match integration.kind {
        kind if kind == owner => Some(true),
        Service::Unresolved | Service::Activity => None,
        _ if integration.is_answered_by_worker() => None,
        _ => Some(false),
    }
}

fn http_status(integration: &Integration, status: &str) -> Option<bool> {
    if is_error_status(status) { own_name(integration, Service::Http) } else { Some(false) }
}

/// The number in `ApiGateway.403` or `EKS.409`, at an integration that reports statuses.
fn own_status<'a>(integration: &Integration, error: &'a str) -> Option<&'a str> {
    let client = Client::of(integration).filter(|client| client.base.is_none())?;
    let status = error.strip_prefix(client.prefix)?.strip_prefix('.')?;
    status.bytes().all(|byte| byte.is_ascii_digit()).then_some(status)
}

/// 200 is no error.
pub(super) fn is_error_status(status: &str) -> bool {
    status.parse::<u16>().is_ok_and(|code| (100..600).contains(&code) && !(200..300).contains(&code))
}

/// Whether [`known`] has the name.
pub(super) fn is_known(integration: &Integration, error: &str) -> bool {
    let is_connection = integration.kind == Service::Http
        && error.strip_prefix("Events.ConnectionResource.").is_some_and(|name| CONNECTION.contains(&name));
    if is_connection || extra(integration).any(|name| name == error) {
        return true;
    }
    let Some(client) = Client::of(integration) else { return false };
    let Some(base) = client.base else { return false };
    let Some((prefix, name)) = error.split_once('.') else { return false };
    let Some(stem) = name.strip_suffix("Exception") else { return false };
    prefix == client.prefix
        && (stem == base
            || stem == "SdkClient"
            || client.declared().any(|exception| exception.name == name)
            || (is_common(stem) && client.of_service().any(|exception| exception.name == name)))
}

/// Every name that the integration is known to report: the exceptions of its operation, those that any call may meet,
/// and names that follow no rule.
pub(super) fn known(integration: &Integration) -> impl Iterator<Item = String> {
    let client = Client::of(integration).filter(|client| client.base.is_some());
    let exceptions = client.into_iter().flat_map(|client| {
        let common = client.of_service().filter(|exception| is_common(exception.stem()));
        let names = client.declared().chain(common).map(move |exception| client.full(&exception.name));
        let base = client.base.map(|base| client.full(&format!("{base}Exception")));
        names.chain(base).chain([client.full("SdkClientException")])
    });
    let connection = (integration.kind == Service::Http).then_some(CONNECTION);
    let connection =
        connection.into_iter().flatten().map(|reason| format!("Events.ConnectionResource.{reason}"));
    exceptions.chain(connection).chain(extra(integration).map(str::to_owned))
}

/// Names that follow no rule.
fn extra(integration: &Integration) -> impl Iterator<Item = &'static str> {
    let is_optimized = integration.kind == Service::Optimized;
    let names: &[&str] = if integration.is_lambda() {
        &LAMBDA_EXTRA
    } else if is_optimized && integration.is("events", "putEvents") {
        // Docs, "EventBridge": a 200 with entries that failed is an error.
        &["EventBridge.FailedEntry"]
    } else if is_optimized && integration.is("ecs", "runTask") {
        // Docs, "Amazon ECS": a 200 with failures is an error, where the task waits.
        &["AmazonECS.Unknown"]
    } else {
        &[]
    };
    names.iter().copied()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const LAMBDA: &str = "arn:aws:states:::lambda:invoke";
    const PUT: &str = "arn:aws:states:::dynamodb:putItem";
    const SDK_PUT: &str = "arn:aws:states:::aws-sdk:dynamodb:putItem";
    const GET: &str = "arn:aws:states:::dynamodb:getItem";
    const GLUE: &str = "arn:aws:states:::glue:startJobRun.sync";
    const EMR: &str = "arn:aws:states:::elasticmapreduce:addStep";
    const HTTP: &str = "arn:aws:states:::http:invoke";
    const API: &str = "arn:aws:states:::apigateway:invoke";
    const TOKEN: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    const CHILD: &str = "arn:aws:states:::states:startExecution.sync:2";

    #[rstest]
    #[case::its_own_exception(LAMBDA, "Lambda.TooManyRequestsException", Some(true))]
    #[case::a_function_names_errors_as_it_likes(LAMBDA, "PaymentDeclined", None)]
    #[case::a_function_may_rethrow(LAMBDA, "DynamoDB.ThrottlingException", None)]
    #[case::a_slip_of_the_pen(LAMBDA, "Lambda.TooManyRequestException", Some(false))]
    #[case::close_to_a_name_but_real_elsewhere(PUT, "DynamoDB.ThrottledException", None)]
    #[case::an_unheard_exception_of_its_own(LAMBDA, "Lambda.SomethingQuiteNewException", None)]
    #[case::a_function_timeout(LAMBDA, "Sandbox.Timedout", Some(true))]
    #[case::another_services_exception(PUT, "Lambda.ServiceException", Some(false))]
    #[case::the_sdks_spelling(PUT, "DynamoDb.ConditionalCheckFailedException", Some(false))]
    #[case::the_optimized_spelling(SDK_PUT, "DynamoDB.ConditionalCheckFailedException", Some(false))]
    #[case::the_base_exception(PUT, "DynamoDB.AmazonDynamoDBException", Some(true))]
    #[case::the_sdks_base_exception(SDK_PUT, "DynamoDb.DynamoDbException", Some(true))]
    #[case::the_prefix_forgotten(SDK_PUT, "ConditionalCheckFailedException", Some(false))]
    #[case::the_ending_forgotten(PUT, "DynamoDB.ConditionalCheckFailed", Some(false))]
    #[case::a_business_error_of_a_table(PUT, "OrderExists", Some(false))]
    #[case::an_inferred_prefix_proves_nothing(EMR, "Emr.InternalServerException", None)]
    #[case::a_prefix_nobody_has_heard_of(PUT, "Acme.Broken", Some(false))]
    #[case::an_inferred_prefix_may_be_another_one(EMR, "Acme.Broken", None)]
    #[case::an_exception_of_another_operation(GET, "DynamoDB.ConditionalCheckFailedException", None)]
    #[case::an_exception_that_any_call_may_meet(
        "arn:aws:states:::aws-sdk:glue:getWorkflowRun",
        "Glue.AccessDeniedException",
        Some(true)
    )]
    #[case::two_letters_away_is_not_certain(PUT, "DynamoDB.TransactionConfluctsException", None)]
    #[case::the_wrong_case(LAMBDA, "Sandbox.TimedOut", Some(false))]
    #[case::the_wrong_case(LAMBDA, "lambda.ServiceException", None)]
    #[case::the_wrong_case(PUT, "dynamodb.ThrottlingException", Some(false))]
    #[case::the_base_exception_of_the_other_sdk(
        "arn:aws:states:::aws-sdk:glue:startCrawler",
        "Glue.AWSGlueException",
        Some(false)
    )]
    #[case::the_base_exception_of_the_other_sdk(
        "arn:aws:states:::aws-sdk:sfn:startExecution",
        "Sfn.AWSStepFunctionsException",
        Some(false)
    )]
    #[case::an_optimized_base_is_not_certain(LAMBDA, "Lambda.LambdaException", None)]
    #[case::a_code_without_a_class(PUT, "DynamoDB.ValidationException", Some(false))]
    #[case::a_code_without_a_class(SDK_PUT, "DynamoDb.ValidationException", Some(false))]
    #[case::every_class_ends_alike("arn:aws:states:::aws-sdk:s3:getObject", "S3.NoSuchKey", Some(false))]
    #[case::every_class_ends_alike("arn:aws:states:::aws-sdk:s3:getObject", "S3.AccessDenied", Some(false))]
    #[case::only_the_beginning_of_a_name(LAMBDA, "States.Heartbeat", Some(false))]
    #[case::only_a_map_reads_items(LAMBDA, "States.ItemReaderFailed", Some(false))]
    #[case::a_connection_of_an_endpoint(HTTP, "Events.ConnectionResource.AuthInProgress", Some(true))]
    #[case::a_new_reason_of_a_connection(HTTP, "Events.ConnectionResource.SomethingNew", None)]
    #[case::a_connection_without_an_endpoint(PUT, "Events.ConnectionResource.AuthInProgress", Some(false))]
    #[case::a_family_of_statuses_is_no_name(HTTP, "States.Http.StatusCode.5XX", Some(false))]
    #[case::a_status_of_kubernetes("arn:aws:states:::eks:call", "EKS.401", Some(true))]
    #[case::eks_itself_has_no_statuses("arn:aws:states:::eks:createCluster", "EKS.401", None)]
    #[case::entries_that_failed("arn:aws:states:::events:putEvents", "EventBridge.FailedEntry", Some(true))]
    #[case::entries_do_not_fail_in_the_sdk(
        "arn:aws:states:::aws-sdk:eventbridge:putEvents",
        "EventBridge.FailedEntry",
        Some(false)
    )]
    #[case::tasks_that_did_not_start("arn:aws:states:::ecs:runTask.sync", "AmazonECS.Unknown", Some(true))]
    #[case::a_status_of_an_endpoint(HTTP, "States.Http.StatusCode.503", Some(true))]
    #[case::a_status_without_an_endpoint(PUT, "States.Http.StatusCode.503", Some(false))]
    #[case::success_is_no_error(HTTP, "States.Http.StatusCode.200", Some(false))]
    #[case::a_status_of_an_api(API, "ApiGateway.403", Some(true))]
    #[case::success_of_an_api(API, "ApiGateway.200", Some(false))]
    #[case::a_worker_names_errors_as_it_likes(TOKEN, "Rejected", None)]
    #[case::a_worker_may_use_any_prefix(TOKEN, "Lambda.Unknown", None)]
    #[case::a_child_fails_under_one_name(CHILD, "PaymentDeclined", Some(false))]
    #[case::a_job_fails_under_one_name(GLUE, "ValueError", Some(false))]
    #[case::an_unresolved_resource_is_not_judged("${Task}", "PaymentDeclined", None)]
    #[case::reserved(LAMBDA, "States.NoChoiceMatched", Some(false))]
    #[case::never_caught(LAMBDA, "States.Runtime", Some(false))]
    #[case::a_matcher(PUT, "States.ALL", Some(true))]
    #[case::a_mistyped_matcher(PUT, "States.TaskFaild", Some(false))]
    #[case::a_new_name_of_the_interpreter(PUT, "States.SomethingNew", None)]
    fn what_can_be_reported_is_said_only_when_it_is_certain(
        #[case] resource: &str,
        #[case] error: &str,
        #[case] expected: Option<bool>,
    ) {
        assert_eq!(can_report(&Integration::parse(resource).unwrap(), error), expected);
    }
}
