//! `callback-unbounded`, `task-unbounded`, and the advice `execution-unbounded`: somebody else never answers.
//!
//! A task token, a job, a worker or a child execution that stays silent is waited for until the execution's own
//! timer, or for a year. `TimeoutSeconds` of the definition bounds it only by killing the execution, and no handler
//! runs, so that makes it one severity milder. So does a limit that the job's service has by itself.
//!
//! Exempt: calls that answer or fail by themselves within minutes (functions, request-response).

use crate::asl::{Amount, Kind, State, Task, Wait};
use crate::catalog::{Pattern, Service};
use crate::diagnose::fix::{self, Safety};
use crate::history::{Attempt, Ending, ExecutionTimer, Outcome};
use crate::model::Model;
use crate::oracle::trace;
use crate::oracle::{Fix, Judgement, RuleId, Run, Severity, Violation};

/// Who is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    Token,
    Job,
    Worker,
    Child,
}

pub(super) fn judge(run: &Run<'_>, out: &mut Judgement) {
    for attempt in &run.history.attempts {
        let state = run.model.machine.state(attempt.state);
        let Some((task, other)) = state.task().and_then(|task| Some((task, other(task)?))) else { continue };
        match attempt.ending {
            Ending::Open if ran_out(&run.history.outcome) && is_unbounded(task) => {
                out.violated(violation(run, attempt, state, task, other));
            }
            Ending::Succeeded(_) | Ending::Failed { .. } if attempt.injected.is_some() => {
                out.holds(other.rule());
            }
            Ending::Open | Ending::Aborted | Ending::Succeeded(_) | Ending::Failed { .. } => {}
        }
    }
}

/// Who is waited for, if the task waits for somebody who may stay silent.
fn other(task: &Task) -> Option<Other> {
    let integration = &task.integration;
    match integration.pattern {
        Pattern::Callback => Some(Other::Token),
        _ if integration.kind == Service::Activity => Some(Other::Worker),
        Pattern::Sync | Pattern::Sync2 if &*integration.service == "states" => Some(Other::Child),
        Pattern::Sync | Pattern::Sync2 => Some(Other::Job),
        Pattern::RequestResponse => None,
    }
}

/// No timer of its own. Docs, "Task": without `TimeoutSeconds` a task may last for three years, longer than any
/// execution.
fn is_unbounded(task: &Task) -> bool {
    task.timeout.is_none() && (task.heartbeat.is_none() || task.integration.is_job())
}

fn ran_out(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::TimedOut { .. })
}

impl Other {
    fn rule(self) -> RuleId {
        if self == Self::Token { RuleId::CallbackUnbounded } else { RuleId::TaskUnbounded }
    }

    fn silence(self) -> &'static str {
        match self {
            Self::Token => "a callback that never comes",
            Self::Job => "a job that never ends",
            Self::Worker => "a worker that never answers",
            Self::Child => "a child execution that never ends",
        }
    }
}

/// Services that end a job by themselves after some hours, whatever it does.
///
/// Docs: a Glue job after 48 hours (`Timeout`), a CodeBuild build after 60 minutes, an Athena query after 30, a
/// DataBrew job after 48 hours, SageMaker training and processing after one day (`StoppingCondition`).
fn ends_by_itself(task: &Task) -> bool {
    matches!(&*task.integration.service, "glue" | "codebuild" | "athena" | "databrew" | "sagemaker")
}

fn violation(run: &Run<'_>, attempt: &Attempt, state: &State, task: &Task, other: Other) -> Violation {
    let declared = matches!(run.history.outcome, Outcome::TimedOut { by: ExecutionTimer::Declared });
    let mut severity = Severity::High;
    if declared {
        severity = severity.milder();
    }
    if other == Other::Job && ends_by_itself(task) {
        severity = severity.milder();
    }
    let end = if declared {
        "only the timer of the whole execution ends it, and then no handler runs"
    } else {
        "the execution waits until the service's longest time is over"
    };
    Violation {
        route: "silence>stuck".to_owned(),
        title: format!("Waits for {}", other.silence()),
        why: format!(
            "`{}` has {}. If nobody answers, {end}: {} in this run.",
            state.name,
            if other == Other::Job || task.heartbeat.is_some() {
                "no `TimeoutSeconds`"
            } else {
                "neither `TimeoutSeconds` nor `HeartbeatSeconds`"
            },
            run.history.duration
        ),
        fix: fix::bound(&run.model.machine, state, Safety::of(run.model, state.id)),
        ..trace::violation_at(run, other.rule(), severity, attempt)
    }
}

/// An execution that can be stuck, and nothing bounds it as a whole.
pub(super) fn advice(model: &Model) -> Vec<Violation> {
    let machine = &model.machine;
    if machine.timeout_seconds.is_some() {
        return Vec::new();
    }
    let waits = |state: &&State| {
        let silent = state.task().is_some_and(|task| other(task).is_some() && is_unbounded(task));
        let polls = model
            .graph
            .loop_of(state.id)
            .is_some_and(|found| found.waits.contains(&state.id) && found.polls());
        model.graph.is_reachable(state.id) && (silent || polls)
    };
    let Some(first) = machine.states.iter().find(waits) else { return Vec::new() };
    vec![Violation {
        state: None,
        route: "no-timer".to_owned(),
        title: "Nothing bounds the execution as a whole".to_owned(),
        why: format!(
            "`{}` waits for somebody else. Without `TimeoutSeconds` at the top of the definition an execution that \
             is stuck stays open for up to a year, and nobody notices.",
            first.name
        ),
        fix: bound(model),
        pointer: String::new(),
        ..trace::advice(RuleId::ExecutionUnbounded, Severity::Low, first)
    }]
}

/// A timer for the execution; in words where a pause may be longer than the timer that the patch would set.
fn bound(model: &Model) -> Fix {
    let text =
        "Bound the execution, even where each task has its own timer; no handler runs when this one fires.";
    let is_short =
        |wait: &Wait| matches!(wait, Wait::Seconds(Amount::Literal(seconds)) if *seconds < 3_600.0);
    let pauses = model.machine.states.iter().filter_map(|state| match &state.kind {
        Kind::Wait(wait) => Some(wait),
        _ => None,
    });
    if pauses.into_iter().all(is_short) { fix::add_execution_timeout(text) } else { fix::words(text) }
}
