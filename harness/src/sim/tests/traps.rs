//! Rules of error handling that other simulators get wrong, each with the history that it leads to.

use rstest::rstest;

use super::{LAMBDA, case, end, express, kinds, machine, passed, task, value};
use crate::history::History;
use crate::mock::{Answer, Call, Reply};
use crate::sim::{Case, run};

const INVOKE: &str = "arn:aws:states:::lambda:invoke";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:Review";

/// `ok`, `!NAME` (a failure), `silent` (heartbeats go on), `dead` (not even heartbeats).
fn answer(text: &str) -> Answer {
    match text {
        "ok" => Answer::of(value("1")),
        "silent" => Answer::with(Reply::Silence),
        "dead" => Answer { heartbeats: false, ..Answer::with(Reply::Silence) },
        name => Answer::with(Reply::throw(name.trim_start_matches('!'), "because")),
    }
}

/// Runs a definition whose calls get these answers in order, the last one again and again.
fn scripted(definition: &str, answers: &str) -> History {
    let answers: Vec<_> = answers.split(' ').map(answer).collect();
    let mut calls = 0;
    run(&machine(definition), &case(r#"{"a":1}"#), &mut |_: Call<'_>| {
        calls += 1;
        answers[(calls - 1).min(answers.len() - 1)].clone()
    })
}

/// The event types after ExecutionStarted, without what their names have in common.
fn story(history: &History) -> String {
    let kinds = kinds(history).into_iter().skip(1).map(|kind| {
        let kind =
            kind.strip_prefix("LambdaFunction").or_else(|| kind.strip_prefix("Activity")).unwrap_or(kind);
        kind.strip_prefix("TaskState").or_else(|| kind.strip_prefix("Task")).unwrap_or(kind)
    });
    kinds.collect::<Vec<_>>().join(" ")
}

const FAILED: &str = "Entered Scheduled Started Failed ExecutionFailed";
const CAUGHT: &str =
    "Entered Scheduled Started Failed Exited PassStateEntered PassStateExited ExecutionSucceeded";
const TIMEOUT_CAUGHT: &str =
    "Entered Scheduled Started TimedOut Exited PassStateEntered PassStateExited ExecutionSucceeded";

#[rstest]
#[case::any_name("States.TaskFailed", "!Declined", CAUGHT)]
#[case::a_name_of_the_service("States.TaskFailed", "!States.Permissions", CAUGHT)]
#[case::a_failed_job("States.TaskFailed", "!States.TaskFailed", CAUGHT)]
#[case::but_no_timeout("States.TaskFailed", "silent", "Entered Scheduled Started TimedOut ExecutionFailed")]
#[case::all_takes_a_timeout("States.ALL", "silent", TIMEOUT_CAUGHT)]
#[case::a_heartbeat_by_its_name("States.HeartbeatTimeout", "dead", TIMEOUT_CAUGHT)]
#[case::a_heartbeat_as_a_timeout("States.Timeout", "dead", TIMEOUT_CAUGHT)]
#[case::a_timeout_is_no_heartbeat(
    "States.HeartbeatTimeout",
    "silent",
    "Entered Scheduled Started TimedOut ExecutionFailed"
)]
#[case::another_name("Declined", "!declined", FAILED)]
fn task_failed_is_a_wildcard_for_all_but_timeouts(
    #[case] pattern: &str,
    #[case] answers: &str,
    #[case] expected: &str,
) {
    let catch = format!(r#""Catch":[{{"ErrorEquals":["{pattern}"],"Next":"Handler"}}],"End":true"#);
    let fields = format!(r#""TimeoutSeconds":60,"HeartbeatSeconds":5,{catch}"#);
    assert_eq!(story(&scripted(&task(ACTIVITY, &fields), answers)), expected);
}

#[rstest]
#[case::of_a_timeout("silent")]
#[case::of_a_missed_heartbeat("dead")]
fn the_history_says_timeout_and_a_catcher_sees_an_empty_cause(#[case] answers: &str) {
    let fields = r#""TimeoutSeconds":60,"HeartbeatSeconds":5,
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Handler"}],"End":true"#;
    let history = scripted(&task(ACTIVITY, fields), answers);
    assert_eq!(end(&history), r#"{"Error":"States.Timeout","Cause":""}"#);
}

#[rstest]
#[case::in_parameters(r#""Parameters":{"x.$":"$.none"},"#, "Entered ExecutionFailed")]
#[case::in_a_timeout(r#""TimeoutSecondsPath":"$.none","#, "Entered ExecutionFailed")]
#[case::in_a_function(r#""Parameters":{"x.$":"States.StringToJson('{')"},"#, "Entered ExecutionFailed")]
#[case::in_the_output_path(
    r#""OutputPath":"$.none","#,
    "Entered Scheduled Started Succeeded ExecutionFailed"
)]
#[case::in_the_result_selector(
    r#""ResultSelector":{"x.$":"$.none"},"#,
    "Entered Scheduled Started Succeeded ExecutionFailed"
)]
fn a_runtime_error_is_neither_retried_nor_caught(#[case] fields: &str, #[case] expected: &str) {
    let handlers = r#""Retry":[{"ErrorEquals":["States.Runtime"]},{"ErrorEquals":["States.ALL"]}],
        "Catch":[{"ErrorEquals":["States.Runtime"],"Next":"Handler"},{"ErrorEquals":["States.ALL"],"Next":"Handler"}],
        "End":true"#;
    let history = scripted(&task(LAMBDA, &format!("{fields}{handlers}")), "ok");
    assert_eq!(story(&history), expected);
    let prefix =
        "States.Runtime: An error occurred while executing the state 'Work' (entered at the event id #2). ";
    assert!(end(&history).starts_with(prefix), "{}", end(&history));
}

#[rstest]
#[case::counters_are_kept_apart(
    r#"{"ErrorEquals":["A"],"MaxAttempts":1},{"ErrorEquals":["B"],"MaxAttempts":1}"#,
    "!A !B !A !B",
    3
)]
#[case::one_counter_for_all_names_of_a_retrier(r#"{"ErrorEquals":["A","B"],"MaxAttempts":2}"#, "!A !B !A", 3)]
#[case::a_spent_retrier_hides_the_next(
    r#"{"ErrorEquals":["A"],"MaxAttempts":1},{"ErrorEquals":["States.ALL"],"MaxAttempts":9}"#,
    "!A",
    2
)]
#[case::the_first_that_matches_decides(
    r#"{"ErrorEquals":["B"],"MaxAttempts":9},{"ErrorEquals":["States.ALL"],"MaxAttempts":1}"#,
    "!A",
    2
)]
#[case::none_is_never(r#"{"ErrorEquals":["States.ALL"],"MaxAttempts":0}"#, "!A", 1)]
#[case::three_by_default(r#"{"ErrorEquals":["States.ALL"]}"#, "!A", 4)]
fn retriers_count_for_themselves(#[case] retry: &str, #[case] answers: &str, #[case] attempts: usize) {
    let fields = format!(
        r#""Retry":[{retry}],"Catch":[{{"ErrorEquals":["States.ALL"],"Next":"Handler"}}],"End":true"#
    );
    let history = scripted(&task(LAMBDA, &fields), answers);
    let tries = vec!["Scheduled Started Failed"; attempts].join(" ");
    assert_eq!(
        story(&history),
        format!("Entered {tries} Exited PassStateEntered PassStateExited ExecutionSucceeded")
    );
}

#[rstest]
#[case::one_second_doubled_by_default(r#""MaxAttempts":3"#, 7_000)]
#[case::no_cap_by_default(r#""MaxAttempts":8,"IntervalSeconds":10,"BackoffRate":2"#, 2_550_000)]
#[case::a_cap(r#""MaxAttempts":4,"IntervalSeconds":3,"BackoffRate":2,"MaxDelaySeconds":5"#, 18_000)]
#[case::no_growth(r#""MaxAttempts":3,"IntervalSeconds":4,"BackoffRate":1"#, 12_000)]
fn the_wait_before_a_retry(#[case] retry: &str, #[case] expected_ms: u64) {
    let fields = format!(r#""Retry":[{{"ErrorEquals":["States.ALL"],{retry}}}],"End":true"#);
    assert_eq!(scripted(&task(LAMBDA, &fields), "!A").duration.0, expected_ms);
}

#[test]
fn counters_begin_anew_when_a_state_is_entered_again() {
    let definition = format!(
        r#"{{"StartAt":"Work","States":{{
            "Work":{{"Type":"Task","Resource":"{LAMBDA}","ResultPath":"$.r","Next":"Again",
                "Retry":[{{"ErrorEquals":["A"],"MaxAttempts":1}}]}},
            "Again":{{"Type":"Choice","Default":"Work","Choices":[{{"Variable":"$.r","NumericEquals":2,"Next":"Done"}}]}},
            "Done":{{"Type":"Succeed"}}}}}}"#
    );
    let history = scripted(&definition, "!A ok !A ok !A !A");
    assert_eq!((end(&history).as_str(), history.attempts.len()), ("A: because", 6));
}

#[rstest]
#[case::a_parallel(r#""Type":"Parallel","Branches":[{INNER}],"#, "ParallelState")]
#[case::a_map(r#""Type":"Map","ItemsPath":"$.items","ItemProcessor":{INNER},"#, "MapState")]
fn a_retry_runs_the_whole_state_again_without_entering_it(#[case] fields: &str, #[case] kind: &str) {
    let inner =
        format!(r#""StartAt":"Work","States":{{"Work":{{"Type":"Task","Resource":"{LAMBDA}","End":true}}}}"#);
    let fields = fields.replace("INNER", &inner);
    let definition = format!(
        r#"{{"StartAt":"S","States":{{"S":{{{fields}"Retry":[{{"ErrorEquals":["A"],"MaxAttempts":1}}],"End":true}}}}}}"#
    );
    let mut calls = 0;
    let history = run(&machine(&definition), &case(r#"{"items":[1]}"#), &mut |_: Call<'_>| {
        calls += 1;
        if calls == 1 { answer("!A") } else { answer("ok") }
    });
    let count =
        |name: &str| kinds(&history).iter().filter(|found| **found == format!("{kind}{name}")).count();
    assert_eq!(["Entered", "Started", "Failed", "Succeeded", "Exited"].map(count), [1, 2, 0, 1, 1]);
    assert_eq!(end(&history), "[1]");
}

#[rstest]
#[case::the_input_is_replaced("", r#"{"Error":"A","Cause":"because"}"#)]
#[case::unless_a_path_says_where(r#""ResultPath":"$.e","#, r#"{"a":1,"e":{"Error":"A","Cause":"because"}}"#)]
#[case::or_nowhere(r#""ResultPath":null,"#, r#"{"a":1}"#)]
fn a_catcher_has_a_data_flow_of_its_own(#[case] path: &str, #[case] expected: &str) {
    let fields = format!(
        r#""OutputPath":"$.none","ResultPath":"$.also","ResultSelector":{{"x.$":"$.none"}},
           "Catch":[{{"ErrorEquals":["States.ALL"],{path}"Next":"Handler"}}],"End":true"#
    );
    assert_eq!(end(&scripted(&task(LAMBDA, &fields), "!A")), expected);
}

#[test]
fn a_timeout_bounds_any_task() {
    let definition = task(INVOKE, r#""TimeoutSeconds":5,"End":true"#);
    let history = scripted(&definition, "silent");
    assert_eq!(story(&history), "Entered Scheduled Started TimedOut ExecutionFailed");
    assert_eq!(history.duration.0, 5_000);
}

#[test]
fn a_heartbeat_alone_sets_no_timeout() {
    let definition = task(ACTIVITY, r#""HeartbeatSeconds":5,"End":true"#);
    let late = Answer { after_ms: 90_000_000, ..answer("ok") };
    let history = run(&machine(&definition), &case("{}"), &mut |_: Call<'_>| late.clone());
    assert_eq!((end(&history).as_str(), history.duration.0), ("1", 90_000_000));
}

#[test]
fn a_choice_without_a_match_is_a_runtime_error() {
    let definition = r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
        {"Variable":"$.a","NumericEquals":2,"Next":"Z"}]},"Z":{"Type":"Succeed"}}}"#;
    let history = passed(definition, &case(r#"{"a":1}"#));
    assert_eq!(story(&history), "ChoiceStateEntered ExecutionFailed");
    assert_eq!(
        end(&history),
        "States.Runtime: An error occurred while executing the state 'C' (entered at the event id #2). Failed to \
         transition out of the state. The state does not point to a next state."
    );
}

#[test]
fn a_failing_branch_takes_the_others_along_and_its_own_error_goes_up() {
    let slow = r#"{"StartAt":"Slow","States":{"Slow":{"Type":"Wait","Seconds":9,"End":true}}}"#;
    let fails = r#"{"StartAt":"No","States":{"No":{"Type":"Fail","Error":"Sold out","Cause":"none left"}}}"#;
    let definition = format!(
        r#"{{"StartAt":"All","States":{{"All":{{"Type":"Parallel","Branches":[{slow},{fails}],"End":true}}}}}}"#
    );
    let history = passed(&definition, &case("{}"));
    assert_eq!(
        story(&history),
        "ParallelStateEntered ParallelStateStarted WaitStateEntered FailStateEntered WaitStateAborted \
         ParallelStateFailed ExecutionFailed"
    );
    assert_eq!(end(&history), "Sold out: none left");
}

#[test]
fn a_failing_item_fails_the_map_and_aborts_the_items_that_run() {
    let definition = format!(
        r#"{{"StartAt":"Each","States":{{"Each":{{"Type":"Map","End":true,"ItemProcessor":{{"StartAt":"Work",
            "States":{{"Work":{{"Type":"Task","Resource":"{LAMBDA}","End":true}}}}}}}}}}}}"#
    );
    let history =
        run(&machine(&definition), &case("[1,2]"), &mut |call: Call<'_>| match call.parameters.as_i64() {
            Some(1) => Answer { after_ms: 10, ..answer("!A") },
            _ => answer("silent"),
        });
    let after: Vec<_> = kinds(&history).into_iter().skip(12).collect();
    assert_eq!(
        after,
        [
            "MapIterationFailed",
            "TaskStateAborted",
            "MapIterationAborted",
            "MapStateFailed",
            "ExecutionFailed"
        ]
    );
    assert_eq!(end(&history), "A: because");
}

#[test]
fn an_execution_that_times_out_shows_one_event_that_follows_none() {
    let definition =
        r#"{"StartAt":"W","TimeoutSeconds":3,"States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}"#;
    let history = passed(definition, &case("{}"));
    assert_eq!(story(&history), "WaitStateEntered ExecutionTimedOut");
    assert_eq!(history.events[2].previous.0, 0);
    assert_eq!((end(&history).as_str(), history.duration.0), ("TIMED_OUT", 3_000));
}

#[test]
fn an_express_execution_ends_after_five_minutes() {
    let definition = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":301,"End":true}}}"#;
    let history = passed(definition, &express("{}"));
    assert_eq!((end(&history).as_str(), history.duration.0), ("TIMED_OUT", 300_000));
}

const STATE_TOO_LARGE: &str = "States.DataLimitExceeded: The state/task 'P' returned a result with a size exceeding \
                               the maximum number of bytes service limit.";

#[rstest]
#[case::the_last_byte_fits(262_144, true)]
#[case::one_more_does_not(262_145, false)]
fn a_state_output_has_at_most_256_kib(#[case] bytes: usize, #[case] fits: bool) {
    let text = "x".repeat(bytes - 2);
    let definition =
        format!(r#"{{"StartAt":"P","States":{{"P":{{"Type":"Pass","Result":"{text}","End":true}}}}}}"#);
    let history = passed(&definition, &case("{}"));
    let expected = if fits {
        "PassStateEntered PassStateExited ExecutionSucceeded"
    } else {
        "PassStateEntered ExecutionFailed"
    };
    assert_eq!(story(&history), expected);
    assert_eq!(end(&history) == STATE_TOO_LARGE, !fits);
}

#[test]
fn the_last_event_that_fits_is_the_failure() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Default":"A",
        "Choices":[{"Variable":"$.a","IsPresent":true,"Next":"Z"}]},"Z":{"Type":"Succeed"}}}"#;
    let history = passed(definition, &case("{}"));
    assert_eq!(history.events.len(), 25_000);
    assert_eq!(
        end(&history),
        "States.Runtime: The execution reached the maximum number of history events (25000)."
    );
}

#[rstest]
#[case::of_a_standard_execution(case("{}"))]
#[case::of_an_express_execution(express("{}"))]
fn the_first_state_follows_no_event(#[case] case: Case) {
    let history = passed(r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#, &case);
    assert_eq!(history.events.iter().map(|event| event.previous.0).collect::<Vec<_>>(), [0, 0, 2, 3]);
}
