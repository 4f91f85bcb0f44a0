//! Policies before a judge of their own: the evaluator of the crate `iam-rs`. Each statement allows what the state
//! calls, and nothing else of its service.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use iam_rs::{
    Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, Principal, PrincipalId, evaluate_policy,
};
use rstest::rstest;

use super::super::{Need, Resource, Role, Settings, Standing, documents, survey, table};
use super::task;
use crate::asl::{MachineType, compile_text};
use crate::catalog::models::{self, Operation};
use crate::catalog::{Integration, Pattern};
use crate::report::policy;

/// The actions of each IAM prefix that the models know.
static ACTIONS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let services = models::names().filter_map(models::service);
    for permission in services.flat_map(models::Service::operations).filter_map(Operation::iam) {
        let own = all.entry(permission.prefix().to_owned()).or_default();
        own.extend(permission.actions().map(|action| format!("{}:{action}", permission.prefix())));
    }
    all
});

fn deployed() -> Settings {
    Settings {
        partition: "aws".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
        machine_name: "own".into(),
        ..Settings::default()
    }
}

/// What is open, filled in as an owner would.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, open)) = rest.split_once("<supply ") {
        out += before;
        // A whole resource is an ARN.
        if before.is_empty() && out.is_empty() || before.ends_with('"') {
            out += "arn:aws:any:eu-west-1:123456789012:";
        }
        out += "supplied";
        rest = open.split_once('>').expect("what is to be supplied ends").1;
    }
    out += rest;
    out
}

/// One thing that a star can stand for.
fn one_of(pattern: &str) -> String {
    filled(pattern).replace('*', "made-by-aws")
}

fn decide(policy: &IAMPolicy, action: &str, resource: &str, need: Option<&Need>) -> bool {
    let principal =
        Principal::Aws(PrincipalId::String("arn:aws:iam::123456789012:role/execution".to_owned()));
    let mut context = Context::new();
    for condition in need.into_iter().flat_map(|need| &need.condition) {
        let value = ContextValue::String(one_of(&condition.values[0].to_string()));
        context.insert(condition.key.clone(), value);
    }
    let resource = Arn::parse(resource).expect("the resource of a request is an ARN");
    let request = IAMRequest::new_with_context(principal, action, resource, context);
    evaluate_policy(policy, &request).expect("the policy can be judged") == Decision::Allow
}

/// Holds the policy of a machine against what its states call.
fn check(definition: &str) {
    let machine = compile_text("machine", definition).expect("the definition of a test is sound");
    let found = survey(&machine, &deployed());
    assert!(found.unknown.is_empty(), "{:?}", found.unknown);
    for document in documents(&machine, &found) {
        if document.statements.is_empty() {
            continue;
        }
        let text = filled(&policy(&document).to_string());
        let policy: IAMPolicy = serde_json::from_str(&text).expect("a policy is what IAM takes");
        let needs = found.needs.iter();
        let needs: Vec<&Need> =
            needs.filter(|need| need.role == document.role && need.standing == Standing::Granted).collect();
        for need in &needs {
            judge(&policy, need, &needs);
        }
    }
}

fn judge(policy: &IAMPolicy, need: &Need, all: &[&Need]) {
    for resource in &need.resources {
        let Resource::Arn(arn) = resource else {
            for action in &need.actions {
                let service = action.split(':').next().unwrap_or_default();
                assert!(decide(
                    policy,
                    action,
                    &format!("arn:aws:{service}:eu-west-1:123456789012:any"),
                    Some(need)
                ));
            }
            continue;
        };
        let arn = one_of(&arn.to_string());
        let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
        let elsewhere = format!("other-{}", parts[5]);
        parts[5] = &elsewhere;
        let other = parts.join(":");
        for action in &need.actions {
            assert!(decide(policy, action, &arn, Some(need)), "{action} on {arn} is not allowed");
            let unconditional =
                all.iter().any(|other| other.condition.is_empty() && allows(other, action, resource));
            if !need.condition.is_empty() && !unconditional {
                assert!(
                    !decide(policy, action, &arn, None),
                    "{action} on {arn} is allowed without its condition"
                );
            }
            let anywhere = all.iter().any(|need| {
                need.actions.contains(action) && need.resources.iter().any(|found| found.arn().is_none())
            });
            assert!(
                anywhere || !decide(policy, action, &other, Some(need)),
                "{action} on {other} is allowed"
            );
            let service = action.split(':').next().unwrap_or_default();
            for unused in ACTIONS.get(service).into_iter().flatten() {
                let used = all.iter().any(|need| {
                    need.actions.contains(unused)
                        && need
                            .resources
                            .iter()
                            .any(|found| found == resource || found.arn().is_none() || covers(found, &arn))
                });
                assert!(used || !decide(policy, unused, &arn, Some(need)), "{unused} on {arn} is allowed");
            }
        }
    }
}

fn allows(need: &Need, action: &str, resource: &Resource) -> bool {
    need.actions.iter().any(|own| own == action) && need.resources.contains(resource)
}

/// Whether another resource of the policy takes this ARN in, such as a folder and an object in it.
fn covers(resource: &Resource, arn: &str) -> bool {
    resource.arn().is_some_and(|found| {
        Arn::parse(arn).is_ok_and(|arn| arn.matches(&filled(&found.to_string())).unwrap_or(false))
    })
}

#[test]
fn every_integration_of_the_table_is_allowed_what_it_calls_and_nothing_else() {
    let patterns = [Pattern::RequestResponse, Pattern::Sync, Pattern::Sync2, Pattern::Callback];
    let mut checked = 0;
    for name in table::names() {
        for pattern in patterns {
            let name = name.trim_start_matches('+');
            let resource = format!("arn:aws:states:::{name}{}", pattern.suffix());
            let integration = Integration::parse(&resource).expect("the table names integrations");
            if !integration.allows(pattern, MachineType::Standard) {
                continue;
            }
            check(&task(&format!(r#""Resource":"{resource}""#)));
            checked += 1;
        }
    }
    assert!(checked > 140, "{checked}");
}

#[rstest]
#[case::a_function_and_a_table(
    r#"{"StartAt":"A","States":{
        "A":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:f","Next":"B"},
        "B":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{"TableName":"t","Key":{}},"Next":"C"},
        "C":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"u","Item":{}},"End":true}}}"#
)]
#[case::a_table_read_and_written_in_two_states(
    r#"{"StartAt":"A","States":{
        "A":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{"TableName":"t","Key":{}},"Next":"B"},
        "B":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:query","Parameters":{"TableName":"t","IndexName":"i"},"End":true}}}"#
)]
#[case::an_api_and_a_third_party(
    r#"{"StartAt":"A","States":{
        "A":{"Type":"Task","Resource":"arn:aws:states:::apigateway:invoke","Parameters":{"AuthType":"IAM_ROLE",
            "ApiEndpoint":"a.execute-api.eu-west-1.amazonaws.com","Method":"GET","Path":"/x","Stage":"v1"},"Next":"B"},
        "B":{"Type":"Task","Resource":"arn:aws:states:::http:invoke","Parameters":{"Method":"GET",
            "ApiEndpoint":"https://a.example/b","Authentication":{
                "ConnectionArn":"arn:aws:events:eu-west-1:123456789012:connection/c/7"}},"End":true}}}"#
)]
#[case::items_and_results_in_s3(
    r#"{"StartAt":"A","States":{"A":{"Type":"Map","End":true,
        "ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket":"b","Prefix":"in/"}},
        "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b","Prefix":"out"}},
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"StartAt":"I","States":{
            "I":{"Type":"Task","End":true,"Resource":"arn:aws:states:::aws-sdk:s3:getObject",
                "Parameters":{"Bucket":"b","Key.$":"$.Key"}}}}}}}"#
)]
#[case::a_role_that_is_assumed(
    r#"{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage",
        "Parameters":{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/210987654321/q","MessageBody":"a"},
        "Credentials":{"RoleArn":"arn:aws:iam::210987654321:role/other"}}}}"#
)]
fn a_machine_is_allowed_what_its_states_call_and_nothing_else(#[case] definition: &str) {
    check(definition);
}

#[test]
fn an_assumed_role_has_a_policy_of_its_own() {
    let definition = task(
        r#""Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
           "Credentials":{"RoleArn":"arn:aws:iam::210987654321:role/other"}"#,
    );
    let machine = compile_text("machine", &definition).expect("the definition of a test is sound");
    let documents = documents(&machine, &survey(&machine, &deployed()));
    let actions: Vec<_> = documents
        .iter()
        .map(|document| (document.role.clone(), document.statements[0].actions.join(" ")))
        .collect();
    let expected = [
        (Role::Execution, "sts:AssumeRole".to_owned()),
        (Role::Assumed("arn:aws:iam::210987654321:role/other".into()), "lambda:InvokeFunction".to_owned()),
    ];
    assert_eq!(actions, expected);
}

/// Calls that a state makes, written down here and not taken from the policy. Of the services in them nothing else is
/// allowed: no other action on the same resources, and none of the actions on their neighbours.
#[rstest]
#[case::a_table(
    "dynamodb:getItem", r#"{"TableName":"orders"}"#,
    &[("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders")],
    &["arn:aws:dynamodb:eu-west-1:123456789012:table/orders2", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/i"]
)]
#[case::a_function(
    "lambda:invoke", r#"{"FunctionName":"charge","Qualifier":"live"}"#,
    &[("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:charge:live")],
    &["arn:aws:lambda:eu-west-1:123456789012:function:charge", "arn:aws:lambda:eu-west-1:123456789012:function:charge:test"]
)]
#[case::a_queue(
    "sqs:sendMessage.waitForTaskToken", r#"{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/q","MessageBody":"a"}"#,
    &[("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:q")],
    &["arn:aws:sqs:eu-west-1:123456789012:q.fifo", "arn:aws:sqs:eu-west-1:210987654321:q"]
)]
#[case::a_child_that_is_waited_for(
    "states:startExecution.sync:2", r#"{"StateMachineArn":"arn:aws:states:eu-west-1:123456789012:stateMachine:child"}"#,
    &[
        ("states:StartExecution", "arn:aws:states:eu-west-1:123456789012:stateMachine:child"),
        ("states:DescribeExecution", "arn:aws:states:eu-west-1:123456789012:execution:child:7"),
        ("states:StopExecution", "arn:aws:states:eu-west-1:123456789012:execution:child:7"),
        ("events:PutRule", "arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"),
        ("events:PutTargets", "arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"),
        ("events:DescribeRule", "arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"),
    ],
    &[
        "arn:aws:states:eu-west-1:123456789012:stateMachine:children",
        "arn:aws:states:eu-west-1:123456789012:execution:children:7",
        "arn:aws:events:eu-west-1:123456789012:rule/other"
    ]
)]
#[case::an_object(
    "aws-sdk:s3:putObject", r#"{"Bucket":"b","Key":"out/a.json","Body":"x"}"#,
    &[("s3:PutObject", "arn:aws:s3:::b/out/a.json")],
    &["arn:aws:s3:::b", "arn:aws:s3:::b/out/b.json", "arn:aws:s3:::c/out/a.json"]
)]
#[case::a_job(
    "glue:startJobRun.sync", r#"{"JobName":"j"}"#,
    &[
        ("glue:StartJobRun", "arn:aws:glue:eu-west-1:123456789012:job/j"),
        ("glue:GetJobRun", "arn:aws:glue:eu-west-1:123456789012:job/j"),
        ("glue:GetJobRuns", "arn:aws:glue:eu-west-1:123456789012:job/j"),
        ("glue:BatchStopJobRun", "arn:aws:glue:eu-west-1:123456789012:job/j"),
    ],
    &["arn:aws:glue:eu-west-1:123456789012:job/k"]
)]
#[case::an_instance_by_the_sdk(
    "aws-sdk:ec2:stopInstances", r#"{"InstanceIds":["i-1"]}"#,
    &[("ec2:StopInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1")],
    &["arn:aws:ec2:eu-west-1:123456789012:instance/i-2"]
)]
fn nothing_but_these_calls_is_allowed(
    #[case] resource: &str,
    #[case] parameters: &str,
    #[case] calls: &[(&str, &str)],
    #[case] neighbours: &[&str],
) {
    let machine = compile_text("machine", &super::call(resource, parameters)).expect("a sound definition");
    let document = &documents(&machine, &survey(&machine, &deployed()))[0];
    let policy: IAMPolicy = serde_json::from_value(policy(document)).expect("a policy is what IAM takes");
    let arns: BTreeSet<&str> = calls.iter().map(|(_, arn)| *arn).chain(neighbours.iter().copied()).collect();
    let services: BTreeSet<&str> = calls.iter().filter_map(|(action, _)| action.split(':').next()).collect();
    let mut allowed = BTreeSet::new();
    for arn in arns {
        for action in services.iter().flat_map(|service| &ACTIONS[*service]) {
            if decide(&policy, action, arn, None) {
                allowed.insert((action.as_str(), arn));
            }
        }
    }
    assert_eq!(allowed, calls.iter().copied().collect());
}
