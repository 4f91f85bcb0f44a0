//! What definitions compile to, and what is said about those that do not.

mod machine;
mod mutations;
mod refused;
mod scale;
mod warned;

use super::{Machine, Problem, compile};
use crate::load::Definition;

/// All problems of a text.
fn problems(text: &str) -> Vec<Problem> {
    compile(&Definition::from_text("machine.asl.json", text)).problems
}

/// Code and offending text of every problem.
fn found(text: &str) -> Vec<(String, String)> {
    problems(text).into_iter().map(|problem| (problem.code.to_owned(), problem.text)).collect()
}

/// The machine of a valid text.
fn machine(text: &str) -> Machine {
    super::compile_text("machine", text).unwrap()
}

/// A definition of one state `A`, which has these fields.
fn one_state(fields: &str) -> String {
    format!(r#"{{"StartAt": "A", "States": {{"A": {{{fields}}}}}}}"#)
}

/// The same for a machine in JSONata.
fn one_jsonata_state(fields: &str) -> String {
    format!(r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{"A": {{{fields}}}}}}}"#)
}
