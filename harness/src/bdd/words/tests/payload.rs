use super::*;
use crate::bdd::words::payload::SECTION;

const TABLE: &[Row] = &[
    (0, "no payload is larger than 256 KB", None),
    (0, "the largest payload is smaller than 10 KB", None),
    (0, "the input of ShipAll/Ship is smaller than 7 bytes", None),
    (0, "the input of ShipAll/Ship is smaller than 6 bytes", Some("the input of ShipAll/Ship[0] is 6 bytes")),
    (3, "the input of ShipAll/Ship is smaller than 6 bytes", Some("ShipAll/Ship is never entered")),
    (0, "the output is at least 20 bytes", None),
];

#[test]
fn sizes_hold_or_tell_the_size() {
    table(&SECTION, TABLE);
}

/// A state that makes 100 bytes of what it is given.
fn load() -> Trial {
    let text = "x".repeat(98);
    let state = format!(r#"{{"Type": "Pass", "Result": "{text}", "End": true}}"#);
    Trial::of(&format!(r#"{{"StartAt": "Load", "States": {{"Load": {state}}}}}"#)).file("empty.json", "{}")
}

#[rstest::rstest]
#[case::in_all("no payload is larger than 100 bytes", None)]
#[case::one_too_large("no payload is larger than 99 bytes", Some("the output of Load is 100 bytes"))]
#[case::the_largest("the largest payload is smaller than 101 bytes", None)]
#[case::the_largest_is_not(
    "the largest payload is smaller than 100 bytes",
    Some("the output of Load is 100 bytes")
)]
#[case::at_least("the output is at least 100 bytes", None)]
#[case::less("the output of Load is at least 101 bytes", Some("the output of Load is 100 bytes"))]
fn a_limit_is_met_or_the_payload_is_named(#[case] assertion: &str, #[case] happens: Option<&str>) {
    let told = asked(&load(), "Given the input \"empty.json\"", assertion);
    let happened =
        told.map_err(|told| told.split_once(", but ").map_or(told.clone(), |(_, after)| after.to_owned()));
    assert_eq!(happened, happens.map_or(Ok(()), |happens| Err(happens.to_owned())));
}

#[test]
fn a_payload_that_was_refused_is_larger_than_any_size() {
    let steps = "Given the input \"order.json\"\nWhen the result of Charge is larger than 256 KB 3 times";
    let told = asked(&order(), steps, "no payload is larger than 256 KB").unwrap_err();
    let start = "expected that no payload is larger than 256 KB, but Charge fails with States.DataLimitExceeded after ";
    assert!(told.starts_with(start), "{told}");
}
