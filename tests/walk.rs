//! Two backends, one truth: what is put together from TestState, state by state, is what the simulator tells.

use std::sync::Arc;

use rstest::rstest;
use sfn_chaos::asl::{Machine, MachineType};
use sfn_chaos::fault::{Fault, Plan, denials, offers};
use sfn_chaos::generate::{Scenario, baselines};
use sfn_chaos::history::{History, wire};
use sfn_chaos::model::Model;
use sfn_chaos::sim::{self, Case, Limits};
use sfn_chaos::value::Value;
use sfn_chaos::walk::{Offline, Walked, walk};
use sfn_chaos_tests::program::run;
use sfn_chaos_tests::scenario::{self, Version};

/// Of the faults of a machine every so many-th is walked.
const EVERY: usize = 3;
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
    let mut walks = Walks { model: &model, machine_type, calls: 0, runs: 0 };
    for (scenario, _) in baselines(&model, &examples, start).scenarios {
        let baseline = walks.same(&scenario, &Plan::default());
        for plan in faults(&model, &baseline).into_iter().step_by(EVERY) {
            walks.same(&scenario, &plan);
        }
    }
    let (runs, calls) = (walks.runs, walks.calls);
    assert!(runs > 1 && calls > runs, "{folder}, {version}: {runs} runs, {calls} requests");
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

/// Walks of one machine.
struct Walks<'a> {
    model: &'a Model,
    machine_type: MachineType,
    calls: u64,
    runs: u64,
}

impl Walks<'_> {
    /// Runs a case on both backends, which must tell the same; gives what they tell.
    fn same(&mut self, scenario: &Scenario, plan: &Plan) -> History {
        let machine = &*self.model.machine;
        let case = Case {
            machine_type: self.machine_type,
            plan: plan.clone(),
            denials: denials(self.model),
            limits: Limits { events_max: EVENTS_MAX, ..Limits::default() },
            ..Case::new(scenario.input.clone())
        };
        let simulated = sim::run(machine, &case, &mut scenario.script.responder());
        let named = format!("{}, `{}`", scenario.name, plan.display(machine));
        let Walked { history, calls } = walk(machine, &case, &scenario.script, &Offline::default())
            .unwrap_or_else(|cannot| panic!("{named}: {cannot}"));
        assert_eq!(telling(&history, machine), telling(&simulated, machine), "{named}");
        self.calls += calls;
        self.runs += 1;
        simulated
    }
}

/// Everything that judges read of a history; what is marked as simulated is not part of it.
fn telling(history: &History, machine: &Machine) -> String {
    let unmarked = History { simulated: Vec::new(), ..history.clone() };
    let events = wire::execution(&unmarked, machine, Case::EPOCH_MS);
    let History { attempts, failures, decisions, injected, strands, child_events, duration, .. } = history;
    format!(
        "{events:#?}\n{attempts:#?}\n{failures:#?}\n{decisions:#?}\n{injected:#?}\n{strands:#?}\n{child_events:#?}\n\
         {duration}"
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
