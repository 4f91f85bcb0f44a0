//! What can go wrong with a call to AWS: which kind it is, what to do about it, and whether anything else may be asked.

use std::error::Error;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::operation::Operation;

/// A call that has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The call.
    pub operation: Operation,
    /// What went wrong.
    pub kind: FailureKind,
    /// As the service, or the client, says it.
    pub detail: String,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The service refuses this request; another one may be answered.
    Refused {
        /// `ValidationException`, `InvalidDefinition`, …
        code: String,
    },
    /// The service was asked too much, and patience is at its end.
    Throttled,
    /// There are no credentials, or they are no longer valid.
    Credentials,
    /// The credentials do not allow a call.
    Denied {
        /// `states:TestState`
        action: String,
    },
    /// The signature or the key is not known there: another region or partition, or another endpoint.
    Unrecognized,
    /// Who answers does not know this call.
    UnknownCall,
    /// No connection, or one that breaks.
    Unreachable,
    /// Nothing came in time.
    TimedOut,
    /// What came is no answer of this call.
    Malformed,
    /// The service failed.
    Server {
        /// The status of HTTP.
        status: u16,
    },
}

/// What a failure means for the calls that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It is about this request alone.
    Request,
    /// It may be about this request alone; several in a row are not.
    Doubtful,
    /// Every other call would fail alike.
    Everything,
}

impl FailureKind {
    /// What it means for the calls that are left.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Refused { .. } => Reach::Request,
            Self::TimedOut | Self::Malformed | Self::Server { .. } => Reach::Doubtful,
            Self::Throttled
            | Self::Credentials
            | Self::Denied { .. }
            | Self::Unrecognized
            | Self::UnknownCall
            | Self::Unreachable => Reach::Everything,
        }
    }

    fn what(&self) -> String {
        match self {
            Self::Refused { code } => format!("refused as {code}"),
            Self::Throttled => "throttled, however long it was waited".to_owned(),
            Self::Credentials => "no valid credentials".to_owned(),
            Self::Denied { action } => format!("{action} is not allowed"),
            Self::Unrecognized => "the credentials are not known there".to_owned(),
            Self::UnknownCall => "this call is not known there".to_owned(),
            Self::Unreachable => "no connection".to_owned(),
            Self::TimedOut => "no answer in time".to_owned(),
            Self::Malformed => "the answer cannot be read".to_owned(),
            Self::Server { status } => format!("the service failed with status {status}"),
        }
    }

    /// What to do next.
    pub fn advice(&self) -> String {
        match self {
            Self::Refused { .. } => "the request is at fault, not the connection".to_owned(),
            Self::Throttled => "others use the quota of this account and region; lower `per-second` in [aws], or ask for \
                                more in Service Quotas; what was answered is kept, call again"
                .to_owned(),
            Self::Credentials => "sign in again (`aws sso login`, or new credentials in the environment) and call \
                                  again; what was answered is kept"
                .to_owned(),
            Self::Denied { action } => format!("allow {action} to the role or user of these credentials"),
            Self::Unrecognized => {
                "check that region, endpoint and credentials belong together, and that the clock of this machine is \
                 right"
                    .to_owned()
            }
            Self::UnknownCall => {
                "check the endpoint: it is no Step Functions API, or one that is older than this call".to_owned()
            }
            Self::Unreachable => {
                "check the network, the proxy and the endpoint, and call again; what was answered is kept".to_owned()
            }
            Self::TimedOut | Self::Server { .. } => "call again; what was answered is kept".to_owned(),
            Self::Malformed => "check whether the endpoint, or a proxy before it, speaks this API".to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, kind, detail } = self;
        write!(f, "failed to call {operation}: {}", kind.what())?;
        if !detail.is_empty() {
            write!(f, ": {detail}")?;
        }
        write!(f, "; {}", kind.advice())
    }
}

impl Error for Failure {}

impl Failure {
    /// What the SDK says of a call.
    pub(super) fn of<E>(operation: Operation, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ServiceError(service) => {
                let status = service.raw().status().as_u16();
                match Self::told(operation, service.err(), status) {
                    Some(failure) => failure,
                    None => Self::malformed(operation, &chain(service.err())),
                }
            }
            SdkError::TimeoutError(_) => Self::new(operation, FailureKind::TimedOut, chain(error)),
            SdkError::DispatchFailure(dispatch) => {
                let connector = dispatch.as_connector_error();
                Self::new(
                    operation,
                    undelivered(connector),
                    connector.map(|error| chain(error)).unwrap_or_default(),
                )
            }
            SdkError::ResponseError(response) if response.raw().status().is_server_error() => {
                let status = response.raw().status().as_u16();
                Self::new(operation, FailureKind::Server { status }, chain(error))
            }
            SdkError::ConstructionFailure(_) if is_about_credentials(error) => {
                Self::new(operation, FailureKind::Credentials, chain(error))
            }
            _ => Self::malformed(operation, &chain(error)),
        }
    }

    /// An answer that is none.
    pub(super) fn malformed(operation: Operation, detail: &str) -> Self {
        Self::new(operation, FailureKind::Malformed, detail.to_owned())
    }

    fn new(operation: Operation, kind: FailureKind, detail: String) -> Self {
        Self { operation, kind, detail }
    }

    /// An error that the service names, or one that its status tells.
    fn told(operation: Operation, error: &dyn ProvideErrorMetadata, status: u16) -> Option<Self> {
        let code = error.code().unwrap_or_default();
        let message = error.message().unwrap_or_default();
        let kind = match code {
            _ if is_throttling(code) || status == 429 => FailureKind::Throttled,
            "ExpiredToken"
            | "ExpiredTokenException"
            | "TokenRefreshRequired"
            | "InvalidToken"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException" => FailureKind::Credentials,
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                FailureKind::Denied { action: denied(message).unwrap_or_else(|| operation.action()) }
            }
            // Docs, "Common errors": an unknown key, a signature for another region or service, a clock that is off.
            "UnrecognizedClient"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "RequestExpired"
            | "InvalidAccessKeyId"
            | "AuthFailure"
            | "OptInRequired" => FailureKind::Unrecognized,
            "UnknownOperation" | "UnknownOperationException" | "InvalidAction" => FailureKind::UnknownCall,
            _ if status >= 500 => FailureKind::Server { status },
            "" if status == 404 => FailureKind::UnknownCall,
            "" => return None,
            code => FailureKind::Refused { code: code.to_owned() },
        };
        let message = match kind {
            // What is wrong with a signature is told with the text that was signed, the session token in it.
            FailureKind::Unrecognized | FailureKind::Credentials => {
                message.lines().next().unwrap_or_default()
            }
            _ => message,
        };
        let named = if matches!(kind, FailureKind::Refused { .. }) { "" } else { code };
        let detail = match (named, message) {
            ("", message) => message.to_owned(),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        };
        Some(Self::new(operation, kind, detail))
    }
}

/// Whether a service says by this code that it was asked too much.
pub(super) fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "SlowDown"
    )
}

/// Why nothing was delivered.
fn undelivered(error: Option<&ConnectorError>) -> FailureKind {
    match error {
        Some(error) if error.is_timeout() => FailureKind::TimedOut,
        Some(error) if error.is_io() => FailureKind::Unreachable,
        // The client finds credentials before it connects.
        Some(error) if is_about_credentials(error) => FailureKind::Credentials,
        // What answers speaks no HTTP.
        Some(error) if chain(error).contains("parse") => FailureKind::Malformed,
        _ => FailureKind::Unreachable,
    }
}

/// Whether an error, or a cause of it, is that there are no credentials.
fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(<dyn Error>::is::<CredentialsError>)
}

/// The action of "User: … is not authorized to perform: states:TestState on resource: …".
fn denied(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let action = rest.split([' ', ',']).next()?;
    action.contains(':').then(|| action.to_owned())
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// An error and its causes, each once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut told: Vec<String> = Vec::new();
    for error in causes(error) {
        let text = error.to_string();
        if !told.iter().any(|known| known.contains(&text)) {
            told.push(text);
        }
    }
    told.join(": ")
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

    use super::*;
    use crate::aws::clients::{self, Patience};
    use crate::aws::service::runtime;

    #[derive(Debug)]
    struct SignedOut;

    impl ProvideCredentials for SignedOut {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(provider::Result::Err(CredentialsError::provider_error(
                "signed out",
            )))
        }
    }

    #[test]
    fn credentials_that_are_not_to_be_had_are_told_as_such() {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(SignedOut))
            .build();
        let endpoint = "http://127.0.0.1:9".parse().unwrap();
        let clients = clients::clients(&config, Some(&endpoint), &Patience::default());
        let failure = runtime().unwrap().block_on(clients.caller()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Credentials, "{failure}");
        assert!(failure.to_string().contains("signed out") && failure.to_string().contains("sign in again"));
    }
}
