//! What the Cause of a failed call says, in the forms recorded on AWS.
//!
//! Optimized integrations speak as the AWS SDK for Java 1.x does, SDK integrations as 2.x. Everything in a Cause is the
//! same in every run.

use std::fmt::Write;

use serde_json::json;

use super::exceptions::{Client, Exception};
use super::fault::FaultKind;
use super::integration::{Integration, Service};
use super::models;

/// In place of the number that AWS gives each request.
pub(super) const REQUEST_ID: &str = "11111111-2222-3333-4444-555555555555";

/// In place of the second number that S3 gives each request.
const EXTENDED_REQUEST_ID: &str =
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// What the client says when it cannot reach the service.
pub(super) const CONNECTION_RESET: &str = "Unable to execute HTTP request: Connection reset";

/// Who may not do what to what, as a denial says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The name of the role that makes the call.
    pub role: String,
    /// The IAM action: `dynamodb:PutItem`.
    pub action: String,
    /// The ARN that the action is for, where it has resources and the ARN is known.
    pub resource: Option<String>,
}

impl Denial {
    /// The denial of the call that a task makes, for a resource of the kind that it needs; `None` where it calls no
    /// API, or nobody knows which permission that needs.
    pub fn of(integration: &Integration) -> Option<Self> {
        let permission = models::call(integration)?.iam()?;
        let action = format!("{}:{}", permission.prefix(), permission.actions().next()?);
        let mut resources: Vec<_> = permission.resources().collect();
        resources.sort_by_key(|resource| !resource.required);
        let format = resources.first().and_then(|resource| resource.arn_formats().next());
        Some(Self { role: ROLE.to_owned(), action, resource: format.map(example) })
    }

    /// AWS, "Troubleshoot access denied error messages"; the spelling of actions by messages in public issues.
    fn message(&self) -> String {
        let action = match self.action.split_once(':') {
            Some(("sns", name)) => format!("SNS:{name}"),
            Some(("sqs", name)) => format!("sqs:{}", name.to_ascii_lowercase()),
            _ => self.action.clone(),
        };
        let user = format!("arn:aws:sts::123456789012:assumed-role/{}/{SESSION}", self.role);
        let mut message = format!("User: {user} is not authorized to perform: {action}");
        if let Some(resource) = &self.resource {
            let quote = if self.action.starts_with("s3:") { "\"" } else { "" };
            let _ = write!(message, " on resource: {quote}{resource}{quote}");
        }
        let _ = write!(message, " because no identity-based policy allows the {action} action");
        message
    }
}

/// An ARN of this format: `arn:aws:sqs:us-east-1:123456789012:example`.
fn example(format: &str) -> String {
    let mut arn = String::with_capacity(format.len());
    let mut rest = format;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        arn.push_str(before);
        arn.push_str(match name {
            "Partition" => "aws",
            "Region" => "us-east-1",
            "Account" => "123456789012",
            _ => "example",
        });
        rest = after;
    }
    arn + rest
}

/// The role of an execution whose role nobody named.
const ROLE: &str = "StepFunctionsExecutionRole";
/// Step Functions calls its sessions by 32 letters.
const SESSION: &str = "abcdefghijklmnopqrstuvwxyzabcdef";

/// Why a call failed, in words.
pub(super) fn message(kind: FaultKind, denial: Option<&Denial>) -> String {
    let text = match kind {
        FaultKind::Throttling => "Rate exceeded",
        FaultKind::PermissionDenied => {
            return denial.map_or_else(|| "Access denied".to_owned(), Denial::message);
        }
        FaultKind::NotFound => "Requested resource not found",
        FaultKind::Invalid => "1 validation error detected",
        FaultKind::ServiceError
        | FaultKind::Connection
        | FaultKind::FunctionTimeout
        | FaultKind::PartialFailure
        | FaultKind::JobFailed => "The service failed to process the request",
    };
    text.to_owned()
}

/// The Cause of an optimized integration.
pub(super) fn optimized(
    service: &str,
    client: Client,
    kind: FaultKind,
    own: Option<&Exception>,
    message: &str,
) -> Option<String> {
    // The naming rules of the AWS SDK for Java 1.x: AmazonDynamoDB is the one client with a version.
    let name = match client.base? {
        "AmazonDynamoDB" => "AmazonDynamoDBv2",
        base => base,
    };
    let code = own.map_or_else(|| unmodelled(service, kind).to_owned(), |own| error_code(service, own));
    let status = status(client, kind, own);
    Some(format!(
        "{message} (Service: {name}; Status Code: {status}; Error Code: {code}; Request ID: {REQUEST_ID}; Proxy: null)"
    ))
}

/// The Cause of an SDK integration.
pub(super) fn sdk(client: Client, kind: FaultKind, own: Option<&Exception>, message: &str) -> String {
    let prefix = client.prefix;
    let status = status(client, kind, own);
    // Recorded on AWS: S3 has two numbers for a request.
    let extended =
        if prefix == "S3" { format!(", Extended Request ID: {EXTENDED_REQUEST_ID}") } else { String::new() };
    format!(
        "{message} (Service: {prefix}, Status Code: {status}, Request ID: {REQUEST_ID}{extended}) (SDK Attempt Count: 1)"
    )
}

/// The Cause of a call that answers with an HTTP status: the body.
pub(super) fn body(integration: &Integration, text: &str, denial: Option<&Denial>) -> String {
    match (integration.kind, denial) {
        // API Gateway spells the member of its own answers so when IAM is the authorizer.
        (Service::Optimized, Some(denial)) if integration.is("apigateway", "invoke") => {
            json!({"Message": denial.message()}).to_string()
        }
        _ => json!({"message": text}).to_string(),
    }
}

/// Recorded on AWS: a task whose `Credentials` name a role that cannot be assumed.
pub(super) fn not_assumed(role: &str, target: &str) -> String {
    format!("The role {role} is not authorized to assume the task state's role, {target}.")
}

/// The code on the wire of an exception: query protocols and old shapes leave `Exception` away.
fn error_code(service: &str, own: &Exception) -> String {
    let stem = own.stem();
    let bare = match (service, stem) {
        ("sqs", "QueueDoesNotExist") => "AWS.SimpleQueueService.NonExistentQueue",
        ("sns", "InvalidParameterValue") => "ParameterValueInvalid",
        ("sns" | "states", "Validation") => return own.name.to_string(),
        ("states", _) if stem.starts_with("Kms") => return own.name.to_string(),
        ("sns" | "sqs" | "states", _) | (_, "InternalServerError" | "RequestLimitExceeded") => stem,
        _ => return own.name.to_string(),
    };
    bare.to_owned()
}

/// The error code of a fault without a class of its own.
fn unmodelled(service: &str, kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Throttling => "ThrottlingException",
        FaultKind::PermissionDenied if service == "sqs" => "AccessDenied",
        FaultKind::PermissionDenied => "AccessDeniedException",
        FaultKind::NotFound => "ResourceNotFoundException",
        FaultKind::Invalid => "ValidationException",
        FaultKind::ServiceError
        | FaultKind::Connection
        | FaultKind::FunctionTimeout
        | FaultKind::PartialFailure
        | FaultKind::JobFailed => "InternalFailure",
    }
}

fn status(client: Client, kind: FaultKind, own: Option<&Exception>) -> u16 {
    if let Some(status) = own.and_then(|own| own.model.status()) {
        return status;
    }
    let callers = matches!(
        kind,
        FaultKind::Throttling | FaultKind::PermissionDenied | FaultKind::NotFound | FaultKind::Invalid
    );
    match kind {
        _ if callers && client.has_plain_statuses() => 400,
        FaultKind::Throttling => 429,
        FaultKind::PermissionDenied => 403,
        FaultKind::NotFound => 404,
        FaultKind::Invalid => 400,
        _ => 500,
    }
}
