//! Reading a task's `Resource`: ARNs with placeholders, integration patterns, slips of the pen.

use crate::spelling;
use std::sync::Arc;

use super::integration::{Integration, Pattern, Service};
use super::table;

const EXPECTED: &str = "expected the ARN of a Lambda function or an activity, \
                        `arn:aws:states:::SERVICE:ACTION[.sync|.sync:2|.waitForTaskToken]` or \
                        `arn:aws:states:::aws-sdk:SERVICE:ACTION[.waitForTaskToken]`";

/// Names of services elsewhere in AWS, and what they are called after `aws-sdk:`.
const SDK_ALIASES: [(&str, &str); 8] = [
    ("configservice", "config"),
    ("elasticmapreduce", "emr"),
    ("email", "ses"),
    ("events", "eventbridge"),
    ("logs", "cloudwatchlogs"),
    ("monitoring", "cloudwatch"),
    ("states", "sfn"),
    ("stepfunctions", "sfn"),
];

/// See [`Integration::parse`].
pub(super) fn parse(resource: &str) -> Result<Integration, String> {
    let text = resource.trim();
    if text.is_empty() {
        return Err(format!("the resource is empty; {EXPECTED}"));
    }
    if !text.starts_with("arn:") {
        return short_form(text);
    }
    let parts = split_arn(text);
    let [_, _, service, _, _, rest] = parts[..] else {
        return if has_placeholder(text) {
            Ok(unresolved())
        } else {
            Err(format!("`{text}` is not a complete ARN; {EXPECTED}"))
        };
    };
    match service {
        "states" => states(text, rest),
        "lambda" if rest.starts_with("function:") || has_placeholder(rest) => Ok(function()),
        service if has_placeholder(service) => Ok(unresolved()),
        service => Err(format!("`{text}` is nothing a task can call{}; {EXPECTED}", instead_of(service))),
    }
}

/// A text that is no ARN: a placeholder, a name of the user's own, or an ARN without its beginning.
fn short_form(text: &str) -> Result<Integration, String> {
    let tail = text.trim_start_matches("states:::");
    let (head, _) = tail.split_once('.').unwrap_or((tail, ""));
    let forgotten = match head.split_once(':') {
        Some(("aws-sdk", _)) => true,
        Some((service, action)) => table::action(service, action).is_some(),
        None => false,
    };
    if forgotten {
        return Err(format!("`{text}` is not an ARN; did you mean `arn:aws:states:::{tail}`?"));
    }
    Ok(unresolved())
}

/// What comes after `arn:PARTITION:states:REGION:ACCOUNT:`.
fn states(text: &str, rest: &str) -> Result<Integration, String> {
    if rest.starts_with("activity:") {
        return Ok(integration(Service::Activity, "", "", Pattern::RequestResponse));
    }
    if rest.starts_with("stateMachine:") {
        return Err(format!(
            "`{text}` is a state machine, which a task cannot call by its ARN; \
             use `arn:aws:states:::states:startExecution` with `StateMachineArn`"
        ));
    }
    if has_placeholder(rest) {
        return Ok(unresolved());
    }
    let (kind, name) = match rest.strip_prefix("aws-sdk:") {
        Some(name) => (Service::Sdk, name),
        None => (Service::Optimized, rest),
    };
    let (call, pattern) = split_pattern(name)?;
    let Some((service, action)) = call.split_once(':').filter(|(_, action)| !action.is_empty()) else {
        return Err(format!("`{text}` names no action; {EXPECTED}"));
    };
    if action.contains(':') {
        return Err(format!("`{call}` has too many parts; {EXPECTED}"));
    }
    match kind {
        Service::Sdk => check_sdk(service, action)?,
        _ => check_optimized(service, action)?,
    }
    let kind = if (service, action) == ("http", "invoke") { Service::Http } else { kind };
    Ok(integration(kind, service, action, pattern))
}

/// Splits `sendMessage.waitForTaskToken`, at the first dot.
fn split_pattern(name: &str) -> Result<(&str, Pattern), String> {
    const PATTERNS: [Pattern; 4] =
        [Pattern::RequestResponse, Pattern::Sync, Pattern::Sync2, Pattern::Callback];
    let (call, suffix) = name.split_at(name.find('.').unwrap_or(name.len()));
    if let Some(pattern) = PATTERNS.into_iter().find(|pattern| pattern.suffix() == suffix) {
        return Ok((call, pattern));
    }
    let hint = match spelling::slip(suffix, PATTERNS.map(Pattern::suffix)) {
        Some(near) if !near.is_empty() => format!("did you mean `{near}`?"),
        _ => "expected `.sync`, `.sync:2` or `.waitForTaskToken`".to_owned(),
    };
    Err(format!("`{suffix}` is no integration pattern; {hint}"))
}

/// Refuses what is certainly not an optimized integration. A service never heard of may be a new one.
fn check_optimized(service: &str, action: &str) -> Result<(), String> {
    let Some(known) = table::optimized().get(service) else {
        return match spelling::slip(service, table::optimized().keys().map(String::as_str)) {
            Some(near) => Err(no_integration(service, action, &format!("did you mean `{near}:{action}`?"))),
            None if table::sdk().contains_key(service) => Err(no_integration(
                service,
                action,
                &format!("use `arn:aws:states:::aws-sdk:{service}:{action}`"),
            )),
            None => Ok(()),
        };
    };
    if known.actions.contains_key(action) {
        return Ok(());
    }
    let sdk = sdk_name(service);
    let names = known.actions.keys().map(String::as_str);
    let hint = if let Some(near) = spelling::slip(action, names.clone()) {
        format!("did you mean `{service}:{near}`?")
    } else if table::sdk().contains_key(sdk) {
        format!("use `arn:aws:states:::aws-sdk:{sdk}:{action}`")
    } else {
        format!("expected one of `{}`", names.collect::<Vec<_>>().join("`, `"))
    };
    Err(no_integration(service, action, &hint))
}

fn no_integration(service: &str, action: &str, hint: &str) -> String {
    format!("`{service}:{action}` is not an optimized integration; {hint}")
}

/// Refuses a slip of the pen in the service of an SDK integration, and the action's name in the API.
fn check_sdk(service: &str, action: &str) -> Result<(), String> {
    if table::sdk().contains_key(service) {
        return check_case(service, action);
    }
    let name = sdk_name(service);
    let near =
        if name == service { spelling::slip(service, table::sdk().keys().copied()) } else { Some(name) };
    match near {
        Some(near) => {
            Err(format!("`{service}` is no service of the SDK integrations; did you mean `aws-sdk:{near}`?"))
        }
        None => Ok(()),
    }
}

/// Reported by aws-cdk #27635: AWS does not recognize `cloudwatchlogs:CreateLogStream`.
fn check_case(service: &str, action: &str) -> Result<(), String> {
    let mut letters = action.chars();
    let Some(first) = letters.next().filter(char::is_ascii_uppercase) else { return Ok(()) };
    let lowered = first.to_ascii_lowercase();
    let rest = letters.as_str();
    Err(format!(
        "the action of `aws-sdk:{service}:{action}` begins with a capital, which none in a resource does; \
         did you mean `aws-sdk:{service}:{lowered}{rest}`?"
    ))
}

fn sdk_name(service: &str) -> &str {
    SDK_ALIASES.iter().find(|(other, _)| *other == service).map_or(service, |(_, name)| name)
}

/// What to say when the ARN is of another service.
fn instead_of(service: &str) -> String {
    match table::optimized().get(service).and_then(|entry| entry.actions.keys().next()) {
        Some(action) => format!(" by its ARN; did you mean `arn:aws:states:::{service}:{action}`?"),
        None => String::new(),
    }
}

/// Splits an ARN at its first five colons; those inside `${…}` do not count.
fn split_arn(text: &str) -> Vec<&str> {
    let mut parts = Vec::with_capacity(6);
    let (mut start, mut inside) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '$' if text[at..].starts_with("${") => inside = true,
            '}' => inside = false,
            ':' if !inside && parts.len() < 5 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn has_placeholder(text: &str) -> bool {
    text.contains("${")
}

fn function() -> Integration {
    integration(Service::LambdaArn, "lambda", "", Pattern::RequestResponse)
}

fn unresolved() -> Integration {
    integration(Service::Unresolved, "", "", Pattern::RequestResponse)
}

fn integration(kind: Service, service: &str, action: &str, pattern: Pattern) -> Integration {
    Integration { kind, service: Arc::from(service), action: Arc::from(action), pattern }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::optimized("arn:aws:states:::lambda:invoke", "lambda:invoke")]
    #[case::callback("arn:aws:states:::lambda:invoke.waitForTaskToken", "lambda:invoke.waitForTaskToken")]
    #[case::sync("arn:aws-cn:states:::ecs:runTask.sync", "ecs:runTask.sync")]
    #[case::sync_2("arn:aws:states:::states:startExecution.sync:2", "states:startExecution.sync:2")]
    #[case::placeholders_with_colons(
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:sns:publish",
        "sns:publish"
    )]
    #[case::region_and_account("arn:aws:states:us-east-1:123456789012:sns:publish", "sns:publish")]
    #[case::sdk("arn:aws:states:::aws-sdk:s3:getObject", "aws-sdk:s3:getObject")]
    #[case::sdk_callback(
        "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
        "aws-sdk:dynamodb:putItem.waitForTaskToken"
    )]
    #[case::http("arn:aws:states:::http:invoke", "http:invoke")]
    #[case::a_function("arn:aws:lambda:eu-west-1:123456789012:function:charge:live", "Lambda function")]
    #[case::a_function_by_placeholder("arn:aws:lambda:::function:${Name}", "Lambda function")]
    #[case::an_activity("arn:aws:states:eu-west-1:123456789012:activity:approve", "activity")]
    #[case::a_placeholder("${ChargeFunction.Arn}", "unresolved resource")]
    #[case::half_a_placeholder("arn:aws:states:::${Call}", "unresolved resource")]
    #[case::a_name_of_the_users_own("charge-card", "unresolved resource")]
    #[case::a_service_never_heard_of("arn:aws:states:::quantumledger:commit", "quantumledger:commit")]
    fn a_resource_has_a_short_form(#[case] resource: &str, #[case] expected: &str) {
        assert_eq!(Integration::parse(resource).map(|found| found.to_string()), Ok(expected.to_owned()));
    }

    #[rstest]
    #[case::an_action("arn:aws:states:::lambda:invok", "did you mean `lambda:invoke`?")]
    #[case::a_service("arn:aws:states:::lamda:invoke", "did you mean `lambda:invoke`?")]
    #[case::an_sdk_service("arn:aws:states:::aws-sdk:dynamodbb:query", "did you mean `aws-sdk:dynamodb`?")]
    #[case::an_alias("arn:aws:states:::aws-sdk:stepfunctions:startExecution", "did you mean `aws-sdk:sfn`?")]
    #[case::the_name_in_the_api(
        "arn:aws:states:::aws-sdk:cloudwatchlogs:CreateLogStream",
        "did you mean `aws-sdk:cloudwatchlogs:createLogStream`?"
    )]
    #[case::only_in_the_sdk(
        "arn:aws:states:::dynamodb:query",
        "use `arn:aws:states:::aws-sdk:dynamodb:query`"
    )]
    #[case::a_service_only_in_the_sdk(
        "arn:aws:states:::s3:getObject",
        "use `arn:aws:states:::aws-sdk:s3:getObject`"
    )]
    #[case::a_pattern(
        "arn:aws:states:::sqs:sendMessage.waitForTasktoken",
        "did you mean `.waitForTaskToken`?"
    )]
    #[case::no_pattern("arn:aws:states:::sqs:sendMessage.async", "did you mean `.sync`?")]
    #[case::no_action("arn:aws:states:::sqs", "names no action")]
    #[case::a_topic(
        "arn:aws:sns:us-east-1:123456789012:alerts",
        "did you mean `arn:aws:states:::sns:publish`?"
    )]
    #[case::a_state_machine(
        "arn:aws:states:us-east-1:1:stateMachine:child",
        "use `arn:aws:states:::states:startExec"
    )]
    #[case::no_arn("lambda:invoke", "did you mean `arn:aws:states:::lambda:invoke`?")]
    #[case::half_an_arn("arn:aws:states", "is not a complete ARN")]
    #[case::nothing("", "the resource is empty")]
    fn what_aws_refuses_is_an_error_with_a_hint(#[case] resource: &str, #[case] hint: &str) {
        let message = Integration::parse(resource).unwrap_err();
        assert!(message.contains(hint), "{message}");
    }
}
