//! A real history as a scenario of the simulator: what its tasks answered becomes the script of answers, so that a
//! changed definition can be tried on the same failure.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::analyse::{Subject, ends_at};
use super::class::{Timer, classify, timer_of};
use super::failure::{Failure, FailureKind};
use super::shape::{StateKind, is_call_failure, is_call_success, is_call_timeout};
use super::timeline::{Attempt, Timeline, VisitId};
use crate::asl::{MachineType, State};
use crate::catalog::ErrorClass;
use crate::generate::{Origin, Scenario, complete, input_for, result_for};
use crate::history::EventType;
use crate::mock::{Answer, Author, FailingStep, Reply, Script, Sequence, Then};
use crate::model::Model;
use crate::sim::{Case, Stop};
use crate::value::Value;

/// A history as a scenario.
#[derive(Clone, Debug)]
pub struct Recast {
    /// Its input, and what its tasks answered.
    pub scenario: Scenario,
    /// The same without the failures: what later judges compare with.
    pub sound: Scenario,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// When it started, in milliseconds since 1970.
    pub epoch_ms: i64,
    /// Its name.
    pub execution_name: String,
    /// The call that stopped it.
    pub stop: Option<Stop>,
    /// `RedriveExecution`, so many milliseconds after each unsuccessful end.
    pub redrives_after_ms: Vec<u64>,
    /// What had to be made up.
    pub notes: Vec<String>,
}

/// Recasts a history for a definition. `input` wins over what the export holds.
pub fn recast(subject: &Subject<'_>, model: &Model, input: Option<Value>) -> Recast {
    let timeline = Timeline::new(subject.recording);
    let mut writer = Writer { timeline: &timeline, model, made_up: Vec::new() };
    let script = writer.script();
    let mut notes = writer.notes();
    let input = input.or_else(|| exported_input(&timeline)).unwrap_or_else(|| {
        notes.push(
            "The export holds no input; the replay uses a generated one. Give it with --input.".to_owned(),
        );
        input_for(model)
    });
    let sound = sound(&script, model);
    let scenario = |name: &str, script: &Script| Scenario {
        name: name.to_owned(),
        input: input.clone(),
        script: Arc::new(complete(model, script)),
        origin: Origin::User,
    };
    let arn: Vec<&str> = subject.recording.execution_arn.as_deref().unwrap_or_default().split(':').collect();
    let is_express = arn.get(5) == Some(&"express");
    Recast {
        scenario: scenario("recorded", &script),
        sound: scenario("recorded, without its failures", &sound),
        machine_type: if is_express { MachineType::Express } else { MachineType::Standard },
        epoch_ms: started_ms(&timeline).unwrap_or(Case::EPOCH_MS),
        execution_name: arn.get(7).map_or_else(|| "recorded".to_owned(), |name| (*name).to_owned()),
        stop: stop(&timeline),
        redrives_after_ms: redrives(&timeline),
        notes,
    }
}

/// How long after an end each redrive came.
fn redrives(timeline: &Timeline<'_>) -> Vec<u64> {
    let mut ended_ms = None;
    let mut found = Vec::new();
    for event in &timeline.recording.events {
        match event.known() {
            Some(EventType::ExecutionFailed | EventType::ExecutionTimedOut | EventType::ExecutionAborted) => {
                ended_ms = event.at_ms;
            }
            Some(EventType::ExecutionRedriven) => {
                let after = event.at_ms.zip(ended_ms).map_or(0, |(to, from)| to.saturating_sub(from).max(0));
                found.push(after as u64);
            }
            _ => {}
        }
    }
    found
}

fn started_ms(timeline: &Timeline<'_>) -> Option<i64> {
    timeline.recording.events.first()?.at_ms
}

fn exported_input(timeline: &Timeline<'_>) -> Option<Value> {
    let started =
        |event: &&crate::history::import::Recorded| event.known() == Some(EventType::ExecutionStarted);
    let exported = timeline.recording.events.iter().find(started).and_then(|event| event.input.as_ref());
    let described = || timeline.recording.described.as_ref().and_then(|described| described.input.as_ref());
    exported.or_else(described)?.value()
}

/// `StopExecution`, at the time at which it was called.
fn stop(timeline: &Timeline<'_>) -> Option<Stop> {
    let end = timeline.event(ends_at(timeline)?);
    if end.known() != Some(EventType::ExecutionAborted) {
        return None;
    }
    let after = end.at_ms.zip(started_ms(timeline)).map_or(0, |(to, from)| to.saturating_sub(from).max(0));
    Some(Stop { after_ms: after as u64, error: end.error.clone(), cause: end.cause.clone() })
}

/// The script with the failed calls left out, as it would have gone without them.
fn sound(script: &Script, model: &Model) -> Script {
    let mut sound = script.clone();
    for (path, sequence) in &mut sound.answers {
        let state = model.machine.find(path);
        sequence.calls.retain(|answer| matches!(answer.reply, Reply::Return(_)));
        if let (true, Some(state)) = (sequence.calls.is_empty(), state) {
            sequence.calls.push(Answer::of(result_for(model, state)));
        }
        sequence.then = Then::Repeat;
    }
    sound
}

/// Writes the answers of all states.
struct Writer<'a> {
    timeline: &'a Timeline<'a>,
    model: &'a Model,
    /// States whose answers are not in the export.
    made_up: Vec<Arc<str>>,
}

impl Writer<'_> {
    fn script(&mut self) -> Script {
        let timeline = self.timeline;
        // A history that was full cut the last call off; it would have been answered like those before.
        let full = timeline.recording.events.last().is_some_and(|event| {
            event.cause.as_deref().is_some_and(|cause| cause.contains("maximum number of history events"))
        });
        let mut calls: Vec<(usize, VisitId, Attempt)> = Vec::new();
        for (visit, seen) in
            timeline.visits.iter().enumerate().filter(|(_, seen)| seen.kind == StateKind::Task)
        {
            let attempts = seen.attempts.iter().filter(|attempt| attempt.ended.is_some() || !full);
            calls.extend(attempts.map(|attempt| (attempt.scheduled.unwrap_or(0), visit, *attempt)));
        }
        calls.sort_by_key(|(scheduled, ..)| *scheduled);
        let mut answers: BTreeMap<Arc<str>, Sequence> = BTreeMap::new();
        let model = self.model;
        for (_, visit, attempt) in calls {
            let Some(state) = timeline.state(visit, Some(&*model.machine)) else { continue };
            let answer = self.answer(state, attempt);
            let then = self.then(state, visit, attempt);
            let sequence = answers.entry(state.path.clone()).or_insert_with(|| Sequence {
                calls: Vec::new(),
                then: Then::Repeat,
                by: Author::User,
            });
            sequence.calls.push(answer);
            sequence.then = then;
        }
        Script { answers, ..Script::default() }
    }

    fn answer(&mut self, state: &State, attempt: Attempt) -> Answer {
        let timeline = self.timeline;
        let event = |at: Option<usize>| at.map(|at| timeline.event(at));
        let ended = event(attempt.ended);
        let kind = ended.and_then(crate::history::import::Recorded::known);
        let took = ended
            .and_then(|event| event.at_ms)
            .zip(event(attempt.started.or(attempt.scheduled)).and_then(|event| event.at_ms))
            .map_or(Case::TASK_MS, |(to, from)| to.saturating_sub(from).max(0) as u64);
        let submitted = event(attempt.submitted).and_then(|event| event.output.as_ref()?.value());
        let worker = event(attempt.started).and_then(|event| event.worker.clone());
        let (reply, heartbeats) = match (kind, ended) {
            (Some(kind), Some(ended)) if is_call_success(kind) => {
                let output = ended.output.as_ref().and_then(crate::history::import::Payload::value);
                (Reply::Return(output.unwrap_or_else(|| self.make_up(state))), true)
            }
            (Some(kind), Some(_)) if is_call_timeout(kind) => {
                (Reply::Silence, !matches!(timer_of(timeline, &attempt), Timer::Heartbeat { .. }))
            }
            (Some(_), Some(ended)) => {
                (Reply::Throw { error: ended.error.clone(), cause: ended.cause.clone() }, true)
            }
            _ => (Reply::Silence, true),
        };
        Answer { after_ms: took, heartbeats, submitted, worker, step: step(kind), ..Answer::with(reply) }
    }

    /// What further calls get, which a changed definition may make: what passes by itself has passed by then.
    fn then(&mut self, state: &State, visit: VisitId, attempt: Attempt) -> Then {
        let Some(at) = attempt.ended else { return Then::Repeat };
        let event = self.timeline.event(at);
        if !event.known().is_some_and(is_call_failure) {
            return Then::Repeat;
        }
        let failure = Failure {
            at,
            visit: Some(visit),
            kind: FailureKind::Call,
            error: event.error.clone(),
            cause: event.cause.clone(),
        };
        let integration = self.timeline.integration(visit);
        match classify(self.timeline, &failure, integration.as_ref()).0 {
            ErrorClass::Throttling | ErrorClass::Transient | ErrorClass::Quota | ErrorClass::Timeout => {
                Then::Answer(Answer::of(result_for(self.model, state)))
            }
            _ => Then::Repeat,
        }
    }

    fn make_up(&mut self, state: &State) -> Value {
        if !self.made_up.contains(&state.path) {
            self.made_up.push(state.path.clone());
        }
        result_for(self.model, state)
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.made_up.is_empty() {
            let names: Vec<_> = self.made_up.iter().map(|path| format!("`{path}`")).collect();
            notes.push(format!(
                "The export does not hold what {} answered; the replay uses generated results.",
                names.join(", ")
            ));
        }
        let events = &self.timeline.recording.events;
        if events.iter().any(|event| event.known() == Some(EventType::MapRunStarted)) {
            notes.push(
                "The child executions of a distributed Map have histories of their own; the replay uses generated \
                 results for them."
                    .to_owned(),
            );
        }
        notes
    }
}

/// Which step failed, as the type of the event tells.
fn step(kind: Option<EventType>) -> FailingStep {
    match kind {
        Some(EventType::LambdaFunctionScheduleFailed | EventType::ActivityScheduleFailed) => {
            FailingStep::Schedule
        }
        Some(EventType::LambdaFunctionStartFailed | EventType::TaskStartFailed) => FailingStep::Start,
        Some(EventType::TaskSubmitFailed) => FailingStep::Submit,
        _ => FailingStep::Work,
    }
}
