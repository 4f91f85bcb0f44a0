//! Generated results against the shapes of the APIs that would give them, and recorded ones too; a sample against a
//! Step Functions endpoint on loopback.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use sfn_chaos::asl::compile_text;
use sfn_chaos::catalog::conform::{self, Mode, path_text};
use sfn_chaos::catalog::models::{self, Operation, ResultShape, result_shape};
use sfn_chaos::catalog::{Integration, typical_result};
use sfn_chaos::generate::result_for;
use sfn_chaos::model::Model;
use sfn_chaos::value::Value;

#[test]
fn what_is_generated_for_published_definitions_fits_the_apis() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return;
    };
    let (mut calls, mut tasks, mut misfits) = (BTreeSet::new(), 0, Vec::new());
    for path in json_files(Path::new(&folder)) {
        let case: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let Ok(machine) = compile_text("m", &case["definition"].to_string()) else { continue };
        let model = Model::new(Arc::new(machine));
        for state in &model.machine.states {
            let Some(task) = state.task() else { continue };
            let ResultShape::Modelled(shape) = result_shape(&task.integration) else { continue };
            let result = result_for(&model, state);
            tasks += 1;
            calls.insert(task.integration.to_string());
            for misfit in conform::misfits(&result, shape, Mode::Strict) {
                let id = path.file_stem().unwrap().to_string_lossy();
                misfits.push(format!("{id}: {} ({}): {misfit}", state.path, task.integration));
            }
        }
    }
    println!("{tasks} tasks with {} calls; {} misfits", calls.len(), misfits.len());
    println!("{}", misfits.join("\n"));
    assert!(misfits.is_empty());
}

#[test]
fn recorded_results_fit_the_apis() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CONFORMANCE") else {
        println!("skipped: SFN_CHAOS_CONFORMANCE is not set");
        return;
    };
    let (mut fits, mut free, mut refused) = (BTreeMap::<String, usize>::new(), 0, Vec::new());
    for path in json_files(&Path::new(&folder).join("execution")) {
        let case: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let resources = resources(&case["definition"]);
        for outcome in case["task_outcomes"].as_array().into_iter().flatten() {
            let Some(result) = outcome["outcome"].get("succeed") else { continue };
            let Some(resource) = resources.get(outcome["state"].as_str().unwrap_or_default()) else {
                continue;
            };
            let Ok(integration) = Integration::parse(resource) else { continue };
            let ResultShape::Modelled(shape) = result_shape(&integration) else {
                free += 1;
                continue;
            };
            let result = Value::parse(&result.to_string()).unwrap();
            let misfits = conform::misfits(&result, shape, Mode::Strict);
            let strangers = conform::strangers(&result, &integration);
            refused.extend(
                misfits.iter().map(|found| format!("{integration}: {}: {found}", path_text(&found.path))),
            );
            refused.extend(strangers.iter().map(|found| format!("{integration}: {found:?}")));
            *fits.entry(integration.to_string()).or_default() += usize::from(misfits.is_empty());
        }
    }
    println!("{} recorded results fit, {free} follow no model: {fits:#?}", fits.values().sum::<usize>());
    assert_eq!(refused, Vec::<String>::new());
}

/// Services, optimized integrations and jobs whose results are sent to the endpoint besides every so many services.
const ALWAYS: [&str; 14] = [
    "aws-sdk:dynamodb:query",
    "aws-sdk:ec2:describeInstances",
    "aws-sdk:s3:listObjectsV2",
    "aws-sdk:sfn:describeExecution",
    "athena:getQueryExecution",
    "batch:submitJob",
    "dynamodb:getItem",
    "ecs:runTask",
    "events:putEvents",
    "glue:startJobRun",
    "sns:publish",
    "sqs:sendMessage",
    "states:startExecution",
    "states:startExecution.sync",
];

/// The endpoint checks mocked results by API models of its own, and of another release.
#[test]
fn an_endpoint_takes_what_is_generated() {
    let Ok(url) = std::env::var("SFN_CHAOS_ENDPOINT") else {
        println!("skipped: SFN_CHAOS_ENDPOINT is not set");
        return;
    };
    let stride: usize = std::env::var("SFN_CHAOS_ENDPOINT_STRIDE").map_or(10, |text| text.parse().unwrap());
    let services = models::names().step_by(stride).filter_map(models::service);
    let sampled = services.filter_map(|service| {
        let callable = |operation: &Operation| !operation.is_refused() && !operation.is_event_stream();
        let richest =
            service.operations().filter(callable).max_by_key(|found| found.output().members().len())?;
        Some(format!("aws-sdk:{}:{}", service.name(), richest.action()))
    });
    let resources: Vec<String> = ALWAYS.into_iter().map(str::to_owned).chain(sampled).collect();
    let (mut taken, mut unknown, mut refused) = (0, 0, Vec::new());
    for resource in &resources {
        let integration = Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap();
        let result = typical_result(&integration).unwrap().to_json();
        let told = test_state(&url, resource, &result);
        let message = told["message"].as_str().unwrap_or_default();
        if told["status"] == "SUCCEEDED" {
            taken += 1;
        } else if ["Unknown service", "No api action"].iter().any(|older| message.contains(older)) {
            unknown += 1;
        } else {
            refused.push(format!("{resource}: {told} for {result}"));
        }
    }
    println!("the endpoint takes {taken} results and does not know {unknown} of {} calls", resources.len());
    println!("{}", refused.join("\n"));
    assert!(refused.is_empty() && taken >= 30);
}

/// Asks the endpoint to test a task of this resource with this mocked result.
fn test_state(url: &str, resource: &str, result: &str) -> Json {
    let resource = format!("arn:aws:states:::{resource}");
    let definition = json!({ "Type": "Task", "Resource": resource, "End": true });
    let mock = json!({ "result": result, "fieldValidationMode": "STRICT" });
    let body = json!({ "definition": definition.to_string(), "input": "{}", "mock": mock }).to_string();
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.0\r\n\
         X-Amz-Target: AWSStepFunctions.TestState\r\nContent-Length: {length}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/states/aws4_request, \
         SignedHeaders=host, Signature=0\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let (start, end) = (body.find('{').unwrap_or(0), body.rfind('}').map_or(0, |at| at + 1));
    serde_json::from_str(&body[start..end.max(start)]).unwrap_or_else(|_| Json::String(answer.clone()))
}

/// The resource of every task by the name of its state.
fn resources(value: &Json) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        for (name, member) in value.as_object().into_iter().flatten() {
            if let Some(resource) = member.get("Resource").and_then(Json::as_str) {
                found.insert(name.clone(), resource.to_owned());
            }
        }
        open.extend(value.as_object().into_iter().flatten().map(|(_, member)| member));
        open.extend(value.as_array().into_iter().flatten());
    }
    found
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
}
