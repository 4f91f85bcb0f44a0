//! Generated results against the shapes of the APIs that would give them, and recorded ones too; a sample against a
//! Step Functions endpoint on loopback.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use sfn_chaos::asl::compile_text;
use sfn_chaos::catalog::Integration;
use sfn_chaos::catalog::conform::{self, Mode, path_text};
use sfn_chaos::catalog::models::{ResultShape, result_shape};
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
