//! `bdd new`: the feature that it writes passes when it is run as it is, for every machine of the scenario library and,
//! where `SFN_CHAOS_CORPUS` names a folder, for published definitions.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::run;
use tempfile::TempDir;

/// What became of one draft.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// All its scenarios pass.
    Passes,
    /// There is nothing to show: AWS would refuse the definition, or it cannot be run without faults.
    Empty,
    /// A scenario does not pass.
    Fails(String),
}

/// Writes a feature for a definition and runs it.
fn fate(definition: &Path, features: &Path, scenarios: &mut usize) -> Fate {
    let name = definition.file_name().unwrap().to_string_lossy().replace(".json", ".feature");
    let feature = features.join(name).display().to_string();
    let new =
        run(features, &["bdd", "new", &definition.display().to_string(), "-o", &feature, "--overwrite"]);
    if new.code != ExitCode::Clean {
        return Fate::Empty;
    }
    let count = std::fs::read_to_string(&feature).unwrap().matches("\n  Scenario: ").count();
    if count == 0 {
        return Fate::Empty;
    }
    *scenarios += count;
    let ran = run(features, &["bdd", &feature]);
    match ran.code {
        ExitCode::Clean => Fate::Passes,
        _ => Fate::Fails(format!("{feature}\n{}{}", ran.out, ran.err)),
    }
}

#[test]
fn drafts_for_the_scenario_library_pass_as_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let features = TempDir::new().unwrap();
    let mut found = Vec::new();
    for folder in root.join("scenarios").read_dir().unwrap() {
        let folder = folder.unwrap().path();
        if folder.is_dir() {
            found.extend(folder.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    found.retain(|path| path.to_string_lossy().ends_with(".asl.json"));
    found.sort();
    let mut scenarios = 0;
    for (at, definition) in found.iter().enumerate() {
        let folder = features.path().join(at.to_string());
        std::fs::create_dir(&folder).unwrap();
        let fate = fate(definition, &folder, &mut scenarios);
        assert_eq!(fate, Fate::Passes, "{}", definition.display());
    }
    println!("{} machines, {scenarios} scenarios", found.len());
    assert!(scenarios > found.len(), "machines have tasks, and tasks have faults");
}

#[test]
fn drafts_for_published_definitions_pass_as_they_are() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return;
    };
    let work = TempDir::new().unwrap();
    let mut paths: Vec<PathBuf> =
        Path::new(&folder).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let (mut fates, mut failing): (BTreeMap<&str, usize>, Vec<String>) = (BTreeMap::new(), Vec::new());
    let mut scenarios = 0;
    for path in &paths {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let Some(definition) = case.get("definition") else { continue };
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file = work.path().join(format!("{id}.asl.json"));
        std::fs::write(&file, definition.to_string()).unwrap();
        let word = match fate(&file, work.path(), &mut scenarios) {
            Fate::Passes => "pass",
            Fate::Empty => "have nothing to show",
            Fate::Fails(told) => {
                failing.push(told);
                "fail"
            }
        };
        *fates.entry(word).or_default() += 1;
    }
    println!("{} definitions: {fates:?}; {scenarios} scenarios", paths.len());
    assert!(failing.is_empty(), "{} fail, such as\n{}", failing.len(), failing[0]);
}

#[test]
fn a_feature_that_is_there_is_not_written_over() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let work = TempDir::new().unwrap();
    let definition = root.join("scenarios/invoice-once/flawed.asl.json").display().to_string();
    std::fs::write(work.path().join("mine.feature"), "Feature: mine").unwrap();
    let refused = run(work.path(), &["bdd", "new", &definition, "-o", "mine.feature"]);
    assert_eq!(refused.code, ExitCode::Usage);
    assert!(refused.err.contains("--overwrite"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(work.path().join("mine.feature")).unwrap(), "Feature: mine");
}

#[test]
fn a_name_near_one_that_is_there_is_asked_for() {
    let work = TempDir::new().unwrap();
    let missing = run(work.path(), &["bdd", "new", "order.asl.json"]);
    assert_eq!(missing.code, ExitCode::Usage);
    assert!(missing.err.contains("order.asl.json"), "{}", missing.err);
}

#[test]
fn values_of_placeholders_are_said_in_the_feature() {
    let work = TempDir::new().unwrap();
    let definition = r#"{ "StartAt": "Rest", "States": { "Rest": { "Type": "Wait", "Seconds": ${Pause}, "Next": "Ask" },
        "Ask": { "Type": "Task", "Resource": "${AskArn}", "End": true } } }"#;
    std::fs::write(work.path().join("rest.asl.json"), definition).unwrap();
    let arn = "AskArn=arn:aws:lambda:eu-west-1:123456789012:function:ask";
    let new = ["bdd", "new", "rest.asl.json", "--set", "Pause=30", "--set", arn, "-o", "rest.feature"];
    let written = run(work.path(), &new);
    assert_eq!(written.code, ExitCode::Clean, "{}", written.err);
    let text = std::fs::read_to_string(work.path().join("rest.feature")).unwrap();
    let said = [
        "bdd new rest.asl.json --set Pause=30 --set",
        "\n    Given the placeholder \"Pause\" is \"30\"\n    And the placeholder \"AskArn\" is \"arn:aws:lambda:",
        ":function:ask\"\n    And the state machine \"rest.asl.json\"\n",
    ];
    for part in said {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    let ran = run(work.path(), &["bdd", "rest.feature"]);
    assert_eq!(ran.code, ExitCode::Clean, "{}{}", ran.out, ran.err);
    let unknown =
        run(work.path(), &["bdd", "new", "rest.asl.json", "--set", "Pause=30", "--set", "AskARN=x"]);
    assert_eq!(unknown.code, ExitCode::Usage);
    assert!(unknown.err.contains("did you mean `AskArn`?"), "{}", unknown.err);
}
