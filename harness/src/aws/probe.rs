//! Whether the calls are allowed: each that needs nothing but a permission is made once, with a state that does nothing.

use super::failure::Failure;
use super::guard::Cleared;
use super::operation::Operation;
use super::request;
use super::watch::Watch;
use crate::value::Value;

const REQUEST: &str = r#"{"definition":{"Type":"Pass","End":true},"input":{}}"#;
const MACHINE: &str = r#"{"StartAt":"Nothing","States":{"Nothing":{"Type":"Pass","End":true}}}"#;

/// The calls that were made, and how they ended.
pub async fn probe(cleared: &Cleared) -> Vec<(Operation, Result<(), Failure>)> {
    let clients = cleared.clients();
    let request = Value::parse(REQUEST).expect("the text is JSON");
    let tested = match request::input(&request) {
        Ok(input) => clients.test_state(input, &Watch::quiet()).await.map(drop),
        Err(uncarried) => Err(Failure::malformed(Operation::TestState, &uncarried.to_string())),
    };
    let validated = clients.validate_definition(MACHINE, "STANDARD").await.map(drop);
    vec![(Operation::TestState, tested), (Operation::ValidateStateMachineDefinition, validated)]
}
