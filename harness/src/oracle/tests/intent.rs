use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

/// An order: what `CHARGE` says of the payment's handlers, a refund and its end, in either language.
const ORDER: &str = r#"{"StartAt":"Charge","States":{
  "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"charge"},
    CHARGE "ResultPath":"$.charge","Next":"Ship"},
  "Ship":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"ship"},
    "Catch":[{"ErrorEquals":["Undeliverable"],"ResultPath":"$.error","Next":"Refund"}],
    "ResultPath":"$.ship","Next":"Done"},
  "Refund":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"refund"},
    "ResultPath":"$.refund","Next":"Sorry"},
  "Sorry":{"Type":"Fail","Error":"NotCharged","Cause":"the payment failed"},
  "Done":{"Type":"Succeed"}}}"#;

const RETRY: &str = r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2}],"#;
const TO_REFUND: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Refund"}],"#;
const TO_DONE: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Done"}],"#;
const TO_SHIP: &str = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Ship"}],"#;

/// The findings of the rule for an order whose payment has these handlers, with one intent.
fn found(charge: &str, intent: &str) -> Vec<(String, Severity)> {
    order(charge, intent).of_rule(RuleId::Intent)
}

fn order(charge: &str, intent: &str) -> Trial {
    Trial::of(&ORDER.replace("CHARGE", charge)).declared(&format!("[[machines.trial.intents]]\n{intent}"))
}

fn at_charge(severity: Severity) -> Vec<(String, Severity)> {
    vec![("Charge".to_owned(), severity)]
}

#[rstest]
#[case::impact("", "at = \"Charge\"\nfault = \"throttling\"\nis = \"no-impact\"")]
#[case::impact_when_retries_are_spent(
    RETRY,
    "at = \"Charge\"\nfault = \"throttling\"\nburst = \"exhausting\"\nis = \"no-impact\""
)]
#[case::another_output(TO_SHIP, "at = \"Charge\"\nfault = \"service-error\"\nis = \"no-impact:same-output\"")]
#[case::it_is_swallowed(TO_DONE, "at = \"Charge\"\nfault = \"service-error\"\nis = \"propagates\"")]
#[case::another_error(
    TO_REFUND,
    "at = \"Charge\"\nfault = \"timeout\"\nis = \"propagates:Sandbox.Timedout\""
)]
#[case::another_end(TO_DONE, "at = \"Charge\"\nfault = \"throttling\"\nis = \"ends:Sorry\"")]
#[case::it_escapes("", "at = \"Charge\"\nfault = \"throttling\"\nis = \"ends:Sorry\"")]
#[case::no_compensation(TO_DONE, "at = \"Charge\"\nfault = \"lost-answer\"\nis = \"compensates:Refund\"")]
#[case::one_of_two(
    TO_DONE,
    "at = \"Charge\"\nfault = \"lost-answer\"\nis = [\"ends:Done\", \"compensates:Refund\"]"
)]
#[case::by_pattern(TO_DONE, "at = \"Char*\"\nis = \"propagates\"")]
fn what_does_not_happen_is_found(#[case] charge: &str, #[case] intent: &str) {
    assert!(found(charge, intent).contains(&at_charge(Severity::High)[0]), "{:?}", found(charge, intent));
}

#[rstest]
#[case::it_is_retried(RETRY, "at = \"Charge\"\nfault = \"throttling\"\nis = \"no-impact\"")]
#[case::even_twice(
    RETRY,
    "at = \"Charge\"\nfault = \"any\"\nburst = \"last-survivable\"\nis = \"no-impact:same-output\""
)]
#[case::it_goes_on(TO_SHIP, "at = \"Charge\"\nfault = \"service-error\"\nis = \"no-impact\"")]
#[case::nothing_takes_it("", "at = \"Charge\"\nis = \"propagates\"")]
#[case::by_its_error(TO_REFUND, "at = \"Charge\"\nis = \"propagates:NotCharged\"")]
#[case::by_its_end(TO_REFUND, "at = \"Charge\"\nis = \"ends:Sorry\"")]
#[case::it_is_undone(
    TO_REFUND,
    "at = \"Charge\"\nfault = [\"lost-answer\", \"timeout\"]\nis = [\"compensates:Refund\", \"propagates\"]"
)]
#[case::a_fault_that_cannot_happen(
    TO_DONE,
    "at = \"Charge\"\nfault = \"callback-missing\"\nis = \"propagates\""
)]
fn what_happens_as_declared_is_no_finding(#[case] charge: &str, #[case] intent: &str) {
    assert_eq!(found(charge, intent), []);
}

#[test]
fn the_severity_is_the_declared_one() {
    let intent = "at = \"Charge\"\nfault = \"throttling\"\nis = \"no-impact\"\nseverity = \"low\"";
    assert_eq!(found("", intent), at_charge(Severity::Low));
}

#[test]
fn of_two_intents_for_a_fault_the_later_one_counts() {
    let intents = "at = \"*\"\nis = \"propagates\"\n\
                   [[machines.trial.intents]]\nat = \"Charge\"\nis = \"ends:Done\"";
    assert_eq!(found(TO_DONE, intents), []);
}

#[test]
fn a_compensation_that_fails_itself_is_held_against_its_own_intent_only() {
    let own = "at = \"Charge\"\nis = \"compensates:Refund\"\n\
               [[machines.trial.intents]]\nat = \"Refund\"\nfault = \"throttling\"\nis = \"no-impact\"";
    assert_eq!(found(TO_REFUND, own), [("Refund".to_owned(), Severity::High)]);
}

#[rstest]
#[case::a_failure_that_ends_well(TO_DONE, RuleId::FailureSwallowed, "is = \"ends:Done\"")]
#[case::a_failure_without_impact(
    TO_SHIP,
    RuleId::FailureSwallowed,
    "is = \"no-impact\"\nburst = \"exhausting\""
)]
#[case::a_failure_that_escapes(
    r#""Catch":[{"ErrorEquals":["Declined"],"Next":"Refund"}],"#,
    RuleId::FailureUncaught,
    "fault = [\"throttling\", \"service-error\", \"permission-denied\", \"timeout\", \"lost-answer\", \"error(Chaos.UnexpectedError)\"]\nis = \"propagates\""
)]
fn what_is_meant_is_no_weakness(#[case] charge: &str, #[case] rule: RuleId, #[case] intent: &str) {
    let at = |trial: &Trial| trial.of_rule(rule).iter().any(|(state, _)| state == "Charge");
    assert!(at(&Trial::of(&ORDER.replace("CHARGE", charge))), "without the intent");
    assert!(!at(&order(charge, &format!("at = \"Charge\"\n{intent}"))));
}

#[rstest]
#[case::another_class(RuleId::FailureSwallowed, "fault = \"timeout\"\nis = \"ends:Done\"")]
#[case::another_statement(RuleId::FailureSwallowed, "is = \"propagates\"")]
#[case::a_missing_retrier(RuleId::TransientNotRetried, "is = \"ends:Done\"")]
fn an_intent_silences_nothing_else(#[case] rule: RuleId, #[case] intent: &str) {
    let found = order(TO_DONE, &format!("at = \"Charge\"\n{intent}")).of_rule(rule);
    assert!(found.iter().any(|(state, _)| state == "Charge"), "{found:?}");
}

#[test]
fn a_finding_quotes_error_and_cause_and_says_what_was_declared() {
    let trial = order(TO_DONE, "at = \"Charge\"\nfault = \"error(Declined)\"\nis = \"compensates:Refund\"");
    let findings = trial.findings();
    let found = findings.iter().find(|violation| violation.rule == RuleId::Intent).unwrap();
    assert_eq!(
        found.title,
        "`error(Declined)` is meant to be compensated by `Refund`, and `Refund` does not run"
    );
    assert!(found.why.starts_with("chaos.toml:1:1 declares that `error(Declined)` at `Charge` is `compensates:Refund`. `Charge` fails with `Declined` ("), "{}", found.why);
    assert!(
        found.why.ends_with(
            "and Catch[0] goes to `Done`. `Refund` does not run. The execution ends as SUCCEEDED."
        ),
        "{}",
        found.why
    );
}

/// Items that are shipped in a Map of a mode, whose failure goes to a state, in either language.
fn in_map(mode: &str, catch: &str, intent: &str) -> Vec<(String, Severity)> {
    let definition = r#"{"StartAt":"ShipAll","States":{
      "ShipAll":{"Type":"Map","ItemsPath":"$.items","ItemProcessor":{MODE"StartAt":"Ship","States":{
        "Ship":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"ship"},"End":true}}},
        "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"NEXT"}],"ResultPath":null,"Next":"Check"},
      "Check":{"Type":"Choice","Default":"Done","Choices":[{"Variable":"$.recall","BooleanEquals":true,"Next":"Recall"}]},
      "Recall":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"recall"},
        "ResultPath":null,"Next":"Sorry"},
      "Sorry":{"Type":"Fail","Error":"NotShipped"},"Done":{"Type":"Succeed"}}}"#;
    let trial = Trial::of(&definition.replace("MODE", mode).replace("NEXT", catch));
    let trial = trial.input(r#"{"items":[1,2],"recall":false}"#);
    trial.declared(&format!("[[machines.trial.intents]]\n{intent}")).of_rule(RuleId::Intent)
}

const DISTRIBUTED: &str = r#""ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#;

#[rstest]
fn an_item_is_held_against_its_intent(
    #[values("", DISTRIBUTED)] mode: &str,
    #[values("at = \"Ship\"", "at = \"ShipAll/*\"")] at: &str,
) {
    let intent = format!("{at}\nfault = \"service-error\"\nis = [\"compensates:Recall\", \"ends:Sorry\"]");
    assert_eq!(in_map(mode, "Recall", &intent), []);
    assert_eq!(in_map(mode, "Done", &intent), [("Ship".to_owned(), Severity::High)]);
}

/// A question to a person, in JSONata, with its handlers.
fn asked(fields: &str, intent: &str) -> Vec<(String, Severity)> {
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"Ask","States":{
      "Ask":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",FIELDS
        "Arguments":{"QueueUrl":"q","MessageBody":"{% $states.context.Task.Token %}"},"Next":"Check"},
      "Check":{"Type":"Choice","Default":"Done","Choices":[{"Condition":"{% $states.input.late = true %}","Next":"Escalate"}]},
      "Escalate":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"escalate"},"Next":"Done"},
      "Done":{"Type":"Succeed"}}}"#;
    let trial = Trial::of(&definition.replace("FIELDS", fields));
    trial.declared(&format!("[[machines.trial.intents]]\nat = \"Ask\"\n{intent}")).of_rule(RuleId::Intent)
}

const ESCALATES: &str = r#""TimeoutSeconds":60,"Catch":[{"ErrorEquals":["States.Timeout"],"Output":"{% $states.input %}","Next":"Escalate"}],"#;

#[rstest]
#[case::silence_is_escalated("fault = \"callback-missing\"\nis = \"compensates:Escalate\"", ESCALATES, true)]
#[case::silence_without_a_timer("fault = \"callback-missing\"\nis = \"compensates:Escalate\"", "", false)]
#[case::a_late_answer_that_nobody_offers("fault = \"callback-late\"\nis = \"ends:Done\"", ESCALATES, true)]
#[case::a_refusal_goes_up(
    "fault = \"callback-failed(Refused)\"\nis = \"propagates:Refused\"",
    ESCALATES,
    true
)]
#[case::a_refusal_is_not_escalated(
    "fault = \"callback-failed(Refused)\"\nis = \"ends:Escalate\"",
    ESCALATES,
    false
)]
fn a_callback_is_held_against_its_intent(#[case] intent: &str, #[case] fields: &str, #[case] as_meant: bool) {
    assert_eq!(asked(fields, intent).is_empty(), as_meant);
}
