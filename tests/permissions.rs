//! Policies of real definitions: every task has a permission or is listed, ARNs are bound as far as they can be, and
//! `*` stands only where IAM knows no resource. The folder is named by `SFN_CHAOS_CORPUS`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sfn_chaos::asl::{Machine, State, compile_text};
use sfn_chaos::iam::{Document, Resource, Settings, Standing, Survey, documents, survey};
use sfn_chaos::report::policy;

/// Percent of the tasks whose resource is no bare placeholder and whose permissions are known.
const KNOWN_PERCENT: usize = 97;

#[test]
fn every_task_of_published_definitions_has_a_permission_or_is_listed() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return;
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unknown = Vec::new();
    let mut stars: BTreeMap<String, usize> = BTreeMap::new();
    let mut definitions = 0;
    for (id, text) in definitions_of(Path::new(&folder)) {
        let Ok(machine) = compile_text(&id, &text) else { continue };
        definitions += 1;
        let found = survey(&machine, &Settings::default());
        for state in machine.states.iter().filter(|state| state.task().is_some()) {
            *counts.entry(verdict(&found, state)).or_default() += 1;
        }
        for call in &found.unknown {
            let placeholder = call.why.contains("placeholder");
            unknown.push((
                placeholder,
                format!("{id}: {} {}", machine.state(call.state).path, call.integration),
            ));
        }
        for need in &found.needs {
            let any = need.resources.iter().any(|resource| matches!(resource, Resource::Any { .. }));
            if any {
                *stars.entry(need.actions.join(" ")).or_default() += 1;
            }
        }
        for document in documents(&machine, &found) {
            check(&id, &machine, &document);
        }
    }
    println!("{definitions} definitions, tasks: {counts:?}");
    println!("`*` for {stars:#?}");
    for (_, line) in &unknown {
        println!("unknown: {line}");
    }
    let tasks: usize = counts.values().sum();
    let resolved = tasks - unknown.iter().filter(|(placeholder, _)| *placeholder).count();
    let known = tasks - unknown.len();
    assert!(known * 100 >= resolved * KNOWN_PERCENT, "{known} of {resolved}");
}

/// What became of a task; of several needs the least certain counts.
fn verdict(found: &Survey, state: &State) -> &'static str {
    if found.unknown.iter().any(|call| call.state == state.id) {
        return "unknown";
    }
    let granted = found.needs.iter().filter(|need| need.standing == Standing::Granted);
    let resources: Vec<&Resource> =
        granted.filter(|need| need.state == Some(state.id)).flat_map(|need| &need.resources).collect();
    if resources.is_empty() {
        assert!(found.nothing.iter().any(|call| call.state == state.id), "{}: not surveyed", state.path);
        return "nothing needed";
    }
    if resources.iter().any(|resource| !resource.is_bound()) {
        return "supply";
    }
    if resources.iter().any(|resource| resource.arn().is_none()) {
        return "star, where there is no resource";
    }
    "bound"
}

/// A document that IAM accepts: its grammar, and no `*` beside ARNs.
fn check(id: &str, machine: &Machine, document: &Document) {
    let value = policy(document);
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value, "{id}");
    assert_eq!(value["Version"], "2012-10-17");
    let statements = value["Statement"].as_array().unwrap();
    let mut sids: Vec<&str> = statements.iter().map(|statement| statement["Sid"].as_str().unwrap()).collect();
    assert!(
        sids.iter().all(|sid| !sid.is_empty() && sid.chars().all(|c| c.is_ascii_alphanumeric())),
        "{sids:?}"
    );
    sids.sort_unstable();
    sids.dedup();
    assert_eq!(sids.len(), statements.len(), "{id}: {}", machine.name);
    for statement in statements {
        let resources = statement["Resource"].as_array().unwrap();
        let star = resources.iter().any(|resource| resource == "*");
        assert!(!star || resources.len() == 1, "{id}: {statement}");
        let arns = resources.iter().all(|resource| {
            let text = resource.as_str().unwrap();
            text == "*" || text.starts_with("arn:") || text.starts_with("${") || text.starts_with("<supply ")
        });
        assert!(arns && !resources.is_empty(), "{id}: {statement}");
        for action in statement["Action"].as_array().unwrap() {
            let (service, name) = action.as_str().unwrap().split_once(':').unwrap();
            assert!(!service.is_empty() && !name.contains('*'), "{id}: {statement}");
        }
    }
}

fn definitions_of(folder: &Path) -> Vec<(String, String)> {
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (id, case["definition"].to_string())
    };
    paths.into_iter().map(read).collect()
}
