//! Results that are larger than usual: the usual result, padded until it has more bytes than a size.

use std::sync::Arc;

use super::trouble::Swollen;
use crate::asl::{Machine, State};
use crate::bdd::failed::{Failed, Wrong};
use crate::catalog::Service;
use crate::generate::Scenario;
use crate::history::{Ending, History};
use crate::mock::{Answer, Reply, Script, Then};
use crate::value::Value;

/// The member that carries the padding.
const PADDING: &str = "padding";

/// A scenario in which these tasks give large results.
pub(in crate::bdd) fn scenario(
    scenario: &Scenario,
    machine: &Machine,
    swollen_tasks: &[Swollen],
) -> Result<Scenario, Failed> {
    let mut script = Script::clone(&scenario.script);
    for Swollen { path, bytes } in swollen_tasks {
        let (Some(state), Some(sequence)) = (machine.find(path), script.answers.get_mut(path)) else {
            continue;
        };
        for answer in &mut sequence.calls {
            swell(answer, state, *bytes)?;
        }
        if let Then::Answer(answer) = &mut sequence.then {
            swell(answer, state, *bytes)?;
        }
    }
    Ok(Scenario { script: Arc::new(script), ..scenario.clone() })
}

fn swell(answer: &mut Answer, state: &State, bytes: usize) -> Result<(), Failed> {
    let Reply::Return(result) = &answer.reply else { return Ok(()) };
    let Some(large) = swollen(result, state, bytes) else {
        let wrong =
            Wrong::new(format!("the result of `{}` is {result}, which cannot be made larger", state.path));
        return Err(wrong.help("let it return an object").into());
    };
    answer.reply = Reply::Return(large);
    Ok(())
}

/// A result with more bytes than this, and otherwise as it was; nothing for numbers and the like. A result that is
/// larger already stays as it is. What a Lambda function answers is padded in its `Payload`.
fn swollen(result: &Value, state: &State, bytes: usize) -> Option<Value> {
    let missing = (bytes + 1).saturating_sub(result.json_len());
    if missing == 0 {
        return Some(result.clone());
    }
    let is_invoked = state
        .task()
        .is_some_and(|task| task.integration.kind == Service::Optimized && task.integration.is_lambda());
    if let (true, Some(payload), Value::Object(members)) = (is_invoked, result.get("Payload"), result) {
        let mut members = members.clone();
        members.insert("Payload", padded(payload, missing)?);
        return Some(Value::Object(members));
    }
    padded(result, missing)
}

/// A value with so many bytes more.
fn padded(value: &Value, missing: usize) -> Option<Value> {
    match value {
        Value::Object(members) => {
            let mut members = members.clone();
            let comma = usize::from(!members.is_empty());
            let quotes = PADDING.len() + r#""":"""#.len() + comma;
            members.insert(PADDING, Value::from("x".repeat(missing.saturating_sub(quotes))));
            Some(Value::Object(members))
        }
        Value::String(text) => Some(Value::from(format!("{text}{}", "x".repeat(missing)))),
        Value::Array(items) => {
            let last = items.last()?;
            let more = missing.div_ceil(last.json_len() + 1);
            Some(Value::array(
                items.iter().chain(std::iter::repeat_n(last, more)).cloned().collect::<Vec<_>>(),
            ))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Whether each of these tasks gave a large result in one of the runs.
pub(super) fn check(
    swollen_tasks: &[Swollen],
    machine: &Machine,
    histories: &[&History],
) -> Result<(), Failed> {
    for Swollen { path, bytes } in swollen_tasks {
        let state = machine.find(path).map(|state| state.id);
        let is_large = |history: &&History| {
            history.attempts.iter().any(|attempt| match &attempt.ending {
                Ending::Succeeded(result) => Some(attempt.state) == state && result.json_len() > *bytes,
                Ending::Failed { .. } | Ending::Aborted | Ending::Open => false,
            })
        };
        if !histories.iter().any(is_large) {
            let wrong = Wrong::new(format!("`{path}` gives no result in any run"));
            return Err(wrong.help("no run comes to it, or its calls fail").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    #[rstest]
    #[case::an_object("arn:aws:states:::aws-sdk:s3:getObject", r#"{"a":1}"#, 100)]
    #[case::an_empty_object("arn:aws:states:::aws-sdk:s3:getObject", "{}", 100)]
    #[case::what_a_function_answers(
        "arn:aws:states:::lambda:invoke",
        r#"{"Payload":{"a":1},"StatusCode":200}"#,
        100
    )]
    #[case::a_text("arn:aws:states:::lambda:invoke", r#"{"Payload":"ok"}"#, 300)]
    fn a_result_is_padded_to_one_byte_more(
        #[case] resource: &str,
        #[case] result: &str,
        #[case] bytes: usize,
    ) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "End": true}}}}}}"#
        );
        let machine = compile_text("m", &definition).unwrap();
        let result = Value::parse(result).unwrap();
        let large = swollen(&result, machine.find("A").unwrap(), bytes).unwrap();
        assert_eq!(large.json_len(), bytes + 1, "{large}");
    }
}
