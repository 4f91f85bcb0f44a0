use super::*;
use crate::bdd::words::work::SECTION;

const TABLE: &[Row] = &[
    (2, "Charge takes effect once", None),
    (0, "Ship takes effect once", Some("it takes effect twice: after 300 ms and 300 ms")),
    (3, "Charge takes effect once", Some("it is attempted 3 times, and its work is never done")),
    (3, "Ship takes effect once", Some("it is never attempted")),
    (0, "Ship takes effect at most twice", None),
    (0, "Ship takes effect at most once", Some("it takes effect twice: after 300 ms and 300 ms")),
    (3, "Ship takes effect at most once", Some("it is never attempted")),
    (0, "Ship takes effect at most once in each item", None),
    (3, "Ship takes effect at most once in each item", Some("it is never attempted")),
    (3, "Charge never takes effect", None),
    (0, "Charge never takes effect", Some("it takes effect once: after 200 ms")),
    (3, "the work of Reserve is undone by Release", None),
    (
        0,
        "the work of Reserve is undone by Release",
        Some("Reserve did its work after 100 ms, and Release is not attempted after that"),
    ),
    (
        3,
        "the work of Charge is undone by Release",
        Some("Charge did no work in this run, so nothing is to be undone"),
    ),
    (
        3,
        "every effect is undone",
        Some(
            "Reserve took effect, and nothing is known to undo it; `Given Reserve is undone by STATE` says what does",
        ),
    ),
];

#[test]
fn effects_hold_or_tell_when_they_were_taken() {
    table(&SECTION, TABLE);
}

#[rstest::rstest]
#[case::a_choice(
    "IsLarge takes effect once",
    "`IsLarge` is a Choice state; only tasks take effect; such as Reserve, Charge, ShipAll/Ship, Release"
)]
#[case::itself("the work of Reserve is undone by Reserve", "a state does not undo its own work")]
fn what_takes_no_effect_is_refused(#[case] assertion: &str, #[case] told: &str) {
    assert_eq!(order_throttled(0, assertion), Err(told.to_owned()));
}

#[rstest::rstest]
#[case::lost(
    "When Charge succeeds but its answer is lost",
    "Charge takes effect once",
    Some("it takes effect twice: after ")
)]
#[case::lost_with_a_key(
    "Given Charge is idempotent by $.Payload.total\nWhen Charge succeeds but its answer is lost",
    "Charge takes effect once",
    None
)]
#[case::started_again(
    "When the execution starts again with the same input",
    "Charge takes effect at most once",
    Some("it takes effect twice: after 200 ms of execution 1 and 200 ms of execution 2")
)]
#[case::started_again_for_items(
    "When the execution starts again with the same input",
    "Ship takes effect at most once in each item",
    Some("for item [0] it takes effect twice")
)]
#[case::a_read(
    "Given Charge has no effect\nWhen Charge is throttled",
    "Charge takes effect once",
    Some("`Charge` only reads or computes, so it takes no effect; ask whether `Charge is attempted`")
)]
fn what_repeats_an_effect_safely_is_none(
    #[case] steps: &str,
    #[case] assertion: &str,
    #[case] happens: Option<&str>,
) {
    let told = asked(&order(), &format!("Given the input \"order.json\"\n{steps}"), assertion);
    let happened =
        told.map_err(|told| told.split_once(", but ").map_or(told.clone(), |(_, after)| after.to_owned()));
    match (happened, happens) {
        (Ok(()), None) => {}
        (Err(happened), Some(happens)) => assert!(happened.starts_with(happens), "{happened}"),
        (happened, _) => panic!("{happened:?}"),
    }
}

#[test]
fn every_effect_is_undone_by_what_is_said_to_undo_it() {
    let steps = |times: &str| {
        format!(
            "Given the input \"order.json\"\nAnd Reserve is undone by Release\nWhen Charge is throttled {times}"
        )
    };
    assert_eq!(asked(&order(), &steps("3 times"), "every effect is undone"), Ok(()));
    let told = asked(&order(), &steps("once"), "every effect is undone").unwrap_err();
    let start = "expected that every effect is undone, but Reserve did its work after 100 ms, and Release is not attempted";
    assert!(told.starts_with(start), "{told}");
}
