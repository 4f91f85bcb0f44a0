//! What happened, in the JSON of Cucumber that report tools read: features, elements, steps with their results. What
//! that format has no place for stands below `sfn_chaos`. docs/bdd-reports.md has the shape.

use std::io;

use serde_json::{Map, Value, json};

use super::junit::message;
use super::pretty::Pretty;
use super::told::{Fate, Told, ToldFeature, ToldScenario, ToldStep, Verdict};
use crate::bdd::failed::{Failed, Witness};
use crate::report::Brief;

/// Writes the report.
pub fn json(told: &Told, pretty: &Pretty, out: &mut dyn io::Write) -> io::Result<()> {
    let features = told.features.iter().map(|feature| self::feature(feature, pretty));
    let unreadable = told.unreadable.iter().map(|file| {
        let path = file.path.display().to_string();
        let failed = json!({ "status": "failed", "error_message": file.to_string() });
        json!({
            "uri": path, "id": slug(&path), "keyword": "Feature", "name": path, "description": "", "line": 1,
            "tags": [],
            "elements": [{
                "id": format!("{};unreadable", slug(&path)), "type": "scenario", "keyword": "Scenario",
                "name": "the feature can be read", "description": "", "line": 1, "tags": [],
                "before": [{ "match": {}, "result": failed }],
                "steps": [],
                "sfn_chaos": {
                    "verdict": "unreadable", "line": file.place.map(|(line, _)| line),
                    "column": file.place.map(|(_, column)| column), "message": file.message, "help": file.help,
                },
            }],
        })
    });
    let report: Vec<Value> = features.chain(unreadable).collect();
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn feature(feature: &ToldFeature, pretty: &Pretty) -> Value {
    let id = slug(&feature.name);
    let element = |scenario: &ToldScenario| element(&id, feature, scenario, pretty);
    json!({
        "uri": feature.path.display().to_string(),
        "id": id,
        "keyword": feature.keyword,
        "name": feature.name,
        "description": feature.description,
        "line": feature.line,
        "tags": tags(&feature.tags),
        "elements": feature.scenarios.iter().map(element).collect::<Vec<_>>(),
    })
}

fn element(id: &str, feature: &ToldFeature, scenario: &ToldScenario, pretty: &Pretty) -> Value {
    let mut element = json!({
        "id": format!("{id};{};{}", slug(&scenario.name), scenario.line),
        "type": "scenario",
        "keyword": scenario.keyword,
        "name": scenario.name,
        "description": scenario.description,
        "line": scenario.line,
        "tags": tags(&scenario.tags),
    });
    // What is no matter of one step is a hook that fails, for tools that look at results of steps and hooks only.
    if let Some(problem) = &scenario.problem {
        let location = format!("{}:{}", feature.path.display(), scenario.line);
        let result = json!({ "status": status(problem), "error_message": message(problem) });
        element["before"] = json!([{ "match": { "location": location }, "result": result }]);
    }
    element["steps"] = scenario.steps.iter().map(|step| self::step(step, feature)).collect();
    element["sfn_chaos"] = json!({
        "verdict": verdict(scenario.verdict()),
        "rule": scenario.rule,
        "executions": scenario.tally.runs,
        "virtual_ms": scenario.tally.virtual_ms,
        "again": pretty.again(feature, scenario),
    });
    element
}

fn step(step: &ToldStep, feature: &ToldFeature) -> Value {
    let mut told = json!({
        "keyword": format!("{} ", step.keyword),
        "name": step.text,
        "line": step.line,
        "match": { "location": format!("{}:{}", feature.path.display(), step.line) },
    });
    if let Some(text) = &step.doc_string {
        told["doc_string"] = json!({ "value": text, "content_type": "", "line": step.line + 1 });
    }
    if !step.table.is_empty() {
        let rows = step.table.iter().map(|cells| json!({ "cells": cells }));
        told["rows"] = rows.collect();
    }
    told["result"] = match &step.fate {
        Fate::Unreached => json!({ "status": "skipped" }),
        Fate::Passed => json!({ "status": "passed" }),
        Fate::Failed(failed) => json!({ "status": status(failed), "error_message": message(failed) }),
    };
    if let Fate::Failed(failed) = &step.fate {
        told["sfn_chaos"] = failure(failed);
    }
    told
}

/// The words of the format.
fn status(failed: &Failed) -> &'static str {
    match failed {
        Failed::Unmet(_) | Failed::Wrong(_) | Failed::Defect(_) => "failed",
        Failed::Undefined(_) => "undefined",
        Failed::Ambiguous(_) => "ambiguous",
        Failed::Inconclusive(_) => "pending",
        Failed::Skipped(_) => "skipped",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::LeftOut => "left-out",
        Verdict::Passed => "passed",
        Verdict::Skipped => "skipped",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Failed => "failed",
        Verdict::Wrong => "wrong",
        Verdict::Defect => "defect",
    }
}

fn failure(failed: &Failed) -> Value {
    match failed {
        Failed::Unmet(unmet) => json!({
            "kind": "unmet",
            "expected": unmet.expected,
            "happened": unmet.happened,
            "details": unmet.details,
            "findings": unmet.findings.iter().map(finding).collect::<Vec<_>>(),
            "witness": unmet.witness.as_ref().map(witness),
        }),
        Failed::Wrong(wrong) => json!({
            "kind": "wrong",
            "message": wrong.message,
            "help": wrong.help,
            "place": wrong.place.as_ref().map(ToString::to_string),
        }),
        Failed::Undefined(near) => json!({ "kind": "undefined", "near": near }),
        Failed::Ambiguous(several) => json!({ "kind": "ambiguous", "steps": several }),
        Failed::Inconclusive(why) => json!({ "kind": "inconclusive", "why": why }),
        Failed::Skipped(why) => json!({ "kind": "skipped", "why": why }),
        Failed::Defect(why) => json!({ "kind": "defect", "message": why }),
    }
}

fn finding(finding: &Brief) -> Value {
    json!({
        "rule": finding.rule.name(),
        "severity": finding.severity.name(),
        "state": finding.state,
        "title": finding.title,
        "faults": finding.faults,
        "runs": finding.runs,
    })
}

fn witness(witness: &Witness) -> Value {
    let mut told = Map::new();
    if !witness.input.is_empty() {
        let input = serde_json::from_str(&witness.input).unwrap_or_else(|_| Value::from(&*witness.input));
        told.insert("input".to_owned(), input);
    }
    told.insert("origin".to_owned(), Value::from(&*witness.origin));
    told.insert("faults".to_owned(), Value::from(&*witness.plan));
    told.insert("other_runs".to_owned(), Value::from(witness.others));
    told.insert("history".to_owned(), Value::from(&*witness.history));
    Value::Object(told)
}

fn tags(tags: &[String]) -> Value {
    tags.iter().map(|tag| json!({ "name": format!("@{tag}") })).collect()
}

/// `an-order-is-charged`
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
