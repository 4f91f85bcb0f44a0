//! What tasks answer, and what an execution starts with, when nobody says otherwise.

use std::sync::Arc;

use super::invent::Inventor;
use crate::asl::{Kind, State};
use crate::catalog::models::{Shape, result_shape};
use crate::catalog::{self, conform};
use crate::expr::Template;
use crate::mock::{Answer, Script, Sequence};
use crate::model::{Model, Source};
use crate::value::Value;

/// An entry of an S3 listing, for the readers of distributed Maps. Docs, "ItemReader": `listObjectsV2`.
const S3_OBJECT: &str = r#"[{"Etag":"\"0123456789abcdef\"","Key":"folder/item-1.json",
    "LastModified":1767225600,"Size":1024,"StorageClass":"STANDARD"}]"#;

/// An input with everything that the machine reads of it.
pub fn input_for(model: &Model) -> Value {
    let Some(root) = model.demands().root(Source::Input) else { return Value::empty_object() };
    let inventor = Inventor { demands: model.demands(), request: None, api: None };
    match inventor.whole(root, Some(&Value::empty_object())) {
        // What the machine writes itself before it reads it, no input brings.
        Value::Object(object) => {
            let brought = object.iter().filter(|(name, _)| !model.gaps().is_written_first(name));
            Value::Object(brought.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        other => other,
    }
}

/// The result of a task whose work went well, or the items that a Map's reader reads: the members that the API
/// has, and everything that the machine reads.
pub fn result_for(model: &Model, state: &State) -> Value {
    let (source, known) = match &state.kind {
        Kind::Task(task) => {
            let typical = catalog::typical_result(&task.integration);
            let known = typical.unwrap_or_else(Value::empty_object);
            (Source::Result(state.id), known)
        }
        _ => (Source::ItemReader(state.id), Value::parse(S3_OBJECT).unwrap_or_default()),
    };
    let api = api_of(state);
    match model.demands().root(source) {
        Some(root) => {
            let request = state.flow.parameters.as_ref().map(literals);
            Inventor { demands: model.demands(), request: request.as_ref(), api }.whole(root, Some(&known))
        }
        None => known,
    }
}

/// The shape of a task's result, where an API gives it.
pub(super) fn api_of(state: &State) -> Option<Shape> {
    let integration = &state.task()?.integration;
    // A job's result is something taken out of the answer of the call that polls it.
    result_shape(integration).shape().filter(|_| conform::answers_like_the_api(integration))
}

/// The script with generated answers for every state that it does not mention.
pub fn complete(model: &Model, script: &Script) -> Script {
    let mut script = script.clone();
    for state in model.machine.states.iter().filter(|state| asks(state)) {
        if !script.answers.contains_key(&state.path) {
            let answer = Answer::of(result_for(model, state));
            script.answers.insert(Arc::clone(&state.path), Sequence::generated(answer));
        }
    }
    script
}

/// Whether a state needs answers.
fn asks(state: &State) -> bool {
    match &state.kind {
        Kind::Task(_) => true,
        Kind::Map(map) => map.item_reader.is_some(),
        _ => false,
    }
}

/// The members of a request that are written down.
pub(super) fn literals(parameters: &Template) -> Value {
    match parameters {
        Template::Literal(value) => value.clone(),
        Template::Object(members) => {
            let written = members.iter().filter_map(|(name, member)| match member {
                Template::Literal(value) => Some((name.clone(), value.clone())),
                _ => None,
            });
            Value::Object(written.collect())
        }
        _ => Value::Null,
    }
}
