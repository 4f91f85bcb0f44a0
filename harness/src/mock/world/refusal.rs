//! How services refuse what is there already, or not there any more.

use super::{Found, Meeting};
use crate::asl::Task;
use crate::catalog;

/// Error and cause; none where the catalogue does not know how the service speaks.
pub(super) struct Refusal(Option<(String, String)>);

impl Refusal {
    /// The meeting; one whose words are not known is undecided.
    pub(super) fn refused(self, found: Found) -> Meeting {
        match self.0 {
            Some((error, cause)) => Meeting::Refused(error, cause, found),
            None => Meeting::Undecided(found),
        }
    }
}

/// Docs, "Error handling with DynamoDB": the messages of both exceptions.
pub(super) fn condition(task: &Task, in_transaction: bool) -> Refusal {
    let (exception, message) = if in_transaction || &*task.integration.action == "transactWriteItems" {
        (
            "TransactionCanceledException",
            "Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed]",
        )
    } else {
        ("ConditionalCheckFailedException", "The conditional request failed")
    };
    refusal(task, exception, message, 400)
}

/// API reference, "PutObject": `If-None-Match: *` is answered with 412 where the object exists.
pub(super) fn precondition(task: &Task) -> Refusal {
    let message = "At least one of the pre-conditions you specified did not hold";
    refusal(task, "PreconditionFailed", message, 412)
}

/// API reference, "GetObject" and "HeadObject".
pub(super) fn no_object(task: &Task) -> Refusal {
    refusal(task, "NoSuchKey", "The specified key does not exist.", 404)
}

/// API reference, "StartExecution": a name is taken for 90 days; a call with the same input succeeds only while the
/// first execution runs.
pub(super) fn execution(task: &Task, found: &Found) -> Refusal {
    let arn = found.identity.home.replace(":stateMachine:", ":execution:");
    let message = format!("Execution Already Exists: '{arn}:{}'", found.identity.key);
    refusal(task, "ExecutionAlreadyExists", &message, 400)
}

/// The error of the operation's model for a name that is taken.
pub(super) fn taken(task: &Task, exception: &str, found: &Found) -> Refusal {
    refusal(task, exception, &format!("{} already exists", found.identity.key), 400)
}

fn refusal(task: &Task, exception: &str, message: &str, status: u16) -> Refusal {
    Refusal(catalog::declared_error(&task.integration, exception, message, status))
}
