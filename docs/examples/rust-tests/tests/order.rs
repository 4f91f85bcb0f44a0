//! What the order workflow does under faults, one row a fault.

use std::time::Duration;

use rstest::rstest;
use sfn_chaos::workflow::{Workflow, WorkflowError};

fn order() -> Result<Workflow, WorkflowError> {
    Workflow::load("workflows/order.asl.json")
}

#[test]
fn an_order_is_charged_and_shipped() -> Result<(), WorkflowError> {
    let execution = order()?.execution().run()?;
    execution.assert_succeeded().assert_never_entered("RefundPayment");
    assert_eq!(execution.states(), ["ChargePayment", "ShipOrder"]);
    Ok(())
}

#[rstest]
#[case::throttled_three_times("ChargePayment:throttling*3", "SUCCEEDED")]
#[case::throttled_too_often("ChargePayment:throttling*4", "FAILED")]
#[case::declined("ChargePayment:error(CardDeclined)", "FAILED")]
#[case::not_shipped("ShipOrder:error(OutOfStock)", "FAILED")]
#[case::shipped_at_last("ShipOrder:service-error*2 + ChargePayment:throttling", "SUCCEEDED")]
fn an_order_under_faults(#[case] faults: &str, #[case] status: &str) -> Result<(), WorkflowError> {
    order()?.execution().faults(faults).run()?.assert_status(status);
    Ok(())
}

#[rstest]
#[case::charge_fails("ChargePayment:timeout")]
#[case::charge_is_lost("ChargePayment:lost-answer-as(Sandbox.Timedout)")]
#[case::shipping_fails("ShipOrder:permission-denied*forever")]
fn what_is_not_shipped_is_refunded(#[case] faults: &str) -> Result<(), WorkflowError> {
    let execution = order()?.execution().faults(faults).run()?;
    execution.assert_failed("OrderCancelled").assert_entered("RefundPayment");
    assert_eq!(execution.effects("RefundPayment"), 1);
    Ok(())
}

#[test]
fn a_throttled_charge_is_retried_with_growing_waits() -> Result<(), WorkflowError> {
    let execution = order()?.execution().faults("ChargePayment:throttling*3").run()?;
    assert_eq!(execution.attempts("ChargePayment"), 4);
    assert_eq!(execution.waits("ChargePayment"), [2, 4, 8].map(Duration::from_secs));
    Ok(())
}

#[test]
fn an_input_and_an_answer_of_ones_own() -> Result<(), WorkflowError> {
    let order = order()?;
    let execution = order
        .execution()
        .input(r#"{ "orderId": "order-2", "amountCents": 0 }"#)
        .returns("ChargePayment", r#"{ "Payload": { "paymentId": "free" } }"#)
        .run()?;
    execution.assert_output(
        r#"{
            "orderId": "order-2", "amountCents": 0,
            "payment": { "paymentId": "free" }, "parcel": { "parcelId": "parcel-9" }
        }"#,
    );
    Ok(())
}
