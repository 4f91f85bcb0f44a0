use rstest::rstest;

use super::super::trial::Trial;
use super::super::{RuleId, Severity};

/// One task with these handlers, of a service that has a name for denials alone, or none.
fn task(resource: &str, handlers: &str, states: &str) -> String {
    format!(
        r#"{{"StartAt":"Work","States":{{
          "Work":{{"Type":"Task","Resource":"arn:aws:states:::{resource}","Parameters":{{"Name":"n"}},
            "ResultPath":"$.work",{handlers}"Next":"Done"}},
          {states}"Done":{{"Type":"Succeed"}}}}}}"#
    )
}

const NAMED: &str = "aws-sdk:glue:startCrawler";
const READS: &str = "aws-sdk:glue:getCrawler";
const AMBIGUOUS: &str = "lambda:invoke";
const DENIED: &str = "Glue.AccessDeniedException";

fn worst(definition: &str, rule: RuleId) -> Option<Severity> {
    Trial::of(definition).of_rule(rule).into_iter().map(|(_, severity)| severity).max()
}

#[rstest]
#[case::a_short_wildcard(NAMED, r#"["States.ALL"],"MaxAttempts":2"#, Some(Severity::Note))]
#[case::a_patient_wildcard(
    NAMED,
    r#"["States.ALL"],"MaxAttempts":6,"IntervalSeconds":2"#,
    Some(Severity::Low)
)]
#[case::a_very_patient_wildcard(
    NAMED,
    r#"["States.TaskFailed"],"MaxAttempts":10,"IntervalSeconds":2"#,
    Some(Severity::Medium)
)]
#[case::by_name(NAMED, r#"["Glue.AccessDeniedException"],"MaxAttempts":2"#, Some(Severity::Low))]
#[case::by_name_for_long(
    NAMED,
    r#"["Glue.AccessDeniedException"],"MaxAttempts":9,"IntervalSeconds":5"#,
    Some(Severity::Medium)
)]
#[case::by_a_name_of_old(
    AMBIGUOUS,
    r#"["Lambda.AccessDeniedException","States.Permissions"],"MaxAttempts":2"#,
    Some(Severity::Low)
)]
#[case::never(NAMED, r#"["Glue.AccessDeniedException"],"MaxAttempts":0"#, None)]
#[case::names_that_pass(NAMED, r#"["Glue.OperationTimeoutException","Glue.ThrottlingException"]"#, None)]
#[case::a_name_that_means_two_things(AMBIGUOUS, r#"["Lambda.AWSLambdaException"],"MaxAttempts":10"#, None)]
#[case::a_wildcard_that_cannot_tell(AMBIGUOUS, r#"["States.ALL"],"MaxAttempts":6"#, Some(Severity::Note))]
#[case::a_wildcard_that_cannot_tell_and_waits_for_long(
    AMBIGUOUS,
    r#"["States.ALL"],"MaxAttempts":10,"IntervalSeconds":9"#,
    Some(Severity::Low)
)]
fn a_denial_that_is_retried(
    #[case] resource: &str,
    #[case] retrier: &str,
    #[case] expected: Option<Severity>,
) {
    let definition = task(resource, &format!(r#""Retry":[{{"ErrorEquals":{retrier}}}],"#), "");
    assert_eq!(worst(&definition, RuleId::PermissionRetried), expected);
}

#[test]
fn a_denial_is_retried_until_the_time_of_the_execution_is_up() {
    let retrier = r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":60,"MaxAttempts":10}],"#;
    let definition = task(NAMED, retrier, "").replacen('{', r#"{"TimeoutSeconds":900,"#, 1);
    assert_eq!(worst(&definition, RuleId::PermissionRetried), Some(Severity::Medium));
}

#[test]
fn a_denial_is_retried_by_the_state_around_it_too() {
    let definition = format!(
        r#"{{"StartAt":"Both","States":{{"Both":{{"Type":"Parallel","End":true,
          "Retry":[{{"ErrorEquals":["States.ALL"],"IntervalSeconds":60,"MaxAttempts":5}}],
          "Branches":[{}]}}}}}}"#,
        task(NAMED, "", "")
    );
    let found = Trial::of(&definition).of_rule(RuleId::PermissionRetried);
    assert_eq!(found, [("Both".to_owned(), Severity::Medium)]);
}

/// A catcher of these errors that leads to `Route`.
fn catch(errors: &str) -> String {
    format!(r#""Catch":[{{"ErrorEquals":[{errors}],"ResultPath":"$.error","Next":"Route"}}],"#)
}

const GO_ON: &str = r#""Route":{"Type":"Pass","End":true},"#;
const TELL: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::sns:publish",
  "Parameters":{"TopicArn":"arn:aws:sns:us-east-1:123456789012:alerts","Message":"failed"},"End":true},"#;
const OWN_ALERT: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"alert-the-team"},"End":true},"#;
const ANOTHER_WAY: &str = r#""Route":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
  "Parameters":{"FunctionName":"crawl-elsewhere"},"ResultPath":"$.work","Next":"Done"},"#;
const FAIL: &str = r#""Route":{"Type":"Fail","Error":"NotCrawled"},"#;
const NAME: &str = r#""Glue.AccessDeniedException""#;
const ALL: &str = r#""States.ALL""#;

#[rstest]
#[case::a_name(NAMED, NAME, GO_ON, Some(Severity::Medium))]
#[case::a_name_of_a_call_that_reads(READS, NAME, GO_ON, Some(Severity::Low))]
#[case::a_name_and_somebody_is_told(NAMED, NAME, TELL, None)]
#[case::a_name_and_somebody_may_be_told(NAMED, NAME, OWN_ALERT, None)]
#[case::a_name_and_it_shows(NAMED, NAME, FAIL, None)]
#[case::another_name(NAMED, r#""Glue.EntityNotFoundException""#, GO_ON, None)]
#[case::faults_go_the_same_way(
    NAMED,
    r#""Glue.AccessDeniedException","Glue.ThrottlingException","Glue.OperationTimeoutException""#,
    GO_ON,
    None
)]
#[case::everything_is_hidden(NAMED, ALL, GO_ON, None)]
#[case::it_is_done_another_way_and_written_down(NAMED, ALL, ANOTHER_WAY, Some(Severity::Note))]
#[case::another_way_by_a_name_that_cannot_tell(
    AMBIGUOUS,
    r#""Lambda.AWSLambdaException""#,
    ANOTHER_WAY,
    Some(Severity::Medium)
)]
#[case::a_status_that_is_an_answer("http:invoke", r#""States.Http.StatusCode.403""#, GO_ON, None)]
fn a_denial_that_is_hidden(
    #[case] resource: &str,
    #[case] errors: &str,
    #[case] route: &str,
    #[case] expected: Option<Severity>,
) {
    assert_eq!(worst(&task(resource, &catch(errors), route), RuleId::PermissionDenialHidden), expected);
}

#[rstest]
#[case::where_only_the_denial_is_hidden(NAME, GO_ON, RuleId::PermissionDenialHidden)]
#[case::where_everything_is_hidden(ALL, GO_ON, RuleId::FailureSwallowed)]
fn one_cause_is_one_finding(#[case] errors: &str, #[case] route: &str, #[case] expected: RuleId) {
    let trial = Trial::of(&task(NAMED, &catch(errors), route));
    for rule in [RuleId::PermissionDenialHidden, RuleId::FailureSwallowed] {
        assert_eq!(trial.of_rule(rule).len(), usize::from(rule == expected), "{rule}");
    }
}

#[test]
fn another_way_hides_that_the_first_one_is_closed() {
    let definition = task(NAMED, &catch(ALL), ANOTHER_WAY).replace(r#""$.error""#, "null");
    assert_eq!(worst(&definition, RuleId::PermissionDenialHidden), Some(Severity::Low));
}

#[test]
fn a_message_may_be_lost_but_not_every_one() {
    let catcher = r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"Done"}],"#;
    let definition = task("sns:publish", catcher, "");
    assert_eq!(worst(&definition, RuleId::PermissionDenialHidden), Some(Severity::Low));
    assert_eq!(worst(&definition, RuleId::FailureSwallowed), None);
}

#[rstest]
#[case::a_name(
    RuleId::PermissionRetried,
    task(NAMED, r#""Retry":[{"ErrorEquals":["Glue.AccessDeniedException"]}],"#, "")
)]
#[case::a_name_among_others(
    RuleId::PermissionRetried,
    task(
        NAMED,
        r#""Retry":[{"ErrorEquals":["Glue.OperationTimeoutException","Glue.AccessDeniedException"]}],"#,
        ""
    )
)]
#[case::a_name_before_a_wildcard(
    RuleId::PermissionRetried,
    task(
        NAMED,
        r#""Retry":[{"ErrorEquals":["Glue.AccessDeniedException"]},{"ErrorEquals":["States.ALL"]}],"#,
        ""
    )
)]
#[case::a_wildcard(
    RuleId::PermissionRetried,
    task(NAMED, r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":6}],"#, "")
)]
#[case::a_wildcard_that_cannot_tell(
    RuleId::PermissionRetried,
    task(AMBIGUOUS, r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":6}],"#, "")
)]
#[case::a_named_catcher(RuleId::PermissionDenialHidden, task(NAMED, &catch(NAME), GO_ON))]
#[case::a_catcher_of_several_names(RuleId::PermissionDenialHidden,
    task(NAMED, &catch(r#""Glue.EntityNotFoundException","Glue.AccessDeniedException""#), GO_ON))]
#[case::another_way(RuleId::PermissionDenialHidden, task(NAMED, &catch(ALL), ANOTHER_WAY))]
#[case::another_way_by_a_name_that_cannot_tell(RuleId::PermissionDenialHidden,
    task(AMBIGUOUS, &catch(ALL), ANOTHER_WAY))]
#[case::a_message(
    RuleId::PermissionDenialHidden,
    task(
        "aws-sdk:sns:publish",
        r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"Done"}],"#,
        ""
    )
)]
fn a_patch_mends_it_and_breaks_nothing_else(#[case] rule: RuleId, #[case] definition: String) {
    let others = |definition: &str| -> Vec<_> {
        let found = Trial::of(definition).findings().into_iter().filter(|found| found.rule != rule);
        found.map(|found| (found.rule, found.severity)).collect()
    };
    let flawed = Trial::of(&definition).findings();
    let patches: Vec<_> =
        flawed.into_iter().filter(|found| found.rule == rule).map(|found| found.fix.asl_patch).collect();
    assert!(patches.iter().any(|patch| !patch.is_empty()), "{rule} is found, with a patch");
    let patched = patches.iter().fold(definition.clone(), |text, patch| Trial::patched(&text, patch));
    assert_eq!(Trial::of(&patched).of_rule(rule), [], "{patched}");
    assert_eq!(others(&patched), others(&definition), "{patched}");
}

#[rstest]
#[case::it_fails("", Severity::High)]
#[case::it_is_hidden(
    r#""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"Done"}],"#,
    Severity::Critical
)]
#[case::retries_do_not_help(r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2}],"#, Severity::High)]
fn a_permission_that_the_role_lacks(#[case] handlers: &str, #[case] expected: Severity) {
    let definition = task(NAMED, handlers, "");
    let trial =
        Trial::of(&definition).lacking(Some("Work"), "glue:StartCrawler", "arn:aws:glue:r:1:crawler/n");
    let found = trial.findings();
    let found: Vec<_> = found.iter().filter(|found| found.rule == RuleId::PermissionMissing).collect();
    let [found] = found[..] else { panic!("one finding, not {}", found.len()) };
    assert_eq!((found.severity, found.error.as_deref()), (expected, Some(DENIED)));
    assert_eq!(found.title, "The role may not `glue:StartCrawler` on `arn:aws:glue:r:1:crawler/n`");
    let cause = found.cause.as_deref().unwrap();
    assert!(cause.contains("perform: glue:StartCrawler on resource: arn:aws:glue:r:1:crawler/n"), "{cause}");
    assert!(found.fix.iam.is_some());
    assert_eq!(worst(&definition, RuleId::PermissionMissing), None, "the role is allowed to do it");
}

#[test]
fn a_permission_of_a_failure_path_is_missed_there() {
    let handlers = catch(ALL);
    let route =
        TELL.replace(r#""End":true"#, r#""Next":"Failed""#) + r#""Failed":{"Type":"Fail","Error":"E"},"#;
    let trial =
        Trial::of(&task(NAMED, &handlers, &route)).lacking(Some("Route"), "sns:Publish", "arn:aws:sns:r:1:t");
    assert_eq!(trial.of_rule(RuleId::PermissionMissing), [("Route".to_owned(), Severity::High)]);
}

#[test]
fn a_permission_of_the_machine_is_missed_without_a_fault() {
    let trial = Trial::of(&task(NAMED, "", "")).lacking(None, "logs:CreateLogDelivery", "*");
    assert_eq!(trial.of_rule(RuleId::PermissionMissing), [(String::new(), Severity::High)]);
}
