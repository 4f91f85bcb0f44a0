use super::*;
use crate::bdd::words::executions;
use crate::bdd::words::handlers::SECTION;

const THROTTLED: &str = "Lambda.TooManyRequestsException";

const TABLE: &[Row] = &[
    (3, "Charge catches Lambda.TooManyRequestsException", None),
    (
        3,
        "Charge catches States.Timeout",
        Some("Charge catches Lambda.TooManyRequestsException and goes to Release after 6.25 s"),
    ),
    (
        1,
        "Charge catches States.Timeout",
        Some("Charge fails with Lambda.TooManyRequestsException after 150 ms, and is retried with success"),
    ),
    (0, "Charge catches States.Timeout", Some("Charge does not fail")),
    (3, "Charge catches Lambda.TooManyRequestsException and goes to Release", None),
    (
        3,
        "Charge catches Lambda.TooManyRequestsException and goes to Failed",
        Some("Charge catches Lambda.TooManyRequestsException and goes to Release after 6.25 s"),
    ),
    (1, "Charge catches no failure", None),
    (
        3,
        "Charge catches no failure",
        Some("Charge catches Lambda.TooManyRequestsException and goes to Release after 6.25 s"),
    ),
    (0, "Charge catches no failure", Some("Charge does not fail")),
    (
        3,
        "Lambda.TooManyRequestsException escapes Charge",
        Some("Charge catches Lambda.TooManyRequestsException and goes to Release after 6.25 s"),
    ),
    (3, "OrderFailed escapes Failed", None),
    (0, "Lambda.TooManyRequestsException escapes Reserve", Some("Reserve does not fail")),
    (0, "OrderFailed escapes Failed", Some("Failed is never entered")),
    (1, "no failure is caught", None),
    (
        3,
        "no failure is caught",
        Some("Charge catches Lambda.TooManyRequestsException and goes to Release after 6.25 s"),
    ),
    (0, "no failure is caught", Some("nothing fails")),
];

#[test]
fn catchers_hold_or_tell_what_became_of_the_failure() {
    table(&SECTION, TABLE);
}

#[test]
fn a_failure_without_a_catcher_escapes() {
    let steps = "Given the input \"order.json\"\nWhen Reserve is throttled";
    assert_eq!(asked(&order(), steps, &format!("{THROTTLED} escapes Reserve")), Ok(()));
    let told = format!("expected that {THROTTLED} escapes ShipAll/Ship, but ShipAll/Ship is never entered");
    assert_eq!(asked(&order(), steps, &format!("{THROTTLED} escapes ShipAll/Ship")), Err(told));
}

#[rstest::rstest]
#[case::a_pattern(
    "Charge catches States.ALL",
    "no failure has the error States.ALL, which stands for all errors; name the error that occurs, such as States.Timeout"
)]
#[case::a_choice(
    "IsLarge catches Lost",
    "`IsLarge` is a Choice state; only Task, Parallel and Map states can catch; such as Reserve, Charge, ShipAll, ShipAll/Ship"
)]
#[case::no_catcher("Reserve catches Lost", "`Reserve` has no Catch")]
#[case::another_way(
    "Charge catches Lost and goes to Relase",
    "there is no state `Relase` in machine.asl.json; did you mean `Release`?"
)]
#[case::a_way_that_is_not_there(
    "Charge catches Lost and goes to Reserve",
    "no catcher of `Charge` goes to `Reserve`; did you mean `Release`?"
)]
fn a_catcher_that_is_not_there_is_refused(#[case] assertion: &str, #[case] told: &str) {
    assert_eq!(order_throttled(3, assertion), Err(told.to_owned()));
}

#[rstest::rstest]
#[case::only_one(
    "in the first execution the execution succeeds",
    "there is only one execution; write the step without `in the first execution`"
)]
#[case::a_setting(
    "in the first execution Charge is throttled",
    "`{state} is throttled{extent}` does not speak of one execution; write it without `in the first execution`"
)]
fn the_first_execution_is_one_of_two(#[case] assertion: &str, #[case] told: &str) {
    assert_eq!(order_throttled(0, assertion), Err(told.to_owned()));
    covered(&executions::SECTION, &[assertion]);
}

#[rstest::rstest]
#[case::the_first("in the first execution Charge is attempted 3 times", None)]
#[case::the_first_ends("in the first execution the execution fails", None)]
#[case::the_last("Charge is attempted once", None)]
#[case::the_last_ends("the execution succeeds", None)]
#[case::its_values(
    "in the first execution the input of Charge contains:\n\"\"\"\n{ \"total\": 42 }\n\"\"\"",
    None
)]
#[case::the_first_does_not(
    "in the first execution the execution succeeds",
    Some(
        "expected that in the first execution the execution succeeds, but it ends as FAILED with OrderFailed: the card was not charged"
    )
)]
#[case::all_of_them(
    "in the first execution Charge takes effect once",
    Some(
        "`{state} takes effect {times}` does not speak of one execution; write it without `in the first execution`"
    )
)]
fn sentences_speak_of_the_last_execution_or_of_the_first(
    #[case] assertion: &str,
    #[case] told: Option<&str>,
) {
    let steps = "Given the input \"order.json\"\nWhen Charge is throttled 3 times\nAnd the execution starts again with the \
                 same input";
    assert_eq!(asked(&order(), steps, assertion), told.map_or(Ok(()), |told| Err(told.to_owned())));
}
