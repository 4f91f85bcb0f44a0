use rstest::rstest;

use super::*;
use crate::bdd::failed::Failed;
use crate::bdd::words::started::{SECTION, innermost};
use crate::walk::Executor;

/// Sends a parcel by an execution of its own; pays back what cannot be sent.
const ORDER: &str = r#"{"StartAt": "Fulfil", "States": {
    "Fulfil": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"Input.$": "$",
            "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:Fulfilment"},
        "ResultSelector": {"parcel.$": "$.Output.parcel"}, "ResultPath": "$.sent", "Next": "Done",
        "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund"}]},
    "Refund": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "refund"}, "ResultPath": null, "Next": "Cancelled"},
    "Cancelled": {"Type": "Fail", "Error": "OrderCancelled"},
    "Done": {"Type": "Succeed"}}}"#;

const FULFIL: &str = r#"{"StartAt": "Pack", "States": {
    "Pack": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "pack", "Payload.$": "$"},
        "ResultSelector": {"parcel.$": "$.Payload.parcel"}, "ResultPath": "$.packed", "Next": "Label"},
    "Label": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "${LabelArn}", "Input": {}}, "ResultPath": null, "Next": "Out"},
    "Out": {"Type": "Pass", "Parameters": {"parcel.$": "$.packed.parcel"}, "End": true}}}"#;

const MOCKS: &str = r#"{"StateMachines": {"fulfil": {"TestCases": {"Usual": {"Pack": "Packed"}}}},
    "MockedResponses": {"Packed": {"0": {"Return": {"StatusCode": 200, "Payload": {"parcel": "p-beside"}}}}}}"#;

const LABEL: &str =
    r#"{"StartAt": "Print", "States": {"Print": {"Type": "Wait", "Seconds": 90, "End": true}}}"#;

fn parent() -> Trial {
    Trial::of(ORDER)
        .file("fulfil.asl.json", FULFIL)
        .file("fulfil.mocks.json", MOCKS)
        .file("label.asl.json", LABEL)
        .file("order.json", r#"{"order": "o-1"}"#)
}

const RUNS: &str = "Given the input \"order.json\"\nAnd Fulfil runs the state machine \"fulfil.asl.json\"";

#[rstest]
#[case::its_mocks("", r#"{"order":"o-1","sent":{"parcel":"p-beside"}}"#)]
#[case::the_words_of_the_feature(
    "\nAnd in the state machine \"fulfil\" Pack returns {\"StatusCode\": 200, \"Payload\": {\"parcel\": \"p-9\"}}",
    r#"{"order":"o-1","sent":{"parcel":"p-9"}}"#
)]
fn a_task_answers_what_comes_out_of_the_execution_that_it_starts(#[case] said: &str, #[case] output: &str) {
    let steps = format!("{RUNS}{said}\nWhen nothing goes wrong\nThen the execution succeeds");
    let (mut stage, failed) = parent().staged(&steps);
    assert_eq!(failed, None);
    let history = stage.results().unwrap().runs[0].history.clone();
    assert_eq!(history.outcome.output().unwrap().to_json(), output);
}

const FAILS: &str = "\nWhen in the state machine \"fulfil\" Pack fails with OutOfStock";
const THROTTLED: &str = "\nWhen Fulfil is throttled twice";
const LABELLED: &str =
    "\nAnd in the state machine \"fulfil\" Label runs the state machine \"label.asl.json\"";

/// What is said, the assertion, and what happened instead where it does not hold.
#[rstest]
#[case::once("", "the state machine \"fulfil\" is executed once", None)]
#[case::by_the_name_of_the_request("", "the state machine \"Fulfilment\" is executed once", None)]
#[case::not_twice("", "the state machine \"fulfil\" is executed twice", Some("it is executed once"))]
#[case::a_retry_starts_another(FAILS, "the state machine \"fulfil\" is executed twice", None)]
#[case::not_at_most_once(
    FAILS,
    "the state machine \"fulfil\" is executed at most once",
    Some("it is executed twice")
)]
#[case::refused_calls_start_none(THROTTLED, "the state machine \"fulfil\" is never executed", None)]
#[case::never_though(FAILS, "the state machine \"fulfil\" is never executed", Some("it is executed twice"))]
#[case::not_at_least_once(
    THROTTLED,
    "the state machine \"fulfil\" is executed at least once",
    Some("it is never executed")
)]
#[case::it_fails(FAILS, "in the state machine \"fulfil\" the execution fails with OutOfStock", None)]
#[case::the_other_fails(FAILS, "the execution fails with OrderCancelled", None)]
#[case::its_error("", "in the state machine \"fulfil\" the execution fails", Some("it ends as SUCCEEDED"))]
#[case::its_route(
    "",
    "in the state machine \"fulfil\" exactly the states Pack, Label and Out are entered in this order",
    None
)]
#[case::its_attempts(
    FAILS,
    "in the state machine \"fulfil\" Pack is attempted twice",
    Some("it is attempted once")
)]
#[case::nothing_to_ask(
    THROTTLED,
    "in the state machine \"fulfil\" Pack is never attempted",
    Some("no task starts `fulfil`")
)]
#[case::a_fault_in_it_is_a_fault(
    FAILS,
    "the execution ends as without the fault",
    Some(
        "it ends as FAILED with OrderCancelled, and without the fault it ends as SUCCEEDED with the output"
    )
)]
#[case::deeper(
    LABELLED,
    "in the state machine \"fulfil\" in the state machine \"label\" the execution takes 90 seconds",
    None
)]
#[case::deeper_though(
    LABELLED,
    "in the state machine \"fulfil\" the state machine \"label\" is never executed",
    Some("it is executed once")
)]
#[case::all_of_them_take_their_time(LABELLED, "the execution takes 90.1 seconds", None)]
fn what_is_started_is_asked_like_any_execution(
    #[case] said: &str,
    #[case] assertion: &str,
    #[case] happens: Option<&str>,
) {
    let told = asked(&parent(), &format!("{RUNS}{said}"), assertion);
    match happens {
        None => assert_eq!(told, Ok(())),
        Some(happens) => {
            let told = told.unwrap_err();
            let (_, after) = told.split_once(", but ").unwrap_or_default();
            assert!(after.starts_with(happens), "{told}");
        }
    }
}

#[test]
fn every_sentence_about_what_is_started_is_tried() {
    let lines = [
        "the state machine \"fulfil\" is executed twice",
        "the state machine \"fulfil\" is executed at most once",
        "the state machine \"fulfil\" is executed at least once",
        "the state machine \"fulfil\" is never executed",
        "in the state machine \"fulfil\" the execution fails",
    ];
    covered(&SECTION, &lines);
}

#[test]
fn the_witness_is_the_started_execution_and_tells_what_goes_wrong_around_it() {
    let steps = format!("{RUNS}{FAILS}\nThen in the state machine \"fulfil\" the execution succeeds");
    let (line, failed) = parent().failed(&steps).unwrap();
    let Failed::Unmet(unmet) = failed else { panic!("{line}: {failed:?}") };
    assert_eq!(unmet.expected, "in the state machine \"fulfil\" the execution succeeds");
    let witness = unmet.witness.unwrap();
    assert_eq!((witness.input.as_str(), witness.others), (r#"{"order":"o-1"}"#, 1));
    assert_eq!(witness.plan, "Pack:error(OutOfStock)");
    let steps = format!("{RUNS}{FAILS}\nThen the execution succeeds");
    let Some((_, Failed::Unmet(unmet))) = parent().failed(&steps) else { panic!("it does not succeed") };
    assert_eq!(unmet.witness.unwrap().plan, "Pack:error(OutOfStock) in `Fulfilment`");
}

#[rstest]
#[case::another_integration(
    "And Refund runs the state machine \"fulfil.asl.json\"",
    "`Refund` starts no execution of its own: it calls `arn:aws:states:::lambda:invoke`; tasks with"
)]
#[case::no_task(
    "And Done runs the state machine \"fulfil.asl.json\"",
    "`Done` is a Succeed state, not a Task"
)]
#[case::no_file(
    "And Fulfil runs the state machine \"fulfl.asl.json\"",
    "there is no definition fulfl.asl.json; "
)]
#[case::no_such_machine(
    "Then the state machine \"fulfill\" is never executed",
    "no task runs a state machine `fulfill`; did you mean"
)]
#[case::its_answer(
    "And Fulfil returns {\"Output\": {}}",
    "`Fulfil` runs the state machine `Fulfilment`, whose execution answers; "
)]
#[case::its_time(
    "And Fulfil takes 2 minutes",
    "`Fulfil` runs the state machine `Fulfilment`, whose execution answers; "
)]
#[case::a_state_of_it(
    "And in the state machine \"fulfil\" Pak returns 1",
    "there is no state `Pak` in fulfil.asl.json; "
)]
#[case::its_input(
    "And in the state machine \"fulfil\" the input \"order.json\"",
    "`the input {text}` cannot be said of a machine that tasks start; "
)]
#[case::its_findings(
    "Then in the state machine \"fulfil\" every failure is visible",
    "`every failure is visible` cannot be said of a machine that tasks start; "
)]
#[case::no_comparison(
    "Then in the state machine \"fulfil\" the execution ends as without the fault",
    "`the execution ends as without the fault(s)` cannot be said of a machine that tasks start; "
)]
#[case::a_search(
    "When any single fault strikes\nThen the execution succeeds",
    "a search does not run `Fulfilment`, which `Fulfil` starts; "
)]
#[case::a_search_in_it(
    "When in the state machine \"fulfil\" any single fault strikes",
    "this cannot be said of `Fulfilment`; in a started execution faults can strike its tasks, each by its name"
)]
#[case::stopped(
    "When in the state machine \"fulfil\" the execution is stopped after 1 second",
    "`@execution:aborted(1s)` cannot be said of `Fulfilment`; "
)]
#[case::again(
    "When the execution starts again with the same input\nThen the execution succeeds",
    "`@execution:started-again` does not go together with started executions; "
)]
#[case::redriven(
    "When the execution is redriven\nThen the execution succeeds",
    "`@execution:redriven` does not go together with started executions; "
)]
#[case::a_fault_after_the_start(
    "When the job of Fulfil fails\nThen the execution fails",
    "`Fulfil` runs the state machine `Fulfilment`, which decides about `Fulfil:job-fails`; "
)]
#[case::a_large_result(
    "When the result of Fulfil is larger than 256 KB\nThen the execution fails",
    "`Fulfil` runs the state machine `Fulfilment`, which decides about "
)]
#[case::a_fault_that_does_not_strike_so_often(
    "When in the state machine \"fulfil\" Pack is throttled 5 times\nThen the execution fails",
    "the fault `Pack:throttling*5` strikes only once, not 5 times; "
)]
#[case::a_fault_where_nothing_is_started(
    "When Fulfil is throttled twice\nAnd in the state machine \"fulfil\" Pack is throttled\nThen the execution fails",
    "the fault `Pack:throttling` strikes in no run; no execution of `Fulfilment` is started"
)]
#[case::nothing_goes_wrong_but_there(
    "When nothing goes wrong\nAnd in the state machine \"fulfil\" Pack is throttled\nThen the execution fails",
    "the scenario says that nothing goes wrong, and `Pack:throttling in `Fulfilment``; "
)]
#[case::another_machine_forgets_it(
    "And the state machine \"label.asl.json\"\nThen the state machine \"fulfil\" is never executed",
    "no task runs a state machine `fulfil`; say which task does: "
)]
fn what_does_not_go_together_is_told(#[case] said: &str, #[case] message: &str) {
    let told = parent().play(&format!("{RUNS}\n{said}")).unwrap_err();
    let line = said.lines().rev().find_map(|line| {
        let line = line.trim_start_matches("And ").trim_start_matches("When ").trim_start_matches("Then ");
        told.strip_prefix(&format!("{line}: "))
    });
    let told = line.map(str::to_owned).unwrap_or(told);
    assert!(told.starts_with(message), "{told}");
}

#[test]
fn an_answer_that_is_said_before_stands_in_the_way() {
    let steps = "Given Fulfil takes 2 minutes\nAnd Fulfil runs the state machine \"fulfil.asl.json\"";
    let told = parent().play(steps).unwrap_err();
    assert!(
        told.ends_with("the scenario says already what `Fulfil` answers; take that step out, or this one"),
        "{told}"
    );
}

#[test]
fn a_backend_without_executions_skips_it() {
    let steps = format!("{RUNS}\nThen the execution succeeds");
    let (_, failed) = parent().on(Executor::offline()).failed(&steps).unwrap();
    let why = "`Fulfil` runs the state machine `Fulfilment`: TestState runs no executions; use the simulator";
    assert_eq!(failed, Failed::Skipped(why.to_owned()));
}

#[rstest]
#[case::one("in the state machine \"fulfil\" Pack is entered", "Pack is entered")]
#[case::two(
    "in the state machine \"a\" in the state machine \"b \\\" c\" Pack is entered",
    "Pack is entered"
)]
#[case::the_first("in the first execution Pack is entered", "Pack is entered")]
#[case::none("Pack is entered", "Pack is entered")]
#[case::no_name("in the state machine fulfil Pack is entered", "in the state machine fulfil Pack is entered")]
fn a_line_is_checked_by_its_innermost_sentence(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(innermost(line), expected);
}
