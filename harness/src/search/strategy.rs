//! Plans as a proptest strategy, for properties that users write themselves.

use proptest::collection::vec;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use crate::asl::Kind;
use crate::fault::{Fault, Plan, offers};
use crate::history::{Iteration, Site};
use crate::model::Model;

/// Plans of up to `faults_max` faults, each one that can happen at a task of the machine, in the first item of every
/// Map around it and on the first visit. Shrinks to fewer faults.
///
/// ```
/// use std::sync::Arc;
/// use proptest::prelude::*;
/// use sfn_chaos::{asl, generate, mock::Script, model::Model, search, sim};
///
/// let machine = asl::compile_text("order", r#"{
///     "StartAt": "Charge",
///     "TimeoutSeconds": 3600,
///     "States": { "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true } }
/// }"#).expect("a valid definition");
/// let model = Model::new(Arc::new(machine));
/// let answers = generate::complete(&model, &Script::default());
///
/// proptest!(|(plan in search::plans(&model, 2))| {
///     let case = sim::Case { plan, ..sim::Case::new(generate::input_for(&model)) };
///     let history = sim::run(&model.machine, &case, &mut answers.responder());
///     prop_assert!(history.duration.0 <= 3_600_000, "the order takes {}", history.duration);
/// });
/// ```
pub fn plans(model: &Model, faults_max: usize) -> BoxedStrategy<Plan> {
    let machine = &model.machine;
    let mut faults = Vec::new();
    for state in &machine.states {
        let maps = machine.enclosing(state.id).filter(|around| matches!(around.kind, Kind::Map(_)));
        let site = Site { state: state.id, iteration: Iteration(vec![0; maps.count()]), visit: 1 };
        for offer in offers(model, state) {
            let fault = |burst| Fault { site: site.clone(), class: offer.class.clone(), burst };
            faults.extend(offer.bursts.iter().copied().map(fault));
        }
    }
    if faults.is_empty() {
        return Just(Plan::default()).boxed();
    }
    vec(select(faults), 0..=faults_max).prop_map(Plan::new).boxed()
}
