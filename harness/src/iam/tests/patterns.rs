//! What each way of calling needs.

use rstest::rstest;

use super::{call, granted, mentioned, surveyed, task};

const RULE: &str = "events:PutTargets events:PutRule events:DescribeRule on arn:aws:events:r:1:rule/";

#[test]
fn a_nested_execution_is_started_followed_and_stopped() {
    let machine = r#"{"StateMachineArn":"arn:aws:states:r:1:stateMachine:child:live"}"#;
    let started = "states:StartExecution on arn:aws:states:r:1:stateMachine:child:live".to_owned();
    assert_eq!(granted(&surveyed(&call("states:startExecution", machine))).join(""), started);
    let expected = [
        started,
        "states:DescribeExecution on arn:aws:states:r:1:execution:child:*".to_owned(),
        "states:StopExecution on arn:aws:states:r:1:execution:child:*".to_owned(),
        format!("{RULE}StepFunctionsGetEventsForStepFunctionsExecutionRule"),
    ];
    assert_eq!(granted(&surveyed(&call("states:startExecution.sync:2", machine))), expected);
}

#[test]
fn a_container_task_needs_its_roles_and_its_cluster() {
    let found = surveyed(&call(
        "ecs:runTask.sync",
        r#"{"TaskDefinition":"work","Cluster":"arn:aws:ecs:r:1:cluster/main"}"#,
    ));
    let expected = [
        "ecs:RunTask on arn:aws:ecs:r:1:task-definition/work:* if ArnEquals ecs:cluster arn:aws:ecs:r:1:cluster/main",
        "iam:PassRole on <supply taskRole: the task role of the task definition of state Work>, \
         <supply executionRole: the task execution role of the task definition of state Work> \
         if StringEquals iam:PassedToService ecs-tasks.amazonaws.com",
        "ecs:DescribeTasks on arn:aws:ecs:r:1:task/main/*",
        "ecs:StopTask on arn:aws:ecs:r:1:task/main/*",
        &format!("{RULE}StepFunctionsGetEventsForECSTaskRule"),
    ];
    assert_eq!(granted(&found), expected);
}

#[rstest]
#[case::without_authorization(r#"{"ApiEndpoint":"a.execute-api.r.amazonaws.com","Method":"GET"}"#, &[])]
#[case::as_the_role(
    r#"{"ApiEndpoint":"a.execute-api.r.amazonaws.com","Method":"GET","Stage":"v1","Path":"/orders","AuthType":"IAM_ROLE"}"#,
    &["execute-api:Invoke on arn:aws:execute-api:r:1:a/v1/GET/orders"]
)]
fn an_api_asks_for_permission_only_with_authorization(#[case] parameters: &str, #[case] expected: &[&str]) {
    let found = surveyed(&call("apigateway:invoke", parameters));
    assert_eq!(granted(&found), expected);
    assert_eq!(found.nothing.len(), usize::from(expected.is_empty()));
}

#[test]
fn a_third_party_is_called_with_the_credentials_of_a_connection() {
    let found = surveyed(&call(
        "http:invoke",
        r#"{"ApiEndpoint.$":"States.Format('https://a.example/orders/{}', $.id)","Method":"POST",
            "Authentication":{"ConnectionArn":"arn:aws:events:r:1:connection/c/7"}}"#,
    ));
    let expected = [
        "states:InvokeHTTPEndpoint on arn:aws:states:r:1:stateMachine:own if StringEquals states:HTTPMethod POST \
         if StringLike states:HTTPEndpoint https://a.example/orders/*",
        "events:RetrieveConnectionCredentials on arn:aws:events:r:1:connection/c/7",
        "secretsmanager:GetSecretValue secretsmanager:DescribeSecret on \
         arn:aws:secretsmanager:r:1:secret:events!connection/c/*",
    ];
    assert_eq!(granted(&found), expected);
}

#[test]
fn the_calls_of_a_task_with_credentials_are_made_as_their_role() {
    let found = surveyed(&task(
        r#""Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
           "Credentials":{"RoleArn":"arn:aws:iam::2:role/other"}"#,
    ));
    let expected = [
        "sts:AssumeRole on arn:aws:iam::2:role/other",
        "lambda:InvokeFunction on arn:aws:lambda:r:1:function:f as arn:aws:iam::2:role/other",
    ];
    assert_eq!(granted(&found), expected);
}

#[rstest]
#[case::a_function(
    "arn:aws:lambda:r:1:function:f:live",
    Some("lambda:InvokeFunction on arn:aws:lambda:r:1:function:f:live")
)]
#[case::an_activity("arn:aws:states:r:1:activity:approve", None)]
fn a_resource_may_be_an_arn(#[case] resource: &str, #[case] expected: Option<&str>) {
    let found = surveyed(&task(&format!(r#""Resource":"{resource}""#)));
    assert_eq!(granted(&found), expected.into_iter().collect::<Vec<_>>());
    assert_eq!(found.nothing.is_empty(), expected.is_some());
}

#[rstest]
#[case::a_placeholder("${Work}", "give it one with --set Work=ARN")]
#[case::a_new_integration("arn:aws:states:::quantumledger:commit", "not in the catalogue")]
fn what_is_not_known_is_said(#[case] resource: &str, #[case] why: &str) {
    let found = surveyed(&task(&format!(r#""Resource":"{resource}""#)));
    assert!(found.needs.is_empty(), "{:?}", found.needs);
    assert!(found.unknown[0].why.contains(why), "{:?}", found.unknown);
}

#[test]
fn what_a_definition_does_not_show_is_mentioned_not_granted() {
    let found = surveyed(&call(
        "sqs:sendMessage",
        r#"{"QueueUrl":"https://sqs.r.amazonaws.com/1/q","MessageBody":"a"}"#,
    ));
    assert_eq!(
        mentioned(&found),
        ["kms:GenerateDataKey kms:Decrypt on <supply keyArn: the key of the queue of state Work>"]
    );
    let need = &found.needs[1];
    assert_eq!(need.remarks, ["needed only if the queue is encrypted with a customer managed key"]);
}

#[test]
fn stopping_is_not_what_a_call_fails_without() {
    let found = surveyed(&call("glue:startJobRun.sync", r#"{"JobName":"j"}"#));
    let certain: Vec<_> = found.needs.iter().map(|need| (need.actions.join(" "), need.certain)).collect();
    let expected = [
        ("glue:StartJobRun".to_owned(), true),
        ("glue:GetJobRun glue:GetJobRuns".to_owned(), true),
        ("glue:BatchStopJobRun".to_owned(), false),
    ];
    assert_eq!(certain, expected);
}
