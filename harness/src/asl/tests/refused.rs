//! Definitions that AWS refuses: what is found, and in which text.

use rstest::rstest;

use super::{found, one_jsonata_state, one_state, problems};
use crate::asl::{MachineType, compile};
use crate::load::Definition;

const LAMBDA: &str = r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f""#;

fn only(code: &str, text: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), text.to_owned())]
}

#[rstest]
#[case::no_object("[]", "wrong-type", "[]")]
#[case::comment("{ // no\n}", "syntax", "// no")]
#[case::unknown_field(
    r#"{"StartAt": "A", "Statse": 1, "States": {"A": {"Type": "Succeed"}}}"#,
    "unknown-field",
    "\"Statse\""
)]
#[case::duplicate_key(
    r#"{"StartAt": "A", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
    "duplicate-key",
    "\"StartAt\""
)]
#[case::version(
    r#"{"StartAt": "A", "Version": "2.0", "States": {"A": {"Type": "Succeed"}}}"#,
    "unknown-value",
    "\"2.0\""
)]
#[case::no_states(r#"{"StartAt": "A", "States": {}}"#, "missing-field", "\"States\"")]
#[case::start(r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#, "unknown-target", "\"B\"")]
#[case::timeout(
    r#"{"StartAt": "A", "TimeoutSeconds": -1, "States": {"A": {"Type": "Succeed"}}}"#,
    "out-of-range",
    "-1"
)]
#[case::language(
    r#"{"StartAt": "A", "QueryLanguage": "jsonata", "States": {"A": {"Type": "Succeed"}}}"#,
    "unknown-value",
    "\"jsonata\""
)]
fn a_machine(#[case] text: &str, #[case] code: &str, #[case] offending: &str) {
    assert_eq!(found(text).into_iter().take(1).collect::<Vec<_>>(), only(code, offending));
}

#[rstest]
#[case::no_type(r#""End": true"#, "missing-field", "\"A\"")]
#[case::type_in_lower_case(r#""Type": "pass", "End": true"#, "unknown-type", "\"pass\"")]
#[case::no_transition(r#""Type": "Pass""#, "missing-field", "\"A\"")]
#[case::two_transitions(r#""Type": "Pass", "Next": "A", "End": true"#, "exclusive-fields", "\"End\"")]
#[case::end_false(r#""Type": "Pass", "End": false"#, "wrong-type", "false")]
#[case::end_text(r#""Type": "Pass", "End": "true""#, "wrong-type", "\"true\"")]
#[case::next_of_succeed(r#""Type": "Succeed", "Next": "A""#, "unknown-field", "\"Next\"")]
#[case::end_of_fail(r#""Type": "Fail", "End": true"#, "unknown-field", "\"End\"")]
#[case::retry_of_pass(r#""Type": "Pass", "End": true, "Retry": []"#, "unknown-field", "\"Retry\"")]
#[case::catch_of_wait(
    r#""Type": "Wait", "Seconds": 1, "End": true, "Catch": []"#,
    "unknown-field",
    "\"Catch\""
)]
#[case::timeout_of_map(r#""Type": "Parallel", "TimeoutSeconds": 1, "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}], "End": true"#, "unknown-field", "\"TimeoutSeconds\"")]
#[case::comment(r#""Type": "Succeed", "Comment": 1"#, "wrong-type", "1")]
#[case::input_path(r#""Type": "Pass", "InputPath": "a.b", "End": true"#, "invalid-path", "a")]
#[case::result_path(r#""Type": "Pass", "ResultPath": "$.a[*]", "End": true"#, "invalid-reference-path", "$")]
#[case::intrinsic(
    r#""Type": "Pass", "Parameters": {"x.$": "States.Nope()"}, "End": true"#,
    "invalid-expression",
    "S"
)]
#[case::computed_number(
    r#""Type": "Pass", "Parameters": {"x": [{"y.$": 1}]}, "End": true"#,
    "invalid-expression",
    "1"
)]
#[case::jsonata_field(r#""Type": "Pass", "Output": {}, "End": true"#, "query-language", "\"Output\"")]
#[case::variable_name(r#""Type": "Pass", "Assign": {"a-b": 1}, "End": true"#, "variable-name", "\"a-b\"")]
#[case::reserved_variable(
    r#""Type": "Pass", "Assign": {"states.$": "$"}, "End": true"#,
    "variable-name",
    "\"states.$\""
)]
fn a_state(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    assert_eq!(found(&one_state(fields)), only(code, offending));
}

#[rstest]
#[case::nothing("", "missing-field", "\"A\"")]
#[case::two(r#", "Seconds": 1, "SecondsPath": "$.s""#, "exclusive-fields", "\"SecondsPath\"")]
#[case::negative(r#", "Seconds": -1"#, "out-of-range", "-1")]
#[case::fraction(r#", "Seconds": 1.5"#, "out-of-range", "1.5")]
#[case::text(r#", "Seconds": "1""#, "wrong-type", "\"1\"")]
#[case::no_zone(r#", "Timestamp": "2016-12-05T21:29:29""#, "invalid-timestamp", "\"2016-12-05T21:29:29\"")]
#[case::thirteenth_month(
    r#", "Timestamp": "2016-13-05T21:29:29Z""#,
    "invalid-timestamp",
    "\"2016-13-05T21:29:29Z\""
)]
fn a_wait(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    assert_eq!(found(&one_state(&format!(r#""Type": "Wait", "End": true{fields}"#))), only(code, offending));
}

#[rstest]
#[case::error_and_path(r#", "Error": "E", "ErrorPath": "$.e""#, "exclusive-fields", "\"ErrorPath\"")]
#[case::error_type(r#", "Error": 1"#, "wrong-type", "1")]
#[case::cause_path(r#", "CausePath": "cause""#, "invalid-expression", "c")]
fn a_fail(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    assert_eq!(found(&one_state(&format!(r#""Type": "Fail"{fields}"#))), only(code, offending));
}

#[rstest]
#[case::no_resource(r#""Type": "Task", "End": true"#, "missing-field", "\"A\"")]
#[case::no_job(r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.sync", "Parameters": {"FunctionName": "f"}, "End": true"#, "invalid-resource", "\"arn:aws:states:::lambda:invoke.sync\"")]
#[case::heartbeat(r#""TimeoutSeconds": 5, "HeartbeatSeconds": 5"#, "out-of-range", "5")]
#[case::timeout(r#""TimeoutSeconds": 0"#, "out-of-range", "0")]
#[case::timeout_and_path(
    r#""TimeoutSeconds": 1, "TimeoutSecondsPath": "$.t""#,
    "exclusive-fields",
    "\"TimeoutSecondsPath\""
)]
#[case::retry_type(r#""Retry": {}"#, "wrong-type", "{}")]
#[case::no_error_equals(r#""Retry": [{"MaxAttempts": 1}]"#, "missing-field", "{\"MaxAttempts\": 1}")]
#[case::empty_error_equals(r#""Retry": [{"ErrorEquals": []}]"#, "error-equals-empty", "[]")]
#[case::attempts(r#""Retry": [{"ErrorEquals": ["E"], "MaxAttempts": -1}]"#, "out-of-range", "-1")]
#[case::interval(r#""Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": -1}]"#, "out-of-range", "-1")]
#[case::backoff(r#""Retry": [{"ErrorEquals": ["E"], "BackoffRate": 0.5}]"#, "out-of-range", "0.5")]
#[case::delay(
    r#""Retry": [{"ErrorEquals": ["E"], "MaxDelaySeconds": 31622401}]"#,
    "out-of-range",
    "31622401"
)]
#[case::credentials(r#""Credentials": {"Role": "r"}"#, "credentials", "\"Credentials\"")]
#[case::jitter(r#""Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "full"}]"#, "unknown-value", "\"full\"")]
#[case::retrier_field(
    r#""Retry": [{"ErrorEquals": ["E"], "MaxAttemps": 1}]"#,
    "unknown-field",
    "\"MaxAttemps\""
)]
#[case::all_not_alone(
    r#""Retry": [{"ErrorEquals": ["E", "States.ALL"]}]"#,
    "states-all-not-alone",
    "\"States.ALL\""
)]
#[case::all_not_last(
    r#""Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}]"#,
    "states-all-not-last",
    "\"States.ALL\""
)]
#[case::no_next(
    r#""Catch": [{"ErrorEquals": ["States.ALL"]}]"#,
    "missing-field",
    "{\"ErrorEquals\": [\"States.ALL\"]}"
)]
#[case::catch_target(r#""Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]"#, "unknown-target", "\"B\"")]
#[case::catch_path(
    r#""Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A", "ResultPath": "$$"}]"#,
    "invalid-reference-path",
    "$"
)]
fn a_task(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    let whole = fields.contains("\"Type\"");
    let text =
        one_state(&if whole { fields.to_owned() } else { format!(r#"{LAMBDA}, "End": true, {fields}"#) });
    assert_eq!(found(&text), only(code, offending));
}

#[rstest]
#[case::no_choices("", "missing-field", "\"A\"")]
#[case::empty(r#", "Choices": []"#, "missing-field", "\"Choices\"")]
#[case::no_next(
    r#", "Choices": [{"Variable": "$.a", "IsNull": true}]"#,
    "missing-field",
    "{\"Variable\": \"$.a\", \"IsNull\": true}"
)]
#[case::nested_next(
    r#", "Choices": [{"Not": {"Variable": "$.a", "IsNull": true, "Next": "A"}, "Next": "A"}]"#,
    "nested-next",
    "\"Next\""
)]
#[case::operator(
    r#", "Choices": [{"Variable": "$.a", "StringEqual": "x", "Next": "A"}]"#,
    "unknown-operator",
    "\"StringEqual\""
)]
#[case::two_operators(
    r#", "Choices": [{"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "A"}]"#,
    "exclusive-fields",
    "\"IsString\""
)]
#[case::no_operator(
    r#", "Choices": [{"Variable": "$.a", "Next": "A"}]"#,
    "missing-field",
    "{\"Variable\": \"$.a\", \"Next\": \"A\"}"
)]
#[case::no_variable(
    r#", "Choices": [{"IsNull": true, "Next": "A"}]"#,
    "missing-field",
    "{\"IsNull\": true, \"Next\": \"A\"}"
)]
#[case::operand(
    r#", "Choices": [{"Variable": "$.a", "NumericEquals": "1", "Next": "A"}]"#,
    "invalid-operand",
    "\"1\""
)]
#[case::empty_and(r#", "Choices": [{"And": [], "Next": "A"}]"#, "missing-field", "\"And\"")]
#[case::condition(
    r#", "Choices": [{"Condition": "{% true %}", "Next": "A"}]"#,
    "unknown-operator",
    "\"Condition\""
)]
#[case::default(
    r#", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "A"}], "Default": "X""#,
    "unknown-target",
    "\"X\""
)]
fn a_choice(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    let found = found(&one_state(&format!(r#""Type": "Choice"{fields}"#)));
    let found: Vec<_> = found.into_iter().filter(|(code, _)| code != "no-terminal-state").collect();
    assert_eq!(found.into_iter().take(1).collect::<Vec<_>>(), only(code, offending));
}

const PROCESSOR: &str = r#""ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#;

#[rstest]
#[case::no_processor("", "missing-field", "\"A\"")]
#[case::two_processors(r#", "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "Iterator": {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}"#, "exclusive-fields", "\"Iterator\"")]
#[case::no_execution_type(r#", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#, "missing-field", "\"ProcessorConfig\"")]
#[case::mode(r#", "ItemProcessor": {"ProcessorConfig": {"Mode": "Inline"}, "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#, "unknown-value", "\"Inline\"")]
#[case::concurrency(r#", PROCESSOR, "MaxConcurrency": -1"#, "out-of-range", "-1")]
#[case::percentage(r#", PROCESSOR, "ToleratedFailurePercentage": 101"#, "out-of-range", "101")]
#[case::items_path(r#", PROCESSOR, "ItemsPath": "items""#, "invalid-path", "i")]
#[case::two_selectors(
    r#", PROCESSOR, "ItemSelector": {}, "Parameters": {}"#,
    "exclusive-fields",
    "\"Parameters\""
)]
#[case::reader(r#", PROCESSOR, "ItemReader": {}"#, "missing-field", "\"ItemReader\"")]
#[case::execution_type_of_inline_items(r#", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE", "ExecutionType": "STANDARD"}, "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#, "unknown-field", "\"ExecutionType\"")]
#[case::reader_of_another_service(
    r#", PROCESSOR, "ItemReader": {"Resource": "arn:aws:states:::dynamodb:scan"}"#,
    "reader-resource",
    "\"arn:aws:states:::dynamodb:scan\""
)]
#[case::reader_of_unknown_files(r#", PROCESSOR, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "XML"}}"#, "reader-input-type", "\"XML\"")]
#[case::csv_without_headers(r#", PROCESSOR, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV"}}"#, "reader-headers", "\"ReaderConfig\"")]
#[case::headers_that_are_not_given(r#", PROCESSOR, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}}"#, "missing-field", "\"ReaderConfig\"")]
#[case::headers_of_json(r#", PROCESSOR, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"}}"#, "unknown-field", "\"CSVHeaderLocation\"")]
#[case::label_with_blanks(r#", PROCESSOR, "Label": "a b""#, "label", "\"a b\"")]
#[case::label(
    r#", PROCESSOR, "Label": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa""#,
    "out-of-range",
    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
)]
fn a_map(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    let fields = fields.replace("PROCESSOR", PROCESSOR);
    let found = found(&one_state(&format!(r#""Type": "Map", "End": true{fields}"#)));
    let found: Vec<_> = found.into_iter().filter(|(code, _)| code != "distributed-only").collect();
    assert_eq!(found, only(code, offending));
}

#[rstest]
#[case::json_path_state(
    r#""Type": "Pass", "QueryLanguage": "JSONPath", "End": true"#,
    "query-language",
    "\"JSONPath\""
)]
#[case::json_path_field(
    r#""Type": "Pass", "InputPath": "$", "End": true"#,
    "query-language",
    "\"InputPath\""
)]
#[case::seconds(r#""Type": "Wait", "Seconds": "5", "End": true"#, "wrong-type", "\"5\"")]
#[case::variable(
    r#""Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "A"}]"#,
    "unknown-field",
    "\"Variable\""
)]
#[case::condition(
    r#""Type": "Choice", "Choices": [{"Condition": "true", "Next": "A"}]"#,
    "wrong-type",
    "\"true\""
)]
#[case::unclosed(r#""Type": "Pass", "Output": "{% 1", "End": true"#, "jsonata-unclosed", "\"{% 1\"")]
#[case::name_without_value(
    r#""Type": "Pass", "Output": {"a": "{% phone %}"}, "End": true"#,
    "unsupported-reference",
    "\"{% phone %}\""
)]
#[case::error_output_without_error(
    r#""Type": "Pass", "Output": "{% $states.errorOutput %}", "End": true"#,
    "no-error-output",
    "\"{% $states.errorOutput %}\""
)]
#[case::items(r#""Type": "Map", "Items": 5, "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "End": true"#, "wrong-type", "5")]
fn a_jsonata_state(#[case] fields: &str, #[case] code: &str, #[case] offending: &str) {
    let found = found(&one_jsonata_state(fields));
    let found: Vec<_> = found.into_iter().filter(|(code, _)| code != "no-terminal-state").collect();
    assert_eq!(found.into_iter().take(1).collect::<Vec<_>>(), only(code, offending));
}

#[rstest]
#[case::callback("arn:aws:states:::sqs:sendMessage.waitForTaskToken")]
#[case::job("arn:aws:states:::glue:startJobRun.sync")]
#[case::activity("arn:aws:states:us-east-1:123456789012:activity:a")]
fn an_express_workflow_cannot_wait(#[case] resource: &str) {
    let fields = r#""Type": "Task", "Resource": "RESOURCE", "Parameters": {"JobName": "j", "QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "End": true"#;
    let mut definition = Definition::from_text("m.json", &one_state(&fields.replace("RESOURCE", resource)));
    assert!(compile(&definition).machine.is_some());
    definition.declared_type = Some(MachineType::Express);
    let codes: Vec<_> = compile(&definition).problems.into_iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["express-pattern"]);
}

#[test]
fn items_of_an_express_map_cannot_wait_either() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "B", "States": {
        "B": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync",
              "Parameters": {"JobName": "j"}, "End": true}}}}}}"#;
    assert_eq!(found(text), only("express-pattern", "\"arn:aws:states:::glue:startJobRun.sync\""));
}

#[test]
fn a_misspelt_target_is_one_problem_with_the_nearest_name() {
    let text = r#"{"StartAt": "Charge", "States": {
        "Charge": {"Type": "Pass", "Next": "Recieve"},
        "Receive": {"Type": "Succeed"}}}"#;
    let problems = problems(text);
    let [problem] = &problems[..] else { panic!("one problem: {problems:?}") };
    assert_eq!(problem.code, "unknown-target");
    assert_eq!(problem.suggestion.as_deref(), Some("did you mean `Receive`?"));
    assert_eq!(problem.location.to_string(), "machine.asl.json:2:44");
    assert_eq!(problem.pointer, "/States/Charge/Next");
}

#[test]
fn a_target_in_another_scope_is_called_that() {
    let text = r#"{"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Next": "Q", "Branches": [
            {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "Q"}}}]},
        "Q": {"Type": "Succeed"}}}"#;
    let problems = problems(text);
    assert_eq!(problems[0].code, "unknown-target");
    assert!(problems[0].suggestion.as_deref().unwrap().starts_with("`Q` is in another scope"));
}

#[test]
fn an_unreachable_state_and_a_machine_without_end_are_found() {
    let unreachable = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}}"#;
    assert_eq!(found(unreachable), only("unreachable-state", "\"C\""));
    // Answered by AWS: only the missing end is reported, not what it makes unreachable.
    let endless = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}, "C": {"Type": "Pass", "Next": "A"}}}"#;
    assert_eq!(found(endless), only("no-terminal-state", "\"States\""));
}

#[test]
fn names_are_short_and_unique_in_the_whole_machine() {
    let long = one_state(r#""Type": "Succeed""#).replace("\"A\"", &format!("\"{}\"", "ä".repeat(81)));
    assert_eq!(problems(&long)[0].code, "state-name");
    let twice = one_state(
        r#""Type": "Map", "End": true, "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
    );
    assert_eq!(found(&twice), only("duplicate-state-name", "\"A\""));
}

#[test]
fn every_problem_is_reported_in_the_order_of_the_file() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": "x", "Next": "B"},
        "B": {"Type": "Pass", "Retry": [], "ResultPath": 5, "Next": "C"},
        "C": {"Type": "Task", "End": true, "TimeoutSeconds": -3}}}"#;
    let codes: Vec<_> = problems(text).into_iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["wrong-type", "unknown-field", "wrong-type", "missing-field", "out-of-range"]);
}

#[test]
fn a_column_inside_an_expression_is_exact() {
    let text =
        one_state(r#""Type": "Pass", "Parameters": {"x.$": "States.Format('{}', $.a[)"}, "End": true"#);
    let problems = problems(&text);
    let column = text.find("[)").unwrap() + 2;
    assert_eq!(problems[0].location.column, column, "{problems:?}");
}
