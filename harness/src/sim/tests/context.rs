//! The context object: which members there are, in which state and which type of execution.

use rstest::rstest;

use super::{LAMBDA, case, end, express, passed, task};
use crate::history::Outcome;
use crate::mock::{Answer, Call};
use crate::sim::{Case, StartedBy, run};
use crate::value::Value;

/// The names of a member's members, as a Pass state sees them.
fn names(case: &Case, path: &str) -> Vec<String> {
    let definition = format!(
        r#"{{"StartAt":"P","States":{{"P":{{"Type":"Pass","Parameters":{{"it.$":"{path}"}},"OutputPath":"$.it","End":true}}}}}}"#
    );
    match passed(&definition, case).outcome {
        Outcome::Succeeded { output } => {
            output.as_object().expect("an object").iter().map(|(name, _)| name.to_string()).collect()
        }
        other => vec![other.status().to_owned()],
    }
}

#[rstest]
#[case::the_whole("$$", &["Execution", "StateMachine", "State"])]
#[case::the_execution("$$.Execution", &["Id", "Input", "StartTime", "Name", "RoleArn", "RedriveCount"])]
#[case::the_machine("$$.StateMachine", &["Id", "Name"])]
#[case::a_state_without_retries("$$.State", &["EnteredTime", "Name"])]
fn a_pass_state_sees(#[case] path: &str, #[case] expected: &[&str]) {
    assert_eq!(names(&case("{}"), path), expected);
    assert_eq!(names(&express("{}"), path), expected);
}

#[test]
fn a_task_sees_how_often_it_was_retried() {
    let definition = task(
        LAMBDA,
        r#""Parameters":{"count.$":"$$.State.RetryCount"},
           "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2}],"End":true"#,
    );
    let mut seen = Vec::new();
    let history = run(&super::machine(&definition), &case("{}"), &mut |call: Call<'_>| {
        seen.push(call.parameters.to_json());
        if seen.len() == 3 { Answer::of(Value::from(1)) } else { super::throw("E") }
    });
    assert_eq!(end(&history), "1");
    assert_eq!(seen, [r#"{"count":0}"#, r#"{"count":1}"#, r#"{"count":2}"#]);
}

#[rstest]
#[case::a_map(
    r#""Type":"Map","ItemsPath":"$.none","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"#
)]
#[case::a_parallel(
    r#""Type":"Parallel","Branches":[{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}],"#
)]
fn a_state_that_can_be_retried_has_a_count(#[case] fields: &str) {
    let definition = format!(
        r#"{{"StartAt":"S","States":{{"S":{{{fields}"ResultSelector":{{"count.$":"$$.State.RetryCount"}},"End":true}}}}}}"#
    );
    assert_eq!(end(&passed(&definition, &case(r#"{"none":[]}"#))), r#"{"count":0}"#);
}

#[test]
fn every_attempt_of_a_callback_has_a_token_of_its_own() {
    let definition = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        r#""Parameters":{"first.$":"$$.Task.Token","second.$":"$$['Task'].Token"},
           "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1,"IntervalSeconds":1}],"End":true"#,
    );
    let mut seen = Vec::new();
    run(&super::machine(&definition), &case("{}"), &mut |call: Call<'_>| {
        let token = |name: &str| call.parameters.get(name).and_then(Value::as_str).map(str::to_owned);
        assert_eq!(token("first"), token("second"));
        seen.push(token("first").expect("a token is a text"));
        super::throw("E")
    });
    assert_eq!(seen.len(), 2);
    assert_ne!(seen[0], seen[1]);
}

#[test]
fn an_execution_that_somebody_waits_for_has_no_count_of_redrives() {
    let case = Case { started_by: StartedBy::StartSyncExecution, ..express("{}") };
    assert_eq!(names(&case, "$$.Execution"), ["Id", "Input", "StartTime", "Name", "RoleArn"]);
}
