use super::*;
use crate::bdd::words::attempts::SECTION;

const TABLE: &[Row] = &[
    (2, "Charge is attempted 3 times", None),
    (2, "Charge is attempted twice", Some("it is attempted 3 times")),
    (0, "Ship is attempted twice", None),
    (0, "ShipAll[1]/Ship is attempted once", None),
    (0, "Release is attempted once", Some("it is never entered")),
    (1, "Charge is attempted at most twice", None),
    (2, "Charge is attempted at most twice", Some("it is attempted 3 times")),
    (0, "Release is attempted at most twice", Some("it is never entered")),
    (2, "Charge is attempted at least 3 times", None),
    (1, "Charge is attempted at least 3 times", Some("it is attempted twice")),
    (0, "Release is never attempted", None),
    (3, "Release is never attempted", Some("it is attempted once")),
    (1, "Charge is retried once", None),
    (2, "Charge is retried once", Some("it is retried twice")),
    (0, "Charge is retried once", Some("it does not fail")),
    (1, "Charge is retried at most once", None),
    (2, "Charge is retried at most once", Some("it is retried twice")),
    (3, "ShipAll is retried at most once", Some("it is never entered")),
    (0, "Charge is never retried", None),
    (1, "Charge is never retried", Some("it is retried once")),
    (3, "ShipAll is never retried", Some("it is never entered")),
    (2, "the retries of Charge wait 2 and 4 seconds", None),
    (2, "the retries of Charge wait 2, 4 and 8 seconds", Some("the waits are 2 s and 4 s")),
    (1, "the retries of Charge wait 3 seconds", Some("the only wait is 2 s")),
    (0, "the retries of Charge wait 2 seconds", Some("it does not fail")),
    (3, "the retries of ShipAll/Ship wait 2 seconds", Some("it is never entered")),
    (2, "the retries of Charge wait at most 3 and 4 seconds", None),
    (2, "the retries of Charge wait at most 1 and 4 seconds", Some("the waits are 2 s and 4 s")),
    (3, "Charge gives up after 6.15 seconds", None),
    (3, "Charge gives up after 6 seconds", Some("it gives up after 6.15 s")),
    (2, "Charge gives up after 6 seconds", Some("it does not give up")),
    (0, "Charge gives up after 6 seconds", Some("it does not fail")),
    (3, "Charge gives up within 10 seconds", None),
    (3, "Charge gives up within 1 second", Some("it gives up after 6.15 s")),
];

#[test]
fn attempts_hold_or_tell_how_many_there_are() {
    table(&SECTION, TABLE);
}

#[test]
fn waits_are_asked_of_every_item_that_is_retried() {
    let steps = "Given the input \"order.json\"\nWhen Ship is throttled in item 1 twice";
    assert_eq!(asked(&order(), steps, "the retries of ShipAll/Ship wait 1 and 2 seconds"), Ok(()));
    let told =
        "expected that the retries of Ship wait 1 second, but the waits of ShipAll/Ship[1] are 1 s and 2 s";
    assert_eq!(asked(&order(), steps, "the retries of Ship wait 1 second"), Err(told.to_owned()));
    assert_eq!(asked(&order(), steps, "ShipAll[0]/Ship is never retried"), Ok(()));
    assert_eq!(asked(&order(), steps, "ShipAll[1]/Ship is retried twice"), Ok(()));
}

#[rstest::rstest]
#[case::a_choice(
    "IsLarge is attempted once",
    "`IsLarge` is a Choice state; only tasks are attempted; such as Reserve, Charge, ShipAll/Ship, Release"
)]
#[case::a_choice_is_not_retried(
    "IsLarge is never retried",
    "`IsLarge` is a Choice state; only Task, Parallel and Map states can be retried; such as Reserve, Charge, ShipAll, ShipAll/Ship"
)]
#[case::without_a_retrier(
    "Reserve gives up within 1 second",
    "`Reserve` has no Retry, so it never tries again; ask what it catches, or when the next state is entered"
)]
fn a_state_that_cannot_do_this_is_refused(#[case] assertion: &str, #[case] told: &str) {
    assert_eq!(order_throttled(0, assertion), Err(told.to_owned()));
}
