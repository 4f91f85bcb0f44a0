//! What would be asked, found out without asking.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Ask, AskError, Offline};
use crate::value::Value;

/// This program's own TestState, which remembers what it was asked: the plan of a walk that asks somebody else.
///
/// It is a forecast. Where the other answers differently, the walk goes on differently.
#[derive(Debug, Default)]
pub struct Rehearsal {
    offline: Offline,
    asked: Mutex<BTreeMap<String, Value>>,
}

impl Rehearsal {
    /// The requests that differ, in the order of their texts.
    pub fn requests(&self) -> Vec<Value> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

impl Ask for Rehearsal {
    fn ask(&self, request: &Value) -> Result<Value, AskError> {
        let text = request.to_json();
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(text)
            .or_insert_with(|| request.clone());
        self.offline.ask(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_requests_are_planned_once() {
        let rehearsal = Rehearsal::default();
        let request =
            Value::parse(r#"{"definition": {"Type": "Succeed"}, "input": "{\"a\": 1}"}"#).expect("JSON");
        let answers = [rehearsal.ask(&request), rehearsal.ask(&request)];
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], Offline::default().ask(&request));
        assert_eq!(rehearsal.requests(), [request]);
    }
}
