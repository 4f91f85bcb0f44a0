//! Which error names a sentence may say: a test of a handler with a name that its task never reports would prove the
//! handler good, and AWS would never use it.

use crate::asl::{State, Task};
use crate::bdd::failed::Wrong;
use crate::catalog::{self, Pattern};
use crate::error::ErrorName;
use crate::fault::Class;

/// Why nothing reports a name by itself, and the sentence that says what does.
fn elsewhere(state: &State, error: &str) -> Option<(&'static str, String)> {
    let name = &state.name;
    Some(match error {
        ErrorName::ALL => (
            "`States.ALL` stands for every error, and none is called so",
            format!("{name} fails with an unexpected error"),
        ),
        ErrorName::TIMEOUT => {
            ("nothing reports `States.Timeout` but a timer of the task", format!("{name} times out"))
        }
        ErrorName::HEARTBEAT_TIMEOUT => (
            "nothing reports `States.HeartbeatTimeout` but the heartbeat of the task",
            format!("{name} misses its heartbeat"),
        ),
        ErrorName::DATA_LIMIT => (
            "nothing reports `States.DataLimitExceeded` but a payload that is too large",
            format!("the result of {name} is larger than 256 KB"),
        ),
        _ => return None,
    })
}

/// Why a task never reports an error of this name, where that is certain.
pub(super) fn unreportable(state: &State, task: &Task, error: &ErrorName) -> Option<Wrong> {
    let name = error.as_str();
    if let Some((why, instead)) = elsewhere(state, name) {
        return Some(Wrong::new(why).help(format!("write `{instead}`")));
    }
    if catalog::can_report(&task.integration, name) != Some(false) {
        return None;
    }
    let wrong = Wrong::new(format!("`{}` ({}) never reports `{name}`", state.path, task.integration));
    Some(wrong.nearest(catalog::suggest(&task.integration, name).as_deref()))
}

/// The class of a task that fails with an error: whoever holds a task token reports it, unless it is one of the service.
pub(super) fn failing(task: &Task, error: &str) -> Class {
    let name = ErrorName::new(error);
    let integration = &task.integration;
    let is_of_service =
        !error.starts_with("States.") && catalog::can_report(integration, error) == Some(true);
    if integration.pattern == Pattern::Callback && !is_of_service {
        Class::CallbackFailed(name)
    } else {
        Class::ApplicationError(name)
    }
}
