//! Advice on what tasks call, and how.

use super::{Advice, AdviceId, Says, Setting, at, form, named, reachable, request};
use crate::asl::{Amount, MachineType, State, Task};
use crate::catalog::{Pattern, Service};
use crate::diagnose::fix;
use crate::model::Model;
use crate::oracle::Severity;
use crate::value::Value;

/// A worker that is silent for so long should have said that it is alive.
const LONG_SECONDS: f64 = 3600.0;

/// Docs, "Lambda quotas": a function runs for 15 minutes at most.
const FUNCTION_SECONDS_MAX: f64 = 900.0;

/// Workers are programs; people who hold a token send no heartbeats.
pub(super) fn heartbeat_missing(model: &Model) -> Option<Advice> {
    let is_worker = |task: &Task| {
        let integration = &task.integration;
        integration.kind == Service::Activity
            || (integration.pattern == Pattern::Callback
                && matches!(&*integration.service, "ecs" | "batch" | "eks"))
    };
    let is_blind = |task: &Task| {
        let long = matches!(task.timeout, Some(Amount::Literal(seconds)) if seconds > LONG_SECONDS);
        is_worker(task) && task.heartbeat.is_none() && long
    };
    let states = tasks(model, |_, task| is_blind(task));
    at(AdviceId::HeartbeatMissing, Severity::Low, &states, "TimeoutSeconds", Says {
        title: format!("A worker of {} that dies is missed only when the timer ends", named(&states)),
        why: "The timer is long, as the work is. A worker that crashes in the first minute keeps the execution waiting for \
              all of it."
            .to_owned(),
        fix: fix::words("Let the worker call SendTaskHeartbeat, and set `HeartbeatSeconds` to a few times its interval."),
    })
}

pub(super) fn timer_behind_limit(model: &Model) -> Option<Advice> {
    let never_fires = |task: &Task| {
        task.integration.is_lambda()
            && task.integration.pattern == Pattern::RequestResponse
            && matches!(task.timeout, Some(Amount::Literal(seconds)) if seconds > FUNCTION_SECONDS_MAX)
    };
    let states = tasks(model, |_, task| never_fires(task));
    at(AdviceId::TimerBehindLimit, Severity::Note, &states, "TimeoutSeconds", Says {
        title: format!("{} {} cut off before the own timer fires", named(&states), form(&states, "is", "are")),
        why: "A function is cut off after 15 minutes at the latest, as `Sandbox.Timedout`. A handler for `States.Timeout` \
              waits in vain."
            .to_owned(),
        fix: fix::words("Set `TimeoutSeconds` a little above the timeout of the function, or leave it out."),
    })
}

/// What is polled, and the integration that waits by itself.
const WAITABLE: [(&str, &str, &str); 12] = [
    ("glue", "getJobRun", "glue:startJobRun.sync"),
    ("athena", "getQueryExecution", "athena:startQueryExecution.sync"),
    ("batch", "describeJobs", "batch:submitJob.sync"),
    ("ecs", "describeTasks", "ecs:runTask.sync"),
    ("sfn", "describeExecution", "states:startExecution.sync:2"),
    ("emr", "describeStep", "elasticmapreduce:addStep.sync"),
    ("sagemaker", "describeTrainingJob", "sagemaker:createTrainingJob.sync"),
    ("sagemaker", "describeProcessingJob", "sagemaker:createProcessingJob.sync"),
    ("sagemaker", "describeTransformJob", "sagemaker:createTransformJob.sync"),
    ("codebuild", "batchGetBuilds", "codebuild:startBuild.sync"),
    ("databrew", "describeJobRun", "databrew:startJobRun.sync"),
    ("emrserverless", "getJobRun", "emr-serverless:startJobRun.sync"),
];

pub(super) fn poll_instead_of_sync(model: &Model, setting: Setting) -> Option<Advice> {
    if setting.machine_type == MachineType::Express {
        return None;
    }
    let waitable = |task: &Task| {
        let (service, action) = (&*task.integration.service, &*task.integration.action);
        WAITABLE
            .iter()
            .find(|(polled, call, _)| (service, action) == (*polled, *call))
            .map(|(_, _, sync)| *sync)
    };
    let polls = |state: &State, task: &Task| {
        waitable(task).is_some() && model.graph.loop_of(state.id).is_some_and(crate::model::Loop::polls)
    };
    let states = tasks(model, polls);
    let sync = states.first().and_then(|state| waitable(state.task()?))?;
    at(AdviceId::PollInsteadOfSync, Severity::Low, &states, "Resource", Says {
        title: format!("{} {} a job that `{sync}` waits for", named(&states), form(&states, "polls", "poll")),
        why: "The loop costs a few events of the history and transitions with every turn, and has to know every status. \
              `.sync` waits without either, fails when the job fails, and stops the job when the execution is stopped."
            .to_owned(),
        fix: fix::words(format!("Start the job with `{sync}`, and take Wait, call and Choice out.")),
    })
}

/// Docs, "Start executions": `.sync` gives the output as a text, `.sync:2` as JSON.
pub(super) fn nested_sync_string(model: &Model) -> Option<Advice> {
    let is_text = |task: &Task| {
        &*task.integration.service == "states"
            && &*task.integration.action == "startExecution"
            && task.integration.pattern == Pattern::Sync
    };
    let states = tasks(model, |_, task| is_text(task));
    at(
        AdviceId::NestedSyncString,
        Severity::Note,
        &states,
        "Resource",
        Says {
            title: format!(
                "The output of the execution that {} {} is a text",
                named(&states),
                form(&states, "starts", "start")
            ),
            why: "With `.sync` the child's `Output` is JSON inside a text, which every reader has to parse."
                .to_owned(),
            fix: fix::words(
                "Use `states:startExecution.sync:2`, which gives JSON, and take `States.StringToJson` out.",
            ),
        },
    )
}

/// Words in the name of a function that name a service, and those that name a call of it.
const CALLS: [(&[&str], &[&str]); 9] = [
    (&["sns"], &["publish", "send", "notify"]),
    (&["sqs"], &["send", "publish", "enqueue"]),
    (&["dynamodb", "ddb", "dynamo"], &["put", "get", "update", "delete", "write", "read", "insert", "save"]),
    (&["s3"], &["copy", "delete", "list"]),
    (&["glue"], &["start", "run"]),
    (&["athena"], &["start", "run"]),
    (&["eventbridge"], &["put", "publish", "send"]),
    (&["ses"], &["send"]),
    (&["ecs"], &["run"]),
];

/// A name of so many words or more says that there is more to it.
const WORDS_MAX: usize = 4;

pub(super) fn lambda_wraps_call(model: &Model) -> Option<Advice> {
    let wraps = |state: &State, task: &Task| {
        let request = request(model, state);
        let given = request.get("FunctionName").and_then(Value::as_str).unwrap_or(&task.resource);
        let name = given.split_once("function:").map_or(given, |(_, name)| name);
        let name = name.split(':').next().unwrap_or(name);
        let is_function =
            task.integration.is_lambda() && task.integration.pattern == Pattern::RequestResponse;
        is_function && !name.contains("${") && names_a_call(name)
    };
    let states = tasks(model, wraps);
    at(AdviceId::LambdaWrapsCall, Severity::Note, &states, "", Says {
        title: format!("The function of {} seems to make a call that a task can make itself", named(&states)),
        why: "By its name the function makes one call of an API. An integration makes the same call without code to \
              maintain, a cold start, and a second place where it can fail."
            .to_owned(),
        fix: fix::words("If that is all it does, call the service from the task: `arn:aws:states:::aws-sdk:SERVICE:ACTION`."),
    })
}

fn names_a_call(name: &str) -> bool {
    let filler = ["lambda", "function", "fn", "handler", "to", "message", "item", "job", "event", "record"];
    let words: Vec<String> =
        words(name).into_iter().filter(|word| !filler.contains(&word.as_str())).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    words.len() < WORDS_MAX && CALLS.iter().any(|(services, calls)| has(services) && has(calls))
}

/// `sendToSQS-queue` as `send`, `to`, `sqs`, `queue`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut lower = false;
    for letter in name.chars() {
        let starts = letter.is_uppercase() && lower;
        lower = letter.is_lowercase() || letter.is_ascii_digit();
        if starts || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

pub(super) fn function_latest(model: &Model) -> Option<Advice> {
    let latest = |state: &State, task: &Task| {
        let request = request(model, state);
        let given = request.get("FunctionName").and_then(Value::as_str).unwrap_or(&task.resource);
        task.integration.is_lambda() && given.ends_with(":$LATEST")
    };
    let states = tasks(model, latest);
    at(AdviceId::FunctionLatest, Severity::Note, &states, "", Says {
        title: format!("{} {} `$LATEST` of a function", named(&states), form(&states, "calls", "call")),
        why: "Whoever deploys the function changes it under the executions that are running: their first steps have seen \
              the old code, the rest sees the new."
            .to_owned(),
        fix: fix::words("Call a version or an alias, and move the alias when the function is deployed."),
    })
}

/// Names of members that hold secrets.
const SECRET: [&str; 8] =
    ["password", "passwd", "secretkey", "clientsecret", "apikey", "accesskey", "privatekey", "authtoken"];

/// Docs, "Data protection": definitions and histories can be read by many.
pub(super) fn secret_in_definition(model: &Model) -> Option<Advice> {
    let states = tasks(model, |state, _| holds_secret(&request(model, state)));
    at(AdviceId::SecretInDefinition, Severity::Medium, &states, "", Says {
        title: format!("The request of {} holds a secret", named(&states)),
        why: "The definition and the history of every execution show it to everybody who may read them, and it stays in \
              both when it is changed elsewhere."
            .to_owned(),
        fix: fix::words(
            "Keep it in Secrets Manager and read it where it is used, or use an EventBridge connection for an HTTP task.",
        ),
    })
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(key, member)| {
            let name: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
            let is_named = SECRET.iter().any(|word| name.to_ascii_lowercase().ends_with(word));
            (is_named && member.as_str().is_some_and(is_literal)) || holds_secret(member)
        }),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// A text that stands for itself: no path, expression, placeholder, reference, ARN or mark that something is left out.
fn is_literal(text: &str) -> bool {
    let looked_up = text.starts_with('$')
        || text.starts_with("arn:")
        || text.starts_with('/')
        || ["{%", "${", "{{", "<", "*", "…", "xxx", "XXX", "States."].iter().any(|mark| text.contains(mark));
    text.len() >= 8 && !looked_up && !text.contains(' ')
}

fn tasks(model: &Model, is_found: impl Fn(&State, &Task) -> bool) -> Vec<&State> {
    reachable(model).filter(|state| state.task().is_some_and(|task| is_found(state, task))).collect()
}
