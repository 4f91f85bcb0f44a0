//! One recorded case: its definition runs in the simulator, and the answer is compared.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};
use sfn_chaos::asl::{self, MachineType};
use sfn_chaos::history::{Outcome, wire};
use sfn_chaos::sim::{self, Identity};
use sfn_chaos::value::Value;

use super::matcher::{Matcher, normalised, normalised_event};
use super::replay::Replay;
use super::text;

/// A case as it was read.
pub(crate) struct Case {
    id: String,
    data: Json,
}

/// How far it agrees.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent questions, counted one by one")]
pub(crate) struct Verdict {
    pub(crate) unknown: bool,
    pub(crate) outcome: bool,
    pub(crate) sequence: bool,
    pub(crate) exact: bool,
    pub(crate) difference: Option<String>,
}

impl Case {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        let data: Json =
            serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        Ok(Self { id: self::text(&data, "id").to_owned(), data })
    }

    /// The first part of the id.
    pub(crate) fn area(&self) -> String {
        self.id.split('.').next().unwrap_or_default().to_owned()
    }

    /// Runs it; a table gives a verdict for each row.
    pub(crate) fn judge(&self) -> Vec<(String, Verdict)> {
        if text(&self.data, "kind") != "execution_table" {
            return vec![(self.id.clone(), self.judge_one(&self.data, &self.data["definition"]))];
        }
        let rows = self.data["rows"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .enumerate()
            .map(|(at, row)| {
                let own = &row["definition"];
                let definition = if own.is_null() { &self.data["definition"] } else { own };
                (format!("{}[{at}]", self.id), self.judge_one(row, definition))
            })
            .collect()
    }

    fn judge_one(&self, row: &Json, definition: &Json) -> Verdict {
        let matcher = Matcher::new(&self.data["placeholders"]);
        let machine = match asl::compile_text("StateMachine", &definition.to_string()) {
            Ok(machine) => machine,
            Err(problems) => {
                let difference =
                    Some(format!("the definition is refused: {problems:?}").chars().take(300).collect());
                return Verdict { difference, ..Verdict::default() };
            }
        };
        let input = if row["input_omitted"] == json!(true) { json!({}) } else { row["input"].clone() };
        let mut run = sim::Case::new(Value::parse(&input.to_string()).unwrap_or_default());
        if text(&self.data, "type") == "EXPRESS" {
            run.machine_type = MachineType::Express;
        }
        if let Some(clock) =
            self.data["clock"].as_str().and_then(|clock| clock.parse::<jiff::Timestamp>().ok())
        {
            run.epoch_ms = clock.as_millisecond();
        }
        run.identity = identity(row);
        let mut replay = Replay::new(&self.data["task_outcomes"]);
        let history = sim::run(&machine, &run, &mut replay);
        if let Outcome::Unknown(unknown) = &history.outcome {
            return Verdict { unknown: true, difference: Some(unknown.to_string()), ..Verdict::default() };
        }
        let answer = wire::execution_as(&history, &machine, run.epoch_ms, &run.identity).to_json();
        let answer: Json = serde_json::from_str(&answer).unwrap_or_default();
        compare(&matcher, &row["expected"], &answer, self.data["nondeterministic"] == json!(true))
    }
}

fn compare(matcher: &Matcher, expected: &Json, answer: &Json, unordered: bool) -> Verdict {
    let mut verdict = Verdict::default();
    let mut differences = Vec::new();
    for field in ["status", "output", "error", "cause"] {
        if field == "cause" && expected[field].is_null() {
            continue;
        }
        let theirs = normalised(&answer[field]);
        if let Err(place) = matcher.matches(&expected[field], &theirs) {
            differences.push(format!("{field}{place}"));
        }
    }
    verdict.outcome = differences.is_empty() || differences.iter().all(|place| place.starts_with("cause"));
    let Some(history) = expected["history"].as_array() else {
        verdict.sequence = verdict.outcome;
        verdict.exact = differences.is_empty();
        verdict.difference = differences.into_iter().next();
        return verdict;
    };
    let empty = Vec::new();
    let events = answer["events"].as_array().unwrap_or(&empty);
    let mut names =
        (history.iter().map(label).collect::<Vec<_>>(), events.iter().map(label).collect::<Vec<_>>());
    if unordered {
        names.0.sort();
        names.1.sort();
    }
    verdict.sequence = names.0 == names.1;
    if !verdict.sequence {
        let at = names
            .0
            .iter()
            .zip(&names.1)
            .position(|(a, b)| a != b)
            .unwrap_or(names.0.len().min(names.1.len()));
        differences.push(format!(
            "event {}: expected {:?}, got {:?}",
            at + 1,
            names.0.get(at),
            names.1.get(at)
        ));
    } else if !unordered {
        differences.extend(
            history
                .iter()
                .zip(events)
                .filter_map(|(theirs, ours)| {
                    let place = matcher.matches(theirs, &normalised_event(ours)).err()?;
                    Some(format!("event {} {}{place}", ours["id"], text(ours, "type")))
                })
                .take(1),
        );
    }
    verdict.exact = verdict.outcome && verdict.sequence && differences.is_empty();
    verdict.difference = differences.into_iter().next();
    verdict
}

fn label(event: &Json) -> String {
    let details = event.as_object().into_iter().flatten().find(|(key, _)| key.ends_with("EventDetails"));
    let name = details.and_then(|(_, details)| details["name"].as_str()).unwrap_or_default();
    format!("{} {name}", text(event, "type"))
}

/// Account and role that the recording's ExecutionStarted shows, or else the account of its first ARN.
fn identity(row: &Json) -> Identity {
    let mut identity = Identity::default();
    if let Some(role) = row["expected"]["history"][0]["executionStartedEventDetails"]["roleArn"].as_str() {
        identity.role_arn = Some(role.to_owned().into());
    }
    let text = row.to_string();
    let accounts = text.split("arn:aws:").skip(1).filter_map(|arn| arn.split(':').nth(2));
    let mut accounts =
        accounts.filter(|part| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(account) = accounts.next() {
        identity.account = account.to_owned().into();
    }
    identity
}

/// An error of a recording, as the simulator takes it.
pub(crate) fn shared(value: &Json) -> Arc<str> {
    Arc::from(value.as_str().unwrap_or_default())
}
