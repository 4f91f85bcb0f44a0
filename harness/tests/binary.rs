//! The process itself: what only shows outside of it. Journeys of the commands are in the root package's tests.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

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
