//! The JSON of what a case gives from outside: parts of the context object, and the call that stops it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::sim::{Given, Stop};
use crate::value::{Object, Value};

/// Parts of the context object, as it names them.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContextPart {
    #[serde(default, rename = "Execution", skip_serializing_if = "BTreeMap::is_empty")]
    execution: BTreeMap<String, Value>,
    #[serde(default, rename = "StateMachine", skip_serializing_if = "BTreeMap::is_empty")]
    state_machine: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StopPart {
    after_ms: u64,
    error: Option<String>,
    cause: Option<String>,
}

impl ContextPart {
    pub(super) fn is_empty(&self) -> bool {
        self.execution.is_empty() && self.state_machine.is_empty()
    }
}

impl From<&Given> for ContextPart {
    fn from(given: &Given) -> Self {
        let members =
            |part: &Object| part.iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
        Self { execution: members(&given.execution), state_machine: members(&given.state_machine) }
    }
}

impl From<ContextPart> for Given {
    fn from(part: ContextPart) -> Self {
        let members = |part: BTreeMap<String, Value>| {
            part.into_iter().map(|(key, value)| (Arc::from(key), value)).collect()
        };
        Self { execution: members(part.execution), state_machine: members(part.state_machine) }
    }
}

impl From<&Stop> for StopPart {
    fn from(stop: &Stop) -> Self {
        let text = |text: &Option<Arc<str>>| text.as_ref().map(ToString::to_string);
        Self { after_ms: stop.after_ms, error: text(&stop.error), cause: text(&stop.cause) }
    }
}

impl From<StopPart> for Stop {
    fn from(part: StopPart) -> Self {
        Self { after_ms: part.after_ms, error: part.error.map(Into::into), cause: part.cause.map(Into::into) }
    }
}
