//! The process itself: what only shows outside of it. Journeys of the commands are in the root package's tests.

#![cfg_attr(feature = "bdd", expect(clippy::print_stdout, reason = "a test that says where it cannot run"))]

#[cfg(feature = "bdd")]
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

#[cfg(feature = "bdd")]
use rstest::rstest;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sfn-chaos"))
}

#[test]
fn a_reader_that_leaves_ends_nothing_in_a_panic() {
    let mut child = program()
        .args(["chaos", "--help"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("stdout is a pipe");
    BufReader::with_capacity(16, stdout).read_line(&mut line).expect("a line comes");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn results_go_to_stdout_and_refusals_to_stderr() {
    let output = program().args(["validate", "no-such-file.json"]).output().expect("the program runs");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), b"".as_slice()));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: failed to read no-such-file.json"));
}

#[cfg(feature = "aws")]
#[test]
fn scripts_can_wait_for_the_url_of_serve() {
    use std::io::{Read as _, Write as _};

    let folder = tempfile::tempdir().expect("there is a folder");
    let ready = folder.path().join("ready");
    let mut child = program()
        .args(["serve", "--port", "0", "--ready-file"])
        .arg(&ready)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut url = String::new();
    BufReader::new(child.stdout.take().expect("stdout is a pipe")).read_line(&mut url).expect("a line comes");
    let mut note = String::new();
    BufReader::new(child.stderr.take().expect("stderr is a pipe"))
        .read_line(&mut note)
        .expect("a line comes");
    let written = std::fs::read_to_string(&ready);
    let address = url.trim_end().strip_prefix("http://").map(str::to_owned);
    let mut answer = String::new();
    if let Some(mut stream) = address.and_then(|address| std::net::TcpStream::connect(address).ok()) {
        let request = "GET /health HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("it listens");
        stream.read_to_string(&mut answer).expect("it answers");
    }
    child.kill().expect("it runs until it is ended");
    child.wait().expect("it has ended");
    assert_eq!(written.ok(), Some(url));
    assert!(note.contains("Ctrl-C ends it"), "{note}");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

/// A sound feature with its definition.
#[cfg(feature = "bdd")]
const SOUND: &str = r#"Feature: An output
  Scenario: nothing is done
    Given the state machine:
      """
      { "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } }
      """
    Then the execution succeeds
"#;

#[cfg(feature = "bdd")]
#[rstest]
#[case::pretty(&["bdd", "sound.feature"])]
#[case::json(&["bdd", "sound.feature", "--format", "json"])]
#[case::junit(&["bdd", "sound.feature", "--format", "junit"])]
#[case::the_vocabulary(&["bdd", "steps"])]
fn an_output_that_cannot_be_written_ends_with_code_70(#[case] arguments: &[&str]) {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full here");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder for the test");
    std::fs::write(folder.path().join("sound.feature"), SOUND).expect("a feature of the test");
    let output = program().current_dir(folder.path()).args(arguments).stdout(full).output();
    let output = output.expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(70), "{told}");
    assert_eq!(told.matches("error: failed to write: ").count(), 1, "{told}");
}
