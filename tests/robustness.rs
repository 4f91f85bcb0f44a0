//! Ten thousand damaged definitions, mock files, inputs and TestState requests: no panic, no hang, every refusal with a place.
//!
//! The damage is the same in every run. Runs of the simulator are bounded in steps and events, never in seconds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sfn_chaos::asl::{Kind, Machine, ProblemSeverity, compile};
use sfn_chaos::campaign::Campaign;
use sfn_chaos::catalog::conform::Mode;
use sfn_chaos::fault::{Burst, Class, Fault, Plan};
use sfn_chaos::generate;
use sfn_chaos::history::{Iteration, Site};
use sfn_chaos::load::Definition;
use sfn_chaos::mock::Script;
use sfn_chaos::mock::file::{Selection, Validation, parse};
use sfn_chaos::model::Model;
use sfn_chaos::search::Budget;
use sfn_chaos::sim::{self, Case, Limits};
use sfn_chaos::test_state::{Refusal, Request, answer};
use sfn_chaos::value::Value;
use sfn_chaos_tests::mutation::Mutator;
use sfn_chaos_tests::scenario::{self, Version};

const DEFINITIONS: usize = 6_000;
const MOCKS: usize = 2_000;
const INPUTS: usize = 2_000;
const REQUESTS: usize = 800;

/// Where runs of damaged machines stop.
const LIMITS: Limits = Limits { events_max: 1_000, payload_bytes_max: 262_144, steps_max: 2_000 };

#[test]
fn damaged_definitions_are_refused_with_a_place_or_run() {
    let originals = texts(|folder, version| scenario::definition(folder, version).source);
    each_mutant(&originals, DEFINITIONS, 1, |number, original, text| {
        let compiled = compile(&Definition::from_text(&original.name, text));
        let errors = || compiled.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error);
        assert_eq!(compiled.machine.is_none(), errors().next().is_some(), "refused without a reason");
        for problem in &compiled.problems {
            assert!(!problem.message.is_empty(), "{problem:?}");
            assert!(problem.location.line >= 1 && problem.location.column >= 1, "{problem:?}");
        }
        if let Some(machine) = compiled.machine {
            execute(Arc::new(machine), number);
        }
    });
}

#[test]
fn damaged_mock_files_are_refused_with_a_place_or_answer() {
    let originals =
        texts(|folder, version| scenario::library().join(folder).join(format!("{version}.mocks.json")));
    each_mutant(&originals, MOCKS, 2, |_, original, text| {
        let model = &original.model;
        match parse(
            &original.name,
            text,
            &model.machine,
            Selection::default(),
            Validation::Refuse(Mode::Strict),
        ) {
            Ok(loaded) => {
                for (_, script) in &loaded.scripts {
                    let answers = generate::complete(model, script);
                    run(&model.machine, generate::input_for(model), Plan::default(), &answers);
                }
            }
            Err(problems) => {
                assert!(!problems.is_empty(), "refused without a reason");
                for problem in &problems {
                    assert!(!problem.message.is_empty() && problem.location.line >= 1, "{problem:?}");
                }
            }
        }
    });
}

#[test]
fn damaged_inputs_are_refused_with_a_place_or_taken() {
    let originals =
        texts(|folder, version| scenario::library().join(folder).join(format!("{version}.input.json")));
    each_mutant(&originals, INPUTS, 3, |_, original, text| match Value::parse(text) {
        Ok(input) => {
            run(&original.model.machine, input, Plan::default(), &original.answers);
        }
        Err(error) => assert!(!error.message.is_empty() && error.line >= 1, "{error:?}"),
    });
}

#[test]
fn damaged_requests_for_one_state_are_refused_with_a_reason_or_answered() {
    let originals = texts(|folder, version| scenario::definition(folder, version).source);
    let is_bare = |text: &str| Value::parse(text).is_ok_and(|value| value.get("StartAt").is_some());
    let bare = originals.iter().filter(|original| is_bare(&original.text));
    let requests: Vec<_> = bare.flat_map(requests).collect();
    assert!(!requests.is_empty(), "the library has definitions in JSON");
    for request in &requests {
        let told = Request::parse(&Value::parse(request).expect("JSON")).map_err(Refusal::from);
        told.and_then(|request| answer(&request)).expect("nothing is wrong with it");
    }
    let mut mutator = Mutator::new(4);
    for number in 0..REQUESTS {
        let text = mutator.mutant(&requests[number % requests.len()]);
        let Ok(request) = Value::parse(&text) else { continue };
        let told =
            catch_unwind(|| Request::parse(&request).map_err(Refusal::from).and_then(|it| answer(&it)));
        let Ok(told) = told else { panic!("request {number}:\n{text}") };
        match told {
            Ok(response) => assert!(response.to_json().get("status").is_some(), "{text}"),
            Err(refusal) => assert!(!refusal.to_string().is_empty(), "{text}"),
        }
    }
}

/// A request for each state that works, with a mocked failure.
fn requests(original: &Original) -> Vec<String> {
    let machine = &original.model.machine;
    let works = |kind: &Kind| matches!(kind, Kind::Task(_) | Kind::Map(_) | Kind::Parallel { .. });
    let states = machine.states.iter().filter(|state| works(&state.kind));
    let text = &original.text;
    states
        .map(|state| {
            let name = Value::from(state.name.clone());
            let input = generate::input_for(&original.model);
            format!(
                r#"{{"definition": {text}, "stateName": {name}, "input": {input}, "inspectionLevel": "DEBUG",
                    "mock": {{"errorOutput": {{"error": "States.Timeout"}}}}}}"#
            )
        })
        .collect()
}

/// A text that is damaged, and the scenario that it belongs to.
struct Original {
    folder: String,
    name: String,
    text: String,
    model: Model,
    answers: Script,
}

/// One text of every version of every scenario.
fn texts(path: impl Fn(&str, Version) -> std::path::PathBuf) -> Vec<Original> {
    let mut found = Vec::new();
    for folder in scenario::names() {
        for version in [Version::Flawed, Version::Repaired] {
            let path = path(&folder, version);
            let text = std::fs::read_to_string(&path).expect("the library can be read");
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            let model = Model::new(Arc::new(scenario::machine(&folder, version)));
            let answers = scenario::examples(&folder, version).scripts.swap_remove(0).1;
            found.push(Original { folder: folder.clone(), name, text, model, answers });
        }
    }
    found
}

/// Calls `check` with mutants; a panic in it is reported with the text that caused it.
fn each_mutant(originals: &[Original], count: usize, seed: u64, check: impl Fn(usize, &Original, &str)) {
    let mut mutator = Mutator::new(seed);
    for number in 0..count {
        let original = &originals[number % originals.len()];
        let text = mutator.mutant(&original.text);
        if catch_unwind(AssertUnwindSafe(|| check(number, original, &text))).is_err() {
            let shown: String = text.chars().take(20_000).collect();
            panic!("mutant {number} of {} in {}:\n{shown}", original.name, original.folder);
        }
    }
}

/// Runs a machine once without and once with a fault; every tenth goes through a small campaign.
fn execute(machine: Arc<Machine>, number: usize) {
    if number.is_multiple_of(10) {
        let budget = Budget {
            runs_max: 20,
            events_max: 10_000,
            explore_cases: 4,
            reduce_runs_max: 5,
            ..Budget::default()
        };
        Campaign::new(machine).budget(budget).limits(LIMITS).run();
        return;
    }
    let model = Model::new(machine);
    let answers = generate::complete(&model, &Script::default());
    let input = generate::input_for(&model);
    run(&model.machine, input.clone(), Plan::default(), &answers);
    let mut tasks = model.machine.states.iter().filter(|state| state.task().is_some());
    if let Some(task) = tasks.next() {
        let site = Site { state: task.id, iteration: Iteration::default(), visit: 1 };
        let class = Class::PLAIN[number % Class::PLAIN.len()].clone();
        run(&model.machine, input, Plan::new(vec![Fault { site, class, burst: Burst::Forever }]), &answers);
    }
}

fn run(machine: &Machine, input: Value, plan: Plan, answers: &Script) {
    let case = Case { plan, limits: LIMITS, ..Case::new(input) };
    let history = sim::run(machine, &case, &mut answers.responder());
    assert!(history.events.len() <= LIMITS.events_max as usize, "{} events", history.events.len());
}
