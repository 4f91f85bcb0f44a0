//! Each switch of the table of contested rules, both ways.

use rstest::rstest;

use super::{LAMBDA, caught, end, machine, passed, task, throw, value};
use crate::history::History;
use crate::mock::{Answer, Call, Reply};
use crate::sim::{Case, run};

fn under(rules: &str, definition: &str, input: &str, answer: &Answer) -> History {
    let case = Case { rules: rules.parse().unwrap(), ..super::case(input) };
    run(&machine(definition), &case, &mut |_: Call<'_>| answer.clone())
}

const TOO_LARGE: &str = "States.DataLimitExceeded: The state/task 'Work' returned a result with a size exceeding the \
                         maximum number of bytes service limit.";

#[rstest]
#[case::recorded("", true)]
#[case::documented("data-limit=documented", false)]
fn an_oversized_task_result_meets_a_catcher_of_everything(#[case] rules: &str, #[case] is_caught: bool) {
    let large = Answer::of(value(&format!("\"{}\"", "x".repeat(262_143))));
    let history = under(rules, &caught(LAMBDA, r#""ResultPath":null,"#), "{}", &large);
    assert_eq!(end(&history).starts_with('{'), is_caught);
    assert_eq!(end(&history) == TOO_LARGE, !is_caught);
}

#[rstest]
#[case::as_timeout("", "States.Timeout: none")]
#[case::documented("heartbeat-task-failed=documented", r#"{"Error":"States.Timeout","Cause":""}"#)]
#[case::by_its_own_name("heartbeat-name=documented", "States.HeartbeatTimeout: none")]
fn a_missed_heartbeat_meets_task_failed(#[case] rules: &str, #[case] expected: &str) {
    let definition = task(
        "arn:aws:states:us-east-1:123456789012:activity:Review",
        r#""TimeoutSeconds":60,"HeartbeatSeconds":5,
           "Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"Handler"}],"End":true"#,
    );
    let silence = Answer { heartbeats: false, ..Answer::with(Reply::Silence) };
    assert_eq!(end(&under(rules, &definition, "{}", &silence)), expected);
}

#[rstest]
#[case::a_choice_recorded(
    "",
    r#""Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":2,"Next":"Z"}]"#,
    "States.Runtime"
)]
#[case::a_choice_specified(
    "reserved-names=specified",
    r#""Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":2,"Next":"Z"}]"#,
    "States.NoChoiceMatched"
)]
#[case::a_path_recorded("", r#""Type":"Pass","Parameters":{"b.$":"$.b"},"Next":"Z""#, "States.Runtime")]
#[case::a_path_specified(
    "reserved-names=specified",
    r#""Type":"Pass","Parameters":{"b.$":"$.b"},"Next":"Z""#,
    "States.ParameterPathFailure"
)]
#[case::a_function_specified(
    "reserved-names=specified",
    r#""Type":"Pass","Parameters":{"b.$":"States.StringToJson('{')"},"Next":"Z""#,
    "States.IntrinsicFailure"
)]
fn what_the_interpreter_reports(#[case] rules: &str, #[case] state: &str, #[case] expected: &str) {
    let definition = format!(r#"{{"StartAt":"A","States":{{"A":{{{state}}},"Z":{{"Type":"Succeed"}}}}}}"#);
    let case = Case { rules: rules.parse().unwrap(), ..super::case(r#"{"a":1}"#) };
    let history = passed(&definition, &case);
    assert!(end(&history).starts_with(&format!("{expected}: ")), "{}", end(&history));
}

#[rstest]
#[case::recorded("", "Busy: because")]
#[case::specified("branch-failed=specified", "States.BranchFailed: because")]
fn a_parallel_state_reports(#[case] rules: &str, #[case] expected: &str) {
    let branch = task(LAMBDA, "");
    let definition = format!(
        r#"{{"StartAt":"All","States":{{"All":{{"Type":"Parallel","Branches":[{branch}],"End":true}}}}}}"#
    );
    assert_eq!(end(&under(rules, &definition, "{}", &throw("Busy"))), expected);
}

#[rstest]
#[case::recorded("", true)]
#[case::older("redrive-count=older", false)]
fn the_execution_has_a_count_of_redrives(#[case] rules: &str, #[case] has: bool) {
    let definition =
        r#"{"StartAt":"P","States":{"P":{"Type":"Pass","InputPath":"$$.Execution","End":true}}}"#;
    let case = Case { rules: rules.parse().unwrap(), ..super::case("{}") };
    assert_eq!(end(&passed(definition, &case)).contains(r#""RedriveCount":0"#), has);
}

#[rstest]
#[case::recorded("", "MapRunStarted")]
#[case::older("map-exit=older", "MapRunSucceeded")]
fn the_end_of_a_distributed_map_follows(#[case] rules: &str, #[case] expected: &str) {
    let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}"#;
    let case = Case { rules: rules.parse().unwrap(), ..super::case("[1]") };
    let history = passed(definition, &case);
    let exited = history.events.iter().find(|event| event.kind.name() == "MapStateExited").unwrap();
    assert_eq!(history.event(exited.previous).unwrap().kind.name(), expected);
}
