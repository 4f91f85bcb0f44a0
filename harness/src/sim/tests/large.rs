//! What large Maps hold while they run and when they have ended.

use super::*;
use crate::sim::engine::Engine;
use crate::sim::strand::Strand;

const ITEMS: usize = 3_000;

fn each(mode: &str, processor: &str) -> Machine {
    machine(&format!(
        r#"{{"StartAt":"Each","States":{{"Each":{{"Type":"Map","ResultPath":null,"End":true,"ItemProcessor":{{
        "ProcessorConfig":{mode},"StartAt":"One","States":{{"One":{processor}}}}}}}}}}}"#
    ))
}

const DISTRIBUTED: &str = r#"{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}"#;
const PASS: &str = r#"{"Type":"Pass","End":true}"#;

fn many() -> Case {
    let mut case = Case::new(Value::array((0..ITEMS).map(|at| Value::from(at as i64)).collect()));
    case.limits.events_max = u32::MAX;
    case
}

#[test]
fn strands_that_have_ended_hold_nothing_of_their_items() {
    for mode in [r#"{"Mode":"INLINE"}"#, DISTRIBUTED] {
        let (machine, case) = (each(mode, PASS), many());
        let mut answer = |_: Call<'_>| Answer::of(Value::Null);
        let mut engine = Engine::new(&machine, &case, &mut answer);
        engine.drive();
        assert!(engine.history.outcome.succeeded(), "{:?}", engine.history.outcome);
        let (_, inner) = engine.strands.split_first().expect("the top level");
        assert_eq!(inner.len(), ITEMS);
        assert!(inner.iter().all(|strand| strand.input.is_null() && strand.item.is_none()));
        assert!(engine.containers.iter().all(|container| container.items.is_empty()));
    }
}

#[test]
fn events_and_strands_stay_small() {
    let (event, strand) = (size_of::<crate::history::Event>(), size_of::<Strand>());
    assert!(event <= 80, "an event takes {event} bytes");
    assert!(strand <= 400, "a strand takes {strand} bytes");
}

#[test]
fn a_child_leaves_only_its_own_events() {
    let history = run(&each(DISTRIBUTED, PASS), &many(), &mut |_: Call<'_>| Answer::of(Value::Null));
    assert_eq!((history.events.len(), history.child_events.len()), (8, 2 * ITEMS));
}

#[test]
fn each_child_adds_to_the_step_budget() {
    let mut case = many();
    case.limits.steps_max = 10;
    let history = run(&each(DISTRIBUTED, PASS), &case, &mut |_: Call<'_>| Answer::of(Value::Null));
    assert!(history.outcome.succeeded(), "{:?}", history.outcome);
}

#[test]
fn a_loop_in_a_child_still_ends() {
    let mut case = case("[1]");
    case.limits.steps_max = 10;
    let express = r#"{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"}"#;
    let choice = r#"{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Next":"End"}],"Default":"One"},
        "End":{"Type":"Succeed"}"#;
    let history = run(&each(express, choice), &case, &mut |_: Call<'_>| Answer::of(Value::Null));
    let Outcome::Unknown(unknown) = history.outcome else { panic!("{:?}", history.outcome) };
    assert_eq!((&*unknown.construct, &*unknown.detail), ("step budget", "1010 state entries"));
}
