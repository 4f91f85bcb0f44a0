//! The compiled machine: numbering, paths, defaults.

use super::machine;
use crate::asl::{Amount, Jitter, Kind, MapMode, QueryLanguage, ResultPath, ScopeId, Transition, Wait};
use crate::catalog::Service;
use crate::expr::Template;

const NESTED: &str = r#"{
    "StartAt": "First", "TimeoutSeconds": 60,
    "States": {
        "First": {"Type": "Pass", "Next": "Fulfil"},
        "Fulfil": {"Type": "Parallel", "Next": "Last", "Branches": [
            {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": true}}},
            {"StartAt": "ShipAll", "States": {"ShipAll": {"Type": "Map", "End": true, "ItemProcessor": {
                "StartAt": "Ship", "States": {"Ship": {"Type": "Succeed"}}}}}}]},
        "Last": {"Type": "Succeed"}
    }
}"#;

#[test]
fn states_are_numbered_in_the_order_of_the_file_and_scopes_outside_in() {
    let machine = machine(NESTED);
    let paths: Vec<_> = machine.states.iter().map(|state| &*state.path).collect();
    let expected = [
        "First",
        "Fulfil",
        "Fulfil/branch[0]/Pack",
        "Fulfil/branch[1]/ShipAll",
        "Fulfil/branch[1]/ShipAll/Ship",
        "Last",
    ];
    assert_eq!(paths, expected);
    let scopes: Vec<_> = machine
        .scopes
        .iter()
        .map(|scope| (scope.parent.map(|id| id.0), scope.branch, scope.start.0, scope.states.len()))
        .collect();
    assert_eq!(scopes, [(None, 0, 0, 3), (Some(1), 0, 2, 1), (Some(1), 1, 3, 1), (Some(3), 0, 4, 1)]);
    assert_eq!(machine.timeout_seconds, Some(60));
    for (at, state) in machine.states.iter().enumerate() {
        assert_eq!(state.id.0 as usize, at);
        assert!(machine.document.node(&state.pointer).is_some(), "{}", state.pointer);
    }
}

#[test]
fn inner_scopes_belong_to_their_states() {
    let machine = machine(NESTED);
    let Kind::Parallel { branches } = &machine.find("Fulfil").unwrap().kind else { panic!("a Parallel") };
    assert_eq!(branches, &[ScopeId(1), ScopeId(2)]);
    let Kind::Map(map) = &machine.find("ShipAll").unwrap().kind else { panic!("a Map") };
    assert_eq!((map.processor, map.mode), (ScopeId(3), MapMode::Inline));
    assert_eq!(machine.find("Last").unwrap().next, Transition::End);
}

#[test]
fn a_retrier_has_the_documented_defaults() {
    let machine = machine(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Retry": [{"ErrorEquals": ["E"]}]}}}"#,
    );
    let retrier = &machine.states[0].retry[0];
    assert_eq!((retrier.interval_seconds, retrier.attempts_max, retrier.delay_max_seconds), (1, 3, None));
    assert_eq!((retrier.backoff_rate.to_bits(), retrier.jitter), (2.0_f64.to_bits(), Jitter::None));
}

#[test]
fn a_catcher_may_drop_the_error() {
    let machine = machine(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "B"}], "End": true},
        "B": {"Type": "Fail", "Error": "E", "CausePath": "States.Format('{}', $.x)"}}}"#,
    );
    assert!(matches!(machine.states[0].catch[0].result_path, ResultPath::Discard));
    assert_eq!(machine.states[0].task().unwrap().integration.kind, Service::Optimized);
}

#[test]
fn a_state_may_use_jsonata_in_a_json_path_machine() {
    let machine = machine(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "QueryLanguage": "JSONata",
        "Seconds": "{% $states.input.pause %}", "Output": {"a": "{% 1 %}"}, "End": true}}}"#,
    );
    let state = &machine.states[0];
    assert_eq!(
        (machine.query_language, state.query_language),
        (QueryLanguage::JsonPath, QueryLanguage::Jsonata)
    );
    assert!(matches!(&state.kind, Kind::Wait(Wait::Seconds(Amount::Jsonata(_)))));
    assert!(matches!(&state.flow.output, Some(Template::Object(_))));
}
