//! Which error names an integration can report, and what a mistyped one was meant to be.
//!
//! `Some(false)` says that a retrier or catcher is dead code, so it needs a proof: a name that is reserved and never
//! reported, the prefix of another service, or a slip of the pen in a real name. All else is not known.

use super::class::{ErrorClass, class_of, means_two_things};
use super::integration::{Integration, Service};
use super::table::{self, Evidence};

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

/// Names that Step Functions itself reports, and matchers.
const INTERPRETER: [&str; 11] = [
    "States.ALL",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.ItemReaderFailed",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultWriterFailed",
    "States.TaskFailed",
    "States.Timeout",
];

/// What Lambda reports beside the exceptions of its API model.
const LAMBDA_EXTRA: [&str; 6] = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "Sandbox.Timedout",
    "States.TaskFailed",
];

/// Whether a task with this integration can report this error name.
///
/// `Some(false)` only when it is certain; `None` when it is not known, which includes whatever functions, workers
/// and child executions may call their errors.
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
    // Docs, "Error names": States.Runtime is reported, but never retried or caught.
    if RESERVED.contains(&error) || error == "States.Runtime" {
        return Some(false);
    }
    if let Some(status) = error.strip_prefix("States.Http.StatusCode.") {
        return http_status(integration, status);
    }
    if error == "States.Http.Socket" || error.starts_with("Events.ConnectionResource.") {
        return own_name(integration, Service::Http);
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
    if known(integration).any(|name| name == error) {
        return Some(true);
    }
    if is_slip(integration, error) {
        return Some(false);
    }
    by_prefix(integration, error)
}

/// Whether a name with the right prefix is certainly none of the service's: its ending is missing, or it is a slip
/// of the pen and not an exception that is common in AWS, which this service may have got in the meantime.
fn is_slip(integration: &Integration, error: &str) -> bool {
    let Some((prefix, name)) = error.split_once('.') else { return false };
    let Some(meant) = suggest(integration, error) else { return false };
    let Some((own, real)) = meant.split_once('.') else { return false };
    // A base exception is real: the optimized one and the SDK's differ, and which of them is reported is not certain.
    if own != prefix || means_two_things(error) {
        return false;
    }
    // Only SDK v2 and the recorded services have a spelling of acronyms that is certain.
    if real.eq_ignore_ascii_case(name) {
        return prefix_of(integration).is_some_and(|(_, evidence)| evidence == Evidence::Recorded);
    }
    match name.strip_suffix("Exception") {
        Some(_) => class_of(name) == ErrorClass::Unknown,
        None => true,
    }
}

/// The real name that `error` is most likely a slip of the pen of, if it is none itself.
pub fn suggest(integration: &Integration, error: &str) -> Option<String> {
    if error.starts_with("States.") {
        if INTERPRETER.contains(&error) || RESERVED.contains(&error) {
            return None;
        }
        return table::nearest(INTERPRETER, error).map(str::to_owned);
    }
    let names: Vec<_> = known(integration).collect();
    if names.iter().any(|name| name == error) {
        return None;
    }
    // A forgotten ending or prefix is no edit of a few letters.
    let completed = format!("{error}Exception");
    let ending = names.iter().find(|name| **name == completed);
    let own = ending.or_else(|| {
        let (prefix, bare) = error.split_once('.')?;
        let same = |name: &&String| {
            name.split_once('.').is_some_and(|(own, rest)| own.eq_ignore_ascii_case(prefix) && rest == bare)
        };
        names.iter().find(same)
    });
    if let Some(own) = own {
        return Some(own.clone());
    }
    if !error.contains('.') {
        return forgotten_prefix(integration, error, &names);
    }
    table::nearest(names.iter().map(String::as_str), error).map(str::to_owned)
}

/// `ThrottlingException` for `Ssm.ThrottlingException`; functions and workers may well use the bare name.
fn forgotten_prefix(integration: &Integration, error: &str, names: &[String]) -> Option<String> {
    if answers_in_its_own_words(integration) {
        return None;
    }
    let same = |name: &&String| name.split_once('.').is_some_and(|(_, bare)| bare == error);
    names.iter().find(same).cloned()
}

/// Whether the names of its errors are up to somebody's code.
fn answers_in_its_own_words(integration: &Integration) -> bool {
    integration.is_lambda()
        || integration.is_answered_by_worker()
        || integration.is("states", "startExecution")
}

/// What is certain from the prefix of a name nobody has heard of.
fn by_prefix(integration: &Integration, error: &str) -> Option<bool> {
    if answers_in_its_own_words(integration) {
        return None;
    }
    let Some((prefix, _)) = error.split_once('.') else {
        // Recorded on AWS: errors of service integrations always carry the prefix of the service.
        return (integration.is_known() && prefix_of(integration).is_some()).then_some(false);
    };
    let (own, evidence) = prefix_of(integration)?;
    if prefix == own {
        return None;
    }
    if matches!(prefix, "Sandbox" | "Runtime") {
        return Some(false);
    }
    let same_service = prefix.eq_ignore_ascii_case(own)
        || sibling(integration).is_some_and(|other| prefix.eq_ignore_ascii_case(other));
    if same_service {
        // Recorded on AWS: `DynamoDB.` when optimized, `DynamoDb.` by the SDK; where the prefix is only inferred,
        // the other spelling may be the real one.
        return (evidence == Evidence::Recorded).then_some(false);
    }
    is_prefix(prefix).then_some(false)
}

/// What the names of the integration's errors start with, and how well that is known.
fn prefix_of(integration: &Integration) -> Option<(&'static str, Evidence)> {
    match integration.kind {
        Service::Optimized => {
            let known = table::optimized().get(&*integration.service)?;
            Some((&known.prefix, known.prefix_from))
        }
        // Docs, "AWS SDK service integrations": the table of exception prefixes.
        Service::Sdk => Some((table::sdk().get(&*integration.service)?.prefix?, Evidence::Recorded)),
        Service::Http => Some(("States", Evidence::Recorded)),
        Service::LambdaArn => Some(("Lambda", Evidence::Recorded)),
        Service::Activity | Service::Unresolved => None,
    }
}

/// The prefix of the same service when it is called the other way.
fn sibling(integration: &Integration) -> Option<&'static str> {
    let service = &*integration.service;
    match integration.kind {
        Service::Optimized => table::sdk().get(super::status::sdk_service(service))?.prefix,
        Service::Sdk => {
            let same = |(name, _): &(&String, _)| super::status::sdk_service(name) == service;
            table::optimized().iter().find(same).map(|(_, known)| known.prefix.as_str())
        }
        Service::LambdaArn | Service::Activity | Service::Http | Service::Unresolved => None,
    }
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
    if integration.kind != Service::Optimized || !matches!(&*integration.service, "apigateway" | "eks") {
        return None;
    }
    let status = error.strip_prefix(prefix_of(integration)?.0)?.strip_prefix('.')?;
    status.bytes().all(|byte| byte.is_ascii_digit()).then_some(status)
}

/// 200 is no error.
fn is_error_status(status: &str) -> bool {
    status.parse::<u16>().is_ok_and(|code| (100..600).contains(&code) && !(200..300).contains(&code))
}

/// Every name that the integration is known to report.
fn known(integration: &Integration) -> impl Iterator<Item = String> {
    let (service, action) = match integration.kind {
        Service::LambdaArn | Service::Unresolved => ("lambda", "invoke"),
        _ => (&*integration.service, &*integration.action),
    };
    let mut names = Vec::new();
    match integration.kind {
        Service::Sdk => {
            if let Some(known) = table::sdk().get(service)
                && let Some(prefix) = known.prefix
            {
                let generic = [prefix, "SdkClient"].into_iter();
                names.extend(
                    known.exceptions().chain(generic).map(|name| format!("{prefix}.{name}Exception")),
                );
            }
        }
        Service::LambdaArn | Service::Optimized | Service::Unresolved => {
            if let Some(known) = table::optimized().get(service)
                && let Some(action) = known.actions.get(action)
            {
                let generic = known.base.as_deref().into_iter().chain(["SdkClient"]);
                names.extend(
                    action.errors().chain(generic).map(|name| format!("{}.{name}Exception", known.prefix)),
                );
            }
        }
        Service::Activity | Service::Http => {}
    }
    names.extend(extra(integration).map(str::to_owned));
    names.into_iter()
}

/// Names that follow no rule.
fn extra(integration: &Integration) -> impl Iterator<Item = &'static str> {
    let names: &[&str] = if integration.is_lambda() {
        &LAMBDA_EXTRA
    } else if integration.is("events", "putEvents") && integration.kind == Service::Optimized {
        &["EventBridge.FailedEntry"]
    } else if integration.is("ecs", "runTask") && integration.kind == Service::Optimized {
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
    #[case::a_prefix_nobody_has_heard_of(PUT, "Acme.Broken", None)]
    #[case::a_status_of_an_endpoint(HTTP, "States.Http.StatusCode.503", Some(true))]
    #[case::a_status_without_an_endpoint(PUT, "States.Http.StatusCode.503", Some(false))]
    #[case::success_is_no_error(HTTP, "States.Http.StatusCode.200", Some(false))]
    #[case::a_status_of_an_api(API, "ApiGateway.403", Some(true))]
    #[case::success_of_an_api(API, "ApiGateway.200", Some(false))]
    #[case::a_worker_names_errors_as_it_likes(TOKEN, "Rejected", None)]
    #[case::a_worker_may_use_any_prefix(TOKEN, "Lambda.Unknown", None)]
    #[case::a_child_is_not_judged(CHILD, "PaymentDeclined", None)]
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

    #[rstest]
    #[case::a_letter(LAMBDA, "Lambda.TooManyRequestException", Some("Lambda.TooManyRequestsException"))]
    #[case::the_prefix(
        SDK_PUT,
        "DynamoDB.ConditionalCheckFailedException",
        Some("DynamoDb.ConditionalCheckFailedException")
    )]
    #[case::no_prefix(
        SDK_PUT,
        "ConditionalCheckFailedException",
        Some("DynamoDb.ConditionalCheckFailedException")
    )]
    #[case::no_ending(
        PUT,
        "DynamoDB.ConditionalCheckFailed",
        Some("DynamoDB.ConditionalCheckFailedException")
    )]
    #[case::a_real_name(LAMBDA, "Lambda.ServiceException", None)]
    #[case::a_bare_name_of_a_function(LAMBDA, "ServiceException", None)]
    #[case::a_matcher(LAMBDA, "States.Timeouts", Some("States.Timeout"))]
    fn a_slip_of_the_pen_has_a_correction(
        #[case] resource: &str,
        #[case] error: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(suggest(&Integration::parse(resource).unwrap(), error).as_deref(), expected);
    }
}
