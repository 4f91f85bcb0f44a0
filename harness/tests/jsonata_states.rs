//! States in JSONata: what their fields see, what they give, and how an evaluation that fails is shown.

use rstest::rstest;
use sfn_chaos::asl::{Machine, compile_text};
use sfn_chaos::history::{History, wire};
use sfn_chaos::mock::{Answer, Call, Reply};
use sfn_chaos::sim::{self, Case};
use sfn_chaos::value::Value;

fn value(text: &str) -> Value {
    Value::parse(text).expect("test values are JSON")
}

fn compiled(states: &str) -> Machine {
    let first = states.split('"').nth(1).expect("a state has a name");
    let text = format!(r#"{{"QueryLanguage":"JSONata","StartAt":"{first}","States":{{{states}}}}}"#);
    compile_text("test", &text).expect("test definitions are valid")
}

/// Runs states of a JSONata machine. A task answers with what it is given; one whose name begins with `Bad` fails.
fn run(states: &str, input: &str) -> (Machine, History) {
    let machine = compiled(states);
    let case = Case { task_ms: 0, ..Case::new(value(input)) };
    let history = sim::run(&machine, &case, &mut |call: Call<'_>| {
        if call.state.name.starts_with("Bad") {
            Answer::with(Reply::throw("Broken", "because"))
        } else {
            Answer::of(call.parameters.clone())
        }
    });
    (machine, history)
}

/// The output, or error and cause without what every cause begins with.
fn end(states: &str, input: &str) -> String {
    let (machine, history) = run(states, input);
    let execution = wire::execution(&history, &machine, Case::EPOCH_MS);
    let text = |name: &str| execution.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text("status") == "SUCCEEDED" {
        return execution.get("output").map(Value::to_json).unwrap_or_default();
    }
    let cause = text("cause");
    format!("{}: {}", text("error"), cause.split_once("). ").map_or(&*cause, |(_, rest)| rest))
}

/// `3<2 EvaluationFailed Output/x`, for every event; the location where there is one.
fn chain(states: &str, input: &str) -> Vec<String> {
    let (machine, history) = run(states, input);
    let number = |event: &Value, name: &str| event.get(name).and_then(Value::as_i64).unwrap_or(-1);
    let events = wire::events(&history, &machine, Case::EPOCH_MS);
    let show = |event: &Value| {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        let details = event.get("evaluationFailedEventDetails");
        let location = details.and_then(|details| details.get("location")).and_then(Value::as_str);
        let location = location.map(|location| format!(" {location}")).unwrap_or_default();
        format!("{}<{} {kind}{location}", number(event, "id"), number(event, "previousEventId"))
    };
    events.iter().map(show).collect()
}

const LAMBDA: &str = r#""Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:F""#;

fn task(name: &str, fields: &str) -> String {
    format!(r#""{name}":{{{LAMBDA},{fields}}}"#)
}

#[rstest]
#[case::pass_gives_its_input(r#""A":{"Type":"Pass","End":true}"#, r#"{"x":1}"#)]
#[case::pass_gives_its_output(
    r#""A":{"Type":"Pass","Output":{"y":"{% $states.input.x + 1 %}"},"End":true}"#,
    r#"{"y":2}"#
)]
#[case::a_blank_before_the_braces_makes_a_text(
    r#""A":{"Type":"Pass","Output":" {% 1 %}","End":true}"#,
    r#"" {% 1 %}""#
)]
#[case::succeed(r#""A":{"Type":"Succeed","Output":"{% $states.input.x %}"}"#, "1")]
#[case::wait(r#""A":{"Type":"Wait","Seconds":"{% $states.input.x %}","Output":{"w":"{% $states.input %}"},"End":true}"#, r#"{"w":{"x":1}}"#)]
#[case::parallel(
    r#""A":{"Type":"Parallel","Arguments":{"p":"{% $states.input.x %}"},"Branches":[
        {"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"Output":"{% [$states.result, $states.input] %}","End":true}"#,
    r#"[{"p":1},{"x":1}]"#
)]
#[case::map_over_items(
    r#""A":{"Type":"Map","Items":"{% [1..3] %}","ItemSelector":{"i":"{% $states.context.Map.Item.Value * 10 %}",
        "x":"{% $states.input.x %}"},"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass",
        "Output":"{% $states.input.i + $states.input.x %}","End":true}}},"Output":"{% $sum($states.result) %}","End":true}"#,
    "63"
)]
fn the_output_of_a_state(#[case] states: &str, #[case] expected: &str) {
    assert_eq!(end(states, r#"{"x":1}"#), expected);
}

#[rstest]
#[case::without_output_it_gives_its_result(
    r#""Arguments":{"a":"{% $states.input.x %}"},"End":true"#,
    r#"{"a":1}"#
)]
#[case::without_arguments_it_gets_its_input(r#""End":true"#, r#"{"x":1}"#)]
#[case::output_sees_input_and_result(
    r#""Arguments":[1],"Output":{"in":"{% $states.input %}","out":"{% $states.result %}"},"End":true"#,
    r#"{"in":{"x":1},"out":[1]}"#
)]
fn a_task(#[case] fields: &str, #[case] expected: &str) {
    assert_eq!(end(&task("A", fields), r#"{"x":1}"#), expected);
}

#[rstest]
#[case::without_output_it_passes_the_error_on("", r#"{"Error":"Broken","Cause":"because"}"#)]
#[case::output_sees_input_and_error(
    r#","Output":{"x":"{% $states.input.x %}","e":"{% $states.errorOutput.Error %}"}"#,
    r#"{"x":1,"e":"Broken"}"#
)]
#[case::there_is_no_result(
    r#","Output":"{% $sort($keys($states)) %}""#,
    r#"["context","errorOutput","input"]"#
)]
#[case::variables_are_set(
    r#","Assign":{"e":"{% $states.errorOutput.Cause %}"},"Output":"{% $exists($e) %}""#,
    "false"
)]
fn a_catcher(#[case] fields: &str, #[case] expected: &str) {
    let catch = format!(r#""Catch":[{{"ErrorEquals":["States.ALL"],"Next":"B"{fields}}}],"End":true"#);
    let states = format!(r#"{},"B":{{"Type":"Succeed"}}"#, task("Bad", &catch));
    assert_eq!(end(&states, r#"{"x":1}"#), expected);
}

#[rstest]
#[case::of_the_rule_that_holds(r#"{"x":true}"#, r#"["rule",1,true]"#)]
#[case::of_the_default(r#"{"x":false}"#, r#"["default",2,false]"#)]
fn output_and_assign_of_a_choice(#[case] input: &str, #[case] expected: &str) {
    let states = r#""C":{"Type":"Choice","Default":"E","Output":["default","{% $states.input.x %}"],"Assign":{"v":2},
        "Choices":[{"Condition":"{% $states.input.x %}","Next":"E","Output":["rule","{% $states.input.x %}"],"Assign":{"v":1}}]},
        "E":{"Type":"Pass","Output":"{% [$states.input[0], $v, $states.input[1]] %}","End":true}"#;
    assert_eq!(end(states, input), expected);
}

#[test]
fn a_literal_may_be_a_condition() {
    let states = r#""C":{"Type":"Choice","Choices":[{"Condition":false,"Next":"F"},{"Condition":true,"Next":"E"}]},
        "E":{"Type":"Succeed"},"F":{"Type":"Fail"}"#;
    assert_eq!(end(states, "1"), "1");
}

#[rstest]
#[case::undefined(
    r#""Type":"Pass","Output":"{% $states.input.y %}","End":true"#,
    "The JSONata expression '$states.input.y' specified for the field 'Output' returned nothing (undefined)."
)]
#[case::undefined_variable(
    r#""Type":"Pass","Assign":{"a":{"b":["{% $none %}"]}},"End":true"#,
    "The JSONata expression '$none' specified for the field 'Assign/a/b[0]' returned nothing (undefined)."
)]
#[case::an_error_of_its_own(
    r#""Type":"Pass","Output":"{% $error('no') %}","End":true"#,
    "The JSONata expression '$error('no')' specified for the field 'Output' threw an error during evaluation. \
     D3137: no"
)]
#[case::no_condition(
    r#""Type":"Choice","Choices":[{"Condition":"{% 'yes' %}","Next":"E"}]"#,
    "The JSONata expression ''yes'' specified for the field 'Choices[0]/Condition' returned an unexpected result type. \
     Expected 'boolean', but was 'string' for value: \"yes\""
)]
#[case::no_number_of_seconds(
    r#""Type":"Wait","Seconds":"{% '5' %}","End":true"#,
    "The JSONata expression ''5'' specified for the field 'Seconds' returned an unexpected result type. \
     Expected 'number', but was 'string' for value: \"5\""
)]
#[case::no_timestamp(
    r#""Type":"Wait","Timestamp":"{% 'tomorrow' %}","End":true"#,
    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: tomorrow"
)]
#[case::no_text(
    r#""Type":"Fail","Cause":"{% 5 %}""#,
    "The JSONata expression '5' specified for the field 'Cause' returned an unexpected result type. \
     Expected 'string', but was 'number' for value: 5"
)]
#[case::no_items(r#""Type":"Map","Items":"{% 5 %}","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true"#,
    "The JSONata expression '5' specified for the field 'Items' returned an unexpected result type. \
     Expected 'array', but was 'number' for value: 5")]
#[case::no_items_in_the_input(
    r#""Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true"#,
    "Map state input must be an array but was: {\"x\":1}"
)]
fn a_field_without_a_fitting_value(#[case] fields: &str, #[case] cause: &str) {
    let end_state = if fields.contains("Choice") { r#","E":{"Type":"Succeed"}"# } else { "" };
    let states = format!(r#""A":{{{fields}}}{end_state}"#);
    assert_eq!(end(&states, r#"{"x":1}"#), format!("States.QueryEvaluationError: {cause}"));
}

#[rstest]
#[case::what_fails_while_a_state_is_entered_follows_the_event_before(
    r#""A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Output":"{% $no %}","End":true}"#.to_owned(),
    &["1<0 ExecutionStarted", "2<0 PassStateEntered", "3<2 PassStateExited", "4<3 PassStateEntered",
      "5<3 EvaluationFailed Output", "6<5 ExecutionFailed"])]
#[case::a_wait_state_has_been_entered(
    r#""A":{"Type":"Wait","Timestamp":"{% 'x' %}","End":true}"#.to_owned(),
    &["1<0 ExecutionStarted", "2<0 WaitStateEntered", "3<2 EvaluationFailed Timestamp", "4<3 ExecutionFailed"])]
#[case::what_fails_after_the_work_follows_the_work(
    task("A", r#""Output":"{% $no %}","End":true"#),
    &["1<0 ExecutionStarted", "2<0 TaskStateEntered", "3<2 LambdaFunctionScheduled", "4<3 LambdaFunctionStarted",
      "5<4 LambdaFunctionSucceeded", "6<5 EvaluationFailed Output", "7<6 ExecutionFailed"])]
#[case::a_map_fails(
    r#""A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}"#.to_owned(),
    &["1<0 ExecutionStarted", "2<0 MapStateEntered", "3<0 EvaluationFailed", "4<3 MapStateFailed", "5<4 ExecutionFailed"])]
fn a_failed_evaluation_in_the_history(#[case] states: String, #[case] expected: &[&str]) {
    assert_eq!(chain(&states, "1"), expected);
}

#[rstest]
#[case::by_name("States.QueryEvaluationError")]
#[case::by_all("States.ALL")]
fn a_failed_evaluation_is_retried_and_caught(#[case] error: &str) {
    let handlers = format!(
        r#""Arguments":"{{% $no %}}","Retry":[{{"ErrorEquals":["{error}"],"MaxAttempts":1}}],
        "Catch":[{{"ErrorEquals":["{error}"],"Output":"{{% $states.errorOutput.Error %}}","Next":"B"}}],"End":true"#
    );
    let states = format!(r#"{},"B":{{"Type":"Succeed"}}"#, task("A", &handlers));
    assert_eq!(end(&states, "1"), r#""States.QueryEvaluationError""#);
    let failed = chain(&states, "1").iter().filter(|event| event.contains("EvaluationFailed")).count();
    assert_eq!(failed, 2);
}

#[test]
fn a_catcher_does_not_catch_what_fails_in_it() {
    let catch = r#""Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $no %}","Next":"Bad"}],"End":true"#;
    let expected = "States.QueryEvaluationError: The JSONata expression '$no' specified for the field \
                    'Catch[0]/Output' returned nothing (undefined).";
    assert_eq!(end(&task("Bad", catch), "1"), expected);
}

#[test]
fn a_state_inside_a_map_hands_its_failure_to_the_map() {
    let states = r#""M":{"Type":"Map","Items":[1],"ItemProcessor":{"StartAt":"B","States":{
        "B":{"Type":"Pass","Output":"{% $no %}","End":true}}},
        "Catch":[{"ErrorEquals":["States.QueryEvaluationError"],"Output":"caught","Next":"E"}],"End":true},
        "E":{"Type":"Succeed"}"#;
    assert_eq!(end(states, "1"), r#""caught""#);
}

#[rstest]
#[case::nothing_else_in_the_state_sees_them(
    r#""A":{"Type":"Pass","Assign":{"v":1},"Next":"B"},
       "B":{"Type":"Pass","Assign":{"v":2,"w":"{% $v + 10 %}"},"Output":"{% $v %}","Next":"C"},
       "C":{"Type":"Pass","Output":"{% [$states.input, $v, $w] %}","End":true}"#,
    "[1,2,11]"
)]
#[case::a_branch_sees_the_outer_ones_and_keeps_its_own(
    r#""A":{"Type":"Pass","Assign":{"v":1},"Next":"P"},
       "P":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"w":5},"Output":"{% $v %}","End":true}}}],
            "Output":"{% [$states.result, $exists($w)] %}","End":true}"#,
    "[1,false]"
)]
fn variables(#[case] states: &str, #[case] expected: &str) {
    assert_eq!(end(states, "0"), expected);
}

#[rstest]
#[case::one_assign_within_the_limit(140_000, 100_000, "null")]
#[case::one_assign_beyond_it(140_000, 140_000, "States.DataLimitExceeded")]
fn variables_have_a_size(#[case] first: usize, #[case] second: usize, #[case] expected: &str) {
    let text = |n: usize| format!("{{% $pad('', {n}, 'x') %}}");
    let states = format!(
        r#""A":{{"Type":"Pass","Assign":{{"v":"{}","w":"{}"}},"Output":null,"End":true}}"#,
        text(first),
        text(second)
    );
    assert!(end(&states, "1").starts_with(expected), "{}", end(&states, "1"));
}

#[test]
fn the_clock_of_an_expression_is_virtual() {
    let states = r#""A":{"Type":"Wait","Seconds":90,"Next":"B"},"B":{"Type":"Pass","Output":"{% $millis() %}","End":true}"#;
    assert_eq!(end(states, "1"), (Case::EPOCH_MS + 90_000).to_string());
}

#[rstest]
#[case::path_to_jsonata(
    r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"r":1},"ResultPath":"$.a","Assign":{"v.$":"$.r"},"Next":"B"},
        "B":{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% [$v, $states.input.a.r, $states.input.x] %}","End":true}}}"#,
    "[1,1,7]"
)]
#[case::jsonata_to_path(
    r#"{"StartAt":"A","States":{"A":{"Type":"Pass","QueryLanguage":"JSONata","Assign":{"v":{"m":"{% $states.input.x %}"}},"Next":"B"},
        "B":{"Type":"Pass","Parameters":{"m.$":"$v.m"},"End":true}}}"#,
    r#"{"m":7}"#
)]
fn a_machine_of_both_languages(#[case] definition: &str, #[case] expected: &str) {
    let machine = compile_text("test", definition).unwrap();
    let history = sim::run(&machine, &Case::new(value(r#"{"x":7}"#)), &mut |_: Call<'_>| -> Answer {
        unreachable!("there is no task")
    });
    let execution = wire::execution(&history, &machine, Case::EPOCH_MS);
    assert_eq!(execution.get("output").map(Value::to_json).as_deref(), Some(expected));
}
