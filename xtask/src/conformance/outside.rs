//! What was done to a recorded execution from outside.
//!
//! A recording does not say when: an execution is stopped here as soon as it has shown what the recording shows before
//! the stop.

use serde_json::Value as Json;
use sfn_chaos::asl::Machine;
use sfn_chaos::sim::{self, Stop};

use super::replay::Replay;
use super::text;

/// The call that stopped the execution, if it was stopped.
pub(crate) fn stop(case: &Json, row: &Json, machine: &Machine, run: &sim::Case) -> Option<Stop> {
    if text(&row["expected"], "status") != "ABORTED" {
        return None;
    }
    let history = sim::run(machine, run, &mut Replay::new(case));
    let before = row["expected"]["history"].as_array().map_or(1, |events| events.len().saturating_sub(1));
    let last = history.events.get(before.max(1) - 1).or(history.events.last());
    let actions = &case["external_actions"];
    Some(Stop {
        after_ms: last.map_or(0, |event| event.at.0) + 1,
        error: member(actions, "error").map(Into::into),
        cause: member(actions, "cause").map(Into::into),
    })
}

/// The first member of this name, however deep.
fn member<'j>(value: &'j Json, name: &str) -> Option<&'j str> {
    match value {
        Json::Object(members) => {
            let own = members.get(name).and_then(Json::as_str);
            own.or_else(|| members.values().find_map(|value| member(value, name)))
        }
        Json::Array(items) => items.iter().find_map(|value| member(value, name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sfn_chaos::asl::compile_text;
    use sfn_chaos::value::Value;

    use super::*;

    #[test]
    fn an_execution_is_stopped_where_the_recording_ends() {
        let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":5,"Next":"B"},
            "B":{"Type":"Wait","Seconds":5,"End":true}}}"#;
        let machine = compile_text("m", definition).expect("a valid definition");
        let case = json!({"external_actions": [{"action": "StopExecution", "request": {"cause": "enough"}}],
            "expected": {"status": "ABORTED", "history": [1, 2, 3, 4, 5]}});
        let stop = stop(&case, &case, &machine, &sim::Case::new(Value::Null)).expect("it was stopped");
        assert_eq!(stop, Stop { after_ms: 5_001, error: None, cause: Some("enough".into()) });
    }
}
