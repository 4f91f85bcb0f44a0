//! The JSON Schema of diagnoses, built from the names that the program uses.

use serde_json::{Value as Json, json};

use super::json::VERSION;
use crate::catalog::ErrorClass;
use crate::oracle::{RuleId, Severity};
use crate::report::schema::{closed, count, fix, list, nullable, objects, optional, reference, text};

/// The schema as it stands in docs/.
pub fn diagnosis_schema() -> String {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sfn-chaos diagnosis",
        "description": "What `sfn-chaos diagnose --format json` prints.",
        "$ref": "#/$defs/report",
        "$defs": {
            "report": closed(&json!({ "version": { "const": VERSION }, "executions": list("execution") })),
            "execution": closed(&json!({
                "execution": reference("ended"),
                "root_cause": nullable("root_cause"),
                "other_failures": objects(&json!({
                    "event_id": count("As in GetExecutionHistory."),
                    "path": optional("string", "The state with what encloses it."),
                    "error": optional("string", "Verbatim."),
                    "cause": optional("string", "Verbatim."),
                    "count": count("How often: in a row, and in other items."),
                    "outcome": text("What became of it."),
                })),
                "risks": list("risk"),
                "advice": list("advice"),
                "notes": { "type": "array", "items": { "type": "string" } },
                "replay": optional("string", "The command that runs the saved case."),
            })),
            "ended": ended(),
            "root_cause": root_cause(),
            "handler": handler(),
            "risk": closed(&json!({
                "id": text("Stable; a rule's id where there is one."),
                "severity": { "enum": Severity::ALL.map(Severity::name) },
                "path": optional("string", "The state; null: the execution."),
                "event_id": optional("integer", "The event that shows it."),
                "title": text("What it is, in one line."),
                "why": text("Why it matters."),
                "fix": reference("fix"),
            })),
            "advice": closed(&json!({
                "rule": { "enum": RuleId::ALL.iter().map(|rule| rule.name()).collect::<Vec<_>>() },
                "severity": { "enum": Severity::ALL.map(Severity::name) },
                "path": optional("string", "The state; null: the machine as a whole."),
                "title": text("What it is, in one line."),
                "why": text("Why it matters."),
                "fix": reference("fix"),
                "location": closed(&json!({
                    "file": text("As the user gave it."),
                    "line": count("From 1."),
                    "column": count("From 1."),
                })),
            })),
            "fix": fix(),
        },
    });
    let mut text = serde_json::to_string_pretty(&schema).expect("a JSON value is JSON");
    text.push('\n');
    text
}

fn ended() -> Json {
    closed(&json!({
        "files": { "type": "array", "items": { "type": "string" } },
        "execution_arn": optional("string", "Where something names it."),
        "status": { "enum": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING", "UNKNOWN"] },
        "error": optional("string", "What it ended with."),
        "cause": optional("string", "What it ended with."),
        "events": count("How many were exported."),
        "redrives": count("How often it was redriven."),
        "source": { "enum": ["history", "log"] },
        "first_event_at": optional("string", "RFC 3339."),
        "last_event_at": optional("string", "RFC 3339."),
    }))
}

fn root_cause() -> Json {
    closed(&json!({
        "state": optional("string", "Its name."),
        "path": optional("string", "The state with what encloses it and in which item."),
        "state_type": optional("string", "`Task`, `Map`, …"),
        "event_id": count("As in GetExecutionHistory."),
        "event_type": text("As in GetExecutionHistory."),
        "at": optional("string", "RFC 3339."),
        "error": optional("string", "Verbatim."),
        "cause": optional("string", "Verbatim."),
        "resource": optional("string", "What the task calls."),
        "attempt": optional("integer", "Which attempt, from 1."),
        "class": { "anyOf": [{ "enum": ErrorClass::ALL.map(ErrorClass::name) }, { "type": "null" }] },
        "timer": { "enum": ["state", "heartbeat", "state-or-heartbeat", "function", "job", "endpoint",
            "execution", null] },
        "nested": { "anyOf": [closed(&json!({
            "execution_arn": text("Of the child execution."),
            "error": text("Its error."),
            "cause": text("Its cause."),
        })), { "type": "null" }] },
        "says": { "type": "array", "items": text("What the cause says in words, where it is JSON.") },
        "next": { "type": "array", "items": text("A command that shows what the history does not.") },
        "summary": text("What happened."),
        "echoes": objects(&json!({
            "event_id": count("As in GetExecutionHistory."),
            "event_type": text("As in GetExecutionHistory."),
            "path": optional("string", "The state it belongs to."),
            "role": { "enum": ["retry", "passed-on", "cut-off", "reported", "redriven", "ended"] },
        })),
        "handlers": list("handler"),
        "data": { "type": "array", "items": { "type": "string" } },
        "retry": { "anyOf": [closed(&json!({
            "safety": { "enum": ["safe", "depends", "unsafe", "useless"] },
            "because": text("Why."),
        })), { "type": "null" }] },
        "fixes": list("fix"),
    }))
}

fn handler() -> Json {
    closed(&json!({
        "path": text("The state it belongs to."),
        "field": { "enum": ["Retry", "Catch"] },
        "index": count("In that field."),
        "errors": { "type": "array", "items": { "type": "string" } },
        "answer": { "enum": ["none", "no-match", "retried", "spent", "took", "contradicted"] },
        "hint": optional("string", "Why it does not list the error although it looks so."),
        "retries_used": optional("integer", "By this retrier."),
        "retries_max": optional("integer", "`MaxAttempts`"),
        "next": optional("string", "Where a catcher leads."),
    }))
}
