use super::*;
use crate::bdd::words::route::SECTION;

const TABLE: &[Row] = &[
    (3, "Release is entered", None),
    (
        0,
        "Release is entered",
        Some("it is never entered; the execution enters Reserve, Charge, IsLarge, ShipAll, Ship and Done"),
    ),
    (0, "ShipAll[1]/Ship is entered", None),
    (
        0,
        "ShipAll[2]/Ship is entered",
        Some("it is never entered; the execution enters Reserve, Charge, IsLarge, ShipAll, Ship and Done"),
    ),
    (0, "Release is never entered", None),
    (3, "Release is never entered", Some("it is entered after 6.25 s")),
    (0, "Ship is entered twice", None),
    (0, "ShipAll[0]/Ship is entered once", None),
    (0, "ShipAll/Ship is entered once", Some("it is entered twice")),
    (0, "Release is entered once", Some("it is never entered")),
    (0, "Ship is entered at most twice", None),
    (0, "Ship is entered at most once", Some("it is entered twice")),
    (0, "Release is entered at most once", Some("it is never entered")),
    (0, "Ship is entered at least twice", None),
    (0, "Ship is entered at least 3 times", Some("it is entered twice")),
    (0, "Reserve is entered before Charge", None),
    (0, "Charge is entered before Reserve", Some("Reserve is entered after 0 ms, and Charge after 100 ms")),
    (
        0,
        "Charge is entered before Release",
        Some(
            "Release is never entered; the execution enters Reserve, Charge, IsLarge, ShipAll, Ship and Done",
        ),
    ),
    (3, "the states Reserve, Release and Failed are entered in this order", None),
    (
        3,
        "the states Reserve, Failed and Release are entered in this order",
        Some("Release is not entered after Failed; the execution enters Reserve, Charge, Release and Failed"),
    ),
    (3, "exactly the states Reserve, Charge, Release and Failed are entered in this order", None),
    (
        3,
        "exactly the states Reserve, Charge and Failed are entered in this order",
        Some("the execution enters Reserve, Charge, Release and Failed"),
    ),
    (3, "the execution takes this route:\n| state |\n| Reserve |\n| Charge |\n| Release |\n| Failed |", None),
    (
        0,
        "the execution takes this route:\n| Reserve |\n| Charge |",
        Some("the execution enters Reserve, Charge, IsLarge, ShipAll, Ship and Done"),
    ),
    (3, "at least one run enters Release", None),
    (
        0,
        "at least one run enters Release",
        Some("it is never entered; the execution enters Reserve, Charge, IsLarge, ShipAll, Ship and Done"),
    ),
];

#[test]
fn routes_hold_or_tell_which_states_are_entered() {
    table(&SECTION, TABLE);
}

#[test]
fn what_is_expected_is_told_in_the_words_of_the_feature() {
    let told = order_throttled(0, "ShipAll/Ship is entered at least 3 times").unwrap_err();
    assert_eq!(told, "expected that ShipAll/Ship is entered at least 3 times, but it is entered twice");
}

#[rstest::rstest]
#[case::misspelt(
    "Relaese is entered",
    "there is no state `Relaese` in machine.asl.json; did you mean `Release`?"
)]
#[case::misspelt_in_an_item(
    "ShipAll[1]/Shop is entered",
    "there is no state `ShipAll/Shop` in machine.asl.json"
)]
#[case::an_item_alone(
    "ShipAll[1] is entered",
    "`ShipAll[1]` is an item, and no state; write `ShipAll[1]/STATE` with a state of the Map"
)]
#[case::visit_zero("Charge#0 is entered", "`Charge#0` is no visit; visits count from 1")]
#[case::itself("Charge is entered before Charge", "a state is not entered before itself")]
fn a_place_that_does_not_exist_is_refused(#[case] assertion: &str, #[case] told: &str) {
    let refused = order_throttled(0, assertion).unwrap_err();
    assert!(refused.starts_with(told), "{refused}");
}

#[test]
fn a_loop_has_visits() {
    let poll = r#"{"StartAt": "Poll", "States": {
        "Poll": {"Type": "Wait", "Seconds": 2, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "Poll", "Choices": [{"Variable": "$$.State.EnteredTime",
            "StringGreaterThanEquals": "2026-01-01T00:00:04", "Next": "Done"}]},
        "Done": {"Type": "Succeed"}}}"#;
    let trial = Trial::of(poll);
    assert_eq!(asked(&trial, "", "Poll is entered twice"), Ok(()));
    assert_eq!(asked(&trial, "", "Again#1 is entered before Poll#2"), Ok(()));
    assert!(asked(&trial, "", "Poll#3 is entered").is_err());
    assert!(asked(&trial, "", "Again#2 is entered before Poll#2").is_err());
}
