//! Damaged definitions: never a panic, and every refusal has a place.

use proptest::prelude::*;
use proptest::sample::Index;

use super::problems;
use crate::asl::{ProblemSeverity, compile, render, verdict};
use crate::load::Definition;

const JSON_PATH: &str = r#"{
  "Comment": "é \"quoted\" \u00e9", "StartAt": "Charge", "TimeoutSeconds": 300,
  "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token", "id.$": "States.Format('{}-{}', $.id, $.n)"}},
      "ResultSelector": {"r.$": "$.result[?(@.ok==true)]"}, "ResultPath": "$.charge", "TimeoutSeconds": 60,
      "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 1.5}],
      "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Sorry"}], "Next": "Check"},
    "Check": {"Type": "Choice", "Choices": [
      {"And": [{"Variable": "$.charge.n", "NumericGreaterThan": 5}, {"Not": {"Variable": "$.x", "IsPresent": true}}],
       "Next": "Each"}], "Default": "Pause"},
    "Pause": {"Type": "Wait", "Seconds": ${Pause}, "Next": "Each"},
    "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 3, "ItemProcessor": {
      "ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Both", "States": {"Both": {"Type": "Parallel",
      "Branches": [{"StartAt": "L", "States": {"L": {"Type": "Pass", "Result": [1, null], "End": true}}}],
      "End": true}}}, "End": true},
    "Sorry": {"Type": "Fail", "Error": "Declined", "CausePath": "$.error.Cause"}
  }
}"#;

const YAML: &str = "Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: STANDARD
      DefinitionSubstitutions: {Fn: !GetAtt Function.Arn, N: 5}
      Definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: !Sub '${Function.Arn}', Next: B, TimeoutSeconds: 5}
          B:
            Type: Wait
            Seconds: ${N}
            End: true
  Function: {Type: AWS::Serverless::Function}
";

/// What tokens are replaced by.
const PIECES: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "-1",
    "1e999",
    "\"States.ALL\"",
    "\"A\"",
    "\"$..*\"",
    "${X}",
    "\\",
    "\u{0}",
    "é",
    "{\"Type\": \"Map\"}",
    "  ",
];

#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    Delete(Index, Index),
    Repeat(Index, Index),
    Insert(Index, usize),
    Replace(Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let piece = 0..PIECES.len();
    prop_oneof![
        1 => any::<Index>().prop_map(Damage::Cut),
        3 => any::<(Index, Index)>().prop_map(|(a, b)| Damage::Delete(a, b)),
        3 => any::<(Index, Index)>().prop_map(|(a, b)| Damage::Repeat(a, b)),
        3 => (any::<Index>(), piece.clone()).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        6 => (any::<Index>(), piece).prop_map(|(at, piece)| Damage::Replace(at, piece)),
    ]
}

/// Where tokens begin: words, quoted words and signs.
fn tokens(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let mut word = false;
    for (at, c) in text.char_indices() {
        let in_word = c.is_alphanumeric() || "\"._$-".contains(c);
        if !in_word || !word {
            starts.push(at);
        }
        word = in_word;
    }
    starts.push(text.len());
    starts.dedup();
    starts
}

fn apply(text: &str, damage: &Damage) -> String {
    let tokens = tokens(text);
    let span = |at: &Index| {
        let at = at.index(tokens.len());
        (tokens[at], tokens.get(at + 1).copied().unwrap_or(text.len()))
    };
    match damage {
        Damage::Cut(at) => text[..span(at).0].to_owned(),
        Damage::Delete(a, b) => {
            let (from, to) = (span(a).0.min(span(b).0), span(a).0.max(span(b).0).min(span(a).0 + 40));
            let to = (from.max(to)..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(from);
            format!("{}{}", &text[..from], &text[to..])
        }
        Damage::Repeat(a, b) => {
            let (start, end) = span(a);
            let at = span(b).0;
            format!("{}{}{}", &text[..at], &text[start..end], &text[at..])
        }
        Damage::Insert(at, piece) => {
            let at = span(at).0;
            format!("{}{}{}", &text[..at], PIECES[*piece], &text[at..])
        }
        Damage::Replace(at, piece) => {
            let (start, end) = span(at);
            format!("{}{}{}", &text[..start], PIECES[*piece], &text[end..])
        }
    }
}

/// What AWS wants and the simulator can do without.
fn is_asked_for(code: &str) -> bool {
    ["request-missing", "request-incomplete", "resource-name"].contains(&code)
}

/// Every refusal says where, and can be shown.
fn survives(name: &str, text: &str) {
    let definition = Definition::from_text(name, text);
    let compiled = compile(&definition);
    let refused = compiled.problems.iter().any(|problem| problem.severity == ProblemSeverity::Error);
    assert_eq!(compiled.machine.is_none(), refused, "refused without a reason: {text}");
    for problem in &compiled.problems {
        assert!(problem.location.line >= 1 && problem.location.column >= 1);
        assert!(problem.span.start <= problem.span.end && problem.span.end <= text.len(), "{problem:?}");
        assert!(!problem.message.is_empty());
    }
    let refused_by_aws = verdict::diagnose(&definition, &compiled.problems)
        .iter()
        .any(|diagnostic| diagnostic.severity == ProblemSeverity::Error);
    let asked_for = compiled.problems.iter().any(|problem| is_asked_for(problem.code));
    assert!(refused == refused_by_aws || (refused_by_aws && asked_for), "two faces differ: {text}");
    if refused {
        assert!(!render(&compiled.problems, &definition.document).is_empty());
    }
}

#[test]
fn the_undamaged_definition_is_accepted() {
    let codes: Vec<_> = problems(JSON_PATH).into_iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["unquoted-placeholder", "value-unknown"]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_json_is_judged_not_panicked_on(damages in prop::collection::vec(damage(), 1..4)) {
        let text = damages.iter().fold(JSON_PATH.to_owned(), |text, damage| apply(&text, damage));
        survives("machine.asl.json", &text);
    }

    #[test]
    fn damaged_yaml_is_judged_not_panicked_on(damages in prop::collection::vec(damage(), 1..4)) {
        let text = damages.iter().fold(YAML.to_owned(), |text, damage| apply(&text, damage));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.yaml");
        std::fs::write(&path, &text).unwrap();
        for definition in crate::load::definitions(&path, &crate::load::LoadOptions::default()).into_iter().flatten() {
            let compiled = compile(&definition);
            render(&compiled.problems, &definition.document);
        }
    }

    #[test]
    fn any_text_is_judged_not_panicked_on(text in any::<String>()) {
        survives("machine.asl.json", &text);
        survives("machine.asl.yaml", &text);
    }
}
