use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

/// One task, with fields of its own and of the definition.
fn waiting(resource: &str, task: &str, machine: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Wait",{machine}"States":{{"Wait":{{"Type":"Task","Resource":"{resource}",{task}"End":true}}}}}}"#
    ))
}

const TOKEN: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
const MESSAGE: &str = r#""Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}},"#;
const MESSAGE_IN_TIME: &str =
    r#""TimeoutSeconds":60,"Parameters":{"QueueUrl":"q","MessageBody":{"token.$":"$$.Task.Token"}},"#;
const JOB: &str = "arn:aws:states:::ecs:runTask.sync";
const TASK: &str = r#""Parameters":{"TaskDefinition":"t","LaunchType":"FARGATE"},"#;

#[rstest]
#[case::nothing_bounds_it(TOKEN, MESSAGE, "", RuleId::CallbackUnbounded, Some(Severity::High))]
#[case::the_execution_does(
    TOKEN,
    MESSAGE,
    r#""TimeoutSeconds":600,"#,
    RuleId::CallbackUnbounded,
    Some(Severity::Medium)
)]
#[case::its_own_timer_does(TOKEN, MESSAGE_IN_TIME, "", RuleId::CallbackUnbounded, None)]
#[case::a_job(JOB, TASK, "", RuleId::TaskUnbounded, Some(Severity::High))]
#[case::a_job_that_its_service_ends(
    "arn:aws:states:::glue:startJobRun.sync",
    r#""Parameters":{"JobName":"j"},"#,
    "",
    RuleId::TaskUnbounded,
    Some(Severity::Medium)
)]
#[case::an_activity(
    "arn:aws:states:us-east-1:123456789012:activity:pack",
    "",
    "",
    RuleId::TaskUnbounded,
    Some(Severity::High)
)]
#[case::a_function(
    "arn:aws:states:::lambda:invoke",
    r#""Parameters":{"FunctionName":"f"},"#,
    "",
    RuleId::TaskUnbounded,
    None
)]
fn silence(
    #[case] resource: &str,
    #[case] task: &str,
    #[case] machine: &str,
    #[case] rule: RuleId,
    #[case] expected: Option<Severity>,
) {
    let found = waiting(resource, task, machine).of_rule(rule);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

/// A statement of Redshift that is polled; the Choice is given.
fn polling(choices: &str, default: &str, machine: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Pause",{machine}"States":{{
          "Pause":{{"Type":"Wait","Seconds":5,"Next":"Ask"}},
          "Ask":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:redshiftdata:describeStatement",
            "Parameters":{{"Id":"1"}},"ResultPath":"$.answer","Next":"Ended?"}},
          "Ended?":{{"Type":"Choice","Choices":[{choices}],"Default":"{default}"}},
          "Done":{{"Type":"Succeed"}},
          "Failed":{{"Type":"Fail","Error":"StatementFailed"}}}}}}"#
    ))
    .answers("Ask", &[r#"{"Status":"STARTED"}"#, r#"{"Status":"FINISHED"}"#])
}

fn rule(status: &str, next: &str) -> String {
    format!(r#"{{"Variable":"$.answer.Status","StringEquals":"{status}","Next":"{next}"}}"#)
}

fn rules(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(status, next)| rule(status, next)).collect::<Vec<_>>().join(",")
}

#[test]
fn a_status_that_stays_is_polled_for_ever() {
    let choices = rules(&[("FAILED", "Failed"), ("ABORTED", "Failed"), ("FINISHED", "Done")]);
    let trial = polling(&choices, "Pause", "");
    assert_eq!(trial.of_rule(RuleId::PollingUnbounded), [("Ended?".to_owned(), Severity::High)]);
    assert_eq!(trial.of_rule(RuleId::AnswerUnhandled), []);
}

/// A loop that asks one function for the status; `after` is where it goes while the status is not final.
fn polling_by_function(after: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Pause","States":{{
          "Pause":{{"Type":"Wait","Seconds":5,"Next":"Ask"}},
          "Ask":{{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Ask",
            "ResultPath":"$.answer","Next":"Ended?"}},
          "Ended?":{{"Type":"Choice","Choices":[
            {{"Variable":"$.answer.status","StringEquals":"done","Next":"Done"}}],"Default":"{after}"}},
          {counter}
          "Done":{{"Type":"Succeed"}}}}}}"#,
        counter = if after == "Count" {
            r#""Count":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Count",
                "ResultPath":"$.count","Next":"Enough?"},
              "Enough?":{"Type":"Choice","Choices":[
                {"Variable":"$.count.more","BooleanEquals":true,"Next":"Pause"}],"Default":"GiveUp"},
              "GiveUp":{"Type":"Fail","Error":"TooLong"},"#
        } else {
            ""
        }
    ))
    .answers("Ask", &[r#"{"status":"done"}"#])
    .answers("Count", &[r#"{"more":true}"#])
}

#[rstest]
#[case::nothing_else_ends_it("Pause", Some(Severity::High))]
#[case::another_function_may_count("Count", None)]
fn a_function_that_never_says_done(#[case] after: &str, #[case] expected: Option<Severity>) {
    let found = polling_by_function(after).of_rule(RuleId::PollingUnbounded);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}

#[test]
fn a_timer_of_the_execution_makes_it_milder() {
    let choices = rules(&[("FAILED", "Failed"), ("ABORTED", "Failed"), ("FINISHED", "Done")]);
    let trial = polling(&choices, "Pause", r#""TimeoutSeconds":60,"#);
    assert_eq!(trial.of_rule(RuleId::PollingUnbounded), [("Ended?".to_owned(), Severity::Medium)]);
}

#[test]
fn a_final_status_that_no_rule_names_is_polled_for_ever() {
    let trial = polling(&rules(&[("FAILED", "Failed"), ("FINISHED", "Done")]), "Pause", "");
    assert_eq!(trial.of_rule(RuleId::AnswerUnhandled), [("Ended?".to_owned(), Severity::High)]);
}

#[test]
fn a_bad_status_that_takes_the_default_counts_as_success() {
    let choices =
        rules(&[("FAILED", "Failed"), ("SUBMITTED", "Pause"), ("PICKED", "Pause"), ("STARTED", "Pause")]);
    let trial = polling(&choices, "Done", "");
    assert_eq!(trial.of_rule(RuleId::AnswerUnhandled), [("Ended?".to_owned(), Severity::High)]);
}

#[test]
fn a_default_that_fails_handles_every_status() {
    let choices =
        rules(&[("FINISHED", "Done"), ("SUBMITTED", "Pause"), ("PICKED", "Pause"), ("STARTED", "Pause")]);
    assert_eq!(polling(&choices, "Failed", "").of_rule(RuleId::AnswerUnhandled), []);
}

/// A crawl that is polled at a place that no table lists; the Choice is given.
fn crawling(choices: &str, default: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Pause","States":{{
          "Pause":{{"Type":"Wait","Seconds":5,"Next":"Ask"}},
          "Ask":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:kinesisanalyticsv2:describeApplicationSnapshot",
            "Parameters":{{"ApplicationName":"a","SnapshotName":"s"}},
            "ResultSelector":{{"state.$":"$.SnapshotDetails.SnapshotStatus"}},"ResultPath":"$.snapshot","Next":"Ended?"}},
          "Ended?":{{"Type":"Choice","Choices":[{choices}],"Default":"{default}"}},
          "Done":{{"Type":"Succeed"}},
          "Failed":{{"Type":"Fail","Error":"NoSnapshot"}}}}}}"#
    ))
    .answers("Ask", &[
        r#"{"SnapshotDetails":{"SnapshotStatus":"CREATING"}}"#,
        r#"{"SnapshotDetails":{"SnapshotStatus":"READY"}}"#,
    ])
}

#[rstest]
#[case::it_is_asked_again("READY", "Done", "Pause", Some(Severity::High))]
#[case::it_is_taken_for_success("CREATING", "Pause", "Done", Some(Severity::High))]
#[case::the_default_fails("READY", "Done", "Failed", None)]
fn a_bad_end_that_only_the_model_knows(
    #[case] status: &str,
    #[case] next: &str,
    #[case] default: &str,
    #[case] expected: Option<Severity>,
) {
    let rule = format!(
        r#"{{"Variable":"$.snapshot.state","StringEquals":"{status}","Next":"{next}"}},
           {{"Variable":"$.snapshot.state","StringEquals":"DELETING","Next":"Failed"}}"#
    );
    let found = crawling(&rule, default).of_rule(RuleId::AnswerUnhandled);
    assert_eq!(found.into_iter().map(|(_, severity)| severity).max(), expected);
}
