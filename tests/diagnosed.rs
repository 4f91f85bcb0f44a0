//! Diagnoses of histories in `tests/histories`, one for each kind of failure: what is said, word by word.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::{Ended, run};

fn histories() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("histories")
}

/// The arguments for a history of the folder, with what lies beside it.
fn arguments(name: &str) -> Vec<String> {
    let file = if name == "express" { "express.log".to_owned() } else { format!("{name}.json") };
    let mut arguments = vec!["diagnose".to_owned(), file];
    for (ending, option) in
        [("describe", ""), ("maprun", ""), ("asl", "--definition"), ("policy", "--policy")]
    {
        let beside = format!("{name}.{ending}.json");
        if histories().join(&beside).is_file() {
            arguments.extend([option.to_owned(), beside].into_iter().filter(|argument| !argument.is_empty()));
        }
    }
    arguments
}

fn diagnosed(name: &str, more: &[&str]) -> Ended {
    let arguments = arguments(name);
    let all: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    run(&histories(), &all)
}

#[rstest]
#[case::a_function_that_fails("lambda-error")]
#[case::retries_that_did_not_outlast_throttling("throttling-exhausted")]
#[case::a_denied_call("permission-denied")]
#[case::the_timer_of_a_state("state-timeout")]
#[case::a_missed_heartbeat("heartbeat")]
#[case::the_timer_of_the_execution("execution-timeout")]
#[case::a_result_that_is_too_large("data-limit")]
#[case::one_item_of_a_map("map-item")]
#[case::one_branch_of_a_parallel("parallel-branch")]
#[case::a_child_execution("nested-execution")]
#[case::a_failure_behind_a_success("swallowed")]
#[case::a_callback_that_does_not_come("stuck-callback")]
#[case::an_activity_without_a_worker("stuck-activity")]
#[case::a_jsonata_expression("jsonata")]
#[case::a_path_that_is_not_there("runtime-path")]
#[case::the_log_of_an_express_workflow("express")]
#[case::an_execution_that_was_redriven("redriven")]
#[case::an_execution_that_was_stopped("aborted")]
#[case::a_container_that_was_killed("job-failed")]
#[case::too_many_items_of_a_distributed_map("map-run-failed")]
#[case::an_http_endpoint_that_refuses("http")]
#[case::a_job_that_does_not_end("stuck-job")]
#[case::a_loop_that_goes_round("stuck-polling")]
#[case::a_definition_that_did_not_run("another-definition")]
#[case::a_long_stack_trace("stack-trace")]
#[case::a_child_of_a_distributed_map("map-child")]
fn a_diagnosis_says(#[case] name: &str) {
    let ended = diagnosed(name, &[]);
    assert_eq!((ended.code, ended.err.as_str()), (ExitCode::Finding, ""), "{}", ended.out);
    compare(name, &ended);
}

/// Compares what was printed with the snapshot.
fn compare(name: &str, ended: &Ended) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        let shown = ended.out.replace(&format!("{}/", histories().display()), "");
        insta::assert_snapshot!(format!("diagnosis-{name}"), shown);
    });
}

#[test]
fn a_wait_that_has_not_elapsed_is_no_failure() {
    let ended = diagnosed("stuck-wait", &[]);
    assert_eq!(ended.code, ExitCode::Inconclusive, "{}", ended.out);
    compare("stuck-wait", &ended);
}

/// The rounds of a polling loop until the history is full.
#[test]
fn a_history_that_is_full_is_told_in_a_few_lines() {
    const EVENTS_MAX: u64 = 25_000;
    const ROUND: u64 = 9;
    let some = events("stuck-polling");
    let mut full = vec![some[0].clone()];
    for id in 2..EVENTS_MAX {
        let round = (id - 2) / ROUND;
        let mut event = some[usize::try_from(1 + (id - 2) % ROUND).expect("a position")].clone();
        let at = 1_772_442_000 + round * 30;
        event["id"] = json!(id);
        event["previousEventId"] = json!(if id == 2 { 0 } else { id - 1 });
        event["timestamp"] = json!(at);
        full.push(event);
    }
    full.push(json!({ "id": EVENTS_MAX, "previousEventId": EVENTS_MAX - 1, "type": "ExecutionFailed",
        "timestamp": 1_772_525_310, "executionFailedEventDetails": { "error": "States.Runtime",
            "cause": "The execution reached the maximum number of history events (25000)." } }));
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    std::fs::write(folder.path().join("event-limit.json"), json!({ "events": full }).to_string())
        .expect("a file");
    let definition = histories().join("stuck-polling.asl.json").display().to_string();
    let ended = run(folder.path(), &["diagnose", "event-limit.json", "--definition", &definition]);
    assert_eq!(ended.code, ExitCode::Finding, "{}", ended.out);
    compare("event-limit", &ended);
}

/// The same history as other tools write it.
#[rstest]
#[case::utf_16_of_powershell("http", |text: &str| {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
})]
#[case::a_table_of_logs_insights("express", |text: &str| {
    let row = |line: &str| format!("2026-03-02 09:00:00.000,\"{}\"\n", line.replace('"', "\"\""));
    format!("@timestamp,@message\n{}", text.lines().map(row).collect::<String>()).into_bytes()
})]
fn an_export_is_read_whatever_wrote_it(#[case] name: &str, #[case] written: fn(&str) -> Vec<u8>) {
    let file = if name == "express" { "express.log".to_owned() } else { format!("{name}.json") };
    let text = std::fs::read_to_string(histories().join(&file)).expect("a history");
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    std::fs::write(folder.path().join(&file), written(&text)).expect("a file");
    let plain = run(&histories(), &["diagnose", &file]);
    assert_eq!(run(folder.path(), &["diagnose", &file]).out, plain.out);
}

#[test]
fn a_compressed_file_is_refused_with_what_to_do() {
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    std::fs::write(folder.path().join("history.json.gz"), [0x1f, 0x8b, 8, 0]).expect("a file");
    let ended = run(folder.path(), &["diagnose", "history.json.gz"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.err.contains("it is compressed with gzip; unpack it first"), "{}", ended.err);
}

#[test]
fn a_state_is_not_guessed_where_a_page_is_missing() {
    let mut events = events("redriven");
    events.drain(4..8);
    let ended = of(&events, &json!({}));
    assert!(ended.out.contains("4 events are missing in the export (5 to 8)"), "{}", ended.out);
    assert!(ended.out.contains("Root cause: state unknown"), "{}", ended.out);
}

/// A log level of `ERROR` leaves out which state was entered; the definition says which one makes the call.
#[test]
fn a_log_of_failures_alone_is_told_by_the_only_state_that_makes_the_call() {
    let log = std::fs::read_to_string(histories().join("express.log")).expect("a log");
    let failures: Vec<&str> = log.lines().filter(|line| line.contains("Failed")).collect();
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    std::fs::write(folder.path().join("express.log"), failures.join("\n")).expect("a file");
    let without = run(folder.path(), &["diagnose", "express.log"]);
    assert!(without.out.contains("Root cause: state unknown"), "{}", without.out);
    let definition = histories().join("http.asl.json").display().to_string();
    let with = run(folder.path(), &["diagnose", "express.log", "--definition", &definition]);
    assert!(with.out.contains("Root cause: Quote"), "{}", with.out);
}

/// An activity that no worker took may be tried again: nothing was done.
#[test]
fn a_timer_of_an_activity_that_nobody_took_says_so() {
    let arn = "arn:aws:states:eu-west-1:123456789012:activity:inspect";
    let events = [
        json!({ "id": 1, "previousEventId": 0, "type": "ExecutionStarted" }),
        json!({ "id": 2, "previousEventId": 0, "type": "TaskStateEntered",
            "stateEnteredEventDetails": { "name": "Inspect" } }),
        json!({ "id": 3, "previousEventId": 2, "type": "ActivityScheduled",
            "activityScheduledEventDetails": { "resource": arn, "timeoutInSeconds": 600 } }),
        json!({ "id": 4, "previousEventId": 3, "type": "ActivityTimedOut",
            "activityTimedOutEventDetails": { "error": "States.Timeout" } }),
        json!({ "id": 5, "previousEventId": 4, "type": "ExecutionFailed",
            "executionFailedEventDetails": { "error": "States.Timeout" } }),
    ];
    let ended = of(&events, &json!({}));
    assert!(ended.out.contains("No worker had taken it."), "{}", ended.out);
    assert!(ended.out.contains("safe: nobody had begun the work."), "{}", ended.out);
}

#[test]
fn a_case_that_would_show_nothing_is_not_saved() {
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    let case = folder.path().join("case.json");
    for (name, reason) in [
        ("another-definition", "another definition ran"),
        ("map-run-failed", "the failures are in child executions"),
        ("stuck-wait", "nothing has failed so far"),
    ] {
        let ended = diagnosed(name, &["--save-case", &case.display().to_string()]);
        let said = ended.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.contains(&format!("The case is not saved, because a replay shows nothing: {reason}")),
            "{said}"
        );
        assert!(!case.exists(), "{name}");
    }
}

#[test]
fn an_execution_that_was_redriven_and_succeeded_says_so() {
    let mut events = events("redriven");
    events.truncate(14);
    events.push(json!({ "id": 15, "previousEventId": 14, "type": "TaskSucceeded" }));
    events.push(json!({ "id": 16, "previousEventId": 15, "type": "TaskStateExited",
        "stateExitedEventDetails": { "name": "Charge", "output": "{}" } }));
    events.push(json!({ "id": 17, "previousEventId": 16, "type": "ExecutionSucceeded" }));
    let ended = of(&events, &json!({}));
    assert_eq!(ended.code, ExitCode::Clean, "{}", ended.out);
    assert!(ended.out.contains("It failed, was redriven, and then succeeded."), "{}", ended.out);
}

#[test]
fn markdown_quotes_and_fences() {
    let ended = diagnosed("permission-denied", &["--format", "markdown"]);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("diagnosis-markdown", ended.out);
    });
}

#[test]
fn diagnoses_follow_their_schema() {
    let schema: Value = serde_json::from_str(&sfn_chaos::report::diagnosis_schema()).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for entry in histories().read_dir().expect("a folder") {
        let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
        let Some((name, "json" | "log")) = name.split_once('.') else { continue };
        let printed = diagnosed(name, &["--format", "json"]).out;
        let report: Value = serde_json::from_str(&printed).expect("JSON");
        let broken: Vec<_> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
        assert_eq!(broken, Vec::<String>::new(), "{name}");
    }
}

/// The events of a history of the folder.
fn events(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(histories().join(format!("{name}.json"))).expect("a history");
    let export: Value = serde_json::from_str(&text).expect("JSON");
    export["events"].as_array().expect("events").clone()
}

/// Diagnoses events that are written to a file.
fn of(events: &[Value], more: &Value) -> Ended {
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    let mut export = json!({ "events": events });
    for (name, value) in more.as_object().expect("members") {
        export[name] = value.clone();
    }
    std::fs::write(folder.path().join("history.json"), export.to_string()).expect("a file");
    run(folder.path(), &["diagnose", "history.json"])
}

#[test]
fn an_export_that_is_cut_is_inconclusive_and_says_so() {
    let ended = of(&events("lambda-error")[..3], &json!({ "nextToken": "more" }));
    assert_eq!(ended.code, ExitCode::Inconclusive);
    assert!(ended.out.contains("has a token for more events"), "{}", ended.out);
}

#[test]
fn an_execution_that_succeeded_has_nothing_to_say() {
    let mut events = events("swallowed");
    events.drain(1..8);
    let ended = of(&events, &json!({}));
    assert_eq!(ended.code, ExitCode::Clean, "{}", ended.out);
    assert!(ended.out.contains("Nothing failed."), "{}", ended.out);
}

#[test]
fn an_unknown_type_of_event_is_passed_over_and_named() {
    let mut events = events("lambda-error");
    let dream = json!({ "id": 7, "previousEventId": 6, "type": "ExecutionDreamt" });
    events.push(dream);
    let ended = of(&events, &json!({}));
    assert_eq!(ended.code, ExitCode::Finding);
    assert!(ended.out.contains("unknown types were passed over: ExecutionDreamt"), "{}", ended.out);
    assert!(ended.out.contains("Root cause: Price"), "{}", ended.out);
}

#[test]
fn a_history_of_success_that_told_somebody_is_only_a_note() {
    let mut events = events("swallowed");
    let end = events.pop().expect("an end");
    let task = json!({ "resourceType": "sns", "resource": "publish" });
    let told = [
        json!({ "id": 9, "previousEventId": 8, "type": "TaskStateEntered",
            "stateEnteredEventDetails": { "name": "Tell" } }),
        json!({ "id": 10, "previousEventId": 9, "type": "TaskScheduled", "taskScheduledEventDetails": {
            "resourceType": "sns", "resource": "publish",
            "parameters": "{\"Message\":\"Charge failed: Sandbox.Timedout\"}" } }),
        json!({ "id": 11, "previousEventId": 10, "type": "TaskSucceeded", "taskSucceededEventDetails": task }),
        json!({ "id": 12, "previousEventId": 11, "type": "TaskStateExited",
            "stateExitedEventDetails": { "name": "Tell" } }),
    ];
    events.extend(told);
    events.push(json!({ "id": 13, "previousEventId": 12, "type": end["type"] }));
    let ended = of(&events, &json!({}));
    assert_eq!(ended.code, ExitCode::Clean, "{}", ended.out);
    assert!(ended.out.contains("NOTE Charge failure-only-recorded"), "{}", ended.out);
}

#[rstest]
#[case::nothing("", "the file is empty")]
#[case::no_json("{\n  \"events\": [,]}", "history.json:2:14: this is no JSON")]
#[case::a_definition(
    r#"{"StartAt":"A","States":{}}"#,
    "looks like a state machine definition; give it with --definition"
)]
#[case::no_events(r#"{"events":[]}"#, "the list of events is empty")]
#[case::a_description(
    r#"{"executionArn":"a","status":"FAILED"}"#,
    "a description alone (FAILED) tells no events"
)]
fn what_is_no_history_is_refused(#[case] text: &str, #[case] message: &str) {
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    std::fs::write(folder.path().join("history.json"), text).expect("a file");
    let ended = run(folder.path(), &["diagnose", "history.json"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.err.contains(message), "{}", ended.err);
}

/// Applies one of the patches of a diagnosis to its definition.
fn patched(name: &str, patch: usize) -> Value {
    let printed = diagnosed(name, &["--format", "json"]).out;
    let report: Value = serde_json::from_str(&printed).expect("JSON");
    let text = std::fs::read_to_string(histories().join(format!("{name}.asl.json"))).expect("a definition");
    let mut definition: Value = serde_json::from_str(&text).expect("JSON");
    let execution = &report["executions"][0];
    let fixes = execution["root_cause"]["fixes"].as_array().into_iter().flatten();
    let risks = execution["risks"].as_array().expect("risks").iter().map(|risk| &risk["fix"]);
    let fixes: Vec<_> = fixes.chain(risks).collect();
    let mut patches =
        fixes.iter().filter_map(|fix| fix["asl_patch"].as_array()).filter(|patch| !patch.is_empty());
    for operation in patches.nth(patch).expect("a patch") {
        apply(&mut definition, operation);
    }
    definition
}

/// RFC 6902, as far as proposals use it.
fn apply(definition: &mut Value, operation: &Value) {
    let path = operation["path"].as_str().expect("a path");
    let (parent, last) = path.rsplit_once('/').expect("a member");
    let parent = definition.pointer_mut(parent).expect("the parent is there");
    match (parent, operation["op"].as_str()) {
        (Value::Array(items), _) => items.push(operation["value"].clone()),
        (Value::Object(members), Some("remove")) => {
            members.remove(last).expect("what is removed is there");
        }
        (Value::Object(members), _) => {
            members.insert(last.replace("~1", "/"), operation["value"].clone());
        }
        (other, _) => panic!("{other} has no members"),
    }
}

#[rstest]
#[case::longer_retries("throttling-exhausted", 0)]
#[case::an_input_that_is_kept("runtime-path", 0)]
#[case::a_failure_that_shows("swallowed", 0)]
#[case::another_catcher("state-timeout", 1)]
#[case::a_timer_of_the_state("execution-timeout", 0)]
#[case::a_timer_at_all("stuck-callback", 0)]
#[case::a_timer_for_a_job("stuck-job", 0)]
#[case::a_timer_for_a_job_that_was_stopped("aborted", 0)]
#[case::a_loop_that_is_counted("stuck-polling", 0)]
fn a_saved_history_shows_its_failure_until_the_patch_is_applied(#[case] name: &str, #[case] patch: usize) {
    let folder = tempfile::TempDir::new().expect("a folder for the test");
    for entry in histories().read_dir().expect("a folder") {
        let from = entry.expect("readable").path();
        std::fs::copy(&from, folder.path().join(from.file_name().expect("a file"))).expect("a copy");
    }
    let mut arguments = arguments(name);
    arguments.extend(["--save-case", "case.json", "--show-values"].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = run(folder.path(), &arguments);
    assert!(ended.out.contains("sfn-chaos chaos replay"), "{}{}", ended.out, ended.err);
    let before = run(folder.path(), &["chaos", "replay", "case.json"]);
    assert_eq!(before.code, ExitCode::Finding, "{}{}", before.out, before.err);
    assert!(before.out.contains("still ends as"), "{}", before.out);
    let definition = folder.path().join(format!("{name}.asl.json"));
    std::fs::write(definition, patched(name, patch).to_string()).expect("a definition");
    let after = run(folder.path(), &["chaos", "replay", "case.json"]);
    assert_eq!(after.code, ExitCode::Clean, "{}{}", after.out, after.err);
    assert!(after.out.contains("no longer ends as"), "{}", after.out);
}

#[test]
fn the_output_in_the_documentation_is_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs").join("diagnose.md")).expect("the page can be read");
    let blocks: Vec<_> = page.split("```console\n$ sfn-chaos ").skip(1).collect();
    assert!(blocks.len() >= 4);
    for block in blocks {
        let shown = block.split("\n```").next().expect("a block has an end");
        let (command, shown) = shown.split_once('\n').expect("a command and its output");
        let arguments: Vec<String> = command
            .split(' ')
            .map(
                |word| {
                    if word.contains('/') { root.join(word).display().to_string() } else { word.to_owned() }
                },
            )
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let printed = run(root, &arguments).out.replace(&format!("{}/", root.display()), "");
        assert_eq!(printed.trim_end(), shown, "{command}");
    }
}

/// One thing that can be wrong with an event of an export.
#[derive(Clone, Debug)]
enum Damage {
    Missing,
    Twice,
    Id(u64),
    Previous(u64),
    Time(i64),
    Type(usize),
    NoDetails,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Missing),
        Just(Damage::Twice),
        prop_oneof![0..40_u64, any::<u64>()].prop_map(Damage::Id),
        prop_oneof![0..40_u64, any::<u64>()].prop_map(Damage::Previous),
        any::<i64>().prop_map(Damage::Time),
        any::<usize>().prop_map(Damage::Type),
        Just(Damage::NoDetails),
    ]
}

fn damaged(mut events: Vec<Value>, damages: &[(usize, Damage)]) -> Vec<Value> {
    let types: Vec<Value> = events.iter().map(|event| event["type"].clone()).collect();
    for (at, damage) in damages {
        if events.is_empty() {
            break;
        }
        let at = at % events.len();
        match damage {
            Damage::Missing => drop(events.remove(at)),
            Damage::Twice => events.push(events[at].clone()),
            Damage::Id(id) => events[at]["id"] = json!(id),
            Damage::Previous(id) => events[at]["previousEventId"] = json!(id),
            Damage::Time(time) => events[at]["timestamp"] = json!(time),
            Damage::Type(other) => events[at]["type"] = types[other % types.len()].clone(),
            Damage::NoDetails => {
                let members = events[at].as_object_mut().expect("an event");
                members.retain(|name, _| !name.ends_with("Details"));
            }
        }
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_export_is_diagnosed_or_refused_but_never_panics(
        name in 0..HISTORIES.len(),
        damages in proptest::collection::vec((any::<usize>(), damage()), 1..6),
        with_definition in any::<bool>(),
    ) {
        let name = HISTORIES[name];
        let folder = tempfile::TempDir::new().expect("a folder for the test");
        let export = json!({ "events": damaged(events(name), &damages) });
        std::fs::write(folder.path().join("history.json"), export.to_string()).expect("a file");
        let mut arguments = vec!["diagnose".to_owned(), "history.json".to_owned()];
        let definition = histories().join(format!("{name}.asl.json"));
        if with_definition && definition.is_file() {
            arguments.extend(["--definition".to_owned(), definition.display().to_string()]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = run(folder.path(), &arguments);
        prop_assert!(ended.code != ExitCode::Internal);
        prop_assert!(ended.code == ExitCode::Usage || !ended.out.is_empty());
    }
}

/// Histories with several threads, retries and catchers.
const HISTORIES: [&str; 6] =
    ["map-item", "parallel-branch", "throttling-exhausted", "swallowed", "runtime-path", "nested-execution"];
