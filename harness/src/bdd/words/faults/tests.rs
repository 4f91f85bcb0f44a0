//! Every class of faults and every incident has a sentence, its example strikes, and what makes no sense is refused.

use std::collections::BTreeSet;

use rstest::rstest;

use super::SECTIONS;
use crate::bdd::step::{Covers, Step};
use crate::bdd::trial::Trial;
use crate::fault::{Class, Incident};

/// A task of every kind that the examples name.
const ORDER: &str = r#"{
    "StartAt": "LoadOrders",
    "States": {
        "LoadOrders": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem",
            "Parameters": {"TableName": "orders", "Key": {"id": {"S.$": "$.id"}}}, "ResultPath": "$.order",
            "Next": "ChargePayment"},
        "ChargePayment": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 30,
            "Parameters": {"FunctionName": "charge"}, "ResultPath": "$.charge",
            "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 3}], "Next": "SaveOrder"},
        "SaveOrder": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}}, "ResultPath": "$.saved",
            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}], "Next": "SaveOrders"},
        "SaveOrders": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:batchWriteItem",
            "Parameters": {"RequestItems": {"orders": [{"PutRequest": {"Item": {"id": {"S": "1"}}}}]}},
            "ResultPath": "$.batch", "Next": "ApproveOrder"},
        "ApproveOrder": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/approvals",
                "MessageBody.$": "$$.Task.Token"}, "ResultPath": "$.approval",
            "TimeoutSeconds": 3600, "HeartbeatSeconds": 60, "Next": "RunReport"},
        "RunReport": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {"JobName": "report"}, "ResultPath": "$.report", "Next": "AskStatus"},
        "AskStatus": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:describeExecution",
            "Parameters": {"ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:child:1"},
            "ResultPath": "$.child", "Next": "IsDone"},
        "IsDone": {"Type": "Choice", "Choices": [
            {"Variable": "$.child.Status", "StringEquals": "SUCCEEDED", "Next": "Pack"},
            {"Variable": "$.child.Status", "StringEquals": "RUNNING", "Next": "Pause"}], "Default": "Failed"},
        "Pause": {"Type": "Wait", "Seconds": 60, "Next": "AskStatus"},
        "Failed": {"Type": "Fail", "Error": "ChildFailed"},
        "Pack": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack",
            "ResultPath": "$.packed", "TimeoutSeconds": 600, "Next": "ShipAll"},
        "ShipAll": {"Type": "Map", "ItemsPath": "$.parcels", "MaxConcurrency": 1, "ResultPath": "$.shipped",
            "Iterator": {"StartAt": "Ship", "States": {
                "Ship": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": "ship"},
                    "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}], "End": true}}}, "Next": "Done"},
        "Done": {"Type": "Succeed"}
    }
}"#;

fn order() -> Trial {
    Trial::of(ORDER).file("machine.asl.input.json", r#"{"id": "o-1", "parcels": [1, 2, 3]}"#)
}

fn steps() -> impl Iterator<Item = &'static Step> {
    SECTIONS.into_iter().flat_map(|section| section.steps)
}

#[test]
fn every_class_and_every_incident_has_a_sentence() {
    let covered: BTreeSet<&str> = steps()
        .flat_map(|step| step.covers)
        .filter_map(|covers| match covers {
            Covers::Class(name) | Covers::Incident(name) => Some(*name),
            Covers::Rule(_) | Covers::EveryClass | Covers::EveryRule => None,
        })
        .collect();
    let incidents = [
        Incident::Aborted { after_ms: 1 },
        Incident::Redriven,
        Incident::STARTED_AGAIN,
        Incident::DeliveredTwice,
    ];
    let classes = Class::PLAIN.iter().map(Class::name).chain(Class::NAMES_WITH_ARGUMENT);
    assert_eq!(covered, classes.chain(incidents.map(Incident::name)).collect());
}

#[test]
fn every_example_strikes() {
    for step in steps() {
        let is_express = step.covers.contains(&Covers::Incident("delivered-twice"));
        let trial = if is_express { express() } else { order() };
        // Only what has failed is redriven.
        let before = if step.covers.contains(&Covers::Incident("redriven")) {
            "When the job of RunReport fails\n"
        } else {
            ""
        };
        let (mut stage, failed) = trial.staged(&format!("{before}When {}", step.example));
        assert_eq!(failed, None, "{}", step.example);
        let results = stage.results().unwrap_or_else(|failed| panic!("{}: {failed:?}", step.example));
        let strikes = !step.covers.is_empty();
        let has_plans = results.runs.iter().any(|run| !run.case.plan.is_empty());
        assert_eq!(has_plans, strikes, "{}", step.example);
    }
}

fn express() -> Trial {
    Trial::of(EXPRESS)
        .file("chaos.toml", "[[machine]]\ndefinition = \"machine.asl.json\"\ntype = \"EXPRESS\"\n")
}

const EXPRESS: &str = r#"{"StartAt": "ChargePayment", "States": {
    "ChargePayment": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge"}, "End": true}}}"#;

#[rstest]
#[case::no_token(
    "nobody answers the task token of ChargePayment",
    "`ChargePayment` waits for no task token; only tasks with `.waitForTaskToken` and activities do"
)]
#[case::no_job(
    "the job of ChargePayment fails",
    "`ChargePayment` waits for no job: its resource does not end in `.sync`; write `ChargePayment fails with ERROR` or `ChargePayment never answers`"
)]
#[case::no_worker(
    "ChargePayment misses its heartbeat",
    "`ChargePayment` waits for no worker, so nobody sends heartbeats; write `ChargePayment never answers`"
)]
#[case::no_heartbeat(
    "the heartbeat of Pack is missed",
    "`Pack` has no HeartbeatSeconds, so no heartbeat is missed; write `nobody answers the task token of Pack`"
)]
#[case::no_service(
    "Pack is throttled",
    "`Pack` waits for the worker of an activity and calls no service; say what the worker does: `… fails with ERROR`, `… never answers`"
)]
#[case::no_lost_job(
    "RunReport succeeds but its answer is lost",
    "Step Functions looks after the job of `RunReport` itself, so no answer is lost; write `the job of RunReport never ends`"
)]
#[case::no_part(
    "SaveOrder does only part of its work",
    "no answer of dynamodb:putItem says that part of the work was not done; let it return what says so: `Given SaveOrder returns: …`"
)]
#[case::another_part(
    "SaveOrders does only part of its work, as \"UnprocessedItem\" says",
    "`SaveOrders` does not tell of undone work in `UnprocessedItem`; aws-sdk:dynamodb:batchWriteItem tells it in `UnprocessedItems`"
)]
#[case::no_such_status(
    "AskStatus reports the status FAILD",
    "aws-sdk:sfn:describeExecution knows no status `FAILD`; did you mean `FAILED`?"
)]
#[case::no_end(
    "RunReport reports the status RUNNING",
    "`RunReport` answers only when its job has ended, and RUNNING is no end; write `the job of RunReport never ends`"
)]
#[case::no_place(
    "ChargePayment reports the status FAILED",
    "no API tells where the status of `ChargePayment` stands; write where: `reports the status Payload.status=FAILED`"
)]
#[case::no_member(
    "the answer of LoadOrders lacks \"Itme\"",
    "the answer of `LoadOrders` has no `Itme` to lack; did you mean `Item`?"
)]
#[case::a_slip(
    "SaveOrder fails with DynamoDb.ConditionalCheckFailedException",
    "`SaveOrder` (dynamodb:putItem) never reports `DynamoDb.ConditionalCheckFailedException`; did you mean `DynamoDB.ConditionalCheckFailedException`?"
)]
#[case::a_wildcard(
    "SaveOrder fails with States.ALL",
    "`States.ALL` stands for every error, and none is called so; write `SaveOrder fails with an unexpected error`"
)]
#[case::a_timer(
    "SaveOrder fails with States.Timeout",
    "nothing reports `States.Timeout` but a timer of the task; write `SaveOrder times out`"
)]
#[case::no_own_errors(
    "SaveOrder fails with an unexpected error",
    "dynamodb:putItem reports the errors of its API alone; write `meets a service error`, or name one of its errors"
)]
#[case::no_timer(
    "RunReport times out",
    "`RunReport` never times out: it has no TimeoutSeconds; write `RunReport never answers`"
)]
#[case::no_items(
    "ChargePayment is throttled in every item",
    "`ChargePayment` is in no Map, so it has no items"
)]
#[case::no_item("ChargePayment is throttled in item 2", "`ChargePayment` is in no Map, so it has no items")]
#[case::not_survived(
    "ChargePayment fails with PaymentDeclined as often as its retries survive",
    "no retrier of `ChargePayment` takes PaymentDeclined, so none survives it; they list Lambda.TooManyRequestsException"
)]
#[case::not_retried(
    "AskStatus reports the status FAILED until its retries are spent",
    "`AskStatus` answers all the same, so nothing is retried; say how often: `3 times`, `every time`"
)]
#[case::no_task("IsDone is throttled", "`IsDone` is a Choice; faults are injected at tasks")]
#[case::no_state(
    "ChargePayement is throttled",
    "there is no state `ChargePayement`; did you mean `ChargePayment`?"
)]
#[case::no_second_delivery(
    "the event is delivered twice",
    "a Standard workflow runs exactly once for each start; write `the execution starts again with the same input`"
)]
#[case::no_class(
    "any single throtling fault strikes",
    "there is no class of faults `throtling`; did you mean `throttling`?"
)]
fn a_sentence_that_makes_no_sense_is_refused(#[case] sentence: &str, #[case] message: &str) {
    let played = order().play(&format!("When {sentence}"));
    assert_eq!(played, Err(format!("{sentence}: {message}")));
}
