//! From a recording to its diagnosis.

use std::collections::BTreeSet;

use super::class::{classify, nested_error};
use super::diagnosis::{Diagnosis, Ended, Execution, Nested, RootCause};
use super::failure::{Failure, FailureKind};
use super::remedy::{self, Facts};
use super::timeline::{At, Timeline, VisitId};
use super::{echo, handling, kept, look, risks, safety, said, summary};
use crate::asl::{Kind, Machine, State, TextSource};
use crate::catalog::{ErrorClass, Integration};
use crate::error::ErrorName;
use crate::history::EventType;
use crate::history::import::{Origin, Recording};
use crate::iam::policy::Grants;
use crate::model::Model;
use crate::oracle::{self, Violation};
use crate::value::Value;

/// A shorter cause says by itself what is in it.
const PLAIN_MAX: usize = 120;

/// What is diagnosed, and what is known besides.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The history.
    pub recording: &'a Recording,
    /// The definition that ran.
    pub model: Option<&'a Model>,
    /// The policy of the execution role.
    pub policy: Option<&'a Grants>,
}

/// The failure that came first and the one that the execution ended with; they differ where it was retried.
#[derive(Clone, Debug)]
pub(super) struct Roots {
    pub(super) first: Failure,
    pub(super) last: Failure,
    /// The Fail state behind a catcher that reports it.
    pub(super) fail_state: Option<At>,
}

/// Diagnoses one execution.
pub fn diagnose(subject: &Subject<'_>) -> Diagnosis {
    let timeline = Timeline::new(subject.recording);
    let machine = subject.model.map(|model| &*model.machine);
    let end = ends_at(&timeline);
    let execution = execution(subject.recording, &timeline, end);
    let roots = roots(&timeline, execution.status, end, machine);
    let root = roots.as_ref().map(|roots| root_cause(&timeline, roots, machine));
    let mut shown = BTreeSet::new();
    let echoes = roots.as_ref().map(|roots| echo::echoes(&timeline, roots, machine, &mut shown));
    let others = echo::others(&timeline, machine, &shown);
    let handling = match (&roots, &root, machine) {
        (Some(roots), Some(root), Some(machine)) => {
            handling::consulted(&timeline, &roots.last, root.timer.as_ref(), machine)
        }
        _ => Vec::new(),
    };
    let called = roots.as_ref().and_then(|roots| roots.first.visit);
    let integration = roots.as_ref().and_then(|roots| called_at(&timeline, &roots.first));
    let request = called.and_then(|visit| timeline.request(visit));
    let is_call = roots.as_ref().is_some_and(|roots| roots.first.kind == FailureKind::Call);
    let class = root.as_ref().and_then(|root| root.class).filter(|_| is_call);
    let not_taken = roots.as_ref().is_some_and(|roots| summary::not_taken(&timeline, roots));
    let safety = class.map(|class| {
        if not_taken {
            safety::Safety::Safe { because: "nobody had begun the work".to_owned() }
        } else {
            safety::safety(class, integration.as_ref(), request.as_ref())
        }
    });
    let fixes = roots.as_ref().zip(root.as_ref()).map(|(roots, root)| {
        remedy::remedies(&Facts {
            timeline: &timeline,
            roots,
            root,
            integration: integration.as_ref(),
            request: request.as_ref(),
            safety: safety.as_ref(),
            model: subject.model,
            handling: &handling,
            policy: subject.policy,
        })
    });
    let risks = risks::risks(&timeline, &execution, roots.as_ref(), root.as_ref(), subject.model);
    Diagnosis {
        notes: summary::notes(subject, &timeline, &execution),
        execution,
        root,
        echoes: echoes.unwrap_or_default(),
        others,
        handling,
        data: roots.as_ref().map(|roots| kept::lines(&timeline, roots, subject.model)).unwrap_or_default(),
        fixes: fixes.unwrap_or_default(),
        safety,
        risks,
        advice: subject.model.map(|model| advice(&timeline, model)).unwrap_or_default(),
    }
}

/// What the definition alone shows of the states that the execution entered, and of the machine as a whole.
fn advice(timeline: &Timeline<'_>, model: &Model) -> Vec<Violation> {
    let mut advice = oracle::advice(model);
    advice.retain(|violation| {
        let name = violation.state.map(|state| &model.machine.state(state).name);
        name.is_none_or(|name| timeline.visits.iter().any(|visit| visit.name == *name))
    });
    advice
}

/// The event that ended the execution; none after a redrive, until it ends again.
pub(super) fn ends_at(timeline: &Timeline<'_>) -> Option<At> {
    let is_about_it = |at: &At| {
        timeline.event(*at).known().is_some_and(|kind| {
            matches!(
                kind,
                EventType::ExecutionSucceeded
                    | EventType::ExecutionFailed
                    | EventType::ExecutionTimedOut
                    | EventType::ExecutionAborted
                    | EventType::ExecutionRedriven
            )
        })
    };
    let last = (0..timeline.recording.events.len()).rev().find(is_about_it)?;
    (timeline.event(last).known() != Some(EventType::ExecutionRedriven)).then_some(last)
}

fn execution(recording: &Recording, timeline: &Timeline<'_>, end: Option<At>) -> Execution {
    let described = recording.described.as_ref();
    let status = match end.and_then(|at| timeline.event(at).known()) {
        Some(EventType::ExecutionSucceeded) => Ended::Succeeded,
        Some(EventType::ExecutionFailed) => Ended::Failed,
        Some(EventType::ExecutionTimedOut) => Ended::TimedOut,
        Some(EventType::ExecutionAborted) => Ended::Aborted,
        _ => without_end(recording),
    };
    let event = end.map(|at| timeline.event(at));
    let error = event.and_then(|event| event.error.clone()).or_else(|| described?.error.clone());
    let cause = event.and_then(|event| event.cause.clone()).or_else(|| described?.cause.clone());
    let times = || recording.events.iter().filter_map(|event| event.at_ms);
    Execution {
        files: recording.files.clone(),
        arn: recording.execution_arn.clone(),
        status,
        error,
        cause,
        events: recording.events.len(),
        redrives: recording
            .events
            .iter()
            .filter(|event| event.known() == Some(EventType::ExecutionRedriven))
            .count(),
        times_ms: times().min().zip(times().max()),
        origin: recording.origin,
    }
}

/// What a description says, or what the lack of an end means.
fn without_end(recording: &Recording) -> Ended {
    match recording.described.as_ref().map(|described| &*described.status) {
        Some("SUCCEEDED") => Ended::Succeeded,
        Some("FAILED") => Ended::Failed,
        Some("TIMED_OUT") => Ended::TimedOut,
        Some("ABORTED") => Ended::Aborted,
        None if recording.has_more || recording.origin == Origin::Log => Ended::Unknown,
        Some(_) | None => Ended::Running,
    }
}

/// The failure that explains how the execution ended.
fn roots(
    timeline: &Timeline<'_>,
    status: Ended,
    end: Option<At>,
    machine: Option<&Machine>,
) -> Option<Roots> {
    let mut fail_state = None;
    let mut last = match (status, end) {
        (Ended::Succeeded, _) => timeline.caught_failure(timeline.caught().first()?),
        (Ended::Failed, Some(end)) => timeline.source(end),
        (Ended::TimedOut | Ended::Aborted, Some(end)) => cut_short(timeline, end),
        (Ended::Failed | Ended::TimedOut | Ended::Aborted, None) => last_failure(timeline)?,
        (Ended::Running | Ended::Unknown, _) => return None,
    };
    while last.kind == FailureKind::FailState
        && let Some(caught) = last.visit.and_then(|visit| timeline.reported_by(visit))
    {
        fail_state.get_or_insert(last.at);
        last = timeline.caught_failure(&caught);
    }
    if last.kind == FailureKind::FailState {
        declared(timeline, &mut last, machine);
    }
    Some(Roots { first: timeline.first_of(&last), last, fail_state })
}

/// The end came from outside of all states. A call that failed and was being retried is what went wrong first.
fn cut_short(timeline: &Timeline<'_>, end: At) -> Failure {
    let event = timeline.event(end);
    let open = innermost_open(timeline);
    let retried = open.and_then(|visit| {
        let at = timeline.visits[visit].attempts.iter().rev().find_map(|attempt| attempt.ended)?;
        timeline.passes_on(at).then(|| timeline.source(at))
    });
    let is_timer = event.known() == Some(EventType::ExecutionTimedOut);
    if let Some(retried) = retried.filter(|_| is_timer) {
        return retried;
    }
    let kind = if is_timer { FailureKind::ExecutionTimer } else { FailureKind::Stopped };
    Failure { at: end, visit: open, kind, error: event.error.clone(), cause: event.cause.clone() }
}

/// The visit that was open longest inside all others; where several are, the first that waits for an answer.
pub(super) fn innermost_open(timeline: &Timeline<'_>) -> Option<VisitId> {
    let open = open_visits(timeline);
    let waits = |visit: &&VisitId| {
        timeline.visits[**visit].last_attempt().is_some_and(|attempt| attempt.ended.is_none())
    };
    open.iter().find(waits).or(open.last()).copied()
}

/// The visits that were neither left nor cut off and have no open visit inside.
pub(super) fn open_visits(timeline: &Timeline<'_>) -> Vec<VisitId> {
    let is_open = |visit: &VisitId| {
        let seen = &timeline.visits[*visit];
        let next = timeline.after(*visit).is_some();
        seen.exited.is_none() && !seen.aborted && !next
    };
    let open: Vec<VisitId> = (0..timeline.visits.len()).filter(is_open).collect();
    let around: BTreeSet<VisitId> = open.iter().flat_map(|visit| timeline.enclosing(*visit)).collect();
    open.into_iter().filter(|visit| !around.contains(visit)).collect()
}

/// Where the export has no end: the last failure that nothing took.
fn last_failure(timeline: &Timeline<'_>) -> Option<Failure> {
    let at = (0..timeline.recording.events.len()).rev().find(|at| timeline.passes_on(*at))?;
    Some(timeline.source(at))
}

/// Error and cause of a Fail state as the definition says them, where no event does.
fn declared(timeline: &Timeline<'_>, failure: &mut Failure, machine: Option<&Machine>) {
    let state = failure.visit.and_then(|visit| timeline.state(visit, machine));
    let Some(Kind::Fail { error, cause }) = state.map(|state| &state.kind) else { return };
    let literal = |source: &Option<TextSource>| match source {
        Some(TextSource::Literal(text)) => Some(text.clone()),
        _ => None,
    };
    failure.error = failure.error.take().or_else(|| literal(error));
    failure.cause = failure.cause.take().or_else(|| literal(cause));
}

fn root_cause(timeline: &Timeline<'_>, roots: &Roots, machine: Option<&Machine>) -> RootCause {
    let first = &roots.first;
    let event = timeline.event(first.at);
    let integration = called_at(timeline, first);
    let inferred = first.visit.is_none().then(|| only_caller(machine, integration.as_ref())).flatten();
    let (class, timer) = classify(timeline, first, integration.as_ref());
    let attempt = first.visit.and_then(|visit| {
        let attempts = &timeline.visits[visit].attempts;
        attempts.iter().position(|attempt| attempt.ended == Some(first.at)).map(|at| at + 1)
    });
    let mut root = RootCause {
        state: first.visit.map(|visit| timeline.name(visit)).or(inferred.map(|state| state.name.clone())),
        path: (first.visit.map(|visit| timeline.path(visit, machine)))
            .or_else(|| inferred.map(|state| state.path.to_string())),
        kind: first.visit.map(|visit| timeline.visits[visit].kind),
        event: event.id,
        event_type: event.type_name().to_owned(),
        at_ms: event.at_ms,
        error: first.error.clone(),
        cause: first.cause.clone(),
        resource: integration.as_ref().map(Integration::to_string),
        attempt,
        class: (first.kind != FailureKind::Stopped).then_some(class),
        timer,
        nested: first.cause.as_deref().and_then(nested),
        says: first
            .cause
            .as_deref()
            .filter(|cause| cause.len() > PLAIN_MAX)
            .map(said::lines)
            .unwrap_or_default(),
        next: Vec::new(),
        summary: String::new(),
    };
    root.next = next(timeline, first, class, root.nested.as_ref());
    root.summary = summary::of(timeline, roots, &root);
    root
}

/// What was called, also where a log holds the failure alone.
fn called_at(timeline: &Timeline<'_>, failure: &Failure) -> Option<Integration> {
    let event = timeline.event(failure.at);
    let own = || {
        let (service, resource) = (event.resource_type.as_deref()?, event.resource.as_deref()?);
        Integration::parse(&format!("arn:aws:states:::{service}:{resource}")).ok()
    };
    match failure.visit {
        Some(visit) => timeline.integration(visit),
        None => own(),
    }
}

/// The state that makes a call, where no other one does.
fn only_caller<'m>(machine: Option<&'m Machine>, called: Option<&Integration>) -> Option<&'m State> {
    let called = called?;
    let calls =
        |state: &&State| state.task().is_some_and(|task| task.integration.to_string() == called.to_string());
    let mut callers = machine?.states.iter().filter(calls);
    callers.next().filter(|_| callers.next().is_none())
}

/// The commands that show more.
fn next(
    timeline: &Timeline<'_>,
    failure: &Failure,
    class: ErrorClass,
    nested: Option<&Nested>,
) -> Vec<String> {
    if let Some(nested) = nested {
        return vec![format!(
            "aws stepfunctions get-execution-history --execution-arn {}",
            nested.execution_arn
        )];
    }
    let Some(visit) = failure.visit else { return Vec::new() };
    // A call that was turned away has left nothing to look at.
    let ran = !matches!(
        class,
        ErrorClass::Permission
            | ErrorClass::Throttling
            | ErrorClass::Validation
            | ErrorClass::DataLimit
            | ErrorClass::Quota
    );
    let is_job = timeline.integration(visit).is_some_and(|integration| integration.is_job());
    match failure.kind {
        FailureKind::Call if !is_job && (!ran || class == ErrorClass::NotFound) => Vec::new(),
        FailureKind::Call | FailureKind::ExecutionTimer | FailureKind::Stopped => {
            look::commands(timeline, visit, failure.cause.as_deref())
        }
        FailureKind::Map if failure.error.as_deref() == Some(ErrorName::THRESHOLD) => {
            timeline.map_run(visit).map(|arn| look::map_run(timeline, &arn)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The failure of a child execution, as deep as the cause goes.
fn nested(cause: &str) -> Option<Nested> {
    let (error, inner) = nested_error(cause)?;
    if let Some(deeper) = nested(&inner) {
        return Some(deeper);
    }
    let value = Value::parse(cause).ok()?;
    let execution_arn = value.get("ExecutionArn")?.as_str()?.to_owned();
    Some(Nested { execution_arn, error, cause: inner })
}
