//! What is told of mocked results that their APIs could not have given.

use rstest::rstest;

use super::super::{Selection, Validation, parse};
use crate::asl::compile_text;
use crate::catalog::conform::Mode;

/// Remarks, or problems if the file is refused, of a file in which the task of this resource returns this.
fn told(resource: &str, result: &str, validation: Validation) -> Result<Vec<String>, Vec<String>> {
    let definition = format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","End":true,"Resource":"arn:aws:states:::{resource}"}}}}}}"#
    );
    let machine = compile_text("Order", &definition).unwrap();
    let text = format!(
        "{{\"StateMachines\":{{\"Order\":{{\"TestCases\":{{\"A\":{{\"Work\":\"R\"}},\"B\":{{\"Work\":\"R\"}}}}}}}},\n\
         \"MockedResponses\":{{\"R\":{{\"0\":{{\"Return\":\n{result}}}}}}}}}"
    );
    let lines = |problems: &[super::super::MockProblem]| problems.iter().map(ToString::to_string).collect();
    match parse("mocks.json", &text, &machine, Selection::default(), validation) {
        Ok(loaded) => Ok(lines(&loaded.remarks)),
        Err(problems) => Err(lines(&problems)),
    }
}

#[rstest]
#[case::a_type(
    "sqs:sendMessage",
    r#"{"MessageId": 1}"#,
    "mocks.json:3:2: the mocked result of state `Work` does not fit: `MessageId` must be a string, as in every answer \
     of `sqs:sendMessage`"
)]
#[case::a_word(
    "aws-sdk:batch:describeJobs",
    r#"{"Jobs": [{"Status": "SUCEEDED"}]}"#,
    "mocks.json:3:12: the mocked result of state `Work` does not fit: `Jobs[0].Status` is never `SUCEEDED` in an \
     answer of `aws-sdk:batch:describeJobs`; did you mean `SUCCEEDED`?"
)]
#[case::another_case(
    "states:startExecution",
    r#"{"executionArn": "arn:aws:states:us-east-1:1:execution:m:e"}"#,
    "mocks.json:3:2: the mocked result of state `Work` has `executionArn`, which `states:startExecution` does not \
     answer; did you mean `ExecutionArn`?"
)]
#[case::no_object(
    "aws-sdk:sqs:listQueues",
    r#"["q"]"#,
    "mocks.json:3:1: the mocked result of state `Work` does not fit: it must be an object, as every answer of \
     `aws-sdk:sqs:listQueues` is"
)]
fn what_an_api_could_not_give_is_remarked_once(
    #[case] resource: &str,
    #[case] result: &str,
    #[case] expected: &str,
) {
    assert_eq!(told(resource, result, Validation::Remarks), Ok(vec![expected.to_owned()]));
}

#[rstest]
#[case::a_part_of_an_answer("states:startExecution", r#"{"ExecutionArn": "a"}"#)]
#[case::a_member_nobody_knows("sns:publish", r#"{"SdkHttpMetadata": {"HttpStatusCode": 200}}"#)]
#[case::a_time_in_milliseconds("states:startExecution", r#"{"StartDate": 1767225600000}"#)]
#[case::a_payload("lambda:invoke", r#"{"Payload": {"statusCode": 1}}"#)]
#[case::a_job("codebuild:startBuild.sync", r#"{"Build": {"BuildStatus": "SUCCEEDED"}}"#)]
#[case::what_a_worker_returns("sqs:sendMessage.waitForTaskToken", r#"{"MessageId": 1}"#)]
#[case::what_follows_no_model("http:invoke", "[]")]
#[case::an_operation_newer_than_the_model("aws-sdk:sqs:teleportMessage", "[]")]
fn what_an_api_may_give_is_fine(#[case] resource: &str, #[case] result: &str) {
    assert_eq!(told(resource, result, Validation::Remarks), Ok(Vec::new()));
}

#[rstest]
#[case::strict_wants_all(Mode::Strict, r#"{"ExecutionArn": "a"}"#, false)]
#[case::strict_is_satisfied(
    Mode::Strict,
    r#"{"ExecutionArn": "a", "StartDate": "2026-01-01T00:00:00Z"}"#,
    true
)]
#[case::present_takes_a_part(Mode::Present, r#"{"ExecutionArn": "a"}"#, true)]
#[case::present_compares_what_is_there(Mode::Present, r#"{"ExecutionArn": 1}"#, false)]
#[case::none_compares_nothing(Mode::None, r#"{"ExecutionArn": 1, "startdate": 1}"#, true)]
fn a_file_is_refused_where_that_is_asked(#[case] mode: Mode, #[case] result: &str, #[case] fits: bool) {
    let told = told("states:startExecution", result, Validation::Refuse(mode));
    assert_eq!(told.is_ok(), fits, "{told:?}");
    if mode == Mode::None {
        assert_eq!(told, Ok(Vec::new()));
    }
}
