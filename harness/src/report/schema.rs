//! The JSON Schema of reports, built from the names that the program uses, so that it cannot drift from them.

use serde_json::{Value as Json, json};

use super::view::{ADVICE, VERSION};
use crate::advice::AdviceId;
use crate::campaign::FixVerdict;
use crate::catalog::ErrorClass;
use crate::oracle::{RuleId, Severity};

/// The schema as it stands in docs/.
pub fn schema() -> String {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sfn-chaos report",
        "description": "What `sfn-chaos chaos --format json` prints, whatever the exit code.",
        "$ref": "#/$defs/report",
        "$defs": {
            "report": report(),
            "machine": machine(),
            "finding": finding(),
            "accepted": accepted(),
            "fault": fault(),
            "event": event(),
            "fix": fix(),
            "fix_verdict": fix_verdict(),
            "problem": problem(),
            "coverage": coverage(),
            "covered": covered(),
            "location": closed(&json!({
                "file": text("As the user gave it."),
                "line": { "type": "integer", "minimum": 1 },
                "column": { "type": "integer", "minimum": 1, "description": "In characters." },
            })),
        },
    });
    let mut text = serde_json::to_string_pretty(&schema).expect("a JSON value is JSON");
    text.push('\n');
    text
}

fn report() -> Json {
    closed(&json!({
        "version": { "const": VERSION },
        "seed": count("Everything random came from it."),
        "machines": list("machine"),
        "stale": objects(&json!({
            "accepted": text("An accepted finding that is not there any more."),
            "location": reference("location"),
        })),
        "stopped_because": text("Why the search ended."),
    }))
}

fn machine() -> Json {
    closed(&json!({
        "name": text("Its name."),
        "source": text("The file it came from."),
        "definition_pointer": optional("string", "Where the definition is in the file, as a JSON pointer; empty: the whole file."),
        "verdict": { "enum": ["clean", "violated", "unknown", "baseline-failed", "invalid"] },
        "runs": count("Simulated executions of all phases."),
        "coverage": reference("coverage"),
        "problems": list("problem"),
        "findings": list("finding"),
        "warnings": list("finding"),
        "phases": objects(&json!({ "phase": text("Its name."), "runs": count("Its executions.") })),
        "baselines": objects(&json!({
            "scenario": text("Its name."),
            "status": text("How it ends without faults."),
            "error": optional("string", "The error, if it fails."),
        })),
        "rules": objects(&json!({
            "rule": { "enum": rule_names() },
            "verdict": { "enum": ["vacuous", "holds", "unknown", "violated"] },
        })),
        "intents": objects(&json!({
            "intent": text("As it is declared."),
            "verdict": { "enum": ["vacuous", "holds", "unknown", "violated"] },
            "because": optional("string", "Why none of its faults ever came into force, if none did."),
            "location": reference("location"),
        })),
        "unknowns": objects(&json!({
            "construct": text("What is not modelled."),
            "detail": text("More about it."),
            "location": nullable("location"),
        })),
        "assumptions": { "type": "array", "items": { "type": "string" } },
        "stopped_because": text("Why the search of this machine ended."),
    }))
}

fn finding() -> Json {
    let mut properties: std::collections::BTreeSet<_> =
        RuleId::ALL.iter().map(|rule| rule.property().name()).collect();
    properties.insert(ADVICE);
    let rules: Vec<_> = rule_names().into_iter().chain(AdviceId::ALL.iter().map(|id| id.name())).collect();
    closed(&json!({
        "id": text("Stable over runs of the same definition."),
        "property": { "enum": properties },
        "rule": { "enum": rules, "description": "A rule; of a warning also the id of an advice." },
        "severity": { "enum": Severity::ALL.map(Severity::name) },
        "class": { "enum": ErrorClass::ALL.map(ErrorClass::name) },
        "state": optional("string", "The state to change; null: the machine as a whole."),
        "path": optional("string", "The state with what encloses it."),
        "site": optional("string", "Where the fault was injected, or the first failure happened."),
        "states": { "type": "array", "items": { "type": "string" }, "description": "Others of the same cause." },
        "title": text("What breaks, in one line."),
        "error": optional("string", "The error of the first real failure."),
        "cause": optional("string", "Its cause."),
        "plan": list("fault"),
        "input": { "description": "The smallest input that shows it; values may be redacted." },
        "events": list("event"),
        "why": text("Why it is a problem."),
        "fix": reference("fix"),
        "fix_diff": optional("string", "The patch in your own file as a unified diff; null where its text cannot be edited in place."),
        "fix_verdict": nullable("fix_verdict"),
        "location": nullable("location"),
        "accepted": nullable("accepted"),
        "count": count("Runs that showed it."),
        "replay": optional("string", "The command that shows it again."),
    }))
}

fn accepted() -> Json {
    closed(&json!({
        "reason": text("Why somebody lives with it."),
        "expires": text("The last day, as YYYY-MM-DD, or `never`."),
        "expired": { "type": "boolean", "description": "Whether that day has passed; then the finding counts again." },
        "location": reference("location"),
    }))
}

fn fault() -> Json {
    closed(&json!({
        "site": text("Where."),
        "class": text("What."),
        "burst": optional("integer", "So many attempts; null: every attempt from then on."),
        "text": text("All of it, as the command line takes it."),
    }))
}

fn event() -> Json {
    closed(&json!({
        "id": count("As in GetExecutionHistory."),
        "type": text("As in GetExecutionHistory."),
        "state": optional("string", "The path of the state."),
        "at": count("Virtual milliseconds since the start."),
    }))
}

pub(in crate::report) fn fix() -> Json {
    closed(&json!({
        "text": text("What to change."),
        "asl_patch": objects_requiring(
            &json!({
                "op": { "enum": ["add", "replace", "remove"] },
                "path": text("A JSON pointer from the root of the definition."),
                "value": {},
            }),
            &["op", "path"],
        ),
        "iam": { "description": "An IAM policy statement, or null." },
    }))
}

fn fix_verdict() -> Json {
    closed(&json!({
        "verdict": { "enum": FixVerdict::NAMES, "description": "What --prove-fixes says of the patch." },
        "details": {
            "type": "array",
            "items": { "type": "string" },
            "description": "What is new with the patch, or what is in its way.",
        },
    }))
}

fn problem() -> Json {
    closed(&json!({
        "severity": { "enum": ["error", "warning"] },
        "code": text("A stable id."),
        "message": text("What is wrong."),
        "text": text("The offending text, cut if long."),
        "location": reference("location"),
        "pointer": text("A JSON pointer from the root of the definition."),
        "suggestion": optional("string", "What to write instead."),
    }))
}

fn coverage() -> Json {
    let kinds = ["states", "transitions", "choice_rules", "retriers", "catchers"];
    closed(&Json::Object(kinds.map(|kind| (kind.to_owned(), reference("covered"))).into_iter().collect()))
}

fn covered() -> Json {
    closed(&json!({
        "reached": count("How many were reached."),
        "total": count("How many there are."),
        "missing": { "type": "array", "items": { "type": "string" } },
    }))
}

fn rule_names() -> Vec<&'static str> {
    RuleId::ALL.iter().map(|rule| rule.name()).collect()
}

/// An object with exactly these members.
pub(in crate::report) fn closed(properties: &Json) -> Json {
    let required: Vec<_> = properties.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

pub(in crate::report) fn objects(properties: &Json) -> Json {
    json!({ "type": "array", "items": closed(properties) })
}

pub(in crate::report) fn objects_requiring(properties: &Json, required: &[&str]) -> Json {
    let mut items = closed(properties);
    items["required"] = json!(required);
    json!({ "type": "array", "items": items })
}

pub(in crate::report) fn list(definition: &str) -> Json {
    json!({ "type": "array", "items": reference(definition) })
}

pub(in crate::report) fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

pub(in crate::report) fn nullable(definition: &str) -> Json {
    json!({ "anyOf": [reference(definition), { "type": "null" }] })
}

pub(in crate::report) fn text(description: &str) -> Json {
    json!({ "type": "string", "description": description })
}

pub(in crate::report) fn optional(kind: &str, description: &str) -> Json {
    json!({ "type": [kind, "null"], "description": description })
}

pub(in crate::report) fn count(description: &str) -> Json {
    json!({ "type": "integer", "minimum": 0, "description": description })
}
