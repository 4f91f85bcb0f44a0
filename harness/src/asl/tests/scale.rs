//! Large definitions stay cheap: nothing is quadratic in states, problems or bytes.

use std::fmt::Write as _;

use super::{machine, problems};

fn chain(states: usize, next: impl Fn(usize) -> String) -> String {
    let mut text = String::from(r#"{"StartAt": "S0", "States": {"#);
    for at in 0..states {
        let _ = writeln!(
            text,
            r#""S{at}": {{"Type": "Pass", "Parameters": {{"a": "x", "b.$": "$.c"}}, "Next": "{}"}},"#,
            next(at)
        );
    }
    let _ = write!(text, r#""S{states}": {{"Type": "Succeed"}}}}}}"#);
    text
}

#[test]
fn ten_thousand_states_compile() {
    let machine = machine(&chain(10_000, |at| format!("S{}", at + 1)));
    assert_eq!(machine.states.len(), 10_001);
    assert_eq!(machine.locate("/States/S9999/Next").line, 10_000);
}

#[test]
fn ten_thousand_mistakes_are_cut_and_counted() {
    let problems = problems(&chain(10_000, |at| format!("Nowhere{at}")).replace('\n', " "));
    assert!(problems.len() <= 501, "{}", problems.len());
    assert_eq!(problems.last().unwrap().code, "too-many-problems");
}

#[test]
fn a_megabyte_of_payload_compiles() {
    let text = format!(
        r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": [{}"x"], "End": true}}}}}}"#,
        r#""éé\n","#.repeat(100_000)
    );
    assert_eq!(machine(&text).states.len(), 1);
}

#[test]
fn deeply_nested_scopes_are_refused_not_overflowed() {
    let mut text = String::from(r#"{"Type": "Succeed"}"#);
    for depth in 0..2_000 {
        text = format!(
            r#"{{"Type": "Map", "End": true, "ItemProcessor": {{"StartAt": "S{depth}", "States": {{"S{depth}": {text}}}}}}}"#
        );
    }
    let problems = problems(&format!(r#"{{"StartAt": "A", "States": {{"A": {text}}}}}"#));
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["syntax"]);
}
