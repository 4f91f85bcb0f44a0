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

/// `afterItemSelector` of a Map whose reader finds these data.
fn selected(config: &str, data: &str) -> Value {
    let state = map(&format!(
        r#""ItemReader": {{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {config}, "Parameters":
            {{"Bucket": "b", "Key.$": "$.k"}}}}, "ItemSelector": {{"v.$": "$$.Map.Item.Value",
            "from.$": "$$.Map.Item.Source"}}, "ResultWriter": {{"Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {{"Bucket": "b"}}}},"#
    ));
    let data = Value::from(data).to_json();
    let rest = format!(
        r#""input": {{"k": "x"}}, "inspectionLevel": "DEBUG", "mock": {{"result": "{{}}"}},
            "stateConfiguration": {{"mapItemReaderData": {data}}}"#
    );
    let answer = of_state(&state.replace(r#""ItemsPath": "$.v","#, ""), &rest);
    answer.get("inspectionData").and_then(|data| data.get("afterItemSelector")).cloned().unwrap_or(answer)
}

#[rstest]
#[case::json(r#"{"InputType": "JSON"}"#, "[4]", r#"[{"v":4,"from":"S3://b/x"}]"#)]
#[case::lines(r#"{"InputType": "JSONL"}"#, "{\"a\":4}\n", r#"[{"v":{"a":4},"from":"S3://b/x"}]"#)]
#[case::a_table(
    r#"{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}"#,
    "a,b\n1,2\n",
    r#"[{"v":{"a":"1","b":"2"},"from":"S3://b/x"}]"#
)]
#[case::a_part(
    r#"{"InputType": "JSON", "ItemsPointer": "/p"}"#,
    r#"{"p":[5]}"#,
    r#"[{"v":5,"from":"S3://b/x"}]"#
)]
#[case::the_first_ones(r#"{"InputType": "JSON", "MaxItems": 1}"#, "[4,5]", r#"[{"v":4,"from":"S3://b/x"}]"#)]
fn what_a_reader_finds_is_read_as_its_configuration_says(
    #[case] config: &str,
    #[case] data: &str,
    #[case] expected: &str,
) {
    assert_eq!(selected(config, data), Value::from(expected));
}

#[test]
fn what_a_pointer_selects_is_shown() {
    let state = map(
        r#""ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON",
            "ItemsPointer": "/p"}, "Parameters": {"Bucket": "b", "Key": "k"}},"#,
    );
    let rest = r#""inspectionLevel": "DEBUG", "mock": {"errorOutput": {"error": "E"}},
        "stateConfiguration": {"mapItemReaderData": {"p": [1, 2]}}"#;
    let answer = of_state(&state.replace(r#""ItemsPath": "$.v","#, ""), rest);
    let expected = r#"{"input": "{}", "afterItemsPointer": "[1,2]", "maxConcurrency": 0}"#;
    assert_eq!(answer.get("inspectionData"), Some(&json(expected)));
}

#[test]
fn what_a_reader_cannot_read_fails_the_state() {
    let answer = selected(r#"{"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}"#, "a,a\n1,2\n");
    assert_eq!(answer.get("error"), Some(&Value::from("States.ItemReaderFailed")));
}

#[test]
fn a_pair_of_an_object_is_an_item() {
    let fields = r#""ItemSelector": {"k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value"},"#;
    let rest =
        r#""input": {"v": {"a": 1}}, "inspectionLevel": "DEBUG", "mock": {"errorOutput": {"error": "E"}}"#;
    let data = of_state(&map(fields), rest).get("inspectionData").cloned().unwrap_or_default();
    assert_eq!(data.get("afterItemsPath"), Some(&Value::from(r#"{"a":1}"#)));
    assert_eq!(data.get("afterItemSelector"), Some(&Value::from(r#"[{"k":"a","v":1}]"#)));
}

#[test]
fn items_that_are_no_list_fail_the_state() {
    let rest = r#""input": {"v": 1}, "mock": {"result": "[]"}"#;
    let answer = of_state(&map(""), rest);
    assert_eq!(answer.get("error"), Some(&Value::from("States.Runtime")));
}
