//! Map states: what is shown of their items, and how many of these may fail.

use rstest::rstest;

use super::{json, of_state};
use crate::value::Value;

/// A distributed Map over `$.v`, with further fields.
fn map(fields: &str) -> String {
    format!(
        r#"{{"Type": "Map", "ItemsPath": "$.v", {fields} "End": true, "ItemProcessor": {{"ProcessorConfig":
            {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}, "StartAt": "I",
            "States": {{"I": {{"Type": "Fail"}}}}}}}}"#
    )
}

const INPUT: &str = r#""input": "{\"v\":[7,8,9,6],\"n\":2}", "inspectionLevel": "DEBUG""#;

/// What `inspectionData` shows beside the input.
fn shown(fields: &str, mock: &str) -> Value {
    let answer = of_state(&map(fields), &format!("{INPUT}, {mock}"));
    let Some(Value::Object(mut data)) = answer.get("inspectionData").cloned() else {
        panic!("no inspection data: {answer}")
    };
    data.remove("input");
    data.into()
}

#[rstest]
#[case::items("", r#"{"afterItemsPath": "[7,8,9,6]", "maxConcurrency": 0}"#)]
#[case::selected_items(
    r#""MaxConcurrency": 3, "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"},"#,
    r#"{"afterItemsPath": "[7,8,9,6]", "maxConcurrency": 3,
        "afterItemSelector": "[{\"i\":0,\"v\":7},{\"i\":1,\"v\":8},{\"i\":2,\"v\":9},{\"i\":3,\"v\":6}]"}"#
)]
#[case::batches(
    r#""ItemBatcher": {"MaxItemsPerBatch": 3},"#,
    r#"{"afterItemsPath": "[7,8,9,6]", "maxConcurrency": 0,
        "afterItemBatcher": "[{\"Items\":[7,8,9]},{\"Items\":[6]}]"}"#
)]
#[case::thresholds(
    r#""ToleratedFailureCountPath": "$.n", "ToleratedFailurePercentage": 12.5, "MaxConcurrencyPath": "$.n","#,
    r#"{"afterItemsPath": "[7,8,9,6]", "maxConcurrency": 2, "toleratedFailureCount": 2,
        "toleratedFailurePercentage": 12.5}"#
)]
fn a_map_shows(#[case] fields: &str, #[case] expected: &str) {
    let failing = r#""mock": {"errorOutput": {"error": "E"}}"#;
    assert_eq!(shown(fields, failing), json(expected));
}

#[test]
fn a_map_shows_what_becomes_of_its_result() {
    let expected = r#"{"afterItemsPath": "[7,8,9,6]", "maxConcurrency": 0, "afterResultSelector": "[1,1,1,1]",
        "afterResultPath": "[1,1,1,1]"}"#;
    assert_eq!(shown("", r#""mock": {"result": "[1,1,1,1]"}"#), json(expected));
}

#[rstest]
#[case::no_threshold("", 4, "SUCCEEDED")]
#[case::within_the_count(r#""ToleratedFailureCount": 2,"#, 2, "SUCCEEDED")]
#[case::beyond_the_count(r#""ToleratedFailureCount": 2,"#, 3, "FAILED")]
#[case::within_the_percentage(r#""ToleratedFailurePercentage": 50,"#, 2, "SUCCEEDED")]
#[case::beyond_the_percentage(r#""ToleratedFailurePercentage": 50,"#, 3, "FAILED")]
#[case::beyond_either(r#""ToleratedFailureCount": 3, "ToleratedFailurePercentage": 25,"#, 2, "FAILED")]
fn failed_iterations_count_against_a_threshold(
    #[case] fields: &str,
    #[case] failed: u32,
    #[case] status: &str,
) {
    let rest = format!(
        r#"{INPUT}, "mock": {{"result": "[1,1,1,1]"}},
            "stateConfiguration": {{"mapIterationFailureCount": {failed}}}"#
    );
    assert_eq!(of_state(&map(fields), &rest).get("status"), Some(&Value::from(status)));
}

#[test]
fn too_many_failed_iterations_meet_the_handlers() {
    let fields = r#""ToleratedFailureCount": 0, "Retry": [{"ErrorEquals": ["States.ALL"]}],"#;
    let rest = r#""input": {"v": [1]}, "mock": {"result": "[1]"},
        "stateConfiguration": {"mapIterationFailureCount": 1}"#;
    let expected = r#"{"error": "States.ExceedToleratedFailureThreshold", "status": "RETRIABLE",
        "cause": "The specified tolerated failure threshold was exceeded"}"#;
    assert_eq!(of_state(&map(fields), rest), json(expected));
}

#[test]
fn items_that_a_reader_reads_are_given() {
    let fields = r#""ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig":
        {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "k"}},"#;
    let state = map(fields).replace(r#""ItemsPath": "$.v","#, "");
    let rest = r#""input": {}, "inspectionLevel": "DEBUG", "mock": {"result": "{}"},
        "stateConfiguration": {"mapItemReaderData": "[4, 5]"}"#;
    let with_writer = state.replace(
        r#""End": true"#,
        r#""End": true, "ItemBatcher": {"MaxItemsPerBatch": 1}, "ResultWriter":
            {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}"#,
    );
    let answer = of_state(&with_writer, rest);
    let batches = answer.get("inspectionData").and_then(|data| data.get("afterItemBatcher"));
    assert_eq!(batches, Some(&Value::from(r#"[{"Items":[4]},{"Items":[5]}]"#)));
}

#[test]
fn items_that_are_no_list_fail_the_state() {
    let rest = r#""input": {"v": 1}, "mock": {"result": "[]"}"#;
    let answer = of_state(&map(""), rest);
    assert_eq!(answer.get("error"), Some(&Value::from("States.Runtime")));
}
