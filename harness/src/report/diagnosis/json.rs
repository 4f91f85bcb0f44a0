//! The diagnosis for programs; `docs/diagnosis.schema.json` says what is in it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Diagnosed;
use crate::catalog::ErrorClass;
use crate::diagnose::history::{
    Answer, Consulted, Diagnosis, Echo, Execution, Other, Risk, RootCause, StateKind, Timer,
};
use crate::history::import::Origin;
use crate::oracle::Fix;

/// Version of the form; it changes when a member goes or means something else.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report {
    version: u32,
    executions: Vec<Json>,
}

pub(super) fn write(all: &[Diagnosed<'_>], out: &mut dyn Write) -> io::Result<()> {
    let report = Report { version: VERSION, executions: all.iter().map(one).collect() };
    let text = serde_json::to_string_pretty(&report).expect("a report has only text, numbers and lists");
    writeln!(out, "{text}")
}

fn one(diagnosed: &Diagnosed<'_>) -> Json {
    let diagnosis = diagnosed.diagnosis;
    json!({
        "execution": execution(&diagnosis.execution),
        "root_cause": diagnosis.root.as_ref().map(|root| root_cause(root, diagnosis)),
        "other_failures": diagnosis.others.iter().map(other).collect::<Vec<_>>(),
        "risks": diagnosis.risks.iter().map(risk).collect::<Vec<_>>(),
        "advice": advice(diagnosed),
        "notes": diagnosis.notes,
        "replay": diagnosed.replay,
    })
}

fn execution(execution: &Execution) -> Json {
    let time = |ms: i64| crate::history::rfc3339(ms);
    json!({
        "files": execution.files,
        "execution_arn": execution.arn.as_deref(),
        "status": execution.status.name(),
        "error": execution.error.as_deref(),
        "cause": execution.cause.as_deref(),
        "events": execution.events,
        "redrives": execution.redrives,
        "source": match execution.origin { Origin::History => "history", Origin::Log => "log" },
        "first_event_at": execution.times_ms.map(|(from, _)| time(from)),
        "last_event_at": execution.times_ms.map(|(_, to)| time(to)),
    })
}

fn root_cause(root: &RootCause, diagnosis: &Diagnosis) -> Json {
    json!({
        "state": root.state.as_deref(),
        "path": root.path,
        "state_type": root.kind.map(StateKind::name),
        "event_id": root.event,
        "event_type": root.event_type,
        "at": root.at_ms.map(crate::history::rfc3339),
        "error": root.error.as_deref(),
        "cause": root.cause.as_deref(),
        "resource": root.resource,
        "attempt": root.attempt,
        "class": root.class.map(ErrorClass::name),
        "timer": root.timer.as_ref().map(Timer::name),
        "nested": root.nested.as_ref().map(|nested| json!({
            "execution_arn": nested.execution_arn, "error": nested.error, "cause": nested.cause,
        })),
        "says": root.says,
        "next": root.next,
        "summary": root.summary,
        "echoes": diagnosis.echoes.iter().map(echo).collect::<Vec<_>>(),
        "handlers": diagnosis.handling.iter().map(handler).collect::<Vec<_>>(),
        "data": diagnosis.data,
        "retry": diagnosis.safety.as_ref().map(|safety| json!({
            "safety": safety.name(), "because": safety.text(),
        })),
        "fixes": diagnosis.fixes.iter().map(fix).collect::<Vec<_>>(),
    })
}

fn echo(echo: &Echo) -> Json {
    json!({ "event_id": echo.event, "event_type": echo.event_type, "path": echo.path, "role": echo.role.name() })
}

fn handler(consulted: &Consulted) -> Json {
    let (answer, used, max, next) = match &consulted.answer {
        Answer::None => ("none", None, None, None),
        Answer::NoMatch => ("no-match", None, None, None),
        Answer::Retried { used, max } => ("retried", Some(used), Some(max), None),
        Answer::Spent { used, max } => ("spent", Some(used), Some(max), None),
        Answer::Took { next } => ("took", None, None, Some(next)),
        Answer::Contradicted => ("contradicted", None, None, None),
    };
    json!({
        "path": consulted.path,
        "field": consulted.kind.field(),
        "index": consulted.index,
        "errors": consulted.errors,
        "answer": answer,
        "hint": consulted.hint,
        "retries_used": used,
        "retries_max": max,
        "next": next,
    })
}

fn other(other: &Other) -> Json {
    json!({
        "event_id": other.event,
        "path": other.path,
        "error": other.error.as_deref(),
        "cause": other.cause.as_deref(),
        "count": other.count,
        "outcome": other.outcome,
    })
}

fn risk(risk: &Risk) -> Json {
    json!({
        "id": risk.id,
        "severity": risk.severity.name(),
        "path": risk.path,
        "event_id": risk.event,
        "title": risk.title,
        "why": risk.why,
        "fix": fix(&risk.fix),
    })
}

fn fix(fix: &Fix) -> Json {
    json!({ "text": fix.text, "asl_patch": fix.asl_patch, "iam": fix.iam })
}

fn advice(diagnosed: &Diagnosed<'_>) -> Vec<Json> {
    let Some(machine) = diagnosed.machine else { return Vec::new() };
    let one = |violation: &crate::oracle::Violation| {
        let location = machine.locate(&violation.pointer);
        json!({
            "rule": violation.rule.name(),
            "severity": violation.severity.name(),
            "path": violation.state.map(|state| machine.state(state).path.to_string()),
            "title": violation.title,
            "why": violation.why,
            "fix": fix(&violation.fix),
            "location": { "file": location.file, "line": location.line, "column": location.column },
        })
    };
    diagnosed.diagnosis.advice.iter().map(one).collect()
}
