use super::*;
use crate::bdd::words::events::SECTION;

const TABLE: &[Row] = &[
    (0, "the history has at most 25,000 events", None),
    (0, "the history has at most 10 events", Some("it has 34")),
    (0, "the history has 34 events", None),
    (0, "the history has 35 events", Some("it has 34")),
    (3, "the history has the event ExecutionFailed", None),
    (0, "the history has the event ExecutionFailed", Some("it has it never")),
    (3, "the history has the event TaskFailed 3 times", None),
    (2, "the history has the event TaskFailed 3 times", Some("it has it twice")),
    (0, "the history has no event TaskFailed", None),
    (2, "the history has no event TaskFailed", Some("it has it twice")),
    (
        0,
        "the history of Ship is:\n| TaskStateEntered |\n| TaskScheduled |\n| TaskStarted |\n| TaskSucceeded |\n| TaskStateExited |",
        None,
    ),
    (
        0,
        "the history of IsLarge is:\n| ChoiceStateEntered |",
        Some("it is ChoiceStateEntered, ChoiceStateExited"),
    ),
    (
        0,
        "the history of Ship is:\n| event |\n| TaskStateEntered |",
        Some(
            "that of ShipAll/Ship[0] is TaskStateEntered, TaskScheduled, TaskStarted, TaskSucceeded, TaskStateExited",
        ),
    ),
    (0, "the history of Release is:\n| TaskStateEntered |", Some("Release is never entered")),
];

#[test]
fn events_hold_or_tell_which_there_are() {
    table(&SECTION, TABLE);
}

#[rstest::rstest]
#[case::misspelt(
    "the history has the event TaskFaild",
    "there is no event `TaskFaild`; did you mean `TaskFailed`?"
)]
#[case::misspelt_in_a_table(
    "the history of Ship is:\n| TaskStateEntred |",
    "there is no event `TaskStateEntred`; did you mean `TaskStateEntered`?"
)]
fn an_event_that_does_not_exist_is_refused(#[case] assertion: &str, #[case] told: &str) {
    assert_eq!(order_throttled(0, assertion), Err(told.to_owned()));
}
