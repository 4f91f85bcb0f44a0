//! What a user of the library writes: properties of a workflow under random inputs and faults (proptest), and tables
//! of faults with what should come of them (rstest).

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use rstest::rstest;
use sfn_chaos::asl::Machine;
use sfn_chaos::campaign::Campaign;
use sfn_chaos::fault::Plan;
use sfn_chaos::generate::strategy;
use sfn_chaos::history::{Ending, History, Outcome};
use sfn_chaos::mock::Script;
use sfn_chaos::model::Model;
use sfn_chaos::oracle::{RuleId, Severity};
use sfn_chaos::search::Phase;
use sfn_chaos::sim::{self, Case};
use sfn_chaos::value::Value;
use sfn_chaos_tests::scenario::{self, Version};

/// A workflow with its facts, and what its tasks answer when nothing goes wrong.
struct Workflow {
    model: Model,
    input: Value,
    answers: Script,
}

impl Workflow {
    fn repaired(folder: &str) -> Self {
        let examples = scenario::examples(folder, Version::Repaired);
        let (_, input) = examples.inputs.into_iter().next().expect("there is an example");
        let (_, answers) = examples.scripts.into_iter().next().expect("there is a test case");
        Self { model: Model::new(Arc::new(scenario::machine(folder, Version::Repaired))), input, answers }
    }

    fn machine(&self) -> &Machine {
        &self.model.machine
    }

    fn run(&self, input: Value, plan: Plan) -> History {
        let case = Case { plan, ..Case::new(input) };
        sim::run(self.machine(), &case, &mut self.answers.responder())
    }

    /// The tasks that were called, each once, in the order of their first call.
    fn called(&self, history: &History) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for attempt in &history.attempts {
            let name = &*self.machine().state(attempt.state).name;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether any call of a task went well.
    fn did(&self, history: &History, task: &str) -> bool {
        history.attempts.iter().any(|attempt| {
            *self.machine().state(attempt.state).name == *task
                && matches!(attempt.ending, Ending::Succeeded(_))
        })
    }
}

static ORDER: LazyLock<Workflow> = LazyLock::new(|| Workflow::repaired("order-payment"));
static TRIP: LazyLock<Workflow> = LazyLock::new(|| Workflow::repaired("trip-saga"));

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn who_gets_nothing_pays_nothing(
        input in strategy::input(&ORDER.model),
        plan in strategy::plan(&ORDER.model),
    ) {
        let history = ORDER.run(input, plan);
        let called = ORDER.called(&history);
        if called.contains(&"ChargeCustomer") && !history.outcome.succeeded() {
            prop_assert!(called.contains(&"RefundPayment"), "{called:?}: {:?}", history.outcome);
        }
    }

    #[test]
    fn an_order_ends_by_itself_within_a_day(
        input in strategy::like(&ORDER.input),
        plan in strategy::plan(&ORDER.model),
    ) {
        let history = ORDER.run(input, plan);
        let ended = matches!(history.outcome, Outcome::Succeeded { .. } | Outcome::Failed { .. });
        prop_assert!(ended, "{:?} after {}", history.outcome, history.duration);
    }

    #[test]
    fn a_trip_that_failed_is_cancelled_down_to_the_hotel(plan in strategy::plan(&TRIP.model)) {
        let history = TRIP.run(TRIP.input.clone(), plan);
        if !history.outcome.succeeded() {
            let called = TRIP.called(&history);
            prop_assert!(called.contains(&"CancelHotel") && called.contains(&"AlertAgents"), "{called:?}");
            prop_assert!(!TRIP.did(&history, "BookFlight") || called.contains(&"CancelFlight"), "{called:?}");
        }
    }
}

#[rstest]
#[case::nothing("", &["ReserveStock", "ChargeCustomer", "AwaitDispatch"], "SUCCEEDED")]
#[case::a_short_trouble("ChargeCustomer:throttling*3", &["ReserveStock", "ChargeCustomer", "AwaitDispatch"], "SUCCEEDED")]
#[case::a_declined_payment(
    "ChargeCustomer:error(PaymentDeclined)",
    &["ReserveStock", "ChargeCustomer", "RefundPayment", "ReleaseStock", "AlertOperators"],
    "FAILED"
)]
#[case::a_silent_warehouse(
    "AwaitDispatch:callback-missing",
    &["ReserveStock", "ChargeCustomer", "AwaitDispatch", "WithdrawDispatch", "RefundPayment", "ReleaseStock",
      "AlertOperators"],
    "FAILED"
)]
#[case::a_refund_that_fails_too(
    "AwaitDispatch:callback-missing + RefundPayment:throttling*forever",
    &["ReserveStock", "ChargeCustomer", "AwaitDispatch", "WithdrawDispatch", "RefundPayment", "ReleaseStock",
      "AlertOperators"],
    "FAILED"
)]
fn an_order_survives(#[case] plan: &str, #[case] called: &[&str], #[case] status: &str) {
    let plan = Plan::parse(plan, ORDER.machine()).expect("a plan of this machine");
    let history = ORDER.run(ORDER.input.clone(), plan);
    assert_eq!(ORDER.called(&history), called);
    assert_eq!(history.outcome.status(), status);
}

#[rstest]
#[case::lost("Charge:throttling", "did you mean `ChargeCustomer`?")]
#[case::no_such_fault("ChargeCustomer:throtling", "throttling")]
fn a_plan_that_is_wrong_says_what_was_meant(#[case] plan: &str, #[case] hint: &str) {
    let error = Plan::parse(plan, ORDER.machine()).expect_err("it is wrong");
    assert!(error.message.contains(hint), "{}", error.message);
}

#[test]
fn a_campaign_is_an_assertion() {
    Campaign::new(TRIP.model.machine.clone())
        .inputs(vec![("a trip".to_owned(), TRIP.input.clone())])
        .phases(&[Phase::Singles, Phase::Pairs])
        .run()
        .assert_no_finding_above(Severity::Low);
}

#[test]
fn a_campaign_can_ask_for_some_rules_only() {
    let machine = Arc::new(scenario::machine("trip-saga", Version::Flawed));
    let outcome = Campaign::new(machine).rules(&[RuleId::HandlerLosesInput]).run();
    let rules: Vec<_> = outcome.findings.iter().map(|finding| finding.violation.rule).collect();
    assert_eq!(rules, [RuleId::HandlerLosesInput]);
}
