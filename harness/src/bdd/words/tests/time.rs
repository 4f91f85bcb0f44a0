use super::*;
use crate::bdd::words::time::SECTION;

const TABLE: &[Row] = &[
    (0, "the execution takes 300 ms", None),
    (0, "the execution takes 301 ms", Some("it takes 300 ms, and it ends as SUCCEEDED")),
    (0, "the execution takes at most 1 second", None),
    (2, "the execution takes at most 6 seconds", Some("it takes 6.4 s, and it ends as SUCCEEDED")),
    (2, "the execution takes at least 6 seconds", None),
    (0, "the execution takes at least 6 seconds", Some("it takes 300 ms, and it ends as SUCCEEDED")),
    (0, "the execution ends within 1 second", None),
    (2, "the execution ends within 1 second", Some("it takes 6.4 s, and it ends as SUCCEEDED")),
    (2, "after 5 seconds the execution is still running", None),
    (0, "after 5 seconds the execution is still running", Some("it ends as SUCCEEDED after 300 ms")),
    (0, "after 300 ms the execution has ended", None),
    (0, "after 299 ms the execution has ended", Some("it ends as SUCCEEDED after 300 ms")),
    (2, "after 6 seconds Charge is still waiting", None),
    (0, "after 200 ms Charge is still waiting", Some("it is left after 200 ms")),
    (0, "after 50 ms Charge is still waiting", Some("it is entered after 100 ms")),
    (0, "after 50 ms Release is still waiting", Some("it is never entered")),
    (0, "after 100 ms Charge has been entered", None),
    (0, "after 99 ms Charge has been entered", Some("it is entered after 100 ms")),
    (0, "after 99 ms Charge has not been entered", None),
    (0, "after 100 ms Charge has not been entered", Some("it is entered after 100 ms")),
    (3, "Release is entered after 6.25 seconds", None),
    (3, "Release is entered after 6 seconds", Some("it is entered after 6.25 s")),
    (0, "Release is entered after 6 seconds", Some("it is never entered")),
    (3, "Release is entered after at least 6 seconds", None),
    (3, "Release is entered after at least 7 seconds", Some("it is entered after 6.25 s")),
    (3, "Release is entered within 7 seconds", None),
    (3, "Release is entered within 6 seconds", Some("it is entered after 6.25 s")),
];

#[test]
fn times_hold_or_tell_the_time() {
    table(&SECTION, TABLE);
}

#[test]
fn no_time_passes_in_a_choice() {
    let told =
        "`IsLarge` is a Choice state; no time passes in it; ask for a Task, Wait, Parallel or Map state";
    assert_eq!(order_throttled(0, "after 1 second IsLarge is still waiting"), Err(told.to_owned()));
}
