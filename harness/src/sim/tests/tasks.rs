//! The events of one attempt: what was scheduled, started, submitted, and how it ended.

use rstest::rstest;

use super::{LAMBDA, answered, caught, details, end, inner_kinds, machine, task, throw, value};
use crate::mock::{Answer, FailingStep, Reply};
use crate::value::Value;

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:Review";
const CALLBACK: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
const CALL: &str = "arn:aws:states:::sns:publish";
const JOB: &str = "arn:aws:states:::glue:startJobRun.sync";

const START: &str = r#""Parameters":{"JobName":"nightly"},"End":true"#;

#[rstest]
#[case::a_call(CALL, &["TaskScheduled", "TaskStarted", "TaskSucceeded"])]
#[case::a_job(JOB, &["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"])]
#[case::a_callback(CALLBACK, &["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"])]
#[case::a_function(LAMBDA, &["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"])]
#[case::an_activity(ACTIVITY, &["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"])]
fn an_attempt_that_succeeds(#[case] resource: &str, #[case] expected: &[&str]) {
    assert_eq!(inner_kinds(&answered(&task(resource, START), &Answer::of(value("1")))), expected);
}

#[rstest]
#[case::a_call_that_cannot_start(CALL, FailingStep::Start, &["TaskScheduled", "TaskStartFailed"])]
#[case::a_call_has_no_failed_schedule(CALL, FailingStep::Schedule, &["TaskScheduled", "TaskStartFailed"])]
#[case::a_call_that_is_refused(CALL, FailingStep::Submit, &["TaskScheduled", "TaskStarted", "TaskFailed"])]
#[case::a_job_that_is_refused(JOB, FailingStep::Submit, &["TaskScheduled", "TaskStarted", "TaskSubmitFailed"])]
#[case::a_job_that_fails(
    JOB, FailingStep::Work, &["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskFailed"])]
#[case::a_message_that_is_refused(
    CALLBACK, FailingStep::Submit, &["TaskScheduled", "TaskStarted", "TaskSubmitFailed"])]
#[case::a_function_that_is_not_scheduled(LAMBDA, FailingStep::Schedule, &["LambdaFunctionScheduleFailed"])]
#[case::a_function_that_cannot_start(
    LAMBDA, FailingStep::Start, &["LambdaFunctionScheduled", "LambdaFunctionStartFailed"])]
#[case::a_function_that_fails(
    LAMBDA, FailingStep::Work, &["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"])]
#[case::an_activity_that_is_not_scheduled(ACTIVITY, FailingStep::Schedule, &["ActivityScheduleFailed"])]
#[case::an_activity_that_fails(
    ACTIVITY, FailingStep::Work, &["ActivityScheduled", "ActivityStarted", "ActivityFailed"])]
fn an_attempt_that_fails_at_a_step(
    #[case] resource: &str,
    #[case] step: FailingStep,
    #[case] expected: &[&str],
) {
    let history = answered(&task(resource, START), &Answer { step, ..throw("Busy") });
    assert_eq!(inner_kinds(&history), expected);
    assert_eq!(end(&history), "Busy: because");
    let chain: Vec<_> = history.events.iter().map(|event| event.previous.0).collect();
    let expected: Vec<u32> = [0, 0].into_iter().chain(2..history.events.len() as u32).collect();
    assert_eq!(chain, expected);
}

#[rstest]
#[case::both(Some("E"), Some("C"), r#"{"Error":"E","Cause":"C"}"#)]
#[case::no_cause(Some("E"), None, r#"{"Error":"E","Cause":""}"#)]
#[case::neither(None, None, r#"{"Error":null,"Cause":null}"#)]
fn what_a_worker_reports_is_what_a_catcher_sees(
    #[case] error: Option<&str>,
    #[case] cause: Option<&str>,
    #[case] seen: &str,
) {
    let reply = Reply::Throw { error: error.map(Into::into), cause: cause.map(Into::into) };
    let history = answered(&caught(CALLBACK, ""), &Answer::with(reply));
    assert_eq!(end(&history), seen);
}

#[rstest]
#[case::a_call(
    CALL,
    "TaskFailed",
    r#"{"error":"Busy","cause":"because","resourceType":"sns","resource":"publish"}"#
)]
#[case::a_callback(
    CALLBACK,
    "TaskFailed",
    r#"{"error":"Busy","cause":"because","resourceType":"sqs","resource":"sendMessage.waitForTaskToken"}"#
)]
#[case::a_function(LAMBDA, "LambdaFunctionFailed", r#"{"error":"Busy","cause":"because"}"#)]
#[case::an_activity(ACTIVITY, "ActivityFailed", r#"{"error":"Busy","cause":"because"}"#)]
fn the_details_of_a_failure(#[case] resource: &str, #[case] kind: &str, #[case] expected: &str) {
    let definition = task(resource, "");
    let history = answered(&definition, &throw("Busy"));
    assert_eq!(details(&history, &machine(&definition), kind).to_json(), expected);
}

#[test]
fn a_failure_without_error_and_cause_shows_neither() {
    let definition = task(CALLBACK, "");
    let silent = Answer::with(Reply::Throw { error: None, cause: None });
    let history = answered(&definition, &silent);
    let shown = |kind| details(&history, &machine(&definition), kind).to_json();
    assert_eq!(shown("TaskFailed"), r#"{"resourceType":"sqs","resource":"sendMessage.waitForTaskToken"}"#);
    assert_eq!(shown("ExecutionFailed"), "{}");
}

#[rstest]
#[case::of_the_api_by_default(None, r#"{"JobName":"job","JobRunId":"jr_0123"}"#)]
#[case::as_somebody_says(Some(r#"{"JobRunId":"j"}"#), r#"{"JobRunId":"j"}"#)]
fn the_submission_shows_the_answer(#[case] submitted: Option<&str>, #[case] expected: &str) {
    let definition = task(JOB, START);
    let answer = Answer { submitted: submitted.map(value), ..Answer::of(value("1")) };
    let shown = details(&answered(&definition, &answer), &machine(&definition), "TaskSubmitted");
    assert_eq!(shown.get("output").and_then(Value::as_str), Some(expected));
}

#[rstest]
#[case::without_a_name(None, "{}")]
#[case::with_a_name(Some("desk-4"), r#"{"workerName":"desk-4"}"#)]
fn the_start_of_an_activity_names_its_worker(#[case] worker: Option<&str>, #[case] expected: &str) {
    let definition = task(ACTIVITY, "");
    let answer = Answer { worker: worker.map(Into::into), ..Answer::of(value("1")) };
    let shown = details(&answered(&definition, &answer), &machine(&definition), "ActivityStarted");
    assert_eq!(shown.to_json(), expected);
}

#[rstest]
#[case::a_call(
    CALL,
    "TaskTimedOut",
    r#"{"error":"States.Timeout","resourceType":"sns","resource":"publish"}"#
)]
#[case::a_function(LAMBDA, "LambdaFunctionTimedOut", r#"{"error":"States.Timeout"}"#)]
#[case::an_activity(ACTIVITY, "ActivityTimedOut", r#"{"error":"States.Timeout"}"#)]
fn a_timeout_shows_no_cause(#[case] resource: &str, #[case] kind: &str, #[case] expected: &str) {
    let definition = task(resource, r#""TimeoutSeconds":5,"End":true"#);
    let history = answered(&definition, &Answer::with(Reply::Silence));
    assert_eq!(details(&history, &machine(&definition), kind).to_json(), expected);
    assert_eq!(end(&history), "States.Timeout: none");
}

#[test]
fn a_worker_that_reports_a_timeout_has_failed_not_timed_out() {
    let history = answered(&task(CALLBACK, ""), &throw("States.Timeout"));
    assert_eq!(inner_kinds(&history).last(), Some(&"TaskFailed"));
}

const HTTP: &str = "arn:aws:states:::http:invoke";
const ENDPOINT: &str = r#""Parameters":{"ApiEndpoint":"https://example.com/a","Method":"GET",
    "Authentication":{"ConnectionArn":"arn:aws:events:us-east-1:123456789012:connection/c/1"}},"#;

#[rstest]
#[case::in_time(60_000, "1")]
#[case::too_late(60_001, "States.Http.Socket: The endpoint did not respond within 60 seconds.")]
fn an_endpoint_has_sixty_seconds(#[case] after_ms: u64, #[case] expected: &str) {
    let definition = task(HTTP, &format!(r#"{ENDPOINT}"End":true"#));
    let history = answered(&definition, &Answer { after_ms, ..Answer::of(value("1")) });
    assert_eq!((end(&history).as_str(), history.duration.0), (expected, 60_000));
    let silent = answered(&definition, &Answer::with(Reply::Silence));
    assert_eq!((silent.duration.0, inner_kinds(&silent).last()), (60_000, Some(&"TaskFailed")));
}

#[test]
fn a_call_of_an_endpoint_is_shown_with_its_request() {
    let definition = task(HTTP, &format!(r#"{ENDPOINT}"End":true"#));
    let shown =
        details(&answered(&definition, &Answer::of(value("1"))), &machine(&definition), "TaskScheduled");
    let text = |name: &str| shown.get(name).and_then(Value::as_str).map(str::to_owned);
    assert_eq!(text("resourceType").as_deref(), Some("http"));
    assert_eq!(text("resource").as_deref(), Some("invoke"));
    assert!(text("parameters").unwrap().contains(r#""Method":"GET""#));
}

#[rstest]
#[case::a_header_that_is_no_list(
    "apigateway:invoke",
    r#"{"ApiEndpoint":"e","Method":"GET","Headers":{"h":"v"}}"#,
    "The value of the field 'Headers' has an invalid format"
)]
#[case::a_query_parameter_that_is_no_list(
    "apigateway:invoke",
    r#"{"ApiEndpoint":"e","Method":"GET","QueryParameters":{"q":"v"}}"#,
    "The value of the field 'QueryParameters' has an invalid format"
)]
fn a_request_that_cannot_be_made_is_a_runtime_error_without_an_attempt(
    #[case] action: &str,
    #[case] request: &str,
    #[case] fault: &str,
) {
    let fields = format!(
        r#""Parameters":{request},"Catch":[{{"ErrorEquals":["States.ALL"],"Next":"Handler"}}],"End":true"#
    );
    let history = answered(&task(&format!("arn:aws:states:::{action}"), &fields), &Answer::of(value("1")));
    assert_eq!(inner_kinds(&history), [""; 0]);
    assert_eq!(
        end(&history),
        format!(
            "States.Runtime: An error occurred while executing the state 'Work' (entered at the event id #2). The \
             Parameters '{request}' could not be used to start the Task: [{fault}]"
        )
    );
}

#[rstest]
#[case::a_header_that_is_a_list(
    "apigateway:invoke",
    r#"{"ApiEndpoint":"e","Method":"GET","Headers":{"h":["v"]}}"#
)]
fn a_request_that_can_be_made(#[case] action: &str, #[case] request: &str) {
    let fields = format!(r#""Parameters":{request},"End":true"#);
    let history = answered(&task(&format!("arn:aws:states:::{action}"), &fields), &Answer::of(value("1")));
    assert_eq!(end(&history), "1");
}

#[test]
fn the_role_that_a_task_assumes_is_shown_when_it_is_scheduled() {
    let role = "arn:aws:iam::123456789012:role/other";
    let definition = task(CALL, &format!(r#""Credentials":{{"RoleArn":"{role}"}},"End":true"#));
    let shown =
        details(&answered(&definition, &Answer::of(value("1"))), &machine(&definition), "TaskScheduled");
    assert_eq!(shown.get("taskCredentials").unwrap().to_json(), format!(r#"{{"roleArn":"{role}"}}"#));
}
