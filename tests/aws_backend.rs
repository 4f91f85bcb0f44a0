//! The command line with the backend `test-state`, over a server that answers as TestState would, and fails as it is
//! told: exit codes, messages, and what the next call has to ask.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;
use sfn_chaos::value::Value;
use sfn_chaos::walk::{Ask, AskError, Offline};
use sfn_chaos_tests::program::{Ended, run};
use sfn_chaos_tests::server::{Asked, Reply, Server};
use tempfile::TempDir;

const ACCOUNT: &str = "111122223333";
const STATES: usize = 4;

/// Four states, each of which is one request.
const CHAIN: &str = r#"{"StartAt":"A","States":{
  "A":{"Type":"Pass","Result":1,"ResultPath":"$.a","Next":"B"},
  "B":{"Type":"Pass","Result":2,"ResultPath":"$.b","Next":"C"},
  "C":{"Type":"Pass","Result":3,"ResultPath":"$.c","Next":"D"},
  "D":{"Type":"Pass","Result":4,"ResultPath":"$.d","End":true}}}"#;

/// As TestState, or as STS.
fn answered(asked: &Asked) -> Reply {
    if asked.operation() == "GetCallerIdentity" {
        return Reply::caller(ACCOUNT);
    }
    match Offline::default().ask(&Value::parse(&asked.body).unwrap()) {
        Ok(answer) => Reply::json(&serde_json::from_str(&answer.to_json()).unwrap()),
        Err(AskError::Refused { code, message }) => Reply::error(400, &code, &message),
        Err(other) => panic!("{other}"),
    }
}

/// Answers TestState so many times, and then fails.
fn failing_after(answers: usize, failure: Reply) -> (Server, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(answers));
    let server = Server::start({
        let left = Arc::clone(&left);
        move |asked| {
            let takes = |left: usize| left.checked_sub(1);
            if asked.operation() == "TestState"
                && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, takes).is_err()
            {
                return failure.clone();
            }
            answered(asked)
        }
    });
    (server, left)
}

/// A folder whose `chaos.toml` allows the account of the server.
fn folder(server: &Server) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        "[aws]\nallow-accounts = [\"{ACCOUNT}\"]\nregion = \"eu-west-1\"\nendpoint-url = \"{}\"\nmax-attempts = 1\n",
        server.url()
    );
    std::fs::write(folder.path().join("chaos.toml"), toml).unwrap();
    std::fs::write(folder.path().join("chain.asl.json"), CHAIN).unwrap();
    folder
}

fn call(folder: &TempDir, flags: &[&str]) -> Ended {
    let arguments = ["run", "chain.asl.json", "--input", "{}", "--backend", "test-state"];
    run(folder.path(), &[&arguments[..], flags].concat())
}

#[test]
fn an_execution_is_asked_once_and_kept() {
    let server = Server::start(answered);
    let folder = folder(&server);
    let first = call(&folder, &[]);
    assert_eq!(first.code.to_string(), "0", "{}", first.err);
    assert!(first.err.contains("plan: 4 calls of TestState at most"), "{}", first.err);
    assert_eq!((server.count_of("GetCallerIdentity"), server.count_of("TestState")), (1, STATES));
    let second = call(&folder, &[]);
    assert_eq!((second.code, second.out), (first.code, first.out));
    assert!(second.err.contains("4 had been answered before; 0 sent"), "{}", second.err);
    assert_eq!(server.count_of("TestState"), STATES);
    call(&folder, &["--refresh"]);
    call(&folder, &["--no-cache"]);
    assert_eq!(server.count_of("TestState"), 3 * STATES);
}

#[test]
fn a_run_that_broke_off_goes_on_where_it_was() {
    let (server, left) = failing_after(2, Reply::Reset);
    let folder = folder(&server);
    let broken = call(&folder, &[]);
    assert_eq!(broken.code.to_string(), "3");
    assert!(broken.err.contains("failed to call TestState: no connection: "), "{}", broken.err);
    assert!(broken.err.contains("what was answered is kept"), "{}", broken.err);
    assert_eq!(server.count_of("TestState"), 3, "nothing is sent after the end");
    left.store(usize::MAX, Ordering::SeqCst);
    let whole = call(&folder, &[]);
    assert_eq!(whole.code.to_string(), "0", "{}", whole.err);
    assert!(whole.err.contains("2 had been answered before; 2 sent"), "{}", whole.err);
    let simulated = run(folder.path(), &["run", "chain.asl.json", "--input", "{}", "--format", "json"]);
    let walked = call(&folder, &["--format", "json"]);
    let output =
        |ended: &Ended| serde_json::from_str::<serde_json::Value>(&ended.out).unwrap()["output"].clone();
    assert_eq!(output(&walked), output(&simulated));
}

#[rstest]
#[case::throttling(
    Reply::error(400, "ThrottlingException", "Rate exceeded"),
    "throttled, however long it was waited"
)]
#[case::the_service(
    Reply::error(500, "InternalFailure", "oh"),
    "the service failed with status 500: InternalFailure"
)]
#[case::expired_credentials(Reply::error(400, "ExpiredTokenException", "expired"), "no valid credentials")]
#[case::another_region(
    Reply::error(400, "UnrecognizedClientException", "invalid"),
    "the credentials are not known there"
)]
#[case::a_permission(
    Reply::error(400, "AccessDeniedException", ""),
    "allow states:TestState to the role or user"
)]
#[case::no_answer(Reply::Garbage(b"220 mail.example.com ESMTP\r\n".to_vec()), "the answer cannot be read")]
#[case::an_answer_that_breaks_off(
    Reply::CutOff { body: b"{\"status\":\"SUCCEEDED\"}".to_vec(), bytes: 5 },
    "the answer cannot be read"
)]
fn a_failure_of_the_service_is_inconclusive_and_says_what_to_do(
    #[case] failure: Reply,
    #[case] expected: &str,
) {
    let (server, _) = failing_after(1, failure);
    let folder = folder(&server);
    let ended = call(&folder, &[]);
    assert_eq!(ended.code.to_string(), "3");
    assert!(ended.err.contains(expected), "{}", ended.err);
    assert_eq!(server.count_of("TestState"), 2, "the failure of one request is not asked again in this run");
}

#[test]
fn another_account_is_asked_nothing() {
    let server = Server::start(|asked| match asked.operation() {
        "GetCallerIdentity" => Reply::caller("999988887777"),
        _ => answered(asked),
    });
    let ended = call(&folder(&server), &[]);
    assert_eq!((&*ended.code.to_string(), server.count_of("TestState")), ("2", 0), "{}", ended.err);
}
