use std::panic::catch_unwind;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::oracle::RuleId;

const ORDER: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge", "Payload": {"id.$": "$.id"}}, "ResultPath": "$.charge",
        "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 2, "BackoffRate": 3,
            "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Declined"}], "Next": "Ship"},
    "Ship": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": null, "Next": "Done", "ItemProcessor": {"StartAt": "Send", "States": {
        "Send": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "send"}, "End": true}}}},
    "Declined": {"Type": "Fail", "Error": "OrderDeclined"},
    "Done": {"Type": "Succeed"}}}"#;

const INPUT: &str = r#"{"id": "o-1", "items": [1, 2]}"#;

fn order() -> Workflow {
    Workflow::from_text("order", ORDER).unwrap()
}

fn run(faults: &str) -> Execution {
    order().execution().input(INPUT).faults(faults).run().unwrap()
}

fn panic_of(claim: impl FnOnce() + std::panic::UnwindSafe) -> String {
    catch_unwind(claim).unwrap_err().downcast_ref::<String>().unwrap().clone()
}

#[test]
fn an_execution_is_asked_by_the_names_of_its_states() {
    let execution = run("Charge:throttling*2 + Ship[1]/Send:lost-answer-as(Lambda.SdkClientException)");
    assert_eq!(execution.attempts("Charge"), 3);
    assert_eq!(execution.waits("Charge"), [2, 6].map(Duration::from_secs));
    assert_eq!(execution.states()[..3], ["Charge", "Ship", "Ship/Send[0]"]);
    assert_eq!((execution.effects("Charge"), execution.effects("Send")), (1, 1));
    execution
        .assert_failed("Lambda.SdkClientException")
        .assert_entered("Ship/Send")
        .assert_never_entered("Done");
}

#[test]
fn work_of_an_execution_that_starts_again_adds_up() {
    let execution = run("Charge:error(Declined) + @execution:started-again");
    assert_eq!((execution.effects("Charge"), execution.effects("Send")), (1, 1));
    assert_eq!(run("@execution:started-again").effects("Send"), 2);
}

#[test]
fn a_caught_failure_is_told_with_its_catcher() {
    let execution = run("Charge:error(Declined)");
    let caught = execution.caught("Charge");
    assert_eq!((caught[0].catcher, &*caught[0].error), (0, "Declined"));
}

#[test]
fn a_wrong_claim_tells_what_happened() {
    let execution = run("Charge:throttling*3");
    let text = panic_of(move || drop(execution.assert_succeeded().clone()));
    let expected = [
        "`order` ends as FAILED, not as SUCCEEDED",
        "  faults: Charge:throttling*3",
        r#"  input: {"id":"o-1","items":[1,2]}"#,
        "Charge fails with Lambda.TooManyRequestsException (Rate exceeded); retried 2 times over 8.1 s; Catch[0] → Declined",
        "the execution ends as FAILED with OrderDeclined",
        "  definition: order",
    ];
    for part in expected {
        assert!(text.contains(part), "{part}\nis missing in\n{text}");
    }
}

#[rstest]
#[case::another_error("Charge:throttling*3", |run: &Execution| drop(run.assert_failed("Other").clone()),
    "fails with OrderDeclined, not with Other")]
#[case::another_output("", |run: &Execution| drop(run.assert_output("{}").clone()), "has the output {\"")]
#[case::no_entry("", |run: &Execution| drop(run.assert_entered("Declined").clone()), "never enters `Declined`")]
#[case::an_entry("", |run: &Execution| drop(run.assert_never_entered("Ship").clone()), "enters `Ship` after 100 ms")]
#[case::no_state("", |run: &Execution| { run.attempts("Chrage"); },
    "there is no state `Chrage` in `order`; did you mean `Charge`?")]
fn a_panic_says_what_is_wrong(#[case] faults: &str, #[case] claim: fn(&Execution), #[case] expected: &str) {
    let execution = run(faults);
    let text = panic_of(move || claim(&execution));
    assert!(text.contains(expected), "{text}");
}

#[test]
fn an_answer_of_ones_own_comes_before_everything_else() {
    let order = order();
    let execution = order.execution().input(r#"{"id": 1, "items": []}"#).returns("Charge", r#"{"p": 2}"#);
    execution.run().unwrap().assert_output(r#"{"id": 1, "charge": {"p": 2}, "items": []}"#);
}

#[rstest]
#[case::a_state(
    "Chrage:timeout",
    "faults `Chrage:timeout`: there is no state `Chrage`; did you mean `Charge`?"
)]
#[case::not_reached("Charge:error(Declined) + Ship[0]/Send:timeout", "`Ship[0]/Send:timeout` did not strike")]
#[case::no_such_item("Ship[7]/Send:timeout", "`Ship[7]/Send:timeout` did not strike")]
#[case::over_before("@execution:aborted(7d)", "`@execution:aborted(7d)` did not strike")]
#[case::nothing_to_redrive("@execution:redriven", "`@execution:redriven` did not strike")]
fn faults_that_show_nothing_are_an_error(#[case] faults: &str, #[case] expected: &str) {
    let error = order().execution().input(INPUT).faults(faults).run().unwrap_err();
    assert!(error.to_string().starts_with(expected), "{error}");
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[rstest]
#[case::input(|order: &Workflow| order.execution().input("{").run(), "failed to read the input: ")]
#[case::answer(|order: &Workflow| order.execution().returns("Charge", "no").run(), "failed to read the answer of `Charge`: ")]
#[case::state(|order: &Workflow| order.execution().returns("Done!", "1").run(), "there is no state `Done!` in `order`; did you mean `Done`?")]
#[case::test_case(|order: &Workflow| order.execution().test_case("x").run(), "the mocks have no test case `x`")]
fn what_cannot_be_read_is_an_error(
    #[case] run: fn(&Workflow) -> Result<Execution, WorkflowError>,
    #[case] expected: &str,
) {
    let error = run(&order()).unwrap_err().to_string();
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn what_cannot_be_simulated_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mocks = folder.path().join("mocks.json");
    let text = r#"{"StateMachines": {"order": {"TestCases": {"Busy": {"Charge": "Busy"}}}}, "MockedResponses":
        {"Busy": {"0": {"Throw": {"Error": "Lambda.TooManyRequestsException", "Cause": ""}}}}}"#;
    std::fs::write(&mocks, text).unwrap();
    let order = order();
    let error =
        order.execution().input(INPUT).mocks(&mocks.display().to_string()).run().unwrap_err().to_string();
    assert!(error.starts_with("the execution cannot be simulated: "), "{error}");
    assert!(error.contains("mocked response of state `Charge` ends at invocation 0"), "{error}");
}

#[test]
fn a_definition_that_aws_would_refuse_is_shown_with_its_line() {
    let error =
        Workflow::from_text("order", &ORDER.replace("\"Next\": \"Ship\"", "\"Next\": \"Shp\"")).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("AWS would refuse `order`:\nerror["), "{text}");
    assert!(text.contains("did you mean `Ship`?"), "{text}");
}

#[test]
fn what_lies_beside_a_definition_belongs_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("order.asl.json", ORDER);
    write("order.input.json", INPUT);
    write(
        "order.mocks.json",
        r#"{"StateMachines": {"order": {"TestCases": {
            "Paid": {"Charge": "Paid"}, "Refused": {"Charge": "Refused"}}}},
            "MockedResponses": {"Paid": {"*": {"Return": {"Payload": "paid"}}},
                "Refused": {"*": {"Throw": {"Error": "Refused", "Cause": ""}}}}}"#,
    );
    let order = Workflow::load(folder.path().join("order.asl.json")).unwrap();
    order.execution().test_case("Refused").run().unwrap().assert_failed("OrderDeclined");
    let paid = order.execution().test_case("Paid").run().unwrap();
    assert_eq!(paid.output().unwrap().get("id").unwrap().as_str(), Some("o-1"));
    let error = order.execution().run().unwrap_err();
    assert_eq!(error.to_string(), "the mocks have several test cases; choose one: Paid, Refused");
    let file = format!("{}#Refused", folder.path().join("order.mocks.json").display());
    order.execution().mocks(&file).run().unwrap().assert_failed("OrderDeclined");
}

#[test]
fn the_policy_beside_a_definition_is_held_against_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("order.asl.json"), ORDER).unwrap();
    let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
    std::fs::write(folder.path().join("order.policy.json"), policy).unwrap();
    let outcome = Workflow::load(folder.path().join("order.asl.json")).unwrap().campaign().run();
    assert!(outcome.finding(RuleId::PermissionMissing, "Charge").is_some(), "{:?}", outcome.verdict);
}

#[test]
fn what_is_declared_counts_besides_what_lies_beside() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("order.asl.json", &ORDER.replace("Lambda.TooManyRequestsException", "States.ALL"));
    write("order.intents.toml", "[[intents]]\nat = \"Charge\"\nis = \"ends:Declined\"\n");
    write("chaos.toml", "[machines.order.states.Charge]\neffect = \"none\"\n");
    let searched = |order: &Workflow| {
        let outcome = order.campaign().run();
        (outcome.finding(RuleId::EffectRepeated, "Charge").is_some(), outcome.intents.len())
    };
    let order = Workflow::load(folder.path().join("order.asl.json")).unwrap();
    assert_eq!(searched(&order), (true, 1));
    assert_eq!(searched(&order.declared_in(folder.path().join("chaos.toml")).unwrap()), (false, 1));
    let error = Workflow::from_text("order", ORDER).unwrap().declared_in("nowhere.toml").unwrap_err();
    assert!(error.to_string().starts_with("failed to read nowhere.toml"), "{error}");
}

#[test]
fn one_of_several_machines_is_chosen_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["bill", "order"] {
        std::fs::write(folder.path().join(format!("{name}.asl.json")), ORDER).unwrap();
    }
    let error = |result: Result<Workflow, WorkflowError>| {
        result.unwrap_err().to_string().replace(&folder.path().display().to_string(), "DIR")
    };
    assert_eq!(Workflow::named(folder.path(), "bill").unwrap().machine().name.to_string(), "bill");
    assert_eq!(
        error(Workflow::load(folder.path())),
        "DIR holds several machines (bill, order); name one of them"
    );
    assert_eq!(
        error(Workflow::named(folder.path(), "ordr")),
        "no machine `ordr` in DIR; did you mean `order`?"
    );
    assert!(
        error(Workflow::load(Path::new("nowhere.asl.json"))).starts_with("failed to read nowhere.asl.json")
    );
}

#[test]
fn a_campaign_finds_what_one_execution_shows() {
    let outcome = order().campaign().run();
    assert!(
        outcome.findings.iter().any(|finding| outcome.diagnosis(finding).contains("Send")),
        "{outcome:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn drawn_inputs_and_plans_run(input in order().inputs(), plan in order().plans()) {
        let execution = order().execution().input(&input).plan(&plan).run().unwrap();
        prop_assert!(["SUCCEEDED", "FAILED"].contains(&execution.status()) || execution.status() == "TIMED_OUT", "{}", execution);
    }
}
