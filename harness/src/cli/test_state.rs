//! `test-state`: what AWS's TestState API answers to a request, offline.

use std::io::Read as _;
use std::path::Path;

use super::args::TestStateArgs;
use super::failure::Failure;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::test_state::{ApiError, Refusal, Request, answer};
use crate::value::{Object, Value};

pub(super) fn test_state(args: &TestStateArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let text = read("request", &args.request, streams)?;
    let mut request = Value::parse(&text).map_err(|error| failed("request", &args.request, &error))?;
    if let (Some(path), Value::Object(fields)) = (&args.definition, &mut request) {
        fields.insert("definition", Value::from(read("definition", path, streams)?));
    }
    let answer = Request::parse(&request).map_err(Refusal::from).and_then(|request| answer(&request));
    let (shown, code) = match answer {
        Ok(response) => (response.to_json(), ExitCode::Clean),
        Err(Refusal::Api(error)) => (as_aws_sends_it(&error), ExitCode::Usage),
        Err(refusal @ Refusal::Unknown(_)) => {
            writeln!(streams.err, "error: {refusal}")?;
            return Ok(ExitCode::Inconclusive);
        }
    };
    let text = serde_json::to_string_pretty(&shown).expect("a JSON value is JSON");
    writeln!(streams.out, "{text}")?;
    Ok(code)
}

/// The body of a response with an error.
fn as_aws_sends_it(error: &ApiError) -> Value {
    let message = Value::from(error.message.as_str());
    Object::from_iter([("__type", Value::from(error.code)), ("message", message)]).into()
}

/// A file, or standard input for `-`.
fn read(what: &'static str, path: &Path, streams: &Streams<'_>) -> Result<String, Failure> {
    if path.as_os_str() != "-" {
        return std::fs::read_to_string(folder_join(&streams.folder, path))
            .map_err(|error| failed(what, path, &error));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| failed(what, path, &error))?;
    Ok(text)
}

fn failed(what: &'static str, path: &Path, reason: &dyn std::fmt::Display) -> Failure {
    Failure::Read { what, path: path.to_owned(), reason: reason.to_string() }
}
