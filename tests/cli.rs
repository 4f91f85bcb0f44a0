//! Journeys of the command line, each in a folder of its own: what is printed, and how it ends.

use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::run;
use tempfile::TempDir;

/// A callback without any timer, behind a call that is guarded as it should be.
const STUCK: &str = r#"{
  "StartAt": "Ask",
  "States": {
    "Ask": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {
        "QueueUrl": "https://sqs.eu-central-1.amazonaws.com/123456789012/questions",
        "MessageBody": { "token.$": "$$.Task.Token", "question.$": "$.question" }
      },
      "Retry": [{ "ErrorEquals": ["SQS.RequestThrottledException", "SQS.AmazonSQSException"],
        "MaxAttempts": 2, "JitterStrategy": "FULL" }],
      "End": true
    }
  }
}"#;

const CALL: &str = r#"{ "StartAt": "Call", "States": { "Call": { "Type": "Task", "End": true,
    "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "price" } } } }"#;

const PAUSE: &str =
    r#"{ "StartAt": "Pause", "States": { "Pause": { "Type": "Wait", "Seconds": 90, "End": true } } }"#;

const REFUSED: &str = r#"{ "StartAt": "Pause", "States": { "Pause": { "Type": "Wait", "End": true } } }"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder for the test");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file of the test");
    }
    folder
}

#[test]
fn a_finding_is_told_with_its_place_and_its_fix() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let ended = run(folder.path(), &["chaos", "ask.asl.json"]);
    assert_eq!(ended.code, ExitCode::Finding, "{}", ended.out);
    for part in [
        "HIGH Ask callback-unbounded",
        "ask.asl.json:4:5",
        "+      \"TimeoutSeconds\": 3600",
        "callback-missing",
    ] {
        assert!(ended.out.contains(part), "{part} is missing in:\n{}", ended.out);
    }
    assert_eq!(ended.err, "");
}

#[test]
fn what_is_milder_than_asked_for_does_not_fail_the_build() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let milder = run(folder.path(), &["chaos", "ask.asl.json", "--fail-on", "critical"]);
    let skipped = run(folder.path(), &["chaos", "ask.asl.json", "--skip-rule", "liveness"]);
    assert_eq!((milder.code, skipped.code), (ExitCode::Clean, ExitCode::Clean));
    assert!(!skipped.out.contains("HIGH"), "{}", skipped.out);
}

#[test]
fn one_refused_definition_does_not_keep_the_others_from_being_tested() {
    let folder = folder(&[("a.asl.json", REFUSED), ("b.asl.json", PAUSE)]);
    let ended = run(folder.path(), &["chaos"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.out.contains("a.asl.json: AWS would refuse this definition"), "{}", ended.out);
    assert!(ended.out.contains("b.asl.json: nothing found"), "{}", ended.out);
}

#[test]
fn an_accepted_finding_does_not_count_until_it_expires() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let options = ["chaos", "--rule", "callback-unbounded", "--today", "2026-03-01"];
    let call = |more: &[&str]| run(folder.path(), &[options.as_slice(), more].concat());
    let written = call(&["--write-accepted", "accepted.toml"]);
    assert_eq!(written.code, ExitCode::Finding);
    let file = folder.path().join("accepted.toml");
    let text = std::fs::read_to_string(&file).expect("the baseline was written");
    assert!(text.contains("reason = \"\"\nexpires = \"2026-05-30\""), "{text}");
    assert_eq!(call(&["--write-accepted", "accepted.toml"]).code, ExitCode::Usage);

    std::fs::write(folder.path().join("chaos.toml"), "accepted = \"accepted.toml\"\n").expect("written");
    let unreviewed = call(&[]);
    assert_eq!(unreviewed.code, ExitCode::Usage);
    assert!(unreviewed.err.contains("say why this finding is accepted"), "{}", unreviewed.err);

    std::fs::write(&file, text.replace("\"\"", "\"answered by hand\"")).expect("written");
    let accepted = call(&[]);
    assert_eq!(accepted.code, ExitCode::Clean);
    assert!(accepted.out.contains("1 accepted, not counted"), "{}", accepted.out);
    assert!(accepted.out.contains("until 2026-05-30: answered by hand"), "{}", accepted.out);
    assert_eq!(call(&["--today", "2026-05-30"]).code, ExitCode::Usage, "an option is given once");

    let later = ["chaos", "--rule", "callback-unbounded", "--today", "2026-05-31"];
    let expired = run(folder.path(), &later);
    assert_eq!(expired.code, ExitCode::Finding);
    assert!(expired.out.contains("which has passed, so that it counts again"), "{}", expired.out);

    std::fs::write(folder.path().join("ask.asl.json"), PAUSE).expect("written");
    let mended = call(&[]);
    assert_eq!(mended.code, ExitCode::Clean);
    assert!(mended.out.contains("any more; drop the entry"), "{}", mended.out);
}

#[test]
fn advice_never_fails_a_build_and_can_be_left_out() {
    const ENDS: &str = r#"{ "StartAt": "Stop", "TimeoutSeconds": 60, "States": { "Stop": { "Type": "Choice",
        "Choices": [{ "Variable": "$.ok", "BooleanEquals": true, "Next": "Done" }], "Default": "Bad" },
        "Done": { "Type": "Succeed" }, "Bad": { "Type": "Fail" } } }"#;
    let folder = folder(&[("ends.asl.json", ENDS), ("ends.input.json", "{ \"ok\": true }")]);
    let given = run(folder.path(), &["chaos", "--fail-on", "note"]);
    assert_eq!(given.code, ExitCode::Clean);
    assert!(given.out.contains("note fail-without-cause: `Bad` ends the execution"), "{}", given.out);
    let none = run(folder.path(), &["chaos", "--no-advice"]);
    assert!(!none.out.contains("advice"), "{}", none.out);
    let config = "[profile.default]\nskip-advice = [\"fail-without-cause\"]\n";
    std::fs::write(folder.path().join("chaos.toml"), config).expect("written");
    assert!(!run(folder.path(), &["chaos"]).out.contains("fail-without-cause"));
}

#[test]
fn an_empty_folder_selects_nothing() {
    let folder = folder(&[]);
    assert_eq!(run(folder.path(), &["chaos"]).code, ExitCode::NothingSelected);
}

#[test]
fn the_same_call_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let on = |threads| run(folder.path(), &["chaos", "--format", "json", "--threads", threads]).out;
    let (one, two, again) = (on("1"), on("2"), on("2"));
    assert!(one == two && two == again);
}

#[test]
fn inputs_beside_the_definition_are_used_and_their_values_are_kept_back() {
    let input = r#"{ "question": "How old is Ada Lovelace?" }"#;
    let folder = folder(&[("ask.asl.json", STUCK), ("ask.input.json", input)]);
    let redacted = run(folder.path(), &["chaos"]);
    let shown = run(folder.path(), &["chaos", "--show-values"]);
    assert!(redacted.out.contains(r#"{"question":"…"} (ask.input.json)"#), "{}", redacted.out);
    assert!(!redacted.out.contains("Lovelace"), "{}", redacted.out);
    assert!(shown.out.contains("Lovelace"), "{}", shown.out);
}

#[test]
fn a_saved_case_still_shows_until_the_definition_is_repaired() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let saved = run(
        folder.path(),
        &["chaos", "ask.asl.json", "--rule", "callback-unbounded", "--save-cases", "cases"],
    );
    let line =
        saved.out.lines().find(|line| line.trim_start().starts_with("replay ")).expect("a replay line");
    let case = line.split_whitespace().last().expect("the case file");
    let before = run(folder.path(), &["chaos", "replay", case]);
    assert_eq!(before.code, ExitCode::Finding, "{}{}", before.out, before.err);

    let repaired = STUCK.replace(r#""End": true"#, r#""TimeoutSeconds": 60, "End": true"#);
    std::fs::write(folder.path().join("ask.asl.json"), repaired).expect("the repaired definition");
    let after = run(folder.path(), &["chaos", "replay", case]);
    assert_eq!(after.code, ExitCode::Clean, "{}{}", after.out, after.err);
    assert!(after.out.contains("no longer shows callback-unbounded"), "{}", after.out);
    assert!(after.out.contains("has changed since"), "{}", after.out);
}

#[test]
fn a_machine_that_fails_without_faults_has_its_own_exit_code() {
    let failing = r#"{ "StartAt": "Drop", "States": {
        "Drop": { "Type": "Pass", "Result": {}, "Next": "Pick" },
        "Pick": { "Type": "Pass", "InputPath": "$.order", "End": true } } }"#;
    let folder = folder(&[("pick.asl.json", failing)]);
    let ended = run(folder.path(), &["chaos", "--input", r#"{"other": 1}"#]);
    assert_eq!(ended.code, ExitCode::BaselineFailed, "{}", ended.out);
    assert!(ended.out.contains("missing-path"), "{}", ended.out);
}

#[test]
fn one_execution_prints_the_history_as_aws_gives_it() {
    let folder = folder(&[("pause.asl.json", PAUSE)]);
    let ended = run(folder.path(), &["run", "pause.asl.json", "--input", r#"{"n":1}"#, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(json["status"], "SUCCEEDED");
    assert_eq!(json["output"], serde_json::json!({ "n": 1 }));
    let last = json["events"].as_array().and_then(|events| events.last()).expect("events");
    assert_eq!(last["type"], "ExecutionSucceeded");
    assert_eq!(last["timestamp"], "2026-01-01T00:01:30.000Z");
}

#[test]
fn the_context_of_one_execution_can_be_given() {
    let show = r#"{ "StartAt": "Show", "States": { "Show": { "Type": "Pass", "End": true,
        "Parameters": { "execution.$": "$$.Execution", "machine.$": "$$.StateMachine" } } } }"#;
    let context = r#"{ "Execution": { "Id": "arn:aws:states:eu-west-1:111122223333:execution:orders:run-7",
        "RoleArn": "arn:aws:iam::111122223333:role/orders", "StartTime": "2026-02-03T04:05:06.000Z",
        "Input": { "n": 1 } }, "StateMachine": { "Name": "Orders" } }"#;
    let folder =
        folder(&[("show.asl.json", show), ("context.json", context), ("wrong.json", r#"{"Map": {}}"#)]);
    let with = |file| ["run", "show.asl.json", "--format", "json", "--context", file];
    let ended = run(folder.path(), &with("context.json"));
    let json: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    let expected = serde_json::json!({
        "execution": {
            "Id": "arn:aws:states:eu-west-1:111122223333:execution:orders:run-7",
            "Input": { "n": 1 },
            "Name": "run-7",
            "RoleArn": "arn:aws:iam::111122223333:role/orders",
            "StartTime": "2026-02-03T04:05:06.000Z",
            "RedriveCount": 0
        },
        "machine": { "Id": "arn:aws:states:eu-west-1:111122223333:stateMachine:Orders", "Name": "Orders" }
    });
    assert_eq!(json["output"], expected);
    assert_eq!(json["events"][0]["timestamp"], "2026-02-03T04:05:06.000Z");
    let role = &json["events"][0]["executionStartedEventDetails"]["roleArn"];
    assert_eq!(role, "arn:aws:iam::111122223333:role/orders");
    let wrong = run(folder.path(), &with("wrong.json"));
    assert_eq!(wrong.code, ExitCode::Usage);
    assert!(wrong.err.contains("wrong.json:1:2: 'Map' field is not supported"), "{}", wrong.err);
}

/// A parent that waits for a child, and gives it a name of its own.
const NESTED: &str = r#"
Resources:
  Parent:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions:
        ChildArn: !GetAtt Child.Arn
      Definition:
        StartAt: Call
        States:
          Call:
            Type: Task
            Resource: arn:aws:states:::states:startExecution.sync:2
            Parameters: {StateMachineArn: "${ChildArn}", Name: child-1, Input: {n: 1}}
            OutputPath: $.Output
            End: true
  Child:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Price
        States:
          Price: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: p}, End: true}
"#;

const NESTED_MOCKS: &str = r#"{ "StateMachines": {
    "Parent": { "TestCases": { "Cheap": {}, "Dear": {} } },
    "Child": { "TestCases": { "Cheap": { "Price": "Three" }, "Dear": { "Price": "Nine" } } } },
  "MockedResponses": { "Three": { "0": { "Return": 3 } }, "Nine": { "0": { "Return": 9 } } } }"#;

#[test]
fn another_machine_of_the_template_is_started() {
    let folder = folder(&[("template.yaml", NESTED), ("mocks.json", NESTED_MOCKS)]);
    let parent = ["run", "template.yaml", "--state-machine-name", "Parent", "--input", "{}"];
    let with = |more: &[&str]| run(folder.path(), &[&parent, more].concat());
    let ended = with(&["--format", "json", "--mocks", "mocks.json#Dear"]);
    let json: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(json["output"], 9);
    let child = &json["nested"][0];
    assert_eq!(child["executionArn"], "arn:aws:states:us-east-1:123456789012:execution:Child:child-1");
    assert_eq!((&child["status"], &child["output"]), (&"SUCCEEDED".into(), &9.into()));
    let told = with(&["--mocks", "mocks.json#Cheap"]);
    assert!(told.out.contains("child-1 of Child, started at 0 ms"), "{}", told.out);
    assert!(told.out.contains("Price  Task lambda:invoke"), "{}", told.out);
}

#[test]
fn another_machine_can_be_named() {
    let call = r#"{ "StartAt": "Call", "States": { "Call": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Sleeper" } } } }"#;
    let folder = folder(&[("call.asl.json", call), ("pause.asl.json", PAUSE)]);
    let ended =
        run(folder.path(), &["run", "call.asl.json", "--input", "{}", "--machine", "Sleeper=pause.asl.json"]);
    assert!(ended.out.contains("SUCCEEDED after 1 min 30 s of virtual time"), "{}", ended.out);
    assert!(ended.out.contains("of Sleeper, started at 0 ms"), "{}", ended.out);
}

#[test]
fn one_execution_is_stopped_and_redriven() {
    let folder = folder(&[("pause.asl.json", PAUSE)]);
    let stopped = run(folder.path(), &["run", "pause.asl.json", "--stop-after", "30"]);
    assert!(stopped.out.contains("ABORTED after 30 s of virtual time"), "{}", stopped.out);
    let redriven = run(folder.path(), &["run", "pause.asl.json", "--stop-after", "30", "--redrive", "1"]);
    assert!(
        redriven.out.contains("SUCCEEDED after 2 min of virtual time, redriven 1 time"),
        "{}",
        redriven.out
    );
}

#[test]
fn faults_of_one_execution_are_given_as_text() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let ended = run(folder.path(), &["run", "ask.asl.json", "--faults", "Ask:throttling*3"]);
    assert!(ended.out.contains("FAILED"), "{}", ended.out);
    assert!(ended.out.contains("error: SQS.RequestThrottledException"), "{}", ended.out);
    let wrong = run(folder.path(), &["run", "ask.asl.json", "--faults", "Aks:throttling"]);
    assert_eq!(wrong.code, ExitCode::Usage);
    assert!(wrong.err.contains("no state `Aks`"), "{}", wrong.err);
}

#[test]
fn every_problem_of_a_definition_is_shown_in_its_line() {
    let folder = folder(&[("a.asl.json", REFUSED)]);
    let ended = run(folder.path(), &["validate", "a.asl.json"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.out.contains("a.asl.json:1:"), "{}", ended.out);
    assert!(ended.out.ends_with("1 error\n"), "{}", ended.out);
}

#[test]
fn a_refused_definition_has_the_answer_of_aws_beside_ours() {
    let folder = folder(&[("a.asl.json", "{}")]);
    let ended = run(folder.path(), &["validate", "a.asl.json", "--format", "json"]);
    assert_eq!(ended.code, ExitCode::Usage);
    let checked: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let expected = serde_json::json!([{
        "severity": "ERROR",
        "code": "SCHEMA_VALIDATION_FAILED",
        "message": "These fields are required: [States, StartAt]",
        "location": "/",
    }]);
    assert_eq!((&checked[0]["result"], &checked[0]["diagnostics"]), (&"FAIL".into(), &expected));
}

#[test]
fn a_listing_names_the_sites_and_what_can_strike_there() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let ended = run(folder.path(), &["chaos", "list"]);
    assert_eq!(ended.code, ExitCode::Clean);
    assert!(ended.out.contains("Ask (sqs:sendMessage.waitForTaskToken)"), "{}", ended.out);
    assert!(ended.out.contains("callback-missing"), "{}", ended.out);
}

#[test]
fn a_wrong_configuration_is_told_with_its_line() {
    let folder = folder(&[("ask.asl.json", STUCK), ("chaos.toml", "[profile.ci]\nfail_on = \"low\"\n")]);
    let ended = run(folder.path(), &["chaos"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.err.contains("chaos.toml:2:1: unknown key"), "{}", ended.err);
    assert!(ended.err.contains("did you mean `fail-on`?"), "{}", ended.err);
}

#[test]
fn reports_follow_their_schema() {
    let folder = folder(&[("a.asl.json", REFUSED), ("ask.asl.json", STUCK), ("pause.asl.json", PAUSE)]);
    let schema: serde_json::Value = serde_json::from_str(&sfn_chaos::report::schema()).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let report = run(folder.path(), &["chaos", "--format", "json"]).out;
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let broken: Vec<_> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn saved_cases_are_replayed_by_their_folder() {
    let folder = folder(&[("stuck.asl.json", STUCK)]);
    run(folder.path(), &["chaos", "stuck.asl.json", "--save-cases", "cases"]);
    let ended = run(folder.path(), &["chaos", "replay", "cases"]);
    assert!(ended.out.contains("Ask still shows callback-unbounded"), "{}", ended.out);
    assert_eq!(ended.code, ExitCode::Finding);
}

#[test]
fn a_fault_that_does_not_strike_is_mentioned() {
    let folder = folder(&[("call.asl.json", CALL)]);
    let ended = run(folder.path(), &["run", "call.asl.json", "--faults", "Call#2:throttling"]);
    assert!(ended.err.contains("`Call#2:throttling` did not strike"), "{}", ended.err);
}

#[test]
fn a_token_cannot_be_lost_where_none_is_waited_for() {
    let folder = folder(&[("call.asl.json", CALL)]);
    let ended = run(folder.path(), &["run", "call.asl.json", "--faults", "Call:callback-missing"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert_eq!(
        ended.err,
        "error: --faults: `callback-missing` is about a task token, and `Call` waits for none\n"
    );
}

#[test]
fn a_folder_without_definitions_selects_nothing() {
    let folder = folder(&[("notes.json", "{}")]);
    std::fs::create_dir(folder.path().join("empty")).expect("a folder for the test");
    assert_eq!(run(folder.path(), &["chaos", "empty"]).code, ExitCode::NothingSelected);
}

#[test]
fn a_misspelt_command_is_recognised() {
    let folder = folder(&[]);
    let ended = run(folder.path(), &["chaos", "lsit"]);
    assert!(ended.err.contains("did you mean `chaos list`?"), "{}", ended.err);
}

const TEST_OF_A_RETRY: &str = r#"{
  "definition": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Done",
    "Retry": [{ "ErrorEquals": ["States.Timeout"], "MaxAttempts": 2 }] },
  "inspectionLevel": "DEBUG",
  "stateConfiguration": { "retrierRetryCount": 1 },
  "mock": { "errorOutput": { "error": "States.Timeout" } }
}"#;

#[test]
fn a_state_is_tested_without_aws() {
    let folder = folder(&[("request.json", TEST_OF_A_RETRY)]);
    let ended = run(folder.path(), &["test-state", "request.json"]);
    assert_eq!((ended.code, ended.err.as_str()), (ExitCode::Clean, ""));
    for part in [r#""status": "RETRIABLE""#, r#""retryBackoffIntervalSeconds": 2"#] {
        assert!(ended.out.contains(part), "{part} is missing in:\n{}", ended.out);
    }
}

#[test]
fn a_test_that_aws_refuses_has_the_error_of_the_api() {
    let folder = folder(&[("request.json", r#"{"stateName": "Elsewhere"}"#), ("pause.asl.json", PAUSE)]);
    let ended = run(folder.path(), &["test-state", "request.json", "--definition", "pause.asl.json"]);
    assert_eq!(ended.code, ExitCode::Usage);
    assert!(ended.out.contains(r#""__type": "ValidationException""#), "{}", ended.out);
}

#[test]
fn a_test_of_a_real_call_is_inconclusive() {
    let request = r#"{"stateName": "Call", "roleArn": "arn:aws:iam::123456789012:role/prices"}"#;
    let folder = folder(&[("request.json", request), ("call.asl.json", CALL)]);
    let ended = run(folder.path(), &["test-state", "request.json", "--definition", "call.asl.json"]);
    assert_eq!((ended.code, ended.out.as_str()), (ExitCode::Inconclusive, ""));
    assert!(ended.err.contains("give a mock"), "{}", ended.err);
}

#[test]
fn a_fix_is_proven_on_request_and_written_only_where_a_file_is_named() {
    let folder = folder(&[("ask.asl.json", STUCK)]);
    let plain = run(folder.path(), &["chaos", "ask.asl.json"]);
    assert!(!plain.out.contains("proof"), "{}", plain.out);
    let proven = run(folder.path(), &["chaos", "ask.asl.json", "--prove-fixes"]);
    assert_eq!(proven.code, ExitCode::Finding);
    assert!(proven.out.contains("proof   proven"), "{}", proven.out);
    let write = |more: &[&str]| {
        let arguments = [&["chaos", "ask.asl.json", "--write-patched"], more].concat();
        run(folder.path(), &arguments)
    };
    let refused = write(&["ask.asl.json"]);
    assert_eq!(refused.code, ExitCode::Usage, "{}", refused.err);
    assert_eq!(std::fs::read_to_string(folder.path().join("ask.asl.json")).unwrap(), STUCK);
    let wrong = write(&["new.asl.json", "--fix", "handler-fails"]);
    assert_eq!(wrong.code, ExitCode::Usage);
    assert!(wrong.err.contains("callback-unbounded@Ask"), "{}", wrong.err);
    let written = write(&["new.asl.json", "--fix", "callback-unbounded@Ask"]);
    assert_eq!(written.code, ExitCode::Finding, "{}", written.err);
    assert_eq!(run(folder.path(), &["chaos", "new.asl.json"]).code, ExitCode::Clean);
}
