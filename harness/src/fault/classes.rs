//! Which classes of faults apply to a task.

use super::lost::lost_answer;
use super::statuses::{member_path, statuses};
use super::{Class, Injection, injection, missing_members};
use crate::asl::{Kind, Machine, State, StateId, Task};
use crate::catalog::{self, FaultKind, Integration, Pattern, Service};
use crate::error::ErrorName;
use crate::model::{Model, PlaceId, Source};
use crate::value::Value;

/// An error that no definition expects, as a bug would report it.
pub const UNEXPECTED_ERROR: &str = "Chaos.UnexpectedError";

/// Every class of faults that can happen at a state, the plainest first; none for states that are no tasks.
pub fn classes(model: &Model, state: &State) -> Vec<Class> {
    let Some(task) = state.task() else { return Vec::new() };
    let integration = &task.integration;
    let is_activity = integration.kind == Service::Activity;
    let mut classes = Vec::new();
    if !is_activity && !only_handlers_know_errors(&model.machine, state, integration) {
        classes.extend([Class::Throttling, Class::ServiceError, Class::PermissionDenied]);
    }
    if task.heartbeat.is_some() && (is_activity || integration.pattern == Pattern::Callback) {
        classes.push(Class::LostHeartbeat);
    }
    match integration.pattern {
        Pattern::RequestResponse if is_activity => classes.push(Class::JobNeverEnds),
        Pattern::RequestResponse => classes.extend([Class::Timeout, Class::LostAnswer]),
        Pattern::Sync | Pattern::Sync2 => classes.extend([Class::JobFails, Class::JobNeverEnds]),
        Pattern::Callback => {
            classes.push(Class::CallbackMissing);
            if minds_late_answers(model, state, task) {
                classes.extend([Class::CallbackLate, Class::CallbackDuplicate]);
            }
        }
    }
    // A worker that is alive and never done: only `TimeoutSeconds` ends it.
    if task.heartbeat.is_some() && task.timeout.is_some() && integration.pattern == Pattern::Callback {
        classes.push(Class::Timeout);
    }
    classes.extend(own_errors(&model.machine, state, task, &classes));
    classes.extend(lost_answer(model, state, task));
    let tried = statuses(model, state, task);
    let is_known = !tried.classes.is_empty() && tried.places.is_empty();
    classes.extend(tried.classes);
    if integration.pattern == Pattern::RequestResponse && !is_known {
        classes.extend(answers_in_loops(model, state.id, &tried.places));
    }
    classes.extend(partial_success(task));
    classes.extend(missing_members(model, state, task));
    classes
}

/// Whether it matters that a token comes back after its timer has fired, or twice: there is a timer, and then the work is
/// tried again, or the workflow goes on without it.
fn minds_late_answers(model: &Model, state: &State, task: &Task) -> bool {
    let goes_on = |level: &State| {
        let ends = |next: StateId| matches!(model.machine.state(next).kind, Kind::Fail { .. });
        !level.retry.is_empty() || level.catch.iter().any(|catcher| !ends(catcher.next))
    };
    let has_timer = task.timeout.is_some() || task.heartbeat.is_some();
    has_timer && std::iter::once(state).chain(model.machine.enclosing(state.id)).any(goes_on)
}

/// Whether the catalogue does not know what the call reports, but handlers name it: these names are tried, and no
/// assumed ones beside them, which nobody could be blamed for not handling.
fn only_handlers_know_errors(machine: &Machine, state: &State, integration: &Integration) -> bool {
    catalog::fault(integration, FaultKind::ServiceError).is_none()
        && handled_names(machine, state).next().is_some()
}

/// The names in the handlers on the way up, without those of the service itself.
fn handled_names<'m>(machine: &'m Machine, state: &'m State) -> impl Iterator<Item = &'m ErrorName> {
    let levels = std::iter::once(state).chain(machine.enclosing(state.id));
    let names = levels.flat_map(|level| {
        let retried = level.retry.iter().flat_map(|retrier| &retrier.errors);
        retried.chain(level.catch.iter().flat_map(|catcher| &catcher.errors))
    });
    names.filter(|name| {
        let name = name.as_str();
        // Docs, "Call HTTPS APIs": what an endpoint answered is reported under the prefix of the interpreter.
        !name.starts_with("States.") || name.starts_with("States.Http.")
    })
}

/// The errors of the work itself: those that a handler on the way up names, and one that none expects.
fn own_errors(machine: &Machine, state: &State, task: &Task, others: &[Class]) -> Vec<Class> {
    let reported: Vec<_> = others
        .iter()
        .filter_map(|class| match injection(class, task) {
            Injection::Fail { error, .. } => Some(error),
            _ => None,
        })
        .collect();
    let mut names: Vec<&ErrorName> = Vec::new();
    for name in handled_names(machine, state) {
        let own = catalog::can_report(&task.integration, name.as_str()) != Some(false)
            && reported.iter().all(|error| **error != *name.as_str());
        if own && !names.contains(&name) {
            names.push(name);
        }
    }
    let unexpected = ErrorName::new(UNEXPECTED_ERROR);
    if catalog::application_error(&task.integration, UNEXPECTED_ERROR).is_some() {
        names.push(&unexpected);
    }
    let class = if task.integration.pattern == Pattern::Callback {
        Class::CallbackFailed
    } else {
        Class::ApplicationError
    };
    names.into_iter().map(|name| class(name.clone())).collect()
}

/// That part of the work is not done, where the answer of the call can say so, or Step Functions makes an error of it.
fn partial_success(task: &Task) -> Option<Class> {
    let integration = &task.integration;
    let in_answer = catalog::partial_success(integration).map(|partial| partial.member);
    let member = in_answer.or_else(|| catalog::partial_failure(integration))?;
    Some(Class::PartialSuccess(member.into()))
}

/// A value that no rule knows, for loops that go on by default.
const NOT_YET: &str = "IN_PROGRESS";

/// For a task that is polled, and whose statuses no API tells: the values that the decision itself names, and one that
/// it does not name, where it goes round again by default. A loop without a pause does work or talks to people; that
/// it could go round for ever is no failure of anything.
fn answers_in_loops(model: &Model, state: StateId, known: &[PlaceId]) -> Vec<Class> {
    let Some(looped) = model.graph.loop_of(state).filter(|looped| looped.polls()) else { return Vec::new() };
    let demands = model.demands();
    let mut classes = Vec::new();
    for id in &looped.states {
        let Kind::Choice(choice) = &model.machine.state(*id).kind else { continue };
        let goes_round = choice.default.is_some_and(|next| looped.contains(next));
        let places = demands.choice(*id).iter().flat_map(|dependency| &dependency.places);
        let own = |place: &&PlaceId| {
            demands.place(**place).source == Source::Result(state) && !known.contains(place)
        };
        for place in places.filter(own) {
            let Some(path) = member_path(&demands.steps(*place)) else { continue };
            let literals = &demands.place(*place).literals;
            let mut values: Vec<String> = literals.iter().filter_map(answer_text).collect();
            if goes_round && literals.iter().any(|literal| literal.as_str().is_some()) {
                values.push(NOT_YET.to_owned());
            } else if let [Value::Bool(truth)] = literals[..] {
                values.push((!truth).to_string());
            }
            classes.extend(values.iter().map(|value| Class::Status(format!("{path}={value}").into())));
        }
    }
    classes.dedup();
    classes
}

/// A literal as the argument of a class: texts that look like another kind of value are quoted.
fn answer_text(literal: &Value) -> Option<String> {
    match literal {
        Value::Bool(truth) => Some(truth.to_string()),
        Value::String(text) if Value::parse(text).is_ok() => Some(literal.to_json()),
        Value::String(text) => Some(text.to_string()),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
