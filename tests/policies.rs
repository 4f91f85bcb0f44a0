//! `iam`: the policies of the scenario library as snapshots, and journeys of the command line.

use rstest::rstest;
use serde_json::{Value, json};
use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::run;
use sfn_chaos_tests::scenario;
use tempfile::TempDir;

/// A machine with everything that a template can say of it.
const TEMPLATE: &str = r"
Resources:
  OrdersQueue: { Type: AWS::SQS::Queue }
  OrdersTable: { Type: AWS::DynamoDB::Table }
  Charge: { Type: AWS::Serverless::Function }
  Child: { Type: AWS::Serverless::StateMachine, Properties: { DefinitionUri: child.asl.json } }
  Fulfil:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: fulfil.asl.json
      Tracing: { Enabled: true }
      Logging: { Level: ALL }
      DefinitionSubstitutions:
        Queue: !Ref OrdersQueue
        Table: !Ref OrdersTable
        Function: !GetAtt Charge.Arn
        Machine: !Ref Child
";

const FULFIL: &str = r#"{ "StartAt": "Charge", "States": {
  "Charge": { "Type": "Task", "Resource": "${Function}", "Next": "Keep" },
  "Keep": { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem",
    "Parameters": { "TableName": "${Table}", "Item": {} }, "Next": "Tell" },
  "Tell": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
    "Parameters": { "QueueUrl": "${Queue}", "MessageBody": "a" }, "Next": "Nest" },
  "Nest": { "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": { "StateMachineArn": "${Machine}" }, "End": true } } }"#;

const CHILD: &str = r#"{ "StartAt": "Rest", "States": { "Rest": { "Type": "Pass", "End": true } } }"#;

const UNKNOWN: &str = r#"{ "StartAt": "Call", "States": { "Call": { "Type": "Task", "Resource": "${ChargeFunctionArn}", "End": true } } }"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder for the test");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file of the test");
    }
    folder
}

fn template() -> TempDir {
    folder(&[("template.yaml", TEMPLATE), ("fulfil.asl.json", FULFIL), ("child.asl.json", CHILD)])
}

#[rstest]
fn the_policies_of_the_library_are_as_they_were_read(
    #[values(
        "athena-report",
        "catalogue-import",
        "express-events",
        "fan-out",
        "human-approval",
        "invoice-once",
        "job-polling",
        "nightly-pipeline",
        "order-payment",
        "parallel-enrichment",
        "trip-saga"
    )]
    name: &str,
) {
    let library = scenario::library();
    let ended = run(&library, &["iam", name]);
    assert_eq!(ended.code, ExitCode::Clean, "{}", ended.out);
    let text = ended.out.replace(&library.display().to_string(), "scenarios");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("policy-{name}"), text);
    });
}

#[test]
fn a_template_gives_names_types_logs_and_traces() {
    let folder = template();
    let arguments = ["iam", "template.yaml", "--state-machine-name", "Fulfil", "--format", "policy"];
    let ended = run(folder.path(), &arguments);
    assert_eq!((ended.code, ended.err.as_str()), (ExitCode::Clean, ""));
    let policy: Value = serde_json::from_str(&ended.out).expect("a policy is JSON");
    let resources: Vec<&Value> =
        policy["Statement"].as_array().expect("statements").iter().map(|one| &one["Resource"][0]).collect();
    let expected = [
        "${Charge.Arn}",
        "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${OrdersTable}",
        "${OrdersQueue.Arn}",
        "${Child}",
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${Child.Name}:*",
        "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule",
        "*",
        "*",
    ];
    assert_eq!(resources, expected);
    assert_eq!(policy["Statement"][6]["Action"][0], "logs:CreateLogDelivery");
    assert_eq!(policy["Statement"][7]["Action"][0], "xray:PutTraceSegments");
}

#[test]
fn the_place_of_a_deployment_can_be_given() {
    let folder = template();
    let place = ["--partition", "aws-cn", "--region", "cn-north-1", "--account", "123456789012"];
    let arguments = ["iam", "template.yaml", "--state-machine-name", "Fulfil"];
    let ended = run(folder.path(), &[&arguments[..], &place[..]].concat());
    let table = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/${OrdersTable}";
    assert!(ended.out.contains(table), "{}", ended.out);
}

#[test]
fn a_bare_policy_is_of_one_machine() {
    let folder = template();
    let ended = run(folder.path(), &["iam", "template.yaml", "--format", "policy"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.err.contains("choose one with --state-machine-name (Child, Fulfil)"), "{}", ended.err);
}

#[test]
fn what_is_not_known_is_listed_and_makes_the_answer_inconclusive() {
    let folder = folder(&[("call.asl.json", UNKNOWN)]);
    let ended = run(folder.path(), &["iam", "call.asl.json"]);
    assert_eq!(ended.code, ExitCode::Inconclusive);
    for part in
        ["Not known:", "--set ChargeFunctionArn=ARN", "needed only if `${ChargeFunctionArn}` is a Lambda"]
    {
        assert!(ended.out.contains(part), "{part} is missing in:\n{}", ended.out);
    }
    let given = "ChargeFunctionArn=arn:aws:lambda:eu-west-1:123456789012:function:charge";
    let ended = run(folder.path(), &["iam", "call.asl.json", "--set", given]);
    assert_eq!(ended.code, ExitCode::Clean, "{}", ended.out);
}

#[test]
fn json_holds_the_policy_its_reasons_and_what_is_not_known() {
    let folder = folder(&[("call.asl.json", UNKNOWN), ("fulfil.asl.json", FULFIL)]);
    let ended = run(folder.path(), &["iam", ".", "--format", "json"]);
    let report: Value = serde_json::from_str(&ended.out).expect("a report is JSON");
    let [call, fulfil] = &report["machines"].as_array().expect("machines")[..] else {
        panic!("two machines")
    };
    assert_eq!(call["policy"], json!({ "Version": "2012-10-17", "Statement": [] }));
    assert_eq!(call["unknown"][0]["state"], "Call");
    let statement = &fulfil["statements"][0];
    assert_eq!(statement["actions"], json!(["dynamodb:PutItem"]));
    assert_eq!(
        statement["states"],
        json!([{ "state": "Keep", "integration": "dynamodb:putItem", "because": "writes the item" }])
    );
    assert_eq!(
        fulfil["policy"]["Statement"].as_array().map(Vec::len),
        fulfil["statements"].as_array().map(Vec::len)
    );
}

#[test]
fn a_refused_definition_does_not_keep_the_others_from_their_policies() {
    let refused = r#"{ "StartAt": "Pause", "States": { "Pause": { "Type": "Wait", "End": true } } }"#;
    let folder = folder(&[("a.asl.json", refused), ("b.asl.json", CHILD)]);
    let ended = run(folder.path(), &["iam", "."]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.out.contains("execution role: no permission is needed"), "{}", ended.out);
    assert!(ended.err.contains("AWS would refuse `a`"), "{}", ended.err);
}
