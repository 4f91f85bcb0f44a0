//! Live walks: what no fault strikes is really called, once; everything else is mocked.

use std::sync::Mutex;

use super::Fixture;
use crate::history::{Ending, Outcome};
use crate::mock::{Answer, Author, Sequence, Then};
use crate::value::Value;
use crate::walk::{Ask, AskError, Halt, Live, Offline, Settings, Walked, walk_with};

/// Calls tasks with these answers, the last one again and again; asks [`Offline`] for the rest.
struct Calling {
    answers: Vec<&'static str>,
    called: Mutex<Vec<Value>>,
    asked: Mutex<Vec<Value>>,
    offline: Offline,
}

impl Calling {
    fn new(answers: &[&'static str]) -> Self {
        let (called, asked) = (Mutex::default(), Mutex::default());
        Self { answers: answers.to_vec(), called, asked, offline: Offline::default() }
    }

    fn called(&self) -> Vec<Value> {
        self.called.lock().unwrap().clone()
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

impl Ask for Calling {
    fn ask(&self, request: &Value) -> Result<Value, AskError> {
        self.asked.lock().unwrap().push(request.clone());
        self.offline.ask(request)
    }

    fn act(&self, request: &Value) -> Result<Value, AskError> {
        let mut called = self.called.lock().unwrap();
        called.push(request.clone());
        let answer = self.answers.get(called.len() - 1).or(self.answers.last()).unwrap();
        Ok(Value::parse(answer).unwrap())
    }
}

const ROLE: &str = "arn:aws:iam::111122223333:role/live";

fn live(fixture: &Fixture, ask: &dyn Ask) -> Result<Walked, Halt> {
    let settings = Settings::live(Live { role_arn: ROLE.into() });
    walk_with(&settings, &fixture.machine, &fixture.case, &fixture.script, ask)
}

const BOOK: &str = r#"{"StartAt": "Book", "States": {
    "Book": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$.a"}, "Next": "Done",
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 2}]},
    "Done": {"Type": "Pass", "End": true}}}"#;
const INPUT: &str = r#"{"a": "text"}"#;
const BOOKED: &str = r#"{"status": "SUCCEEDED", "output": "{\"MessageId\":\"real\"}", "nextState": "Done",
    "inspectionData": {"afterParameters": "{\"QueueUrl\":\"q\",\"MessageBody\":\"told\"}",
        "result": "{\"MessageId\":\"real\"}"}}"#;
const FAILED: &str = r#"{"status": "RETRIABLE", "error": "Sqs.RealException", "cause": "Really.",
    "inspectionData": {"errorDetails": {"retryIndex": 0, "retryBackoffIntervalSeconds": 2}}}"#;

#[test]
fn what_nothing_strikes_is_called_without_a_mock_and_its_result_is_the_services() {
    let ask = Calling::new(&[BOOKED]);
    let walked = live(&Fixture::new(BOOK, INPUT, ""), &ask).unwrap();
    let [called] = &ask.called()[..] else { panic!("{:?}", ask.called()) };
    assert_eq!((called.get("mock"), called.get("context")), (None, None));
    assert_eq!(called.get("roleArn"), Some(&Value::from(ROLE)));
    let real = Value::parse(r#"{"MessageId": "real"}"#).unwrap();
    let [attempt] = &walked.history.attempts[..] else { panic!("{:?}", walked.history.attempts) };
    assert_eq!(attempt.ending, Ending::Succeeded(real.clone()));
    assert_eq!(attempt.parameters.to_json(), r#"{"QueueUrl":"q","MessageBody":"told"}"#);
    assert!(attempt.applied);
    assert_eq!(walked.history.outcome, Outcome::Succeeded { output: real });
    assert_eq!(walked.calls, 2);
    assert!(ask.asked().iter().all(|request| request.get("roleArn").is_none()));
}

#[test]
fn what_a_fault_strikes_is_mocked_and_the_retry_is_called() {
    let ask = Calling::new(&[BOOKED]);
    let walked = live(&Fixture::new(BOOK, INPUT, "Book:throttling"), &ask).unwrap();
    let mocked = |request: &Value| request.get("mock").is_some_and(|mock| mock.get("errorOutput").is_some());
    assert_eq!(ask.asked().iter().filter(|request| mocked(request)).count(), 1);
    assert_eq!(ask.called().len(), 1);
    let applied: Vec<bool> = walked.history.attempts.iter().map(|attempt| attempt.applied).collect();
    assert_eq!(applied, [false, true]);
    assert_eq!(walked.history.outcome.status(), "SUCCEEDED");
}

#[test]
fn error_and_cause_are_the_services_and_each_retry_counts() {
    let ask = Calling::new(&[FAILED]);
    let walked = live(&Fixture::new(BOOK, INPUT, ""), &ask).unwrap();
    assert_eq!(ask.called().len(), 3);
    let (error, cause) = (Some("Sqs.RealException".into()), Some("Really.".into()));
    assert_eq!(walked.history.outcome, Outcome::Failed { error, cause });
    assert!(walked.history.attempts.iter().all(|attempt| !attempt.applied));
}

#[test]
fn equal_calls_are_each_made() {
    let map = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor":
        {"StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "End": true}}}}}}"#;
    let sent = r#"{"status": "SUCCEEDED", "output": "1", "inspectionData": {"result": "1"}}"#;
    let ask = Calling::new(&[sent]);
    let walked = live(&Fixture::new(map, "[7, 7]", ""), &ask).unwrap();
    assert_eq!(ask.called().len(), 2);
    assert_eq!(walked.history.outcome, Outcome::Succeeded { output: Value::parse("[1, 1]").unwrap() });
}

const JOB: &str = r#"{"StartAt": "Job", "States": {"Job": {"Type": "Task", "End": true,
    "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}}}}"#;

#[test]
fn what_needs_a_mock_has_one_of_the_user_or_is_refused_before_anything_is_asked() {
    let mut fixture = Fixture::new(JOB, "{}", "");
    let ask = Calling::new(&[]);
    assert_eq!(
        live(&fixture, &ask).unwrap_err().to_string(),
        "`Job`: TestState cannot do its work without a mock: it does not wait for the end of a job or for a task \
         token; write down in a mock file what it comes to"
    );
    assert!(ask.asked().is_empty());
    let calls = vec![Answer::of(Value::from("done"))];
    fixture.script.answers.insert("Job".into(), Sequence { calls, then: Then::Repeat, by: Author::User });
    let walked = live(&fixture, &ask).unwrap();
    assert_eq!(walked.history.outcome, Outcome::Succeeded { output: Value::from("done") });
    assert!(ask.called().is_empty());
}

#[test]
fn a_task_that_reads_the_context_is_not_called_with_another() {
    let reading = BOOK.replace("$.a", "$$.Execution.Name");
    let error = live(&Fixture::new(&reading, INPUT, ""), &Calling::new(&[])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Book`: TestState cannot do its work without a mock: the state reads the context object, which can only be \
         given with a mock; write down in a mock file what it comes to"
    );
}

#[test]
fn a_fault_that_supposes_work_done_is_refused() {
    let ask = Calling::new(&[BOOKED]);
    let error = live(&Fixture::new(BOOK, INPUT, "Book:lost-answer"), &ask).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Book`: the fault `lost-answer`: it changes the answer to work that is done, and a live walk calls a task or \
         leaves it; use this fault with mocks"
    );
    assert!(ask.called().is_empty() && ask.asked().is_empty());
}

#[test]
fn whoever_is_not_made_for_it_calls_nothing() {
    let halt = live(&Fixture::new(BOOK, INPUT, ""), &Offline::default()).unwrap_err();
    assert_eq!(halt, Halt::Unanswered("nothing was called: whoever is asked calls no tasks".into()));
}
