//! Answers tasks as the recording saw them answered.

use std::sync::Arc;

use serde_json::Value as Json;
use sfn_chaos::mock::{Answer, Call, Reply, Responder};
use sfn_chaos::value::Value;

use super::text;

/// The outcomes that are left.
pub(crate) struct Replay {
    outcomes: Vec<Json>,
}

impl Replay {
    pub(crate) fn new(outcomes: &Json) -> Self {
        Self { outcomes: outcomes.as_array().cloned().unwrap_or_default() }
    }

    /// The first unused outcome of the state, in the same iteration, with the same request where that is known.
    fn take(&mut self, call: &Call<'_>) -> Option<Json> {
        let iteration: Vec<u64> = call.site.iteration.0.iter().map(|index| u64::from(*index)).collect();
        let parameters: Json = serde_json::from_str(&call.parameters.to_json()).unwrap_or_default();
        let fits = |outcome: &Json| {
            let path = outcome["path"].as_array().cloned().unwrap_or_default();
            let theirs: Vec<u64> = path.iter().filter_map(|place| place["iteration"].as_u64()).collect();
            text(outcome, "state") == &*call.state.name && theirs == iteration
        };
        let exact =
            self.outcomes.iter().position(|outcome| fits(outcome) && outcome["parameters"] == parameters);
        let at = exact.or_else(|| self.outcomes.iter().position(fits))?;
        Some(self.outcomes.remove(at))
    }
}

/// A text of a recording, as the simulator takes it.
fn shared(value: &Json) -> Arc<str> {
    Arc::from(value.as_str().unwrap_or_default())
}

impl Responder for Replay {
    fn answer(&mut self, call: Call<'_>) -> Answer {
        let Some(entry) = self.take(&call) else {
            let reply = Reply::Unmocked("the recording has no outcome for this call".to_owned());
            return Answer { after_ms: 0, heartbeats: true, reply };
        };
        let outcome = &entry["outcome"];
        let reply = if let Some(output) = outcome.get("succeed") {
            Reply::Return(Value::parse(&output.to_string()).unwrap_or_default())
        } else if let Some(failure) = outcome.get("fail") {
            Reply::Throw { error: shared(&failure["error"]), cause: shared(&failure["cause"]) }
        } else {
            Reply::Silence
        };
        let heartbeats = !matches!(reply, Reply::Silence);
        Answer { after_ms: 0, heartbeats, reply }
    }
}
