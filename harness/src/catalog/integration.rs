//! What a task's `Resource` means.

use std::sync::Arc;

/// How Step Functions waits for the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// The call's answer is the result.
    RequestResponse,
    /// `.sync`: waits until the job has ended; the result is the job's description.
    Sync,
    /// `.sync:2`: like `.sync`, the child's output is JSON.
    Sync2,
    /// `.waitForTaskToken`: waits until somebody returns the token.
    Callback,
}

/// Which kind of integration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// A Lambda function's ARN as `Resource`.
    LambdaArn,
    /// An activity's ARN as `Resource`.
    Activity,
    /// `arn:aws:states:::http:invoke`
    Http,
    /// `arn:aws:states:::SERVICE:ACTION`
    Optimized,
    /// `arn:aws:states:::aws-sdk:SERVICE:ACTION`
    Sdk,
    /// A placeholder without a known value: it answers like a Lambda function, and reports say so.
    Unresolved,
}

/// What a task calls, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// Which kind.
    pub kind: Service,
    /// `lambda`, `dynamodb`, `s3`; as in the resource, lower case. Empty for activities and unresolved ones.
    pub service: Arc<str>,
    /// `invoke`, `putItem`; as in the resource. Empty where there is none.
    pub action: Arc<str>,
    /// How Step Functions waits.
    pub pattern: Pattern,
}
