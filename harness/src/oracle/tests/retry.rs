use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

/// One Lambda task with these handlers.
fn task(handlers: &str) -> Trial {
    task_and("", handlers)
}

/// One Lambda task with these handlers, and the states they lead to.
fn task_and(states: &str, handlers: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Work","States":{{
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{{"FunctionName":"work","Payload.$":"$"}},{handlers}"Next":"Done"}},
          {states}
          "Done":{{"Type":"Succeed"}}}}}}"#
    ))
}

const USUAL: &str = r#""Lambda.ServiceException","Lambda.AWSLambdaException","Lambda.SdkClientException""#;
const TELL: &str = r#""Tell":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
  "Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:alerts","Message":"failed"},"Next":"Failed"},
  "Failed":{"Type":"Fail","Error":"WorkFailed"},"#;
const FAILED: &str = r#""Failed":{"Type":"Fail","Error":"WorkFailed"},"#;
const CATCH: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Tell"}],"#;
const CATCH_PLAIN: &str =
    r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Failed"}],"#;

#[rstest]
#[case::nothing_retries_it("", String::new(), Some(Severity::Medium))]
#[case::it_is_announced(TELL, CATCH.to_owned(), Some(Severity::Note))]
#[case::it_fails_visibly(FAILED, CATCH_PLAIN.to_owned(), Some(Severity::Low))]
#[case::one_name_is_missing("", format!(r#""Retry":[{{"ErrorEquals":[{USUAL}]}}],"#), Some(Severity::Low))]
#[case::all_are_listed(
    "", format!(r#""Retry":[{{"ErrorEquals":[{USUAL},"Lambda.TooManyRequestsException"]}}],"#), None)]
#[case::a_wildcard("", r#""Retry":[{"ErrorEquals":["States.ALL"]}],"#.to_owned(), None)]
#[case::decided_against("", r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":0}],"#.to_owned(), None)]
fn a_passing_fault(#[case] states: &str, #[case] handlers: String, #[case] expected: Option<Severity>) {
    let found = task_and(states, &handlers).of_rule(RuleId::TransientNotRetried);
    let work = found.into_iter().find(|(state, _)| state == "Work").map(|(_, severity)| severity);
    assert_eq!(work, expected);
}

/// Three tasks in a row; these fields are those of the last.
fn last_of_three(resource: &str, handlers: &str) -> Option<Severity> {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"A","States":{{
          "A":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{{"FunctionName":"a"}},
            "Retry":[{{"ErrorEquals":["States.ALL"]}}],"Next":"B"}},
          "B":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{{"FunctionName":"b"}},
            "Retry":[{{"ErrorEquals":["Lambda.ServiceException","Lambda.TooManyRequestsException"]}}],"Next":"C"}},
          "C":{{"Type":"Task","Resource":"arn:aws:states:::{resource}","Parameters":{{"FunctionName":"c"}},
            {handlers} "Catch":[{{"ErrorEquals":["States.ALL"],"Next":"Tell"}}],"Next":"Done"}},
          {TELL} "Done":{{"Type":"Succeed"}}}}}}"#
    ));
    let found = trial.of_rule(RuleId::TransientNotRetried);
    found.into_iter().find(|(state, _)| state == "C").map(|(_, severity)| severity)
}

#[rstest]
#[case::forgotten("lambda:invoke", "", Some(Severity::Medium))]
#[case::forgotten_at_a_job("glue:startJobRun.sync", "", Some(Severity::Low))]
#[case::a_message_would_be_sent_twice("sqs:sendMessage", "", Some(Severity::Note))]
#[case::decided_against(
    "lambda:invoke",
    r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":0}],"#,
    None
)]
#[case::retried("lambda:invoke", r#""Retry":[{"ErrorEquals":["States.TaskFailed"]}],"#, None)]
fn the_one_task_that_is_not_retried_was_forgotten(
    #[case] resource: &str,
    #[case] handlers: &str,
    #[case] expected: Option<Severity>,
) {
    assert_eq!(last_of_three(resource, handlers), expected);
}

#[test]
fn the_habit_of_not_retrying_is_one_finding_with_all_its_states() {
    let trial = Trial::of(
        r#"{"StartAt":"A","States":{
          "A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"a"},"Next":"B"},
          "B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"b"},"Next":"C"},
          "C":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem",
            "Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},"End":true}}}"#,
    );
    let found: Vec<_> = trial
        .findings()
        .into_iter()
        .filter(|violation| violation.rule == RuleId::TransientNotRetried)
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].states.len(), found[0].fix.asl_patch.len()), (2, 3));
}

#[rstest]
#[case::patiently(
    r#""Retry":[{"ErrorEquals":["Lambda.InvalidParameterValueException"],"MaxAttempts":10}],"#,
    Some(Severity::Medium)
)]
#[case::a_few_times(
    r#""Retry":[{"ErrorEquals":["Lambda.InvalidParameterValueException"],"MaxAttempts":2}],"#,
    Some(Severity::Low)
)]
#[case::what_may_come_into_being(
    r#""Retry":[{"ErrorEquals":["Lambda.ResourceNotFoundException"],"MaxAttempts":2}],"#,
    None
)]
#[case::names_that_pass(
    r#""Retry":[{"ErrorEquals":["Lambda.ServiceException","Lambda.TooManyRequestsException"]}],"#,
    None
)]
fn a_malformed_request_that_is_retried(#[case] handlers: &str, #[case] expected: Option<Severity>) {
    let found = task(handlers).of_rule(RuleId::PermanentErrorRetried);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[rstest]
#[case::the_request_is_wrong("States.Http.StatusCode.400", Some(Severity::Low))]
#[case::the_endpoint_is_down("States.Http.StatusCode.503", None)]
fn an_answer_of_an_endpoint_that_is_retried(#[case] error: &str, #[case] expected: Option<Severity>) {
    let definition = r#"{"StartAt": "Work", "States": {
        "Work": {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": {"Method": "POST",
            "ApiEndpoint": "https://api.example.com/orders", "Authentication": {"ConnectionArn": "c"}},
            "Retry": [{"ErrorEquals": ["ERROR"]}], "End": true}}}"#;
    let found = Trial::of(&definition.replace("ERROR", error)).of_rule(RuleId::PermanentErrorRetried);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[rstest]
#[case::the_prefix_of_the_sdk(
    r#""Retry":[{"ErrorEquals":["Lambda.TooManyRequestException"]}],"#,
    Some(Severity::Medium)
)]
#[case::the_right_name(r#""Retry":[{"ErrorEquals":["Lambda.TooManyRequestsException"]}],"#, None)]
#[case::both(
    r#""Retry":[{"ErrorEquals":["Lambda.TooManyRequestException","Lambda.TooManyRequestsException"]}],"#,
    None
)]
fn a_name_that_is_never_reported(#[case] handlers: &str, #[case] expected: Option<Severity>) {
    let found = task(handlers).of_rule(RuleId::ErrorNameNeverMatches);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[rstest]
#[case::hours(
    r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":60,"MaxAttempts":8}],"#,
    Some(Severity::Medium)
)]
#[case::capped(
    r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":60,"MaxAttempts":8,"MaxDelaySeconds":60}],"#,
    None
)]
#[case::half_an_hour(
    r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":10,"MaxAttempts":7}],"#,
    Some(Severity::Low)
)]
#[case::a_poll(
    r#""Retry":[{"ErrorEquals":["NotReady"],"IntervalSeconds":60,"MaxAttempts":500,"BackoffRate":1}],"#,
    None
)]
fn the_delays_of_a_retrier(#[case] handlers: &str, #[case] expected: Option<Severity>) {
    let found = task(handlers).of_rule(RuleId::RetryBudget);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[test]
fn retries_that_outlast_the_execution_are_too_long() {
    let trial = Trial::of(
        r#"{"StartAt":"Work","TimeoutSeconds":3600,"States":{
          "Work":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
            "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":60,"MaxAttempts":12}],"End":true}}}"#,
    );
    assert_eq!(trial.of_rule(RuleId::RetryBudget), [("Work".to_owned(), Severity::Medium)]);
}

#[test]
fn nine_attempts_of_a_function_that_times_out_last_for_five_hours() {
    let retry = r#""Retry":[{"ErrorEquals":["Sandbox.Timedout"],"IntervalSeconds":10,"BackoffRate":2.5,"MaxAttempts":8}],"#;
    let found = task(retry).findings();
    let found = found.iter().find(|found| found.rule == RuleId::RetryBudget).expect("it is too long");
    // 9 · 900 s, and 10 s · (2.5⁸ − 1) / 1.5 between them: 304 minutes.
    assert!(found.why.contains("9 calls took 5 h 4 min"), "{}", found.why);
    assert_eq!(found.severity, Severity::Medium);
}

/// A task inside of a Parallel state, with the retriers of both.
fn levels(inner: &str, outer: &str) -> Trial {
    let definition = r#"{"StartAt":"Both","States":{"Both":{"Type":"Parallel",OUTER "Branches":[
      {"StartAt":"Work","States":{"Work":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem",
        "Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},INNER "End":true}}}],"End":true}}}"#;
    Trial::of(&definition.replace("OUTER", outer).replace("INNER", inner))
}

const FIVE: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":5}],"#;
const THREE: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":3}],"#;

#[rstest]
#[case::two_levels(FIVE, THREE, Some(Severity::Low))]
#[case::one_level(FIVE, "", None)]
#[case::the_other_level("", THREE, None)]
fn retriers_of_several_levels_multiply(
    #[case] inner: &str,
    #[case] outer: &str,
    #[case] expected: Option<Severity>,
) {
    let found = levels(inner, outer).of_rule(RuleId::RetryBudget);
    assert_eq!(found, Vec::from_iter(expected.map(|severity| ("Both".to_owned(), severity))));
}

const JITTER: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":3,"JitterStrategy":"FULL"}],"#;

#[rstest]
#[case::without_jitter(THREE, "", "INLINE", Some(Severity::Low))]
#[case::in_child_executions(THREE, "", r#"DISTRIBUTED","ExecutionType":"EXPRESS"#, Some(Severity::Low))]
#[case::with_jitter(JITTER, "", "INLINE", None)]
#[case::two_at_a_time(THREE, r#""MaxConcurrency":2,"#, "INLINE", None)]
fn items_that_are_throttled_together(
    #[case] retry: &str,
    #[case] map: &str,
    #[case] mode: &str,
    #[case] expected: Option<Severity>,
) {
    let definition = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","ItemsPath":"$.items",MAP
      "ItemProcessor":{"ProcessorConfig":{"Mode":"MODE"},"StartAt":"Work","States":{"Work":{"Type":"Task",
        "Resource":"arn:aws:states:::dynamodb:getItem",
        "Parameters":{"TableName":"t","Key":{"id":{"S":"1"}}},RETRY "End":true}}},"End":true}}}"#;
    let definition = definition.replace("MAP", map).replace("MODE", mode).replace("RETRY", retry);
    let found = Trial::of(&definition).input(r#"{"items":[1,2]}"#).of_rule(RuleId::RetryBudget);
    assert_eq!(found, Vec::from_iter(expected.map(|severity| ("Work".to_owned(), severity))));
}
