//! Task states: attempts, their timers, and the faults of the plan.

use std::sync::Arc;

use crate::asl::{State, Task};
use crate::catalog::{self, Pattern, Service};
use crate::contested::Contested;
use crate::error::{ErrorName, Origin};
use crate::expr::EvalError;
use crate::fault::{Class, Injection, injection, without};
use crate::history::{Attempt, Detail, Ending, EventId, EventType, Injected, Scheduled, Site, StrandId};
use crate::mock::{Answer, Call, FailingStep, Reply};
use crate::value::Value;

use super::Question;
use super::engine::Engine;
use super::failure::{Source, StateError};
use super::flow::oversized_cause;
use super::strand::{Phase, Step, at};

const HTTP_LONGEST_MS: u64 = 60_000;

/// What ends an attempt.
#[derive(Clone, Debug)]
pub(super) enum AttemptEnd {
    /// The service answers.
    Result(Value),
    /// The service, or the work, reports an error.
    Error { error: Option<Arc<str>>, cause: Option<Arc<str>>, step: FailingStep },
    /// `TimeoutSeconds` is over.
    TimedOut,
    /// `HeartbeatSeconds` went by without a heartbeat.
    HeartbeatMissed,
}

/// The timers of an attempt, in seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Timers {
    timeout: Option<u64>,
    heartbeat: Option<u64>,
}

/// What an attempt is going to do.
pub(super) struct Course {
    after_ms: u64,
    /// None: nothing but the timers ends it.
    pub(super) end: Option<AttemptEnd>,
    heartbeats: bool,
    applied: bool,
    /// What the submission answered, if somebody says so.
    submitted: Option<Value>,
    /// Who took the activity.
    worker: Option<Arc<str>>,
}

impl Course {
    /// The course of a fault.
    pub(super) fn of(after_ms: u64, end: Option<AttemptEnd>, heartbeats: bool, applied: bool) -> Self {
        Self { after_ms, end, heartbeats, applied, submitted: None, worker: None }
    }

    /// Docs, "Call HTTPS APIs": an endpoint that has not answered after 60 seconds has failed.
    fn within_http_limit(self) -> Self {
        if self.end.is_some() && self.after_ms <= HTTP_LONGEST_MS {
            return self;
        }
        let end = AttemptEnd::Error {
            error: Some(Arc::from("States.Http.Socket")),
            cause: Some(Arc::from("The endpoint did not respond within 60 seconds.")),
            step: FailingStep::Work,
        };
        Self { after_ms: HTTP_LONGEST_MS, end: Some(end), ..self }
    }

    /// The step that fails, if one does.
    fn failing_step(&self) -> Option<FailingStep> {
        match self.end {
            Some(AttemptEnd::Error { step, .. }) => Some(step),
            _ => None,
        }
    }
}

impl Engine<'_> {
    /// One attempt: the request is evaluated anew, scheduled, and its end is put on the clock.
    pub(super) fn attempt(&mut self, id: StrandId, state: &State, task: &Task) -> Step {
        let scheduled = match self.request(id, state, task) {
            Ok(scheduled) => scheduled,
            Err(_) if !self.consult(id, state, Question::Before) => return Step::End,
            Err(error) => return self.evaluation_failed(id, error),
        };
        let context = self.teller.is_some().then(|| self.whole_context(id));
        let parameters = scheduled.parameters.clone();
        if parameters.json_len() > self.limits().payload_bytes_max {
            return self.fail(id, super::flow::oversized(state), None);
        }
        let timers = Timers { timeout: scheduled.timeout_seconds, heartbeat: scheduled.heartbeat_seconds };
        self.strands[at(id)].attempts += 1;
        let event = self.emit(id, scheduled_type(task), Detail::Scheduled(Box::new(scheduled)));
        let (attempt, site) = self.open_attempt(id, event, parameters);
        if let Some(step) = self.real_attempt(id, state, task, attempt, &site, context.as_ref()) {
            return step;
        }
        let Some(course) = self.course(state, task, attempt, &site) else { return Step::End };
        self.history.attempts[attempt].applied = course.applied;
        let course = self.started(id, task, course);
        let (after_ms, end) = first_end(course, timers, self.case.task_ms);
        if let Some(context) = context
            && !self.consult_attempt(id, state, attempt, end.as_ref(), context)
        {
            return Step::End;
        }
        self.strands[at(id)].phase = Phase::Attempting { attempt, end };
        if let Some(after_ms) = after_ms {
            self.set_timer(id, after_ms);
        }
        if self.has_ended() { Step::End } else { Step::Block }
    }

    fn request(&self, id: StrandId, state: &State, task: &Task) -> Result<Scheduled, EvalError> {
        let input = self.effective_input(id, state)?;
        let parameters = self.arguments(id, state, &input)?;
        let timeout = match &task.timeout {
            Some(amount) => Some(self.whole_amount(id, amount, &input, "TimeoutSecondsPath")?),
            None => None,
        };
        let heartbeat = match &task.heartbeat {
            Some(amount) => Some(self.whole_amount(id, amount, &input, "HeartbeatSecondsPath")?),
            None => None,
        };
        let credentials = match &task.credentials {
            Some(template) => Some(self.with_env(id, &input, |env| template.eval(env))?),
            None => None,
        };
        if let Some(error) = super::request::refused(state, task, &parameters) {
            return Err(error);
        }
        Ok(Scheduled { parameters, timeout_seconds: timeout, heartbeat_seconds: heartbeat, credentials })
    }

    fn open_attempt(&mut self, id: StrandId, scheduled: EventId, parameters: Value) -> (usize, Site) {
        let iteration = self.history.iteration(id);
        let strand = &self.strands[at(id)];
        let now = self.clock.now();
        self.history.attempts.push(Attempt {
            state: strand.state,
            strand: id,
            visit: strand.visit,
            number: strand.attempts,
            scheduled,
            at: now,
            parameters,
            ending: Ending::Open,
            ended: None,
            ended_at: now,
            applied: false,
            injected: None,
        });
        (self.history.attempts.len() - 1, Site { state: strand.state, iteration, visit: strand.visit })
    }

    /// The answer of the service, or what the plan makes of it; `None` if the run ends here.
    fn course(&mut self, state: &State, task: &Task, attempt: usize, site: &Site) -> Option<Course> {
        let number = self.history.attempts[attempt].number;
        let fault = self.case.plan.fault_at(site, number).map(|(index, fault)| (index, fault.class.clone()));
        let Some((index, class)) = fault else {
            let answer = self.ask(state, site, number, attempt);
            return self.normal_course(state, answer);
        };
        let effect = injection(&class, task);
        self.history.injected.push(Injected { fault: index, class: class.clone(), attempt });
        self.history.attempts[attempt].injected = Some(self.history.injected.len() - 1);
        match effect {
            Injection::Fail { error, mut cause, after_ms, applied } => {
                let known = self.case.denials.iter().find(|(denied, _)| *denied == state.id);
                if let (Class::PermissionDenied, Some((_, denial))) = (&class, known) {
                    cause = denial.clone();
                }
                let written = self.case.causes.iter().find(|(at, of, _)| *at == state.id && *of == class);
                if let Some((_, _, written)) = written {
                    cause = written.clone();
                }
                let step = failing_step(&class);
                let end = AttemptEnd::Error { error: Some(error), cause: Some(cause), step };
                Some(Course::of(after_ms, Some(end), true, applied))
            }
            Injection::Silence { applied, heartbeats } => Some(Course::of(0, None, heartbeats, applied)),
            Injection::Late => Some(Course::of(0, None, false, true)),
            Injection::Oversized => {
                let end = AttemptEnd::Error {
                    error: Some(Arc::from(ErrorName::DATA_LIMIT)),
                    cause: Some(Arc::from(oversized_cause(state))),
                    step: FailingStep::Work,
                };
                Some(Course::of(0, Some(end), true, true))
            }
            Injection::Twice => {
                let answer = self.ask(state, site, number, attempt);
                self.normal_course(state, answer)
            }
            Injection::Without { path } => {
                let mut answer = self.ask(state, site, number, attempt);
                if let Reply::Return(result) = &mut answer.reply {
                    *result = without(result, &path);
                }
                self.normal_course(state, answer)
            }
            Injection::Member { path, value } => {
                let mut answer = self.ask(state, site, number, attempt);
                if let Reply::Return(result) = &mut answer.reply {
                    *result = with_member(result, &path, value);
                }
                self.normal_course(state, answer)
            }
            Injection::PartlyDone { member } => {
                let mut answer = self.ask(state, site, number, attempt);
                if let Reply::Return(result) = &mut answer.reply {
                    let request = &self.history.attempts[attempt].parameters;
                    *result = match catalog::partial_success(&task.integration) {
                        Some(partial) => partial.answer(request, result),
                        None => with_member(result, &[member], Value::array(vec![Value::empty_object()])),
                    };
                }
                self.normal_course(state, answer)
            }
        }
    }

    /// The normal answer. A call that a fault takes over uses none up, so that a script means the same with it.
    fn ask(&mut self, state: &State, site: &Site, attempt: u32, record: usize) -> Answer {
        let calls = &mut self.invocations[state.id.0 as usize];
        let invocation = *calls;
        *calls = calls.saturating_add(1);
        let parameters = &self.history.attempts[record].parameters;
        let at = self.clock.now();
        self.responder.answer(Call { state, site, at, attempt, invocation, parameters })
    }

    fn normal_course(&mut self, state: &State, answer: Answer) -> Option<Course> {
        let (end, applied) = match answer.reply {
            Reply::Return(value) => (Some(AttemptEnd::Result(value)), true),
            Reply::Throw { error, cause } => {
                (Some(AttemptEnd::Error { error, cause, step: answer.step }), false)
            }
            Reply::Silence => (None, false),
            Reply::Unmocked(advice) => {
                self.give_up("unmocked task", advice, &state.pointer);
                return None;
            }
        };
        let Answer { after_ms, heartbeats, submitted, worker, .. } = answer;
        let course = Course { after_ms, end, heartbeats, applied, submitted, worker };
        let is_http = state.task().is_some_and(|task| task.integration.kind == Service::Http);
        Some(if is_http { course.within_http_limit() } else { course })
    }

    /// Recorded on AWS: Scheduled, Started, and Submitted where the work goes on after the call.
    pub(super) fn started(&mut self, id: StrandId, task: &Task, mut course: Course) -> Course {
        let failing = course.failing_step();
        if failing.is_some_and(|step| ends_before_start(task, step)) {
            return course;
        }
        match task.integration.kind {
            Service::LambdaArn | Service::Unresolved => {
                self.emit(id, EventType::LambdaFunctionStarted, Detail::None);
            }
            Service::Activity => {
                self.emit(id, EventType::ActivityStarted, Detail::Worker(course.worker.take()));
            }
            Service::Optimized | Service::Sdk | Service::Http => {
                self.emit(id, EventType::TaskStarted, Detail::None);
                let waits = task.integration.pattern != Pattern::RequestResponse;
                if waits && failing != Some(FailingStep::Submit) {
                    let output = course.submitted.take().unwrap_or_else(|| self.submitted(id, task));
                    self.emit(id, EventType::TaskSubmitted, Detail::Output(output, None));
                }
            }
        }
        course
    }

    /// What the API usually answers to a submission; made once for a state.
    fn submitted(&mut self, id: StrandId, task: &Task) -> Value {
        let state = self.strands[at(id)].state;
        self.submitted.entry(state).or_insert_with(|| catalog::submitted(&task.integration)).clone()
    }

    /// The attempt ends.
    pub(super) fn end_attempt(
        &mut self,
        id: StrandId,
        state: &State,
        attempt: usize,
        end: AttemptEnd,
    ) -> Step {
        let Some(task) = state.task() else { unreachable!("only Task states have attempts") };
        let (error, cause, origin, kind) = match end {
            AttemptEnd::Result(value) if value.json_len() > self.limits().payload_bytes_max => {
                let (error, cause) = (Arc::from(ErrorName::DATA_LIMIT), Arc::from(oversized_cause(state)));
                (Some(error), Some(cause), Origin::Reported, failed_type(task, FailingStep::Work))
            }
            AttemptEnd::Result(value) => return self.attempt_succeeded(id, state, task, attempt, value),
            AttemptEnd::Error { error, cause, step } => {
                (error, cause, Origin::Reported, failed_type(task, step))
            }
            AttemptEnd::TimedOut => {
                (Some(Arc::from(ErrorName::TIMEOUT)), None, Origin::Reported, timed_out_type(task))
            }
            // Recorded on AWS: a missed heartbeat is shown as States.Timeout, without a cause.
            AttemptEnd::HeartbeatMissed => {
                let own_name = self.case.rules.departs(Contested::HeartbeatName);
                let name = if own_name { ErrorName::HEARTBEAT_TIMEOUT } else { ErrorName::TIMEOUT };
                (Some(Arc::from(name)), None, Origin::Heartbeat, timed_out_type(task))
            }
        };
        let error = StateError { error, cause, origin };
        let detail = Detail::Failure(error.error.clone(), error.cause.clone());
        let event = match kind {
            // Nothing was scheduled: the event stands in the place of the Scheduled one.
            EventType::LambdaFunctionScheduleFailed | EventType::ActivityScheduleFailed => {
                self.instead_of(self.history.attempts[attempt].scheduled, kind, detail)
            }
            _ => self.emit(id, kind, detail),
        };
        self.close_attempt(
            attempt,
            event,
            Ending::Failed {
                error: error.error.clone().unwrap_or_else(|| Arc::from("")),
                cause: error.cause.clone(),
                origin,
            },
        );
        self.fail(id, error, Some(Source::Attempt(attempt)))
    }

    fn attempt_succeeded(
        &mut self,
        id: StrandId,
        state: &State,
        task: &Task,
        attempt: usize,
        value: Value,
    ) -> Step {
        let kind = match task.integration.kind {
            Service::LambdaArn | Service::Unresolved => EventType::LambdaFunctionSucceeded,
            Service::Activity => EventType::ActivitySucceeded,
            Service::Optimized | Service::Sdk | Service::Http => EventType::TaskSucceeded,
        };
        let event = self.emit(id, kind, Detail::Output(value.clone(), None));
        self.close_attempt(attempt, event, Ending::Succeeded(value.clone()));
        self.complete(id, state, value)
    }

    fn close_attempt(&mut self, attempt: usize, event: EventId, ending: Ending) {
        let now = self.clock.now();
        let attempt = &mut self.history.attempts[attempt];
        attempt.ending = ending;
        attempt.ended = Some(event);
        attempt.ended_at = now;
    }
}

/// Whichever comes first: the answer, the timeout or a missed heartbeat. An answer in the last moment counts.
fn first_end(course: Course, timers: Timers, task_ms: u64) -> (Option<u64>, Option<AttemptEnd>) {
    let after_ms = if course.after_ms == 0 { task_ms } else { course.after_ms };
    let answer = course.end.map(|end| (after_ms, end));
    let timeout = timers.timeout.map(|seconds| (seconds.saturating_mul(1000), AttemptEnd::TimedOut));
    let heartbeat = timers
        .heartbeat
        .filter(|_| !course.heartbeats)
        .map(|seconds| (seconds.saturating_mul(1000), AttemptEnd::HeartbeatMissed));
    let mut first: Option<(u64, AttemptEnd)> = None;
    for candidate in [answer, heartbeat, timeout].into_iter().flatten() {
        if first.as_ref().is_none_or(|(at, _)| candidate.0 < *at) {
            first = Some(candidate);
        }
    }
    match first {
        Some((after_ms, end)) => (Some(after_ms), Some(end)),
        None => (None, None),
    }
}

/// Where a fault fails the attempt: a refused request submits no work.
fn failing_step(class: &Class) -> FailingStep {
    match class {
        Class::Throttling | Class::ServiceError | Class::PermissionDenied => FailingStep::Submit,
        _ => FailingStep::Work,
    }
}

fn scheduled_type(task: &Task) -> EventType {
    match task.integration.kind {
        Service::LambdaArn | Service::Unresolved => EventType::LambdaFunctionScheduled,
        Service::Activity => EventType::ActivityScheduled,
        Service::Optimized | Service::Sdk | Service::Http => EventType::TaskScheduled,
    }
}

/// API reference, "HistoryEvent": which failures have a type of their own. Where one has none, the next later step
/// has: there is no TaskScheduleFailed and no ActivityStartFailed.
fn failed_type(task: &Task, step: FailingStep) -> EventType {
    let waits = task.integration.pattern != Pattern::RequestResponse;
    match (task.integration.kind, step) {
        (Service::LambdaArn | Service::Unresolved, FailingStep::Schedule) => {
            EventType::LambdaFunctionScheduleFailed
        }
        (Service::LambdaArn | Service::Unresolved, FailingStep::Start) => {
            EventType::LambdaFunctionStartFailed
        }
        (Service::LambdaArn | Service::Unresolved, _) => EventType::LambdaFunctionFailed,
        (Service::Activity, FailingStep::Schedule) => EventType::ActivityScheduleFailed,
        (Service::Activity, _) => EventType::ActivityFailed,
        (_, FailingStep::Schedule | FailingStep::Start) => EventType::TaskStartFailed,
        (_, FailingStep::Submit) if waits => EventType::TaskSubmitFailed,
        (_, FailingStep::Submit | FailingStep::Work) => EventType::TaskFailed,
    }
}

/// Whether a failure of this step comes in the place of the Started event.
fn ends_before_start(task: &Task, step: FailingStep) -> bool {
    matches!(
        failed_type(task, step),
        EventType::LambdaFunctionScheduleFailed
            | EventType::LambdaFunctionStartFailed
            | EventType::ActivityScheduleFailed
            | EventType::TaskStartFailed
    )
}

fn timed_out_type(task: &Task) -> EventType {
    match task.integration.kind {
        Service::LambdaArn | Service::Unresolved => EventType::LambdaFunctionTimedOut,
        Service::Activity => EventType::ActivityTimedOut,
        Service::Optimized | Service::Sdk | Service::Http => EventType::TaskTimedOut,
    }
}

/// `result` with the member at `path` replaced; lists are entered at the given index, missing objects are made.
fn with_member(result: &Value, path: &[Arc<str>], value: Value) -> Value {
    let Some((name, rest)) = path.split_first() else { return value };
    if let Value::Array(items) = result {
        let mut items = items.clone();
        if let Ok(index) = name.parse::<usize>()
            && let Some(item) = items.get(index)
        {
            let changed = with_member(item, rest, value);
            items.set(index, changed);
        }
        return Value::Array(items);
    }
    let mut object = result.as_object().cloned().unwrap_or_default();
    let inner = with_member(object.get(name).unwrap_or(&Value::Null), rest, value);
    object.insert(name.clone(), inner);
    Value::Object(object)
}
