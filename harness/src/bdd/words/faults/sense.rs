//! Which faults make sense at which tasks. A sentence about something that a task cannot meet is refused before
//! anything runs: else what is asked afterwards would be asked of a fault that AWS never shows.

use super::errors;
use crate::asl::{State, Task};
use crate::bdd::Stage;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::stage::{Subject, lacking};
use crate::catalog::models::result_shape;
use crate::catalog::{self, Pattern, Service, conform};
use crate::fault::Class;

/// Says why a fault makes no sense at a task, if it makes none.
pub(super) fn check(stage: &Stage, subject: &Subject, state: &State, class: &Class) -> Result<(), Failed> {
    let Some(task) = state.task() else { return Ok(()) };
    let wrong = match class {
        Class::Throttling | Class::ServiceError | Class::PermissionDenied => without_call(state, task),
        Class::LostAnswerAs(error) => {
            without_call(state, task).or_else(|| errors::unreportable(state, task, error))
        }
        Class::ApplicationError(error) | Class::CallbackFailed(error) => {
            let wrong = token(state, task).filter(|_| matches!(class, Class::CallbackFailed(_)));
            wrong.or_else(|| errors::unreportable(state, task, error))
        }
        Class::Timeout | Class::OversizedResult => None,
        Class::LostAnswer => looked_after(state, task),
        Class::LostHeartbeat => without_heartbeat(state, task),
        Class::CallbackMissing | Class::CallbackDuplicate => token(state, task),
        Class::CallbackLate => token(state, task).or_else(|| without_timer(state, task)),
        Class::JobFails => job(state, task),
        Class::JobNeverEnds => job(state, task).filter(|_| task.integration.kind != Service::Activity),
        Class::Status(argument) => super::status::unknown(state, task, argument),
        Class::MissingMember(path) => member(stage, subject, state, task, path),
        Class::PartialSuccess(member) => part(state, task, member),
    };
    wrong.map_or(Ok(()), |wrong| Err(wrong.into()))
}

fn without_call(state: &State, task: &Task) -> Option<Wrong> {
    (task.integration.kind == Service::Activity).then(|| {
        Wrong::new(format!("`{}` waits for the worker of an activity and calls no service", state.path))
            .help("say what the worker does: `… fails with ERROR`, `… never answers`")
    })
}

fn looked_after(state: &State, task: &Task) -> Option<Wrong> {
    task.integration.is_job().then(|| {
        Wrong::new(format!(
            "Step Functions looks after the job of `{}` itself, so no answer is lost",
            state.path
        ))
        .help(format!("write `the job of {} never ends`", state.name))
    })
}

fn without_heartbeat(state: &State, task: &Task) -> Option<Wrong> {
    if !task.integration.is_answered_by_worker() {
        let wrong = Wrong::new(format!("`{}` waits for no worker, so nobody sends heartbeats", state.path));
        return Some(wrong.help(format!("write `{} never answers`", state.name)));
    }
    task.heartbeat.is_none().then(|| {
        Wrong::new(format!("`{}` has no HeartbeatSeconds, so no heartbeat is missed", state.path))
            .help(format!("write `nobody answers the task token of {}`", state.name))
    })
}

fn token(state: &State, task: &Task) -> Option<Wrong> {
    (!task.integration.is_answered_by_worker()).then(|| {
        Wrong::new(format!("`{}` waits for no task token", state.path))
            .help("only tasks with `.waitForTaskToken` and activities do")
    })
}

fn without_timer(state: &State, task: &Task) -> Option<Wrong> {
    (task.timeout.is_none() && task.heartbeat.is_none()).then(|| {
        Wrong::new(format!("no answer is too late for `{}`: it has no TimeoutSeconds", state.path))
            .help(format!("write `nobody answers the task token of {}`", state.name))
    })
}

fn job(state: &State, task: &Task) -> Option<Wrong> {
    (!task.integration.is_job()).then(|| {
        Wrong::new(format!("`{}` waits for no job: its resource does not end in `.sync`", state.path))
            .help(format!("write `{} fails with ERROR` or `{} never answers`", state.name, state.name))
    })
}

/// That an answer lacks a member that the API always gives, or that it does not have anyway.
fn member(stage: &Stage, subject: &Subject, state: &State, task: &Task, path: &str) -> Option<Wrong> {
    let shape = result_shape(&task.integration).shape();
    let typed = shape.filter(|_| conform::answers_like_the_api(&task.integration));
    if typed.and_then(|shape| shape.member(path)).is_some_and(|member| member.required) {
        let wrong =
            Wrong::new(format!("the API always gives `{path}` in the answer of {}", task.integration));
        return Some(wrong.help("name a member that it may leave out"));
    }
    // Where the scenario cannot be run at all, the first step that asks for it says so.
    lacking(stage.scenarios(subject).ok()?.first()?, &state.path, path)
}

/// The member in which the API of a task says that part of the work was not done.
pub(super) fn partial_member(task: &Task) -> Option<&'static str> {
    let in_answer = catalog::partial_success(&task.integration).map(|partial| partial.member);
    in_answer.or_else(|| catalog::partial_failure(&task.integration))
}

fn part(state: &State, task: &Task, member: &str) -> Option<Wrong> {
    let Some(known) = partial_member(task) else { return Some(undivided(state, task)) };
    (known != member).then(|| {
        Wrong::new(format!("`{}` does not tell of undone work in `{member}`", state.path))
            .help(format!("{} tells it in `{known}`", task.integration))
    })
}

/// No answer says that part of the work was not done.
pub(super) fn undivided(state: &State, task: &Task) -> Wrong {
    let wrong =
        Wrong::new(format!("no answer of {} says that part of the work was not done", task.integration));
    let waits = task.integration.pattern != Pattern::RequestResponse;
    wrong.help(if waits {
        format!("write `the job of {} fails`, or what it returns", state.name)
    } else {
        format!("let it return what says so: `Given {} returns: …`", state.name)
    })
}
