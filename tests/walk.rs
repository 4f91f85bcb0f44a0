//! Two backends, one truth: what is put together from TestState, state by state, is what the simulator tells.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rstest::rstest;
use sfn_chaos::asl::{Machine, MachineType, compile_text};
use sfn_chaos::fault::{Fault, Plan, denials, offers};
use sfn_chaos::generate::{Origin, Scenario, baselines, complete, input_for};
use sfn_chaos::history::{History, Outcome, wire};
use sfn_chaos::mock::Script;
use sfn_chaos::model::Model;
use sfn_chaos::sim::{self, Case, Limits};
use sfn_chaos::value::Value;
use sfn_chaos::walk::{Form, Offline, Settings, Walked, walk_with};
use sfn_chaos_tests::program::run;
use sfn_chaos_tests::scenario::{self, Version};

/// Of the faults of a scenario of the library every so many-th is walked.
const EVERY: usize = 3;
/// Of those of a published definition up to so many.
const FAULTS_PUBLISHED: usize = 3;
/// Requests of a walk; an Express execution may visit any number of states.
const REQUESTS_MAX: u64 = 1_000;
/// Published definitions that take more: one writes a file for each user and day of six years.
const GIVEN_UP_MAX: usize = 1;
/// Events of a run; a poll that goes on for ever need not be asked about for ever.
const EVENTS_MAX: u32 = 1_000;

#[rstest]
#[case::athena_report("athena-report")]
#[case::catalogue_import("catalogue-import")]
#[case::express_events("express-events")]
#[case::fan_out("fan-out")]
#[case::human_approval("human-approval")]
#[case::invoice_once("invoice-once")]
#[case::job_polling("job-polling")]
#[case::lake_refresh("lake-refresh")]
#[case::nightly_pipeline("nightly-pipeline")]
#[case::order_payment("order-payment")]
#[case::parallel_enrichment("parallel-enrichment")]
#[case::support_agent("support-agent")]
#[case::ticket_sale("ticket-sale")]
#[case::trip_saga("trip-saga")]
fn a_scenario_is_walked_as_it_is_simulated(
    #[case] folder: &str,
    #[values(Version::Flawed, Version::Repaired)] version: Version,
) {
    let definition = scenario::definition(folder, version);
    let machine = Arc::new(scenario::machine(folder, version));
    let model = Model::new(Arc::clone(&machine));
    let examples = scenario::examples(folder, version);
    let machine_type = definition.declared_type.unwrap_or_default();
    let start = Case { machine_type, ..Case::new(Value::Null) };
    let mut walks = Walks::default();
    for (scenario, _) in baselines(&model, &examples, start).scenarios {
        walks.around(Subject { model: &model, machine_type }, &scenario, Faults::Every(EVERY));
    }
    assert!(walks.wrong.is_empty(), "{folder}, {version}: {}", walks.wrong.join("\n"));
    assert!(walks.given_up.is_empty(), "{folder}, {version}: {}", walks.given_up.join("\n"));
    let (runs, requests) = (walks.runs, walks.requests);
    assert!(runs > 1 && requests > runs, "{folder}, {version}: {runs} runs, {requests} requests");
}

/// Real definitions without any mocks. The folder is named by `SFN_CHAOS_CORPUS`.
#[test]
fn published_definitions_are_walked_as_they_are_simulated() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") else {
        println!("skipped: SFN_CHAOS_CORPUS is not set");
        return;
    };
    let mut all = Walks::default();
    let mut machines = 0;
    for path in definitions(Path::new(&folder)) {
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let Ok(machine) = compile_text(&id, &case["definition"].to_string()) else { continue };
        let machine_type = match case["machine_type"].as_str() {
            Some("EXPRESS") => MachineType::Express,
            _ => MachineType::Standard,
        };
        let model = Model::new(Arc::new(machine));
        let mut walks = Walks::default();
        walks.around(
            Subject { model: &model, machine_type },
            &generated(&model),
            Faults::Some(FAULTS_PUBLISHED),
        );
        all.add(&id, &walks);
        machines += 1;
    }
    let Walks { runs, requests, given_up, wrong, .. } = all;
    println!("{machines} definitions, {runs} runs, {requests} requests, {} differences", wrong.len());
    println!("more requests than {REQUESTS_MAX}:\n{}", given_up.join("\n"));
    assert!(runs > machines && wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(given_up.len() <= GIVEN_UP_MAX, "{} are given up", given_up.len());
}

/// What a machine reads, made up.
fn generated(model: &Model) -> Scenario {
    let script = Arc::new(complete(model, &Script::default()));
    Scenario { name: "generated".to_owned(), input: input_for(model), script, origin: Origin::Generated }
}

/// The definitions of a folder, sorted.
fn definitions(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    found.sort();
    found
}

/// Every single fault at every site that a run reaches.
fn faults(model: &Model, baseline: &History) -> Vec<Plan> {
    let mut plans = Vec::new();
    for attempt in &baseline.attempts {
        let site = baseline.site(attempt);
        for offer in offers(model, model.machine.state(attempt.state)) {
            for burst in offer.bursts {
                let fault = Fault { site: site.clone(), class: offer.class.clone(), burst };
                plans.push(Plan::new(vec![fault]));
            }
        }
    }
    plans
}

/// What is walked.
#[derive(Clone, Copy)]
struct Subject<'a> {
    model: &'a Model,
    machine_type: MachineType,
}

/// Which of the faults that a run can meet are tried.
#[derive(Clone, Copy)]
enum Faults {
    /// Every so many-th.
    Every(usize),
    /// So many, spread evenly.
    Some(usize),
}

/// What walks came to.
#[derive(Default)]
struct Walks {
    ask: Offline,
    runs: u64,
    requests: u64,
    /// Cases that take too many requests.
    given_up: Vec<String>,
    /// Cases that differ, or cannot be walked.
    wrong: Vec<String>,
}

impl Walks {
    fn add(&mut self, id: &str, walks: &Self) {
        self.runs += walks.runs;
        self.requests += walks.requests;
        self.given_up.extend(walks.given_up.iter().map(|case| format!("{id}: {case}")));
        self.wrong.extend(walks.wrong.iter().map(|case| format!("{id}: {case}")));
    }

    /// Runs a scenario without faults, and with a part of those that this run can meet.
    fn around(&mut self, subject: Subject<'_>, scenario: &Scenario, which: Faults) {
        let baseline = self.run(subject, scenario, &Plan::default());
        if !self.given_up.is_empty() {
            return; // A fault makes it no shorter.
        }
        let plans = faults(subject.model, &baseline);
        let step = match which {
            Faults::Every(step) => step,
            Faults::Some(most) => plans.len().div_ceil(most).max(1),
        };
        for plan in plans.iter().step_by(step) {
            self.run(subject, scenario, plan);
        }
    }

    /// Runs a case on both backends, which must tell the same; gives what the simulator tells.
    fn run(&mut self, subject: Subject<'_>, scenario: &Scenario, plan: &Plan) -> History {
        let machine = &*subject.model.machine;
        let case = Case {
            machine_type: subject.machine_type,
            plan: plan.clone(),
            denials: denials(subject.model),
            limits: Limits { events_max: EVENTS_MAX, ..Limits::default() },
            ..Case::new(scenario.input.clone())
        };
        let named = || format!("{}, `{}`", scenario.name, plan.display(machine));
        let simulated = sim::run(machine, &case, &mut scenario.script.responder());
        let expected = telling(&simulated, machine);
        self.runs += 1;
        for form in [Form::Whole, Form::Single] {
            let settings = Settings { requests_max: REQUESTS_MAX, form, ..Settings::default() };
            match walk_with(&settings, machine, &case, &scenario.script, &self.ask) {
                Err(halt) => self.wrong.push(format!("{}, {form:?}: {halt}", named())),
                Ok(Walked { calls, history }) => {
                    self.requests += calls;
                    if matches!(&history.outcome, Outcome::Unknown(it) if it.construct == "request budget") {
                        self.given_up.push(named());
                        break;
                    } else if let Some(differs) = first_difference(&telling(&history, machine), &expected) {
                        self.wrong.push(format!("{}, {form:?}: {differs}", named()));
                    }
                }
            }
        }
        simulated
    }
}

/// The first line in which two texts differ.
fn first_difference(walked: &str, simulated: &str) -> Option<String> {
    let mut lines = walked.lines().zip(simulated.lines());
    let differing = lines.find(|(walked, simulated)| walked != simulated);
    match differing {
        Some((walked, simulated)) => Some(format!("walked {walked}\nsimulated {simulated}")),
        None if walked != simulated => Some("one is longer".to_owned()),
        None => None,
    }
}

/// Everything that judges read of a history; what is marked as simulated is not part of it.
fn telling(history: &History, machine: &Machine) -> String {
    let unmarked = History { simulated: Vec::new(), ..history.clone() };
    let events = serde_json::to_string_pretty(&wire::execution(&unmarked, machine, Case::EPOCH_MS)).unwrap();
    let History { attempts, failures, decisions, injected, strands, child_events, duration, .. } = history;
    format!(
        "{events}\n{attempts:?}\n{failures:?}\n{decisions:?}\n{injected:?}\n{strands:?}\n{child_events:?}\n{duration}"
    )
}

#[test]
fn a_walk_says_what_test_state_could_not_show() {
    let folder = scenario::library().join("order-payment");
    let arguments = ["run", "repaired.asl.json", "--backend", "offline-test-state", "--faults"];
    let ended = run(&folder, &[&arguments[..], &["AwaitDispatch:callback-missing"]].concat());
    assert!(ended.err.contains("requests to this program's own TestState"), "{}", ended.err);
    let marks = ended.out.split_once("simulated, because TestState cannot show it:\n");
    let expected =
        "  `AwaitDispatch`: its timer going off; TestState was given States.Timeout at that time\n";
    assert_eq!(marks.map(|(_, marks)| marks), Some(expected), "{}", ended.out);
}

#[test]
fn a_case_that_cannot_be_walked_is_inconclusive() {
    let folder = scenario::library().join("order-payment");
    let arguments = ["run", "repaired.asl.json", "--backend", "offline-test-state", "--faults"];
    let ended = run(&folder, &[&arguments[..], &["@execution:started-again"]].concat());
    assert_eq!(ended.code.to_string(), "3");
    let expected = "error: the backend `offline-test-state` cannot run this: a second execution: TestState knows no \
                    execution that came before; use the simulator for this fault\n";
    assert!(ended.err.ends_with(expected), "{}", ended.err);
    assert_eq!(ended.out, "");
}
