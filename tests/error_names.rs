//! The `ErrorEquals` of real definitions: how many names there are, and which of them can never make their handler act.
//! The folder is named by `SFN_CHAOS_CORPUS`.

#![expect(clippy::print_stdout, reason = "a test that reports what it found")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sfn_chaos::asl::{State, compile_text};
use sfn_chaos::model::{Idle, Model};

/// What handlers say, counted.
#[derive(Default)]
struct Found {
    names: usize,
    /// By integration, name and reason.
    idle: BTreeMap<String, usize>,
    reported: BTreeMap<String, usize>,
}

#[test]
fn names_that_never_match_are_counted_by_integration() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return;
    };
    let mut found = Found::default();
    let mut paths: Vec<_> =
        std::fs::read_dir(Path::new(&folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        if let Ok(machine) = compile_text("corpus", &case["definition"].to_string()) {
            count(&Model::new(Arc::new(machine)), &mut found);
        }
    }
    let never: usize = found.idle.values().sum();
    println!("{} names in `ErrorEquals`, {never} that never match", found.names);
    print(&found.idle);
    println!("all others:");
    print(&found.reported);
    assert!(found.names > 500, "{}", found.names);
    assert!(never * 20 < found.names, "more than one in twenty is a claim that needs a second look");
}

fn print(rows: &BTreeMap<String, usize>) {
    for (row, count) in rows {
        println!("{count:5}  {row}");
    }
}

fn count(model: &Model, found: &mut Found) {
    for state in &model.machine.states {
        let idle = model.idle_names(state.id);
        let retried = state.retry.iter().flat_map(|retrier| &retrier.errors);
        let caught = state.catch.iter().flat_map(|catcher| &catcher.errors);
        for name in retried.chain(caught) {
            found.names += 1;
            match idle.iter().find(|idle| idle.name == *name) {
                Some(idle) => *found.idle.entry(row(state, name.as_str(), &idle.idle)).or_default() += 1,
                None => *found.reported.entry(format!("{} | {name}", place(state))).or_default() += 1,
            }
        }
    }
}

fn row(state: &State, name: &str, idle: &Idle) -> String {
    format!("{} | {name} | {idle:?}", place(state))
}

fn place(state: &State) -> String {
    match state.task() {
        Some(task) => task.integration.to_string(),
        None => state.kind.type_name().to_owned(),
    }
}
