//! `serve`: the offline TestState over HTTP, with raw requests and through the SDK's client.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use rstest::rstest;
use serde_json::{Value as Json, json};
use sfn_chaos::aws::serve::{Running, ServeError, Server};
use sfn_chaos::aws::{Keeping, Pace, Patience, Quota, Service};
use sfn_chaos::value::Value;
use sfn_chaos::walk::{Ask as _, AskError, Offline};

const TARGET: &str = "AWSStepFunctions.TestState";
const PASS: &str = r#"{"Type":"Pass","Result":{"a":1},"End":true}"#;

const TASK: &str = r#"{"StartAt":"Pay","States":{
    "Pay":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"pay"},
        "Retry":[{"ErrorEquals":["Lambda.TooManyRequestsException"],"MaxAttempts":2,"BackoffRate":2,"IntervalSeconds":3}],
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Alert"}],"End":true},
    "Alert":{"Type":"Succeed"}}}"#;

fn started() -> Running {
    Server::bind(Ipv4Addr::LOCALHOST.into(), 0).unwrap().start()
}

/// A connection that is kept open between requests.
struct Connection(TcpStream);

/// An answer, as it came.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Status, code and message of a refusal.
    fn refusal(&self) -> (u16, String, String) {
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        (self.status, text("__type"), text("message"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name))
            .map(|(_, value)| value)
    }
}

impl Connection {
    fn to(server: &Running) -> Self {
        let address = server.url().strip_prefix("http://").unwrap();
        Self(TcpStream::connect(address).unwrap())
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: here\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        self.0.write_all((head + "\r\n").as_bytes()).unwrap();
        self.0.write_all(body).unwrap();
    }

    fn receive(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("an answer has a head");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: String::new() };
        let length = answer.header("content-length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    fn asked(&mut self, target: &str, body: &str) -> Answer {
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        self.send("POST", "/", &headers, body.as_bytes());
        self.receive()
    }

    fn tested(&mut self, request: &Json) -> Answer {
        self.asked(TARGET, &request.to_string())
    }

    /// Whether the server closed it.
    fn is_closed(&mut self) -> bool {
        matches!(self.0.read(&mut [0]), Ok(0) | Err(_))
    }
}

#[test]
fn a_state_is_tested_without_a_signature() {
    let server = started();
    let answer = Connection::to(&server).tested(&json!({"definition": PASS, "input": "{}"}));
    assert_eq!((answer.status, answer.json()), (200, json!({"output": "{\"a\":1}", "status": "SUCCEEDED"})));
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.0"));
    assert_eq!(answer.header("x-amzn-requestid"), Some("00000000-0000-4000-8000-000000000001"));
}

#[test]
fn what_is_null_is_not_there() {
    let server = started();
    let request = json!({"definition": PASS, "stateName": null, "context": null, "mock": null});
    assert_eq!(Connection::to(&server).tested(&request).json()["status"], "SUCCEEDED");
}

#[test]
fn a_definition_is_checked_as_validate_checks_it() {
    let server = started();
    let mut connection = Connection::to(&server);
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}"#;
    let mut validated = |request: Json| {
        connection.asked("AWSStepFunctions.ValidateStateMachineDefinition", &request.to_string())
    };
    let missing = json!({"severity": "ERROR", "code": "MISSING_TRANSITION_TARGET",
        "message": "Missing 'Next' target: B", "location": "/States/A/Next"});
    let all = validated(json!({"definition": definition})).json();
    assert_eq!(all["result"], "FAIL");
    assert_eq!(all["diagnostics"][0], missing);
    let first = validated(
        json!({"definition": definition, "maxResults": 1, "type": "EXPRESS", "severity": "WARNING"}),
    );
    assert_eq!(first.json()["diagnostics"], json!([missing]));
    let sound = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
    let answer = validated(json!({"definition": sound, "maxResults": 0})).json();
    assert_eq!(answer, json!({"result": "OK", "diagnostics": [], "truncated": false}));
    let (status, code, _) = validated(json!({"definition": sound, "maxResults": 101})).refusal();
    assert_eq!((status, &*code), (400, "ValidationException"));
}

#[test]
fn the_caller_belongs_to_an_account_that_nobody_has() {
    let server = started();
    let mut connection = Connection::to(&server);
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    connection.send("POST", "/", &form, b"Action=GetCallerIdentity&Version=2011-06-15");
    let answer = connection.receive();
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<Account>000000000000</Account>"), "{}", answer.body);
    connection.send("POST", "/", &form, b"Action=AssumeRole&Version=2011-06-15");
    let answer = connection.receive();
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("<Code>InvalidAction</Code>"), "{}", answer.body);
}

#[rstest]
#[case::no_json("{", "SerializationException", "the body is no JSON")]
#[case::no_object("[]", "SerializationException", "the body is no JSON object")]
#[case::a_value_for_its_text(
    r#"{"definition":{"Type":"Pass"}}"#,
    "SerializationException",
    "`definition` is of the type object, where a text is expected"
)]
#[case::a_field_that_is_none(
    r#"{"defnition":"{}"}"#,
    "SerializationException",
    "Unknown parameter in input: \"defnition\""
)]
#[case::no_definition("{}", "ValidationException", "Value at 'definition'")]
#[case::a_definition_that_is_refused(
    r#"{"definition":"{}"}"#,
    "InvalidDefinition",
    "Invalid State Machine Definition"
)]
#[case::an_input_that_is_no_json(
    r#"{"definition":"{\"Type\":\"Pass\",\"End\":true}","input":"{"}"#,
    "InvalidExecutionInput",
    "Invalid State Machine Execution Input"
)]
#[case::a_task_without_a_mock(
    r#"{"definition":"{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::lambda:invoke\",\"Parameters\":{\"FunctionName\":\"f\"},\"End\":true}","roleArn":"arn:aws:iam::000000000000:role/r"}"#,
    "SfnChaosNotModelled",
    "the simulator does not model what AWS would do here: "
)]
fn a_refusal_has_the_code_of_the_service(#[case] body: &str, #[case] code: &str, #[case] message: &str) {
    let server = started();
    let answer = Connection::to(&server).asked(TARGET, body);
    let (status, told, words) = answer.refusal();
    assert_eq!((status, &*told, answer.header("x-amzn-errortype")), (400, code, Some(code)), "{words}");
    assert!(words.starts_with(message) || words.contains(message), "{words}");
}

#[rstest]
#[case::another_operation(
    "AWSStepFunctions.StartExecution",
    "`AWSStepFunctions.StartExecution` is not served here"
)]
#[case::a_slip("AWSStepFunctions.TestStat", "did you mean TestState?")]
#[case::another_service("DynamoDB_20120810.PutItem", "`DynamoDB_20120810.PutItem` is not served here")]
fn an_unknown_operation_is_told_what_is_known(#[case] target: &str, #[case] expected: &str) {
    let server = started();
    let (status, code, message) = Connection::to(&server).asked(target, "{}").refusal();
    assert_eq!((status, &*code), (400, "UnknownOperationException"));
    assert!(message.contains(expected), "{message}");
    let known = "sfn-chaos answers TestState, ValidateStateMachineDefinition, GetCallerIdentity";
    assert!(message.ends_with(known), "{message}");
}

#[rstest]
#[case::no_target("POST", "/", 400, "the request has no header X-Amz-Target")]
#[case::a_method_of_browsers("GET", "/", 405, "this path takes POST")]
#[case::a_method_nobody_uses("DELETE", "/", 405, "this path takes POST")]
#[case::health_is_read("POST", "/health", 405, "this path takes GET")]
#[case::another_path("POST", "/2020-10-01/x", 404, "nothing is at /2020-10-01/x")]
fn what_is_no_operation_is_refused(
    #[case] method: &str,
    #[case] path: &str,
    #[case] status: u16,
    #[case] expected: &str,
) {
    let server = started();
    let mut connection = Connection::to(&server);
    connection.send(method, path, &[], b"");
    let (told, code, message) = connection.receive().refusal();
    assert_eq!((told, &*code), (status, "UnknownOperationException"));
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn health_says_what_is_answered() {
    let server = started();
    let mut connection = Connection::to(&server);
    connection.send("GET", "/health", &[], b"");
    let answer = connection.receive();
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("ok")));
    assert_eq!(answer.json()["operations"][0], "TestState");
}

#[test]
fn too_large_a_request_is_refused_and_its_client_reads_why() {
    let server = started();
    let mut connection = Connection::to(&server);
    let body = vec![b' '; (16 << 20) + 1];
    connection.send("POST", "/", &[("x-amz-target", TARGET)], &body);
    let (status, code, _) = connection.receive().refusal();
    assert_eq!((status, &*code), (413, "RequestEntityTooLargeException"));
    assert_eq!(Connection::to(&server).tested(&json!({"definition": PASS})).status, 200);
}

#[test]
fn a_connection_is_kept_also_after_a_refusal() {
    let server = started();
    let mut connection = Connection::to(&server);
    for status in [200, 400, 200] {
        let definition = if status == 200 { PASS } else { "{}" };
        assert_eq!(connection.tested(&json!({"definition": definition})).status, status);
    }
}

#[test]
fn clients_are_answered_at_once_while_another_has_said_half_of_it() {
    let server = started();
    let body = json!({"definition": PASS}).to_string();
    let mut slow = Connection::to(&server);
    let head = format!(
        "POST / HTTP/1.1\r\nhost: here\r\nx-amz-target: {TARGET}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    slow.0.write_all((head + &body[..5]).as_bytes()).unwrap();
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let ask = || Connection::to(&server).tested(&json!({"definition": PASS})).status;
        let asking: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(answers, [200; 4]);
    slow.0.write_all(&body.as_bytes()[5..]).unwrap();
    assert_eq!(slow.receive().status, 200);
}

#[test]
fn what_is_under_way_at_the_end_is_answered_and_idle_connections_are_closed() {
    let server = started();
    let body = json!({"definition": PASS}).to_string();
    let (mut idle, mut late) = (Connection::to(&server), Connection::to(&server));
    assert_eq!(idle.tested(&json!({"definition": PASS})).status, 200);
    let head = format!(
        "POST / HTTP/1.1\r\nhost: here\r\nx-amz-target: {TARGET}\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    late.0.write_all(head.as_bytes()).unwrap();
    // The server asks for the body: from here on the request is under way.
    let mut begun = [0; 25];
    late.0.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100 Continue\r\n\r\n");
    let ending = std::thread::spawn(move || server.stop());
    assert!(idle.is_closed());
    late.0.write_all(body.as_bytes()).unwrap();
    assert_eq!(late.receive().status, 200);
    assert!(late.is_closed());
    ending.join().unwrap().unwrap();
}

#[rstest]
#[case::succeeds(json!({"definition": PASS, "input": "{}", "inspectionLevel": "DEBUG"}))]
#[case::is_retried(json!({"definition": TASK, "stateName": "Pay", "inspectionLevel": "DEBUG",
    "mock": {"errorOutput": {"error": "Lambda.TooManyRequestsException", "cause": "slow"}}}))]
#[case::is_caught(json!({"definition": TASK, "stateName": "Pay", "inspectionLevel": "DEBUG",
    "stateConfiguration": {"retrierRetryCount": 2},
    "mock": {"errorOutput": {"error": "Lambda.TooManyRequestsException", "cause": "slow"}}}))]
#[case::is_mocked(json!({"definition": TASK, "stateName": "Pay",
    "mock": {"result": "{\"Payload\":\"{}\"}"}}))]
#[case::is_refused(json!({"definition": PASS, "mock": {"result": "{}"}}))]
fn the_sdk_reads_the_answers_of_the_offline_desk(#[case] request: Json) {
    let server = started();
    let pace = Pace { quota: Quota::default(), at_once: 1, keeping: Keeping::InMemory };
    let service =
        Service::on_loopback(&server.url().parse().unwrap(), "eu-west-1", &Patience::default(), pace);
    let request = Value::parse(&request.to_string()).unwrap();
    let (remote, here) = (service.unwrap().ask(&request), Offline::default().ask(&request));
    assert_eq!(format!("{remote:?}"), format!("{here:?}"));
    assert!(!matches!(remote, Err(AskError::Unanswered(_) | AskError::Unknown(_))), "{remote:?}");
}

#[test]
fn nobody_else_may_call() {
    let refused = Server::bind(Ipv4Addr::UNSPECIFIED.into(), 0).unwrap_err();
    assert!(matches!(refused, ServeError::NotLoopback(_)), "{refused}");
    let ended = sfn_chaos_tests::program::run(std::path::Path::new("."), &["serve", "--host", "0.0.0.0"]);
    assert_eq!(ended.code, sfn_chaos::cli::ExitCode::Usage);
    assert!(ended.err.contains("only this computer may call"), "{}", ended.err);
}

#[test]
fn a_port_that_is_taken_is_told_with_a_way_out() {
    let server = started();
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    let ended = sfn_chaos_tests::program::run(std::path::Path::new("."), &["serve", "--port", &port]);
    assert_eq!(ended.code, sfn_chaos::cli::ExitCode::Usage);
    assert!(ended.err.contains("port 0 takes one that is free"), "{}", ended.err);
}
