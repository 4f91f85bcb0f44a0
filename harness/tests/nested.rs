//! Executions that start other machines which are known here.

use std::collections::BTreeMap;
use std::sync::Arc;

use rstest::rstest;
use sfn_chaos::asl::{MachineType, compile_text};
use sfn_chaos::generate::complete;
use sfn_chaos::history::{EventType, History, Outcome};
use sfn_chaos::mock::{Answer, Author, Script, Sequence, Then};
use sfn_chaos::model::Model;
use sfn_chaos::sim::nested::{ChildExecution, Faults, Library, Local, Starts, run};
use sfn_chaos::sim::{Case, Stop};
use sfn_chaos::value::Value;

const CHILD_ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Child";

/// Two seconds of work.
const CHILD: &str = r#"{"StartAt":"Pause","States":{
  "Pause":{"Type":"Wait","Seconds":2,"Next":"Done"},
  "Done":{"Type":"Pass","Parameters":{"got.$":"$"},"End":true}}}"#;

const FAILING: &str =
    r#"{"StartAt":"No","States":{"No":{"Type":"Fail","Error":"Refused","Cause":"no stock"}}}"#;

fn local(name: &str, definition: &str, machine_type: MachineType) -> Local {
    let machine = compile_text(name, definition).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let model = Model::new(Arc::new(machine));
    let script = complete(&model, &Script::default());
    let starts = Starts::ByName(BTreeMap::new());
    Local { machine: model.machine, machine_type, script, starts, faults: Faults::default() }
}

/// A parent of one task that starts the child.
fn parent(resource: &str, more: &str) -> Local {
    let definition = format!(
        r#"{{"StartAt":"Call","States":{{"Call":{{"Type":"Task","Resource":"arn:aws:states:::{resource}",
          "Parameters":{{"StateMachineArn":"{CHILD_ARN}","Input":{{"n":1}},"Name":"run-1"}}{more},"End":true}}}}}}"#
    );
    local("Parent", &definition, MachineType::Standard)
}

fn start(parent: &Local, child: &str, machine_type: MachineType) -> (History, Vec<ChildExecution>) {
    let library = Library { machines: vec![local("Child", child, machine_type)] };
    run(parent, &Case::new(Value::empty_object()), &library)
}

fn output(history: &History) -> Value {
    match &history.outcome {
        Outcome::Succeeded { output } => output.clone(),
        other => panic!("{other:?}"),
    }
}

/// The members of an answer that do not depend on how calls are made.
fn told(answer: &Value) -> String {
    let mut answer = answer.as_object().expect("an answer is an object").clone();
    answer.remove("SdkHttpMetadata");
    answer.remove("SdkResponseMetadata");
    Value::Object(answer).to_json()
}

#[rstest]
#[case::start(
    "states:startExecution",
    MachineType::Standard,
    100,
    r#"{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:Child:run-1","StartDate":1767225600000}"#
)]
#[case::sync(
    "states:startExecution.sync",
    MachineType::Standard,
    2_000,
    r#"{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:Child:run-1","Input":"{\"n\":1}","InputDetails":{"Included":true},"Name":"run-1","Output":"{\"got\":{\"n\":1}}","OutputDetails":{"Included":true},"StartDate":1767225600000,"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Child","Status":"SUCCEEDED","StopDate":1767225602000}"#
)]
#[case::sync_2(
    "states:startExecution.sync:2",
    MachineType::Standard,
    2_000,
    r#"{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:Child:run-1","Input":{"n":1},"InputDetails":{"Included":true},"Name":"run-1","Output":{"got":{"n":1}},"OutputDetails":{"Included":true},"StartDate":1767225600000,"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Child","Status":"SUCCEEDED","StopDate":1767225602000}"#
)]
#[case::sdk(
    "aws-sdk:sfn:startExecution",
    MachineType::Standard,
    100,
    r#"{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:Child:run-1","StartDate":"2026-01-01T00:00:00.000Z"}"#
)]
#[case::sdk_sync(
    "aws-sdk:sfn:startSyncExecution",
    MachineType::Express,
    2_000,
    r#"{"BillingDetails":{"BilledDurationInMilliseconds":2000,"BilledMemoryUsedInMB":64},"ExecutionArn":"arn:aws:states:us-east-1:123456789012:express:Child:run-1:1","Input":"{\"n\":1}","InputDetails":{"Included":true},"Name":"run-1","Output":"{\"got\":{\"n\":1}}","OutputDetails":{"Included":true},"StartDate":"2026-01-01T00:00:00.000Z","StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Child","Status":"SUCCEEDED","StopDate":"2026-01-01T00:00:02.000Z"}"#
)]
fn a_task_gets_the_answer_of_its_call(
    #[case] resource: &str,
    #[case] machine_type: MachineType,
    #[case] expected_ms: u64,
    #[case] expected: &str,
) {
    let (history, children) = start(&parent(resource, ""), CHILD, machine_type);
    assert_eq!(told(&output(&history)), expected);
    assert_eq!(history.duration.0, expected_ms);
    let child = children[0].history.as_ref().expect("it was simulated");
    assert_eq!((children.len(), child.duration.0), (1, 2_000));
}

#[test]
fn what_was_submitted_is_the_start() {
    let (history, _) = start(&parent("states:startExecution.sync", ""), CHILD, MachineType::Standard);
    let submitted = history.events.iter().find(|event| event.kind == EventType::TaskSubmitted);
    let text = format!("{:?}", submitted.expect("it was submitted").detail);
    assert!(text.contains("execution:Child:run-1") && !text.contains("Status\""), "{text}");
}

#[rstest]
#[case::it_fails(
    FAILING,
    r#"{"Cause":"no stock","Error":"Refused","ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:Child:run-1","Input":"{\"n\":1}","InputDetails":{"Included":true},"Name":"run-1","StartDate":1767225600000,"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Child","Status":"FAILED","StopDate":1767225600000}"#
)]
#[case::it_times_out(
    r#"{"TimeoutSeconds":1,"StartAt":"P","States":{"P":{"Type":"Wait","Seconds":9,"End":true}}}"#,
    r#"{"Error":"States.Timeout","ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:Child:run-1","Input":"{\"n\":1}","InputDetails":{"Included":true},"Name":"run-1","StartDate":1767225600000,"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Child","Status":"TIMED_OUT","StopDate":1767225601000}"#
)]
fn a_task_that_waits_fails_with_the_description_of_its_child(
    #[values("states:startExecution.sync", "states:startExecution.sync:2")] resource: &str,
    #[case] child: &str,
    #[case] expected: &str,
) {
    let (history, _) = start(&parent(resource, ""), child, MachineType::Standard);
    let outcome = Outcome::Failed { error: Some("States.TaskFailed".into()), cause: Some(expected.into()) };
    assert_eq!(history.outcome, outcome);
}

#[test]
fn a_synchronous_call_of_the_sdk_succeeds_whatever_the_child_does() {
    let (history, _) = start(&parent("aws-sdk:sfn:startSyncExecution", ""), FAILING, MachineType::Express);
    let output = output(&history);
    let member = |name| output.get(name).and_then(Value::as_str);
    assert_eq!(
        (member("Status"), member("Error"), member("Cause")),
        (Some("FAILED"), Some("Refused"), Some("no stock"))
    );
}

#[rstest]
#[case::a_taken_name(
    "states:startExecution",
    r#","Retry":[]"#,
    "StepFunctions.ExecutionAlreadyExistsException",
    "Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:Child:run-1' (Service: AWSStepFunctions; Status Code: 400; Error Code: ExecutionAlreadyExists; Request ID: 11111111-2222-3333-4444-555555555555; Proxy: null)"
)]
#[case::a_standard_machine(
    "aws-sdk:sfn:startSyncExecution",
    "",
    "Sfn.StateMachineTypeNotSupportedException",
    "This operation is not supported by this type of state machine (Service: Sfn, Status Code: 400, Request ID: 11111111-2222-3333-4444-555555555555) (SDK Attempt Count: 1)"
)]
fn a_call_can_be_refused(
    #[case] resource: &str,
    #[case] more: &str,
    #[case] error: &str,
    #[case] cause: &str,
) {
    let first = parent(resource, more);
    // The second visit starts an execution of the same name after the first one has ended.
    let text =
        first.machine.document.file.text.replace(r#""End":true"#, r#""ResultPath":null,"Next":"Rest""#);
    let rest = r#""Rest":{"Type":"Wait","Seconds":5,"Next":"Again"},
        "Again":{"Type":"Choice","Choices":[{"Variable":"$.stop","IsPresent":true,"Next":"End"}],"Default":"Call"},
        "End":{"Type":"Succeed"}}}"#;
    let text = format!("{},{rest}", text.trim_end().trim_end_matches("}}"));
    let (history, children) =
        start(&local("Parent", &text, MachineType::Standard), CHILD, MachineType::Standard);
    let outcome = Outcome::Failed { error: Some(error.into()), cause: Some(cause.into()) };
    assert_eq!(history.outcome, outcome);
    assert!(children.len() <= 1);
}

#[test]
fn the_same_start_of_a_running_execution_gives_the_same_answer() {
    let branch = r#"{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution",
        "Parameters":{"StateMachineArn":"ARN","Input":{"n":1},"Name":"one"},"ResultSelector":{"a.$":"$.ExecutionArn"},
        "End":true}}}"#
        .replace("ARN", CHILD_ARN);
    let branches = format!("{branch},{}", branch.replace(r#""S""#, r#""T""#));
    let definition = format!(
        r#"{{"StartAt":"All","States":{{"All":{{"Type":"Parallel","Branches":[{branches}],"End":true}}}}}}"#
    );
    let (history, children) =
        start(&local("Parent", &definition, MachineType::Standard), CHILD, MachineType::Standard);
    let one = format!(r#"{{"a":"{}:one"}}"#, CHILD_ARN.replace("stateMachine", "execution"));
    assert_eq!(output(&history).to_json(), format!("[{one},{one}]"));
    assert_eq!(children.len(), 1);
}

#[rstest]
#[case::a_timeout_of_the_task(r#","TimeoutSeconds":1"#, None)]
#[case::a_stop_of_the_parent("", Some(1_000))]
fn a_child_ends_with_the_task_that_waits_for_it(#[case] more: &str, #[case] stop_after_ms: Option<u64>) {
    let library = Library { machines: vec![local("Child", CHILD, MachineType::Standard)] };
    let stop = stop_after_ms.map(|after_ms| Stop { after_ms, ..Stop::default() });
    let case = Case { stop, ..Case::new(Value::empty_object()) };
    let (_, children) = run(&parent("states:startExecution.sync", more), &case, &library);
    let child = children[0].history.as_ref().expect("it was simulated");
    assert_eq!(child.outcome, Outcome::Aborted { error: None, cause: None });
    assert_eq!(child.duration.0, 1_000);
    let kinds: Vec<_> = child.events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]);
}

#[test]
fn a_child_that_nobody_waits_for_outlives_its_parent() {
    let (history, children) = start(&parent("states:startExecution", ""), CHILD, MachineType::Standard);
    let child = children[0].history.as_ref().expect("it was simulated");
    assert!(history.duration < child.duration && child.outcome.succeeded());
}

#[test]
fn what_the_user_mocks_is_not_run() {
    let mut parent = parent("states:startExecution.sync", "");
    let calls = vec![Answer::of(Value::from("mocked"))];
    let sequence = Sequence { calls, then: Then::Repeat, by: Author::User };
    parent.script.answers.insert(Arc::from("Call"), sequence);
    let (history, children) = start(&parent, CHILD, MachineType::Standard);
    assert_eq!((output(&history), children.len()), (Value::from("mocked"), 0));
}

#[test]
fn a_machine_that_waits_for_itself_is_not_followed_for_ever() {
    let definition = r#"{"StartAt":"Self","States":{"Self":{"Type":"Task","End":true,
        "Resource":"arn:aws:states:::states:startExecution.sync","Parameters":{"StateMachineArn":"ARN"}}}}"#
        .replace("ARN", CHILD_ARN);
    let (history, children) =
        start(&local("Parent", &definition, MachineType::Standard), &definition, MachineType::Standard);
    let Outcome::Unknown(unknown) = &history.outcome else { panic!("{:?}", history.outcome) };
    assert!(unknown.detail.contains("nested executions go deeper than 8 levels"), "{unknown}");
    assert_eq!((children.len(), &*unknown.pointer), (8, "/States/Self"));
}
