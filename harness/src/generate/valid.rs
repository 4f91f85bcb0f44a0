//! Inputs that differ and that a machine can read: each is tried by a run without faults.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::baseline::{Examples, baselines};
use super::result::input_for;
use super::strategy;
use crate::history::Outcome;
use crate::mock::Script;
use crate::model::Model;
use crate::sim::{self, Case};
use crate::value::Value;

/// Inputs that are drawn for each that is wanted, before the search is given up.
const TRIES: usize = 10;
/// And so many in any case.
const TRIES_MIN: usize = 50;

/// How an execution fails that cannot read its data; what a machine says itself, in a Fail state, is an ending like others.
/// Docs, "Error names".
const UNREADABLE: [&str; 8] = [
    "States.Runtime",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.ResultPathMatchFailure",
    "States.ReferencePathConflict",
    "States.IntrinsicFailure",
    "States.QueryEvaluationError",
    "States.DataLimitExceeded",
];

/// Up to `count` inputs, the same for the same seed: first those that take the ways of the machine, then others with what
/// they have. With the answers of `script` the machine can read each of them, unless it can read none: then its failure has
/// nothing to do with the input, and is for the caller to see.
pub fn valid_inputs(model: &Model, script: &Arc<Script>, case: &Case, count: usize) -> Vec<Value> {
    let examples = Examples { inputs: Vec::new(), scripts: vec![(String::new(), Script::clone(script))] };
    let found = baselines(model, &examples, case.clone());
    let bases: Vec<Value> = std::iter::once(input_for(model))
        .chain(found.scenarios.into_iter().map(|(scenario, _)| scenario.input))
        .collect();
    let mut inputs = Distinct::default();
    let mut unread = Distinct::default();
    let strategies: Vec<_> = bases.iter().map(|base| strategy::input_like(model, base)).collect();
    let mut runner = runner(case.seed);
    let drawn = (0..TRIES_MIN.max(count.saturating_mul(TRIES))).filter_map(|at| {
        let tree = strategies[at % strategies.len()].new_tree(&mut runner).ok()?;
        Some(tree.current())
    });
    for input in bases.iter().cloned().chain(drawn) {
        if inputs.values.len() >= count {
            break;
        }
        if inputs.knows(&input) || unread.knows(&input) {
            continue;
        }
        let kept = if can_read(model, script, case, &input) { &mut inputs } else { &mut unread };
        kept.push(input);
    }
    let mut found = if inputs.values.is_empty() { unread.values } else { inputs.values };
    found.truncate(count);
    found
}

fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn can_read(model: &Model, script: &Arc<Script>, case: &Case, input: &Value) -> bool {
    let case = Case { input: input.clone(), rules: model.rules, ..case.clone() };
    match sim::run(&model.machine, &case, &mut script.responder()).outcome {
        Outcome::Succeeded { .. } | Outcome::Aborted { .. } => true,
        Outcome::Failed { error, .. } => error.is_none_or(|error| !UNREADABLE.contains(&&*error)),
        Outcome::TimedOut { .. } | Outcome::Unknown(_) => false,
    }
}

/// Values, each once.
#[derive(Default)]
struct Distinct {
    texts: BTreeSet<String>,
    values: Vec<Value>,
}

impl Distinct {
    fn knows(&self, value: &Value) -> bool {
        self.texts.contains(&value.to_json())
    }

    fn push(&mut self, value: Value) {
        self.texts.insert(value.to_json());
        self.values.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::compile_text;
    use crate::generate::complete;

    /// Takes three kinds, and no other; wants a text in each item.
    const ORDER: &str = r#"{ "StartAt": "Kind", "States": {
        "Kind": { "Type": "Choice", "Choices": [
            { "Variable": "$.kind", "StringEquals": "gift", "Next": "Each" },
            { "Variable": "$.kind", "StringEquals": "sale", "Next": "Each" },
            { "Variable": "$.kind", "StringEquals": "fraud", "Next": "Refused" }] },
        "Each": { "Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": { "StartAt": "Pack", "States": {
            "Pack": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Parameters": { "FunctionName": "pack", "Payload": { "sku.$": "$.sku" } } } } } },
        "Refused": { "Type": "Fail", "Error": "Refused" } } }"#;

    fn inputs(definition: &str, seed: u64, count: usize) -> Vec<Value> {
        let model = Model::new(Arc::new(compile_text("m", definition).unwrap()));
        let script = Arc::new(complete(&model, &Script::default()));
        valid_inputs(&model, &script, &Case { seed, ..Case::new(Value::Null) }, count)
    }

    #[test]
    fn inputs_differ_and_can_be_read() {
        let found = inputs(ORDER, 1, 20);
        let kinds: BTreeSet<_> = found.iter().filter_map(|input| input.get("kind")?.as_str()).collect();
        assert_eq!((found.len(), kinds), (20, BTreeSet::from(["fraud", "gift", "sale"])));
        let texts: BTreeSet<_> = found.iter().map(Value::to_json).collect();
        assert_eq!(texts.len(), 20);
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(inputs(ORDER, 1, 20), inputs(ORDER, 1, 20));
        assert_ne!(inputs(ORDER, 1, 20), inputs(ORDER, 2, 20));
    }

    #[test]
    fn a_machine_that_reads_nothing_has_one_input() {
        let pass = r#"{ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } }"#;
        assert_eq!(inputs(pass, 1, 20), [Value::empty_object()]);
    }
}
