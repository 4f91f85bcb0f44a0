//! The classes of faults.

use std::fmt;
use std::sync::Arc;

use crate::error::ErrorName;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The service rejects the call because there are too many.
    Throttling,
    /// The service fails for reasons of its own.
    ServiceError,
    /// The work never answers.
    Timeout,
    /// The work is done, but the answer is lost and the call is reported as failed or timed out.
    LostAnswer,
    /// The work is done, and the call is reported as failed with this error: the connection broke, or the function was
    /// ended before it could answer.
    LostAnswerAs(ErrorName),
    /// The worker goes silent: no heartbeat, no answer.
    LostHeartbeat,
    /// The role may not make the call.
    PermissionDenied,
    /// The work itself reports this error.
    ApplicationError(ErrorName),
    /// The result is larger than a payload may be.
    OversizedResult,
    /// Nobody returns the task token.
    CallbackMissing,
    /// The task token is returned after the task has timed out.
    CallbackLate,
    /// The task token is returned twice.
    CallbackDuplicate,
    /// The task token is returned with this error.
    CallbackFailed(ErrorName),
    /// The job behind `.sync` ends, but not well.
    JobFails,
    /// The job behind `.sync`, or the activity's worker, never ends.
    JobNeverEnds,
    /// The polled thing reports this status: `ABORTED`, or `Payload.state=RUNNING` where no API says where it is.
    Status(Arc<str>),
    /// The call succeeds, but its answer lacks this member, which the API does not always give: `Item`, `Items[0]`.
    MissingMember(Arc<str>),
    /// The call answers 200, but says in this member that part of the work was not done.
    PartialSuccess(Arc<str>),
}

impl Class {
    /// The stable name used in plans, reports and configuration, without an argument.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Throttling => "throttling",
            Self::ServiceError => "service-error",
            Self::Timeout => "timeout",
            Self::LostAnswer => "lost-answer",
            Self::LostAnswerAs(_) => "lost-answer-as",
            Self::LostHeartbeat => "lost-heartbeat",
            Self::PermissionDenied => "permission-denied",
            Self::ApplicationError(_) => "error",
            Self::OversizedResult => "oversized-result",
            Self::CallbackMissing => "callback-missing",
            Self::CallbackLate => "callback-late",
            Self::CallbackDuplicate => "callback-duplicate",
            Self::CallbackFailed(_) => "callback-failed",
            Self::JobFails => "job-fails",
            Self::JobNeverEnds => "job-never-ends",
            Self::Status(_) => "status",
            Self::MissingMember(_) => "missing-member",
            Self::PartialSuccess(_) => "partial-success",
        }
    }

    /// The argument in parentheses, where the class has one.
    pub fn argument(&self) -> Option<&str> {
        match self {
            Self::ApplicationError(error) | Self::CallbackFailed(error) | Self::LostAnswerAs(error) => {
                Some(error.as_str())
            }
            Self::Status(argument) | Self::PartialSuccess(argument) | Self::MissingMember(argument) => {
                Some(argument)
            }
            _ => None,
        }
    }

    /// The class with this name and argument; `None` if there is none such.
    pub fn from_parts(name: &str, argument: Option<&str>) -> Option<Self> {
        Some(match (name, argument) {
            ("error", Some(error)) => Self::ApplicationError(ErrorName::new(error)),
            ("callback-failed", Some(error)) => Self::CallbackFailed(ErrorName::new(error)),
            ("lost-answer-as", Some(error)) => Self::LostAnswerAs(ErrorName::new(error)),
            ("status", Some(status)) => Self::Status(Arc::from(status)),
            ("missing-member", Some(member)) => Self::MissingMember(Arc::from(member)),
            ("partial-success", Some(member)) => Self::PartialSuccess(Arc::from(member)),
            (_, Some(_)) => return None,
            (name, None) => Self::PLAIN.iter().find(|class| class.name() == name)?.clone(),
        })
    }

    /// The names of the classes with an argument.
    pub const NAMES_WITH_ARGUMENT: [&str; 6] =
        ["error", "callback-failed", "lost-answer-as", "status", "partial-success", "missing-member"];

    /// All classes without an argument.
    pub const PLAIN: [Self; 12] = [
        Self::Throttling,
        Self::ServiceError,
        Self::Timeout,
        Self::LostAnswer,
        Self::LostHeartbeat,
        Self::PermissionDenied,
        Self::OversizedResult,
        Self::CallbackMissing,
        Self::CallbackLate,
        Self::CallbackDuplicate,
        Self::JobFails,
        Self::JobNeverEnds,
    ];
}

impl fmt::Display for Class {
    /// `throttling`, `error(PaymentDeclined)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self.argument() {
            Some(argument) => write!(f, "({argument})"),
            None => Ok(()),
        }
    }
}
