//! The features of the repository: they pass, and they speak of every fault and of every kind of state.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sfn_chaos::bdd::{Covers, Vocabulary};
use sfn_chaos::cli::ExitCode;
use sfn_chaos::fault::Class;
use sfn_chaos_tests::program::run;

/// Fewer would not describe the library.
const SCENARIOS_MIN: usize = 60;

const KEYWORDS: [&str; 5] = ["Given ", "When ", "Then ", "And ", "But "];

const INCIDENTS: [&str; 4] = ["aborted", "redriven", "started-again", "delivered-twice"];

const STATES: [&str; 9] =
    ["Task", "Pass", "Choice", "Wait", "Parallel", "Map", "Succeed", "Fail", "DISTRIBUTED"];

#[test]
fn every_feature_holds() {
    let ended = run(root(), &["bdd", "features"]);
    assert_eq!(ended.code, ExitCode::Clean, "{}{}", ended.out, ended.err);
    let count = files().iter().flat_map(|file| lines(file)).filter(|line| is_scenario(line)).count();
    assert!(count >= SCENARIOS_MIN, "{count} scenarios");
}

#[test]
fn every_class_of_faults_and_every_incident_is_described() {
    let said: BTreeSet<&str> = files()
        .iter()
        .flat_map(|file| lines(file))
        .flat_map(|line| covered(&line))
        .filter_map(|covers| match covers {
            Covers::Class(name) | Covers::Incident(name) => Some(*name),
            _ => None,
        })
        .collect();
    let classes = Class::PLAIN.iter().map(Class::name).chain(Class::NAMES_WITH_ARGUMENT);
    let silent: Vec<&str> = classes.chain(INCIDENTS).filter(|name| !said.contains(name)).collect();
    assert!(silent.is_empty(), "no feature injects {silent:?}");
}

#[test]
fn every_kind_of_state_is_described() {
    let machines: String = files().iter().map(|file| text(file) + &definitions(file)).collect();
    let is_there = |kind: &&str| {
        [format!("\"Type\": \"{kind}\""), format!("Type: {kind}\n"), format!("Mode: {kind}")]
            .iter()
            .any(|written| machines.contains(written))
    };
    let silent: Vec<&&str> = STATES.iter().filter(|kind| !is_there(kind)).collect();
    assert!(silent.is_empty(), "no feature has a state of {silent:?}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<PathBuf> {
    let folder = root().join("features").read_dir().expect("the features are there");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "feature"));
    files.sort();
    files
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).expect("the file can be read")
}

fn lines(file: &Path) -> Vec<String> {
    text(file).lines().map(|line| line.trim().to_owned()).collect()
}

fn is_scenario(line: &str) -> bool {
    line.starts_with("Scenario: ") || line.starts_with("Scenario Outline: ")
}

/// What the sentence of a line makes sayable; a line of an outline that is no sentence before it is filled in: nothing.
fn covered(line: &str) -> &'static [Covers] {
    let sentence = KEYWORDS.iter().find_map(|keyword| line.strip_prefix(keyword));
    let step = sentence.and_then(|sentence| Vocabulary::get().find(sentence).ok());
    step.map_or(&[], |(step, _)| step.covers)
}

/// The definitions that a feature names.
fn definitions(file: &Path) -> String {
    let named = lines(file).into_iter().filter_map(|line| {
        let name = line.split_once("the state machine \"")?.1;
        name.split(['"', '#']).next().map(|name| file.with_file_name(name))
    });
    named.map(|definition| text(&definition)).collect()
}
