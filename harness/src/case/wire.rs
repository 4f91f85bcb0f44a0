//! The JSON of a case file. Every enum is tagged by its name, so that errors say what was expected.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::expected::ExpectedPart;
use super::file::{CaseError, CaseFile, Definition, VERSION};
use super::outside::{ContextPart, StopPart};
use crate::asl::MachineType;
use crate::contested::Rules;
use crate::generate::{Origin, Scenario};
use crate::mock::{self, Author, Objects, Script, Sequence};
use crate::value::Value;

/// Reads a case file; the version is looked at before anything else.
pub(super) fn read(text: &str) -> Result<CaseFile, CaseError> {
    let syntax = |error: serde_json::Error| CaseError::Syntax(error.to_string());
    let head: serde_json::Value = serde_json::from_str(text).map_err(syntax)?;
    match head.get("version") {
        Some(version) if version.as_u64() == Some(u64::from(VERSION)) => {}
        Some(version) => return Err(CaseError::Version { found: version.to_string() }),
        None => return Err(CaseError::Syntax("`version` is missing".to_owned())),
    }
    let document: Document = serde_json::from_str(text).map_err(syntax)?;
    document.into_case()
}

/// Writes a case file.
pub(super) fn write(case: &CaseFile) -> String {
    let document = Document::of(case);
    let mut text = serde_json::to_string_pretty(&document).expect("a tree of texts and numbers is JSON");
    text.push('\n');
    text
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    machine: String,
    definition: DefinitionPart,
    #[serde(rename = "type")]
    machine_type: TypePart,
    seed: u64,
    epoch_ms: i64,
    execution_name: String,
    /// Contested rules that depart from their default, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rules: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "ContextPart::is_empty")]
    context: ContextPart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop: Option<StopPart>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    redrives_after_ms: Vec<u64>,
    faults: String,
    expected: ExpectedPart,
    scenario: String,
    origin: OriginPart,
    input: Value,
    answers: BTreeMap<String, SequencePart>,
    /// By `bucket/key`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    objects: BTreeMap<String, ObjectPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ObjectPart {
    Text(String),
    Base64(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefinitionPart {
    path: String,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum TypePart {
    Standard,
    Express,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OriginPart {
    User,
    Varied,
    Generated,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SequencePart {
    by: AuthorPart,
    calls: Vec<AnswerPart>,
    then: ThenPart,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AuthorPart {
    User,
    Generated,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ThenPart {
    Repeat,
    Answer(AnswerPart),
    Unmocked,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerPart {
    after_ms: u64,
    heartbeats: bool,
    reply: ReplyPart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submitted: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    worker: Option<String>,
    #[serde(default, skip_serializing_if = "StepPart::is_work")]
    fails_at: StepPart,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StepPart {
    Schedule,
    Start,
    Submit,
    #[default]
    Work,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ReplyPart {
    Return(Value),
    Throw { error: Option<String>, cause: Option<String> },
    Silence,
    Unmocked(String),
}

impl Document {
    fn of(case: &CaseFile) -> Self {
        let script = &case.scenario.script;
        Self {
            version: VERSION,
            machine: case.machine.clone(),
            definition: DefinitionPart {
                path: case.definition.path.clone(),
                sha256: case.definition.sha256.clone(),
            },
            machine_type: match case.machine_type {
                MachineType::Standard => TypePart::Standard,
                MachineType::Express => TypePart::Express,
            },
            seed: case.seed,
            epoch_ms: case.epoch_ms,
            execution_name: case.execution_name.clone(),
            rules: case.rules.departures().map(|(name, choice)| (name.into(), choice.into())).collect(),
            context: (&case.given).into(),
            stop: case.stop.as_ref().map(Into::into),
            redrives_after_ms: case.redrives_after_ms.clone(),
            faults: case.plan.clone(),
            expected: ExpectedPart::of(&case.expected),
            scenario: case.scenario.name.clone(),
            origin: match case.scenario.origin {
                Origin::User => OriginPart::User,
                Origin::Varied => OriginPart::Varied,
                Origin::Generated => OriginPart::Generated,
            },
            input: case.scenario.input.clone(),
            answers: script.answers.iter().map(|(path, part)| (path.to_string(), part.into())).collect(),
            objects: object_parts(&script.objects),
        }
    }

    fn into_case(self) -> Result<CaseFile, CaseError> {
        let expected = self.expected.into_expected()?;
        let contested = self.rules.iter().try_fold(Rules::default(), |rules, (name, choice)| {
            rules.with(name, choice).map_err(|error| CaseError::Syntax(format!("`rules`: {error}")))
        })?;
        let answers = self.answers.into_iter().map(|(path, part)| (Arc::from(path), part.into()));
        Ok(CaseFile {
            machine: self.machine,
            definition: Definition { path: self.definition.path, sha256: self.definition.sha256 },
            machine_type: match self.machine_type {
                TypePart::Standard => MachineType::Standard,
                TypePart::Express => MachineType::Express,
            },
            scenario: Scenario {
                name: self.scenario,
                input: self.input,
                script: Arc::new(Script { answers: answers.collect(), objects: objects_of(self.objects)? }),
                origin: match self.origin {
                    OriginPart::User => Origin::User,
                    OriginPart::Varied => Origin::Varied,
                    OriginPart::Generated => Origin::Generated,
                },
            },
            plan: self.faults,
            seed: self.seed,
            epoch_ms: self.epoch_ms,
            execution_name: self.execution_name,
            rules: contested,
            given: self.context.into(),
            stop: self.stop.map(Into::into),
            redrives_after_ms: self.redrives_after_ms,
            expected,
        })
    }
}

fn object_parts(objects: &Objects) -> BTreeMap<String, ObjectPart> {
    let part = |(bucket, key, content): (&str, &str, &Arc<[u8]>)| {
        let part = match std::str::from_utf8(content) {
            Ok(text) => ObjectPart::Text(text.to_owned()),
            Err(_) => ObjectPart::Base64(STANDARD.encode(content)),
        };
        (format!("{bucket}/{key}"), part)
    };
    objects.iter().map(part).collect()
}

fn objects_of(parts: BTreeMap<String, ObjectPart>) -> Result<Objects, CaseError> {
    let mut objects = Objects::default();
    for (place, part) in parts {
        let syntax = |error: String| CaseError::Syntax(format!("`objects`: `{place}`: {error}"));
        let (bucket, key) =
            place.split_once('/').ok_or_else(|| syntax("expected \"bucket/key\"".to_owned()))?;
        let content = match part {
            ObjectPart::Text(text) => text.into_bytes(),
            ObjectPart::Base64(text) => STANDARD.decode(text).map_err(|error| syntax(error.to_string()))?,
        };
        objects.put(bucket, key, content);
    }
    Ok(objects)
}

impl From<&Sequence> for SequencePart {
    fn from(sequence: &Sequence) -> Self {
        Self {
            by: match sequence.by {
                Author::User => AuthorPart::User,
                Author::Generated => AuthorPart::Generated,
            },
            calls: sequence.calls.iter().map(Into::into).collect(),
            then: match &sequence.then {
                mock::Then::Repeat => ThenPart::Repeat,
                mock::Then::Answer(answer) => ThenPart::Answer(answer.into()),
                mock::Then::Unmocked => ThenPart::Unmocked,
            },
        }
    }
}

impl From<SequencePart> for Sequence {
    fn from(part: SequencePart) -> Self {
        Self {
            by: match part.by {
                AuthorPart::User => Author::User,
                AuthorPart::Generated => Author::Generated,
            },
            calls: part.calls.into_iter().map(Into::into).collect(),
            then: match part.then {
                ThenPart::Repeat => mock::Then::Repeat,
                ThenPart::Answer(answer) => mock::Then::Answer(answer.into()),
                ThenPart::Unmocked => mock::Then::Unmocked,
            },
        }
    }
}

impl StepPart {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    fn is_work(&self) -> bool {
        matches!(self, Self::Work)
    }
}

impl From<mock::FailingStep> for StepPart {
    fn from(step: mock::FailingStep) -> Self {
        match step {
            mock::FailingStep::Schedule => Self::Schedule,
            mock::FailingStep::Start => Self::Start,
            mock::FailingStep::Submit => Self::Submit,
            mock::FailingStep::Work => Self::Work,
        }
    }
}

impl From<StepPart> for mock::FailingStep {
    fn from(part: StepPart) -> Self {
        match part {
            StepPart::Schedule => Self::Schedule,
            StepPart::Start => Self::Start,
            StepPart::Submit => Self::Submit,
            StepPart::Work => Self::Work,
        }
    }
}

impl From<&mock::Answer> for AnswerPart {
    fn from(answer: &mock::Answer) -> Self {
        let reply = match &answer.reply {
            mock::Reply::Return(value) => ReplyPart::Return(value.clone()),
            mock::Reply::Throw { error, cause } => ReplyPart::Throw {
                error: error.as_deref().map(str::to_owned),
                cause: cause.as_deref().map(str::to_owned),
            },
            mock::Reply::Silence => ReplyPart::Silence,
            mock::Reply::Unmocked(advice) => ReplyPart::Unmocked(advice.clone()),
        };
        Self {
            after_ms: answer.after_ms,
            heartbeats: answer.heartbeats,
            reply,
            submitted: answer.submitted.clone(),
            worker: answer.worker.as_deref().map(str::to_owned),
            fails_at: answer.step.into(),
        }
    }
}

impl From<AnswerPart> for mock::Answer {
    fn from(part: AnswerPart) -> Self {
        let reply = match part.reply {
            ReplyPart::Return(value) => mock::Reply::Return(value),
            ReplyPart::Throw { error, cause } => {
                mock::Reply::Throw { error: error.map(Into::into), cause: cause.map(Into::into) }
            }
            ReplyPart::Silence => mock::Reply::Silence,
            ReplyPart::Unmocked(advice) => mock::Reply::Unmocked(advice),
        };
        Self {
            after_ms: part.after_ms,
            heartbeats: part.heartbeats,
            reply,
            submitted: part.submitted,
            worker: part.worker.map(Into::into),
            step: part.fails_at.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::case::Expected;
    use crate::mock::{Answer, FailingStep, Reply, Then};
    use crate::oracle::RuleId;
    use crate::sim::{Given, Stop};
    use crate::value::Object;

    fn case() -> CaseFile {
        let charge_first = Answer {
            after_ms: 5,
            heartbeats: false,
            submitted: Some(Value::from("m-1")),
            worker: Some("w-1".into()),
            step: FailingStep::Submit,
            ..Answer::with(Reply::throw("Declined", "no funds"))
        };
        let charge = Sequence {
            calls: vec![charge_first, Answer::of(Value::from(1))],
            then: Then::Answer(Answer::with(Reply::Silence)),
            by: Author::User,
        };
        let script = Script { answers: BTreeMap::from([(Arc::from("Charge"), charge)]), ..Script::default() };
        CaseFile {
            machine: "order".to_owned(),
            definition: Definition { path: "order.asl.json".to_owned(), sha256: "00ff".to_owned() },
            machine_type: MachineType::Express,
            scenario: Scenario {
                name: "an order".to_owned(),
                input: Value::parse(r#"{"id":1.0,"items":[]}"#).unwrap(),
                script: Arc::new(script),
                origin: Origin::User,
            },
            plan: "Charge:throttling*4".to_owned(),
            seed: 7,
            epoch_ms: -1,
            execution_name: "run".to_owned(),
            rules: "map-exit=older".parse().unwrap(),
            given: Given {
                execution: Object::from_iter([
                    ("Name", Value::from("run-7")),
                    ("RedriveCount", Value::from(1)),
                ]),
                state_machine: Object::default(),
            },
            stop: Some(Stop { after_ms: 9, error: Some("Halt".into()), cause: None }),
            redrives_after_ms: vec![0, 5],
            expected: Expected::Finding {
                finding: "id".to_owned(),
                rule: RuleId::FailureSwallowed,
                state: None,
            },
        }
    }

    #[test]
    fn a_case_is_written_as_it_is_read() {
        let text = case().to_json();
        let read = CaseFile::parse(&text).unwrap();
        assert_eq!(read.to_json(), text);
        assert_eq!(read.scenario.script, case().scenario.script);
        assert_eq!(read.scenario.input.to_json(), r#"{"id":1.0,"items":[]}"#);
        assert_eq!(read.expected, case().expected);
        assert_eq!(read.rules, case().rules);
        assert_eq!((read.given, read.stop, read.redrives_after_ms), (case().given, case().stop, vec![0, 5]));
    }

    #[rstest]
    #[case::another_version(
        r#"{"version":2}"#,
        "the case has version 2, this program reads version 1; write it again with `chaos --save-cases`"
    )]
    #[case::no_version("{}", "this is no case file: `version` is missing")]
    #[case::no_json("x", "this is no case file: expected value at line 1 column 1")]
    #[case::a_field_is_missing(
        r#"{"version":1}"#,
        "this is no case file: missing field `machine` at line 1 column 13"
    )]
    fn what_is_no_case_is_refused(#[case] text: &str, #[case] message: &str) {
        assert_eq!(CaseFile::parse(text).unwrap_err().to_string(), message);
    }

    #[test]
    fn the_failure_of_a_real_execution_is_written_as_it_is_read() {
        let expected = Expected::Failure {
            status: "FAILED".to_owned(),
            state: Some("Charge".to_owned()),
            error: Some("Declined".to_owned()),
            ended_with: None,
        };
        let text = CaseFile { expected: expected.clone(), ..case() }.to_json();
        assert_eq!(CaseFile::parse(&text).unwrap().expected, expected);
        let neither = text.replace("\"failure\"", "\"failed\"");
        assert!(CaseFile::parse(&neither).is_err());
    }

    #[test]
    fn an_unknown_contested_rule_is_named() {
        let text = case().to_json().replace("\"older\"", "\"old\"");
        let message = "this is no case file: `rules`: `map-exit` is `recorded` or `older`, not `old`";
        assert_eq!(CaseFile::parse(&text).unwrap_err().to_string(), message);
    }

    #[test]
    fn an_unknown_rule_is_named() {
        let text = case().to_json().replace("failure-swallowed", "failure-forgotten");
        let message = "this is no case file: `expected.rule`: there is no rule `failure-forgotten`";
        assert_eq!(CaseFile::parse(&text).unwrap_err().to_string(), message);
    }
}
