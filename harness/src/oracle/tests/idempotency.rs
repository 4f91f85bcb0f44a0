use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity, Violation};

/// One task that is retried after everything, with a timer that a lost answer runs into.
fn retried(resource: &str, parameters: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"{resource}","TimeoutSeconds":30,
          "Parameters":{parameters},
          "Retry":[{{"ErrorEquals":["States.ALL"],"MaxAttempts":2}}],"End":true}}}}}}"#
    ))
}

const LAMBDA: &str = "arn:aws:states:::lambda:invoke";
const TABLE: &str = "arn:aws:states:::dynamodb:updateItem";

#[rstest]
#[case::a_message_to_a_worker(
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    r#"{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}}"#,
    Some(Severity::Critical)
)]
#[case::a_message(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q","MessageBody":"m"}"#,
    Some(Severity::Critical)
)]
#[case::a_message_with_an_id("arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q.fifo","MessageBody":"m","MessageGroupId":"g","MessageDeduplicationId.$":"$$.Execution.Name"}"#,
    None)]
#[case::an_execution(
    "arn:aws:states:::states:startExecution",
    r#"{"StateMachineArn":"a"}"#,
    Some(Severity::Critical)
)]
#[case::an_execution_with_a_name(
    "arn:aws:states:::states:startExecution",
    r#"{"StateMachineArn":"a","Name.$":"$$.Execution.Name"}"#,
    None
)]
#[case::an_execution_with_a_random_name(
    "arn:aws:states:::states:startExecution",
    r#"{"StateMachineArn":"a","Name.$":"States.UUID()"}"#,
    Some(Severity::Critical)
)]
#[case::a_function(LAMBDA, r#"{"FunctionName":"f","Payload":{"id.$":"$.id"}}"#, Some(Severity::Low))]
#[case::a_function_with_the_execution(
    LAMBDA,
    r#"{"FunctionName":"f","Payload":{"run.$":"$$.Execution.Id"}}"#,
    None
)]
#[case::a_function_with_a_key(LAMBDA, r#"{"FunctionName":"f","Payload":{"idempotencyKey.$":"$.id"}}"#, None)]
#[case::a_read("arn:aws:states:::dynamodb:getItem", r#"{"TableName":"t","Key":{"id":{"S":"1"}}}"#, None)]
#[case::an_update_that_sets(
    TABLE,
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"SET a = :a"}"#,
    None
)]
#[case::an_update_that_adds(
    TABLE,
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"ADD n :one"}"#,
    Some(Severity::Critical)
)]
#[case::an_update_that_takes_what_there_is(
    TABLE,
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"SET n = n - :one",
        "ConditionExpression":"n >= :one"}"#,
    Some(Severity::Critical)
)]
#[case::an_update_that_leaves_a_mark(
    TABLE,
    r#"{"TableName":"t","Key":{"id":{"S":"1"}},"UpdateExpression":"SET n = n - :one, done = :run",
        "ConditionExpression":"attribute_not_exists(done)"}"#,
    None
)]
#[case::an_item(
    "arn:aws:states:::dynamodb:putItem",
    r#"{"TableName":"t","Item":{"id":{"S.$":"States.Format('{}', $.id)"},"at":{"S.$":"$$.State.EnteredTime"}}}"#,
    None
)]
#[case::an_item_with_a_random_id(
    "arn:aws:states:::dynamodb:putItem",
    r#"{"TableName":"t","Item":{"id":{"S.$":"States.UUID()"}}}"#,
    Some(Severity::High)
)]
#[case::an_item_with_a_random_mark(
    "arn:aws:states:::dynamodb:putItem",
    r#"{"TableName":"t","Item":{"id":{"S":"1"},"trace":{"S.$":"States.UUID()"}}}"#,
    None
)]
#[case::an_object_with_a_random_key(
    "arn:aws:states:::aws-sdk:s3:putObject",
    r#"{"Bucket":"b","Key.$":"States.Format('{}.json', States.UUID())","Body":"x"}"#,
    Some(Severity::High)
)]
#[case::a_message_in_a_group_of_a_standard_queue(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"https://sqs/1/q","MessageBody":"m","MessageGroupId":"g","MessageDeduplicationId":"d"}"#,
    Some(Severity::Critical)
)]
#[case::a_message_to_a_queue_that_compares_contents(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"https://sqs/1/q.fifo","MessageBody":"m","MessageGroupId":"g"}"#,
    Some(Severity::Low)
)]
#[case::a_message_with_another_id_each_time(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q.fifo","MessageBody":"m","MessageGroupId":"g","MessageDeduplicationId.$":"States.UUID()"}"#,
    Some(Severity::Critical)
)]
#[case::a_message_with_a_key(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q","MessageBody":{"idempotencyKey.$":"$.id"}}"#,
    None
)]
#[case::an_execution_that_carries_its_parent(
    "arn:aws:states:::states:startExecution.sync:2",
    r#"{"StateMachineArn":"a","Input":{"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$":"$$.Execution.Id"}}"#,
    None
)]
#[case::a_task_with_a_token_of_its_own(
    "arn:aws:states:::ecs:runTask",
    r#"{"TaskDefinition":"t","ClientToken.$":"States.Format('{}-a', $$.Execution.Name)"}"#,
    None
)]
#[case::a_task_with_a_random_token(
    "arn:aws:states:::ecs:runTask",
    r#"{"TaskDefinition":"t","ClientToken.$":"States.UUID()"}"#,
    Some(Severity::Critical)
)]
#[case::a_task_with_the_number_of_the_retry("arn:aws:states:::ecs:runTask",
    r#"{"TaskDefinition":"t","ClientToken.$":"States.Format('{}-{}', $$.Execution.Name, $$.State.RetryCount)"}"#,
    Some(Severity::Critical))]
#[case::a_transaction_with_a_token(
    "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems",
    r#"{"ClientRequestToken.$":"$$.Execution.Name",
        "TransactItems":[{"Update":{"Key":{"id":{"S":"1"}},"TableName":"t","UpdateExpression":"ADD n :one"}}]}"#,
    None
)]
#[case::a_transaction(
    "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems",
    r#"{"TransactItems":[{"Update":{"Key":{"id":{"S":"1"}},"TableName":"t","UpdateExpression":"ADD n :one"}}]}"#,
    Some(Severity::Critical)
)]
#[case::a_query("arn:aws:states:::athena:startQueryExecution", r#"{"QueryString":"SELECT 1"}"#, None)]
#[case::rows(
    "arn:aws:states:::athena:startQueryExecution",
    r#"{"QueryString":"INSERT INTO t SELECT 1"}"#,
    Some(Severity::Critical)
)]
#[case::a_snapshot(
    "arn:aws:states:::aws-sdk:ec2:createSnapshot",
    r#"{"VolumeId":"v"}"#,
    Some(Severity::Critical)
)]
#[case::a_table_with_a_name(
    "arn:aws:states:::aws-sdk:dynamodb:createTable",
    r#"{"TableName":"t","KeySchema":[],"AttributeDefinitions":[]}"#,
    None
)]
#[case::a_charge(
    "arn:aws:states:::http:invoke",
    r#"{"ApiEndpoint":"https://pay.example.com/charges","Method":"POST","Authentication":{"ConnectionArn":"c"},
        "RequestBody":{"amount":1}}"#,
    Some(Severity::Low)
)]
#[case::a_charge_with_a_key(
    "arn:aws:states:::http:invoke",
    r#"{"ApiEndpoint":"https://pay.example.com/charges","Method":"POST","Authentication":{"ConnectionArn":"c"},
        "Headers":{"Idempotency-Key.$":"States.Format('{}', $.id)"}}"#,
    None
)]
#[case::a_charge_with_a_random_key(
    "arn:aws:states:::http:invoke",
    r#"{"ApiEndpoint":"https://pay.example.com/charges","Method":"POST","Authentication":{"ConnectionArn":"c"},
        "Headers":{"Idempotency-Key.$":"States.UUID()"}}"#,
    Some(Severity::High)
)]
#[case::a_read_of_an_endpoint(
    "arn:aws:states:::http:invoke",
    r#"{"ApiEndpoint":"https://pay.example.com/charges","Method":"GET","Authentication":{"ConnectionArn":"c"}}"#,
    None
)]
#[case::a_notification(
    "arn:aws:states:::sns:publish",
    r#"{"TopicArn":"t","Message":"m"}"#,
    Some(Severity::Low)
)]
fn a_retry_after_a_lost_answer(
    #[case] resource: &str,
    #[case] parameters: &str,
    #[case] expected: Option<Severity>,
) {
    let found = retried(resource, parameters).of_rule(RuleId::EffectRepeated);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

/// The same in JSONata.
#[rstest]
#[case::a_random_token("{% $uuid() %}", Some(Severity::Critical))]
#[case::the_execution("{% $states.context.Execution.Name & '-a' %}", None)]
#[case::a_key_of_the_input("{% $string($states.input.id) %}", None)]
fn a_retry_after_a_lost_answer_in_jsonata(#[case] token: &str, #[case] expected: Option<Severity>) {
    let trial = Trial::of(&format!(
        r#"{{"QueryLanguage":"JSONata","StartAt":"Work","States":{{"Work":{{"Type":"Task",
          "Resource":"arn:aws:states:::ecs:runTask","TimeoutSeconds":30,
          "Arguments":{{"TaskDefinition":"t","ClientToken":"{token}"}},
          "Retry":[{{"ErrorEquals":["States.ALL"]}}],"End":true}}}}}}"#
    ));
    let found = trial.of_rule(RuleId::EffectRepeated);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

/// A key that is made in a state before is the same for all attempts of this one.
#[rstest]
#[case::by_a_state_before(
    r#""Parameters":{"key.$":"States.UUID()"},"ResultPath":"$.made""#,
    "$.made.key",
    None
)]
#[case::by_a_variable(r#""Assign":{"key.$":"States.UUID()"}"#, "$key", None)]
#[case::by_the_task_itself(r#""Result":{}"#, "States.UUID()", Some(Severity::Critical))]
fn a_key_guards_if_it_is_made_before(
    #[case] made: &str,
    #[case] token: &str,
    #[case] expected: Option<Severity>,
) {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Make","States":{{"Make":{{"Type":"Pass",{made},"Next":"Work"}},
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask","TimeoutSeconds":30,
          "Parameters":{{"TaskDefinition":"t","ClientToken.$":"{token}"}},
          "Retry":[{{"ErrorEquals":["States.ALL"]}}],"End":true}}}}}}"#
    ));
    let found = trial.of_rule(RuleId::EffectRepeated);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[rstest]
#[case::nothing("", Some(Severity::Low))]
#[case::an_effect("[machines.trial.states.Work]\neffect = \"effect\"", Some(Severity::Critical))]
#[case::an_effect_of_the_function("[functions.\"char*\"]\neffect = \"effect\"", Some(Severity::Critical))]
#[case::no_effect("[machines.trial.states.Work]\neffect = \"none\"", None)]
#[case::harmless("[machines.\"*\".states.\"W*\"]\neffect = \"repeatable\"", None)]
#[case::a_message("[functions.charge]\neffect = \"notification\"", Some(Severity::Low))]
#[case::a_key("[functions.charge]\neffect = \"effect\"\nidempotency-key = \"$.order\"", None)]
#[case::a_key_in_full("[functions.charge]\nidempotency-key = \"Payload.order\"", None)]
#[case::a_key_that_changes(
    "[functions.charge]\nidempotency-key = \"Payload.call\"",
    Some(Severity::Critical)
)]
#[case::a_key_that_is_not_there(
    "[functions.charge]\nidempotency-key = \"Payload.nobody\"",
    Some(Severity::Critical)
)]
#[case::the_later_of_two(
    "[functions.\"c*\"]\neffect = \"effect\"\n[functions.charge]\neffect = \"none\"",
    None
)]
#[case::the_state_before_the_function(
    "[functions.charge]\neffect = \"effect\"\n[machines.trial.states.Work]\neffect = \"repeatable\"",
    None
)]
fn a_declaration_decides(#[case] declared: &str, #[case] expected: Option<Severity>) {
    let request = r#"{"FunctionName":"charge","Payload":{"order.$":"$.id","call.$":"States.UUID()"}}"#;
    let found = retried(LAMBDA, request).declared(declared).of_rule(RuleId::EffectRepeated);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[rstest]
#[case::soon(30, None)]
#[case::when_the_queue_has_forgotten(400, Some(Severity::Low))]
fn a_queue_knows_an_id_for_five_minutes(#[case] interval: u32, #[case] expected: Option<Severity>) {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Send","States":{{"Send":{{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
          "TimeoutSeconds":30,"Parameters":{{"QueueUrl":"q.fifo","MessageBody":"m","MessageGroupId":"g",
            "MessageDeduplicationId.$":"$$.Execution.Name"}},
          "Retry":[{{"ErrorEquals":["States.ALL"],"IntervalSeconds":{interval}}}],"End":true}}}}}}"#
    ));
    let found = trial.of_rule(RuleId::EffectRepeated);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

/// Two branches, one that sends and one that fails; the state around them is retried.
#[rstest]
#[case::a_message(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q","MessageBody":"m"}"#,
    Some(Severity::Critical)
)]
#[case::a_message_with_a_key(
    "arn:aws:states:::sqs:sendMessage",
    r#"{"QueueUrl":"q","MessageBody":{"idempotencyKey.$":"$$.Execution.Name"}}"#,
    None
)]
#[case::a_function(LAMBDA, r#"{"FunctionName":"f"}"#, Some(Severity::Low))]
#[case::an_item("arn:aws:states:::dynamodb:putItem", r#"{"TableName":"t","Item":{"id":{"S":"1"}}}"#, None)]
fn a_retry_of_the_state_around_repeats_what_was_done(
    #[case] resource: &str,
    #[case] parameters: &str,
    #[case] expected: Option<Severity>,
) {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Both","States":{{"Both":{{"Type":"Parallel","End":true,
          "Retry":[{{"ErrorEquals":["States.ALL"]}}],"Branches":[
          {{"StartAt":"Send","States":{{"Send":{{"Type":"Task","Resource":"{resource}","Parameters":{parameters},
            "Retry":[{{"ErrorEquals":["States.Nothing"]}}],"End":true}}}}}},
          {{"StartAt":"Pause","States":{{"Pause":{{"Type":"Wait","Seconds":5,"Next":"Read"}},"Read":{{"Type":"Task",
            "Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{{"TableName":"t","Key":{{"id":{{"S":"1"}}}}}},
            "End":true}}}}}}]}}}}}}"#
    ));
    let found = trial.of_rule(RuleId::EffectRepeated);
    let at_both = found.into_iter().filter(|(state, _)| state == "Both").map(|(_, severity)| severity);
    assert_eq!(at_both.max(), expected);
}

/// One task with a timer that is not retried, and a retrier for other names.
fn lost_otherwise(resource: &str, fields: &str, names: &str) -> Option<Severity> {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"arn:aws:states:::{resource}",
          {fields} "Retry":[{{"ErrorEquals":[{names}],"MaxAttempts":2}}],"End":true}}}}}}"#
    ));
    let by_retry = |found: &Violation| found.rule == RuleId::EffectRepeated && !found.is_redrive();
    trial.findings().into_iter().filter(by_retry).map(|found| found.severity).max()
}

#[rstest]
#[case::a_broken_connection(
    "ecs:runTask",
    r#""TimeoutSeconds":30,"Parameters":{"TaskDefinition":"t"},"#,
    r#""ECS.SdkClientException""#,
    Some(Severity::Critical)
)]
#[case::any_failure_but_the_timer(
    "ecs:runTask",
    r#""TimeoutSeconds":30,"Parameters":{"TaskDefinition":"t"},"#,
    r#""States.TaskFailed""#,
    Some(Severity::Critical)
)]
#[case::a_job_whose_start_was_not_confirmed(
    "ecs:runTask.sync",
    r#""TimeoutSeconds":3600,"Parameters":{"TaskDefinition":"t"},"#,
    r#""States.TaskFailed""#,
    Some(Severity::Critical)
)]
#[case::a_job_of_own_code_that_nothing_could_guard(
    "batch:submitJob.sync",
    r#""TimeoutSeconds":3600,"Parameters":{"JobName":"j","JobDefinition":"d","JobQueue":"q"},"#,
    r#""States.TaskFailed""#,
    Some(Severity::Medium)
)]
#[case::a_job_that_is_only_started(
    "aws-sdk:glue:startJobRun",
    r#""Parameters":{"JobName":"j"},"#,
    r#""Glue.SdkClientException""#,
    Some(Severity::Medium)
)]
#[case::a_job_with_a_token(
    "ecs:runTask.sync",
    r#""TimeoutSeconds":3600,"Parameters":{"TaskDefinition":"t","ClientToken.$":"$$.Execution.Name"},"#,
    r#""States.TaskFailed""#,
    None
)]
#[case::a_message_with_a_token(
    "sqs:sendMessage.waitForTaskToken",
    r#""TimeoutSeconds":3600,"Parameters":{"QueueUrl":"q","MessageBody":{"t.$":"$$.Task.Token"}},"#,
    r#""SQS.SdkClientException""#,
    Some(Severity::Critical)
)]
#[case::a_function_that_was_cut(
    "lambda:invoke",
    r#""TimeoutSeconds":30,"Parameters":{"FunctionName":"f"},"#,
    r#""Lambda.Unknown""#,
    Some(Severity::Low)
)]
#[case::a_function_that_was_cut(
    "lambda:invoke",
    r#""Parameters":{"FunctionName":"f"},"#,
    r#""Sandbox.Timedout""#,
    Some(Severity::Low)
)]
#[case::only_what_was_refused(
    "lambda:invoke",
    r#""TimeoutSeconds":30,"Parameters":{"FunctionName":"f"},"#,
    r#""Lambda.TooManyRequestsException""#,
    None
)]
#[case::only_what_was_refused(
    "ecs:runTask",
    r#""TimeoutSeconds":30,"Parameters":{"TaskDefinition":"t"},"#,
    r#""ECS.ThrottlingException""#,
    None
)]
fn an_answer_is_lost_in_other_ways_than_by_a_timer(
    #[case] resource: &str,
    #[case] fields: &str,
    #[case] names: &str,
    #[case] expected: Option<Severity>,
) {
    assert_eq!(lost_otherwise(resource, fields, names), expected);
}

/// A message to a queue, sent after a failure, that may be sent twice.
fn message_after_a_failure(body: &str, after: &str) -> Option<Severity> {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Work","States":{{
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{{"FunctionName":"f"}},
            "Catch":[{{"ErrorEquals":["Bad"],"Next":"Failed"}},
              {{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Send"}}],"Next":"Done"}},
          "Send":{{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{{"QueueUrl":"q",{body}}},
            "Retry":[{{"ErrorEquals":["States.ALL"]}}],"Next":"{after}"}},
          "Failed":{{"Type":"Fail"}},"Done":{{"Type":"Succeed"}}}}}}"#
    ));
    let found = trial.of_rule(RuleId::EffectRepeated);
    found.into_iter().find(|(state, _)| state == "Send").map(|(_, severity)| severity)
}

#[rstest]
#[case::the_error(r#""MessageBody.$":"$.error""#, "Failed", Some(Severity::Low))]
#[case::all_of_the_data(r#""MessageBody.$":"$""#, "Failed", Some(Severity::Low))]
#[case::a_refund(r#""MessageBody":{"refund.$":"$.id"}"#, "Failed", Some(Severity::Critical))]
#[case::work_that_goes_on(r#""MessageBody.$":"$.error""#, "Done", Some(Severity::Critical))]
fn a_message_that_only_tells_of_a_failure_may_come_twice(
    #[case] body: &str,
    #[case] after: &str,
    #[case] expected: Option<Severity>,
) {
    assert_eq!(message_after_a_failure(body, after), expected);
}
