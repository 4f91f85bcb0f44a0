//! Every event that is printed has the members that the API reference gives its type, and no others.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use sfn_chaos::asl::{Machine, compile_text};
use sfn_chaos::fault::{Class, Plan};
use sfn_chaos::history::wire;
use sfn_chaos::mock::Script;
use sfn_chaos::model::Model;
use sfn_chaos::sim::{self, Case, Stop};
use sfn_chaos::value::Value;
use sfn_chaos_tests::scenario::{self, Version};

/// API reference, "HistoryEvent": the types, the member with their details, and its members. `!` marks those that
/// must be there; a number is `#`, a point of truncation `~`, an object of texts `{}`, anything else a text.
const SHAPES: &[(&str, &str, &str)] = &[
    (
        "ExecutionStarted",
        "executionStarted",
        "input inputDetails~ roleArn stateMachineAliasArn stateMachineVersionArn",
    ),
    ("ExecutionSucceeded", "executionSucceeded", "output outputDetails~"),
    ("ExecutionRedriven", "executionRedriven", "redriveCount#"),
    ("ExecutionFailed ExecutionAborted ExecutionTimedOut", "=", "error cause"),
    ("ActivityFailed ActivityScheduleFailed ActivityTimedOut", "=", "error cause"),
    ("ActivityScheduled", "=", "resource! input inputDetails~ timeoutInSeconds# heartbeatInSeconds#"),
    ("ActivityStarted", "=", "workerName"),
    ("ActivitySucceeded LambdaFunctionSucceeded", "=", "output outputDetails~"),
    (
        "LambdaFunctionFailed LambdaFunctionScheduleFailed LambdaFunctionStartFailed LambdaFunctionTimedOut",
        "=",
        "error cause",
    ),
    ("LambdaFunctionScheduled", "=", "resource! input inputDetails~ timeoutInSeconds# taskCredentials{}"),
    ("TaskFailed TaskStartFailed TaskSubmitFailed TaskTimedOut", "=", "resourceType! resource! error cause"),
    (
        "TaskScheduled",
        "=",
        "resourceType! resource! region! parameters! timeoutInSeconds# heartbeatInSeconds# taskCredentials{}",
    ),
    ("TaskStarted", "=", "resourceType! resource!"),
    ("TaskSubmitted TaskSucceeded", "=", "resourceType! resource! output outputDetails~"),
    ("MapIterationAborted MapIterationFailed MapIterationStarted MapIterationSucceeded", "=", "name index#"),
    ("MapRunFailed", "=", "error cause"),
    ("MapRunRedriven", "=", "mapRunArn redriveCount#"),
    ("MapRunStarted", "=", "mapRunArn"),
    ("MapStateStarted", "=", "length#"),
    ("EvaluationFailed", "=", "error cause location state!"),
    (
        "ChoiceStateEntered FailStateEntered MapStateEntered ParallelStateEntered PassStateEntered SucceedStateEntered TaskStateEntered WaitStateEntered",
        "stateEntered",
        "name! input inputDetails~",
    ),
    (
        "ChoiceStateExited MapStateExited ParallelStateExited PassStateExited SucceedStateExited TaskStateExited WaitStateExited",
        "stateExited",
        "name! output outputDetails~ assignedVariables{} assignedVariablesDetails~",
    ),
    (
        "LambdaFunctionStarted MapRunAborted MapRunSucceeded MapStateAborted MapStateFailed MapStateSucceeded ParallelStateAborted ParallelStateFailed ParallelStateStarted ParallelStateSucceeded TaskStateAborted WaitStateAborted",
        "",
        "",
    ),
];

/// What an event of this type may hold: the member with the details, if there is one, and its members.
fn shape(kind: &str) -> (Option<String>, Vec<&'static str>) {
    let found = SHAPES.iter().find(|(kinds, ..)| kinds.split(' ').any(|other| other == kind));
    let (_, stem, members) = found.unwrap_or_else(|| panic!("AWS has no event {kind}"));
    let own = || format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
    let member = match *stem {
        "" => None,
        "=" => Some(format!("{}EventDetails", own())),
        stem => Some(format!("{stem}EventDetails")),
    };
    (member, members.split_whitespace().collect())
}

fn check(event: &Json, number: usize, problems: &mut Vec<String>) {
    let kind = event["type"].as_str().expect("every event has a type");
    let (member, members) = shape(kind);
    let mut wrong = |what: String| problems.push(format!("{kind}: {what}"));
    for (key, value) in event.as_object().expect("an event is an object") {
        match key.as_str() {
            "timestamp" if value.as_str().is_some_and(|text| text.ends_with('Z') && text.len() == 24) => {}
            "id" if *value == json!(number) => {}
            "previousEventId" if value.as_u64().is_some_and(|id| id < number as u64) => {}
            "type" => {}
            key if Some(key) == member.as_deref() => {}
            key => wrong(format!("{key} is {value}")),
        }
    }
    let nothing = serde_json::Map::new();
    let details = member.as_deref().map_or(Some(&nothing), |member| event[member].as_object());
    let Some(details) = details else { return wrong("has no details".to_owned()) };
    let bare = |member: &str| member.trim_end_matches(['!', '#', '~', '{', '}']).to_owned();
    for required in members.iter().filter(|member| member.ends_with('!')) {
        if !details.contains_key(&bare(required)) {
            wrong(format!("{required} is missing"));
        }
    }
    for (key, value) in details {
        let Some(member) = members.iter().find(|member| bare(member) == *key) else {
            wrong(format!("{key} is no member"));
            continue;
        };
        let fits = match member.chars().last() {
            Some('#') => value.is_u64(),
            Some('~') => *value == json!({"truncated": false}),
            Some('}') => value.as_object().is_some_and(|object| object.values().all(Json::is_string)),
            _ if ["input", "output", "parameters"].contains(&key.as_str()) => {
                value.as_str().is_some_and(|text| serde_json::from_str::<Json>(text).is_ok())
            }
            _ => value.is_string(),
        };
        if !fits {
            wrong(format!("{key} is {value}"));
        }
    }
}

/// Checks one execution and notes the types it has.
fn run(machine: &Machine, case: &Case, script: &Script, seen: &mut BTreeSet<String>) {
    let history = sim::run(machine, case, &mut script.responder());
    let mut problems = Vec::new();
    for (at, event) in wire::events(&history, machine, case.epoch_ms).iter().enumerate() {
        let event: Json = serde_json::from_str(&event.to_json()).expect("events are JSON");
        check(&event, at + 1, &mut problems);
        seen.insert(event["type"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(problems, Vec::<String>::new(), "{} under {}", machine.name, case.plan.display(machine));
}

/// Every plan of one class at one task, and the plan without faults.
fn plans(machine: &Machine) -> Vec<Plan> {
    let tasks = machine.states.iter().filter(|state| state.task().is_some());
    let faults = tasks.flat_map(|task| {
        Class::PLAIN.iter().map(move |class| format!("{}:{}*9", json!(*task.name), class.name()))
    });
    let parsed = faults.map(|fault| Plan::parse(&fault, machine).expect("a fault at a task"));
    std::iter::once(Plan::default()).chain(parsed).collect()
}

#[test]
fn every_event_of_the_scenario_library_has_the_shape_of_the_api() {
    let mut seen = BTreeSet::new();
    for folder in scenario::names() {
        for version in [Version::Flawed, Version::Repaired] {
            let machine = scenario::machine(&folder, version);
            let examples = scenario::examples(&folder, version);
            let model = Model::new(std::sync::Arc::new(machine.clone()));
            let (_, script) = &examples.scripts[0];
            let script = sfn_chaos::generate::complete(&model, &script.repeating());
            for plan in plans(&machine) {
                let case = Case { plan, ..Case::new(examples.inputs[0].1.clone()) };
                run(&machine, &case, &script, &mut seen);
            }
            let stop = Some(Stop { after_ms: 50, error: Some("Halt".into()), cause: None });
            let case = Case { stop, redrives_after_ms: vec![9], ..Case::new(examples.inputs[0].1.clone()) };
            run(&machine, &case, &script, &mut seen);
        }
    }
    assert!(seen.len() >= 30, "the library shows only {} types: {seen:?}", seen.len());
}

#[test]
fn every_kind_of_task_has_its_own_members() {
    let mut seen = BTreeSet::new();
    for resource in [
        "arn:aws:lambda:us-east-1:123456789012:function:Work",
        "arn:aws:states:us-east-1:123456789012:activity:Work",
        "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "arn:aws:states:::glue:startJobRun.sync",
        "arn:aws:states:::aws-sdk:s3:getObject",
    ] {
        let text = format!(
            r#"{{"StartAt": "Work", "States": {{
                "Work": {{"Type": "Task", "Resource": "{resource}", "Parameters": {{"t.$": "$$.Execution.Id"}},
                    "TimeoutSeconds": 30, "HeartbeatSeconds": 10, "Assign": {{"n": 1}},
                    "Credentials": {{"RoleArn": "arn:aws:iam::123456789012:role/other"}}, "End": true}}}}}}"#
        );
        let text = if resource.contains("activity") {
            text.replace(r#""Credentials": {"RoleArn": "arn:aws:iam::123456789012:role/other"},"#, "")
        } else {
            text
        };
        let machine = compile_text("work", &text).expect("a valid definition");
        let model = Model::new(std::sync::Arc::new(machine.clone()));
        let script = sfn_chaos::generate::complete(&model, &Script::default());
        for plan in plans(&machine) {
            let case = Case { plan, ..Case::new(Value::empty_object()) };
            run(&machine, &case, &script, &mut seen);
        }
    }
    for kind in ["ActivityTimedOut", "LambdaFunctionTimedOut", "TaskSubmitted", "TaskTimedOut"] {
        assert!(seen.contains(kind), "no {kind} in {seen:?}");
    }
}

#[test]
fn the_table_knows_the_62_types_of_the_api() {
    let kinds: BTreeSet<_> = SHAPES.iter().flat_map(|(kinds, ..)| kinds.split(' ')).collect();
    assert_eq!(kinds.len(), 62);
}
