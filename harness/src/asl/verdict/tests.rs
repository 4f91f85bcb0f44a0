//! What is refused, in which words, and what is accepted beside it.

use rstest::rstest;

use super::{Operation, Request, variable_references};
use crate::asl::MachineType;
use crate::load::Definition;
use crate::value::Value;

/// What AWS says of a definition, one entry a line.
fn said(text: &str) -> String {
    let parameters = Value::empty_object();
    let request = Request {
        operation: Operation::ValidateStateMachineDefinition,
        machine_type: MachineType::Standard,
        definition: Some(text),
        input: None,
        parameters: &parameters,
    };
    let verdict = request.judge();
    assert_eq!(verdict.accepted, verdict.diagnostics.is_empty());
    verdict.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn one_state(fields: &str) -> String {
    format!(r#"{{"StartAt": "A", "States": {{"A": {{{fields}}}}}}}"#)
}

#[rstest]
#[case::empty("{}", "These fields are required: [States, StartAt] at /")]
#[case::list("[]", "Definition must be a valid JSON object at null")]
#[case::unknown_field(
    r#"{"StartAt": "A", "Foo": 1, "States": {"A": {"Type": "Succeed"}}}"#,
    "Field 'Foo' is not supported at /"
)]
#[case::no_states(r#"{"StartAt": "A", "States": {}}"#, "Value cannot be empty at /States")]
#[case::language(
    r#"{"StartAt": "A", "QueryLanguage": "jsonata", "States": {"A": {"Type": "Succeed"}}}"#,
    "Value should be one of the following: [JSONPath, JSONata] at /QueryLanguage"
)]
fn a_machine_is_refused(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(said(text), format!("SCHEMA_VALIDATION_FAILED: {expected}"));
}

#[rstest]
#[case::no_type(r#""End": true"#, "These fields are required: [Type] at /States/A")]
#[case::no_transition(
    r#""Type": "Pass""#,
    "This object should have only one of the following fields: [Next, End] at /States/A"
)]
#[case::two_transitions(
    r#""Type": "Pass", "Next": "A", "End": true"#,
    "There should only be one of the following fields: [Next, End] at /States/A"
)]
#[case::unknown_field(
    r#""Type": "Pass", "End": true, "Retry": []"#,
    "Field 'Retry' is not supported at /States/A"
)]
#[case::wait_without_time(
    r#""Type": "Wait", "End": true"#,
    "This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/A"
)]
#[case::wait_negative(
    r#""Type": "Wait", "Seconds": -1, "End": true"#,
    "Minimum value is 0 at /States/A/Seconds"
)]
#[case::wait_too_long(
    r#""Type": "Wait", "Seconds": 100000000, "End": true"#,
    "Maximum value is 99999999 at /States/A/Seconds"
)]
#[case::wait_text(
    r#""Type": "Wait", "Seconds": "1", "End": true"#,
    "Expected value of type Integer at /States/A/Seconds"
)]
#[case::timestamp(
    r#""Type": "Wait", "Timestamp": "tomorrow", "End": true"#,
    "String does not match RFC3339 timestamp at /States/A/Timestamp"
)]
#[case::path(
    r#""Type": "Pass", "InputPath": "a", "End": true"#,
    "Value must be a valid JSONPath. at /States/A/InputPath"
)]
#[case::expression(
    r#""Type": "Pass", "Parameters": {"a": {"b.$": "States.Nope()"}}, "End": true"#,
    "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call at /States/A/Parameters"
)]
#[case::other_language(
    r#""Type": "Pass", "Output": 1, "End": true"#,
    "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/A"
)]
#[case::no_branches(
    r#""Type": "Parallel", "Branches": [], "End": true"#,
    "Value cannot be empty at /States/A/Branches"
)]
#[case::all_not_last(r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}]"#, "States.ALL must appear alone and at end of list at /States/A/Retry[0]/ErrorEquals[0]")]
#[case::no_errors(r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true, "Retry": [{}]"#, "These fields are required: [ErrorEquals] at /States/A/Retry[0]")]
#[case::no_pattern(
    r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.syncc", "Parameters": {"FunctionName": "f"}, "End": true"#,
    "The resource provided arn:aws:states:::lambda:invoke.syncc is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/A/Resource"
)]
fn a_state_is_refused(#[case] fields: &str, #[case] expected: &str) {
    assert_eq!(said(&one_state(fields)), format!("SCHEMA_VALIDATION_FAILED: {expected}"));
}

#[rstest]
#[case::no_next(
    r#"{"Variable": "$.a", "IsNull": true}"#,
    "These fields are required: [Next] at /States/A/Choices[0]"
)]
#[case::no_operator(
    r#"{"Next": "B"}"#,
    "The object must have only one of the following fields, [And, Or, Not, Variable, Condition] at /States/A/Choices[0]"
)]
#[case::nested_next(
    r#"{"Not": {"Variable": "$.a", "IsNull": true, "Next": "B"}, "Next": "B"}"#,
    "Field 'Next' is not supported at /States/A/Choices[0]/Not"
)]
#[case::variable(
    r#"{"Variable": "a", "IsNull": true, "Next": "B"}"#,
    "Value is not a Reference Path: Reference path didn't start with '$' at /States/A/Choices[0]/Variable"
)]
fn a_rule_is_refused(#[case] rule: &str, #[case] expected: &str) {
    let text = format!(
        r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Choice", "Choices": [{rule}], "Default": "B"}},
        "B": {{"Type": "Succeed"}}}}}}"#
    );
    assert_eq!(said(&text), format!("SCHEMA_VALIDATION_FAILED: {expected}"));
}

#[rstest]
#[case::unreadable(
    "{% 1 + %}",
    "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/A/Output/v"
)]
#[case::unclosed(
    "{% 1",
    "SCHEMA_VALIDATION_FAILED: JSONata string must start with {% and end with %} at /States/A/Output/v"
)]
#[case::name(
    "{% phone %}",
    "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/A/Output/v"
)]
#[case::root(
    "{% $$.a %}",
    "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported. at /States/A/Output/v"
)]
#[case::no_error(
    "{% $states.errorOutput %}",
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist. at /States/A/Output/v"
)]
#[case::input("{% $states.input.phone %}", "")]
#[case::text(" {% phone %} ", "")]
fn an_expression_is_looked_at_when_the_machine_is_made(#[case] expression: &str, #[case] expected: &str) {
    let fields = format!(
        r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": {{"v": "{expression}"}}, "End": true"#
    );
    assert_eq!(said(&one_state(&fields)), expected);
}

#[rstest]
#[case::reserved(
    r#"{"states": 1}"#,
    "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/A/Assign"
)]
#[case::characters(
    r#"{"a-b.$": "$"}"#,
    "INVALID_VARIABLE_NAME: Invalid variable name 'a-b': the variable name contains invalid characters. at /States/A/Assign"
)]
#[case::letters(r#"{"ä1.$": "$"}"#, "")]
fn a_variable_has_a_name_of_its_own(#[case] assign: &str, #[case] expected: &str) {
    assert_eq!(said(&one_state(&format!(r#""Type": "Pass", "Assign": {assign}, "End": true"#))), expected);
}

#[rstest]
#[case::call("arn:aws:states:::lambda:invoke", "")]
#[case::job(
    "arn:aws:states:::glue:startJobRun.sync",
    "Express state machine does not support '.sync' service integration  at /States/A/Resource"
)]
#[case::activity(
    "arn:aws:states:us-east-1:123456789012:activity:a",
    "Express state machine does not support Activity ARN  at /States/A/Resource"
)]
fn an_express_machine_waits_for_nothing(#[case] resource: &str, #[case] expected: &str) {
    let fields = format!(
        r#""Type": "Task", "Resource": "{resource}", "Parameters": {{"FunctionName": "f", "JobName": "j"}}, "End": true"#
    );
    let found = super::diagnose_text(&one_state(&fields), MachineType::Express);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    let expected =
        if expected.is_empty() { String::new() } else { format!("SCHEMA_VALIDATION_FAILED: {expected}") };
    assert_eq!(found.join("\n"), expected);
}

#[test]
fn warnings_are_told_where_they_are_asked_for() {
    let text = one_state(r#""Type": "Pass", "Parameters": {"x": "$.a"}, "End": true"#);
    let diagnostics = |parameters: &str| {
        let parameters = Value::parse(parameters).unwrap();
        let request = Request {
            operation: Operation::ValidateStateMachineDefinition,
            machine_type: MachineType::Standard,
            definition: Some(&text),
            input: None,
            parameters: &parameters,
        };
        let verdict = request.judge();
        assert!(verdict.accepted);
        verdict.diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>()
    };
    assert_eq!(diagnostics("{}"), Vec::<&str>::new());
    assert_eq!(diagnostics(r#"{"severity": "WARNING"}"#), ["NO_DOLLAR"]);
}

#[test]
fn a_missing_target_stands_before_what_it_leaves_unreachable() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "C"}, "B": {"Type": "Pass", "End": true}}}"#;
    assert_eq!(
        said(text),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next\n\
         MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B"
    );
}

#[test]
fn a_machine_without_end_is_refused_as_a_whole() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "A"}, "B": {"Type": "Pass", "Next": "A"}}}"#;
    assert_eq!(said(text), "MISSING_END_STATE: Workflow has no terminal state at null");
}

#[test]
fn names_are_unique_in_the_whole_machine() {
    let text = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "X", "States": {"X": {"Type": "Succeed"}}},
        {"StartAt": "X", "States": {"X": {"Type": "Succeed"}}}]}}}"#;
    assert_eq!(said(text), "DUPLICATE_STATE_NAME: Duplicate State name: X at /States/P/Branches[1]/States/X");
}

#[rstest]
#[case::machine_language(r#"{"QueryLanguage": "JSONPath", "StartAt": "A", "States": {"A": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "End": true}}}"#)]
#[case::comment(r#"{"Comment": "c", "Version": "1.0", "StartAt": "A", "States": {"A": {"Type": "Succeed", "Comment": "c"}}}"#)]
#[case::offset(r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Timestamp": "2030-01-01T00:00:00+01:00", "End": true}}}"#)]
#[case::orphans_that_name_each_other(r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}}"#)]
fn what_looks_odd_is_accepted(#[case] text: &str) {
    assert_eq!(said(text), "");
}

fn answer(operation: Operation, machine_type: MachineType, input: Option<&str>, parameters: &str) -> String {
    let parameters = Value::parse(parameters).unwrap();
    let request = Request { operation, machine_type, definition: None, input, parameters: &parameters };
    let verdict = request.judge();
    format!("{} {}", verdict.code.unwrap_or("accepted"), verdict.message.unwrap_or_default())
}

#[rstest]
#[case::object(Some("{}"), "{}", "accepted ")]
#[case::any_json(Some("\"text\""), "{}", "accepted ")]
#[case::none(None, "{}", "accepted ")]
#[case::no_json(
    Some("{a}"),
    "{}",
    "InvalidExecutionInput Invalid State Machine Execution Input: 'Unexpected character ('a' (code 97)): was expecting double-quote to start field name\n at [Source: (String)\"{a}\"; line: 1, column: 3]'"
)]
#[case::name(None, r#"{"name": "a b"}"#, "InvalidName Invalid Name: 'a b'")]
fn an_execution_is_started_with_any_json(
    #[case] input: Option<&str>,
    #[case] parameters: &str,
    #[case] expected: &str,
) {
    assert_eq!(answer(Operation::StartExecution, MachineType::Standard, input, parameters), expected);
}

#[test]
fn only_express_executions_are_waited_for() {
    let standard = answer(Operation::StartSyncExecution, MachineType::Standard, None, "{}");
    assert!(standard.starts_with("StateMachineTypeNotSupported"), "{standard}");
    assert_eq!(answer(Operation::StartSyncExecution, MachineType::Express, None, "{}"), "accepted ");
}

#[rstest]
#[case::off(r#"{"level": "OFF"}"#, None)]
#[case::one(r#"{"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:g:*"}}]}"#, None)]
#[case::no_destination(r#"{"level": "ERROR"}"#, Some("Must specify exactly one Log Destination."))]
#[case::no_qualifier(r#"{"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:g"}}]}"#, Some("Log Group ARN must be provided with '*' qualifier."))]
fn logs_go_to_exactly_one_group(#[case] configuration: &str, #[case] refusal: Option<&str>) {
    let parameters = format!(r#"{{"name": "m", "loggingConfiguration": {configuration}}}"#);
    let expected = match refusal {
        Some(refusal) => format!("InvalidLoggingConfiguration Invalid Logging Configuration: {refusal}"),
        None => "accepted ".to_owned(),
    };
    assert_eq!(answer(Operation::CreateStateMachine, MachineType::Standard, None, &parameters), expected);
}

#[rstest]
#[case::path(r#""Type": "Pass", "InputPath": "$a.b", "End": true"#, "a")]
#[case::input(r#""Type": "Pass", "InputPath": "$.a", "OutputPath": "$$.State", "End": true"#, "")]
#[case::literal(r#""Type": "Pass", "Parameters": {"x": "$a"}, "End": true"#, "")]
#[case::function(
    r#""Type": "Pass", "Parameters": {"x.$": "States.Format('$b {}', $c, $d.e)"}, "End": true"#,
    "c d"
)]
#[case::rule(
    r#""Type": "Choice", "Choices": [{"And": [{"Variable": "$v", "StringEqualsPath": "$w"}], "Next": "A"}]"#,
    "v w"
)]
#[case::jsonata(r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $x + $count($y) & '$z' /* $q */ & $states.input.a %}", "End": true"#, "x y")]
#[case::jsonata_bound(r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% ($t := $u; $map($t, function($v, $i) { $v + $w })) %}", "End": true"#, "u w")]
fn variables_that_a_state_reads_are_listed(#[case] fields: &str, #[case] expected: &str) {
    let definition = Definition::from_text("m.json", &one_state(fields));
    let found = variable_references(&definition.document);
    let names: Vec<_> = found.get("A").into_iter().flatten().map(String::as_str).collect();
    assert_eq!(names.join(" "), expected);
}
