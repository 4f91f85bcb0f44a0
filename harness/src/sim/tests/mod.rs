//! Histories of small machines, event by event.

mod contested;
mod context;
mod large;
mod tasks;
mod traps;

use crate::asl::{Machine, MachineType, compile_text};
use crate::history::{History, Outcome, wire};
use crate::mock::{Answer, Call, Reply};
use crate::value::Value;

use super::{Case, run};

const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:Work";

fn value(text: &str) -> Value {
    Value::parse(text).expect("test values are JSON")
}

fn machine(definition: &str) -> Machine {
    compile_text("test", definition).expect("test definitions are valid")
}

fn case(input: &str) -> Case {
    Case { task_ms: 0, ..Case::new(value(input)) }
}

/// Runs a definition as a Standard execution of the empty object; every task gets this answer.
fn answered(definition: &str, answer: &Answer) -> History {
    run(&machine(definition), &case("{}"), &mut |_: Call<'_>| answer.clone())
}

/// Runs a definition whose tasks are not called.
fn passed(definition: &str, case: &Case) -> History {
    run(&machine(definition), case, &mut |call: Call<'_>| panic!("{} is not answered", call.state.name))
}

fn express(input: &str) -> Case {
    Case { machine_type: MachineType::Express, ..case(input) }
}

/// One task, with more fields than `Type` and `Resource`; `Next` may be `Handler`.
fn task(resource: &str, fields: &str) -> String {
    let fields = if fields.is_empty() { r#""End":true"# } else { fields };
    let handler = if fields.contains("Handler") { r#","Handler":{"Type":"Pass","End":true}"# } else { "" };
    format!(
        r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"{resource}",{fields}}}{handler}}}}}"#
    )
}

/// The same with a catcher for everything.
fn caught(resource: &str, fields: &str) -> String {
    let catch = r#""Catch":[{"ErrorEquals":["States.ALL"],"Next":"Handler"}],"End":true"#;
    task(resource, &format!("{fields}{catch}"))
}

fn kinds(history: &History) -> Vec<&'static str> {
    history.events.iter().map(|event| event.kind.name()).collect()
}

/// The types of the events between the entry of the first state and its end.
fn inner_kinds(history: &History) -> Vec<&'static str> {
    let inner = kinds(history).into_iter().skip(2);
    inner.take_while(|kind| !kind.ends_with("Exited") && !kind.starts_with("Execution")).collect()
}

/// The output, or the error and its cause.
fn end(history: &History) -> String {
    match &history.outcome {
        Outcome::Succeeded { output } => output.to_json(),
        Outcome::Failed { error, cause } => {
            let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or("none").to_owned();
            format!("{}: {}", text(error), text(cause))
        }
        Outcome::Unknown(unknown) => unknown.to_string(),
        other => other.status().to_owned(),
    }
}

/// The details of the first event of a type, as AWS writes them.
fn details(history: &History, machine: &Machine, kind: &str) -> Value {
    let events = wire::events(history, machine, Case::EPOCH_MS);
    let event = events
        .iter()
        .find(|event| event.get("type").and_then(Value::as_str) == Some(kind))
        .unwrap_or_else(|| panic!("no {kind} in {:?}", kinds(history)));
    let members = event.as_object().expect("an event is an object").iter();
    let mut details = members.filter(|(name, _)| name.ends_with("EventDetails")).map(|(_, details)| details);
    details.next().cloned().unwrap_or(Value::Null)
}

fn throw(error: &str) -> Answer {
    Answer::with(Reply::throw(error, "because"))
}
