//! Recall: each defect put into a repaired scenario is found, by the right rule, at the right state.
//!
//! All repaired workflows announce failures, so a fault that is not retried is a note in them.

#![expect(clippy::print_stdout, reason = "a test that reports what it found")]

use std::sync::Arc;

use rstest::rstest;
use serde_json::{Value, json};
use sfn_chaos::asl::compile;
use sfn_chaos::campaign::{Campaign, MachineOutcome};
use sfn_chaos::load::Definition;
use sfn_chaos::oracle::{RuleId, Severity};
use sfn_chaos::search::Phase;
use sfn_chaos_tests::operators::{Defect, OPERATORS, Operator};
use sfn_chaos_tests::scenario::{self, Version};

/// One change of a definition, by JSON pointer.
#[derive(Clone, Debug)]
enum Edit {
    /// Takes a member or an element away.
    Remove(&'static str),
    /// Takes two members away: a guard, and the timer that would end the call before the SDK gives up.
    RemoveBoth(&'static str, &'static str),
    /// Puts another value in the place of one.
    Replace(&'static str, Value),
}

use Edit::{Remove, RemoveBoth, Replace};
use RuleId::{
    AnswerUnhandled, CallbackUnbounded, CatchShadowed, ChoiceUnmatched, EffectRepeated,
    ErrorNameNeverMatches, ExecutionUnbounded, FailureSwallowed, FailureUncaught, HandlerFails,
    HandlerLosesInput, PartialSuccessIgnored, PermissionRetried, PollingUnbounded, RetryBudget,
    TaskUnbounded, TransientNotRetried,
};
use Severity::{High, Low, Medium, Note};

#[rstest]
// order-payment
#[case::no_retrier(
    "order-payment",
    Remove("/States/ReserveStock/Retry"),
    TransientNotRetried,
    "ReserveStock",
    Note
)]
#[case::misspelt_name(
    "order-payment",
    Replace("/States/ReserveStock/Retry/0/ErrorEquals/0", json!("DynamoDb.ProvisionedThroughputExceededException")),
    ErrorNameNeverMatches, "ReserveStock", Low
)]
#[case::timer_past_task_failed(
    "order-payment",
    Replace("/States/AwaitDispatch/Catch/0/ErrorEquals/0", json!("States.TaskFailed")),
    FailureUncaught, "AwaitDispatch", High
)]
#[case::callback_without_timer(
    "order-payment",
    Remove("/States/AwaitDispatch/TimeoutSeconds"),
    CallbackUnbounded,
    "AwaitDispatch",
    Medium
)]
#[case::lost_input_of_a_handler(
    "order-payment",
    Remove("/States/ChargeCustomer/Catch/0/ResultPath"),
    HandlerLosesInput,
    "ChargeCustomer",
    High
)]
#[case::catch_to_success(
    "order-payment",
    Replace("/States/ReserveStock/Catch/0/Next", json!("ChargeCustomer")),
    FailureSwallowed, "ReserveStock", High
)]
#[case::compensation_without_catch(
    "order-payment",
    Remove("/States/RefundPayment/Catch"),
    HandlerFails,
    "RefundPayment",
    High
)]
#[case::guard_of_an_update(
    "order-payment",
    RemoveBoth("/States/ReserveStock/Parameters/ConditionExpression", "/States/ReserveStock/TimeoutSeconds"),
    EffectRepeated,
    "ReserveStock",
    Medium
)]
#[case::key_of_a_function(
    "order-payment",
    Remove("/States/ChargeCustomer/Parameters/Payload/idempotencyKey.$"),
    EffectRepeated,
    "ChargeCustomer",
    Low
)]
// job-polling
#[case::default_is_success(
    "job-polling", Replace("/States/IsLoaded/Default", json!("Loaded")), AnswerUnhandled, "IsLoaded", Medium
)]
#[case::counter_removed(
    "job-polling",
    Remove("/States/IsLoaded/Choices/2/And/0"),
    PollingUnbounded,
    "IsLoaded",
    Medium
)]
#[case::client_token_removed(
    "job-polling",
    RemoveBoth("/States/StartLoad/Parameters/ClientToken.$", "/States/StartLoad/TimeoutSeconds"),
    EffectRepeated,
    "StartLoad",
    High
)]
#[case::poll_without_retrier(
    "job-polling",
    Remove("/States/DescribeLoad/Retry"),
    TransientNotRetried,
    "DescribeLoad",
    Note
)]
#[case::default_removed(
    "job-polling",
    Remove("/States/IsLoaded/Default"),
    ChoiceUnmatched,
    "IsLoaded",
    Medium
)]
#[case::execution_timer_removed("job-polling", Remove("/TimeoutSeconds"), ExecutionUnbounded, "", Low)]
#[case::handler_without_catch(
    "job-polling",
    Remove("/States/CancelLoad/Catch"),
    HandlerFails,
    "CancelLoad",
    Low
)]
// trip-saga
#[case::link_without_catch("trip-saga", Remove("/States/CancelCar/Catch"), HandlerFails, "CancelCar", High)]
#[case::second_link_without_catch(
    "trip-saga",
    Remove("/States/CancelFlight/Catch"),
    HandlerFails,
    "CancelFlight",
    High
)]
#[case::lost_input_of_a_saga(
    "trip-saga",
    Remove("/States/BookCar/Catch/0/ResultPath"),
    HandlerLosesInput,
    "BookCar",
    High
)]
#[case::booking_without_catch_all(
    "trip-saga", Replace("/States/BookFlight/Catch/0/ErrorEquals/0", json!("States.TaskFailed")),
    FailureUncaught, "BookFlight", High
)]
#[case::booking_swallowed(
    "trip-saga", Replace("/States/BookFlight/Catch/0/Next", json!("BookCar")), FailureSwallowed, "BookFlight", High
)]
#[case::function_without_retrier(
    "trip-saga",
    Remove("/States/BookHotel/Retry"),
    TransientNotRetried,
    "BookHotel",
    Note
)]
// nightly-pipeline
#[case::job_without_timer(
    "nightly-pipeline",
    Remove("/States/Transform/TimeoutSeconds"),
    TaskUnbounded,
    "Transform",
    Low
)]
#[case::child_without_timer(
    "nightly-pipeline",
    Remove("/States/PublishReport/TimeoutSeconds"),
    TaskUnbounded,
    "PublishReport",
    Medium
)]
#[case::pipeline_swallowed(
    "nightly-pipeline", Replace("/States/Transform/Catch/0/Next", json!("Published")), FailureSwallowed, "Transform", High
)]
// fan-out
#[case::deduplication_removed(
    "fan-out",
    RemoveBoth(
        "/States/RenderAll/ItemProcessor/States/QueueMail/Parameters/MessageDeduplicationId.$",
        "/States/RenderAll/ItemProcessor/States/QueueMail/TimeoutSeconds"
    ),
    EffectRepeated,
    "QueueMail",
    Low
)]
#[case::everything_retried(
    "fan-out", Replace("/States/RenderAll/ItemProcessor/States/RenderInvoice/Retry", json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60, "MaxAttempts": 8, "BackoffRate": 2}])),
    PermissionRetried, "RenderInvoice", Low
)]
#[case::budget_of_days(
    "fan-out",
    Replace("/States/RenderAll/ItemProcessor/States/RenderInvoice/Retry/0", json!({
        "ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException"],
        "IntervalSeconds": 2, "MaxAttempts": 20, "BackoffRate": 2
    })),
    RetryBudget, "RenderInvoice", Medium
)]
// parallel-enrichment
#[case::branches_uncaught(
    "parallel-enrichment", Replace("/States/Collect/Catch/0/ErrorEquals/0", json!("States.TaskFailed")),
    FailureUncaught, "Collect", High
)]
#[case::retriers_in_the_wrong_order(
    "parallel-enrichment",
    Replace("/States/OpenAccount/Catch", json!([
        {"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.failure", "Next": "TellReviewers"},
        {"ErrorEquals": ["Lambda.TooManyRequestsException"], "ResultPath": "$.failure", "Next": "Decline"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "TellReviewers"}
    ])),
    CatchShadowed, "OpenAccount", Low
)]
#[case::screening_without_retrier(
    "parallel-enrichment",
    Remove("/States/Collect/Branches/1/States/ScreenSanctions/Retry"),
    TransientNotRetried,
    "ScreenSanctions",
    Note
)]
// catalogue-import
#[case::a_question_for_the_wrong_member(
    "catalogue-import",
    Replace("/States/AllDeleted?/Choices/0", json!({
        "Variable": "$.deletion.Deleted[0]", "IsPresent": false, "Next": "NotDeleted"
    })),
    PartialSuccessIgnored, "DeleteFiles", High
)]
fn a_defect_is_found(
    #[case] folder: &str,
    #[case] edit: Edit,
    #[case] rule: RuleId,
    #[case] state: &str,
    #[case] at_least: Severity,
) {
    let outcome = outcome_of(folder, Some(&edit));
    let machine = outcome.machine.as_ref().expect("the definition is valid");
    let is_it = outcome.findings.iter().chain(&outcome.warnings).any(|finding| {
        let violation = &finding.violation;
        let mut states = violation.state.iter().chain(&violation.states);
        let there = match state {
            "" => violation.state.is_none(),
            name => states.any(|id| *machine.state(*id).name == *name),
        };
        violation.rule == rule && violation.severity >= at_least && there
    });
    let all: Vec<_> = outcome.findings.iter().chain(&outcome.warnings).map(listed).collect();
    assert!(is_it, "{folder}, {edit:?}: no {rule} at `{state}`; found: {all:#?}");
}

#[rstest]
fn without_a_defect_nothing_is_found_above_low(
    #[values(
        "catalogue-import",
        "order-payment",
        "job-polling",
        "trip-saga",
        "nightly-pipeline",
        "fan-out",
        "parallel-enrichment"
    )]
    folder: &str,
) {
    outcome_of(folder, None).assert_no_finding_above(Low);
}

/// What the search finds in a repaired scenario after an edit.
fn outcome_of(folder: &str, edit: Option<&Edit>) -> MachineOutcome {
    let path = scenario::library().join(folder).join("repaired.asl.json");
    let text = std::fs::read_to_string(path).expect("the scenario can be read");
    let mut tree: Value = serde_json::from_str(&text).expect("the scenario is JSON");
    if let Some(edit) = edit {
        apply(&mut tree, edit);
    }
    let compiled = compile(&Definition::from_text(folder, &tree.to_string()));
    let machine = compiled.machine.unwrap_or_else(|| panic!("{folder}, {edit:?}: {:#?}", compiled.problems));
    let examples = scenario::examples(folder, Version::Repaired);
    Campaign::new(Arc::new(machine)).inputs(examples.inputs).mocks(examples.scripts).run()
}

fn apply(tree: &mut Value, edit: &Edit) {
    match edit {
        RemoveBoth(one, other) => [one, other].into_iter().for_each(|pointer| apply(tree, &Remove(pointer))),
        Remove(pointer) => {
            let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a parent");
            match tree.pointer_mut(parent).expect("the pointer leads somewhere") {
                Value::Object(members) => drop(members.shift_remove(key).expect("the member is there")),
                Value::Array(items) => drop(items.remove(key.parse().expect("an index"))),
                other => panic!("{parent} is {other}"),
            }
        }
        Replace(pointer, value) => {
            *tree.pointer_mut(pointer).expect("the pointer leads somewhere") = value.clone();
        }
    }
}

fn listed(finding: &sfn_chaos::campaign::Finding) -> String {
    let violation = &finding.violation;
    format!("{} {}: {}", violation.severity, finding.id, violation.title)
}

/// The workflows that defects are made of by operators.
const SOUND: [&str; 11] = [
    "athena-report",
    "catalogue-import",
    "express-events",
    "fan-out",
    "job-polling",
    "lake-refresh",
    "nightly-pipeline",
    "order-payment",
    "parallel-enrichment",
    "support-agent",
    "trip-saga",
];

/// All defects that an operator makes, with the workflow of each.
fn defects_of(operator: Operator) -> Vec<(&'static str, Defect)> {
    let of = |folder: &&'static str| {
        let folder = *folder;
        operator(&sound(folder)).into_iter().map(move |defect| (folder, defect))
    };
    SOUND.iter().flat_map(of).collect()
}

fn sound(folder: &str) -> Value {
    let path = scenario::library().join(folder).join("repaired.asl.json");
    let text = std::fs::read_to_string(path).expect("the scenario can be read");
    serde_json::from_str(&text).expect("the scenario is JSON")
}

#[test]
fn the_operators_make_many_defects() {
    let count: usize = OPERATORS.iter().map(|(_, operator)| defects_of(*operator).len()).sum();
    assert!(count >= 80, "{count} defects");
}

/// The share that must be found, of a hundred.
const SHARE: usize = 90;

#[rstest]
fn defects_made_by_an_operator_are_found(#[values(0, 1, 2, 3, 4, 5)] operator: usize) {
    let (name, operator) = OPERATORS[operator];
    let defects = defects_of(operator);
    let missed: Vec<String> = defects
        .iter()
        .filter(|(folder, defect)| !is_found(folder, defect))
        .map(|(folder, defect)| format!("{folder}{}", defect.label))
        .collect();
    let found = defects.len() - missed.len();
    println!("{name}: {found} of {} found", defects.len());
    assert!(
        found * 100 >= defects.len() * SHARE,
        "{name}: {found} of {}; missed: {missed:#?}",
        defects.len()
    );
}

fn is_found(folder: &str, defect: &Defect) -> bool {
    let compiled = compile(&Definition::from_text(folder, &defect.definition.to_string()));
    let Some(machine) = compiled.machine else { panic!("{}: {:#?}", defect.label, compiled.problems) };
    let examples = scenario::examples(folder, Version::Repaired);
    // One fault shows every defect that the operators make.
    let outcome = Campaign::new(Arc::new(machine))
        .inputs(examples.inputs)
        .mocks(examples.scripts)
        .phases(&[Phase::Singles])
        .run();
    let machine = outcome.machine.as_ref().expect("the definition is valid");
    outcome.findings.iter().chain(&outcome.warnings).any(|finding| {
        let violation = &finding.violation;
        let mut states = violation.state.iter().chain(&violation.states);
        // What a handler has lost shows where it is read.
        let elsewhere = violation.rule == HandlerFails || violation.rule == RuleId::MissingPath;
        defect.rules.contains(&violation.rule.name())
            && (elsewhere || states.any(|id| *machine.state(*id).name == *defect.state))
    })
}
