//! What the order workflow does whatever it is given, and whatever goes wrong.

use proptest::prelude::*;
use sfn_chaos::workflow::Workflow;

fn order() -> Workflow {
    Workflow::load("workflows/order.asl.json").unwrap()
}

proptest! {
    #[test]
    fn every_order_is_charged_once(input in order().inputs()) {
        let execution = order().execution().input(&input).run().unwrap();
        execution.assert_succeeded();
        prop_assert_eq!(execution.effects("ChargePayment"), 1);
    }

    #[test]
    fn no_order_fails_without_a_refund(plan in order().plans()) {
        let execution = order().execution().plan(&plan).run().unwrap();
        if execution.status() != "SUCCEEDED" {
            execution.assert_entered("RefundPayment");
        }
    }
}
