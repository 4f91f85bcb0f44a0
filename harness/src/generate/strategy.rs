//! Strategies for `proptest!`: inputs that a machine can read, and plans of faults that can happen to it.
//!
//! Values are valid by construction and parts are drawn independently of each other, so proptest can shrink every
//! part by itself.
//!
//! ```
//! use std::sync::Arc;
//! use proptest::prelude::*;
//! use sfn_chaos::{asl, generate::{self, strategy}, mock::Script, model::Model, sim};
//!
//! let machine = asl::compile_text("greet", r#"{ "StartAt": "Greet", "States": {
//!     "Greet": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:greet",
//!                "Parameters": { "name.$": "$.person.name" }, "End": true } } }"#).expect("a valid definition");
//! let model = Model::new(Arc::new(machine));
//! let answers = generate::complete(&model, &Script::default());
//! proptest!(|(input in strategy::input(&model), plan in strategy::plan(&model))| {
//!     prop_assert!(input.get("person").is_some());
//!     let case = sim::Case { plan, ..sim::Case::new(input) };
//!     let history = sim::run(&model.machine, &case, &mut answers.responder());
//!     prop_assert_ne!(history.outcome.status(), "UNKNOWN");
//! });
//! ```

use proptest::collection::vec;
use proptest::prelude::{Just, any};
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Strategy, Union};

use super::result::input_for;
use crate::asl::Kind;
use crate::fault::{Fault, Plan, offers};
use crate::history::{Iteration, Site};
use crate::model::{Demands, Model, PlaceId, Source, Step, Uses};
use crate::value::{Number, Object, Value};

/// Faults of one plan; two show most of what can go wrong.
const FAULTS_MAX: usize = 3;
/// Items of a list whose length nothing depends on.
const ITEMS_MAX: usize = 4;

/// Inputs with everything that the machine reads of its input; texts and numbers are drawn around those that it
/// compares them with.
pub fn input(model: &Model) -> BoxedStrategy<Value> {
    input_like(model, &input_for(model))
}

/// Values with the members and types of an example.
pub fn like(example: &Value) -> BoxedStrategy<Value> {
    varied(&Demands::default(), &[], example)
}

/// Inputs with the members of an example, which has everything that the machine reads.
pub(super) fn input_like(model: &Model, example: &Value) -> BoxedStrategy<Value> {
    let root = model.demands().root(Source::Input);
    varied(model.demands(), &root.into_iter().collect::<Vec<_>>(), example)
}

/// Plans of up to three faults, each one that can happen at its task. The empty plan comes first.
pub fn plan(model: &Model) -> BoxedStrategy<Plan> {
    let faults = faults(model);
    if faults.is_empty() {
        return Just(Plan::default()).boxed();
    }
    vec(select(faults), 0..=FAULTS_MAX).prop_map(Plan::new).boxed()
}

/// Every fault at the first visit of every task, in the first item of the Maps around it.
fn faults(model: &Model) -> Vec<Fault> {
    let machine = &model.machine;
    let tasks = machine.states.iter().filter(|state| model.graph.is_reachable(state.id));
    tasks
        .flat_map(|state| {
            let maps = machine.enclosing(state.id).filter(|outer| matches!(outer.kind, Kind::Map(_)));
            let site = Site { state: state.id, iteration: Iteration(vec![0; maps.count()]), visit: 1 };
            offers(model, state).into_iter().flat_map(move |offer| {
                let fault = {
                    let site = site.clone();
                    move |burst| Fault { site: site.clone(), class: offer.class.clone(), burst }
                };
                offer.bursts.into_iter().map(fault)
            })
        })
        .collect()
}

/// Values shaped like `value`, which stands at `places`.
fn varied(demands: &Demands, places: &[PlaceId], value: &Value) -> BoxedStrategy<Value> {
    let inside = |wanted: &dyn Fn(&Step) -> bool| {
        let children = places.iter().flat_map(|place| &demands.place(*place).children);
        children.filter(|(step, _)| wanted(step)).map(|(_, child)| *child).collect::<Vec<_>>()
    };
    match value {
        Value::Object(object) => {
            let member = |(key, inner): (&crate::value::Key, &Value)| {
                let places = inside(&|step| matches!(step, Step::Field(name) if name == key));
                let key = key.clone();
                varied(demands, &places, inner).prop_map(move |inner| (key.clone(), inner)).boxed()
            };
            let members: Vec<_> = object.iter().map(member).collect();
            members.prop_map(|members| Value::Object(members.into_iter().collect::<Object>())).boxed()
        }
        Value::Array(items) => {
            let each = inside(&|step| *step == Step::Each);
            let by_index = !inside(&|step| matches!(step, Step::Index(_))).is_empty();
            let item = items.items().iter().map(|item| varied(demands, &each, item));
            if by_index || items.items().is_empty() {
                return item.collect::<Vec<_>>().prop_map(Value::array).boxed();
            }
            vec(Union::new(item), 0..=ITEMS_MAX).prop_map(Value::array).boxed()
        }
        leaf => varied_leaf(demands, places, leaf),
    }
}

fn varied_leaf(demands: &Demands, places: &[PlaceId], leaf: &Value) -> BoxedStrategy<Value> {
    let places = || places.iter().map(|place| demands.place(*place));
    let is_used_as = |uses: Uses| places().any(|place| place.uses.contains(uses));
    let own = Just(leaf.clone()).boxed();
    if is_used_as(Uses::TIMESTAMP) || is_used_as(Uses::JSON_TEXT) || is_used_as(Uses::SECONDS) {
        return own;
    }
    let literals: Vec<Value> = places().flat_map(|place| place.literals.iter().cloned()).collect();
    let mut ways = vec![own];
    match leaf {
        Value::Bool(_) => ways.push(any::<bool>().prop_map(Value::from).boxed()),
        Value::Number(Number::Int(_)) => {
            ways.push((0..1_000_000_i64).prop_map(Value::from).boxed());
            ways.extend(literals.iter().filter_map(Value::as_i64).map(around));
        }
        Value::Number(Number::Float(_)) => ways.push((0.0..1e6).prop_map(Value::from).boxed()),
        Value::String(_) => {
            ways.push("[a-z][a-z0-9-]{0,11}".prop_map(Value::from).boxed());
            ways.extend(
                literals.into_iter().filter(|text| text.as_str().is_some()).map(|text| Just(text).boxed()),
            );
        }
        Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
    Union::new(ways).boxed()
}

/// Both sides of a boundary.
fn around(boundary: i64) -> BoxedStrategy<Value> {
    (boundary.saturating_sub(1)..=boundary.saturating_add(1)).prop_map(Value::from).boxed()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::asl::compile_text;

    const DEFINITION: &str = r#"{"StartAt": "Kind", "States": {
        "Kind": {"Type": "Choice", "Choices": [
            {"Variable": "$.kind", "StringEquals": "refund", "Next": "Each"},
            {"Variable": "$.amount", "NumericGreaterThan": 500, "Next": "Each"}], "Default": "Done"},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {"StartAt": "Work",
            "States": {"Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "f", "Payload": {"id.$": "$.id"}}, "End": true}}}},
        "Done": {"Type": "Succeed"}}}"#;

    fn drawn<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>, count: usize) -> Vec<T> {
        let mut runner = TestRunner::deterministic();
        (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
    }

    fn model() -> Model {
        Model::new(Arc::new(compile_text("m", DEFINITION).unwrap()))
    }

    #[test]
    fn inputs_have_what_is_read_and_reach_both_sides_of_comparisons() {
        let inputs = drawn(&input(&model()), 200);
        assert!(inputs.iter().all(|input| {
            input
                .get("items")
                .is_some_and(|items| items.as_array().unwrap().iter().all(|item| item.get("id").is_some()))
        }));
        let kinds: BTreeSet<_> = inputs.iter().filter_map(|input| input.get("kind")?.as_str()).collect();
        assert!(kinds.contains("refund") && kinds.len() > 2, "{kinds:?}");
        let amounts: BTreeSet<_> = inputs.iter().filter_map(|input| input.get("amount")?.as_i64()).collect();
        assert!(amounts.contains(&500) && amounts.contains(&501), "{amounts:?}");
    }

    #[test]
    fn plans_hold_faults_that_can_happen_in_the_first_item() {
        let model = model();
        let texts: BTreeSet<String> =
            drawn(&plan(&model), 100).iter().map(|plan| plan.display(&model.machine).to_string()).collect();
        assert!(texts.contains("") && texts.contains("Each[0]/Work:throttling"), "{texts:?}");
    }

    #[test]
    fn a_value_like_an_example_has_its_members() {
        let example = Value::parse(r#"{"id": "a", "n": 1, "tags": ["x"], "none": null}"#).unwrap();
        for value in drawn(&like(&example), 20) {
            let names: Vec<_> = value.as_object().unwrap().iter().map(|(key, _)| key.to_string()).collect();
            assert_eq!(names, ["id", "n", "tags", "none"]);
        }
    }
}
