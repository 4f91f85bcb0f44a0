//! What a mistyped error name was meant to be: a name that the integration reports.

use super::exceptions::Client;
use super::integration::{Integration, Service};
use super::names::{
    INTERPRETER, OF_MAPS, answers_in_its_own_words, is_base, is_error_status, is_known, is_never_matched,
    is_of_maps, is_without_class, known, prefix_is_of_service,
};
use crate::spelling;

/// The real name that `error` is most likely a slip of the pen of, if it is none itself.
pub fn suggest(integration: &Integration, error: &str) -> Option<String> {
    if let Some(status) = status_instead(integration, error) {
        return Some(status);
    }
    if error.starts_with("States.") {
        return suggest_own(error);
    }
    if is_known(integration, error) {
        return None;
    }
    if let Some(base) = base_instead(integration, error) {
        return Some(base);
    }
    // A forgotten ending or prefix is no edit of a few letters.
    let (prefix, bare) = error.split_once('.').unwrap_or(("", error));
    let endings =
        [bare, bare.strip_suffix("Error").unwrap_or(bare), bare.strip_suffix("Fault").unwrap_or(bare)];
    let same = |name: &&String| {
        let rest = name.split_once('.').map_or(name.as_str(), |(_, rest)| rest);
        rest == bare || endings.iter().any(|stem| rest.strip_suffix("Exception") == Some(stem))
    };
    let is_bare = prefix.is_empty();
    if is_bare && answers_in_its_own_words(integration) {
        return None;
    }
    let names: Vec<_> = known(integration).collect();
    if let Some(found) = names.iter().find(same) {
        return Some(found.clone());
    }
    if is_bare {
        // Recorded on AWS: whatever a child or job fails with, the task reports one name, the details in its Cause.
        return integration.is_job().then(|| "States.TaskFailed".to_owned());
    }
    spelling::slip(error, names.iter().map(String::as_str)).map(str::to_owned)
}

/// The name of the interpreter that a name under `States.` is most likely a slip of the pen of.
pub fn suggest_own(error: &str) -> Option<String> {
    if INTERPRETER.contains(&error) || is_of_maps(error) || is_never_matched(error) {
        return None;
    }
    let all = || INTERPRETER.into_iter().chain(OF_MAPS);
    let longer = || {
        let mut begin_so = all().filter(|name| error.len() > "States.".len() && name.starts_with(error));
        begin_so.next().filter(|_| begin_so.next().is_none())
    };
    spelling::slip(error, all()).or_else(longer).map(str::to_owned)
}

/// The base exception, for a name that stands for it elsewhere: the other form's, or a code without a class.
fn base_instead(integration: &Integration, error: &str) -> Option<String> {
    let client = Client::of(integration)?;
    let base = client.full(&format!("{}Exception", client.base?));
    let (_, name) = error.split_once('.')?;
    let is_other = is_base(integration, name) && prefix_is_of_service(integration, error);
    (error != base && (is_other || is_without_class(integration, error))).then_some(base)
}

/// The name of an HTTP status, for a name that ends in one, at an integration that reports statuses.
fn status_instead(integration: &Integration, error: &str) -> Option<String> {
    let (_, status) = error.rsplit_once('.')?;
    if status.len() != 3 || !is_error_status(status) {
        return None;
    }
    let name = match integration.kind {
        Service::Http => format!("States.Http.StatusCode.{status}"),
        _ => Client::of(integration).filter(|client| client.base.is_none())?.full(status),
    };
    (name != error).then_some(name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const LAMBDA: &str = "arn:aws:states:::lambda:invoke";
    const PUT: &str = "arn:aws:states:::dynamodb:putItem";
    const SDK_PUT: &str = "arn:aws:states:::aws-sdk:dynamodb:putItem";
    const GET: &str = "arn:aws:states:::dynamodb:getItem";
    const HTTP: &str = "arn:aws:states:::http:invoke";
    const API: &str = "arn:aws:states:::apigateway:invoke";
    const CHILD: &str = "arn:aws:states:::states:startExecution.sync:2";

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
    #[case::another_prefix(
        PUT,
        "Dynamo.ConditionalCheckFailedException",
        Some("DynamoDB.ConditionalCheckFailedException")
    )]
    #[case::another_ending(
        PUT,
        "DynamoDB.ConditionalCheckFailedError",
        Some("DynamoDB.ConditionalCheckFailedException")
    )]
    #[case::the_sdks_base(SDK_PUT, "DynamoDB.AmazonDynamoDBException", Some("DynamoDb.DynamoDbException"))]
    #[case::the_other_base(PUT, "DynamoDb.DynamoDbException", Some("DynamoDB.AmazonDynamoDBException"))]
    #[case::a_code_without_a_class(
        PUT,
        "DynamoDB.ValidationException",
        Some("DynamoDB.AmazonDynamoDBException")
    )]
    #[case::not_what_another_operation_reports(GET, "DynamoDB.ConditionalCheckFailException", None)]
    #[case::what_a_child_fails_with(CHILD, "PaymentDeclined", Some("States.TaskFailed"))]
    #[case::only_its_beginning(GET, "States.Heartbeat", Some("States.HeartbeatTimeout"))]
    #[case::a_status_without_its_prefix(HTTP, "Http.StatusCode.404", Some("States.Http.StatusCode.404"))]
    #[case::a_status_with_a_prefix_of_its_own(API, "APIGateway.403", Some("ApiGateway.403"))]
    fn a_slip_of_the_pen_has_a_correction(
        #[case] resource: &str,
        #[case] error: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(suggest(&Integration::parse(resource).unwrap(), error).as_deref(), expected);
    }
}
