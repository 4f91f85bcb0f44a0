//! Distributed Maps: readers, batches, thresholds and writers, as the history shows them.

use rstest::rstest;
use sfn_chaos::asl::compile_text;
use sfn_chaos::history::{Detail, Event, EventType, History, Outcome};
use sfn_chaos::mock::{Answer, Call, Objects, Responder};
use sfn_chaos::sim::{self, Case};
use sfn_chaos::value::Value;

struct Store(Objects);

impl Responder for Store {
    fn answer(&mut self, call: Call<'_>) -> Answer {
        Answer::of(call.parameters.clone())
    }

    fn objects(&self, _: &sfn_chaos::asl::State) -> Option<Objects> {
        Some(self.0.clone())
    }
}

/// Runs a distributed Map with these fields; its items go through a Pass state unless `processor` says else.
fn run_with(fields: &str, processor: &str, input: &str, objects: &[(&str, &str)]) -> History {
    let text = format!(
        r#"{{"StartAt":"Each","States":{{"Each":{{"Type":"Map","End":true,{fields}"ItemProcessor":{{
        "ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}},
        "StartAt":"One","States":{{"One":{processor}}}}}}}}}}}"#
    );
    let machine = compile_text("Work", &text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let mut store = Store(Objects::default());
    for (key, content) in objects {
        store.0.put("store", key, content.as_bytes());
    }
    sim::run(&machine, &Case::new(Value::parse(input).expect("valid JSON")), &mut store)
}

fn run(fields: &str, input: &str, objects: &[(&str, &str)]) -> History {
    run_with(fields, r#"{"Type":"Pass","End":true}"#, input, objects)
}

fn output(history: &History) -> String {
    match &history.outcome {
        Outcome::Succeeded { output } => output.to_json(),
        other => panic!("{other:?}"),
    }
}

fn cause(history: &History) -> String {
    match &history.outcome {
        Outcome::Failed { error, cause } => {
            format!("{}: {}", error.as_deref().unwrap_or("-"), cause.as_deref().unwrap_or("-"))
        }
        other => panic!("{other:?}"),
    }
}

fn kinds(history: &History) -> Vec<EventType> {
    history.events.iter().map(|event| event.kind).collect()
}

const READER: &str = r#""ItemReader":{"Resource":"arn:aws:states:::s3:getObject",
    "Parameters":{"Bucket":"store","Key.$":"$.key"},"ReaderConfig":{"InputType":"JSON""#;

fn reader(config: &str) -> String {
    format!("{READER}{config}}}}},")
}

#[test]
fn items_that_are_read_have_no_length_yet() {
    let history = run(&reader(""), r#"{"key":"data"}"#, &[("data", "[1,2]")]);
    assert_eq!(output(&history), "[1,2]");
    let is_start = |event: &&Event| event.kind == EventType::MapStateStarted;
    let started = history.events.iter().find(is_start).unwrap();
    assert!(matches!(started.detail, Detail::Length(0)));
}

#[test]
fn a_failing_reader_fails_the_run_and_may_be_caught() {
    use EventType::{
        ExecutionFailed, ExecutionStarted, MapRunFailed, MapRunStarted, MapStateEntered, MapStateFailed,
        MapStateStarted,
    };

    let history = run(&reader(""), r#"{"key":"data"}"#, &[("data", "7")]);
    assert_eq!(cause(&history), "States.ItemReaderFailed: Attempting to map over non-iterable node.");
    let expected = [
        ExecutionStarted,
        MapStateEntered,
        MapStateStarted,
        MapRunStarted,
        MapRunFailed,
        MapStateFailed,
        ExecutionFailed,
    ];
    assert_eq!(kinds(&history), expected);
}

#[rstest]
#[case::a_number("2", "[1,2]")]
#[case::a_text_that_says_a_number("\"2\"", "[1,2]")]
#[case::zero_is_no_limit("0", "[1,2,3]")]
fn items_at_most(#[case] limit: &str, #[case] items: &str) {
    let input = format!(r#"{{"key":"data","most":{limit}}}"#);
    let history = run(&reader(r#","MaxItemsPath":"$.most""#), &input, &[("data", "[1,2,3]")]);
    assert_eq!(output(&history), items);
}

#[test]
fn a_negative_limit_fails_the_run_and_a_wrong_one_the_execution() {
    let fields = reader(r#","MaxItemsPath":"$.most""#);
    let negative = run(&fields, r#"{"key":"data","most":-3}"#, &[("data", "[]")]);
    assert_eq!(cause(&negative), "States.ItemReaderFailed: field MaxItems must be positive");
    let wrong = run(&fields, r#"{"key":"data","most":"many"}"#, &[("data", "[]")]);
    assert_eq!(
        cause(&wrong),
        "States.Runtime: An error occurred while executing the state 'Each' (entered at the event id #2). The \
         MaxItemsPath field refers to value \"many\" which is not a valid integer: $.most"
    );
    assert!(!kinds(&wrong).contains(&EventType::MapRunStarted));
}

#[rstest]
#[case::count(
    "ToleratedFailureCountPath",
    "{}",
    "refers to value \"{}\" which is not a valid integer: $.limit"
)]
#[case::negative_count("ToleratedFailureCountPath", "-2", "ToleratedFailureCount cannot be negative.")]
#[case::share(
    "ToleratedFailurePercentagePath",
    "{}",
    "refers to value \"{}\" which is not a valid float: $.limit"
)]
#[case::too_large_a_share("ToleratedFailurePercentagePath", "101", "must be between 0 and 100.")]
fn thresholds_are_evaluated_after_the_map_has_started(
    #[case] field: &str,
    #[case] limit: &str,
    #[case] text: &str,
) {
    let fields = format!(r#""ItemsPath":"$.items","{field}":"$.limit","#);
    let history = run(&fields, &format!(r#"{{"items":[1],"limit":{limit}}}"#), &[]);
    assert!(cause(&history).ends_with(text), "{}", cause(&history));
    assert_eq!(kinds(&history)[2..], [EventType::MapStateStarted, EventType::ExecutionFailed]);
}

#[rstest]
#[case::by_count(r#""MaxItemsPerBatch":2"#, r#"[{"Items":[1,2]},{"Items":[3]}]"#)]
#[case::by_bytes(r#""MaxInputBytesPerBatch":15"#, r#"[{"Items":[1,2]},{"Items":[3]}]"#)]
#[case::with_an_input(
    r#""MaxItemsPerBatch":3,"BatchInput":{"all.$":"$"}"#,
    r#"[{"BatchInput":{"all":[1,2,3]},"Items":[1,2,3]}]"#
)]
fn items_in_batches(#[case] batcher: &str, #[case] batches: &str) {
    let history = run(&format!(r#""ItemBatcher":{{{batcher}}},"#), "[1,2,3]", &[]);
    assert_eq!(output(&history), batches);
}

#[test]
fn an_item_says_where_it_comes_from() {
    let selector = r#""ItemSelector":{"from.$":"$$.Map.Item.Source","at.$":"$$.Map.Item.Index"},"#;
    let history = run(&format!("{}{selector}", reader("")), r#"{"key":"data"}"#, &[("data", "[7]")]);
    assert_eq!(output(&history), r#"[{"from":"S3://store/data","at":0}]"#);
    let history = run(selector, "[7]", &[]);
    assert_eq!(output(&history), r#"[{"from":"STATE_DATA","at":0}]"#);
}

#[test]
fn pairs_of_an_object_are_items_with_a_key() {
    let selector = r#""ItemSelector":{"k.$":"$$.Map.Item.Key","v.$":"$$.Map.Item.Value"},"#;
    assert_eq!(output(&run(selector, r#"{"a":1}"#, &[])), r#"[{"k":"a","v":1}]"#);
    assert_eq!(output(&run("", r#"{"a":1}"#, &[])), r#"[{"Key":"a","Value":1}]"#);
}

const WRITER: &str = r#""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
    "Parameters":{"Bucket":"results","Prefix":"out"}"#;

#[test]
fn results_are_written_with_a_manifest() {
    let history = run(&format!("{WRITER}}},"), "[7]", &[]);
    let result = Value::parse(&output(&history)).unwrap();
    let details = result.get("ResultWriterDetails").unwrap();
    let key = details.get("Key").and_then(Value::as_str).unwrap();
    let read = |key: &str| {
        let content = history.objects.get("results", key).unwrap();
        Value::parse(std::str::from_utf8(content).unwrap()).unwrap()
    };
    let manifest = read(key);
    assert_eq!(manifest.get("MapRunArn"), result.get("MapRunArn"));
    let files = manifest.get("ResultFiles").unwrap();
    assert_eq!(files.get("FAILED").unwrap().to_json(), "[]");
    let file = &files.get("SUCCEEDED").and_then(Value::as_array).unwrap()[0];
    let results = read(file.get("Key").and_then(Value::as_str).unwrap());
    let result = &results.as_array().unwrap()[0];
    let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap();
    assert_eq!([text("Input"), text("Output"), text("Status")], ["7", "7", "SUCCEEDED"]);
}

#[rstest]
#[case::compact("COMPACT", "[[1,2],3]")]
#[case::flattened("FLATTEN", "[1,2,3]")]
fn results_may_be_transformed_without_a_file(#[case] transformation: &str, #[case] result: &str) {
    let writer = format!(
        r#""ResultWriter":{{"WriterConfig":{{"OutputType":"JSON","Transformation":"{transformation}"}}}},"#
    );
    assert_eq!(output(&run(&writer, "[[1,2],3]", &[])), result);
}

#[test]
fn a_run_that_fails_leaves_what_failed_and_what_never_started() {
    let fields = format!(r#"{WRITER}}},"MaxConcurrency":1,"#);
    let history = run_with(&fields, r#"{"Type":"Fail","Error":"No"}"#, "[1,2]", &[]);
    assert_eq!(
        cause(&history),
        "States.ExceedToleratedFailureThreshold: The specified tolerated failure threshold was exceeded"
    );
    let names: Vec<_> = history.objects.iter().map(|(_, key, _)| key.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["FAILED_0.json", "PENDING_0.json", "manifest.json"]);
}

#[test]
fn a_bucket_of_which_nothing_is_known_is_answered_like_a_task() {
    let history = run(&reader(""), r#"{"key":"data"}"#, &[]);
    assert!(cause(&history).starts_with("States.ItemReaderFailed: The item reader must give a list"));
}

#[test]
fn a_child_is_an_execution_of_its_own() {
    let processor = r#"{"Type":"Pass","End":true,"Parameters":{"in.$":"$$.Execution.Input","id.$":"$$.Execution.Id",
        "machine.$":"$$.StateMachine.Name"}}"#;
    let seen = Value::parse(&output(&run_with(r#""Label":"Own","#, processor, "[7]", &[]))).unwrap();
    let child = &seen.as_array().unwrap()[0];
    assert_eq!(child.get("in").and_then(Value::as_i64), Some(7));
    assert_eq!(child.get("machine").and_then(Value::as_str), Some("Work/Own"));
    assert!(child.get("id").and_then(Value::as_str).unwrap().contains(":execution:Work/Own:"));
}
