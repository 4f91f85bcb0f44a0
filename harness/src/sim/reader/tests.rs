//! One table a rule of the readers.

use rstest::rstest;

use super::*;

fn value(text: &str) -> Value {
    Value::parse(text).unwrap()
}

fn read_with(
    resource: &str,
    config: &str,
    arguments: &str,
    objects: &[(&str, &str)],
) -> Result<String, ReadFailure> {
    let mut given = Objects::default();
    for (key, content) in objects {
        given.put("store", key, content.as_bytes());
    }
    let config = value(config);
    let request = Request {
        resource,
        config: &config,
        arguments: &value(arguments),
        items_max: config.get("MaxItems").and_then(Value::as_i64).map_or(usize::MAX, |max| max as usize),
        modified_ms: 1_500,
    };
    let dataset = read(&request, Store { given: &given, written: &Objects::default() })?;
    Ok(Value::array(dataset.items).to_json())
}

fn get(config: &str, content: &str) -> Result<String, ReadFailure> {
    let arguments = r#"{"Bucket":"store","Key":"data"}"#;
    read_with("arn:aws:states:::s3:getObject", config, arguments, &[("data", content)])
}

const FIRST_ROW: &str = r#"{"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"}"#;

#[rstest]
#[case::the_first_row_names_the_members("a,b\n1,x\n", r#"[{"a":"1","b":"x"}]"#)]
#[case::a_short_row_is_filled_with_empty_texts("a,b\n1\n", r#"[{"a":"1","b":""}]"#)]
#[case::columns_without_a_header_are_dropped("a\n1,2,3\n", r#"[{"a":"1"}]"#)]
#[case::an_empty_header_is_a_name("a,\n1,2\n", r#"[{"a":"1","":"2"}]"#)]
#[case::spaces_stay("a,b\n  ,\t\n", r#"[{"a":"  ","b":"\t"}]"#)]
#[case::empty_lines_are_no_rows("a\n\n1\n\n", r#"[{"a":"1"}]"#)]
#[case::quotes_hold_delimiters_and_lines("a,b\n\"1,\n2\",\"x\"\"y\"\n", r#"[{"a":"1,\n2","b":"x\"y"}]"#)]
#[case::windows_lines("a,b\r\n1,2\r\n", r#"[{"a":"1","b":"2"}]"#)]
#[case::a_last_line_without_an_end("a\n1", r#"[{"a":"1"}]"#)]
#[case::only_headers("a,b\n", "[]")]
#[case::nothing("", "[]")]
fn a_text_with_delimiters(#[case] content: &str, #[case] items: &str) {
    assert_eq!(get(FIRST_ROW, content).unwrap(), items);
}

#[rstest]
#[case::comma("COMMA", "1,2")]
#[case::pipe("PIPE", "1|2")]
#[case::semicolon("SEMICOLON", "1;2")]
#[case::space("SPACE", "1 2")]
#[case::tab("TAB", "1\t2")]
fn delimiters(#[case] name: &str, #[case] row: &str) {
    let config = format!(
        r#"{{"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["a","b"],"CSVDelimiter":"{name}"}}"#
    );
    assert_eq!(get(&config, row).unwrap(), r#"[{"a":"1","b":"2"}]"#);
}

#[rstest]
#[case::in_the_file(FIRST_ROW, "a,a\n1,2\n")]
#[case::given(r#"{"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["a","a"]}"#, "1,2\n")]
fn headers_must_differ(#[case] config: &str, #[case] content: &str) {
    let failure = ReadFailure::Failed("CSV headers cannot contain duplicates.".to_owned());
    assert_eq!(get(config, content), Err(failure));
}

#[rstest]
#[case::a_list("", "[1,{\"a\":2}]", r#"[1,{"a":2}]"#)]
#[case::an_object_by_its_pairs("", "{\"a\":1}", r#"[{"Key":"a","Value":1}]"#)]
#[case::a_pointer("/x/y", "{\"x\":{\"y\":[1]}}", "[1]")]
#[case::a_pointer_through_a_list("/0", "[[1,2]]", "[1,2]")]
#[case::a_pointer_with_a_slash("/a~1b", "{\"a/b\":[1]}", "[1]")]
fn json(#[case] pointer: &str, #[case] content: &str, #[case] items: &str) {
    assert_eq!(
        get(&format!(r#"{{"InputType":"JSON","ItemsPointer":"{pointer}"}}"#), content).unwrap(),
        items
    );
}

#[rstest]
#[case::a_number("", "1")]
#[case::a_text("", "\"a\"")]
#[case::nothing_at_the_pointer("/x", "{}")]
fn json_without_items(#[case] pointer: &str, #[case] content: &str) {
    let config = format!(r#"{{"InputType":"JSON","ItemsPointer":"{pointer}"}}"#);
    let failure = ReadFailure::Failed("Attempting to map over non-iterable node.".to_owned());
    assert_eq!(get(&config, content), Err(failure));
}

#[test]
fn json_lines_skip_blank_ones() {
    assert_eq!(get(r#"{"InputType":"JSONL"}"#, "{\"a\":1}\n\n2\n").unwrap(), r#"[{"a":1},2]"#);
}

#[rstest]
#[case::json("JSON", "[1,2,3]", "[1,2]")]
#[case::lines("JSONL", "1\n2\n3", "[1,2]")]
fn no_more_than_the_items_that_are_wanted(#[case] kind: &str, #[case] content: &str, #[case] items: &str) {
    assert_eq!(get(&format!(r#"{{"InputType":"{kind}","MaxItems":2}}"#), content).unwrap(), items);
}

#[test]
fn a_list_has_an_entry_for_each_object_below_the_prefix() {
    let arguments = r#"{"Bucket":"store","Prefix":"in/"}"#;
    let objects = [("in/b", "xy"), ("other", ""), ("in/a", "x")];
    let items = read_with("arn:aws:states:::s3:listObjectsV2", "{}", arguments, &objects).unwrap();
    let entry = |etag: &str, key: &str, size: usize| {
        format!(
            r#"{{"Etag":"\"{etag}\"","Key":"{key}","LastModified":1.0,"Size":{size},"StorageClass":"STANDARD"}}"#
        )
    };
    let a = entry("9dd4e461268c8034f5c8564e155c67a6", "in/a", 1);
    let b = entry("3e44107170a520582ade522fa73c1d15", "in/b", 2);
    assert_eq!(items, format!("[{a},{b}]"));
}

#[test]
fn a_list_may_be_loaded_and_flattened() {
    let config = r#"{"InputType":"JSON","Transformation":"LOAD_AND_FLATTEN","MaxItems":3}"#;
    let objects = [("a", "[1,2]"), ("b", "[3,4]"), ("c", "no JSON, but not read")];
    let arguments = r#"{"Bucket":"store"}"#;
    let items = read_with("arn:aws:states:::s3:listObjectsV2", config, arguments, &objects);
    assert_eq!(items.unwrap(), "[1,2,3]");
}

#[test]
fn an_inventory_names_lists_of_objects() {
    let manifest = r#"{"destinationBucket":"arn:aws:s3:::store","fileFormat":"CSV","fileSchema":"Bucket, Key",
        "files":[{"key":"list.csv"}]}"#;
    let objects = [("manifest.json", manifest), ("list.csv", "\"s\",\"k1\"\n\"s\",\"k2\"\n")];
    let arguments = r#"{"Bucket":"store","Key":"manifest.json"}"#;
    let items =
        read_with("arn:aws:states:::s3:getObject", r#"{"InputType":"MANIFEST"}"#, arguments, &objects);
    assert_eq!(items.unwrap(), r#"[{"Bucket":"s","Key":"k1"},{"Bucket":"s","Key":"k2"}]"#);
}

#[test]
fn an_athena_manifest_names_files_with_items() {
    let config = r#"{"InputType":"JSONL","ManifestType":"ATHENA_DATA"}"#;
    let objects = [("m.csv", "s3://store/1\ns3://store/2\n"), ("1", "1\n2\n"), ("2", "3\n")];
    let arguments = r#"{"Bucket":"store","Key":"m.csv"}"#;
    let items = read_with("arn:aws:states:::s3:getObject", config, arguments, &objects);
    assert_eq!(items.unwrap(), "[1,2,3]");
}

#[rstest]
#[case::parquet(r#"{"InputType":"PARQUET"}"#, "item reader input type")]
#[case::no_type("{}", "item reader")]
#[case::no_header_location(r#"{"InputType":"CSV"}"#, "item reader")]
fn what_is_not_read_is_unknown(#[case] config: &str, #[case] construct: &str) {
    let Err(ReadFailure::Unknown(found, _)) = get(config, "x") else { panic!("known") };
    assert_eq!(found, construct);
}

#[test]
fn a_missing_object_fails_as_in_s3() {
    let arguments = r#"{"Bucket":"store","Key":"absent"}"#;
    let read = read_with("arn:aws:states:::s3:getObject", FIRST_ROW, arguments, &[("data", "")]);
    let Err(ReadFailure::Failed(cause)) = read else { panic!("read") };
    assert!(cause.starts_with("The specified key does not exist. (Service: Amazon S3; Status Code: 404;"));
}
