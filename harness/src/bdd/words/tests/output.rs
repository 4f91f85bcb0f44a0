use super::*;
use crate::bdd::words::output::SECTION;

const TABLE: &[Row] = &[
    (
        0,
        "the input of ShipAll/Ship is \"desk\"",
        Some("the input of ShipAll/Ship[0] is \"lamp\", and not \"desk\""),
    ),
    (0, "the input of ShipAll[1]/Ship is \"desk\"", None),
    (
        3,
        "the output is 42",
        Some("it ends as FAILED with OrderFailed: the card was not charged, and has no output"),
    ),
    (
        0,
        "the request of Ship is:\n\"\"\"\n{\"FunctionName\": \"ship\", \"Payload\": \"lamp\"}\n\"\"\"",
        Some("the request of ShipAll/Ship[1] at $.Payload is \"desk\", and not \"lamp\""),
    ),
    (
        0,
        "the request of ShipAll[0]/Ship is:\n\"\"\"\n{\"Payload\": \"lamp\", \"FunctionName\": \"ship\"}\n\"\"\"",
        None,
    ),
    (3, "the request of Ship is:\n\"\"\"\n{}\n\"\"\"", Some("Ship is never entered")),
    (0, "the request of Ship contains:\n\"\"\"\n{\"FunctionName\": \"ship\"}\n\"\"\"", None),
    (
        0,
        "the request of Ship contains:\n\"\"\"\n{\"FunctionName\": \"ship\", \"Qualifier\": 1}\n\"\"\"",
        Some("the request of ShipAll/Ship[0] has nothing at $.Qualifier, where 1 is expected"),
    ),
    (
        0,
        "the request of ShipAll[0]/Ship is {\"FunctionName\": \"s\", \"Payload\": 1}",
        Some(
            "the request of ShipAll[0]/Ship at $.FunctionName is \"ship\", and not \"s\"; 1 more place differs",
        ),
    ),
    (
        0,
        "the request of ShipAll[0]/Ship is {\"FunctionName\": \"ship\"}",
        Some("the request of ShipAll[0]/Ship has \"lamp\" at $.Payload, where nothing is expected"),
    ),
    (0, "the output at $.total is 42.0", None),
    (0, "the output at $.total is \"42\"", Some("the output at $.total is 42, and not \"42\"")),
    (0, "the output at $.items[*] is [\"lamp\", \"desk\"]", None),
    (
        0,
        "the output at $.items is [\"lamp\", \"chair\"]",
        Some("the output at $.items[1] is \"desk\", and not \"chair\""),
    ),
    (0, "the output at $.total is not 43", None),
    (0, "the output at $.total is not 42", Some("the output at $.total is 42")),
    (0, "the output at $.items exists", None),
    (
        0,
        "the input of Ship at $.charge exists",
        Some("the input of ShipAll/Ship[0] has nothing at $.charge: it is \"lamp\""),
    ),
    (0, "the input of Charge at $.charge does not exist", None),
    (0, "the output at $.total does not exist", Some("the output at $.total is 42")),
    (0, "the output at $.items[0] matches \"^la\"", None),
    (0, "the output at $.items[0] matches \"^mp\"", Some("the output at $.items[0] is \"lamp\"")),
    (0, "the output at $.total matches \"4\"", Some("the output at $.total is no text, but 42")),
    (0, "the output at $ contains:\n\"\"\"\n{\"total\": 42}\n\"\"\"", None),
    (
        0,
        "the output at $.items contains:\n\"\"\"\n[\"lamp\"]\n\"\"\"",
        Some("the output has \"desk\" at $.items[1], where nothing is expected"),
    ),
    (0, "the output has:\n| path | value |\n| $.total | 42 |\n| $.items[0] | \"lamp\" |", None),
    (
        0,
        "the output has:\n| $.total | 42 |\n| $.items[0] | \"desk\" |",
        Some("the output at $.items[0] is \"lamp\", and not \"desk\""),
    ),
];

#[test]
fn values_hold_or_tell_the_first_place_that_differs() {
    table(&SECTION, TABLE);
}

#[rstest::rstest]
#[case::a_path_without_root("the output at total is 42", "`total` is no path; did you mean `$.total`?")]
#[case::a_broken_path(
    "the output at $.items[ is 42",
    "`$.items[` is no path of names and positions, such as `$.items[0].sku`"
)]
#[case::a_context_path(
    "the output at $$.Execution.Id is 42",
    "`$$.Execution.Id` does not begin in the value; write a path that begins with `$.`"
)]
#[case::no_json(
    "the output has:\n| $.status | PAID |",
    "`PAID` is no JSON; texts stand in double quotes: \"PAID\""
)]
#[case::no_rows(
    "the output has:\n| path | value |",
    "the table has no row; write rows such as | $.status | \"DONE\" |"
)]
#[case::no_expression("the output at $.total matches \"(\"", "`(` is no regular expression: unclosed group")]
#[case::no_request(
    "the request of IsLarge at $.x exists",
    "`IsLarge` is a Choice state; only tasks send requests; such as Reserve, Charge, ShipAll/Ship, Release"
)]
#[case::no_result(
    "the result of ShipAll at $.x exists",
    "`ShipAll` is a Map state; only tasks are answered a result; such as Reserve, Charge, ShipAll/Ship, Release"
)]
fn what_cannot_be_asked_is_refused(#[case] assertion: &str, #[case] told: &str) {
    let refused = order_throttled(0, assertion).unwrap_err();
    assert!(refused.starts_with(told), "{refused}");
}

#[test]
fn values_are_not_shown_where_reports_must_not() {
    let told = order_throttled(0, "the output at $.items[0] is \"desk\"").unwrap_err();
    assert!(told.contains("is \"lamp\""), "{told}");
    let hidden = order().hiding_values();
    let told =
        asked(&hidden, "Given the input \"order.json\"", "the output at $.items[0] is \"desk\"").unwrap_err();
    assert!(!told.contains("lamp"), "{told}");
}
