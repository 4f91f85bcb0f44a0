use std::sync::Arc;

use super::*;
use crate::asl::{MachineType, compile_text};
use crate::generate::{Origin, Scenario, complete};
use crate::mock::Script;
use crate::model::Model;
use crate::sim::Limits;
use crate::value::Value;

/// A payment with a retrier, a refund that only a failure reaches, and a delivery.
const ORDER: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Ship",
      "Retry": [{ "ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2 }]
    },
    "Ship": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Done",
      "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Refund" }]
    },
    "Refund": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Sorry" },
    "Sorry": { "Type": "Fail" },
    "Done": { "Type": "Succeed" }
  }
}"#;

fn arena(definition: &str) -> (Arena, Vec<Ground>) {
    let machine = compile_text("order", definition).unwrap();
    let model = Arc::new(Model::new(Arc::new(machine)));
    let script = complete(&model, &Script::default());
    let arena = Arena {
        model,
        machine_type: MachineType::Standard,
        seed: 7,
        start: crate::sim::Start::default(),
        limits: Limits::default(),
        oracles: vec![],
        executor: crate::walk::Executor::simulator(),
    };
    let scenario = Scenario {
        name: "generated".to_owned(),
        input: Value::empty_object(),
        script: Arc::new(script),
        origin: Origin::Generated,
    };
    let ground = arena.ground(scenario);
    (arena, vec![ground])
}

/// Every run as its plan and how it ended, and the summary.
fn searched(definition: &str, settings: &Search) -> (Vec<String>, Summary) {
    let (arena, grounds) = arena(definition);
    assert_eq!(grounds[0].history.outcome.status(), "SUCCEEDED");
    let mut runs = Vec::new();
    let summary = search(&arena, &grounds, settings, &mut |judged| {
        let plan = judged.trial.plan.display(&arena.model.machine);
        runs.push(format!("{plan} -> {}", judged.history.outcome.status()));
    });
    (runs, summary)
}

fn settings(phases: &[Phase], threads: usize) -> Search {
    let threads = NonZeroUsize::new(threads).unwrap();
    Search { phases: phases.to_vec(), budget: Budget::default(), threads }
}

#[test]
fn singles_go_through_the_places_of_the_baseline_and_pairs_through_what_they_lead_to() {
    let (runs, summary) = searched(ORDER, &settings(&[Phase::Singles, Phase::Pairs], 1));
    assert_eq!(
        runs,
        [
            "Charge:throttling -> SUCCEEDED",
            "Charge:throttling*2 -> SUCCEEDED",
            "Charge:throttling*3 -> FAILED",
            "Charge:service-error -> FAILED",
            "Charge:timeout -> FAILED",
            "Charge:lost-answer -> FAILED",
            "Ship:throttling -> FAILED",
            "Ship:timeout -> FAILED",
            "Ship:lost-answer -> FAILED",
            "Ship:throttling + Refund:throttling -> FAILED",
            "Ship:throttling + Refund:timeout -> FAILED",
            "Ship:throttling + Refund:lost-answer -> FAILED",
        ]
    );
    assert_eq!(summary.runs, [(Phase::Singles, 9), (Phase::Pairs, 3)]);
    assert_eq!(summary.stopped_because, "every phase ended");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    assert_eq!(searched(ORDER, &settings(&Phase::ALL, 1)), searched(ORDER, &settings(&Phase::ALL, 3)));
}

#[test]
fn a_spent_budget_says_so_and_cuts_at_the_same_run() {
    let budget = Budget { runs_max: 5, ..Budget::default() };
    let cut = |threads| searched(ORDER, &Search { budget, ..settings(&Phase::ALL, threads) });
    let (runs, summary) = cut(1);
    assert_eq!(runs.len(), 5);
    assert_eq!(
        summary.runs,
        [(Phase::Singles, 5), (Phase::Pairs, 0), (Phase::Again, 0), (Phase::Explore, 0)]
    );
    assert_eq!(summary.stopped_because, "the budget of 5 runs was spent");
    assert_eq!(cut(2), (runs, summary));
}

#[test]
fn what_an_intent_names_is_run_first_and_once() {
    let text = "[[machines.order.intents]]\nat = \"Charge\"\nfault = [\"service-error\", \"throttling\"]\n\
                burst = \"exhausting\"\nis = \"propagates\"";
    let config = crate::config::Config::parse(std::path::Path::new("chaos.toml"), text).unwrap();
    let (mut arena, grounds) = arena(ORDER);
    let declarations = config.declarations(&arena.model.machine).unwrap();
    arena.model = Arc::new(Model::new(arena.model.machine.clone()).declare(declarations));
    let mut runs = Vec::new();
    search(&arena, &grounds, &settings(&[Phase::Singles], 1), &mut |judged| {
        runs.push(judged.trial.plan.display(&arena.model.machine).to_string());
    });
    assert_eq!(
        runs[..5],
        [
            "Charge:service-error",
            "Charge:throttling*3",
            "Charge:throttling",
            "Charge:throttling*2",
            "Charge:timeout"
        ]
    );
}
