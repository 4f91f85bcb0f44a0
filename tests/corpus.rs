//! Real definitions run without any mocks: what is generated for them leads to their ends. The folder is named by
//! `SFN_CHAOS_CORPUS`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sfn_chaos::asl::{Kind, Machine, MachineType, QueryLanguage, State, compile_text};
use sfn_chaos::generate::{Baselines, Ending, Examples, baselines};
use sfn_chaos::history::Outcome;
use sfn_chaos::model::Model;
use sfn_chaos::sim::Case;

/// Percent of the definitions, in either language, whose baseline runs to an end they are made for. Two fail by
/// themselves: an intrinsic whose template has no place for its argument, a member that no answer has.
const REACHED_PERCENT: usize = 96;

/// Percent of the ways out of their Choice states that the scenarios take.
const WAYS_PERCENT: usize = 90;

/// What became of one definition.
enum Fate {
    Ends(Ending),
    Fails(String),
    Unknown(String),
}

#[test]
fn published_definitions_run_to_their_ends_without_mocks() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return;
    };
    let mut fates: BTreeMap<String, usize> = BTreeMap::new();
    let (mut good, mut all, mut others) = (0, 0, Vec::new());
    // Ways out of Choice states that the scenarios take, and all there are, in the definitions that run.
    let (mut taken, mut ways) = (0, 0);
    for path in definitions(Path::new(&folder)) {
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let machine = match compile_text(&id, &case["definition"].to_string()) {
            Ok(machine) => machine,
            Err(problems) => {
                let language =
                    if case["definition"].to_string().contains("JSONata") { "JSONata" } else { "JSONPath" };
                *fates.entry(format!("{language} invalid")).or_default() += 1;
                others.push(format!("{id}: invalid: {}", problems[0].message));
                all += 1;
                continue;
            }
        };
        let jsonpath = is_jsonpath(&machine);
        let kind = match case["machine_type"].as_str() {
            Some("EXPRESS") => MachineType::Express,
            _ => MachineType::Standard,
        };
        let model = Model::new(Arc::new(machine));
        let found = baselines(
            &model,
            &Examples::default(),
            Case { machine_type: kind, ..Case::new(sfn_chaos::value::Value::Null) },
        );
        if found.usable() {
            ways += ways_of(&model.machine);
            taken += ways_taken(&found);
        }
        let fate = fate(&found);
        let text = match &fate {
            Fate::Ends(ending) => format!("{ending:?}"),
            Fate::Fails(_) => "baseline fails".to_owned(),
            Fate::Unknown(construct) => format!("unknown: {construct}"),
        };
        let language = if jsonpath { "JSONPath" } else { "JSONata" };
        *fates.entry(format!("{language} {text}")).or_default() += 1;
        all += 1;
        good += usize::from(matches!(fate, Fate::Ends(_)));
        match fate {
            Fate::Ends(_) => {}
            Fate::Fails(why) | Fate::Unknown(why) => {
                others.push(format!("{id}: {why} ({} runs)", found.runs));
            }
        }
    }
    for (fate, count) in &fates {
        println!("{count:4}  {fate}");
    }
    println!("{taken} of {ways} ways out of Choice states");
    println!("{}", others.join("\n"));
    assert!(taken * 100 >= ways * WAYS_PERCENT, "{taken} of {ways} ways");
    assert!(good * 100 >= all * REACHED_PERCENT, "{good} of {all}");
}

fn ways_of(machine: &Machine) -> usize {
    let ways = |state: &State| match &state.kind {
        Kind::Choice(choice) => choice.rules.len() + usize::from(choice.default.is_some()),
        _ => 0,
    };
    machine.states.iter().map(ways).sum()
}

fn ways_taken(found: &Baselines) -> usize {
    let decisions = found.scenarios.iter().flat_map(|(_, history)| &history.decisions);
    decisions.map(|decision| (decision.state, decision.rule)).collect::<BTreeSet<_>>().len()
}

fn definitions(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
}

fn is_jsonpath(machine: &Machine) -> bool {
    machine.states.iter().all(|state| state.query_language == QueryLanguage::JsonPath)
}

fn fate(found: &Baselines) -> Fate {
    if found.usable() {
        return Fate::Ends(found.ending);
    }
    match found.failing.as_ref().map(|(_, history)| &history.outcome) {
        Some(Outcome::Unknown(unknown)) => {
            Fate::Unknown(format!("{}: {}", unknown.construct, unknown.detail))
        }
        Some(Outcome::Failed { error, cause }) => {
            let cause: String = cause.as_deref().unwrap_or_default().chars().take(300).collect();
            Fate::Fails(format!("{} {cause}", error.as_deref().unwrap_or_default()))
        }
        Some(outcome) => Fate::Fails(outcome.status().to_owned()),
        None => Fate::Fails("no run".to_owned()),
    }
}
