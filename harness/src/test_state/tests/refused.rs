//! What the service refuses, with its codes and texts.

use rstest::rstest;

use super::refusal;

const PASS: &str = r#"{"Type": "Pass", "End": true}"#;
const TASK: &str = r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}"#;
const JOB: &str = r#"{"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync", "End": true}"#;
const MAP: &str = r#"{"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "I", "States":
    {"I": {"Type": "Succeed"}}}}"#;
const PARALLEL: &str = r#"{"Type": "Parallel", "End": true, "Branches": [
    {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}]}"#;
const RESULT: &str = r#""mock": {"result": "{}"}"#;

#[rstest]
#[case::a_pass("Pass", r#""End": true"#)]
#[case::a_wait("Wait", r#""Seconds": 1, "End": true"#)]
#[case::a_choice(
    "Choice",
    r#""Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}], "Default": "B""#
)]
#[case::a_succeed("Succeed", r#""Comment": """#)]
#[case::a_fail("Fail", r#""Error": "E""#)]
fn a_state_without_work_takes_no_mock(#[case] kind: &str, #[case] fields: &str) {
    let request = format!(r#"{{"definition": {{"Type": "{kind}", {fields}}}, {RESULT}}}"#);
    let message = format!("State type '{kind}' is not supported when a mock is specified");
    assert_eq!(refusal(&request), ("ValidationException".to_owned(), message));
}

#[rstest]
#[case::a_map(MAP)]
#[case::a_parallel(PARALLEL)]
fn a_container_needs_a_mock(#[case] state: &str) {
    let (code, message) = refusal(&format!(r#"{{"definition": {state}}}"#));
    assert_eq!(code, "InvalidDefinition");
    assert_eq!(
        message,
        "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, \
         Succeed, Fail, Choice]"
    );
}

#[rstest]
#[case::a_job(JOB)]
#[case::an_activity(r#"{"Type": "Task", "Resource": "arn:aws:states:us-east-1:1:activity:a", "End": true}"#)]
fn a_task_that_waits_needs_a_mock(#[case] state: &str) {
    let request = format!(r#"{{"definition": {state}, "roleArn": "arn:aws:iam::1:role/r"}}"#);
    assert_eq!(refusal(&request).0, "InvalidDefinition");
}

#[rstest]
#[case::a_real_call_needs_a_role(
    TASK,
    r#""input": {}"#,
    "RoleArn must be specified when testing a Task state"
)]
#[case::secrets(
    TASK,
    r#""mock": {"result": "{}"}, "revealSecrets": true"#,
    "TestState does not support RevealSecrets when a mock is specified."
)]
#[case::two_outcomes(
    TASK,
    r#""mock": {"result": "{}", "errorOutput": {"error": "E"}}"#,
    "A test mock should have only one of the following fields: [result, errorOutput]."
)]
#[case::no_json(TASK, r#""mock": {"result": "{"}"#, "Mocked result must be valid JSON")]
#[case::no_list(MAP, RESULT, "Mocked result must be an array.")]
#[case::no_list_of_branches(PARALLEL, RESULT, "Mocked result must be an array.")]
#[case::one_result_for_two_branches(
    PARALLEL,
    r#""mock": {"result": "[1]"}"#,
    "Mocked result must contain the same number of items as number of Parallel branches."
)]
#[case::more_failures_than_results(
    MAP,
    r#""mock": {"result": "[1]"}, "stateConfiguration": {"mapIterationFailureCount": 2}"#,
    "Map iteration failure count must be less than or equal to the number of Map iterations"
)]
#[case::more_failures_than_items(
    MAP,
    r#""input": [1], "mock": {"errorOutput": {"error": "E"}},
        "stateConfiguration": {"mapIterationFailureCount": 2}"#,
    "Map iteration failure count must be less than or equal to the number of Map iterations"
)]
#[case::a_state_that_is_not_there(
    r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
    r#""stateName": "B""#,
    "State not found in definition"
)]
#[case::a_written_object(
    r#"{"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType":
        "STANDARD"}, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}, "ResultWriter":
        {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}}"#,
    r#""mock": {"result": "[]"}"#,
    "Mocked result must be a JSON object."
)]
#[case::a_word(
    PASS,
    r#""inspectionLevel": "ALL""#,
    "1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: Member must \
     satisfy enum value set: [INFO, DEBUG, TRACE]"
)]
fn a_request_is_refused(#[case] state: &str, #[case] rest: &str, #[case] message: &str) {
    let request = format!(r#"{{"definition": {state}, {rest}}}"#);
    assert_eq!(refusal(&request), ("ValidationException".to_owned(), message.to_owned()));
}

#[rstest]
#[case::a_map(TASK, r#"{"Map": {}}"#, "'Map' field is not supported when mocking a Context object")]
#[case::another_member(TASK, r#"{"Other": 1}"#, "Field 'Other' is not allowed")]
#[case::a_token_where_none_is_waited_for(TASK, r#"{"Task": {"Token": "t"}}"#, "Field 'Task' is not allowed")]
#[case::a_number_for_a_text(JOB, r#"{"Execution": {"Name": 1}}"#, "Execution.Name must be a string")]
#[case::a_text_for_a_number(JOB, r#"{"State": {"RetryCount": "1"}}"#, "State.RetryCount must be a number")]
#[case::a_token_that_is_no_text(JOB, r#"{"Task": {"Token": 1}}"#, "Task.Token must be a string")]
fn a_context_object_is_refused(#[case] state: &str, #[case] context: &str, #[case] message: &str) {
    let request = format!(r#"{{"definition": {state}, "context": {context}, {RESULT}}}"#);
    let message = format!("Invalid Context object provided: {message}");
    assert_eq!(refusal(&request), ("ValidationException".to_owned(), message));
}

#[rstest]
#[case::an_input(PASS, r#""input": "{""#, "InvalidExecutionInput")]
#[case::a_role(PASS, r#""roleArn": "me""#, "InvalidArn")]
#[case::a_definition("{}", r#""input": {}"#, "InvalidDefinition")]
#[case::variables(PASS, r#""variables": "[]""#, "ValidationException")]
#[case::a_context_without_a_mock(PASS, r#""context": {}"#, "ValidationException")]
#[case::failures_without_a_mock(
    MAP,
    r#""stateConfiguration": {"mapIterationFailureCount": 1}"#,
    "ValidationException"
)]
#[case::a_negative_count(PASS, r#""stateConfiguration": {"retrierRetryCount": -1}"#, "ValidationException")]
#[case::a_field_of_another_name(PASS, r#""mocks": {}"#, "ParamValidation")]
#[case::a_field_of_another_type(PASS, r#""stateName": 1"#, "ParamValidation")]
#[case::a_real_call(TASK, r#""roleArn": "arn:aws:iam::1:role/r""#, "Unknown")]
fn a_refusal_has_a_code(#[case] state: &str, #[case] rest: &str, #[case] code: &str) {
    assert_eq!(refusal(&format!(r#"{{"definition": {state}, {rest}}}"#)).0, code);
}
