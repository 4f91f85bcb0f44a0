//! The search over faults: one workflow is clean, the other has a weakness that its owner lives with.

use sfn_chaos::oracle::RuleId;
use sfn_chaos::workflow::{Workflow, WorkflowError};

#[test]
fn the_order_workflow_survives_every_fault() -> Result<(), WorkflowError> {
    Workflow::load("workflows/order.asl.json")?.campaign().run().assert_clean();
    Ok(())
}

#[test]
fn the_newsletter_has_one_known_weakness() -> Result<(), WorkflowError> {
    let outcome = Workflow::load("workflows/newsletter.asl.json")?.campaign().run();
    outcome.assert_finds(&[(RuleId::TransientNotRetried, "TellReaders")]);
    Ok(())
}

#[test]
fn the_weakness_is_told_as_it_was_when_it_was_reviewed() -> Result<(), WorkflowError> {
    let outcome = Workflow::load("workflows/newsletter.asl.json")?.campaign().run();
    let finding = outcome.finding(RuleId::TransientNotRetried, "TellReaders").expect("it is known");
    insta::assert_snapshot!(outcome.diagnosis(finding));
    Ok(())
}
