//! `idempotency`: an effect is applied once.
//!
//! `effect-repeated`: the service did the work, the answer was lost or came too late, and a retrier made the call
//! again. For calls that are known to do their work once more, this is critical; functions, endpoints, workers and
//! child executions may be idempotent inside, so theirs is low and asks for a declaration; a second notification is
//! low.
//!
//! Exempt: calls that only read or that leave things as the first one did; a guard in the request that is the same
//! in both attempts (a client token, a deduplication id, a condition, a name, a key); a retry after an error that
//! the worker itself reported.

use crate::asl::{Machine, State, Task};
use crate::catalog::{self, Effect, ErrorClass, Pattern, Service};
use crate::diagnose::fix;
use crate::error::ErrorName;
use crate::fault::Class;
use crate::history::{Attempt, Ending, FailureRecord, Handling};
use crate::value::Value;

use super::trace;
use super::{Fix, Judgement, Oracle, RuleId, Run, Severity, Violation};

const RULE: RuleId = RuleId::EffectRepeated;

/// Judges the rules of the property `idempotency`.
#[derive(Debug)]
pub(super) struct Idempotency;

impl Oracle for Idempotency {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        for (_, record, first) in trace::task_failures(run) {
            let Handling::Retried { .. } = record.handling else { continue };
            if !first.applied || !is_outcome_unknown(run, record, first) {
                continue;
            }
            let Some(second) = next_attempt(run, first).filter(|second| second.applied || succeeded(second))
            else {
                continue;
            };
            let state = run.model.machine.state(first.state);
            let Some(task) = state.task() else { continue };
            match severity(run, state, task, first, second) {
                Some(severity) => out.violated(violation(run, severity, record, second, state, task)),
                None => out.holds(RULE),
            }
        }
    }
}

fn succeeded(attempt: &Attempt) -> bool {
    matches!(attempt.ending, Ending::Succeeded(_))
}

/// Whether nobody could know if the work was done: a timer fired, or the answer was lost. A worker that reports an
/// error has had its say, and trying again is what the retrier is for.
fn is_outcome_unknown(run: &Run<'_>, record: &FailureRecord, attempt: &Attempt) -> bool {
    let injected = attempt.injected.map(|index| &run.history.injected[index].class);
    let lost = matches!(
        injected,
        Some(Class::LostAnswer | Class::LostHeartbeat | Class::CallbackMissing | Class::CallbackLate)
    );
    lost || &*record.error == ErrorName::TIMEOUT
}

/// The next attempt of the same visit.
fn next_attempt<'a>(run: &Run<'a>, first: &Attempt) -> Option<&'a Attempt> {
    run.history.attempts.iter().find(|attempt| {
        attempt.state == first.state
            && attempt.strand == first.strand
            && attempt.visit == first.visit
            && attempt.number == first.number + 1
    })
}

/// How much the repetition matters; `None`: it does no harm.
fn severity(
    run: &Run<'_>,
    state: &State,
    task: &Task,
    first: &Attempt,
    second: &Attempt,
) -> Option<Severity> {
    let integration = &task.integration;
    match catalog::effect(integration) {
        Effect::None | Effect::Repeatable => None,
        Effect::Notification if integration.pattern != Pattern::Callback => Some(Severity::Low),
        Effect::Unknown => (!has_stable_key(run, state, first, second)).then_some(Severity::Low),
        Effect::Guarded { by } => {
            let guarded =
                by.iter().any(|member| is_same_guard(&run.model.machine, state, member, first, second));
            let repeatable = &*integration.service == "dynamodb" && is_constant_update(first);
            if guarded || repeatable {
                None
            } else if &*integration.service == "states" || integration.kind == Service::Sdk {
                Some(nested(task))
            } else {
                Some(Severity::Critical)
            }
        }
        // A message with a token: two workers get to work, and only one of the tokens is still awaited.
        Effect::Notification | Effect::Unguarded => Some(Severity::Critical),
    }
}

/// A child execution that is waited for may be idempotent inside; one that is only started runs twice for certain.
fn nested(task: &Task) -> Severity {
    if &*task.integration.service == "states" && task.integration.is_job() {
        Severity::Low
    } else {
        Severity::Critical
    }
}

/// Whether the request has the member, with the same value in both attempts, and not made up anew in each.
fn is_same_guard(machine: &Machine, state: &State, member: &str, first: &Attempt, second: &Attempt) -> bool {
    let value = first.parameters.get(member);
    value.is_some() && value == second.parameters.get(member) && !is_made_up(machine, state, member)
}

/// Whether the definition makes the value up each time: a random id or a time.
fn is_made_up(machine: &Machine, state: &State, member: &str) -> bool {
    ["Parameters", "Arguments"].iter().any(|field| {
        let pointer = format!("{}/{field}", state.pointer);
        let Some(Value::Object(object)) = machine.document.node(&pointer).map(crate::load::Node::to_value)
        else {
            return false;
        };
        let written = object.get(&format!("{member}.$")).or_else(|| object.get(member));
        written.is_some_and(|value| {
            trace::holds_text(value, &|text| {
                ["States.UUID", "$uuid(", "$now(", "$millis(", "EnteredTime", "RetryCount", "Task.Token"]
                    .iter()
                    .any(|made_up| text.contains(made_up))
            })
        })
    })
}

fn is_constant_update(attempt: &Attempt) -> bool {
    let expression = attempt.parameters.get("UpdateExpression").and_then(Value::as_str);
    expression.is_some_and(catalog::update_is_repeatable)
}

/// Whether the request carries something by which the other side can tell that it is the same call again: the
/// execution's name or id, or a member that is called a key, the same in both attempts.
fn has_stable_key(run: &Run<'_>, state: &State, first: &Attempt, second: &Attempt) -> bool {
    let name = &*run.case.execution_name;
    let names_execution =
        |text: &str| text.rsplit(':').next() == Some(name) && (text == name || text.starts_with("arn:"));
    if trace::holds_text(&first.parameters, &names_execution) {
        return true;
    }
    let (mut keys, mut others) = (Vec::new(), Vec::new());
    collect_keys(&first.parameters, &mut keys);
    collect_keys(&second.parameters, &mut others);
    let text = definition_of_request(&run.model.machine, state);
    !keys.is_empty() && keys == others && !text.contains("States.UUID") && !text.contains("$uuid(")
}

fn definition_of_request(machine: &Machine, state: &State) -> String {
    ["Parameters", "Arguments"]
        .iter()
        .filter_map(|field| machine.document.node(&format!("{}/{field}", state.pointer)))
        .map(|node| node.to_value().to_json())
        .collect()
}

/// Members that are called a key, at any depth, with their values.
fn collect_keys(value: &Value, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(object) => {
            for (key, member) in object.iter() {
                if is_key_name(key) && !member.is_null() {
                    found.push((key.to_string(), member.clone()));
                }
                collect_keys(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_key_name(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    plain.contains("idempoten")
        || plain.contains("dedup")
        || matches!(
            plain.as_str(),
            "requestid" | "clienttoken" | "clientrequesttoken" | "executionid" | "executionname"
        )
}

fn violation(
    run: &Run<'_>,
    severity: Severity,
    record: &FailureRecord,
    second: &Attempt,
    state: &State,
    task: &Task,
) -> Violation {
    let integration = &task.integration;
    let token = integration.pattern == Pattern::Callback;
    let title = if token {
        "A retry after a timeout sends the message again, with a new token".to_owned()
    } else {
        format!("A retry after a lost answer repeats {integration}")
    };
    let why = if token {
        format!(
            "The first message was sent and may still be worked on when `{}` is retried. The second one carries \
             another token: the work is done twice, and the answer to the first token is refused.",
            record.error
        )
    } else {
        format!(
            "The service did the work, only the answer did not arrive. `{}` is retried, and the call is made again \
             with nothing in the request by which the service could tell.",
            record.error
        )
    };
    Violation {
        class: ErrorClass::Timeout,
        route: route(severity, task).to_owned(),
        events: vec![record.event, second.scheduled],
        title,
        why,
        fix: proposal(state, task, severity),
        pointer: format!("{}/Retry", state.pointer),
        ..trace::violation(run, RULE, severity, record)
    }
}

fn route(severity: Severity, task: &Task) -> &'static str {
    match (severity, catalog::effect(&task.integration)) {
        (Severity::Low, Effect::Notification) => "answer-lost>told-twice",
        (Severity::Low, _) => "answer-lost>undeclared",
        _ if task.integration.pattern == Pattern::Callback => "token>sent-again",
        _ => "answer-lost>repeated",
    }
}

fn proposal(state: &State, task: &Task, severity: Severity) -> Fix {
    if task.integration.pattern == Pattern::Callback {
        return fix::words(
            "Do not retry a timeout of this task (list the errors that may be retried), or send a key with the \
             message by which the worker knows the work, and let it answer the newest token.",
        );
    }
    let field = if state.flow.parameters.is_some() { state_field(state) } else { None };
    match (catalog::effect(&task.integration), field) {
        (Effect::Guarded { by }, Some(field)) if by.iter().any(|member| is_token_like(member)) => {
            let member = by.iter().find(|member| is_token_like(member)).expect("checked in the guard");
            fix::patch(
                format!("Name the call after the execution in `{member}`, so that a second one is refused."),
                vec![fix::add(
                    format!("{}/{field}/{member}.$", state.pointer),
                    Value::from("$$.Execution.Name"),
                )],
            )
        }
        (Effect::Guarded { by }, _) => {
            fix::words(format!("Guard the call with {}, the same in every attempt.", fix::listed(&by)))
        }
        _ if severity == Severity::Low => fix::words(
            "Send a key that is the same in every attempt, such as `$$.Execution.Name`, and let the other side \
             refuse what it has done; or declare the task idempotent if it is.",
        ),
        _ => fix::words(
            "Retry only errors after which the work is certainly not done, or make the call idempotent.",
        ),
    }
}

/// Members that take any text and are compared with it.
fn is_token_like(member: &str) -> bool {
    member == "Name" || member.to_ascii_lowercase().ends_with("token")
}

/// `Parameters`, where it can be patched with a path.
fn state_field(state: &State) -> Option<&'static str> {
    (state.query_language == crate::asl::QueryLanguage::JsonPath).then_some("Parameters")
}
