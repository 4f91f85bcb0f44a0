use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use rstest::rstest;

use super::*;
use crate::asl::compile_text;
use crate::config::Config;
use crate::model::Declarations;
use crate::oracle::{PatchOperation, RuleId, Severity, Verdict};
use crate::search::{Budget, Phase};
use crate::value::Value;

/// An approval that nobody may ever give, and whose failure is hidden.
const FLAWED: &str = r#"{
  "StartAt": "Reserve",
  "States": {
    "Reserve": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": { "FunctionName": "reserve", "Payload.$": "$.order" },
      "ResultPath": "$.reserved", "Next": "Approve"
    },
    "Approve": {
      "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": { "QueueUrl": "q", "MessageBody": { "Token.$": "$$.Task.Token" } },
      "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
      "Next": "Done"
    },
    "Done": { "Type": "Succeed" }
  }
}"#;

fn campaign(definition: &str) -> Campaign {
    Campaign::new(Arc::new(compile_text("approval", definition).unwrap()))
}

fn rules(outcome: &MachineOutcome) -> Vec<(RuleId, String)> {
    let machine = outcome.machine.as_ref().unwrap();
    let plan = |finding: &Finding| finding.case.plan.display(machine).to_string();
    outcome.findings.iter().map(|finding| (finding.violation.rule, plan(finding))).collect()
}

#[test]
fn a_finding_has_the_smallest_plan_that_shows_it() {
    let outcome = campaign(FLAWED).run();
    assert_eq!(outcome.verdict, MachineVerdict::Violated);
    let found = rules(&outcome);
    assert!(found.contains(&(RuleId::CallbackUnbounded, "Approve:callback-missing".to_owned())), "{found:?}");
    assert!(found.contains(&(RuleId::FailureSwallowed, "Approve:throttling".to_owned())), "{found:?}");
    assert!(found.iter().all(|(_, plan)| !plan.contains(" + ")), "{found:?}");
    assert_eq!(outcome.coverage.states.missing, Vec::<String>::new());
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads() {
    let run = |threads| {
        let outcome = campaign(FLAWED).threads(NonZeroUsize::new(threads).unwrap()).run();
        format!("{:#?}", (outcome.findings, outcome.phases, outcome.coverage, outcome.rules))
    };
    let one = run(1);
    assert_eq!(one, run(1));
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
}

#[test]
fn only_the_rules_that_are_asked_for_are_reported() {
    let outcome = campaign(FLAWED).rules(&[RuleId::CallbackUnbounded]).run();
    assert!(!outcome.findings.is_empty());
    assert!(outcome.findings.iter().all(|finding| finding.violation.rule == RuleId::CallbackUnbounded));
    assert_eq!(outcome.rules.len(), 1);
}

#[test]
fn a_machine_that_fails_by_itself_is_not_searched() {
    let definition = r#"{"StartAt": "Add", "States": {
        "Add": {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd('one', 2)"}, "End": true}}}"#;
    let outcome = campaign(definition).run();
    assert_eq!(outcome.verdict, MachineVerdict::BaselineFailed);
    assert_eq!(outcome.phases.len(), 1);
    assert_eq!(outcome.stopped_because, "no scenario succeeds without faults");
}

#[test]
fn a_spent_budget_is_reported() {
    let budget = Budget { runs_max: 3, ..Budget::default() };
    let outcome = campaign(FLAWED).phases(&[Phase::Singles]).budget(budget).run();
    assert_eq!(outcome.phases[1], PhaseCount { phase: "singles", runs: 3 });
    assert_eq!(outcome.stopped_because, "the budget of 3 runs was spent");
}

#[test]
fn an_assertion_says_what_breaks() {
    let outcome = campaign(FLAWED).run();
    outcome.assert_no_finding_above(Severity::Critical);
    let panic = std::panic::catch_unwind(|| outcome.assert_clean()).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(
        text.contains("CRITICAL Approve callback-unbounded")
            || text.contains("HIGH Approve callback-unbounded"),
        "{text}"
    );
    assert!(text.contains("faults  Approve:callback-missing"), "{text}");
}

#[test]
fn known_findings_pass_and_others_do_not() {
    let outcome = campaign(FLAWED).rules(&[RuleId::CallbackUnbounded]).run();
    outcome.assert_finds(&[(RuleId::CallbackUnbounded, "Approve")]);
    let told = |known: &[(RuleId, &str)]| {
        let panic = std::panic::catch_unwind(|| outcome.assert_finds(known)).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    };
    assert!(told(&[]).contains("faults  Approve:callback-missing"));
    let gone = told(&[(RuleId::CallbackUnbounded, "Approve"), (RuleId::TaskUnbounded, "Aprove")]);
    let expected = "`task-unbounded` is not found at `Aprove`, which is no state; did you mean `Approve`?";
    assert!(gone.ends_with(expected), "{gone}");
}

#[test]
fn a_machine_that_does_not_succeed_is_not_clean() {
    let late = r#"{"TimeoutSeconds": 5, "StartAt": "Late", "States": {
        "Late": {"Type": "Wait", "Seconds": 10, "End": true}}}"#;
    let outcome = campaign(late).run();
    let panic = std::panic::catch_unwind(|| outcome.assert_clean()).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("does not succeed without faults"), "{text}");
    assert!(text.contains("5 s: the execution's own timer ends it as TIMED_OUT"), "{text}");
}

#[test]
fn a_saved_case_still_shows_its_finding_until_it_is_mended() {
    let outcome = campaign(FLAWED).rules(&[RuleId::CallbackUnbounded]).run();
    let machine = outcome.machine.clone().unwrap();
    let file = crate::case::CaseFile::of(&outcome.findings[0], &machine, "approval.asl.json");
    let file = crate::case::CaseFile::parse(&file.to_json()).unwrap();
    let again = replay(&file, &machine, Declarations::default()).unwrap();
    assert!(again.is_current && matches!(again.shown, Shown::Finding(_)));

    let mended = FLAWED
        .replace(r#""QueueUrl""#, r#""DelaySeconds": 0, "QueueUrl""#)
        .replace(r#""Catch""#, r#""TimeoutSeconds": 3600, "Catch""#);
    let mended = Arc::new(compile_text("approval", &mended).unwrap());
    let after = replay(&file, &mended, Declarations::default()).unwrap();
    assert!(!after.is_current && matches!(after.shown, Shown::Nothing));
}

#[test]
fn a_fix_is_proven_where_its_finding_goes_and_nothing_as_severe_comes() {
    let campaign = campaign(FLAWED);
    let mut outcome = campaign.clone().run();
    prove(&campaign, &mut outcome);
    let of = |rule| {
        let found = outcome.findings.iter().find(|finding| finding.violation.rule == rule);
        found.and_then(|finding| finding.fix_verdict.clone())
    };
    assert_eq!(of(RuleId::CallbackUnbounded), Some(FixVerdict::Proven { milder: Vec::new() }));
    assert!(outcome.findings.iter().all(|finding| finding.fix_verdict.is_some()));
}

#[test]
fn a_patch_that_does_not_fit_is_told_from_one_that_does_not_mend() {
    let campaign = campaign(FLAWED);
    let mut outcome = campaign.clone().run();
    let callback = |outcome: &MachineOutcome| {
        let is_meant = |finding: &Finding| finding.violation.rule == RuleId::CallbackUnbounded;
        outcome.findings.iter().position(is_meant).unwrap()
    };
    let at = callback(&outcome);
    let mut with = |path: &str, value: &str| {
        let operation =
            PatchOperation { op: "add", path: path.to_owned(), value: Some(Value::parse(value).unwrap()) };
        outcome.findings[at].violation.fix.asl_patch = vec![operation];
        prove(&campaign, &mut outcome);
        outcome.findings[at].fix_verdict.as_ref().unwrap().name()
    };
    assert_eq!(with("/States/Ask/TimeoutSeconds", "60"), "does-not-apply");
    assert_eq!(with("/States/Approve/TimeoutSeconds", "-60"), "does-not-apply");
    assert_eq!(with("/Comment", "\"none\""), "still-there");
    assert_eq!(with("/States/Approve/TimeoutSeconds", "60"), "proven");
    // Nothing leads to `Done` any more.
    assert_eq!(with("/States/Approve", r#"{"Type":"Fail"}"#), "does-not-apply");
}

#[test]
fn patches_go_one_after_the_other_as_far_as_each_mends_its_finding() {
    let campaign = campaign(FLAWED);
    let mended = mend(&campaign, campaign.clone().run(), &|_| true).unwrap();
    assert!(mended.applied.len() > 1, "{:?}", mended.applied);
    let has_patch = |finding: &&Finding| !finding.violation.fix.asl_patch.is_empty();
    let left: Vec<_> = mended.outcome.findings.iter().filter(has_patch).map(|finding| &finding.id).collect();
    assert_eq!(left, Vec::<&String>::new());
}

#[rstest]
#[case::tried("fault = \"throttling\"\nis = \"ends:Done\"", Verdict::Holds, None)]
#[case::a_fault_that_cannot_happen(
    "fault = \"job-fails\"\nis = \"propagates\"",
    Verdict::Vacuous,
    Some("no such fault can happen there: the integration or the retriers do not allow it")
)]
#[case::no_retrier(
    "burst = \"last-survivable\"\nis = \"no-impact\"",
    Verdict::Vacuous,
    Some("no such fault can happen there: the integration or the retriers do not allow it")
)]
fn an_intent_that_was_never_tried_is_no_pass(
    #[case] intent: &str,
    #[case] verdict: Verdict,
    #[case] because: Option<&str>,
) {
    let text = format!("[[machines.approval.intents]]\nat = \"Approve\"\n{intent}");
    let config = Config::parse(Path::new("chaos.toml"), &text).unwrap();
    let campaign = campaign(FLAWED).rules(&[RuleId::Intent]);
    let declarations = config.declarations(&compile_text("approval", FLAWED).unwrap()).unwrap();
    let outcome = campaign.declarations(declarations).run();
    let found: Vec<_> =
        outcome.intents.iter().map(|intent| (intent.verdict, intent.because.as_deref())).collect();
    assert_eq!(found, [(verdict, because)]);
    let expected = if because.is_some() { MachineVerdict::Unknown } else { MachineVerdict::Clean };
    assert_eq!(outcome.verdict, expected);
}
