//! The client of TestState against a server that fails as it is told: nothing is lost, and every failure says what it is.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::Path;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use sfn_chaos::aws::{Counts, Keeping, Pace, Patience, Quota, Service};
use sfn_chaos::value::Value;
use sfn_chaos::walk::{Ask, AskError};
use sfn_chaos_tests::server::{Reply, Server};

const PASS: &str = r#"{"Type":"Pass","End":true}"#;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Waits next to nothing.
fn hasty() -> Patience {
    Patience {
        attempts_max: 3,
        backoff_first: ms(1),
        backoff_max: ms(5),
        connect_timeout: ms(500),
        attempt_timeout: ms(200),
    }
}

/// No quota to speak of.
fn quick(keeping: Keeping) -> Pace {
    Pace { quota: Quota { burst: 1_000, per_second: 1_000.0 }, at_once: 4, keeping }
}

fn asking(server: &Server, keeping: Keeping) -> Service {
    asking_at(&server.url(), keeping)
}

fn asking_at(url: &str, keeping: Keeping) -> Service {
    Service::on_loopback(&url.parse().unwrap(), "eu-west-1", &hasty(), quick(keeping)).unwrap()
}

fn request(input: u64) -> Value {
    let request = json!({"definition": PASS, "input": json!({"order": input}).to_string()});
    Value::parse(&request.to_string()).unwrap()
}

fn answered(input: u64) -> Value {
    Value::parse(&body(input).to_string()).unwrap()
}

fn body(input: u64) -> serde_json::Value {
    json!({"output": json!({"order": input}).to_string(), "status": "SUCCEEDED"})
}

/// Passes the input through, as the state does.
fn passing(asked: &sfn_chaos_tests::server::Asked) -> Reply {
    Reply::json(&json!({"output": asked.json()["input"], "status": "SUCCEEDED"}))
}

fn unanswered(service: &Service, input: u64) -> String {
    match service.ask(&request(input)) {
        Err(AskError::Unanswered(why)) => why.to_string(),
        other => panic!("it is no failure of the service: {other:?}"),
    }
}

#[test]
fn a_request_arrives_signed_and_named_and_its_answer_comes_back_whole() {
    let answer = json!({
        "status": "CAUGHT_ERROR", "nextState": "Refund", "error": "Declined", "cause": "no funds",
        "output": "{ \"spaces\" : 1.0 }", "inspectionData": {"input": "{}", "maxConcurrency": 2,
        "toleratedFailurePercentage": 12.5, "variables": "{}", "newInTheApi": {"a": [1]},
        "errorDetails": {"catchIndex": 0, "retryIndex": 1, "retryBackoffIntervalSeconds": 3}},
    });
    let server = Server::scripted([Reply::json(&answer)]);
    let service = asking(&server, Keeping::InMemory);
    assert_eq!(service.ask(&request(1)), Ok(Value::parse(&answer.to_string()).unwrap()));
    let asked = &server.asked()[0];
    assert_eq!(asked.json(), json!({"definition": PASS, "input": "{\"order\":1}"}));
    assert_eq!(asked.header("x-amz-target"), Some("AWSStepFunctions.TestState"));
    let scope = asked.header("authorization").unwrap_or_default();
    assert!(scope.contains("/eu-west-1/states/aws4_request"), "{scope}");
    let agent = asked.header("user-agent").unwrap_or_default();
    assert!(agent.contains("app/sfn-chaos"), "{agent}");
}

#[rstest]
#[case::throttling(Reply::error(400, "ThrottlingException", "Rate exceeded"), 1)]
#[case::a_status_of_429(Reply::error(429, "TooManyRequestsException", "Rate exceeded"), 1)]
#[case::an_internal_error(Reply::error(500, "InternalFailure", "oh"), 0)]
#[case::a_gateway(Reply::Answer { status: 503, headers: Vec::new(), body: b"<html>busy</html>".to_vec() }, 0)]
#[case::a_reset(Reply::Reset, 0)]
#[case::nothing_in_time(Reply::Hang, 0)]
fn what_passes_is_asked_again(#[case] failure: Reply, #[case] throttled: u64) {
    let server = Server::scripted([failure, Reply::json(&body(1))]);
    let service = asking(&server, Keeping::InMemory);
    assert_eq!(service.ask(&request(1)), Ok(answered(1)));
    let expected = Counts { asked: 1, answered: 1, sent: 2, sent_again: 1, throttled, ..Counts::default() };
    assert_eq!(service.counts(), expected);
    assert_eq!(server.count(), 2);
}

#[rstest]
#[case::throttling(
    Reply::error(400, "ThrottlingException", "Rate exceeded"),
    3,
    "throttled, however long it was waited: ThrottlingException: Rate exceeded; others use the quota"
)]
#[case::expired_credentials(
    Reply::error(400, "ExpiredTokenException", "The security token included in the request is expired"),
    1,
    "no valid credentials: ExpiredTokenException: The security token included in the request is expired; sign in again"
)]
#[case::another_region(
    Reply::error(
        400,
        "UnrecognizedClientException",
        "The security token included in the request is invalid."
    ),
    1,
    "the credentials are not known there: UnrecognizedClientException: The security token included in the request is \
     invalid.; check that region, endpoint and credentials belong together"
)]
#[case::another_signature(
    Reply::error(403, "InvalidSignatureException", "Credential should be scoped to a valid region."),
    1,
    "the credentials are not known there: InvalidSignatureException: Credential should be scoped to a valid region.; \
     check that region, endpoint and credentials belong together, and that the clock"
)]
#[case::another_service(
    Reply::error(400, "UnknownOperationException", ""),
    1,
    "this call is not known there: UnknownOperationException; check the endpoint"
)]
#[case::a_permission(
    Reply::error(
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:PassRole on resource: \
         arn:aws:iam::111122223333:role/order"
    ),
    1,
    "iam:PassRole is not allowed: AccessDeniedException: User: arn:aws:iam::111122223333:user/ci is not authorized to \
     perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/order; allow iam:PassRole to the role or user"
)]
#[case::a_permission_that_is_not_named(
    Reply::error(403, "AccessDeniedException", ""),
    1,
    "states:TestState is not allowed: AccessDeniedException; allow states:TestState to the role or user"
)]
#[case::resets(Reply::Reset, 3, "no connection: ")]
fn what_every_call_would_meet_ends_everything(
    #[case] failure: Reply,
    #[case] attempts: u64,
    #[case] expected: &str,
) {
    let server = Server::start(move |_| failure.clone());
    let service = asking(&server, Keeping::InMemory);
    let why = unanswered(&service, 1);
    assert!(why.starts_with(&format!("failed to call TestState: {expected}")), "{why}");
    assert_eq!(service.ended().as_deref(), Some(&*why));
    assert_eq!(unanswered(&service, 2), why);
    let sent = service.counts().sent;
    assert_eq!((sent, server.count() as u64), (attempts, attempts), "nothing leaves after the end");
}

#[test]
fn the_text_that_was_signed_is_not_told() {
    let message = "The request signature we calculated does not match.\n\nThe Canonical String for this request should \
                   have been\n'POST\n/\n\nx-amz-security-token:FwoGZXIvYXdzEXAMPLE\n'";
    let server = Server::scripted([Reply::error(403, "InvalidSignatureException", message)]);
    let why = unanswered(&asking(&server, Keeping::InMemory), 1);
    let expected = "the credentials are not known there: InvalidSignatureException: The request signature we \
                    calculated does not match.; check that";
    assert!(why.contains(expected) && !why.contains("FwoGZXIvYXdzEXAMPLE"), "{why}");
}

#[rstest]
#[case::the_service(
    Reply::error(500, "InternalFailure", "oh"),
    3,
    "the service failed with status 500: InternalFailure: oh; call again"
)]
#[case::nothing_in_time(Reply::Hang, 3, "no answer in time: ")]
#[case::no_json(
    Reply::Answer { status: 200, headers: Vec::new(), body: b"<html>sign in</html>".to_vec() },
    1,
    "the answer cannot be read: "
)]
#[case::a_list(Reply::json(&json!([])), 1, "the answer cannot be read: ")]
#[case::an_answer_that_breaks_off(
    Reply::CutOff { body: br#"{"status":"SUCCEEDED"}"#.to_vec(), bytes: 9 },
    3,
    "the answer cannot be read: "
)]
#[case::no_http(Reply::Garbage(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), 1, "the answer cannot be read: ")]
fn three_doubtful_failures_in_a_row_end_everything(
    #[case] failure: Reply,
    #[case] attempts: u64,
    #[case] expected: &str,
) {
    let server = Server::start(move |_| failure.clone());
    let patience = Patience { attempt_timeout: ms(30), ..hasty() };
    let url = server.url().parse().unwrap();
    let service = Service::on_loopback(&url, "eu-west-1", &patience, quick(Keeping::InMemory)).unwrap();
    for input in 1..=3 {
        assert_eq!(service.ended(), None, "one request may be at fault itself");
        let why = unanswered(&service, input);
        assert!(why.starts_with(&format!("failed to call TestState: {expected}")), "{why}");
    }
    assert!(service.ended().is_some());
    unanswered(&service, 4);
    assert_eq!(service.counts().sent, 3 * attempts);
    assert_eq!(service.counts().unanswered, 4);
}

#[test]
fn an_answer_between_failures_shows_that_the_service_lives() {
    let server = Server::start(|asked| {
        let input = asked.json()["input"].to_string();
        if input.contains('7') { passing(asked) } else { Reply::error(500, "InternalFailure", "oh") }
    });
    let service = asking(&server, Keeping::InMemory);
    for input in [1, 2, 7, 3, 4] {
        assert_eq!(service.ask(&request(input)).is_ok(), input == 7);
    }
    assert_eq!(service.ended(), None);
}

#[test]
fn a_refusal_is_about_one_request_and_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = Reply::error(400, "ValidationException", "State not found in definition");
    let server = Server::scripted([refusal, Reply::json(&body(2))]);
    let expected = AskError::Refused {
        code: "ValidationException".to_owned(),
        message: "State not found in definition".to_owned(),
    };
    let service = asking(&server, Keeping::In(folder.path().join("answers")));
    assert_eq!(service.ask(&request(1)), Err(expected.clone()));
    assert_eq!(service.ask(&request(2)), Ok(answered(2)));
    assert_eq!(service.ended(), None);
    let again = asking(&server, Keeping::In(folder.path().join("answers")));
    assert_eq!(again.ask(&request(1)), Err(expected));
    assert_eq!(server.count(), 2);
}

#[test]
fn what_cannot_be_sent_is_told_without_a_call() {
    let server = Server::scripted([]);
    let service = asking(&server, Keeping::InMemory);
    let request = Value::parse(r#"{"definition":"{}","stateNme":"A"}"#).unwrap();
    let why =
        "failed to send a TestState request: `stateNme` is no field of the API; did you mean `stateName`?";
    assert_eq!(service.ask(&request), Err(AskError::Unanswered(why.into())));
    assert_eq!((server.count(), service.ended()), (0, None));
}

#[test]
fn a_run_that_breaks_off_is_taken_up_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let keeping = || Keeping::In(folder.path().join("answers"));
    let mut server = Server::start(passing);
    let service = asking(&server, keeping());
    for input in 0..5 {
        assert_eq!(service.ask(&request(input)), Ok(answered(input)));
    }
    server.stop();
    let why = unanswered(&service, 5);
    assert!(why.contains("no connection: ") && why.contains("what was answered is kept"), "{why}");
    assert_eq!(service.ask(&request(0)), Ok(answered(0)), "what was answered is there");

    // The second run meets the same endpoint at another port, as one that was started again would be.
    let other = Server::start(passing);
    let elsewhere = asking(&other, keeping());
    assert_eq!(elsewhere.ask(&request(0)), Ok(answered(0)));
    assert_eq!(other.count(), 1, "another endpoint may answer otherwise");

    let gone = asking_at(&server.url(), keeping());
    for input in 0..5 {
        assert_eq!(gone.ask(&request(input)), Ok(answered(input)));
    }
    assert_eq!((gone.counts().kept, gone.counts().sent), (5, 0));
}

#[test]
fn a_second_run_asks_only_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let keeping = || Keeping::In(folder.path().join("answers"));
    let is_down = Arc::new(Mutex::new(false));
    let server = Server::start({
        let is_down = Arc::clone(&is_down);
        move |asked| if *is_down.lock().unwrap() { Reply::Reset } else { passing(asked) }
    });
    let first = asking(&server, keeping());
    for input in 0..6 {
        assert_eq!(first.ask(&request(input)), Ok(answered(input)));
    }
    *is_down.lock().unwrap() = true;
    for input in 6..10 {
        unanswered(&first, input);
    }
    let before = server.count();
    *is_down.lock().unwrap() = false;
    let second = asking(&server, keeping());
    for input in 0..10 {
        assert_eq!(second.ask(&request(input)), Ok(answered(input)));
    }
    assert_eq!(server.count() - before, 4);
    let expected = Counts { asked: 10, kept: 6, answered: 4, sent: 4, ..Counts::default() };
    assert_eq!(second.counts(), expected);
}

#[test]
fn what_is_asked_anew_replaces_what_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("answers");
    let server = Server::scripted([Reply::json(&body(1)), Reply::json(&body(2))]);
    assert_eq!(asking(&server, Keeping::In(place.clone())).ask(&request(9)), Ok(answered(1)));
    assert_eq!(asking(&server, Keeping::Anew(place.clone())).ask(&request(9)), Ok(answered(2)));
    assert_eq!(asking(&server, Keeping::In(place)).ask(&request(9)), Ok(answered(2)));
    assert_eq!(server.count(), 2);
}

#[rstest]
#[case::a_half("{\"version\":1,\"ke", "EOF while parsing")]
#[case::another_version("{\"version\":2}", "its version is not 1")]
#[case::nothing("", "EOF while parsing")]
#[case::another_answer("SUCCEEDED=>FAILED", "it was changed")]
#[case::another_request("\"key\":\"=>\"key\":\"0", "it is the answer to another request")]
fn a_damaged_file_is_asked_again_and_told(#[case] damage: &str, #[case] why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(passing);
    asking(&server, Keeping::In(folder.path().to_owned())).ask(&request(1)).unwrap();
    let file = only_answer(folder.path());
    let text = std::fs::read_to_string(&file).unwrap();
    let damaged = match damage.split_once("=>") {
        Some((from, to)) => text.replace(from, to),
        None => damage.to_owned(),
    };
    assert_ne!(damaged, text);
    std::fs::write(&file, damaged).unwrap();
    let second = asking(&server, Keeping::In(folder.path().to_owned()));
    assert_eq!(second.ask(&request(1)), Ok(answered(1)));
    let notes = second.notes();
    assert!(notes.len() == 1 && notes[0].contains(why) && notes[0].contains("asked again"), "{notes:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "the file is whole again");
    assert_eq!(server.count(), 2);
}

fn only_answer(folder: &Path) -> std::path::PathBuf {
    let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut answers: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|ext| ext == "json")).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

#[test]
fn kept_answers_hold_no_definition_and_stay_out_of_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a/b");
    let server = Server::start(passing);
    asking(&server, Keeping::In(place.clone())).ask(&request(1)).unwrap();
    let text = std::fs::read_to_string(only_answer(&place)).unwrap();
    assert!(text.contains("definition-sha256") && !text.contains("Pass"), "{text}");
    assert_eq!(std::fs::read_to_string(place.join(".gitignore")).unwrap(), "*\n");
}

#[cfg(unix)]
#[test]
fn kept_answers_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a/b");
    let server = Server::start(passing);
    asking(&server, Keeping::In(place.clone())).ask(&request(1)).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&place), mode(&only_answer(&place))), (0o700, 0o600));
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_changes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers");
    std::fs::write(&file, "").unwrap();
    let server = Server::start(passing);
    let service = asking(&server, Keeping::Anew(file));
    assert_eq!(service.ask(&request(1)), Ok(answered(1)));
    assert_eq!(service.ask(&request(1)), Ok(answered(1)));
    let notes = service.notes();
    assert!(notes.len() == 1 && notes[0].starts_with("failed to keep an answer in "), "{notes:?}");
    assert_eq!(server.count(), 1);
}

#[test]
fn equal_requests_on_their_way_are_one_call() {
    const THREADS: usize = 4;
    let (tell, told) = std::sync::mpsc::channel::<()>();
    let told = Mutex::new(told);
    let server = Server::start(move |asked| {
        // The answer waits until every thread has asked.
        told.lock().unwrap().recv().unwrap();
        passing(asked)
    });
    let patience = Patience { attempt_timeout: Duration::from_mins(1), ..hasty() };
    let url = server.url().parse().unwrap();
    let service = Service::on_loopback(&url, "eu-west-1", &patience, quick(Keeping::InMemory)).unwrap();
    let ready = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                ready.wait();
                assert_eq!(service.ask(&request(1)), Ok(answered(1)));
            });
        }
        while service.counts().repeated < THREADS as u64 - 1 {
            std::thread::yield_now();
        }
        tell.send(()).unwrap();
    });
    assert_eq!(server.count(), 1);
    let expected = Counts { asked: 4, repeated: 3, answered: 1, sent: 1, ..Counts::default() };
    assert_eq!(service.counts(), expected);
}

#[test]
fn the_order_of_members_makes_no_other_request() {
    let server = Server::start(passing);
    let service = asking(&server, Keeping::InMemory);
    let text = json!({"input": "{\"order\":1}", "definition": PASS}).to_string();
    assert_eq!(service.ask(&request(1)), Ok(answered(1)));
    assert_eq!(service.ask(&Value::parse(&text).unwrap()), Ok(answered(1)));
    assert_eq!(server.count(), 1);
}

#[test]
fn calls_beyond_the_burst_wait_for_the_quota() {
    let server = Server::start(passing);
    let pace = Pace { quota: Quota { burst: 2, per_second: 100.0 }, ..quick(Keeping::InMemory) };
    let service = Service::on_loopback(&server.url().parse().unwrap(), "eu-west-1", &hasty(), pace).unwrap();
    std::thread::scope(|scope| {
        for input in 0..6 {
            let service = &service;
            scope.spawn(move || assert_eq!(service.ask(&request(input)), Ok(answered(input))));
        }
    });
    assert_eq!(server.count(), 6);
    let waited = service.counts().waited;
    assert!(waited > Duration::ZERO && waited < Duration::from_secs(1), "{waited:?}");
}

#[test]
fn progress_is_told_after_every_question() {
    let server = Server::start(passing);
    let told = Arc::new(Mutex::new(Vec::new()));
    let service = asking(&server, Keeping::InMemory).with_progress({
        let told = Arc::clone(&told);
        move |counts| told.lock().unwrap().push((counts.asked, counts.sent))
    });
    for input in [1, 2, 1] {
        service.ask(&request(input)).unwrap();
    }
    assert_eq!(*told.lock().unwrap(), [(1, 1), (2, 2), (3, 2)]);
}

#[test]
fn throttling_slows_down_what_comes_after_it() {
    let first = Mutex::new(Some(Reply::error(400, "ThrottlingException", "Rate exceeded")));
    let server = Server::start(move |asked| first.lock().unwrap().take().unwrap_or_else(|| passing(asked)));
    let pace = Pace { quota: Quota { burst: 50, per_second: 200.0 }, ..quick(Keeping::InMemory) };
    let service = Service::on_loopback(&server.url().parse().unwrap(), "eu-west-1", &hasty(), pace).unwrap();
    assert_eq!(service.ask(&request(1)), Ok(answered(1)));
    assert_eq!(service.counts().waited, Duration::ZERO);
    std::thread::scope(|scope| {
        for input in 2..6 {
            let service = &service;
            scope.spawn(move || assert_eq!(service.ask(&request(input)), Ok(answered(input))));
        }
    });
    assert!(service.counts().waited > Duration::ZERO, "the burst would have been enough for all of them");
}
