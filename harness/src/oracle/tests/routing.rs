use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};
use crate::generate::Origin;

/// A message with a token and a timer, and one catcher; `Undo` and a Fail state behind it.
fn shipping(catcher: &str) -> Trial {
    Trial::of(&format!(
        r#"{{"StartAt":"Ship","States":{{
          "Ship":{{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "TimeoutSeconds":600,
            "Parameters":{{"QueueUrl":"q","MessageBody":{{"token.$":"$$.Task.Token"}}}},
            "Catch":[{catcher}],"End":true}},
          "Undo":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{{"FunctionName":"undo","Payload":{{"id.$":"$.id"}}}},"Next":"Failed"}},
          "Failed":{{"Type":"Fail","Error":"NotShipped"}}}}}}"#
    ))
}

#[rstest]
#[case::task_failed(
    r#"{"ErrorEquals":["States.TaskFailed"],"ResultPath":"$.error","Next":"Undo"}"#,
    Some(Severity::High)
)]
#[case::all(r#"{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Undo"}"#, None)]
#[case::both(
    r#"{"ErrorEquals":["States.TaskFailed","States.Timeout"],"ResultPath":"$.error","Next":"Undo"}"#,
    None
)]
fn a_timeout_that_escapes(#[case] catcher: &str, #[case] expected: Option<Severity>) {
    let found = shipping(catcher).of_rule(RuleId::FailureUncaught);
    let found = found.into_iter().filter(|(state, _)| state == "Ship").map(|(_, severity)| severity).max();
    assert_eq!(found, expected);
}

#[test]
fn a_failure_of_the_call_escapes_catchers_of_names() {
    let found =
        shipping(r#"{"ErrorEquals":["OutOfStock","States.Timeout"],"ResultPath":"$.error","Next":"Undo"}"#)
            .of_rule(RuleId::FailureUncaught);
    assert_eq!(found, [("Ship".to_owned(), Severity::Medium)]);
}

#[test]
fn a_catcher_that_leads_back_to_success_is_a_branch() {
    let trial = Trial::of(
        r#"{"StartAt":"Start","States":{
          "Start":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:glue:startCrawler",
            "Parameters":{"Name":"orders"},
            "Catch":[{"ErrorEquals":["Glue.CrawlerRunningException"],"ResultPath":"$.error","Next":"Done"}],
            "ResultPath":"$.start","Next":"Done"},
          "Done":{"Type":"Pass","End":true}}}"#,
    );
    assert_eq!(trial.of_rule(RuleId::FailureUncaught), []);
}

/// A catcher that names a result is a branch: what it does not name fails the execution as in a state without one.
#[rstest]
#[case::a_condition_that_does_not_hold("DynamoDB.ConditionalCheckFailedException", "Known", vec![])]
#[case::a_handler("Something", "Known", vec![("Put".to_owned(), Severity::Medium)])]
fn catchers_of_results(#[case] error: &str, #[case] next: &str, #[case] expected: Vec<(String, Severity)>) {
    let trial = Trial::of(&format!(
        r#"{{"StartAt":"Put","States":{{
          "Put":{{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem",
            "Parameters":{{"TableName":"orders","Item":{{"id":{{"S.$":"$.id"}}}},
              "ConditionExpression":"attribute_not_exists(id)"}},
            "Catch":[{{"ErrorEquals":["{error}"],"ResultPath":"$.error","Next":"{next}"}}],
            "ResultPath":"$.put","Next":"Count"}},
          "Count":{{"Type":"Pass","End":true}},
          "Known":{{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
            "Parameters":{{"TopicArn":"arn:aws:sns:us-east-1:123456789012:t","Message":"failed"}},"End":true}}}}}}"#
    ));
    assert_eq!(trial.of_rule(RuleId::FailureUncaught), expected);
}

#[rstest]
#[case::it_is_dropped(r#"{"ErrorEquals":["States.ALL"],"Next":"Undo"}"#, vec![("Ship".to_owned(), Severity::High)])]
#[case::it_is_kept(r#"{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Undo"}"#, vec![])]
fn the_input_behind_a_catcher(#[case] catcher: &str, #[case] expected: Vec<(String, Severity)>) {
    assert_eq!(shipping(catcher).of_rule(RuleId::HandlerLosesInput), expected);
}

/// Three bookings, undone in reverse order.
fn saga(catch_of_cancel: &str) -> Trial {
    let task = |name: &str, rest: &str| {
        format!(
            r#""{name}":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
              "Parameters":{{"FunctionName":"{name}"}},"ResultPath":"$.{name}",{rest}}}"#
        )
    };
    let catch = |next: &str| {
        format!(r#""Catch":[{{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"{next}"}}],"#)
    };
    Trial::of(&format!(
        r#"{{"StartAt":"Book","States":{{{},{},{},{},"Failed":{{"Type":"Fail","Error":"NotBooked"}}}}}}"#,
        task("Book", &format!(r#"{}"Next":"Pay""#, catch("CancelBooking"))),
        task("Pay", &format!(r#"{}"End":true"#, catch("Refund"))),
        task("Refund", &format!(r#"{catch_of_cancel}"Next":"CancelBooking""#)),
        task("CancelBooking", r#""Next":"Failed""#),
    ))
}

#[test]
fn a_compensation_that_fails_leaves_the_rest_of_the_chain_undone() {
    assert_eq!(saga("").of_rule(RuleId::HandlerFails), [("Refund".to_owned(), Severity::High)]);
}

#[test]
fn a_chain_that_goes_on_is_sound() {
    let catch =
        r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.errorRefund","Next":"CancelBooking"}],"#;
    assert_eq!(saga(catch).of_rule(RuleId::HandlerFails), []);
}

#[test]
fn a_catcher_behind_one_that_takes_everything_is_shadowed() {
    let trial = shipping(
        r#"{"ErrorEquals":["States.TaskFailed","States.Timeout"],"ResultPath":"$.error","Next":"Undo"},
           {"ErrorEquals":["OutOfStock"],"ResultPath":"$.error","Next":"Failed"}"#,
    );
    assert_eq!(trial.of_rule(RuleId::CatchShadowed), [("Ship".to_owned(), Severity::Medium)]);
    let turned = shipping(
        r#"{"ErrorEquals":["OutOfStock"],"ResultPath":"$.error","Next":"Failed"},
           {"ErrorEquals":["States.TaskFailed","States.Timeout"],"ResultPath":"$.error","Next":"Undo"}"#,
    );
    assert_eq!(turned.of_rule(RuleId::CatchShadowed), []);
}

#[rstest]
#[case::of_the_user(Origin::User, vec![("Look".to_owned(), Severity::High)])]
#[case::of_nobody(Origin::Generated, vec![])]
fn a_result_on_the_failure_path_that_cannot_be_taken_in(
    #[case] origin: Origin,
    #[case] expected: Vec<(String, Severity)>,
) {
    let trial = Trial::of(
        r#"{"StartAt":"Work","States":{
          "Work":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{"FunctionName":"work"},
            "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Look"}],"End":true},
          "Look":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{"FunctionName":"look"},"ResultSelector":{"found.$":"$.Payload.found"},"Next":"Failed"},
          "Failed":{"Type":"Fail","Error":"NotDone"}}}"#,
    );
    let trial = trial.origin(origin).answers("Look", &[r#"{"Payload":{}}"#]);
    assert_eq!(trial.of_rule(RuleId::HandlerFails), expected);
}
