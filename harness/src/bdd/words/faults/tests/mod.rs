//! Every class of faults and every incident has a sentence, and its example strikes.

mod extents;
mod refused;
mod searches;

use std::collections::BTreeSet;

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
            {"Variable": "$.child.Status", "StringEquals": "RUNNING", "Next": "Pause"}], "Default": "Escalate"},
        "Escalate": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "escalate"}, "Next": "Failed"},
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
    Trial::of(ORDER).file("machine.input.json", r#"{"id": "o-1", "parcels": [1, 2, 3]}"#)
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
        let trial = if is_express { express(EXPRESS) } else { order() };
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

fn express(definition: &str) -> Trial {
    Trial::of(definition)
        .file("chaos.toml", "[[machine]]\ndefinition = \"machine.asl.json\"\ntype = \"EXPRESS\"\n")
}

const EXPRESS: &str = r#"{"StartAt": "ChargePayment", "States": {
    "ChargePayment": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge"}, "End": true}}}"#;
