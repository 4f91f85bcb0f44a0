use super::*;
use crate::bdd::words::tokens::SECTION;

/// Somebody approves, or the timer ends it.
const APPROVAL: &str = r#"{"StartAt": "Approve", "States": {
    "Approve": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "https://sqs", "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 3600, "ResultPath": "$.approval", "Next": "Sleep"},
    "Sleep": {"Type": "Wait", "Seconds": 30, "Next": "Done"},
    "Done": {"Type": "Succeed"}}}"#;

#[rstest::rstest]
#[case::answered("", "the task token of Approve is answered", None)]
#[case::answered_though(
    "",
    "the task token of Approve is never answered",
    Some("it is answered after 100 ms")
)]
#[case::refused("When Approve is throttled", "the task token of Approve is never answered", None)]
#[case::refused_though(
    "When Approve is throttled",
    "the task token of Approve is answered",
    Some("Approve ends with ")
)]
#[case::no_token(
    "",
    "the task token of Sleep is answered",
    Some("`Sleep` is a Wait state; only tasks wait for a task token")
)]
#[case::waits("", "Sleep waits at most 30 seconds", None)]
#[case::waits_longer("", "Sleep waits at most 29 seconds", Some("it waits for 30 s"))]
#[case::never_waits(
    "When Approve is throttled",
    "Sleep waits at most 29 seconds",
    Some("Sleep is never entered")
)]
#[case::no_time("", "Done waits at most 29 seconds", Some("`Done` is a Succeed state; no time passes in it"))]
#[case::nobody("", "nobody waits longer than 30 seconds", None)]
#[case::somebody("", "nobody waits longer than 29 seconds", Some("Sleep waits for 30 s"))]
fn waiting_holds_or_tells_how_long(
    #[case] when: &str,
    #[case] assertion: &str,
    #[case] happens: Option<&str>,
) {
    let told = asked(&Trial::of(APPROVAL), when, assertion);
    match (told, happens) {
        (Ok(()), None) => {}
        (Err(told), Some(happens)) => {
            let happened = told.split_once(", but ").map_or(&*told, |(_, after)| after);
            assert!(happened.starts_with(happens), "{told}");
        }
        (told, _) => panic!("{told:?}"),
    }
}

#[test]
fn every_sentence_about_waiting_is_tried() {
    let lines = [
        "the task token of Approve is answered",
        "the task token of Approve is never answered",
        "Sleep waits at most 30 seconds",
        "nobody waits longer than 30 seconds",
    ];
    covered(&SECTION, &lines);
}
