//! Which classes of faults apply to a task.

use super::{Class, Injection, injection, missing_members};
use crate::asl::{Choice, Kind, Machine, State, StateId, Task};
use crate::catalog::{self, Pattern, Service};
use crate::error::ErrorName;
use crate::expr::{Comparison, Operand, Rule};
use crate::model::{Model, Source, Step};
use crate::value::Value;

/// An error that no definition expects, as a bug would report it.
pub const UNEXPECTED_ERROR: &str = "Chaos.UnexpectedError";

/// Every class of faults that can happen at a state, the plainest first; none for states that are no tasks.
pub fn classes(model: &Model, state: &State) -> Vec<Class> {
    let Some(task) = state.task() else { return Vec::new() };
    let integration = &task.integration;
    let is_activity = integration.kind == Service::Activity;
    let mut classes = Vec::new();
    if !is_activity {
        classes.extend([Class::Throttling, Class::ServiceError, Class::PermissionDenied]);
    }
    if task.heartbeat.is_some() && (is_activity || integration.pattern == Pattern::Callback) {
        classes.push(Class::LostHeartbeat);
    }
    match integration.pattern {
        Pattern::RequestResponse if is_activity => classes.push(Class::JobNeverEnds),
        Pattern::RequestResponse => classes.extend([Class::Timeout, Class::LostAnswer]),
        Pattern::Sync | Pattern::Sync2 => classes.extend([Class::JobFails, Class::JobNeverEnds]),
        Pattern::Callback => classes.push(Class::CallbackMissing),
    }
    // A worker that is alive and never done: only `TimeoutSeconds` ends it.
    if task.heartbeat.is_some() && task.timeout.is_some() && integration.pattern == Pattern::Callback {
        classes.push(Class::Timeout);
    }
    classes.extend(own_errors(&model.machine, state, task, &classes));
    classes.extend(statuses(model, state, task));
    if integration.pattern == Pattern::RequestResponse && catalog::statuses(integration).is_none() {
        classes.extend(answers_in_loops(model, state.id));
    }
    classes.extend(partial_success(task));
    classes.extend(missing_members(model, state, task));
    classes
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
    for level in std::iter::once(state).chain(machine.enclosing(state.id)) {
        let retried = level.retry.iter().flat_map(|retrier| &retrier.errors);
        let caught = level.catch.iter().flat_map(|catcher| &catcher.errors);
        for name in retried.chain(caught) {
            let own = !name.as_str().starts_with("States.")
                && catalog::can_report(&task.integration, name.as_str()) != Some(false)
                && reported.iter().all(|error| **error != *name.as_str());
            if own && !names.contains(&name) {
                names.push(name);
            }
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

/// Every end of a polled thing, and one status that is none, if a Choice after the task compares with any of them.
fn statuses(model: &Model, state: &State, task: &Task) -> Vec<Class> {
    if task.integration.pattern != Pattern::RequestResponse {
        return Vec::new();
    }
    let Some(known) = catalog::statuses(&task.integration) else { return Vec::new() };
    let all: Vec<&str> = known.ends().chain(known.pending.iter().copied()).collect();
    let is_asked = choices_after(model, state.id)
        .any(|choice| choice.rules.iter().any(|rule| compares_with(&rule.rule, &all)));
    if !is_asked {
        return Vec::new();
    }
    let for_ever = known.pending.last().copied();
    known.ends().chain(for_ever).map(|status| Class::Status(status.into())).collect()
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
fn answers_in_loops(model: &Model, state: StateId) -> Vec<Class> {
    let Some(looped) = model.graph.loop_of(state).filter(|looped| looped.polls()) else { return Vec::new() };
    let demands = model.demands();
    let mut classes = Vec::new();
    for id in &looped.states {
        let Kind::Choice(choice) = &model.machine.state(*id).kind else { continue };
        let goes_round = choice.default.is_some_and(|next| looped.contains(next));
        let places = demands.choice(*id).iter().flat_map(|dependency| &dependency.places);
        for place in places.filter(|place| demands.place(**place).source == Source::Result(state)) {
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

/// `Payload.jobs.0.state`; none for the whole result, and for what is made of a value or is inside of a text.
fn member_path(steps: &[Step]) -> Option<String> {
    let names = steps.iter().map(|step| match step {
        Step::Field(name) => Some(name.to_string()),
        Step::Index(index) => Some(index.to_string()),
        Step::Each => Some("0".to_owned()),
        Step::Length | Step::Parsed | Step::Split(_) => None,
    });
    let path = names.collect::<Option<Vec<_>>>()?.join(".");
    (!path.is_empty()).then_some(path)
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

fn choices_after(model: &Model, state: StateId) -> impl Iterator<Item = &Choice> {
    model.graph.downstream(state).into_iter().filter_map(|id| match &model.machine.state(id).kind {
        Kind::Choice(choice) => Some(choice),
        _ => None,
    })
}

fn compares_with(rule: &Rule, texts: &[&str]) -> bool {
    match rule {
        Rule::And(rules) | Rule::Or(rules) => rules.iter().any(|rule| compares_with(rule, texts)),
        Rule::Not(rule) => compares_with(rule, texts),
        Rule::Test { comparison, .. } => match comparison {
            Comparison::StringEquals(Operand::Literal(text)) | Comparison::StringMatches(text) => {
                texts.contains(&&**text)
            }
            _ => false,
        },
        Rule::Jsonata(condition) => {
            texts.iter().any(|text| condition.query().expression().text().contains(text))
        }
    }
}
