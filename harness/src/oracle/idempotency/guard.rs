//! Whether a second attempt does harm, by the requests of both attempts as they were sent.
//!
//! What is made in a state before is the same in every attempt; what the request itself makes up (`States.UUID()`, a
//! time, the number of the retry, the task token) is another value each time and guards nothing.

use crate::asl::{State, Task};
use crate::catalog::{self, Effect, Pattern};
use crate::history::Attempt;
use crate::model::{PlaceId, Source};
use crate::oracle::trace;
use crate::oracle::{Run, Severity};
use crate::value::Value;

/// A repetition that does harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repetition {
    pub(super) severity: Severity,
    pub(super) because: Because,
}

/// Why nothing keeps the second attempt from doing the work again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Because {
    /// The request has nothing by which the service could tell.
    Unguarded,
    /// The other side may know what it did, but the definition does not show it.
    Undeclared,
    /// Somebody is told twice.
    ToldTwice,
    /// This member is meant to be the key, and is another one each time.
    KeyMadeAnew(String),
    /// The key that the user declared is not in the request.
    KeyMissing(String),
    /// The queue drops the second message only if it compares contents, which the definition does not show.
    ByContent,
    /// What the request is about is another thing each time.
    AnotherThing(String),
    /// The service forgets the key after so many minutes, and the second attempt comes later.
    Forgotten(u64),
}

/// What is wrong with a second attempt; `None`: it does no harm.
pub(super) fn repetition(
    run: &Run<'_>,
    state: &State,
    task: &Task,
    first: &Attempt,
    second: &Attempt,
) -> Option<Repetition> {
    let found = |severity, because| Some(Repetition { severity, because });
    let declared = run.model.declaration(state.id, &first.parameters).unwrap_or_default();
    let is_harmless = matches!(declared.effect, Some(Effect::None | Effect::Repeatable));
    if let Some(key) = declared.key.as_ref().filter(|_| !is_harmless) {
        return match (key.find(&first.parameters), key.find(&second.parameters)) {
            (Some(one), Some(other)) if one == other => None,
            (Some(_), Some(_)) => found(Severity::Critical, Because::KeyMadeAnew(key.text())),
            _ => found(Severity::Critical, Because::KeyMissing(key.text())),
        };
    }
    let effect = run.model.effect_of(state.id, &first.parameters);
    match effect {
        Effect::None => None,
        Effect::Repeatable if is_harmless => None,
        Effect::Repeatable => another_thing(task, &first.parameters, &second.parameters),
        Effect::Notification if task.integration.pattern != Pattern::Callback => {
            found(Severity::Low, Because::ToldTwice)
        }
        Effect::Unknown => of_own_code(run, state, first, second),
        Effect::Guarded { by } => guarded(run, state, task, &by, first, second),
        Effect::Unguarded if declared.effect.is_some() && has_stable_key(run, state, first, second) => None,
        Effect::Unguarded if only_tells_of_failure(run, state, task, first) => {
            found(Severity::Low, Because::ToldTwice)
        }
        Effect::Unguarded if declared.effect.is_none() && starts_own_job(task) => {
            found(Severity::Medium, Because::Unguarded)
        }
        // A message with a token: two workers get to work, and only one of the tokens is still awaited.
        Effect::Notification | Effect::Unguarded => {
            if carries(task) && strong_key(first, second) == Some(Ok(())) {
                return None;
            }
            found(Severity::Critical, Because::Unguarded)
        }
    }
}

/// Whether a message to a queue only tells of a failure: the execution can but fail after it, and it carries the error, or
/// is named for telling.
fn only_tells_of_failure(run: &Run<'_>, state: &State, task: &Task, attempt: &Attempt) -> bool {
    let demands = run.model.demands();
    let ends_badly = !run.model.graph.can_end_well(state.id) && run.model.graph.can_end_badly(state.id);
    if !ends_badly || task.integration.pattern != Pattern::RequestResponse || !run.model.is_signal(state.id) {
        return false;
    }
    let of_failure = |place: &PlaceId| matches!(demands.place(*place).source, Source::Failure(_));
    demands.reads_of(state.id).flat_map(|(_, places)| places).any(of_failure)
        || run.history.failures.iter().any(|record| trace::mentions(&attempt.parameters, record))
        || trace::is_named_for_telling(run, attempt)
}

/// Whether the call starts a job that its service has no way to know again. It runs somebody's own code: a second one
/// costs its time, and what else it does is up to that code.
fn starts_own_job(task: &Task) -> bool {
    let call = (&*task.integration.service, &*task.integration.action);
    task.integration.is_job()
        || matches!(
            call,
            ("glue" | "databrew", "startJobRun") | ("batch", "submitJob") | ("elasticmapreduce", "addStep")
        )
}

/// Functions, endpoints, workers: with a key they can tell that it is the same call again.
fn of_own_code(run: &Run<'_>, state: &State, first: &Attempt, second: &Attempt) -> Option<Repetition> {
    if let Some(Err(member)) = strong_key(first, second) {
        return Some(Repetition { severity: Severity::High, because: Because::KeyMadeAnew(member) });
    }
    let stable = has_stable_key(run, state, first, second);
    (!stable).then_some(Repetition { severity: Severity::Low, because: Because::Undeclared })
}

fn guarded(
    run: &Run<'_>,
    state: &State,
    task: &Task,
    by: &[&'static str],
    first: &Attempt,
    second: &Attempt,
) -> Option<Repetition> {
    let given = || by.iter().filter(|member| first.parameters.get(member).is_some());
    let is_same = |member: &&&str| first.parameters.get(member) == second.parameters.get(member);
    if given().any(|member| is_same(&member)) {
        if !given().any(|member| is_same(&member) && !is_content(member)) {
            return Some(Repetition { severity: Severity::Low, because: Because::ByContent });
        }
        let minutes = remembered_minutes(task)?;
        let apart_ms = second.at.0.saturating_sub(first.at.0);
        return (apart_ms > minutes * 60_000)
            .then_some(Repetition { severity: Severity::Low, because: Because::Forgotten(minutes) });
    }
    if carries(task) && strong_key(first, second) == Some(Ok(())) {
        return None;
    }
    // A child execution that is waited for may be idempotent inside; one that is only started runs twice for certain.
    let is_child = &*task.integration.service == "states" && task.integration.is_job();
    let member = given().next().filter(|member| !is_content(member));
    let because = match member {
        Some(member) => Because::KeyMadeAnew((*member).to_owned()),
        None if is_child && has_stable_key(run, state, first, second) => return None,
        None if is_child => Because::Undeclared,
        None => Because::Unguarded,
    };
    let severity = if is_child && member.is_none() { Severity::Low } else { Severity::Critical };
    Some(Repetition { severity, because })
}

/// Whether a member of a request is the message itself.
fn is_content(member: &str) -> bool {
    matches!(member, "MessageBody" | "Message")
}

/// For how many minutes a service knows a key again, where that is less than a workflow may take.
///
/// Docs: "Amazon SQS message deduplication" and "message deduplication for FIFO topics", five minutes; CodeBuild,
/// `StartBuild`, five minutes; DynamoDB, `TransactWriteItems`, ten minutes.
fn remembered_minutes(task: &Task) -> Option<u64> {
    match &*task.integration.service {
        "sqs" | "sns" | "codebuild" => Some(5),
        "dynamodb" => Some(10),
        _ => None,
    }
}

/// Whether the call brings a message to somebody who can look for a key in it.
fn carries(task: &Task) -> bool {
    matches!(&*task.integration.service, "sqs" | "sns" | "kinesis" | "firehose" | "events" | "eventbridge")
        || task.integration.pattern == Pattern::Callback
}

/// Whether what is written is another thing in the second attempt.
fn another_thing(task: &Task, first: &Value, second: &Value) -> Option<Repetition> {
    let found =
        |severity, name: &str| Some(Repetition { severity, because: Because::AnotherThing(name.to_owned()) });
    if first == second {
        return None;
    }
    let is_table = &*task.integration.service == "dynamodb";
    let text = |member: &str| first.get(member).and_then(Value::as_str);
    let counts =
        is_table && text("UpdateExpression").is_some_and(|text| !catalog::update_is_repeatable(text));
    if counts && !catalog::is_same_condition(first, second) {
        return found(Severity::Critical, "ConditionExpression");
    }
    let mut changed = Vec::new();
    differences(first, second, &mut Vec::new(), &mut changed);
    for path in &changed {
        let below = |member: &str| {
            let at = path.iter().position(|name| name == member)?;
            path.get(at + 1).map(String::as_str)
        };
        if is_table {
            if let Some(name) = below("Key") {
                return found(Severity::Critical, name);
            }
            if let Some(name) = below("Item").filter(|name| is_key_attribute(name)) {
                return found(Severity::High, name);
            }
        } else if let [name] = path.as_slice()
            && is_identity(name)
        {
            return found(Severity::High, name);
        }
    }
    None
}

/// Members whose value is another one, by their paths.
fn differences(first: &Value, second: &Value, at: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if first == second {
        return;
    }
    match (first, second) {
        (Value::Object(one), Value::Object(other)) => {
            for (name, value) in one.iter() {
                at.push(name.to_string());
                differences(value, other.get(name).unwrap_or(&Value::Null), at, found);
                at.pop();
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (one, other) in one.iter().zip(other.iter()) {
                differences(one, other, at, found);
            }
        }
        _ => found.push(at.clone()),
    }
}

/// Names that the keys of tables have. Which attributes are keys the definition does not say.
fn is_key_attribute(name: &str) -> bool {
    let plain = plain(name);
    matches!(
        plain.as_str(),
        "id" | "pk" | "sk" | "uuid" | "partitionkey" | "sortkey" | "hashkey" | "rangekey"
    )
}

fn is_identity(name: &str) -> bool {
    name != "RequestId"
        && ["Name", "Id", "Identifier", "Key", "ApiEndpoint"].iter().any(|end| name.ends_with(end))
}

/// Whether the request carries something by which the other side can tell that it is the same call again: the
/// execution's name or id, or a member that is called a key, the same in both attempts.
pub(super) fn has_stable_key(run: &Run<'_>, state: &State, first: &Attempt, second: &Attempt) -> bool {
    let name = &*run.case.execution_name;
    let names_execution =
        |text: &str| text.rsplit(':').next() == Some(name) && (text == name || text.starts_with("arn:"));
    if trace::holds_text(&first.parameters, &names_execution) || writes_execution(run, state) {
        return true;
    }
    let (keys, others) = (keys(first, is_key_name), keys(second, is_key_name));
    keys.iter().any(|key| others.contains(key))
}

/// Whether the request is made with the name or the id of the execution, such as `States.Format('{}-a', …)`.
fn writes_execution(run: &Run<'_>, state: &State) -> bool {
    let machine = &run.model.machine;
    let fields = ["Parameters", "Arguments"].iter();
    let mut written = fields.filter_map(|field| machine.document.node(&format!("{}/{field}", state.pointer)));
    written.any(|node| {
        trace::holds_text(&node.to_value(), &|text| {
            ["$.Execution.Id", "$.Execution.Name", "context.Execution.Id", "context.Execution.Name"]
                .iter()
                .any(|path| text.contains(path))
                // A text that is made of it and of something else each time is another one each time.
                && !["States.UUID", "$uuid(", "RetryCount", "Task.Token", "$now(", "$millis("]
                    .iter()
                    .any(|made_up| text.contains(made_up))
        })
    })
}

/// Whether a member that is called an idempotency or deduplication key is the same in both attempts; its name if it is
/// not. `None`: there is none.
fn strong_key(first: &Attempt, second: &Attempt) -> Option<Result<(), String>> {
    let (keys, others) = (keys(first, is_strong_name), keys(second, is_strong_name));
    if keys.iter().any(|key| others.contains(key)) {
        return Some(Ok(()));
    }
    keys.into_iter().next().map(|(name, _)| Err(name))
}

/// Members whose name passes a test, at any depth, with their values.
fn keys(attempt: &Attempt, is_key: fn(&str) -> bool) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(&attempt.parameters, is_key, &mut found);
    found
}

fn collect(value: &Value, is_key: fn(&str) -> bool, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(object) => {
            for (key, member) in object.iter() {
                if is_key(key) && !member.is_null() {
                    found.push((key.to_string(), member.clone()));
                }
                collect(member, is_key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, is_key, found)),
        // A message may be JSON in a text.
        Value::String(text) if text.starts_with('{') => {
            if let Ok(inner) = Value::parse(text) {
                collect(&inner, is_key, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_strong_name(name: &str) -> bool {
    let plain = plain(name);
    // Standard queues take no notice of the deduplication id of FIFO queues.
    plain.contains("idempoten") || (plain.contains("dedup") && plain != "messagededuplicationid")
}

fn is_key_name(name: &str) -> bool {
    is_strong_name(name)
        || matches!(
            plain(name).as_str(),
            "requestid" | "clienttoken" | "clientrequesttoken" | "executionid" | "executionname"
        )
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}
