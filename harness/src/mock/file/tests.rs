use rstest::rstest;

use super::*;
use crate::asl::compile_text;
use crate::mock::{Answer, FailingStep, Reply, Then};
use crate::value::Value;

fn machine() -> Machine {
    let task = r#""Type":"Task","Resource":"arn:aws:states:::lambda:invoke""#;
    let text = format!(
        r#"{{"StartAt":"Charge","States":{{"Charge":{{{task},"Next":"Fulfil"}},
        "Fulfil":{{"Type":"Parallel","Next":"Note","Branches":[{{"StartAt":"Ship","States":{{"Ship":{{{task},"End":true}}}}}}]}},
        "Note":{{"Type":"Pass","End":true}}}}}}"#
    );
    compile_text("Order", &text).unwrap()
}

/// A file with one test case and one response.
fn file(case: &str, response: &str) -> String {
    format!(
        "{{\"StateMachines\":{{\"Order\":{{\"TestCases\":{{\"Happy\":{{{case}}}}}}}}},\n\
         \"MockedResponses\":{{\"R\":{{{response}}}}}}}"
    )
}

fn parsed(text: &str, selection: Selection<'_>) -> Result<Vec<(String, Script)>, String> {
    parse("mocks.json", text, &machine(), selection, Validation::default())
        .map(|loaded| loaded.scripts)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn sequence(response: &str) -> (Vec<Answer>, Then) {
    let scripts = parsed(&file(r#""Charge":"R""#, response), Selection::default()).unwrap();
    let sequence = scripts[0].1.answers["Charge"].clone();
    (sequence.calls, sequence.then)
}

#[test]
fn ranges_count_calls_from_zero_in_any_order_of_the_file() {
    let (calls, then) = sequence(
        r#""1-2":{"Throw":{"Error":"Busy","Cause":"later"}},"0":{"Return":1},"3":{"Return":{"ok":true}}"#,
    );
    let busy = Answer::with(Reply::throw("Busy", "later"));
    let expected =
        [Answer::of(Value::from(1)), busy.clone(), busy, Answer::of(Value::parse(r#"{"ok":true}"#).unwrap())];
    assert_eq!((calls, then), (expected.to_vec(), Then::Unmocked));
}

#[test]
fn silence_delay_heartbeats_and_the_rest_are_extensions() {
    let (calls, then) =
        sequence(r#""0":{"Silence":true,"Heartbeats":false},"*":{"Return":2,"DelaySeconds":1.5}"#);
    assert_eq!(calls, [Answer { heartbeats: false, ..Answer::with(Reply::Silence) }]);
    assert_eq!(then, Then::Answer(Answer { after_ms: 1500, ..Answer::of(Value::from(2)) }));
}

#[test]
fn an_entry_tells_the_submission_the_worker_and_the_step_that_fails() {
    let (calls, _) = sequence(
        r#""0":{"Return":1,"Submitted":{"JobRunId":"j"},"Worker":"desk-4"},
           "1":{"Throw":{"Error":null,"Cause":null},"FailsAt":"Submit"}"#,
    );
    let first = Answer {
        submitted: Some(Value::parse(r#"{"JobRunId":"j"}"#).unwrap()),
        worker: Some("desk-4".into()),
        ..Answer::of(Value::from(1))
    };
    let nameless = Answer::with(Reply::Throw { error: None, cause: None });
    assert_eq!(calls, [first, Answer { step: FailingStep::Submit, ..nameless }]);
}

#[test]
fn a_state_is_named_by_its_name_or_its_path() {
    let by_path =
        parsed(&file(r#""Fulfil/branch[0]/Ship":"R""#, r#""0":{"Return":1}"#), Selection::default());
    let by_name = parsed(&file(r#""Ship":"R""#, r#""0":{"Return":1}"#), Selection::default());
    assert_eq!(by_path, by_name);
    assert!(by_name.unwrap()[0].1.answers.contains_key("Fulfil/branch[0]/Ship"));
}

#[test]
fn every_test_case_is_a_script_of_its_own_unless_one_is_picked() {
    let text = r#"{"StateMachines":{"Other":{"TestCases":{"A":{},"B":{}}}},"MockedResponses":{}}"#;
    let names = |selection| {
        let scripts = parsed(text, selection).unwrap();
        scripts.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(names(Selection::default()), ["A", "B"]);
    assert_eq!(names(Selection { test_case: Some("B"), ..Selection::default() }), ["B"]);
}

#[rstest]
#[case::state(&file(r#""Chrage":"R""#, r#""0":{"Return":1}"#), Selection::default(),
    "mocks.json:1:50: no state `Chrage` in state machine `Order`; did you mean `Charge`?")]
#[case::state_of_another_type(&file(r#""Note":"R""#, r#""0":{"Return":1}"#), Selection::default(),
    "mocks.json:1:50: state `Note` is a Pass state; only Task states (and the ItemReader of a Map state) are mocked")]
#[case::response(&file(r#""Charge":"Q""#, r#""0":{"Return":1}"#), Selection::default(),
    "mocks.json:1:59: no mocked response `Q` in MockedResponses; there is `R`")]
#[case::test_case(&file("", ""), Selection { test_case: Some("Hapy"), machine: None },
    "mocks.json:1:40: no test case `Hapy` here; did you mean `Happy`?")]
#[case::state_machine(&file("", ""), Selection { test_case: None, machine: Some("shipping") },
    "mocks.json:1:18: no state machine `shipping` here; there is `Order`")]
#[case::gap(&file(r#""Charge":"R""#, r#""0":{"Return":1},"2":{"Return":1}"#), Selection::default(),
    "mocks.json:2:42: no entry of mocked response `R` covers invocation 1; invocations count from 0 without gaps")]
#[case::overlap(&file(r#""Charge":"R""#, r#""0-1":{"Return":1},"1":{"Return":1}"#), Selection::default(),
    "mocks.json:2:44: two entries of mocked response `R` cover invocation 1; invocations count from 0 without gaps")]
#[case::both(&file(r#""Charge":"R""#, r#""0":{"Return":1,"Throw":{"Error":"E","Cause":"C"}}"#), Selection::default(),
    "mocks.json:2:29: an entry holds exactly one of `Return`, `Throw` and `Silence`")]
#[case::throw_without_a_cause(&file(r#""Charge":"R""#, r#""0":{"Throw":{"Error":"E"}}"#), Selection::default(),
    "mocks.json:2:38: `Throw` needs the text `Cause`")]
#[case::step(&file(r#""Charge":"R""#, r#""0":{"Return":1,"FailsAt":"Never"}"#), Selection::default(),
    "mocks.json:2:51: `FailsAt` must be `Schedule`, `Start`, `Submit` or `Work`")]
#[case::worker(&file(r#""Charge":"R""#, r#""0":{"Return":1,"Worker":4}"#), Selection::default(),
    "mocks.json:2:50: `Worker` must be a text")]
#[case::index(&file(r#""Charge":"R""#, r#""3-1":{"Return":1}"#), Selection::default(),
    "mocks.json:2:25: `3-1` is no invocation: expected \"0\", \"1-3\" or \"*\"")]
#[case::no_json("{\"StateMachines\":", Selection::default(), "mocks.json:1:1")]
fn what_is_wrong_is_named_with_its_place(
    #[case] text: &str,
    #[case] selection: Selection<'_>,
    #[case] message: &str,
) {
    let problems = parsed(text, selection).unwrap_err();
    assert!(problems.starts_with(message), "{problems}");
}
