//! Answers tasks as the recording saw them answered.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use sfn_chaos::asl::State;
use sfn_chaos::mock::{Answer, Call, FailingStep, Objects, Reply, Responder};
use sfn_chaos::value::Value;

use super::text;

/// The outcomes that are left.
pub(crate) struct Replay {
    outcomes: Vec<Json>,
    objects: Objects,
    unobserved: Json,
}

impl Replay {
    /// For the tasks and the stored objects of a case.
    pub(crate) fn new(case: &Json) -> Self {
        Self {
            outcomes: case["task_outcomes"].as_array().cloned().unwrap_or_default(),
            objects: stored(&case["fixtures"]["s3"]),
            unobserved: case["flags"]["unobserved_task_states"].clone(),
        }
    }

    /// What a task answered whose outcome is in no history, such as one of a child execution, can only be assumed:
    /// that it gives back what it was sent.
    fn unobserved(&self, call: &Call<'_>) -> Option<Answer> {
        let states = self.unobserved.as_array()?;
        let is_unobserved = states.iter().any(|name| name.as_str() == Some(&*call.state.name));
        is_unobserved.then(|| Answer::of(call.parameters.clone()))
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

/// `"bucket/key"` to content.
fn stored(objects: &Json) -> Objects {
    let mut store = Objects::default();
    for (place, content) in objects.as_object().into_iter().flatten() {
        let (bucket, key) = place.split_once('/').unwrap_or((place, ""));
        let text = content.as_str().map(|text| text.as_bytes().to_vec());
        let coded = || STANDARD.decode(content["base64"].as_str().unwrap_or_default()).unwrap_or_default();
        store.put(bucket, key, text.unwrap_or_else(coded));
    }
    store
}

impl Responder for Replay {
    fn objects(&self, _reader: &State) -> Option<Objects> {
        Some(self.objects.clone())
    }

    fn answer(&mut self, call: Call<'_>) -> Answer {
        let Some(entry) = self.take(&call) else {
            let unmocked =
                || Answer::with(Reply::Unmocked("the recording has no outcome for this call".to_owned()));
            return self.unobserved(&call).unwrap_or_else(unmocked);
        };
        let outcome = &entry["outcome"];
        let reply = if let Some(output) = outcome.get("succeed") {
            Reply::Return(value(output))
        } else if let Some(failure) = outcome.get("fail") {
            let text = |name: &str| failure[name].as_str().map(Arc::from);
            Reply::Throw { error: text("error"), cause: text("cause") }
        } else {
            Reply::Silence
        };
        let heartbeats = !matches!(reply, Reply::Silence);
        let step = failing_step(&entry);
        let submitted = entry.get("submitted_output").map(value);
        let worker = entry["worker_name"].as_str().map(Arc::from);
        Answer { heartbeats, submitted, worker, step, ..Answer::with(reply) }
    }
}

/// Which step failed, as the types of the recorded events tell.
fn failing_step(entry: &Json) -> FailingStep {
    let mut events = entry["events"].as_array().into_iter().flatten().filter_map(Json::as_str);
    match events.next_back() {
        Some("LambdaFunctionScheduleFailed" | "ActivityScheduleFailed") => FailingStep::Schedule,
        Some("LambdaFunctionStartFailed" | "TaskStartFailed") => FailingStep::Start,
        Some("TaskSubmitFailed") => FailingStep::Submit,
        _ => FailingStep::Work,
    }
}

fn value(json: &Json) -> Value {
    Value::parse(&json.to_string()).unwrap_or_default()
}
